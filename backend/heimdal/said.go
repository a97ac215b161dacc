package heimdal

import (
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
	totalNames  = []string{"totalcount", "total", "totalitems", "totalrecords", "totalresults", "recordstotal", "@odata.count"}
	pagesNames  = []string{"totalpages", "pagecount", "pages"}
	numberNames = []string{"pagenumber", "page", "currentpage"}
	sizeNames   = []string{"pagesize", "perpage"}
	linkNames   = []string{"nextlink", "@odata.nextlink", "odata.nextlink", "next", "nextpage", "nextpagelink", "nextpageurl", "nexturl"}
	moreNames   = []string{"hasmore", "hasnext", "hasnextpage", "morerecords"}
	tokenNames  = []string{"nextcursor", "cursor", "continuationtoken", "continuation", "nexttoken", "nextpagetoken", "skiptoken", "nextoffset"}
	offsetNames = []string{"offset", "skip", "startindex"}
)

// says reads what the members around a list of so many elements say of it.
func (o *object) says(elements int64) (said, error) {
	var s said
	var err error
	for _, field := range []struct {
		into  **int64
		names []string
	}{{&s.total, totalNames}, {&s.pages, pagesNames}, {&s.number, numberNames}, {&s.size, sizeNames}} {
		if *field.into, err = o.number(field.names); err != nil {
			return s, err
		}
	}
	if err := o.count(&s, elements); err != nil {
		return s, err
	}
	for _, m := range o.named(linkNames) {
		if text, ok := readText(m.value); ok && m.value[0] == '"' {
			s.link = text
		} else {
			s.more = s.more || m.truthy()
		}
	}
	for _, m := range o.named(moreNames) {
		s.more = s.more || m.truthy()
	}
	for _, m := range o.named(tokenNames) {
		if m.truthy() {
			s.unknown = m.plain
		}
	}
	if len(o.named(offsetNames)) > 0 && (s.total == nil || *s.total > elements) {
		s.unknown = o.named(offsetNames)[0].plain
	}
	return s, nil
}

// count reads a bare "count", which is that of this list or of all.
func (o *object) count(s *said, elements int64) error {
	n, err := o.number([]string{"count"})
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
func (o *object) number(names []string) (*int64, error) {
	var agreed *int64
	for _, m := range o.named(names) {
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

func (o *object) named(names []string) []member {
	var found []member
	for _, name := range names {
		for _, m := range o.members[:o.own] {
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

// unpaged reports whether nothing hints at more than one page, so that a total may count nested customers, too.
func (s said) unpaged() bool {
	return s.pages == nil && s.number == nil && s.size == nil && s.link == "" && !s.more && s.unknown == ""
}
