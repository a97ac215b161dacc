package heimdal

import (
	"strconv"

	"fs-client-portal/backend/portal"
)

// shownName returns the name of a member or header as it is shown and declared harmless.
func shownName(name, secret string) string { return cut(redact(name, secret), maxSignLength) }

// signErrorf returns the error for a sign that customers are missing. An admin can declare the sign harmless.
func signErrorf(sign, secret, format string, args ...any) *portal.CallError {
	e := errorf(portal.Incomplete, format, args...)
	e.Sign = shownName(sign, secret)
	e.Detail += " Nothing of it was saved; the next run tries again. If it stays so, " + tellSupport + ", or declare " +
		strconv.Quote(e.Sign) + " harmless if it says nothing of the customers."
	return e
}

// displayName returns the field's name as it is shown.
func (f metaField) displayName(secret string) string { return shownName(f.name, secret) }

// unaccounted returns signErrorf for a sign in the response.
func (e *envelope) unaccounted(sign, format string, args ...any) error {
	return signErrorf(sign, e.secret, format, args...)
}
