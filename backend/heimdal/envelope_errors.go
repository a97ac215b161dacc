package heimdal

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"fs-client-portal/backend/connector"
)

// readError returns why a response that has begun cannot be read to its end. Errors of this package pass through.
func readError(err error) error {
	var known *connector.CallError
	var message *messageError
	var timeout net.Error
	var syntax *jsontext.SyntacticError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &message):
		return message
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout():
		return errorf(connector.TimedOut, "The response began but did not end in time. The next run tries again; if it stays so, check the "+
			"line to %s.", product)
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return errorf(connector.Truncated, "The response breaks off before its end. The next run tries again; if it stays so, check any proxy "+
			"on the way.")
	case errors.As(err, &syntax):
		return errSyntax
	}
	return errorf(connector.Truncated, "The connection broke in the middle of the response. The next run tries again; if it stays so, check "+
		"the line to %s.", product)
}

// shownName returns the name of a member or header as it is shown and declared harmless.
func shownName(name, secret string) string { return cut(redact(name, secret), maxSignLength) }

// signErrorf returns the error for a sign that customers are missing. An admin can declare the sign harmless.
func signErrorf(sign, secret, format string, args ...any) *connector.CallError {
	e := errorf(connector.Incomplete, format, args...)
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
