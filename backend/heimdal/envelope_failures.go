package heimdal

import (
	"cmp"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"fs-client-portal/backend/connector"
)

// failureError returns an error if a field reports a failure.
func (fields metaFields) failureError() *connector.CallError {
	for _, one := range fields.withSigns(signSuccess, signStatusCode, signError) {
		if one.nested || one.echoed {
			continue
		}
		if text, failed := one.isFailure(); failed {
			return signErrorf(one.name, fields.secret, "%s's response says that something went wrong (%s: %q).",
				product, one.displayName(fields.secret), quoteKnownWords(text, fields.secret))
		}
	}
	return nil
}

// emptyFailure is a failure that a response without customers reports.
type emptyFailure struct{ *connector.CallError }

func (e emptyFailure) Unwrap() error { return e.CallError }

// remarkError returns an error if a text beside the list may say that the list is incomplete.
func (fields metaFields) remarkError() error {
	for _, one := range fields.withSigns(signRemark) {
		if text, ok := messageIn(one.value, 0); ok && !one.nested && !one.echoed && !isSuccessMessage(text) {
			return signErrorf(one.name, fields.secret,
				"%s responded with customers and a remark, and does not say how many there are: %q.", product,
				quoteKnownWords(text, fields.secret))
		}
	}
	return nil
}

// isFailure reports whether a field reports a failure, and returns its text.
func (f metaField) isFailure() (string, bool) {
	text, isText := readText(f.value)
	switch f.sign {
	case signSuccess:
		switch string(f.value) {
		case "null", `""`, "[]", "{}":
			return string(f.value), true
		}
		isSuccess := f.isBool(true) || isSuccessMessage(text) || successWords[plainName(text)] || f.isNumber()
		return string(f.value), f.isBool(false) || isText && !isSuccess
	case signStatusCode:
		if n, ok := readCount(f.value); ok {
			text = strconv.FormatInt(n, 10) // 5e2 is 500
		}
		return cmp.Or(text, string(f.value)), isText && failedStatus(text) || string(f.value) == "false"
	case signError:
		if isNoFailure(f.value) {
			return "", false
		}
		if found, ok := messageIn(f.value, 0); ok {
			return found, true
		}
		return string(f.value), true
	}
	return "", false
}

func (f metaField) isNumber() bool {
	_, ok := readCount(f.value)
	return ok
}

// successWords are the words that mean that nothing failed.
var successWords = map[string]bool{"done": true, "complete": true, "completed": true, "fine": true, "none": true,
	"noerror": true, "noerrors": true, "null": true}

// statusCode is the number that a status begins with, as in "200 OK".
var statusCode = regexp.MustCompile(`^(?:HTTP/[\d.]+ )?(-?\d{1,9})(?:\.0+)?(?: |$)`)

// failureWords in a status mean that the request failed, or has not ended.
var failureWords = []string{
	"error", "fail", "partial", "incomplete", "timeout", "timedout", "denied", "abort", "cancel", "pending",
	"processing", "running", "queued", "loading", "building", "initializ", "syncing", "degraded", "warning", "interrupted",
	"inprogress", "unauthorized", "forbidden", "invalid", "unavailable", "exception", "notok", "rejected", "refused", "truncated",
}

// failedStatus reports whether a status means that the request failed, or that the response is only a part.
func failedStatus(text string) bool {
	if found := statusCode.FindStringSubmatch(text); found != nil {
		n, _ := strconv.ParseInt(found[1], 10, 64)
		return n < 0 || n >= http.StatusBadRequest || n == http.StatusAccepted || n == http.StatusPartialContent ||
			n == http.StatusMultiStatus
	}
	plain := plainName(text)
	if plain == "false" || plain == "no" || plain == "ko" || plain == "nok" || strings.HasPrefix(plain, "err") {
		return !successWords[plain]
	}
	if strings.Contains(plain, "noerror") || strings.Contains(plain, "withouterror") {
		return false
	}
	for _, word := range failureWords {
		if strings.Contains(plain, word) && !successWords[plain] {
			return true
		}
	}
	return false
}

// isNoFailure reports whether the value of an error member says that there is no error: empty, no, zero, or a list or
// an object of such values.
func isNoFailure(value []byte) bool {
	switch value[0] {
	case '{', '[':
		return allValues(value, isNoFailure)
	}
	text, ok := readText(value)
	one := metaField{value: value}
	return string(value) == "null" || string(value) == "false" || value[0] == '"' && !ok || one.isBool(false) ||
		ok && (successWords[plainName(text)] || isSuccessMessage(text) || strings.Trim(text, "0") == "" || text == "200")
}
