package heimdal

import (
	"strings"
)

// message answers why there are no customers, if that is what the object says.
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

// content reports whether a message says that all is well, so that no customers are no refusal.
func isSuccessMessage(message string) bool {
	lower := strings.ToLower(message)
	return lower == "ok" || strings.HasPrefix(lower, "success")
}

// messageIn reads a text, or the one in an object or a list of them.
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
		s := scannerOver(value[1:])
		_ = s.list(']', func() error {
			element, err := s.wholeValue()
			if found, ok := messageIn(element, depth+1); err == nil && ok && text == "" {
				text = found
			}
			return err
		})
	}
	return text, text != ""
}
