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

// The maximum body sizes: of routes without sign-in, of field maps, which contain up to a hundred paths, of selections,
// which contain up to portal.MaxExportIDs ids of 37 characters, and of all other routes.
const (
	anonymousBody = 16 << 10
	fieldMapBody  = 256 << 10
	selectionBody = 1 << 20
	signedInBody  = 64 << 10
)

// bodyTime is how long a body may take to arrive.
const bodyTime = 5 * time.Second

// The limits on the JSON of a body: far more than any route reads, far less than decoding would need much memory for.
const (
	maxDepth     = 16
	maxTokens    = 4000
	maxShownName = 64
)

// strictFormats returns the formats of request and response bodies: JSON only, decoded by decodeStrict.
func strictFormats() map[string]huma.Format {
	strict := huma.DefaultJSONFormat
	strict.Unmarshal = decodeStrict
	return map[string]huma.Format{"application/json": strict, "json": strict}
}

// Names in a body are case-sensitive: decodeStrict rejects duplicate names, and huma rejects a name in another case,
// which encoding/json would accept. The switch is a package variable of huma.
func init() { huma.ValidateStrictCasing = true }

// bodyError describes what is wrong with a body, without any of its values.
type bodyError string

func (e bodyError) Error() string { return string(e) }

const (
	errNotJSON = bodyError("is not valid JSON")
	errType    = bodyError("contains a value of the wrong type")
	errDeep    = bodyError("is nested too deeply")
	errMany    = bodyError("contains too many names and values")
)

// decodeStrict is json.Unmarshal for exactly one JSON value that is within the limits above and has no duplicate
// names.
func decodeStrict(data []byte, into any) error {
	if err := checkJSON(data); err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return errType
	}
	return nil
}

// checkJSON checks the tokens of a body before any value is decoded.
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
		case count == maxTokens:
			return errMany
		}
		if err := open.add(token); err != nil {
			return err
		}
	}
}

// nesting is the stack of open objects and arrays: the names of each object, nil for each array.
type nesting []*names

func (n *nesting) add(token json.Token) error {
	delim, isDelim := token.(json.Delim)
	if delim == '}' || delim == ']' {
		*n = (*n)[:len(*n)-1]
		return nil
	}
	if depth := len(*n); depth > 0 && (*n)[depth-1] != nil {
		if err := (*n)[depth-1].add(token); err != nil {
			return err
		}
	}
	switch {
	case !isDelim:
		return nil
	case len(*n) == maxDepth:
		return errDeep
	case delim == '{':
		*n = append(*n, &names{seen: map[string]bool{}})
	default:
		*n = append(*n, nil)
	}
	return nil
}

// names are the names that an object has had so far.
type names struct {
	seen  map[string]bool
	value bool // the next token begins a value
}

func (n *names) add(token json.Token) error {
	if n.value {
		n.value = false
		return nil
	}
	name, _ := token.(string)
	if n.seen[name] {
		return bodyError("contains a duplicate name" + shownName(name))
	}
	n.seen[name], n.value = true, true
	return nil
}

// shownName returns name as an error may repeat it: "" if it is long or not printable, because no name of the API is.
func shownName(name string) string {
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	if len(name) > maxShownName || strings.ContainsFunc(name, unprintable) {
		return ""
	}
	return ": " + strconv.Quote(name)
}
