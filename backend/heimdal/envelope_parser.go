package heimdal

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"fs-client-portal/backend/portal"
)

const (
	windowSize = 64 << 10
	// levels is how deep customers may be nested in customers.
	maxNesting = 32
	// mostHeld is how much of a list of customers may come before the id and type of the customer they are under.
	maxHeldBytes = 8 << 20
)

// place is where in an answer a customer stands.
type position struct {
	parentID string // the id of the MSP it is in
	level    int
}

// part is a customer that is being read, apart from the customers in it.
type element struct {
	position
	own  []byte
	held [][]byte
	// around are the members beside those customers that came in an envelope of their own.
	heldFields []metaField
	// As whom the customers in it were handed over before all of it was known.
	streamed      bool
	isDocument    bool  // it is the whole answer
	emittedBefore int64 // customers handed over before it
	id            string
	kind          portal.CustomerKind
}

func (e *messageError) Error() string { return e.text }

// errNotKept is returned by add for a customer that is left out, so that its paths do not count.
var errNotKept = errors.New("not kept")

func (a *envelope) readDocument() error {
	b, err := a.peek()
	if errors.Is(err, io.EOF) {
		return errEmpty
	}
	if err != nil {
		return err
	}
	switch b {
	case '[':
		a.at++
		err = a.readCustomers(position{})
	case '{':
		err = a.readTopObject()
	case '<':
		return errWebPage
	default:
		return errShape
	}
	if err != nil {
		return err
	}
	if err := a.end(); err != nil {
		return err
	}
	if a.withoutID > 0 {
		return errNoID
	}
	return nil
}

// customers reads a list whose opening bracket has been passed.
func (a *envelope) readCustomers(p position) error {
	return a.list(']', func() error {
		if p.level == 0 {
			a.elements++
		}
		return a.readElement(p)
	})
}

func (a *envelope) readElement(p position) error {
	if b, err := a.peek(); err != nil {
		return err
	} else if b != '{' {
		return errNoObject
	}
	a.at++
	if p.level > maxNesting {
		return errDeep
	}
	c := &element{position: p, own: append(a.buffers[p.level][:0], '{'), emittedBefore: a.emitted}
	err := a.list('}', func() error { return a.readMember(c) })
	a.buffers[p.level] = c.own
	if err != nil {
		return err
	}
	return a.finishElement(c)
}

// member reads one member of a customer: a list of customers is handed over, the rest is the customer's own.
func (a *envelope) readMember(c *element) error {
	begin, err := a.readMemberName(c)
	if err != nil {
		return err
	}
	b, err := a.peek()
	if err != nil {
		return err
	}
	child := childLists[a.plainMemberName(c, begin)]
	if b == '{' && child {
		return a.readChildObject(c, begin)
	}
	if b != '[' || !child {
		c.own, err = a.value(c.own, maxValueBytes)
		return err
	}
	a.at++
	if b, err = a.peek(); err != nil {
		return err
	}
	if b != '{' {
		c.own, err = a.nestedValue(append(c.own, '['), maxValueBytes)
		return err
	}
	c.own = c.own[:begin]
	return a.readChildren(c)
}

// name reads a member's name, and answers where in c.own the member begins.
func (a *envelope) readMemberName(c *element) (begin int, err error) {
	begin = len(c.own)
	if begin > 1 {
		c.own = append(c.own, ',')
	}
	if begin > maxValueBytes {
		return begin, errHeavy
	}
	c.own, err = a.memberKey(c.own)
	return begin, err
}

// plain is the name that c.own ends with, read without case and separators.
func (a *envelope) plainMemberName(c *element, begin int) string {
	quoted := bytes.TrimPrefix(c.own[begin:len(c.own)-1], []byte(","))
	return a.object.memberName(quoted).plain
}

// children hands over the customers in c, once it is known as whose; the list's opening bracket has been passed.
func (a *envelope) readChildren(c *element) error {
	a.nested = true
	if !c.streamed {
		a.identify(c)
	}
	if !c.streamed {
		held, err := a.nestedValue([]byte{'['}, maxHeldBytes-a.heldBytes)
		c.held = append(c.held, held)
		a.heldBytes += len(held)
		return err
	}
	return a.readCustomers(c.childPosition())
}

// identify looks whether what has come of c says who it is.
func (a *envelope) identify(c *element) {
	whole := append(c.own[:len(c.own):len(c.own)], '}')
	if !json.Valid(whole) || a.object.read(whole) != nil {
		return
	}
	id, known := find(&a.object, attrID, readID)
	kind, typed := find(&a.object, attrType, readText)
	c.streamed, c.id, c.kind = known && (typed || sameID(id, a.asked)), id, kindOf(kind)
}

// inner is where the customers in c stand: under c if it is an MSP, else under the MSP that c is under.
func (c *element) childPosition() position {
	p := position{c.parentID, c.level + 1}
	if c.kind == portal.KindMSP {
		p.parentID = c.id
	}
	return p
}

// hand reads what there is of c itself, and hands it over after the customers that came before its id.
func (a *envelope) finishElement(c *element) error {
	c.own = append(c.own, '}')
	customer, err := readCustomer(c.own, &a.object)
	if err == errNoID { //nolint:errorlint // it is made in one place
		if text, ok := a.object.message(); ok {
			return &messageError{text}
		}
		return a.skipWithoutID(c)
	}
	if err != nil {
		return err
	}
	a.hasParentField = a.hasParentField || a.object.has(attrParent)
	isOwn := sameID(customer.ExternalID, a.asked)
	if (c.level > 0 || c.streamed || c.held != nil) && customer.Type == "" && !isOwn {
		return a.untypedError(customer)
	}
	if c.streamed && (c.id != customer.ExternalID || c.kind != customer.Kind && !isOwn) {
		return errorf(portal.Garbage, "The customer %s calls itself %s, too, so the portal cannot know whose the customers in it are. Tell Heimdal's support.", redact(c.id, a.secret), redact(customer.ExternalID, a.secret))
	}
	if _, decided := mappedValue(&a.object, attrParent, readParent, firstOf(&a.object, readParent)); c.parentID != "" && !decided {
		customer.ParentID = c.parentID
	}
	c.id, c.kind = customer.ExternalID, customer.Kind
	if isOwn && c.level == 0 {
		a.ownElements++
	}
	if err := a.readHeld(c); err != nil {
		return err
	}
	if c.held != nil {
		// The customers in it were read meanwhile.
		if _, err := readCustomer(c.own, &a.object); err != nil {
			return err
		}
	}
	if c.isDocument || c.streamed || c.held != nil {
		a.collectMissingChildren(c)
	}
	a.collectUnreadChildren(c)
	return a.emitCustomer(customer)
}

// unfold hands over the customers in c that came before its id.
func (a *envelope) readHeld(c *element) error {
	stream := a.scanner
	defer func() { a.scanner = stream }()
	for _, held := range c.held {
		s := scannerOver(held)
		a.scanner = &s
		a.at++
		err := a.readCustomers(c.childPosition())
		if err == nil {
			err = a.end()
		}
		if errors.Is(err, io.EOF) {
			return errSyntax
		}
		if err != nil {
			return err
		}
		a.heldBytes -= len(held)
	}
	return nil
}

func (a *envelope) emitCustomer(c portal.Customer) error {
	if a.firstID == "" {
		a.firstID = c.ExternalID
	}
	a.emitted++
	err := a.emit(c)
	if err == errNotKept { //nolint:errorlint // it is returned as it is
		return nil
	}
	if err != nil {
		return &emitError{err}
	}
	a.countPaths(c.Raw)
	return nil
}
