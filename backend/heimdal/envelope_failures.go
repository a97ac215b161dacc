package heimdal

import (
	"cmp"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"fs-client-portal/backend/portal"
)

// failure returns an error if a clue says that something went wrong.
func (c metaFields) failureError() *portal.CallError {
	for _, one := range c.withSigns(signSuccess, signCode, signError) {
		if one.nested || one.echoed {
			continue
		}
		if text, failed := one.isFailure(); failed {
			return signErrorf(one.name, c.secret, "Heimdal's answer says that something went wrong (%s: %q).",
				one.displayName(c.secret), quoteKnownWords(text, c.secret))
		}
	}
	return nil
}

// failedEmpty is a failure that an answer without customers reports.
type emptyFailure struct{ *portal.CallError }

func (e emptyFailure) Unwrap() error { return e.CallError }

// remark returns an error if a text beside the list may say that the list is incomplete.
func (c metaFields) remarkError() error {
	for _, one := range c.withSigns(signRemark) {
		if text, ok := messageIn(one.value, 0); ok && !one.nested && !one.echoed && !isSuccessMessage(text) {
			return signErrorf(one.name, c.secret,
				"Heimdal answered with customers and a remark, and does not say how many there are: %q.", quoteKnownWords(text, c.secret))
		}
	}
	return nil
}

// fails reports whether c says that something went wrong, and what it says.
func (c metaField) isFailure() (string, bool) {
	text, isText := readText(c.value)
	switch c.sign {
	case signSuccess:
		switch string(c.value) {
		case "null", `""`, "[]", "{}":
			return string(c.value), true
		}
		return string(c.value), c.isBool(false) || isText && !c.isBool(true) && !isSuccessMessage(text) && !successWords[plainName(text)] && !c.isNumber()
	case signCode:
		if n, ok := readCount(c.value); ok {
			text = strconv.FormatInt(n, 10) // 5e2 is 500
		}
		return cmp.Or(text, string(c.value)), isText && failedStatus(text) || string(c.value) == "false"
	case signError:
		if isNoFailure(c.value) {
			return "", false
		}
		if found, ok := messageIn(c.value, 0); ok {
			return found, true
		}
		return string(c.value), true
	}
	return "", false
}

func (c metaField) isNumber() bool {
	_, ok := readCount(c.value)
	return ok
}

// good are the words that say that nothing went wrong.
var successWords = map[string]bool{"done": true, "complete": true, "completed": true, "fine": true, "none": true,
	"noerror": true, "noerrors": true, "null": true}

// statusCode is the number that a status begins with, as in "200 OK".
var statusCode = regexp.MustCompile(`^(?:HTTP/[\d.]+ )?(-?\d{1,9})(?:\.0+)?(?: |$)`)

// badWords in a status mean that something went wrong, or that it is not over.
var failureWords = []string{
	"error", "fail", "partial", "incomplete", "timeout", "timedout", "denied", "abort", "cancel", "pending",
	"processing", "running", "queued", "loading", "building", "initializ", "syncing", "degraded", "warning", "interrupted",
	"inprogress", "unauthorized", "forbidden", "invalid", "unavailable", "exception", "notok", "rejected", "refused", "truncated",
}

// failedStatus reports whether a status means that something went wrong, or that the answer is only a part.
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

// nothingWrong reports whether a value where an error would be says that there is none: nothing, no, zero, or a list or
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
