package heimdal

import (
	"bytes"
	"slices"
	"strings"
)

// holdsMore keeps the members of a customer with nested customers that say that it has more of them. Most members are
// about the customer itself, so only unmistakable names count, but for those about the pages of the customers in it.
func (a *envelope) collectMissingChildren(c *element) {
	came := a.emitted - c.emittedBefore
	for _, one := range metaFieldsOf(c.own, "", false, false) {
		if one.saysMoreChildren(came) {
			a.addUnread(one)
		}
		if !one.isAboutChildPages() {
			continue
		}
		for _, inner := range one.nestedFields() {
			if inner.saysMoreOnPage(came) {
				a.addUnread(inner)
			}
		}
	}
	for _, one := range c.heldFields {
		if one.saysMoreOnPage(came) {
			a.addUnread(one)
		}
	}
}

func (a *envelope) addUnread(one metaField) {
	if len(a.unread) < maxMetaFields {
		a.unread = append(a.unread, one)
	}
}

// pagesHeld reports whether c, a member of a customer, is about the pages of the customers in it.
func (c metaField) isAboutChildPages() bool {
	return c.value[0] == '{' && (c.nameContains("paging", "pagination", "pageinfo") || strings.HasSuffix(c.plain, "links") ||
		strings.HasSuffix(c.plain, "page"))
}

// ofPage reports whether c, which is about the customers in a customer, says that there are more than the ones that came.
func (c metaField) saysMoreOnPage(came int64) bool {
	switch c.sign {
	case signMore, signNext, signToken:
		return c.isTruthy()
	case signLast, signLastPage, signWhole:
		return c.isBool(false)
	case signTotal:
		n, ok := c.number()
		return ok && n > came
	}
	return false
}

// ofHeld reports whether c, a member of a customer, says that there are more customers in it than the ones that came.
func (c metaField) saysMoreChildren(came int64) bool {
	switch c.sign {
	case signMore, signNext:
		return c.isTruthy() && c.nameContains("more", "hasnext", "nextpage", "nextlink", "nexturl", "truncated")
	case signLast, signLastPage:
		return c.isBool(false) && c.nameContains("lastpage", "islast", "list", "results", "nomore")
	case signToken:
		return c.isTruthy() && c.nameContains("next", "continuation")
	case signTotal:
		n, ok := readCount(c.value)
		return ok && n > came && c.nameContains("count", "customers", "clients", "items", "records", "results")
	}
	return false
}

// holdsUnread keeps a list in a customer that holds customers, by their type, under a name or in a form that is not known:
// it was not read.
func (a *envelope) collectUnreadChildren(c *element) {
	types := 0
	for _, kind := range customerTypes {
		types += bytes.Count(c.own, kind)
	}
	if types == 0 || types == 1 && !c.isDocument { // its own type is one of them
		return
	}
	for _, one := range metaFieldsOf(c.own, "", false, false) {
		one.collectUnread(a, 0)
	}
}

func (c metaField) collectUnread(a *envelope, level int) {
	switch {
	case ancestorLists[c.plain] || level > maxMetaDepth:
	case c.value[0] == '[' && startsWithCustomer(c.value):
		a.addUnread(c)
	case c.value[0] == '{':
		for _, inner := range metaFieldsOf(c.value, c.name+".", true, false) {
			inner.collectUnread(a, level+1)
		}
	}
}

// customerTypes are the types of customers that are known, as APIs spell them.
var customerTypes = [][]byte{
	[]byte(`"CORP"`), []byte(`"corp"`), []byte(`"Corp"`), []byte(`"RESELLER"`), []byte(`"reseller"`), []byte(`"Reseller"`),
	[]byte(`"DISTRIBUTOR"`), []byte(`"distributor"`), []byte(`"Distributor"`),
}

// ofAbove are the names of lists of the customers that a customer is under.
var ancestorLists = map[string]bool{"ancestors": true, "parents": true, "path": true, "hierarchy": true, "breadcrumb": true, "breadcrumbs": true}

func (c metaField) nameContains(parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(c.plain, part) })
}
