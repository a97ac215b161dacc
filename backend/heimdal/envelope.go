package heimdal

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"fs-client-portal/backend/portal"
)

// emitFunc processes one customer of a response. Only the paths of customers that it keeps are counted.
type emitFunc func(portal.Customer) (kept bool, err error)

// envelope is what a response says beside its customers. It is complete once decode has returned without an error and
// readMetadata has been called.
type envelope struct {
	emitted        int64 // customers passed to emit
	elements       int64 // of the list itself, without nested customers
	ownElements    int64 // those that are the account that was asked about
	firstID        string
	listed         bool // there is a list, rather than one customer
	wrapped        bool // the list is in an object inside the envelope
	nested         bool // some customer contains others
	hasParentField bool // some customer has a field for its parent, maybe empty

	// fields are the members beside the list, unread the members of customers which say that they contain more.
	fields []metaField
	unread []metaField
	// metadata is read from the fields, headerMetadata from the headers.
	metadata, headerMetadata metadata

	paths     *paths
	counted   int64             // customers whose paths are counted
	withoutID int               // customers that were skipped
	samples   []json.RawMessage // the JSON of some of the counted customers

	secret string // appears in no error
}

// decode reads a response to its end and passes each customer to emit, holding no more than one of them in memory.
// Without an error r was one complete, well-formed document: an array of customers, an object with such an array, or
// one customer. The error is a *connector.CallError, a *messageError or emit's own. An envelope beside it has the paths
// of what was read.
func decode(r io.Reader, customerID, secret string, m mapping, emit emitFunc) (*envelope, error) {
	r, err := plainText(r)
	if err != nil {
		return nil, err
	}
	d := &decoder{
		envelope:   &envelope{secret: secret, paths: newPaths(m, secret)},
		emit:       emit,
		customerID: customerID,
	}
	d.object = object{secret: secret, paths: d.paths}
	var own *emitError
	switch err := (parser{d, newScanner(r, windowSize)}).readDocument(); {
	case err == nil:
		return d.envelope, nil
	case isUnmapped(err):
		return d.envelope, readError(err)
	case errors.As(err, &own):
		return nil, own.error
	default:
		return nil, readError(err)
	}
}

// emitError marks an error that emit returned. It is passed on unchanged.
type emitError struct{ error }

// plainText skips a byte order mark, and refuses a text whose first bytes are not UTF-8.
func plainText(r io.Reader) (io.Reader, error) {
	head := make([]byte, 4)
	n, err := io.ReadFull(r, head)
	if err != nil && n == 0 {
		if err == io.EOF { //nolint:errorlint // a wrapped EOF has another cause
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

// readMetadata reads the members and headers beside the customers. The error is a failure that one of them reports, or
// a sign of customers that are missing.
func (e *envelope) readMetadata(harmless map[string]bool, headers ...http.Header) error {
	own, sent := metaFields{e.fields, harmless, e.secret}, metaFields{metaFieldsOfHeaders(headers...), harmless, e.secret}
	for _, fields := range []metaFields{own, sent} {
		if err := fields.failureError(); err != nil && e.emitted == 0 {
			return emptyFailure{err}
		} else if err != nil {
			return err
		}
	}
	var err error
	if e.metadata, err = own.metadata(e.elements, e.emitted); err != nil {
		return err
	}
	if e.headerMetadata, err = sent.metadata(e.elements, e.emitted); err != nil {
		return err
	}
	for _, one := range e.unread {
		if !own.isHarmless(one) {
			return e.unaccounted(one.name, "A customer in the response says that it holds more customers than were received (%s).",
				one.displayName(e.secret))
		}
	}
	if e.metadata.total == nil && e.listed {
		return own.remarkError()
	}
	return nil
}

// decoder is the state of reading one response.
type decoder struct {
	*envelope
	emit       emitFunc
	customerID string // the customer id of the account
	// object is the customer that was read last; its memory is used again.
	object object
	// heldBytes is the size of the lists that are held back.
	heldBytes int
	// buffers hold, by level, the JSON of the customer that is read.
	buffers [maxNesting + 1][]byte
}

// emitCustomer passes one customer on.
func (d *decoder) emitCustomer(c portal.Customer) error {
	if d.firstID == "" {
		d.firstID = c.ExternalID
	}
	d.emitted++
	kept, err := d.emit(c)
	if err != nil {
		return &emitError{err}
	}
	if kept {
		d.countPaths(c.Raw)
	}
	return nil
}
