package heimdal

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// collectMissingChildren adds to unread the members of a customer which say that it contains more customers than were
// received. Most members are about the customer itself, so only unambiguous names count, and those about pages.
func (d *decoder) collectMissingChildren(c *element) {
	received := d.emitted - c.emittedBefore
	for _, one := range metaFieldsOf(c.own, "", false, false) {
		if one.indicatesMoreChildren(received) {
			d.addUnread(one)
		}
		if !one.isAboutChildPages() {
			continue
		}
		for _, inner := range one.nestedFields() {
			if inner.indicatesMoreOnPage(received) {
				d.addUnread(inner)
			}
		}
	}
	for _, one := range c.heldFields {
		if one.indicatesMoreOnPage(received) {
			d.addUnread(one)
		}
	}
}

func (e *envelope) addUnread(one metaField) {
	if len(e.unread) < maxMetaFields {
		e.unread = append(e.unread, one)
	}
}

// isAboutChildPages reports whether f, a member of a customer, describes the pages of the customers in it.
func (f metaField) isAboutChildPages() bool {
	return f.value[0] == '{' && (f.nameContains("paging", "pagination", "pageinfo") || strings.HasSuffix(f.plain, "links") ||
		strings.HasSuffix(f.plain, "page"))
}

// indicatesMoreOnPage reports whether f, which describes the customers in a customer, says that there are more of them.
func (f metaField) indicatesMoreOnPage(received int64) bool {
	switch f.sign {
	case signMore, signNext, signToken:
		return f.isTruthy()
	case signIsLast, signLastPage, signComplete:
		return f.isBool(false)
	case signTotal:
		n, ok := f.number()
		return ok && n > received
	}
	return false
}

// indicatesMoreChildren reports whether f, a member of a customer, says that there are more customers in it.
func (f metaField) indicatesMoreChildren(received int64) bool {
	switch f.sign {
	case signMore, signNext:
		return f.isTruthy() && f.nameContains("more", "hasnext", "nextpage", "nextlink", "nexturl", "truncated")
	case signIsLast, signLastPage:
		return f.isBool(false) && f.nameContains("lastpage", "islast", "list", "results", "nomore")
	case signToken:
		return f.isTruthy() && f.nameContains("next", "continuation")
	case signTotal:
		n, ok := readCount(f.value)
		return ok && n > received && f.nameContains("count", "customers", "clients", "items", "records", "results")
	}
	return false
}

// collectUnreadChildren adds to unread the lists in a customer whose elements have the type of a customer, and which
// are under a name or in a form that is not known, so that they were not read.
func (d *decoder) collectUnreadChildren(c *element) {
	types := 0
	for _, kind := range customerTypes {
		types += bytes.Count(c.own, kind)
	}
	if types == 0 || types == 1 && !c.isDocument { // its own type is one of them
		return
	}
	for _, one := range metaFieldsOf(c.own, "", false, false) {
		one.collectUnread(d.envelope, 0)
	}
}

// collectUnread adds f, or the lists in it, to e.unread.
func (f metaField) collectUnread(e *envelope, level int) {
	switch {
	case ancestorLists[f.plain] || level > maxMetaDepth:
	case f.value[0] == '[' && startsWithCustomer(f.value):
		e.addUnread(f)
	case f.value[0] == '{':
		for _, inner := range metaFieldsOf(f.value, f.name+".", true, false) {
			inner.collectUnread(e, level+1)
		}
	}
}

// customerTypes are the known types of customers, quoted, in each spelling: CORP, corp and Corp.
var customerTypes = func() (spellings [][]byte) {
	for _, word := range []string{typeCorporate, typeReseller, typeDistributor} {
		lower := strings.ToLower(word)
		for _, text := range []string{word, lower, word[:1] + lower[1:]} {
			spellings = append(spellings, []byte(strconv.Quote(text)))
		}
	}
	return spellings
}()

// ancestorLists are the names of lists of the customers that a customer is under.
var ancestorLists = map[string]bool{"ancestors": true, "parents": true, "path": true, "hierarchy": true,
	"breadcrumb": true, "breadcrumbs": true}

// nameContains reports whether the plain name contains one of the parts.
func (f metaField) nameContains(parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(f.plain, part) })
}
