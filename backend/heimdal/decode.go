package heimdal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"fs-client-portal/backend/portal"
)

var (
	errWebPage  = errorf(portal.Garbage, "A web page came back instead of data. A proxy or a sign-in wall may be in the way, or the base URL is wrong.")
	errTooLarge = errorf(portal.Oversized, "The answer is larger than the portal accepts.")
	errShape    = errorf(portal.Garbage, "The answer is JSON, but not in any shape known for customers.")
)

// messageError is an object with a message where customers should be.
type messageError struct{ text string }

func (e *messageError) Error() string { return e.text }

// capped reads at most left bytes, then answers errTooLarge.
type capped struct {
	io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errTooLarge
	}
	n, err := c.Reader.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

func isSyntax(err error) bool {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	return errors.As(err, &syntax) || errors.As(err, &kind)
}

// decode hands every customer in r to add, one at a time, and ends without an error only if r held one whole,
// well-formed answer: an array of customers, an object with such an array and counts that agree, or one customer.
// Its errors are *portal.CallError or *messageError, or add's own.
func decode(r io.Reader, add func(portal.Customer) error) error {
	buffered := bufio.NewReaderSize(r, 64<<10)
	first, err := firstByte(buffered)
	if err != nil {
		return err
	}
	a := &answer{add: add, head: &bytes.Buffer{}}
	a.Decoder = json.NewDecoder(io.TeeReader(buffered, a))
	a.UseNumber()
	switch first {
	case '[':
		a.head = nil
		err = a.array()
	case '{':
		err = a.object()
	case '<':
		return errWebPage
	default:
		return errShape
	}
	if err == nil {
		err = a.end()
	}
	var message *messageError
	if err == nil || errors.As(err, &message) {
		return err
	}
	return readError(err)
}

// firstByte skips a byte order mark and white space.
func firstByte(r *bufio.Reader) (byte, error) {
	if mark, _ := r.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = r.Discard(3)
	}
	for {
		b, err := r.ReadByte()
		if errors.Is(err, io.EOF) {
			return 0, errorf(portal.Garbage, "The answer is empty.")
		}
		if err != nil {
			return 0, readError(err)
		}
		if !bytes.ContainsRune([]byte(" \t\r\n"), rune(b)) {
			return b, r.UnreadByte()
		}
	}
}

// answer reads one answer token by token, never holding more than one customer of it. Until it is known whether an
// object is a customer itself, head keeps what was read of it.
type answer struct {
	*json.Decoder
	add   func(portal.Customer) error
	head  *bytes.Buffer
	count int64
}

// Write receives what the decoder reads.
func (a *answer) Write(p []byte) (int, error) {
	if a.head == nil {
		return len(p), nil
	}
	if a.head.Len() > 2*heaviest {
		return 0, errTooLarge
	}
	return a.head.Write(p)
}

// array reads from an opening bracket to its closing one.
func (a *answer) array() error {
	if _, err := a.Token(); err != nil {
		return err
	}
	return a.elements()
}

func (a *answer) elements() error {
	for a.More() {
		var raw json.RawMessage
		if err := a.Decode(&raw); err != nil {
			return err
		}
		if err := a.customer(raw); err != nil {
			return err
		}
	}
	_, err := a.Token()
	return err
}

func (a *answer) customer(raw json.RawMessage) error {
	customer, err := readCustomer(raw)
	if err != nil {
		return err
	}
	a.count++
	return a.add(customer)
}

// listNames are where an envelope keeps its customers.
var listNames = map[string]bool{"items": true, "customers": true, "data": true, "results": true, "records": true, "value": true}

// object reads an envelope, a message or a single customer.
func (a *answer) object() error {
	if _, err := a.Token(); err != nil {
		return err
	}
	members, listed := map[string]json.RawMessage{}, false
	for a.More() {
		token, err := a.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		key := plain(name)
		if listNames[key] && !isCustomer(members) && !listed {
			if listed, err = a.list(); err != nil {
				return err
			}
			continue
		}
		var value json.RawMessage
		if err := a.Decode(&value); err != nil {
			return err
		}
		members[key] = value
	}
	if _, err := a.Token(); err != nil {
		return err
	}
	if listed {
		return agree(members, a.count)
	}
	return a.single(members)
}

// list streams the value of an envelope's list; null is no list, anything but an array is nothing we know.
func (a *answer) list() (bool, error) {
	token, err := a.Token()
	if err != nil || token == nil {
		return false, err
	}
	if token != json.Delim('[') {
		return false, errShape
	}
	a.head = nil
	return true, a.elements()
}

// agree checks what an envelope says of itself against the customers it held.
func agree(members map[string]json.RawMessage, count int64) error {
	for _, name := range []string{"totalcount", "total", "totalitems", "totalrecords", "count"} {
		if said, ok := readCount(members[name]); ok && said != count {
			return errorf(portal.Incomplete, "The answer says there are %d customers but holds %d.", said, count)
		}
	}
	if pages, ok := readCount(members["totalpages"]); ok && pages > 1 {
		return errorf(portal.Incomplete, "The answer is one of %d pages.", pages)
	}
	for _, name := range []string{"hasmore", "hasnext", "hasnextpage", "next", "nextpage", "nextlink", "odata.nextlink"} {
		if value := string(members[name]); value != "" && value != "null" && value != "false" && value != `""` {
			return errorf(portal.Incomplete, "The answer says that more customers follow it.")
		}
	}
	return nil
}

// isCustomer reports whether an object with these members can only be a customer.
func isCustomer(members map[string]json.RawMessage) bool {
	id, kind := false, false
	for key := range members {
		id = id || known[key] == meansID
		kind = kind || known[key] == meansType || known[key] == meansName
	}
	return id && kind
}

// single takes an object without a list for a customer, or for a message about why there are none.
func (a *answer) single(members map[string]json.RawMessage) error {
	if isCustomer(members) {
		whole := a.head.Bytes()[:a.InputOffset()]
		return a.customer(bytes.TrimSpace(whole))
	}
	for _, name := range []string{"message", "errormessage", "error", "errors"} {
		if text, ok := readText(members[name]); ok {
			return &messageError{brief(text)}
		}
	}
	return errShape
}

// end makes sure that nothing follows the answer.
func (a *answer) end() error {
	_, err := a.Token()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil || isSyntax(err) {
		return errorf(portal.Garbage, "Something follows the end of the answer.")
	}
	return err
}

// brief makes a text fit for a sentence.
func brief(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	return cut(strings.TrimSpace(text), 200)
}

// cut shortens text to at most n characters.
func cut(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n])
}

// collector gathers the customers of one answer and judges them as a whole.
type collector struct {
	customers []portal.Customer
	seen      map[string]struct{}
	typed     bool
}

func (l *collector) add(c portal.Customer) error {
	if l.seen == nil {
		l.seen = map[string]struct{}{}
	}
	if _, twice := l.seen[c.ExternalID]; twice {
		return errorf(portal.DuplicateID, "The answer holds two customers with the id %s.", c.ExternalID)
	}
	l.seen[c.ExternalID] = struct{}{}
	l.typed = l.typed || c.Type != ""
	l.customers = append(l.customers, c)
	return nil
}

// complete refuses an answer none of whose customers has a type: taken at its word it would turn every MSP into a
// client.
func (l *collector) complete() error {
	if len(l.customers) > 0 && !l.typed {
		return errorf(portal.Garbage, "No customer in the answer has a type, so MSPs cannot be told from clients.")
	}
	return nil
}
