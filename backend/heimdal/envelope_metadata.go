package heimdal

import (
	"slices"
	"strings"

	"fs-client-portal/backend/portal"
)

// said is what an answer says of itself, beside its customers: its members or its headers.
type metadata struct {
	total  *int64 // customers on all pages
	pages  *int64
	number *int64 // of this page
	size   *int64 // of a full page
	link   string // to the next page
	// follows names what says that others follow, unknown what says so in a way the portal cannot follow, doubt what leaves
	// open how many customers there are, earlier what says that others come before; each "" if nothing does.
	follows, unknown, undetermined, previous string
	isEnd                                    bool // something says that none follow, or is declared harmless
	lastPage                                 metaField
	sources                                  map[sign]string // of the figureSigns
}

// figureSigns are the signs that are numbers.
var figureSigns = []sign{signTotal, signPages, signNumber, signSize}

func (s *metadata) figure(means sign) **int64 {
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

// full reports whether so many elements are a whole page, after which there may be another.
func (s metadata) isFullPage(elements int64) bool {
	return s.size != nil && *s.size > 0 && elements >= *s.size
}

// numbered reports whether the list is a page by its number and nothing says how long a page is or whether others follow.
func (s metadata) isNumberedOnly() bool {
	return s.number != nil && s.size == nil && s.pages == nil && s.follows == "" && !s.isEnd
}

// unpaged reports whether nothing hints at more than one page, so that a total may count nested customers, too.
func (s metadata) isUnpaged() bool {
	return s.pages == nil && s.number == nil && s.size == nil && s.follows == "" && s.unknown == ""
}

// clues are the members or headers beside a list; harmless are the names that an admin has declared harmless.
type metaFields struct {
	all      []metaField
	harmless map[string]bool
	secret   string // what no error may show
}

// harmlessNames returns a set of names in the form that clues are compared with.
func harmlessSet(names []string) map[string]bool {
	all := map[string]bool{}
	for _, name := range names {
		all[plainName(cut(name, maxSignLength))] = true
	}
	return all
}

func (c metaFields) isHarmless(one metaField) bool {
	return len(c.harmless) > 0 && c.harmless[plainName(one.displayName(c.secret))]
}

// of returns the clues with one of the signs that are not declared harmless.
func (c metaFields) withSigns(means ...sign) []metaField {
	var found []metaField
	for _, one := range c.all {
		if slices.Contains(means, one.sign) && !c.isHarmless(one) {
			found = append(found, one)
		}
	}
	return found
}

// read reads what the clues say about a list with this many elements; handed also counts the customers nested in them.
func (c metaFields) metadata(elements, handed int64) (metadata, error) {
	s := metadata{sources: map[sign]string{}}
	owns := c.hasOwnTotal()
	for _, means := range figureSigns {
		if err := c.readFigure(&s, means, owns); err != nil {
			return s, err
		}
	}
	if err := c.readRanges(&s, elements, handed); err != nil {
		return s, err
	}
	if err := c.readCount(&s, elements, handed); err != nil {
		return s, err
	}
	c.readMore(&s)
	c.readLastPage(&s)
	s.unknown = c.unsupported(&s, elements)
	s.undetermined = c.undetermined(&s)
	return s, nil
}

// ownTotal reports whether the envelope itself says how many customers there are, so that totals in objects that need
// not be about the list are of something else.
func (c metaFields) hasOwnTotal() bool {
	return slices.ContainsFunc(c.all, func(one metaField) bool {
		_, ok := one.number()
		return one.sign == signTotal && !one.nested && !strings.Contains(one.name, ".") && ok
	})
}

// figure reads the one number that clues of a sign agree on. A total counts even if it was declared harmless.
func (c metaFields) readFigure(s *metadata, means sign, owns bool) error {
	into := s.figure(means)
	for _, one := range c.all {
		n, ok := one.number()
		if !ok || one.figureSign() != means || owns && one.nested || means != signTotal && c.isHarmless(one) {
			continue
		}
		switch {
		case *into == nil:
			*into, s.sources[means] = &n, one.name
		case **into == n || one.echoed:
		case means == signTotal:
			return errorf(portal.Incomplete,
				"The answer contradicts itself: its %s is both %d and %d. The next run tries again; if it stays so, "+
					"tell Heimdal's support.", one.displayName(c.secret), **into, n)
		default:
			return signErrorf(one.name, c.secret, "The answer contradicts itself: its %s is both %d and %d.",
				one.displayName(c.secret), **into, n)
		}
	}
	return nil
}

// figure is the figure that c is, if it is one.
func (c metaField) figureSign() sign {
	if c.sign == signLastPage && strings.HasSuffix(c.plain, "lastpage") {
		return signPages
	}
	return c.sign
}

// count reads a bare "count", which is that of this page or of all customers.
func (c metaFields) readCount(s *metadata, elements, handed int64) error {
	for _, one := range c.all {
		n, ok := readCount(one.value)
		if one.sign != signCount || !ok || one.nested || one.echoed || n == elements || n == handed || s.total != nil && *s.total == n {
			continue
		}
		if s.total != nil {
			return errorf(portal.Incomplete,
				"The answer says it holds %d customers (%s) but holds %d. The next run tries again; if it stays so, "+
					"tell Heimdal's support.", n, one.displayName(c.secret), elements)
		}
		s.total, s.sources[signTotal] = &n, one.name
	}
	return nil
}
