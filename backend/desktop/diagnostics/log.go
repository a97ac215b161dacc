package diagnostics

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
)

// Forms of values that are kept under their key. The API's request ids are times with random bits (UUIDv7), no secrets.
var keptForms = map[string]*regexp.Regexp{
	"request_id": regexp.MustCompile(`^([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|req-\d{1,6})$`),
	"commit":     regexp.MustCompile(`^[0-9a-f]{7,12}$`),
}

// firstKeys precede the others of a record.
var firstKeys = []string{"time", "level", "msg"}

// Log returns a log of JSON records, one a line, scrubbed value by value. Other lines are scrubbed as text.
func (s *Scrubber) Log(content []byte) []byte {
	var clean bytes.Buffer
	for line := range bytes.Lines(content) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		clean.Write(s.line(line))
		clean.WriteByte('\n')
	}
	return clean.Bytes()
}

func (s *Scrubber) line(line []byte) []byte {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	var record map[string]any
	if err := decoder.Decode(&record); err != nil || decoder.More() || record == nil {
		return []byte(s.Text(string(line)))
	}
	return s.record(record)
}

// record writes a record with its time, level and message first.
func (s *Scrubber) record(record map[string]any) []byte {
	keys := slices.DeleteFunc(slices.Clone(firstKeys), func(key string) bool { _, set := record[key]; return !set })
	for _, key := range slices.Sorted(maps.Keys(record)) {
		if !slices.Contains(firstKeys, key) {
			keys = append(keys, key)
		}
	}
	clean := []byte{'{'}
	for i, key := range keys {
		if i > 0 {
			clean = append(clean, ',')
		}
		clean = append(append(clean, encoded(s.Text(key))...), ':')
		clean = append(clean, encoded(s.value(key, record[key]))...)
	}
	return append(clean, '}')
}

// value scrubs a decoded JSON value under its key.
func (s *Scrubber) value(key string, value any) any {
	switch value := value.(type) {
	case string:
		if form := keptForms[key]; form != nil && form.MatchString(value) {
			return value
		}
		return s.Text(value)
	case json.Number:
		if number.MatchString(value.String()) {
			return value
		}
		return Removed
	case map[string]any:
		return json.RawMessage(s.record(value))
	case []any:
		for i, one := range value {
			value[i] = s.value(key, one)
		}
		return value
	}
	return value // true, false or null
}

func encoded(value any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return []byte("null")
	}
	return bytes.TrimSpace(text.Bytes())
}
