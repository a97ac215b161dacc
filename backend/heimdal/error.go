package heimdal

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"

	"fs-client-portal/backend/portal"
)

// Error is what a call ends with.
type Error = portal.CallError

func errorf(code portal.CallCode, format string, args ...any) *portal.CallError {
	return portal.CallErrorf(code, format, args...)
}

// connectionError says why no answer came. The cause itself is dropped: it repeats addresses.
func connectionError(host string, err error) *portal.CallError {
	var timeout net.Error
	var dns *net.DNSError
	switch {
	case errors.Is(err, errRedirect):
		return errorf(portal.Redirected, "%s sends the request on to another address. The key was not sent there. Check the base URL.", host)
	case errors.As(err, &dns) && dns.IsNotFound:
		return errorf(portal.Unreachable, "There is no host %s. Check the base URL.", host)
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout():
		return errorf(portal.TimedOut, "%s did not answer in time.", host)
	case isTLS(err):
		return errorf(portal.Insecure, "The connection to %s is not secure: its certificate or TLS setup is not accepted.", host)
	}
	return errorf(portal.Unreachable, "%s cannot be reached.", host)
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

// readError says why an answer that had begun cannot be read to its end; *portal.CallError passes through.
func readError(err error) error {
	var known *portal.CallError
	var timeout net.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout():
		return errorf(portal.TimedOut, "The answer began but did not end in time.")
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return errorf(portal.Truncated, "The answer breaks off before its end.")
	case isSyntax(err):
		return errorf(portal.Garbage, "The answer is not valid JSON.")
	}
	return errorf(portal.Truncated, "The connection broke in the middle of the answer.")
}
