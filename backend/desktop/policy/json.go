package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// schemaKey names the schema of the file, by which editors check it.
const schemaKey = "$schema"

// FromJSON reads the content of a policy file: one JSON object in UTF-8. Its errors name the line and the key.
func FromJSON(content []byte) (Policy, error) {
	content = bytes.TrimPrefix(content, byteOrderMark)
	if err := checkEncoding(content); err != nil {
		return Policy{}, err
	}
	if err := checkSyntax(content); err != nil {
		return Policy{}, err
	}
	entries, err := entriesOf(content)
	if err != nil {
		return Policy{}, err
	}
	return build(entries)
}

func checkEncoding(content []byte) error {
	if bytes.HasPrefix(content, []byte("\xff\xfe")) || bytes.HasPrefix(content, []byte("\xfe\xff")) {
		return errors.New("the file must be saved as UTF-8, not as UTF-16")
	}
	for at, left := 0, content; len(left) > 0; {
		c, size := utf8.DecodeRune(left)
		if c == utf8.RuneError && size == 1 {
			return fmt.Errorf("%s: the file must be saved as UTF-8; this is no character of it", placeIn(content, at))
		}
		at, left = at+size, left[size:]
	}
	return nil
}

// checkSyntax returns an error that says where the content is not one JSON object, and what would be right.
func checkSyntax(content []byte) error {
	var fault *json.SyntaxError
	err := json.Unmarshal(content, new(json.RawMessage))
	switch {
	case len(bytes.TrimSpace(content)) == 0:
		return errors.New("the file must be one JSON object; it is empty")
	case errors.As(err, &fault):
		return explain(content, fault)
	case err != nil:
		return err
	case bytes.TrimSpace(content)[0] != '{':
		return errors.New("the file must be one JSON object, which begins with { and ends with }")
	}
	return nil
}

// explain says what is wrong at the place of a syntax error.
func explain(content []byte, fault *json.SyntaxError) error {
	if strings.HasPrefix(fault.Error(), "unexpected end") {
		return fmt.Errorf("%s: the file ends before its JSON object is complete", placeIn(content, len(content)))
	}
	at := int(fault.Offset) - 1
	rest, before := content[at:], bytes.TrimRight(content[:at], " \t\r\n")
	switch {
	case bytes.HasPrefix(rest, []byte("//")), bytes.HasPrefix(rest, []byte("/*")), rest[0] == '#':
		return fmt.Errorf("line %d: comments are not allowed in JSON; remove this one", lineOf(content, at))
	case (rest[0] == '}' || rest[0] == ']') && bytes.HasSuffix(before, []byte(",")):
		return fmt.Errorf("%s: no comma is allowed after the last value; remove it", placeIn(content, len(before)-1))
	case strings.Contains(fault.Error(), "after top-level value"):
		return fmt.Errorf("%s: the file must be one JSON object with nothing after it", placeIn(content, at))
	case rest[0] == '"' && strings.Contains(fault.Error(), "after object key:value pair"):
		return fmt.Errorf("%s: a comma is missing before this key", placeIn(content, at))
	}
	c, _ := utf8.DecodeRune(rest)
	if strings.ContainsRune("'“”„‘’", c) {
		return fmt.Errorf(`%s: %q is not allowed here; texts are in straight double quotes (")`, placeIn(content, at), c)
	}
	return fmt.Errorf("%s: %q is not allowed here in JSON", placeIn(content, at), c)
}

// entriesOf returns the keys of a JSON object with their values and lines. No key may be there twice.
func entriesOf(content []byte) ([]entry, error) {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	var entries []entry
	lines := map[string]int{}
	for decoder.More() {
		e, err := nextEntry(decoder, content)
		if err != nil {
			return nil, err
		}
		if first, twice := lines[e.name]; twice {
			return nil, fmt.Errorf("%s%q is set twice, first in line %d; remove one", e.place(), e.name, first)
		}
		lines[e.name] = e.line
		if e.name != schemaKey {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

func nextEntry(decoder *json.Decoder, content []byte) (entry, error) {
	token, err := decoder.Token()
	if err != nil {
		return entry{}, err
	}
	e := entry{line: lineOf(content, int(decoder.InputOffset()))}
	e.name, _ = token.(string)
	return e, decoder.Decode(&e.given)
}

// lineOf returns the line of a place in the content, counted from 1.
func lineOf(content []byte, at int) int { return 1 + bytes.Count(content[:at], []byte("\n")) }

// placeIn returns line and column of a place, as editors count them.
func placeIn(content []byte, at int) string {
	column := 1 + utf8.RuneCount(content[1+bytes.LastIndexByte(content[:at], '\n'):at])
	return fmt.Sprintf("line %d, column %d", lineOf(content, at), column)
}
