package heimdal

import (
	"unicode/utf8"
)

// readTopObject reads an object that is an envelope, a message or a single customer.
func (p parser) readTopObject() error {
	c := &element{own: []byte{'{'}, isDocument: true}
	p.open()
	if err := p.list('}', func() error { return p.readTopMember(c, 0) }); err != nil {
		return err
	}
	complete := append(c.own[:len(c.own):len(c.own)], '}')
	if !utf8.Valid(complete) {
		return errEncoding
	}
	if err := p.object.read(complete); err != nil {
		return err
	}
	text, isMessage := p.object.message()
	switch {
	case p.listed && p.emitted == 0 && p.withoutID == 0 && isMessage && !isSuccessMessage(text):
		return p.messageError(text)
	case p.listed:
		return p.finishEnvelope(c)
	case !p.wrapped && p.object.isCustomer():
		p.elements++
		return p.finishElement(c)
	case isMessage:
		return p.messageError(text)
	}
	return errShape
}

// readTopMember is readMember for an object that may be an envelope.
func (p parser) readTopMember(c *element, depth int) error {
	begin, err := p.readMemberName(c)
	if err != nil {
		return err
	}
	b, err := p.peek()
	if err != nil {
		return err
	}
	plain := p.plainMemberName(c, begin)
	isList := b == '[' && (customerLists[plain] || childLists[plain])
	isWrapper := b == '{' && envelopeObjects[plain] && depth < 3
	if b == '{' && childLists[plain] {
		return p.readChildObject(c, begin)
	}
	if !isList && !isWrapper {
		c.own, err = p.value(c.own, maxValueBytes, maxDepth)
		return err
	}
	customer := p.looksLikeCustomer(c.own[:begin])
	if customer && isWrapper {
		c.own, err = p.value(c.own, maxValueBytes, maxDepth)
		return err
	}
	p.open()
	if isWrapper {
		c.own, p.wrapped = c.own[:begin], true
		return p.list('}', func() error { return p.readTopMember(c, depth+1) })
	}
	return p.readTopList(c, begin, customer && !childLists[plain], customer)
}

// readTopList reads a list in the topmost object, whose opening bracket has been read. customer is set where the
// object is a customer, ownValue where the list is one of that customer's values.
func (p parser) readTopList(c *element, begin int, ownValue, customer bool) error {
	b, err := p.peek()
	if err != nil {
		return err
	}
	if ownValue || b != '{' && (b != ']' || customer) {
		c.own, err = p.nestedValue(append(c.own, '['), maxValueBytes, maxDepth)
		return err
	}
	c.own = c.own[:begin]
	if customer {
		return p.readChildren(c)
	}
	if p.listed {
		return errTwoLists
	}
	p.listed = true
	return p.readCustomers(position{})
}

// looksLikeCustomer reports whether an object that begins like this can only be a customer.
func (d *decoder) looksLikeCustomer(begin []byte) bool {
	complete := append(begin[:len(begin):len(begin)], '}')
	return d.object.read(complete) == nil && d.object.isCustomer()
}

// finishEnvelope keeps the members around a list, or reads the customer that they are: the account itself.
func (d *decoder) finishEnvelope(c *element) error {
	if d.object.isCustomer() {
		if d.wrapped || !sameID(d.object.id(), d.customerID) {
			return errShape
		}
		return d.finishElement(c)
	}
	if c.held != nil {
		return errTwoLists
	}
	d.fields = metaFieldsIn(append(c.own, '}'))
	return nil
}
