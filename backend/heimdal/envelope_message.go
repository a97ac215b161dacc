package heimdal

import (
	"strings"

	"fs-client-portal/backend/portal"
)

// messageError is an object with a message in the place of a customer.
type messageError struct {
	text    string
	emitted int64 // customers before it
}

func (e *messageError) Error() string { return e.text }

// messageError returns the error for a message in the response.
func (d *decoder) messageError(text string) error { return &messageError{text, d.emitted} }

// callError returns the error for a message in a response with status 200 and this Retry-After header.
func (e *messageError) callError(secret, retryAfter string) error {
	text := quoteKnownWords(e.text, secret)
	lower := strings.ToLower(e.text)
	switch {
	case e.emitted > 0:
		return incompletef("%s broke its answer off after %d customers. It says: %q.", product, e.emitted, text)
	case strings.Contains(lower, "rate limit") || strings.Contains(lower, "too many"):
		limited := errorf(portal.RateLimited, "%s says: %q. Another program may be using the same key; the next run tries again.",
			product, text)
		return &retryable{CallError: limited, retryAfter: retryAfter}
	}
	return errorf(portal.BadKey, "%s does not accept the API key or the customer id. It says: %q. Check both, or replace the key.",
		product, text)
}

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
