package heimdal

import (
	"encoding/json"
	"io"
	"unicode/utf8"
)

const (
	deepest  = 64
	heaviest = 1 << 20
	longKey  = 1 << 10
)

// scanner takes JSON apart as it comes in, holding no more of it than one window and what its caller keeps. It finds
// where values end; whether they are well-formed is for the caller to check once it holds a whole one.
type scanner struct {
	r        io.Reader
	window   []byte
	at, full int
}

func newScanner(r io.Reader, window int) *scanner {
	return &scanner{r: r, window: make([]byte, window)}
}

// more makes sure that there is an unread byte in the window.
func (s *scanner) more() error {
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

// next answers the next byte that is no white space, and leaves it there.
func (s *scanner) next() (byte, error) {
	for {
		if err := s.more(); err != nil {
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

// skip passes over the next byte that is no white space, which must be want.
func (s *scanner) skip(want byte) error {
	b, err := s.next()
	if err != nil {
		return err
	}
	if b != want {
		return errSyntax
	}
	s.at++
	return nil
}

// list calls each for every element up to close, whose opening bracket has been passed.
func (s *scanner) list(closing byte, each func() error) error {
	for first := true; ; first = false {
		b, err := s.next()
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
		if b, err = s.next(); err != nil {
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
func (s *scanner) value(kept []byte, most int) ([]byte, error) {
	b, err := s.next()
	if err != nil {
		return kept, err
	}
	switch b {
	case '"':
		s.at++
		return s.quoted(append(kept, b), most)
	case '{', '[':
		s.at++
		return s.nestedValue(append(kept, b), most)
	case ',', ':', ']', '}':
		return kept, errSyntax
	}
	return s.bare(kept, most)
}

// bare appends a number or a word.
func (s *scanner) bare(kept []byte, most int) ([]byte, error) {
	for {
		if err := s.more(); err != nil {
			return kept, err
		}
		b := s.window[s.at]
		switch b {
		case ',', ':', ']', '}', '[', '{', '"', ' ', '\t', '\r', '\n':
			return kept, nil
		}
		if !inWord(b) {
			return kept, errSyntax
		}
		if len(kept) >= most {
			return kept, errHeavy
		}
		kept = append(kept, b)
		s.at++
	}
}

// inWord reports whether b can be part of a number, true, false or null.
func inWord(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || b == '-' || b == '+' || b == '.' || b == 'E'
}

// quoted appends the rest of a string whose opening quote is kept already.
func (s *scanner) quoted(kept []byte, most int) ([]byte, error) {
	for escaped := false; ; s.at++ {
		if err := s.more(); err != nil {
			return kept, err
		}
		if len(kept) >= most {
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

// nestedValue appends the rest of an object or array whose opening bracket is kept already.
func (s *scanner) nestedValue(kept []byte, most int) ([]byte, error) {
	for depth := 1; depth > 0; {
		if err := s.more(); err != nil {
			return kept, err
		}
		if len(kept) >= most {
			return kept, errHeavy
		}
		b := s.window[s.at]
		s.at++
		kept = append(kept, b)
		switch b {
		case '"':
			var err error
			if kept, err = s.quoted(kept, most); err != nil {
				return kept, err
			}
		case '{', '[':
			if depth++; depth > deepest {
				return kept, errDeep
			}
		case '}', ']':
			depth--
		case ',', ':', ' ', '\t', '\r', '\n':
		default:
			if !inWord(b) {
				return kept, errSyntax
			}
		}
	}
	return kept, nil
}

// key appends a member's quoted name and its colon.
func (s *scanner) key(kept []byte) ([]byte, error) {
	if b, err := s.next(); err != nil {
		return kept, err
	} else if b != '"' {
		return kept, errSyntax
	}
	s.at++
	kept, err := s.quoted(append(kept, '"'), len(kept)+longKey)
	if err != nil {
		return kept, err
	}
	return append(kept, ':'), s.skip(':')
}

// overWhole is a scanner over JSON that is all there and known to be well-formed.
func overWhole(raw []byte) scanner { return scanner{r: nothingMore{}, window: raw, full: len(raw)} }

type nothingMore struct{}

func (nothingMore) Read([]byte) (int, error) { return 0, io.EOF }

// pass answers the next value of a scanner overWhole.
func (s *scanner) pass() ([]byte, error) {
	if _, err := s.next(); err != nil {
		return nil, err
	}
	begin := s.at
	for depth := 0; s.at < s.full; {
		switch s.window[s.at] {
		case '"':
			s.at = afterQuote(s.window, s.at)
		case '{', '[':
			depth++
			s.at++
		case '}', ']':
			if depth == 0 {
				return s.window[begin:s.at], nil
			}
			depth--
			s.at++
		case ',', ':', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return s.window[begin:s.at], nil
			}
			s.at++
			continue
		default:
			s.at++
			continue
		}
		if depth == 0 {
			return s.window[begin:s.at], nil
		}
	}
	return s.window[begin:s.at], nil
}

// afterQuote answers where the string ends that begins at at.
func afterQuote(raw []byte, at int) int {
	for at++; at < len(raw); at++ {
		switch raw[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}
	return len(raw)
}

// end makes sure that nothing but white space is left.
func (s *scanner) end() error {
	_, err := s.next()
	if err == io.EOF { //nolint:errorlint // wrapped, it is the end of something else
		return nil
	}
	if err == nil {
		return errTrailing
	}
	return err
}

// unquote answers the text of a JSON string.
func unquote(quoted []byte) (string, bool) {
	if len(quoted) < 2 {
		return "", false
	}
	for _, b := range quoted[1 : len(quoted)-1] {
		if b == '\\' || b < ' ' || b >= utf8.RuneSelf {
			var text string
			err := json.Unmarshal(quoted, &text)
			return text, err == nil
		}
	}
	return string(quoted[1 : len(quoted)-1]), true
}
