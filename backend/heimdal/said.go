package heimdal

import (
	"slices"
	"strings"

	"fs-client-portal/backend/portal"
)

// said is what an envelope says of itself.
type said struct {
	total  *int64 // customers on all pages
	pages  *int64
	number *int64 // of this page
	size   *int64 // of a full page
	link   string // to the next page
	more   bool   // others follow
	// unknown names a way of going on that the portal does not know.
	unknown string
}

var (
	totalNames = []string{
		"totalcount", "total", "totalitems", "totalrecords", "totalresults", "totalelements", "totalrows", "totalentries", "totalcustomers", "recordstotal", "@odata.count",
	}
	pagesNames  = []string{"totalpages", "pagecount", "pages", "lastpage", "numberofpages"}
	numberNames = []string{"pagenumber", "page", "currentpage"}
	sizeNames   = []string{"pagesize", "perpage", "itemsperpage", "resultsperpage", "limit", "top", "take", "first", "maxresults"}
	linkNames   = []string{"nextlink", "@odata.nextlink", "odata.nextlink", "next", "nextpage", "nextpagelink", "nextpageurl", "nexturl"}
	moreNames   = []string{
		"hasmore", "hasnext", "hasnextpage", "hasmoreitems", "hasmorepages", "hasmoreresults", "morerecords", "moreresults", "moreavailable",
		"nextpagenumber", "remaining", "remainingcount", "truncated", "istruncated", "partial", "ispartial", "incomplete", "isincomplete",
	}
	tokenNames  = []string{"nextcursor", "cursor", "continuationtoken", "continuation", "nexttoken", "nextpagetoken", "skiptoken", "nextoffset"}
	offsetNames = []string{"offset", "skip", "startindex"}

	// quietNames may be numbers or true without a word about the list.
	quietNames = []string{
		"success", "succeeded", "issuccess", "ok", "valid", "isvalid", "cached", "authenticated", "status", "statuscode", "httpstatus", "httpstatuscode",
		"code", "resultcode", "version", "apiversion", "schemaversion", "took", "elapsed", "duration", "timestamp", "created", "updated", "generated",
	}
	quietEndings = []string{"id", "time", "at", "seconds", "version"}
)

// around is what stands around a list, or in the objects around it.
type around []member

// depth is how far around looks into objects.
const depth = 3

// around answers the members around a list; and those of the objects around it, if the members do not say how many
// customers there are.
func (o *object) around() around {
	own := around(o.members[:o.own])
	if total, err := own.number(totalNames); total != nil || err != nil {
		return own
	}
	all := slices.Clone(own)
	for i, level := 0, 0; level < depth && i < len(all); level++ {
		for end := len(all); i < end; i++ {
			all = append(all, o.inside(all[i])...)
		}
	}
	return all
}

// inside answers the members of an object that m is; none of a link, which is one itself.
func (o *object) inside(m member) around {
	var found around
	if m.value[0] != '{' || slices.Contains(linkNames, m.plain) {
		return nil
	}
	_ = eachMember(m.value, func(name, value []byte) error {
		found = append(found, member{word: o.word(name), value: value})
		return nil
	})
	return found
}

// readAround reads what stands around a list of so many elements.
func readAround(a around, elements int64) (said, error) {
	var s said
	var err error
	for _, field := range []struct {
		into  **int64
		names []string
	}{{&s.total, totalNames}, {&s.pages, pagesNames}, {&s.number, numberNames}, {&s.size, sizeNames}} {
		if *field.into, err = a.number(field.names); err != nil {
			return s, err
		}
	}
	if err := a.count(&s, elements); err != nil {
		return s, err
	}
	for _, m := range a.named(linkNames) {
		if link, ok := m.link(); ok {
			s.link = link
		} else {
			s.more = s.more || m.truthy()
		}
	}
	for _, m := range a.named(moreNames) {
		s.more = s.more || m.truthy()
	}
	s.unknown = a.unknown(s, elements)
	return s, nil
}

// unknown names a member that may mean that others follow, in a way that the portal does not know. Where nothing says
// how many customers there are, that is any number or yes that cannot be accounted for.
func (a around) unknown(s said, elements int64) string {
	for _, m := range a.named(tokenNames) {
		if m.truthy() {
			return m.plain
		}
	}
	if offsets := a.named(offsetNames); len(offsets) > 0 && (s.total == nil || *s.total > elements) {
		return offsets[0].plain
	}
	if s.total != nil {
		return ""
	}
	for _, m := range a {
		if m.truthy() && m.telling(elements) {
			return m.plain
		}
	}
	return ""
}

// telling reports whether m may say that a list of so many elements is not whole.
func (m member) telling(elements int64) bool {
	n, isCount := readCount(m.value)
	for _, names := range [][]string{totalNames, pagesNames, numberNames, sizeNames} {
		if slices.Contains(names, m.plain) {
			return !isCount && m.value[0] != '{' && m.value[0] != '['
		}
	}
	known := slices.Contains(linkNames, m.plain) || slices.Contains(moreNames, m.plain) || slices.Contains(offsetNames, m.plain) || slices.Contains(quietNames, m.plain)
	if known || isCount && n == elements {
		return false
	}
	if slices.ContainsFunc(quietEndings, func(ending string) bool { return strings.HasSuffix(m.plain, ending) }) {
		return false
	}
	return isCount || string(m.value) == "true"
}

// link answers the address that m is or holds.
func (m member) link() (string, bool) {
	if text, ok := readText(m.value); ok && m.value[0] == '"' {
		return text, true
	}
	address := ""
	if m.value[0] == '{' {
		_ = eachMember(m.value, func(name, value []byte) error {
			if text, ok := readText(value); ok && value[0] == '"' && string(name) == `"href"` {
				address = text
			}
			return nil
		})
	}
	return address, address != ""
}

// count reads a bare "count", which is that of this list or of all.
func (a around) count(s *said, elements int64) error {
	n, err := a.number([]string{"count"})
	switch {
	case err != nil || n == nil || *n == elements || s.total != nil && *n == *s.total:
		return err
	case s.total == nil:
		s.total = n
		return nil
	}
	return errorf(portal.Incomplete, "The answer says it holds %d customers but holds %d. The next run tries again; if it stays so, tell Heimdal's support.", *n, elements)
}

// number reads the one number that members of these names agree on.
func (a around) number(names []string) (*int64, error) {
	var agreed *int64
	for _, m := range a.named(names) {
		n, ok := readCount(m.value)
		if ok && agreed != nil && *agreed != n {
			return nil, errorf(portal.Incomplete, "The answer contradicts itself: its %s is both %d and %d. The next run tries again; if it stays so, tell Heimdal's support.", m.plain, *agreed, n)
		}
		if ok {
			agreed = &n
		}
	}
	return agreed, nil
}

func (a around) named(names []string) []member {
	var found []member
	for _, name := range names {
		for _, m := range a {
			if m.plain == name {
				found = append(found, m)
			}
		}
	}
	return found
}

// truthy reports whether a value is anything but nothing, no or zero.
func (m member) truthy() bool {
	switch string(m.value) {
	case "null", "false", "0", `""`, "[]", "{}", `"0"`, `"false"`:
		return false
	}
	return true
}

// full reports whether so many elements are a whole page, after which there may be another.
func (s said) full(elements int64) bool { return s.size != nil && *s.size > 0 && elements >= *s.size }

// unpaged reports whether nothing hints at more than one page, so that a total may count nested customers, too.
func (s said) unpaged() bool {
	return s.pages == nil && s.number == nil && s.size == nil && s.link == "" && !s.more && s.unknown == ""
}
