package heimdal

import (
	"bytes"
	"errors"
	"io"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

const (
	// windowSize is how much of a response is read at a time.
	windowSize = 64 << 10
	// maxNesting is how deep customers may be nested in customers.
	maxNesting = 32
	// maxHeldBytes limits the lists of customers that arrive before the id and type of the customer that contains
	// them.
	maxHeldBytes = 8 << 20
)

// parser reads customers from a scanner: the response itself, or a list in it that was held back.
type parser struct {
	*decoder
	*scanner
}

// readDocument reads the whole response.
func (p parser) readDocument() error {
	b, err := p.firstByte()
	if errors.Is(err, io.EOF) {
		return errEmpty
	}
	if err != nil {
		return err
	}
	switch b {
	case '[':
		p.open()
		err = p.readCustomers(position{})
	case '{':
		err = p.readTopObject()
	case '<':
		return errWebPage
	default:
		return errShape
	}
	if err != nil {
		return err
	}
	if err := p.end(); err != nil {
		return err
	}
	if p.withoutID > 0 {
		return errNoID
	}
	return nil
}

// position is where in a response a customer is.
type position struct {
	parentID string // the id of the nearest MSP that contains it
	level    int
}

// readCustomers reads a list whose opening bracket has been read.
func (p parser) readCustomers(at position) error {
	return p.list(']', func() error {
		if at.level == 0 {
			p.elements++
		}
		return p.readElement(at)
	})
}

// element is a customer that is being read, without the customers in it.
type element struct {
	position
	own  []byte   // its JSON so far
	held [][]byte // lists of customers that arrived before its id and type
	// heldFields are the members beside customers that arrived in an envelope of their own.
	heldFields []metaField
	// streamed is set once customers in it have been emitted; then id and kind may no longer change.
	streamed      bool
	id            string
	kind          portal.CustomerKind
	isDocument    bool  // it is the whole response
	emittedBefore int64 // customers emitted before it
}

// readElement reads one element of a list of customers.
func (p parser) readElement(at position) error {
	if b, err := p.peek(); err != nil {
		return err
	} else if b != '{' {
		return errNoObject
	}
	p.open()
	if at.level > maxNesting {
		return errDeep
	}
	c := &element{position: at, own: append(p.buffers[at.level][:0], '{'), emittedBefore: p.emitted}
	err := p.list('}', func() error { return p.readMember(c) })
	p.buffers[at.level] = c.own
	if err != nil {
		return err
	}
	return p.finishElement(c)
}

// readMember reads one member of a customer: a list of customers is read as such, anything else is added to c.own.
func (p parser) readMember(c *element) error {
	begin, err := p.readMemberName(c)
	if err != nil {
		return err
	}
	b, err := p.peek()
	if err != nil {
		return err
	}
	child := childLists[p.plainMemberName(c, begin)]
	if b == '{' && child {
		return p.readChildObject(c, begin)
	}
	if b != '[' || !child {
		c.own, err = p.value(c.own, maxValueBytes, maxDepth)
		return err
	}
	p.open()
	if b, err = p.peek(); err != nil {
		return err
	}
	if b != '{' {
		c.own, err = p.nestedValue(append(c.own, '['), maxValueBytes, maxDepth)
		return err
	}
	c.own = c.own[:begin]
	return p.readChildren(c)
}

// readMemberName appends a member's name to c.own and returns where the member begins.
func (p parser) readMemberName(c *element) (begin int, err error) {
	begin = len(c.own)
	if begin > 1 {
		c.own = append(c.own, ',')
	}
	if begin > maxValueBytes {
		return begin, errHeavy
	}
	c.own, err = p.memberKey(c.own)
	return begin, err
}

// plainMemberName returns the name at the end of c.own without case and separators.
func (d *decoder) plainMemberName(c *element, begin int) string {
	quoted := bytes.TrimPrefix(c.own[begin:len(c.own)-1], []byte(","))
	return d.object.memberName(quoted).plain
}

// readChildren reads the customers in c, whose opening bracket has been read. They are held back while the id and type
// of c are not known.
func (p parser) readChildren(c *element) error {
	p.nested = true
	if !c.streamed {
		p.identify(c)
	}
	if !c.streamed {
		held, err := p.nestedValue([]byte{'['}, maxHeldBytes-p.heldBytes, maxDepth)
		c.held = append(c.held, held)
		p.heldBytes += len(held)
		return err
	}
	return p.readCustomers(c.childPosition())
}

// identify sets the id and kind of c if the members so far contain them.
func (d *decoder) identify(c *element) {
	so := append(c.own[:len(c.own):len(c.own)], '}')
	if d.object.read(so) != nil {
		return
	}
	id, known := find(&d.object, attrID, readID)
	kind, typed := find(&d.object, attrType, readText)
	c.streamed, c.id, c.kind = known && (typed || sameID(id, d.customerID)), id, kindOf(kind)
}

// childPosition returns the position of the customers in c: under c if it is an MSP, else under the MSP that c is
// under.
func (c *element) childPosition() position {
	at := position{c.parentID, c.level + 1}
	if c.kind == portal.KindMSP {
		at.parentID = c.id
	}
	return at
}

// finishElement maps c to a customer and emits it, after the customers in it.
func (d *decoder) finishElement(c *element) error {
	c.own = append(c.own, '}')
	customer, err := readCustomer(c.own, &d.object)
	if err == errNoID { //nolint:errorlint // readCustomer returns it as it is
		if text, ok := d.object.message(); ok {
			return d.messageError(text)
		}
		return d.skipWithoutID(c)
	}
	if err != nil {
		return err
	}
	d.hasParentField = d.hasParentField || d.object.has(attrParent)
	isAccount := sameID(customer.ExternalID, d.customerID)
	if err := d.checkIdentity(c, customer, isAccount); err != nil {
		return err
	}
	if c.parentID != "" && !d.object.hasMappedParent() {
		customer.ParentID = c.parentID
	}
	c.id, c.kind = customer.ExternalID, customer.Kind
	if isAccount && c.level == 0 {
		d.ownElements++
	}
	if err := d.readHeld(c); err != nil {
		return err
	}
	if c.held != nil {
		// The customers in it have been read into d.object meanwhile.
		if _, err := readCustomer(c.own, &d.object); err != nil {
			return err
		}
	}
	if c.isDocument || c.streamed || c.held != nil {
		d.collectMissingChildren(c)
	}
	d.collectUnreadChildren(c)
	return d.emitCustomer(customer)
}

// checkIdentity returns an error if a customer that is nested, or contains others, has no type, or another id or kind
// than the customers in it were read with.
func (d *decoder) checkIdentity(c *element, customer portal.Customer, isAccount bool) error {
	if (c.level > 0 || c.streamed || c.held != nil) && customer.Type == "" && !isAccount {
		return d.untypedError(customer)
	}
	if c.streamed && (c.id != customer.ExternalID || c.kind != customer.Kind && !isAccount) {
		return errorf(connector.Garbage, "The customer %s calls itself %s, too, so the portal cannot know which "+
			"one contains the customers in it. Tell %s's support.", redact(c.id, d.secret), redact(customer.ExternalID, d.secret), product)
	}
	return nil
}

// readHeld reads the lists of customers in c that were held back.
func (d *decoder) readHeld(c *element) error {
	for _, held := range c.held {
		p := parser{d, scannerOver(held)}
		p.open()
		if err := p.readCustomers(c.childPosition()); err != nil {
			return err
		}
		d.heldBytes -= len(held)
	}
	return nil
}
