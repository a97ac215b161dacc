package heimdal

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// eachMember calls each for the members of a well-formed object. Names are still quoted.
func eachMember(raw []byte, each func(name, value []byte) error) error {
	raw = raw[afterSpace(raw, 0):]
	if len(raw) == 0 || raw[0] != '{' {
		return errNoObject
	}
	return eachPart(raw, each)
}

// eachElement calls each for the elements of a well-formed list.
func eachElement(list []byte, each func(element []byte)) {
	_ = eachPart(list, func(_, element []byte) error {
		each(element)
		return nil
	})
}

// allValues reports whether all is true for every value in a list or an object.
func allValues(value []byte, all func([]byte) bool) bool {
	fine := true
	_ = eachPart(value, func(_, inner []byte) error {
		fine = fine && all(inner)
		return nil
	})
	return fine
}

// eachPart calls each for the members or elements of a well-formed object or list. An element has no name.
func eachPart(raw []byte, each func(name, value []byte) error) error {
	at := afterSpace(raw, 1)
	if raw[at] == '}' || raw[at] == ']' {
		return nil
	}
	for at < len(raw) {
		var name []byte
		if raw[0] == '{' {
			end := afterQuote(raw, at)
			name, at = raw[at:end], afterSpace(raw, afterSpace(raw, end)+1)
		}
		end := afterValue(raw, at)
		if err := each(name, raw[at:end]); err != nil {
			return err
		}
		at = afterSpace(raw, afterSpace(raw, end)+1)
	}
	return nil
}

// unquote returns the text of a JSON string.
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

// afterQuote returns the index after the string that begins at at.
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

// afterSpace returns the index after the white space that begins at at.
func afterSpace(raw []byte, at int) int {
	for at < len(raw) && (raw[at] == ' ' || raw[at] == '\n' || raw[at] == '\r' || raw[at] == '\t') {
		at++
	}
	return at
}

// afterValue returns the index after the value that begins at at.
func afterValue(raw []byte, at int) int {
	for depth := 0; at < len(raw); {
		switch raw[at] {
		case '"':
			at = afterQuote(raw, at)
			if depth == 0 {
				return at
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				return at + 1 + min(depth, 0)
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return at
			}
		}
		at++
	}
	return at
}

// clean replaces, in well-formed JSON, the escapes that no database returns as text: NUL and halves of surrogate
// pairs.
func clean(raw []byte) []byte {
	for at := 0; ; {
		found := bytes.IndexByte(raw[at:], '\\')
		if found < 0 {
			return raw
		}
		at += found
		if raw[at+1] != 'u' {
			at += 2
			continue
		}
		unit := codeUnit(raw[at:])
		switch {
		case utf16.IsSurrogate(unit) && utf16.DecodeRune(unit, codeUnit(raw[at+6:])) != unicode.ReplacementChar:
			at += 12
		case utf16.IsSurrogate(unit) || unit == 0:
			copy(raw[at:], `\ufffd`)
			at += 6
		default:
			at += 6
		}
	}
}

// codeUnit returns the value of an escape \uXXXX; 0xFFFD if raw does not begin with one.
func codeUnit(raw []byte) rune {
	var unit [2]byte
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return unicode.ReplacementChar
	}
	if _, err := hex.Decode(unit[:], raw[2:6]); err != nil {
		return unicode.ReplacementChar
	}
	return rune(unit[0])<<8 | rune(unit[1])
}

// cut shortens text to at most n characters.
func cut(text string, n int) string {
	if len(text) <= n || utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n])
}

// emptyTexts are the texts that mean that there is no value.
var emptyTexts = map[string]bool{"": true, "null": true, "n/a": true, "-": true}

// readText returns a string or a number that is not empty; null, "", "N/A" and so on are.
func readText(value []byte) (string, bool) {
	if len(value) == 0 {
		return "", false
	}
	var text string
	switch value[0] {
	case '"':
		var ok bool
		if text, ok = unquote(value); !ok {
			return "", false
		}
	case '{', '[', 't', 'f', 'n':
		return "", false
	default:
		return string(value), true
	}
	text = strings.TrimSpace(strings.ReplaceAll(text, "\x00", ""))
	return text, !emptyTexts[strings.ToLower(text)]
}

func wholeNumber(text string) (int64, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// digitsPattern matches the texts that are unambiguously a count: 1.234 and 1,234 may be a thousand or one.
var digitsPattern = regexp.MustCompile(`^\d+(\.0{1,2})?$`)

// maxSeats is more than any licence has; a larger number is not a count.
const maxSeats = 1 << 40

// readCount returns a whole number that is not negative, also from a string. "unlimited" and -1 are not counts.
func readCount(value []byte) (int64, bool) {
	text, ok := readText(value)
	if !ok || value[0] == '"' && !digitsPattern.MatchString(text) {
		return 0, false
	}
	n, complete := wholeNumber(text)
	return n, complete && n >= 0 && n <= maxSeats
}

// readID returns an id such that 17, "17" and 17.0 are the same.
func readID(value []byte) (string, bool) {
	text, ok := readText(value)
	if ok && value[0] != '"' {
		if n, complete := wholeNumber(text); complete {
			return strconv.FormatInt(n, 10), true
		}
	}
	return text, ok
}

// readYesNo returns true or false, also from a string or from 1 or 0.
func readYesNo(value []byte) (yes, ok bool) {
	switch string(value) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	text, _ := readText(value)
	if n, ok := readCount(value); ok {
		return n == 1, n <= 1 // 1.0 is 1
	}
	switch strings.ToLower(text) {
	case "true", "yes", "y", "on":
		return true, true
	case "false", "no", "n", "off":
		return false, true
	}
	return false, false
}

func hasValue(value []byte) bool {
	_, ok := readText(value)
	return ok || value[0] == '{' || value[0] == '[' || value[0] == 't' || value[0] == 'f'
}
