package heimdal

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	"fs-client-portal/backend/portal"
)

var (
	errRedirect = errors.New("redirect refused")
	errIdle     = errors.New("nothing came")
)

func (r *reader) connectionError(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, errRedirect):
		return errorf(portal.Redirected, "%s sends the request on to another address. The key was not sent there. Check the base URL.", r.address.Host)
	case context.Cause(ctx) == errIdle: //nolint:errorlint // it is set as it is
		err = context.DeadlineExceeded
	}
	return connectionError(r.address.Host, err)
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

func (r *reader) statusError(status int) *portal.CallError {
	switch {
	case status == http.StatusOK:
		return nil
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return errorf(portal.BadKey, "Heimdal does not accept the API key (status %d). Check that it is still valid and may see this customer id, or replace it.", status)
	case status == http.StatusNotFound:
		return errorf(portal.NoEndpoint, "There is no customers endpoint at the base URL (status 404). Check the base URL.")
	case status == http.StatusTooManyRequests:
		return errorf(portal.RateLimited, "Heimdal answers \"too many requests\". Another program may be using the same key or address; the next run tries again.")
	case status >= 500:
		return errorf(portal.ServerError, "Heimdal answered with an error of its own (status %d). The next run tries again; if it stays so, tell Heimdal's support.", status)
	case status == http.StatusProxyAuthRequired:
		return errProxy
	case status == http.StatusNoContent:
		return errNoContent
	case status >= 400:
		return errorf(portal.Refused, "Heimdal refused the request (status %d). Check the customer id and the base URL.", status)
	}
	return errorf(portal.Garbage, "Heimdal answered with status %d instead of customers. %s", status, askSupport)
}

// refusal is a message that came with status 200.
func (r *reader) messageCallError(message string) *portal.CallError {
	said := quoteKnownWords(message, r.apiKey)
	if lower := strings.ToLower(message); strings.Contains(lower, "rate limit") || strings.Contains(lower, "too many") {
		return errorf(portal.RateLimited, "Heimdal says: %q. Another program may be using the same key; the next run tries again.", said)
	}
	return errorf(portal.BadKey, "Heimdal does not accept the API key or the customer id. It says: %q. Check both, or replace the key.", said)
}
