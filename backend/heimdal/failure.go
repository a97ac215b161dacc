package heimdal

import (
	"cmp"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"fs-client-portal/backend/portal"
)

// failedEmpty is a failure that an answer without customers reports.
type failedEmpty struct{ *portal.CallError }

func (e failedEmpty) Unwrap() error { return e.CallError }

// failure returns an error if a clue says that something went wrong.
func (c clues) failure() *portal.CallError {
	for _, one := range c.of(signSuccess, signCode, signError) {
		if one.inner || one.echoed {
			continue
		}
		if text, failed := one.fails(); failed {
			return signErrorf(one.name, c.secret, "Heimdal's answer says that something went wrong (%s: %q).",
				one.shown(c.secret), quoted(text, c.secret))
		}
	}
	return nil
}

// remark returns an error if a text beside the list may say that the list is incomplete.
func (c clues) remark() error {
	for _, one := range c.of(signRemark) {
		if text, ok := messageIn(one.value, 0); ok && !one.inner && !one.echoed && !content(text) {
			return signErrorf(one.name, c.secret,
				"Heimdal answered with customers and a remark, and does not say how many there are: %q.", quoted(text, c.secret))
		}
	}
	return nil
}

// fails reports whether c says that something went wrong, and what it says.
func (c clue) fails() (string, bool) {
	text, isText := readText(c.value)
	switch c.means {
	case signSuccess:
		switch string(c.value) {
		case "null", `""`, "[]", "{}":
			return string(c.value), true
		}
		return string(c.value), c.is(false) || isText && !c.is(true) && !content(text) && !good[plainName(text)] && !c.isNumber()
	case signCode:
		if n, ok := readCount(c.value); ok {
			text = strconv.FormatInt(n, 10) // 5e2 is 500
		}
		return cmp.Or(text, string(c.value)), isText && failedStatus(text) || string(c.value) == "false"
	case signError:
		if nothingWrong(c.value) {
			return "", false
		}
		if found, ok := messageIn(c.value, 0); ok {
			return found, true
		}
		return string(c.value), true
	}
	return "", false
}

func (c clue) isNumber() bool {
	_, ok := readCount(c.value)
	return ok
}

// good are the words that say that nothing went wrong.
var good = map[string]bool{"done": true, "complete": true, "completed": true, "fine": true, "none": true,
	"noerror": true, "noerrors": true, "null": true}

// statusCode is the number that a status begins with, as in "200 OK".
var statusCode = regexp.MustCompile(`^(?:HTTP/[\d.]+ )?(-?\d{1,9})(?:\.0+)?(?: |$)`)

// badWords in a status mean that something went wrong, or that it is not over.
var badWords = []string{
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
		return !good[plain]
	}
	if strings.Contains(plain, "noerror") || strings.Contains(plain, "withouterror") {
		return false
	}
	for _, word := range badWords {
		if strings.Contains(plain, word) && !good[plain] {
			return true
		}
	}
	return false
}

// nothingWrong reports whether a value where an error would be says that there is none: nothing, no, zero, or a list or
// an object of such values.
func nothingWrong(value []byte) bool {
	switch value[0] {
	case '{', '[':
		return eachValue(value, nothingWrong)
	}
	text, ok := readText(value)
	one := clue{value: value}
	return string(value) == "null" || string(value) == "false" || value[0] == '"' && !ok || one.is(false) ||
		ok && (good[plainName(text)] || content(text) || strings.Trim(text, "0") == "" || text == "200")
}

// eachValue reports whether all values in a list or an object are as all says.
func eachValue(value []byte, all func([]byte) bool) bool {
	fine := true
	if value[0] == '{' {
		_ = eachMember(value, func(_, inner []byte) error {
			fine = fine && all(inner)
			return nil
		})
		return fine
	}
	s := overWhole(value[1:])
	_ = s.list(']', func() error {
		element, err := s.pass()
		fine = fine && err == nil && all(element)
		return err
	})
	return fine
}

// shown is c's name, fit to be shown.
func (c clue) shown(secret string) string { return shownName(c.name, secret) }

func shownName(name, secret string) string { return cut(redact(name, secret), longestSign) }

// signErrorf returns the error for an incomplete answer: a sign in it cannot be accounted for. An admin can declare the sign
// harmless.
func signErrorf(sign, secret, format string, args ...any) *portal.CallError {
	e := errorf(portal.Incomplete, format, args...)
	e.Sign = shownName(sign, secret)
	e.Detail += " Nothing of it was taken over; the next run tries again. If it stays so, tell Heimdal's support, or declare " +
		strconv.Quote(e.Sign) + " harmless if it says nothing of the customers."
	return e
}
