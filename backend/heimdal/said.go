package heimdal

import (
	"net/http"
	"slices"
	"strings"

	"fs-client-portal/backend/portal"
)

// said is what an answer says of itself, beside its customers: its members or its headers.
type said struct {
	total  *int64 // customers on all pages
	pages  *int64
	number *int64 // of this page
	size   *int64 // of a full page
	link   string // to the next page
	// follows names what says that others follow, unknown what says so in a way the portal cannot follow, doubt what leaves
	// open how many customers there are, earlier what says that others come before; each "" if nothing does.
	follows, unknown, doubt, earlier string
	ends                             bool // something says that none follow, or is declared harmless
	lastLink                         clue
	names                            map[listSign]string // of the figureSigns
}

// figureSigns are the signs that are numbers.
var figureSigns = []listSign{signTotal, signPages, signNumber, signSize}

func (s *said) figure(means listSign) **int64 {
	switch means {
	case signTotal:
		return &s.total
	case signPages:
		return &s.pages
	case signNumber:
		return &s.number
	}
	return &s.size
}

// clues are the members or headers beside a list; harmless are the names that an admin has declared harmless.
type clues struct {
	all      []clue
	harmless map[string]bool
	secret   string // what no error may show
}

// harmlessNames returns a set of names in the form that clues are compared with.
func harmlessNames(names []string) map[string]bool {
	all := map[string]bool{}
	for _, name := range names {
		all[plainName(cut(name, longestSign))] = true
	}
	return all
}

func (c clues) ignores(one clue) bool {
	return len(c.harmless) > 0 && c.harmless[plainName(one.shown(c.secret))]
}

// of returns the clues with one of the signs that are not declared harmless.
func (c clues) of(means ...listSign) []clue {
	var found []clue
	for _, one := range c.all {
		if slices.Contains(means, one.means) && !c.ignores(one) {
			found = append(found, one)
		}
	}
	return found
}

// read reads what the clues say about a list with this many elements; handed also counts the customers nested in them.
func (c clues) read(elements, handed int64) (said, error) {
	s := said{names: map[listSign]string{}}
	owns := c.ownTotal()
	for _, means := range figureSigns {
		if err := c.figure(&s, means, owns); err != nil {
			return s, err
		}
	}
	if err := c.ranges(&s, elements, handed); err != nil {
		return s, err
	}
	if err := c.count(&s, elements, handed); err != nil {
		return s, err
	}
	c.more(&s)
	c.last(&s)
	s.unknown = c.unfollowable(&s, elements)
	s.doubt = c.doubt(&s)
	return s, nil
}

// ownTotal reports whether the envelope itself says how many customers there are, so that totals in objects that need
// not be about the list are of something else.
func (c clues) ownTotal() bool {
	return slices.ContainsFunc(c.all, func(one clue) bool {
		_, ok := one.number()
		return one.means == signTotal && !one.inner && !strings.Contains(one.name, ".") && ok
	})
}

// figure reads the one number that clues of a sign agree on. A total counts even if it was declared harmless.
func (c clues) figure(s *said, means listSign, owns bool) error {
	into := s.figure(means)
	for _, one := range c.all {
		n, ok := one.number()
		if !ok || one.figure() != means || owns && one.inner || means != signTotal && c.ignores(one) {
			continue
		}
		switch {
		case *into == nil:
			*into, s.names[means] = &n, one.name
		case **into == n || one.echoed:
		case means == signTotal:
			return errorf(portal.Incomplete,
				"The answer contradicts itself: its %s is both %d and %d. The next run tries again; if it stays so, "+
					"tell Heimdal's support.", one.shown(c.secret), **into, n)
		default:
			return signErrorf(one.name, c.secret, "The answer contradicts itself: its %s is both %d and %d.",
				one.shown(c.secret), **into, n)
		}
	}
	return nil
}

// figure is the figure that c is, if it is one.
func (c clue) figure() listSign {
	if c.means == signLastPage && strings.HasSuffix(c.plain, "lastpage") {
		return signPages
	}
	return c.means
}

// count reads a bare "count", which is that of this page or of all customers.
func (c clues) count(s *said, elements, handed int64) error {
	for _, one := range c.all {
		n, ok := readCount(one.value)
		if one.means != signCount || !ok || one.inner || one.echoed || n == elements || n == handed || s.total != nil && *s.total == n {
			continue
		}
		if s.total != nil {
			return errorf(portal.Incomplete,
				"The answer says it holds %d customers (%s) but holds %d. The next run tries again; if it stays so, "+
					"tell Heimdal's support.", n, one.shown(c.secret), elements)
		}
		s.total, s.names[signTotal] = &n, one.name
	}
	return nil
}

