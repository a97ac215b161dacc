package heimdal

import (
	"bytes"
	"encoding/hex"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// mostSeats is beyond any licence; a larger number is no count.
const mostSeats = 1 << 40

// nothing are the texts that say that there is nothing.
var nothing = map[string]bool{"": true, "null": true, "n/a": true, "-": true}

// readText reads a string or a number that says something; null, "", "N/A" and the like do not.
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
	return text, !nothing[strings.ToLower(text)]
}

// readID reads an id so that 17, "17" and 17.0 are one.
func readID(value []byte) (string, bool) {
	text, ok := readText(value)
	if ok && value[0] != '"' {
		if n, whole := wholeNumber(text); whole {
			return strconv.FormatInt(n, 10), true
		}
	}
	return text, ok
}

// nobody are the ids that systems write for none at all.
var nobody = map[string]bool{"0": true, "-1": true, "none": true, "00000000-0000-0000-0000-000000000000": true}

// readParent reads an id, or the id of an object.
func readParent(value []byte) (string, bool) {
	id, ok := readID(value)
	if len(value) > 0 && value[0] == '{' {
		var inner object
		if inner.read(value) != nil {
			return "", false
		}
		id, ok = find(&inner, meansID, readID)
	}
	return id, ok && !nobody[strings.ToLower(id)]
}

// readNamed reads a text, or the name of an object.
func readNamed(value []byte) (string, bool) {
	if len(value) == 0 || value[0] != '{' {
		return readText(value)
	}
	var inner object
	if inner.read(value) != nil {
		return "", false
	}
	return find(&inner, meansName, readText)
}

func readLicenceType(value []byte) (string, bool) {
	text, ok := readNamed(value)
	return cut(text, longestLicenceType), ok
}

// readYesNo reads true or false, also from a string or as 1 or 0.
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

// digitsOnly are the texts that are a count without a doubt: 1.234 and 1,234 are a thousand to some and one to others.
var digitsOnly = regexp.MustCompile(`^\d+(\.0{1,2})?$`)

// readCount reads a whole number that is not negative, also from a string; "unlimited" and -1 are no count.
func readCount(value []byte) (int64, bool) {
	text, ok := readText(value)
	if !ok || value[0] == '"' && !digitsOnly.MatchString(text) {
		return 0, false
	}
	n, whole := wholeNumber(text)
	return n, whole && n >= 0 && n <= mostSeats
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

// readProducts reads names: from an array of them or of objects that have one, from an object of switches, or from a
// string with commas.
func readProducts(value []byte) ([]string, bool) {
	if len(value) == 0 {
		return nil, false
	}
	var names []string
	switch value[0] {
	case '[':
		names = productList(value)
	case '{':
		names = productSwitches(value)
	case '"':
		text, ok := readText(value)
		if !ok {
			return nil, false
		}
		for name := range strings.SplitSeq(text, ",") {
			names = append(names, strings.TrimSpace(name))
		}
	default:
		return nil, false
	}
	return distinct(names), true
}

func productList(value []byte) []string {
	var names []string
	var o object
	eachElement(value, func(element []byte) {
		if name, on := o.productName(element); on {
			names = append(names, name)
		}
	})
	return names
}

// eachElement passes over the elements of a list that is well-formed.
func eachElement(list []byte, each func(element []byte)) {
	s := overWhole(list[1:])
	// Well-formed as it is, there are no errors.
	_ = s.list(']', func() error {
		element, err := s.pass()
		if err == nil && len(element) > 0 {
			each(element)
		}
		return err
	})
}

// productName reads an element of a list of products that is not switched off; o is used for it.
func (o *object) productName(element []byte) (string, bool) {
	if text, ok := readText(element); ok {
		return text, true
	}
	if o.read(element) != nil {
		return "", false
	}
	for _, m := range o.members {
		switch m.plain {
		case "enabled", "active", "isenabled", "isactive", "licensed":
			if string(m.value) == "false" {
				return "", false
			}
		}
	}
	if name, ok := find(o, meansName, readText); ok {
		return name, true
	}
	for _, name := range licensed {
		for _, m := range o.members {
			if text, ok := readNamed(m.value); ok && m.plain == name {
				return text, true
			}
		}
	}
	return "", false
}

func productSwitches(value []byte) []string {
	var names []string
	_ = eachMember(value, func(quoted, state []byte) error {
		if off := string(state); off != "false" && off != "null" && off != "0" {
			name, _ := unquote(quoted)
			names = append(names, name)
		}
		return nil
	})
	return names
}

// mostProducts is beyond any catalogue.
const mostProducts = 500

// distinct drops what is empty or there before, keeping the order.
func distinct(names []string) []string {
	kept := make([]string, 0, min(len(names), mostProducts))
	for _, name := range names {
		name = cut(strings.TrimSpace(strings.ReplaceAll(name, "\x00", "")), longestName)
		if name != "" && !slices.Contains(kept, name) && len(kept) < mostProducts {
			kept = append(kept, name)
		}
	}
	return kept
}

// clean replaces, in JSON that is well-formed, the escapes no database reads back as text: NUL and halves of surrogate
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

// codeUnit reads an escape \uXXXX; 0xFFFD if raw does not begin with one.
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
