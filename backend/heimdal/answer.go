package heimdal

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"fs-client-portal/backend/portal"
)

const (
	window = 64 << 10
	// levels is how deep customers may be nested in customers.
	levels = 32
	// mostHeld is how much of a list of customers may come before the id and type of the customer they are under.
	mostHeld = 8 << 20
)

// answer reads one answer of the API, handing each customer to add and holding no more than one of them. What an answer
// says of itself is known once it has been read to its end.
type answer struct {
	*scanner
	add func(portal.Customer) error
	// asked is the customer id that was asked for, secret what no error may show.
	asked  string
	secret string
	object object
	// holding is how much of lists is held back.
	holding int
	// spare is, by level, what the customer before was read into.
	spare [levels + 1][]byte

	handed   int64 // customers handed to add
	own      int64 // elements that are the account that was asked about
	elements int64 // those of them in the list itself, not nested
	firstID  string
	nested   bool  // some customer held others
	parented bool  // some customer has a field for its parent, maybe empty
	unnamed  int   // customers without an id, which were passed over
	counted  int64 // customers whose paths count
	// samples are the JSON of some of them.
	samples []json.RawMessage
	listed  bool // an envelope, whose list has come
	wrapped bool // an envelope inside an object
	// clues are the members beside the list, said and headers what these members and the headers say about it.
	clues         []clue
	open          []clue // members of customers that hold others, which say that they hold more
	said, headers said
}

// messageError is an object with a message where customers should be.
type messageError struct{ text string }

func (e *messageError) Error() string { return e.text }

// decode reads an answer to its end. Without an error r held one whole, well-formed answer: an array of customers, an
// object with such an array, or one customer. Its errors are *portal.CallError or *messageError, or add's own; but for a
// message's text they do not show the secret.
func decode(r io.Reader, asked, secret string, d decisions, add func(portal.Customer) error) (*answer, error) {
	r, err := plainText(r)
	if err != nil {
		return nil, err
	}
	a := &answer{scanner: newScanner(r, window), add: add, asked: asked, secret: secret,
		object: object{secret: secret, paths: newPaths(d, secret)}}
	var own *addError
	switch err := a.whole(); {
	case err == nil:
		return a, nil
	case showsFields(err):
		return a, readError(err)
	case errors.As(err, &own):
		return nil, own.error
	default:
		return nil, readError(err)
	}
}

// errNotKept is returned by add for a customer that is left out, so that its paths do not count.
var errNotKept = errors.New("not kept")

// addError is an error of add's, which is nobody else's to explain.
type addError struct{ error }

// plainText skips a byte order mark, and refuses what is not UTF-8 from its first bytes on.
func plainText(r io.Reader) (io.Reader, error) {
	head := make([]byte, 4)
	n, err := io.ReadFull(r, head)
	if err != nil && n == 0 {
		if err == io.EOF { //nolint:errorlint // wrapped, it is the end of something else
			return nil, errEmpty
		}
		return nil, readError(err)
	}
	head = bytes.TrimPrefix(head[:n], []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) || bytes.IndexByte(head, 0) >= 0 {
		return nil, errUTF16
	}
	return io.MultiReader(bytes.NewReader(head), r), nil
}

