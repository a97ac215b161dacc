package heimdal

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"fs-client-portal/backend/portal"
)

// answer reads one answer of the API, handing each customer to add and holding no more than one of them. What an answer
// says of itself is known once it has been read to its end.
type envelope struct {
	*scanner
	emit func(portal.Customer) error
	// asked is the customer id that was asked for, secret what no error may show.
	asked  string
	secret string
	object object
	// holding is how much of lists is held back.
	heldBytes int
	// spare is, by level, what the customer before was read into.
	buffers [maxNesting + 1][]byte

	emitted        int64 // customers handed to add
	ownElements    int64 // elements that are the account that was asked about
	elements       int64 // those of them in the list itself, not nested
	firstID        string
	nested         bool  // some customer held others
	hasParentField bool  // some customer has a field for its parent, maybe empty
	withoutID      int   // customers without an id, which were passed over
	counted        int64 // customers whose paths count
	// samples are the JSON of some of them.
	samples []json.RawMessage
	listed  bool // an envelope, whose list has come
	wrapped bool // an envelope inside an object
	// clues are the members beside the list, said and headers what these members and the headers say about it.
	fields                   []metaField
	unread                   []metaField // members of customers that hold others, which say that they hold more
	metadata, headerMetadata metadata
}

// messageError is an object with a message where customers should be.
type messageError struct{ text string }

// decode reads an answer to its end. Without an error r held one whole, well-formed answer: an array of customers, an
// object with such an array, or one customer. Its errors are *portal.CallError or *messageError, or add's own; but for a
// message's text they do not show the secret.
func decode(r io.Reader, asked, secret string, d mapping, add func(portal.Customer) error) (*envelope, error) {
	r, err := plainText(r)
	if err != nil {
		return nil, err
	}
	a := &envelope{scanner: newScanner(r, windowSize), emit: add, asked: asked, secret: secret,
		object: object{secret: secret, paths: newPaths(d, secret)}}
	var own *emitError
	switch err := a.readDocument(); {
	case err == nil:
		return a, nil
	case isUnmapped(err):
		return a, readError(err)
	case errors.As(err, &own):
		return nil, own.error
	default:
		return nil, readError(err)
	}
}

// addError is an error of add's, which is nobody else's to explain.
type emitError struct{ error }

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
