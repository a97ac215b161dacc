package heimdal

import (
	"io"
)

const (
	maxDepth      = 64
	maxValueBytes = 1 << 20
	maxKeyBytes   = 1 << 10
)

// scanner splits JSON into values while it is read, holding only one window of it and what its caller keeps. It finds
// where values end; the caller checks that a complete value is well-formed.
type scanner struct {
	r        io.Reader
	window   []byte
	at, full int
}

func newScanner(r io.Reader, window int) *scanner {
	return &scanner{r: r, window: make([]byte, window)}
}

// fill makes sure that there is an unread byte in the window.
func (s *scanner) fill() error {
	for empty := 0; s.at == s.full; empty++ {
		n, err := s.r.Read(s.window)
		s.at, s.full = 0, n
		if n == 0 && err != nil {
			return err
		}
		if empty > 100 {
			return io.ErrNoProgress
		}
	}
	return nil
}

// peek returns the next byte that is not white space, without reading it.
func (s *scanner) peek() (byte, error) {
	for {
		if err := s.fill(); err != nil {
			return 0, err
		}
		switch b := s.window[s.at]; b {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return b, nil
		}
	}
}

// skip reads the next byte that is not white space, which must be want.
func (s *scanner) skip(want byte) error {
	b, err := s.peek()
	if err != nil {
		return err
	}
	if b != want {
		return errSyntax
	}
	s.at++
	return nil
}

// list calls each for every element up to the closing bracket. The opening bracket has been read.
func (s *scanner) list(closing byte, each func() error) error {
	for first := true; ; first = false {
		b, err := s.peek()
		if err != nil {
			return err
		}
		if b == closing && first {
			s.at++
			return nil
		}
		if err := each(); err != nil {
			return err
		}
		if b, err = s.peek(); err != nil {
			return err
		}
		s.at++
		if b == closing {
			return nil
		}
		if b != ',' {
			return errSyntax
		}
	}
}

// value appends the next value to kept, which may grow to most bytes.
func (s *scanner) value(kept []byte, limit int) ([]byte, error) {
	b, err := s.peek()
	if err != nil {
		return kept, err
	}
	switch b {
	case '"':
		s.at++
		return s.quoted(append(kept, b), limit)
	case '{', '[':
		s.at++
		return s.nestedValue(append(kept, b), limit)
	case ',', ':', ']', '}':
		return kept, errSyntax
	}
	return s.literal(kept, limit)
}

// literal appends a number, true, false or null.
func (s *scanner) literal(kept []byte, limit int) ([]byte, error) {
	for {
		if err := s.fill(); err != nil {
			return kept, err
		}
		b := s.window[s.at]
		switch b {
		case ',', ':', ']', '}', '[', '{', '"', ' ', '\t', '\r', '\n':
			return kept, nil
		}
		if !isLiteralByte(b) {
			return kept, errSyntax
		}
		if len(kept) >= limit {
			return kept, errHeavy
		}
		kept = append(kept, b)
		s.at++
	}
}

// isLiteralByte reports whether b can be part of a number, true, false or null.
func isLiteralByte(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || b == '-' || b == '+' || b == '.' || b == 'E'
}

// quoted appends the rest of a string whose opening quote has been kept.
func (s *scanner) quoted(kept []byte, limit int) ([]byte, error) {
	for escaped := false; ; s.at++ {
		if err := s.fill(); err != nil {
			return kept, err
		}
		if len(kept) >= limit {
			return kept, errHeavy
		}
		b := s.window[s.at]
		if b < ' ' {
			return kept, errSyntax
		}
		kept = append(kept, b)
		if b == '"' && !escaped {
			s.at++
			return kept, nil
		}
		escaped = b == '\\' && !escaped
	}
}

// nestedValue appends the rest of an object or array whose opening bracket has been kept.
func (s *scanner) nestedValue(kept []byte, limit int) ([]byte, error) {
	for depth := 1; depth > 0; {
		if err := s.fill(); err != nil {
			return kept, err
		}
		if len(kept) >= limit {
			return kept, errHeavy
		}
		b := s.window[s.at]
		s.at++
		kept = append(kept, b)
		switch b {
		case '"':
			var err error
			if kept, err = s.quoted(kept, limit); err != nil {
				return kept, err
			}
		case '{', '[':
			if depth++; depth > maxDepth {
				return kept, errDeep
			}
		case '}', ']':
			depth--
		case ',', ':', ' ', '\t', '\r', '\n':
		default:
			if !isLiteralByte(b) {
				return kept, errSyntax
			}
		}
	}
	return kept, nil
}

// memberKey appends a member's quoted name and its colon.
func (s *scanner) memberKey(kept []byte) ([]byte, error) {
	if b, err := s.peek(); err != nil {
		return kept, err
	} else if b != '"' {
		return kept, errSyntax
	}
	s.at++
	kept, err := s.quoted(append(kept, '"'), len(kept)+maxKeyBytes)
	if err != nil {
		return kept, err
	}
	return append(kept, ':'), s.skip(':')
}

// end returns an error if anything but white space is left.
func (s *scanner) end() error {
	_, err := s.peek()
	if err == io.EOF { //nolint:errorlint // wrapped, it is the end of something else
		return nil
	}
	if err == nil {
		return errTrailing
	}
	return err
}
