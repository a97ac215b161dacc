package heimdal

import "strings"

// messageError is an object with a message in the place of a customer.
type messageError struct {
	text    string
	emitted int64 // customers before it
}

func (e *messageError) Error() string { return e.text }

// messageError returns the error for a message in the response.
func (d *decoder) messageError(text string) error { return &messageError{text, d.emitted} }

// message returns the text with which an object explains why there are no customers.
func (o *object) message() (string, bool) {
	for _, name := range []string{"message", "errormessage", "exceptionmessage", "error", "errors", "errordescription", "detail", "title"} {
		for _, m := range o.members {
			if m.plain == name {
				if text, ok := messageIn(m.value, 0); ok {
					return text, true
				}
			}
		}
	}
	return "", false
}

// isSuccessMessage reports whether a message says that the request succeeded.
func isSuccessMessage(message string) bool {
	lower := strings.ToLower(message)
	return lower == "ok" || strings.HasPrefix(lower, "success")
}

// messageIn returns a text, or the first one in an object or a list.
func messageIn(value []byte, depth int) (string, bool) {
	if text, ok := readText(value); ok && value[0] == '"' {
		return oneLine(text), true
	}
	if depth > 2 {
		return "", false
	}
	text := ""
	switch value[0] {
	case '{':
		_ = eachMember(value, func(name, inner []byte) error {
			if found, ok := messageIn(inner, depth+1); ok && (text == "" || strings.Contains(strings.ToLower(string(name)), "message")) {
				text = found
			}
			return nil
		})
	case '[':
		eachElement(value, func(element []byte) {
			if found, ok := messageIn(element, depth+1); ok && text == "" {
				text = found
			}
		})
	}
	return text, text != ""
}
