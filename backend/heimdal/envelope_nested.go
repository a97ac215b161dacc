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
func (a *envelope) readChildObject(c *element, begin int) error {
	a.at++
	raw, err := a.nestedValue([]byte{'{'}, maxHeldBytes-a.heldBytes)
	if err != nil {
		return err
	}
	if !json.Valid(raw) {
		return errSyntax
	}
	list, around := a.customersIn(raw)
	if list == nil {
		if c.own = append(c.own, raw...); len(c.own) > maxValueBytes {
			return errHeavy
		}
		return nil
	}
	c.own = c.own[:begin]
	a.nested = true
	c.held = append(c.held, list)
	a.heldBytes += len(list)
	c.heldFields = append(c.heldFields, around...)
	return nil
}

// customersIn returns the list of customers that an object holds or is, nil if none, and what is said beside it.
func (a *envelope) customersIn(raw []byte) (list []byte, around []metaField) {
	if isCustomerObject(raw) {
		return slices.Concat([]byte("["), raw, []byte("]")), nil
	}
	keyed, all := [][]byte{}, true
	for _, one := range metaFieldsOf(raw, "", false, false) {
		isList := one.value[0] == '[' && (customerLists[one.plain] || childLists[one.plain])
		switch {
		case isList && list == nil && startsWithObject(one.value):
			list = one.value
		case one.value[0] == '{' && isCustomerObject(one.value):
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

// firstIsCustomer reports whether the first element of a list is a customer by its id and its type.
func startsWithCustomer(list []byte) bool {
	s := scannerOver(list[1:])
	element, err := s.wholeValue()
	var o object
	if err != nil || len(element) == 0 || element[0] != '{' || o.read(element) != nil || !o.has(attrID) {
		return false
	}
	kind, _ := readByName(&o, attrType, readText)
	return slices.ContainsFunc(customerTypes, func(known []byte) bool {
		return strings.EqualFold(kind, string(known[1:len(known)-1]))
	})
}

// looksWhole reports whether an object is a customer by its id and type.
func isCustomerObject(raw []byte) bool {
	var o object
	return o.read(raw) == nil && o.has(attrID) && o.has(attrType)
}

func startsWithObject(list []byte) bool {
	s := scannerOver(list[1:])
	b, err := s.peek()
	return err == nil && b == '{'
}