// more reads the signs that other customers follow, or come before.
func (c clues) more(s *said) {
	for _, one := range c.of(signNext) {
		if link, ok := one.link(); ok && !one.is(false) {
			s.link, s.follows = link, one.name
		} else if one.truthy() && s.follows == "" {
			s.follows = one.name
		}
	}
	for _, one := range c.of(signMore) {
		if one.truthy() && s.follows == "" {
			s.follows = one.name
		}
	}
	for _, one := range c.of(signLast, signLastPage, signWhole) {
		if one.is(false) && s.follows == "" {
			s.follows = one.name
		}
	}
	s.ends = slices.ContainsFunc(c.all, c.end)
	for _, one := range c.of(signEarlier) {
		if one.truthy() {
			s.earlier = one.name
		}
	}
}

// last remembers an address of the last page.
func (c clues) last(s *said) {
	for _, one := range c.of(signLastPage) {
		if link, ok := one.link(); ok && (pageIn(link) > 0 || offsetIn(link) > 0) {
			s.lastLink = one
		}
	}
}

// unfollowable names what says that others may follow, in a way that the portal does not know. Where nothing says how
// many customers there are, that is any number or yes that cannot be accounted for.
func (c clues) unfollowable(s *said, elements int64) string {
	if s.unknown != "" {
		return s.unknown
	}
	for _, one := range c.of(signToken) {
		if one.truthy() {
			return one.name
		}
	}
	if offsets := c.of(signOffset); len(offsets) > 0 && (s.total == nil || *s.total > elements) {
		return offsets[0].name
	}
	for _, one := range c.all {
		if !c.ignores(one) && (one.cuts(elements) || one.holdsCustomers()) {
			return one.name
		}
	}
	for _, one := range c.of(signShare) {
		if one.part() {
			return one.name
		}
	}
	if s.total != nil {
		return ""
	}
	for _, one := range c.of(signAfter) {
		if one.truthy() && !one.echoed && !s.ends {
			return one.name
		}
	}
	for _, one := range c.all {
		if !c.ignores(one) && one.truthy() && one.telling(elements) {
			return one.name
		}
	}
	return ""
}

// telling reports whether c may say that a list of so many elements is not whole.
func (c clue) telling(elements int64) bool {
	n, isCount := readCount(c.value)
	switch c.means {
	case signNothing:
	case signPages, signNumber, signSize:
		_, isNumber := c.number()
		first := c.means == signSize && c.is(true) // "first": true is that this is the first page
		return !isNumber && c.value[0] != '{' && c.value[0] != '[' && !first
	default:
		return false
	}
	if isCount && n == elements || quietNames[c.plain] {
		return false
	}
	if slices.ContainsFunc(quietEndings, func(ending string) bool { return strings.HasSuffix(c.plain, ending) }) {
		return false
	}
	return isCount || string(c.value) == "true"
}

// doubt names what should say how many customers there are, or whether this is all, and does not.
func (c clues) doubt(s *said) string {
	for _, one := range c.of(signTotal, signCount, signPages, signLast, signRange) {
		if one.inner && one.means == signCount || one.echoed {
			continue
		}
		_, isNumber := one.number()
		text, _ := readText(one.value)
		found := section.FindStringSubmatch(text)
		switch {
		case one.means == signRange && (found == nil || found[4] == "*"), one.means == signLast && !one.is(true) && !one.is(false):
			return one.name
		case one.means == signRange, one.means == signLast, isNumber:
		default:
			return one.name
		}
	}
	for _, one := range c.of(signLastPage) {
		if string(one.value) == "null" && one.plain == "lastpage" {
			return one.name
		}
	}
	return ""
}

// full reports whether so many elements are a whole page, after which there may be another.
func (s said) full(elements int64) bool { return s.size != nil && *s.size > 0 && elements >= *s.size }

// numbered reports whether the list is a page by its number and nothing says how long a page is or whether others follow.
func (s said) numbered() bool {
	return s.number != nil && s.size == nil && s.pages == nil && s.follows == "" && !s.ends
}

// unpaged reports whether nothing hints at more than one page, so that a total may count nested customers, too.
func (s said) unpaged() bool {
	return s.pages == nil && s.number == nil && s.size == nil && s.follows == "" && s.unknown == ""
}

// judge reads what the answer's members and headers say of it. The error is a failure that one of them reports.
func (a *answer) judge(harmless map[string]bool, headers ...http.Header) error {
	own, sent := clues{a.clues, harmless, a.secret}, clues{cluesOf(headers...), harmless, a.secret}
	for _, c := range []clues{own, sent} {
		if err := c.failure(); err != nil && a.handed == 0 {
			return failedEmpty{err}
		} else if err != nil {
			return err
		}
	}
	var err error
	if a.said, err = own.read(a.elements, a.handed); err != nil {
		return err
	}
	if a.headers, err = sent.read(a.elements, a.handed); err != nil {
		return err
	}
	for _, one := range a.open {
		if !own.ignores(one) {
			return a.unaccounted(one.name, "A customer in the answer says that it holds more customers than came (%s).",
				one.shown(a.secret))
		}
	}
	if a.said.total == nil && a.listed {
		return own.remark()
	}
	return nil
}
