package heimdal

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"

	"fs-client-portal/backend/connector"
)

// sendError returns the error for a request without a response.
func (t *transport) sendError(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, errRedirect):
		return errorf(connector.Redirected, "%s sends the request on to another address. The key was not sent there. "+
			"Check the base URL.", t.host)
	case context.Cause(ctx) == errIdle: //nolint:errorlint // the cause is never wrapped
		err = context.DeadlineExceeded
	}
	return connectionError(t.host, err)
}

// connectionError returns why there is no response. It drops the cause itself, which may contain addresses.
func connectionError(host string, err error) error {
	var known *connector.CallError
	var timeout net.Error
	var dns *net.DNSError
	var remote *net.OpError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &dns) && dns.IsNotFound:
		return errorf(connector.Unreachable, "There is no host %s. Check the base URL.", host)
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout():
		return errorf(connector.TimedOut, "%s did not respond in time. The next run tries again; if it stays so, check that this server may "+
			"reach it.", host)
	case errors.As(err, &remote) && remote.Op == "remote error":
		// A TLS alert. It may arrive only after the request has been sent.
		return errorf(connector.Insecure, "%s refuses this server's secure connection (%s). Check any proxy on the way, and %s.", host,
			strings.TrimPrefix(remote.Err.Error(), "tls: "), tellSupport)
	case insecurity(err) != "":
		return errorf(connector.Insecure, "The connection to %s is not secure: %s The key was not sent.", host, insecurity(err))
	}
	return errorf(connector.Unreachable, "%s cannot be reached. Check the base URL, and that this server may connect to it.", host)
}

// insecurity returns what is wrong with a connection's certificate or TLS, "" if nothing is.
func insecurity(err error) string {
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate has expired, or a clock is wrong. Check this server's clock; if it is right, " + tellSupport + "."
	case errors.As(err, &hostname):
		return "its certificate is for another host. Check the base URL."
	case errors.As(err, &authority):
		return "its certificate is from an authority this server does not know. If a proxy opens connections on the way, its " +
			"authority must be installed on this server."
	case errors.As(err, &record) || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return "it does not speak TLS. Check the base URL and its port."
	case errors.As(err, &certificate) || errors.As(err, &invalid) || strings.Contains(err.Error(), "tls: "):
		return "its certificate or TLS setup is not accepted. Check any proxy on the way, and " + tellSupport + "."
	}
	return ""
}

// statusError returns the error for a status, nil for 200.
func statusError(status int) *connector.CallError {
	switch {
	case status == http.StatusOK:
		return nil
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return errorf(connector.BadKey, "%s does not accept the API key (status %d). Check that it is still valid and may see this "+
			"customer id, or replace it.", product, status)
	case status == http.StatusNotFound:
		return errorf(connector.NoEndpoint, "There is no customers endpoint at the base URL (status 404). Check the base URL.")
	case status == http.StatusTooManyRequests:
		return errorf(connector.RateLimited, "%s responds \"too many requests\". Another program may be using the same key or address; the "+
			"next run tries again.", product)
	case status >= 500:
		return errorf(connector.ServerError, "%s responded with an error of its own (status %d). The next run tries again; if it stays "+
			"so, %s.", product, status, tellSupport)
	case status == http.StatusProxyAuthRequired:
		return errProxy
	case status == http.StatusNoContent:
		return errNoContent
	case status >= 400:
		return errorf(connector.Refused, "%s refused the request (status %d). Check the customer id and the base URL.", product, status)
	}
	return errorf(connector.Garbage, "%s responded with status %d instead of customers. %s", product, status, checkBaseURL)
}
