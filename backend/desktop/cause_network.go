package desktop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/go-resty/resty/v2"

	"fs-client-portal/backend/portal"
)

// proxyRefusal is a proxy's reply to CONNECT that is no success.
type proxyRefusal struct {
	status int
	proxy  string
}

func (e *proxyRefusal) Error() string {
	return "proxy replied to CONNECT with HTTP " + strconv.Itoa(e.status)
}

// checkConnect keeps the status of a proxy's refusal, because net/http returns its text alone.
func checkConnect(_ context.Context, proxy *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyRefusal{response.StatusCode, proxy.Host}
}

// unreachable returns why no response arrived, without the URL, whose query may contain personal data.
func (c *apiClient) unreachable(ctx context.Context, err error) *Problem {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return problem(Cancelled, "Cancelled.")
	case errors.Is(err, resty.ErrResponseBodyTooLarge):
		return c.notThePortal(http.StatusOK)
	}
	return c.findCause(err, time.Now()).problem(Offline, c.http.BaseURL)
}

// findCause returns the cause of err, from its types and codes.
func (c *apiClient) findCause(err error, now time.Time) finding {
	for _, find := range []func(error, time.Time) (finding, bool){c.proxyCause, certificateCause, c.tlsCause, nameCause, c.connectionCause} {
		if f, found := find(err, now); found {
			return f
		}
	}
	return finding{cause: causeUnreachable, evidence: fmt.Sprintf("%T", innermost(err))}
}

func (c *apiClient) proxyCause(err error, _ time.Time) (finding, bool) {
	var refused *proxyRefusal
	if errors.As(err, &refused) {
		f := finding{cause: causeProxyRefused, other: refused.proxy, address: refused.proxy, status: strconv.Itoa(refused.status)}
		switch {
		case refused.status == http.StatusProxyAuthRequired:
			f.cause = causeProxyAuth
		case refused.status >= http.StatusInternalServerError:
			f.cause = causeProxyFailed
		}
		f.evidence = refused.Error()
		return f, true
	}
	var dialed *net.OpError
	if !errors.As(err, &dialed) {
		return finding{}, false
	}
	proxy := c.proxyHost()
	f := finding{other: proxy, address: proxy, evidence: dialed.Op + ": " + evidenceOf(dialed.Err)}
	switch dialed.Op {
	case "proxyconnect":
		f.cause = causeProxyDown
	case "socks connect":
		f.cause = causeProxyFailed
	default:
		return finding{}, false
	}
	return f, true
}

// proxyHost returns host and port of the proxy for the API, or "".
func (c *apiClient) proxyHost() string {
	proxy, err := c.proxy()
	if err != nil || proxy == nil {
		return ""
	}
	return proxy.Host
}

// proxy returns the proxy for the API, or nil for a direct connection.
func (c *apiClient) proxy() (*url.URL, error) {
	transport := c.connections.inUse()
	if transport.Proxy == nil {
		return nil, nil
	}
	target, err := url.Parse(c.http.BaseURL)
	if err != nil {
		return nil, err
	}
	return transport.Proxy(&http.Request{URL: target})
}

func nameCause(err error, _ time.Time) (finding, bool) {
	var lookup *net.DNSError
	if !errors.As(err, &lookup) {
		return finding{}, false
	}
	if lookup.IsNotFound {
		return finding{cause: causeUnknownName, evidence: evidenceOf(lookup)}, true
	}
	return finding{cause: causeNoLookup, evidence: evidenceOf(lookup)}, true
}

// Windows' numbers of socket errors. Package syscall defines them under other names than the portable ones.
const (
	wsaNetworkDown        = syscall.Errno(10050)
	wsaNetworkUnreachable = syscall.Errno(10051)
	wsaNetworkReset       = syscall.Errno(10052)
	wsaConnectionAborted  = syscall.Errno(10053)
	wsaConnectionReset    = syscall.Errno(10054)
	wsaTimedOut           = syscall.Errno(10060)
	wsaConnectionRefused  = syscall.Errno(10061)
	wsaHostUnreachable    = syscall.Errno(10065)
)

func (c *apiClient) connectionCause(err error, _ time.Time) (finding, bool) {
	f := finding{evidence: evidenceOf(err)}
	var slow net.Error
	switch {
	case isErrno(err, syscall.ECONNREFUSED, wsaConnectionRefused):
		f.cause = causeRefused
	case isErrno(err, syscall.ENETUNREACH, syscall.EHOSTUNREACH, syscall.ENETDOWN,
		wsaNetworkDown, wsaNetworkUnreachable, wsaHostUnreachable):
		f.cause = causeNoNetwork
	case errors.As(err, &slow) && slow.Timeout(), isErrno(err, wsaTimedOut):
		f.cause = causeTimeout
	case isErrno(err, syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED, wsaNetworkReset, wsaConnectionAborted, wsaConnectionReset),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errStreamSilent), brokenHTTP2(err):
		f.cause = causeBroken
		if c.certificateAsked.Load() {
			// The alert was lost because we were still writing.
			f.cause = causeClientCert
		}
	default:
		return finding{}, false
	}
	return f, true
}

// brokenHTTP2 reports whether an HTTP/2 connection ended before the response. net/http has no type for these errors.
func brokenHTTP2(err error) bool {
	return strings.HasPrefix(innermost(err).Error(), "http2: client conn")
}

func isErrno(err error, codes ...syscall.Errno) bool {
	for _, code := range codes {
		if errors.Is(err, code) {
			return true
		}
	}
	return false
}

// evidenceOf returns what the log may contain of err: addresses, codes and types. The text of an unknown error may
// quote a URL or untrusted input.
func evidenceOf(err error) string {
	var lookup *net.DNSError
	if errors.As(err, &lookup) {
		return fmt.Sprintf("lookup of %q: not found %t, timeout %t", lookup.Name, lookup.IsNotFound, lookup.IsTimeout)
	}
	text := fmt.Sprintf("%T", innermost(err))
	var code syscall.Errno
	if errors.As(err, &code) {
		text = fmt.Sprintf("errno %d", code)
	}
	var op *net.OpError
	if errors.As(err, &op) {
		text = op.Op + " " + op.Net + ": " + text
		if op.Addr != nil {
			text += " at " + op.Addr.String()
		}
	}
	return text
}

func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// notThePortal returns the Problem of a response that the portal never sends.
func (c *apiClient) notThePortal(status int) *Problem {
	return finding{cause: causeWrongAddress, status: strconv.Itoa(status)}.problem(portal.Unavailable, c.http.BaseURL)
}
