package httpapi

import (
	"net/url"
	"reflect"
	"regexp"
)

// typed replaces what a user typed, in the audit log.
const typed = "(text)"

// maxLogged is how much of a value the audit log has.
const maxLogged = 200

// plainValue matches numbers, ranges, dates, ids and the words that filters know.
var plainValue = regexp.MustCompile(`^[!0-9a-z_.,-]+$`)

// harmlessFilter returns the parameters of a filter for the audit log, without what a user typed, which may be the name
// of a customer: only the values of fields with the tag logged are kept.
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
		if value := values.Get(name); field.Tag.Get("logged") == "yes" && plainValue.MatchString(value) {
			harmless[name] = shortened(value)
		}
	}
	return harmless
}

// shortened cuts a value that plainValue matches, which is ASCII.
func shortened(value string) string {
	if len(value) <= maxLogged {
		return value
	}
	return value[:maxLogged] + "…"
}
