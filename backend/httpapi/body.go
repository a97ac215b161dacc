package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// The largest bodies: of the routes that nobody has signed in for, of field maps, which name a hundred paths, and of all
// others.
const (
	anonymousBody = 16 << 10
	fieldMapBody  = 256 << 10
	signedInBody  = 64 << 10
)

// bodyTime is how long a body may take to arrive.
const bodyTime = 5 * time.Second

// What the JSON of a body may be made of: far more than any route reads, far less than takes memory to decode.
const (
	deepestJSON = 16
	mostTokens  = 4000
	longestTold = 64
)

// strictFormats are the formats that bodies are read and answers written in: JSON alone, by one decoder.
func strictFormats() map[string]huma.Format {
	strict := huma.DefaultJSONFormat
	strict.Unmarshal = decodeStrict
	return map[string]huma.Format{"application/json": strict, "json": strict}
}

// Names in a body are exact: decodeStrict refuses the same name twice, and huma refuses a name in another case, which
// encoding/json would take. It has the switch as a package variable.
func init() { huma.ValidateStrictCasing = true }

// bodyError says what is wrong with a body, and repeats no value.
type bodyError string

func (e bodyError) Error() string { return string(e) }

const (
	errNotJSON = bodyError("not valid JSON")
	errType    = bodyError("holds a value of another type than this route reads")
	errDeep    = bodyError("nested too deep")
	errMany    = bodyError("holds more names and values than the portal reads")
)

// decodeStrict is json.Unmarshal for one JSON text that is neither deep nor of many values, and whose objects have each
// name once.
func decodeStrict(data []byte, into any) error {
	if err := checkJSON(data); err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return errType
	}
	return nil
}

// checkJSON reads the tokens of a text, before anything is made of them.
func checkJSON(data []byte) error {
	if !utf8.Valid(data) {
		return errNotJSON
	}
	tokens := json.NewDecoder(bytes.NewReader(data))
	tokens.UseNumber()
	var open nesting
	for count := 0; ; count++ {
		token, err := tokens.Token()
		switch {
		case errors.Is(err, io.EOF) && count > 0 && len(open) == 0:
			return nil
		case err != nil || count > 0 && len(open) == 0:
			return errNotJSON
		case count == mostTokens:
			return errMany
		}
		if err := open.take(token); err != nil {
			return err
		}
	}
}

// nesting has the names of each object, and nil for each list, that a token is in.
type nesting []*names

func (n *nesting) take(token json.Token) error {
	delim, isDelim := token.(json.Delim)
	if delim == '}' || delim == ']' {
		*n = (*n)[:len(*n)-1]
		return nil
	}
	if depth := len(*n); depth > 0 && (*n)[depth-1] != nil {
		if err := (*n)[depth-1].take(token); err != nil {
			return err
		}
	}
	switch {
	case !isDelim:
		return nil
	case len(*n) == deepestJSON:
		return errDeep
	case delim == '{':
		*n = append(*n, &names{seen: map[string]bool{}})
	default:
		*n = append(*n, nil)
	}
	return nil
}

// names are those of one object.
type names struct {
	seen  map[string]bool
	value bool // the next token begins a value
}

func (n *names) take(token json.Token) error {
	if n.value {
		n.value = false
		return nil
	}
	name, _ := token.(string)
	if n.seen[name] {
		return bodyError("has a name twice" + shownName(name))
	}
	n.seen[name], n.value = true, true
	return nil
}

// shownName is how a problem repeats a name. What is long or not printable is no name of ours.
func shownName(name string) string {
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	if len(name) > longestTold || strings.ContainsFunc(name, unprintable) {
		return ""
	}
	return ": " + strconv.Quote(name)
}
