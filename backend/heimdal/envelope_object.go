package heimdal

import (
	"encoding/json"
	"unicode/utf8"
)

// top reads an object that is an envelope, a message or a single customer.
func (a *envelope) readTopObject() error {
	c := &element{own: []byte{'{'}, isDocument: true}
	a.at++
	if err := a.list('}', func() error { return a.readTopMember(c, 0) }); err != nil {
		return err
	}
	whole := append(c.own[:len(c.own):len(c.own)], '}')
	if !utf8.Valid(whole) {
		return errEncoding
	}
	if !json.Valid(whole) {
		return errSyntax
	}
	if err := a.object.read(whole); err != nil {
		return err
	}
	text, isMessage := a.object.message()
	switch {
	case a.listed && a.emitted == 0 && a.withoutID == 0 && isMessage && !isSuccessMessage(text):
		return &messageError{text}
	case a.listed:
		return a.finishEnvelope(c)
	case !a.wrapped && a.object.isCustomer():
		a.elements++
		return a.finishElement(c)
	case isMessage:
		return &messageError{text}
	}
	return errShape
}

// topMember is member for an object that may still be an envelope.
func (a *envelope) readTopMember(c *element, depth int) error {
	begin, err := a.readMemberName(c)
	if err != nil {
		return err
	}
	b, err := a.peek()
	if err != nil {
		return err
	}
	plain := a.plainMemberName(c, begin)
	isList := b == '[' && (customerLists[plain] || childLists[plain])
	isWrapper := b == '{' && envelopeObjects[plain] && depth < 3
	if b == '{' && childLists[plain] {
		return a.readChildObject(c, begin)
	}
	if !isList && !isWrapper {
		c.own, err = a.value(c.own, maxValueBytes)
		return err
	}
	a.at++
	customer := a.looksLikeCustomer(c.own[:begin])
	switch {
	case customer && isWrapper:
		c.own, err = a.nestedValue(append(c.own, '{'), maxValueBytes)
		return err
	case isWrapper:
		c.own, a.wrapped = c.own[:begin], true
		return a.list('}', func() error { return a.readTopMember(c, depth+1) })
	}
	return a.readTopList(c, begin, customer && !childLists[plain], customer)
}

// topList reads a list in the topmost object, whose opening bracket has been passed: plain belongs to the customer the
// object is, as any other value.
func (a *envelope) readTopList(c *element, begin int, plain, customer bool) error {
	b, err := a.peek()
	if err != nil {
		return err
	}
	if plain || b != '{' && (b != ']' || customer) {
		c.own, err = a.nestedValue(append(c.own, '['), maxValueBytes)
		return err
	}
	c.own = c.own[:begin]
	if customer {
		return a.readChildren(c)
	}
	if a.listed {
		return errTwoLists
	}
	a.listed = true
	return a.readCustomers(position{})
}

// looksLikeCustomer reports whether an object that begins like this can only be a customer.
func (a *envelope) looksLikeCustomer(begin []byte) bool {
	whole := append(begin[:len(begin):len(begin)], '}')
	return json.Valid(whole) && a.object.read(whole) == nil && a.object.isCustomer()
}

func (o *object) isCustomer() bool {
	return o.has(attrID) && (o.has(attrType) || o.has(attrName))
}

// envelope reads what stands around a list: what it says of itself, or the customer that was asked for.
func (a *envelope) finishEnvelope(c *element) error {
	if a.object.isCustomer() {
		if a.wrapped || !sameID(a.object.id(), a.asked) {
			return errShape
		}
		return a.finishElement(c)
	}
	if c.held != nil {
		return errTwoLists
	}
	a.fields = metaFieldsIn(append(c.own, '}'))
	return nil
}
