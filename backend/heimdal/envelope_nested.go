package heimdal

import (
	"bytes"
	"slices"
	"strings"
)

// readChildObject reads an object in the place of a list of customers: an envelope around the list, one customer, or
// customers by their ids. Its customers are held back, as the members around them have not been read. Any other object
// is a value of c. The opening brace has not been read.
func (p parser) readChildObject(c *element, begin int) error {
	raw, err := p.value(nil, maxHeldBytes-p.heldBytes, maxDepth)
	if err != nil {
		return err
	}
	list, around := customersIn(raw)
	if list == nil {
		if c.own = append(c.own, raw...); len(c.own) > maxValueBytes {
			return errHeavy
		}
		return nil
	}
	c.own = c.own[:begin]
	p.nested = true
	c.held = append(c.held, list)
	p.heldBytes += len(list)
	c.heldFields = append(c.heldFields, around...)
	return nil
}

// customersIn returns the list of customers in an object, nil if there is none, and the members beside it.
func customersIn(raw []byte) (list []byte, beside []metaField) {
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
			beside, all = append(beside, one), false
		}
	}
	if list == nil && all && len(keyed) > 0 {
		list = slices.Concat([]byte("["), bytes.Join(keyed, []byte(",")), []byte("]"))
	}
	return list, beside
}

// startsWithCustomer reports whether the first element of a list is a customer by its id and its type.
func startsWithCustomer(list []byte) bool {
	var o object
	if !startsWithObject(list) {
		return false
	}
	begin := afterSpace(list, 1)
	if o.read(list[begin:afterValue(list, begin)]) != nil || !o.has(attrID) {
		return false
	}
	kind, _ := readByName(&o, attrType, readText)
	return slices.ContainsFunc(customerTypes, func(known []byte) bool {
		return strings.EqualFold(kind, string(known[1:len(known)-1]))
	})
}

// isCustomerObject reports whether an object has the id and type of a customer.
func isCustomerObject(raw []byte) bool {
	var o object
	return o.read(raw) == nil && o.has(attrID) && o.has(attrType)
}

// startsWithObject reports whether the first element of a list is an object.
func startsWithObject(list []byte) bool {
	begin := afterSpace(list, 1)
	return begin < len(list) && list[begin] == '{'
}
