package heimdal

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
)

// Code names what went wrong with a call of Heimdal's API.
type Code string

const (
	// BadKey: the key or the customer id is not accepted.
	BadKey Code = "bad_key"
	// RateLimited: still too many calls after every try.
	RateLimited Code = "rate_limited"
	// Refused: a status that says the request itself is wrong.
	Refused Code = "refused"
	// NotFound: there is no such address; the base URL is wrong.
	NotFound    Code = "not_found"
	Redirected  Code = "redirected"
	Unreachable Code = "unreachable"
	Timeout     Code = "timeout"
	TLS         Code = "tls"
	ServerError Code = "server_error"
	// Garbage: complete, but not the customers.
	Garbage   Code = "garbage"
	Truncated Code = "truncated"
	TooLarge  Code = "too_large"
	// Incomplete: well-formed, but by its own count not all there is.
	Incomplete  Code = "incomplete"
	DuplicateID Code = "duplicate_id"
)

// Error is why Heimdal's answer cannot be used. Detail is a sentence for an admin; it never carries the key.
type Error struct {
	Code   Code
	Detail string
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Detail }

func errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// connectionError says why no answer came. The cause itself is dropped: it repeats addresses.
func connectionError(host string, err error) *Error {
	var timeout net.Error
	var dns *net.DNSError
	switch {
	case errors.Is(err, errRedirect):
		return errorf(Redirected, "%s sends the request on to another address. The key was not sent there. Check the base URL.", host)
	case errors.As(err, &dns) && dns.IsNotFound:
		return errorf(Unreachable, "There is no host %s. Check the base URL.", host)
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout():
		return errorf(Timeout, "%s did not answer in time.", host)
	case isTLS(err):
		return errorf(TLS, "The connection to %s is not secure: its certificate or TLS setup is not accepted.", host)
	}
	return errorf(Unreachable, "%s cannot be reached.", host)
}

func isTLS(err error) bool {
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	return errors.As(err, &certificate) || errors.As(err, &authority) || errors.As(err, &hostname) ||
		errors.As(err, &invalid) || errors.As(err, &record) || errors.As(err, &alert) ||
		strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

// readError says why an answer that had begun cannot be read to its end; *Error passes through.
func readError(err error) error {
	var known *Error
	var timeout net.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout():
		return errorf(Timeout, "The answer began but did not end in time.")
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return errorf(Truncated, "The answer breaks off before its end.")
	case isSyntax(err):
		return errorf(Garbage, "The answer is not valid JSON.")
	}
	return errorf(Truncated, "The connection broke in the middle of the answer.")
}
