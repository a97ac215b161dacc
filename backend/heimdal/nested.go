package heimdal

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// childObject reads the value of a member that should be a list of customers and is an object: an envelope around the list,
// one customer alone, or customers by their ids. Its customers are held back, since they come before what surrounds them
// has been read. Anything else is the customer's own. The opening brace has not been passed.
func (a *answer) childObject(c *part, begin int) error {
	a.at++
	raw, err := a.nestedValue([]byte{'{'}, mostHeld-a.holding)
	if err != nil {
		return err
	}
	if !json.Valid(raw) {
		return errSyntax
	}
	list, around := a.customersIn(raw)
	if list == nil {
		if c.own = append(c.own, raw...); len(c.own) > heaviest {
			return errHeavy
		}
		return nil
	}
	c.own = c.own[:begin]
	a.nested = true
	c.held = append(c.held, list)
	a.holding += len(list)
	c.around = append(c.around, around...)
	return nil
}

// customersIn returns the list of customers that an object holds or is, nil if none, and what is said beside it.
func (a *answer) customersIn(raw []byte) (list []byte, around []clue) {
	if looksWhole(raw) {
		return slices.Concat([]byte("["), raw, []byte("]")), nil
	}
	keyed, all := [][]byte{}, true
	for _, one := range members(raw, "", false, false) {
		isList := one.value[0] == '[' && (lists[one.plain] || within[one.plain])
		switch {
		case isList && list == nil && firstIsObject(one.value):
			list = one.value
		case one.value[0] == '{' && looksWhole(one.value):
			keyed = append(keyed, one.value)
		default:
			around, all = append(around, one), false
		}
	}
	if list == nil && all && len(keyed) > 0 {
		list = slices.Concat([]byte("["), bytes.Join(keyed, []byte(",")), []byte("]"))
	}
	return list, around
}

// customerTypes are the types of customers that are known, as APIs spell them.
var customerTypes = [][]byte{
	[]byte(`"CORP"`), []byte(`"corp"`), []byte(`"Corp"`), []byte(`"RESELLER"`), []byte(`"reseller"`), []byte(`"Reseller"`),
	[]byte(`"DISTRIBUTOR"`), []byte(`"distributor"`), []byte(`"Distributor"`),
}

// ofAbove are the names of lists of the customers that a customer is under.
var ofAbove = map[string]bool{"ancestors": true, "parents": true, "path": true, "hierarchy": true, "breadcrumb": true, "breadcrumbs": true}

// holdsUnread keeps a list in a customer that holds customers, by their type, under a name or in a form that is not known:
// it was not read.
func (a *answer) holdsUnread(c *part) {
	types := 0
	for _, kind := range customerTypes {
		types += bytes.Count(c.own, kind)
	}
	if types == 0 || types == 1 && !c.whole { // its own type is one of them
		return
	}
	for _, one := range members(c.own, "", false, false) {
		one.unreadIn(a, 0)
	}
}

func (c clue) unreadIn(a *answer, level int) {
	switch {
	case ofAbove[c.plain] || level > depth:
	case c.value[0] == '[' && firstIsCustomer(c.value):
		a.keepOpen(c)
	case c.value[0] == '{':
		for _, inner := range members(c.value, c.name+".", true, false) {
			inner.unreadIn(a, level+1)
		}
	}
}

// firstIsCustomer reports whether the first element of a list is a customer by its id and its type.
func firstIsCustomer(list []byte) bool {
	s := overWhole(list[1:])
	element, err := s.pass()
	var o object
	if err != nil || len(element) == 0 || element[0] != '{' || o.read(element) != nil || !o.has(meansID) {
		return false
	}
	kind, _ := automatic(&o, meansType, readText)
	return slices.ContainsFunc(customerTypes, func(known []byte) bool {
		return strings.EqualFold(kind, string(known[1:len(known)-1]))
	})
}

// looksWhole reports whether an object is a customer by its id and type.
func looksWhole(raw []byte) bool {
	var o object
	return o.read(raw) == nil && o.has(meansID) && o.has(meansType)
}

func firstIsObject(list []byte) bool {
	s := overWhole(list[1:])
	b, err := s.next()
	return err == nil && b == '{'
}
