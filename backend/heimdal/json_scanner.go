package heimdal

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	maxDepth      = 64
	maxValueBytes = 1 << 20
	maxKeyBytes   = 1 << 10
)

// scanner splits JSON into values while it is read. The decoder checks that they are well-formed, and holds one name,
// text or number of it; the limits of their size and depth are the scanner's own.
type scanner struct {
	*jsontext.Decoder
	source *bufio.Reader
	read   int64 // bytes passed to the decoder
}

func newScanner(r io.Reader, window int) *scanner {
	s := &scanner{source: bufio.NewReaderSize(r, window)}
	s.Decoder = newDecoder(s)
	return s
}

// scannerOver returns a scanner over complete, well-formed JSON.
func scannerOver(raw []byte) *scanner { return &scanner{Decoder: newDecoder(bytes.NewBuffer(raw))} }

// newDecoder returns a decoder of r. The callers check names that occur twice and the encoding.
func newDecoder(r io.Reader) *jsontext.Decoder {
	return jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// Read reads the source for the decoder. It limits how much the decoder holds, which has no limit of its own.
func (s *scanner) Read(p []byte) (int, error) {
	if s.read-s.InputOffset() > maxValueBytes {
		return 0, errHeavy
	}
	// Peek, unlike Read, fails if there are only empty reads.
	if _, err := s.source.Peek(1); err != nil {
		return 0, err
	}
	n, err := s.source.Read(p)
	s.read += int64(n)
	return n, err
}

// firstByte returns the first byte of the document that is not white space, without reading it.
func (s *scanner) firstByte() (byte, error) {
	for {
		b, err := s.source.ReadByte()
		if err != nil {
			return 0, err
		}
		if !strings.ContainsRune(" \t\r\n", rune(b)) {
			return b, s.source.UnreadByte()
		}
	}
}

// peek returns the kind of the next value or closing bracket, without reading it.
func (s *scanner) peek() (jsontext.Kind, error) {
	kind := s.PeekKind()
	if kind == jsontext.KindInvalid {
		_, err := s.ReadToken()
		return kind, err
	}
	return kind, nil
}

// open reads an opening bracket that has been peeked at.
func (s *scanner) open() { _, _ = s.ReadToken() }

// list calls each for every element up to the closing bracket. The opening bracket has been read.
func (s *scanner) list(closing jsontext.Kind, each func() error) error {
	for s.PeekKind() != closing {
		if err := each(); err != nil {
			return err
		}
	}
	_, err := s.ReadToken()
	return err
}

// value appends the next value to kept, which may grow to limit bytes. The value may be nested depth levels deep.
func (s *scanner) value(kept []byte, limit, depth int) ([]byte, error) {
	kind, err := s.peek()
	if err != nil {
		return kept, err
	}
	if kind == '{' || kind == '[' {
		s.open()
		return s.nestedValue(append(kept, byte(kind)), limit, depth)
	}
	return s.scalar(kept, limit)
}

// nestedValue appends the rest of an object or list whose opening bracket has been kept.
func (s *scanner) nestedValue(kept []byte, limit, depth int) ([]byte, error) {
	if depth == 0 {
		return kept, errDeep
	}
	begin := len(kept)
	opening, closing := kept[begin-1], kept[begin-1]+2 // '{' and '}', '[' and ']' are two apart
	err := s.list(jsontext.Kind(closing), func() (err error) {
		if len(kept) >= limit {
			return errHeavy
		}
		if len(kept) > begin {
			kept = append(kept, ',')
		}
		if opening == '{' {
			if kept, err = s.scalar(kept, limit); err != nil {
				return err
			}
			kept = append(kept, ':')
		}
		kept, err = s.value(kept, limit, depth-1)
		return err
	})
	return append(kept, closing), err
}

// scalar appends a value that is neither an object nor a list.
func (s *scanner) scalar(kept []byte, limit int) ([]byte, error) {
	value, err := s.ReadValue()
	if err == nil && len(kept)+len(value) > limit {
		err = errHeavy
	}
	return append(kept, value...), err
}

// memberKey appends a member's quoted name and its colon.
func (s *scanner) memberKey(kept []byte) ([]byte, error) {
	kept, err := s.scalar(kept, len(kept)+maxKeyBytes)
	return append(kept, ':'), err
}

// end returns an error if anything but white space is left.
func (s *scanner) end() error {
	_, err := s.ReadToken()
	var syntax *jsontext.SyntacticError
	switch {
	case err == io.EOF: //nolint:errorlint // wrapped, it is the end of something else
		return nil
	case err == nil || errors.As(err, &syntax):
		return errTrailing
	}
	return err
}
