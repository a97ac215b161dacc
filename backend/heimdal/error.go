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

const (
	askSupport = "Check the base URL; if it is right, tell Heimdal's support."
	// mapField ends an error that the field map can remedy.
	mapField = "Choose under Fields which field of Heimdal's answer is the "
)

var (
	errWebPage = errorf(portal.Garbage,
		"A web page came back instead of data. A proxy or a sign-in wall may be in the way, or the base URL is wrong. Check both.")
	errLarge    = errorf(portal.Oversized, "The answer is larger than the portal accepts. Tell the portal's support.")
	errHeavy    = errorf(portal.Oversized, "One customer in the answer is larger than the portal accepts. Tell Heimdal's support.")
	errDeep     = errorf(portal.Garbage, "The answer is nested too deep to be customers. "+askSupport)
	errShape    = errorf(portal.Garbage, "The answer is JSON, but not in any shape known for customers. "+askSupport)
	errTwoLists = errorf(portal.Garbage,
		"The answer holds two lists, and the portal cannot know which are the customers. Tell Heimdal's support.")
	errEmpty  = errorf(portal.Garbage, "The answer is empty. The next run tries again; if it stays so, check the base URL.")
	errSyntax = errorf(portal.Garbage,
		"The answer is not valid JSON. The next run tries again; if it stays so, check the base URL and any proxy on the way.")
	errTrailing = errorf(portal.Garbage,
		"Something follows the end of the answer. The next run tries again; if it stays so, tell Heimdal's support.")
	errEncoding = errorf(portal.Garbage,
		"The answer is not UTF-8 throughout, so names in it would come out wrong. Tell Heimdal's support.")
	errUTF16 = errorf(portal.Garbage,
		"The answer is in UTF-16; the portal reads UTF-8. Check any proxy on the way, and tell Heimdal's support.")
	errNoObject = errorf(portal.Garbage, "The answer holds something that is no customer. "+askSupport)
	errLongID   = errorf(portal.Garbage, "The answer holds a customer whose id is longer than the portal accepts. "+askSupport)
	errNoID     = errorf(portal.Unmapped, "The answer holds a customer without an id that the portal can read. "+mapField+
		"customer id. If none is, check the base URL.")
	errNoContent = errorf(portal.Garbage, "Heimdal answered with status 204 instead of customers. "+askSupport)
	errProxy     = errorf(portal.Refused, "A proxy on the way asks who this server is (status 407). Check this server's proxy settings.")
	errUntyped   = errorf(portal.Unmapped, "No customer in the answer has a type that the portal can read, so MSPs cannot be "+
		"told from clients. "+mapField+"type. If none is, tell Heimdal's support.")
)

func errorf(code portal.CallCode, format string, args ...any) *portal.CallError {
	return portal.CallErrorf(code, format, args...)
}

// connectionError says why no answer came. The cause itself is dropped: it repeats addresses.
func connectionError(host string, err error) error {
	var known *portal.CallError
	var timeout net.Error
	var dns *net.DNSError
	var remote *net.OpError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &dns) && dns.IsNotFound:
		return errorf(portal.Unreachable, "There is no host %s. Check the base URL.", host)
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout():
		return errorf(portal.TimedOut, "%s did not answer in time. The next run tries again; if it stays so, check that this server may reach it.", host)
	case errors.As(err, &remote) && remote.Op == "remote error":
		// TLS's word for what the other side said last; it may have said so only after the request was sent.
		return errorf(portal.Insecure, "%s refuses this server's secure connection (%s). Check any proxy on the way, and tell Heimdal's support.", host, strings.TrimPrefix(remote.Err.Error(), "tls: "))
	case insecurity(err) != "":
		return errorf(portal.Insecure, "The connection to %s is not secure: %s The key was not sent.", host, insecurity(err))
	}
	return errorf(portal.Unreachable, "%s cannot be reached. Check the base URL, and that this server may connect to it.", host)
}

// insecurity says what is wrong with a connection's certificate or TLS, "" if nothing is.
func insecurity(err error) string {
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate has expired, or a clock is wrong. Check this server's clock; if it is right, tell Heimdal's support."
	case errors.As(err, &hostname):
		return "its certificate is for another host. Check the base URL."
	case errors.As(err, &authority):
		return "its certificate is from an authority this server does not know. If a proxy opens connections on the way, its authority must be installed on this server."
	case errors.As(err, &record) || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return "it does not speak TLS. Check the base URL and its port."
	case errors.As(err, &certificate) || errors.As(err, &invalid) || strings.Contains(err.Error(), "tls: "):
		return "its certificate or TLS setup is not accepted. Check any proxy on the way, and tell Heimdal's support."
	}
	return ""
}

// readError says why an answer that had begun cannot be read to its end; what is known passes through.
func readError(err error) error {
	var known *portal.CallError
	var message *messageError
	var timeout net.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &message):
		return message
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout():
		return errorf(portal.TimedOut, "The answer began but did not end in time. The next run tries again; if it stays so, check the line to Heimdal.")
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return errorf(portal.Truncated, "The answer breaks off before its end. The next run tries again; if it stays so, check any proxy on the way.")
	}
	return errorf(portal.Truncated, "The connection broke in the middle of the answer. The next run tries again; if it stays so, check the line to Heimdal.")
}
