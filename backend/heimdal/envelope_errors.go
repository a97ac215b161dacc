package heimdal

import (
	"strconv"

	"fs-client-portal/backend/portal"
)

func shownName(name, secret string) string { return cut(redact(name, secret), maxSignLength) }

// signErrorf returns the error for an incomplete answer: a sign in it cannot be accounted for. An admin can declare the sign
// harmless.
func signErrorf(sign, secret, format string, args ...any) *portal.CallError {
	e := errorf(portal.Incomplete, format, args...)
	e.Sign = shownName(sign, secret)
	e.Detail += " Nothing of it was taken over; the next run tries again. If it stays so, tell Heimdal's support, or declare " +
		strconv.Quote(e.Sign) + " harmless if it says nothing of the customers."
	return e
}

// shown is c's name, fit to be shown.
func (c metaField) displayName(secret string) string { return shownName(c.name, secret) }

// unaccounted returns the error for an answer that counts as incomplete because of a sign in it.
func (a *envelope) unaccounted(sign, format string, args ...any) error {
	return signErrorf(sign, a.secret, format, args...)
}
