package httpapi

import (
	"net/url"
	"reflect"
	"regexp"
	"strconv"
)

// typed replaces what a user typed, in the audit log.
const typed = "(text)"

// plainValue matches numbers, ranges, dates, ids and the words that filters know.
var plainValue = regexp.MustCompile(`^([0-9.,:TZd+-]+|[0-9a-f-]{36}|none|unknown|expired|yes|no|empty)$`)

// maxPlain is the length from which a parameter holds free text.
const maxPlain = 64

// harmlessFilter returns the parameters of a filter for the audit log, without what a user typed: it may be the name of
// a customer.
func harmlessFilter(filter any, values url.Values) map[string]string {
	harmless := map[string]string{}
	for name := range values {
		harmless[name] = typed
		if name == "sort" {
			harmless[name] = values.Get(name)
		}
	}
	for _, field := range reflect.VisibleFields(reflect.TypeOf(filter)) {
		name := field.Tag.Get("query")
		if value := values.Get(name); value != "" && isPlain(field.Tag, value) {
			harmless[name] = value
		}
	}
	return harmless
}

func isPlain(tag reflect.StructTag, value string) bool {
	if tag.Get("enum") != "" {
		return true
	}
	longest, err := strconv.Atoi(tag.Get("maxLength"))
	return (err != nil || longest < maxPlain) && plainValue.MatchString(value)
}