func (a *answer) whole() error {
	b, err := a.next()
	if errors.Is(err, io.EOF) {
		return errEmpty
	}
	if err != nil {
		return err
	}
	switch b {
	case '[':
		a.at++
		err = a.customers(place{})
	case '{':
		err = a.top()
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
	if a.unnamed > 0 {
		return errNoID
	}
	return nil
}

// place is where in an answer a customer stands.
type place struct {
	under string // the id of the MSP it is in
	level int
}

// customers reads a list whose opening bracket has been passed.
func (a *answer) customers(p place) error {
	return a.list(']', func() error {
		if p.level == 0 {
			a.elements++
		}
		return a.customer(p)
	})
}

// part is a customer that is being read, apart from the customers in it.
type part struct {
	place
	own  []byte
	held [][]byte
	// around are the members beside those customers that came in an envelope of their own.
	around []clue
	// As whom the customers in it were handed over before all of it was known.
	streamed bool
	whole    bool  // it is the whole answer
	before   int64 // customers handed over before it
	id       string
	kind     portal.CustomerKind
}

func (a *answer) customer(p place) error {
	if b, err := a.next(); err != nil {
		return err
	} else if b != '{' {
		return errNoObject
	}
	a.at++
	if p.level > levels {
		return errDeep
	}
	c := &part{place: p, own: append(a.spare[p.level][:0], '{'), before: a.handed}
	err := a.list('}', func() error { return a.member(c) })
	a.spare[p.level] = c.own
	if err != nil {
		return err
	}
	return a.hand(c)
}

// member reads one member of a customer: a list of customers is handed over, the rest is the customer's own.
func (a *answer) member(c *part) error {
	begin, err := a.name(c)
	if err != nil {
		return err
	}
	b, err := a.next()
	if err != nil {
		return err
	}
	child := within[a.plain(c, begin)]
	if b == '{' && child {
		return a.childObject(c, begin)
	}
	if b != '[' || !child {
		c.own, err = a.value(c.own, heaviest)
		return err
	}
	a.at++
	if b, err = a.next(); err != nil {
		return err
	}
	if b != '{' {
		c.own, err = a.nestedValue(append(c.own, '['), heaviest)
		return err
	}
	c.own = c.own[:begin]
	return a.children(c)
}

// name reads a member's name, and answers where in c.own the member begins.
func (a *answer) name(c *part) (begin int, err error) {
	begin = len(c.own)
	if begin > 1 {
		c.own = append(c.own, ',')
	}
	if begin > heaviest {
		return begin, errHeavy
	}
	c.own, err = a.key(c.own)
	return begin, err
}

// plain is the name that c.own ends with, read without case and separators.
func (a *answer) plain(c *part, begin int) string {
	quoted := bytes.TrimPrefix(c.own[begin:len(c.own)-1], []byte(","))
	return a.object.word(quoted).plain
}

// children hands over the customers in c, once it is known as whose; the list's opening bracket has been passed.
func (a *answer) children(c *part) error {
	a.nested = true
	if !c.streamed {
		a.identify(c)
	}
	if !c.streamed {
		held, err := a.nestedValue([]byte{'['}, mostHeld-a.holding)
		c.held = append(c.held, held)
		a.holding += len(held)
		return err
	}
	return a.customers(c.inner())
}

// identify looks whether what has come of c says who it is.
func (a *answer) identify(c *part) {
	whole := append(c.own[:len(c.own):len(c.own)], '}')
	if !json.Valid(whole) || a.object.read(whole) != nil {
		return
	}
	id, known := find(&a.object, meansID, readID)
	kind, typed := find(&a.object, meansType, readText)
	c.streamed, c.id, c.kind = known && (typed || sameID(id, a.asked)), id, kindOf(kind)
}

// inner is where the customers in c stand: under c if it is an MSP, else under the MSP that c is under.
func (c *part) inner() place {
	p := place{c.under, c.level + 1}
	if c.kind == portal.KindMSP {
		p.under = c.id
	}
	return p
}

// hand reads what there is of c itself, and hands it over after the customers that came before its id.
func (a *answer) hand(c *part) error {
	c.own = append(c.own, '}')
	customer, err := readCustomer(c.own, &a.object)
	if err == errNoID { //nolint:errorlint // it is made in one place
		if text, ok := a.object.message(); ok {
			return &messageError{text}
		}
		return a.passUnnamed(c)
	}
	if err != nil {
		return err
	}
	a.parented = a.parented || a.object.has(meansParent)
	isOwn := sameID(customer.ExternalID, a.asked)
	if (c.level > 0 || c.streamed || c.held != nil) && customer.Type == "" && !isOwn {
		return a.untyped(customer)
	}
	if c.streamed && (c.id != customer.ExternalID || c.kind != customer.Kind && !isOwn) {
		return errorf(portal.Garbage, "The customer %s calls itself %s, too, so the portal cannot know whose the customers in it are. Tell Heimdal's support.", redact(c.id, a.secret), redact(customer.ExternalID, a.secret))
	}
	if _, decided := decision(&a.object, meansParent, readParent, firstOf(&a.object, readParent)); c.under != "" && !decided {
		customer.ParentID = c.under
	}
	c.id, c.kind = customer.ExternalID, customer.Kind
	if isOwn && c.level == 0 {
		a.own++
	}
	if err := a.unfold(c); err != nil {
		return err
	}
	if c.held != nil {
		// The customers in it were read meanwhile.
		if _, err := readCustomer(c.own, &a.object); err != nil {
			return err
		}
	}
	if c.whole || c.streamed || c.held != nil {
		a.holdsMore(c)
	}
	a.holdsUnread(c)
	return a.give(customer)
}

// unfold hands over the customers in c that came before its id.
func (a *answer) unfold(c *part) error {
	stream := a.scanner
	defer func() { a.scanner = stream }()
	for _, held := range c.held {
		s := overWhole(held)
		a.scanner = &s
		a.at++
		err := a.customers(c.inner())
		if err == nil {
			err = a.end()
		}
		if errors.Is(err, io.EOF) {
			return errSyntax
		}
		if err != nil {
			return err
		}
		a.holding -= len(held)
	}
	return nil
}

func (a *answer) give(c portal.Customer) error {
	if a.firstID == "" {
		a.firstID = c.ExternalID
	}
	a.handed++
	err := a.add(c)
	if err == errNotKept { //nolint:errorlint // it is returned as it is
		return nil
	}
	if err != nil {
		return &addError{err}
	}
	a.count(c.Raw)
	return nil
}
