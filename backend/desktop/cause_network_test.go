package desktop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
)

func silentClient(base string) *apiClient {
	return newAPIClient(base, "1", nil, slog.New(slog.DiscardHandler))
}

// failedDial is an error as package net returns it for a system's code.
func failedDial(code syscall.Errno) error {
	return &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 443},
		Err: os.NewSyscallError("connect", code)}
}

type slowError struct{ error }

func (slowError) Timeout() bool   { return true }
func (slowError) Temporary() bool { return false }

// The codes of Windows are numbers, because package syscall has no names for them on this system.
func TestConnectionCause(t *testing.T) {
	for name, test := range map[string]struct {
		err   error
		cause string
		asked string // the cause where the server asked for a client certificate
	}{
		"refused":                      {failedDial(syscall.ECONNREFUSED), causeRefused, causeRefused},
		"refused_on_Windows":           {failedDial(10061), causeRefused, causeRefused},
		"network_unreachable":          {failedDial(syscall.ENETUNREACH), causeNoNetwork, causeNoNetwork},
		"host_unreachable":             {failedDial(syscall.EHOSTUNREACH), causeNoNetwork, causeNoNetwork},
		"network_down":                 {failedDial(syscall.ENETDOWN), causeNoNetwork, causeNoNetwork},
		"network_down_on_Windows":      {failedDial(10050), causeNoNetwork, causeNoNetwork},
		"no_way_to_network_on_Windows": {failedDial(10051), causeNoNetwork, causeNoNetwork},
		"no_way_to_host_on_Windows":    {failedDial(10065), causeNoNetwork, causeNoNetwork},
		"slow":                         {slowError{errors.New("x")}, causeTimeout, causeTimeout},
		"reset":                        {failedDial(syscall.ECONNRESET), causeBroken, causeClientCert},
		"reset_on_Windows":             {failedDial(10054), causeBroken, causeClientCert},
		"slow_on_Windows":              {failedDial(10060), causeTimeout, causeTimeout},
		"lost_on_Windows":              {failedDial(10052), causeBroken, causeClientCert},
		"aborted_on_Windows":           {failedDial(10053), causeBroken, causeClientCert},
		"aborted":                      {failedDial(syscall.ECONNABORTED), causeBroken, causeClientCert},
		"written_to_a_closed_one":      {failedDial(syscall.EPIPE), causeBroken, causeClientCert},
		"ended_before_the_response":    {fmt.Errorf("get: %w", io.EOF), causeBroken, causeClientCert},
		"ended_within_the_response":    {fmt.Errorf("get: %w", io.ErrUnexpectedEOF), causeBroken, causeClientCert},
		"a_stream_that_fell_silent":    {fmt.Errorf("read: %w", errStreamSilent), causeBroken, causeClientCert},
		"HTTP_2_not_established": {fmt.Errorf("get: %w", errors.New("http2: client conn could not be established")),
			causeBroken, causeClientCert},
		"HTTP_2_lost":                   {errors.New("http2: client connection lost"), causeBroken, causeClientCert},
		"something_nobody_has_foreseen": {errors.New("x"), causeUnreachable, causeUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			c := silentClient("https://portal.example.com")
			if f := c.findCause(test.err, time.Now()); f.cause != test.cause {
				t.Errorf("%v: got %s, want %s", test.err, f.cause, test.cause)
			}
			c.certificateAsked.Store(true)
			if f := c.findCause(test.err, time.Now()); f.cause != test.asked {
				t.Errorf("%v behind a question for a certificate: got %s, want %s", test.err, f.cause, test.asked)
			}
		})
	}
}

func TestEvidence(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"names_operation_code_and_address": {failedDial(10061), "dial tcp: errno 10061 at 192.0.2.1:443"},
		"has_no_address_where_none_is": {&net.OpError{Op: "read", Net: "tcp", Err: syscall.Errno(10054)},
			"read tcp: errno 10054"},
		"names_the_type_of_what_has_no_code": {fmt.Errorf("secret: %w", io.EOF), "*errors.errorString"},
		"names_what_was_looked_up": {&net.DNSError{Name: "portal", IsTimeout: true},
			`lookup of "portal": not found false, timeout true`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := evidenceOf(test.err); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	t.Run("is_logged_with_cause_and_request_id", func(t *testing.T) {
		_, log := callAt(t, dialing(syscall.ENETUNREACH)(t))
		for _, want := range []string{`"cause":"no_network"`, fmt.Sprintf(`"evidence":"dial tcp: errno %d"`, syscall.ENETUNREACH)} {
			if !strings.Contains(log, want) {
				t.Errorf("the log has not %s: %s", want, log)
			}
		}
		_, log = callAt(t, plainly(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.Header().Set(portal.APIHeader, portal.APIVersion)
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"code":"not_found","detail":"x","request_id":"req-7"}`)
		})(t))
		if !strings.Contains(log, `"request_id":"req-7"`) {
			t.Errorf("the log has not the request id: %s", log)
		}
	})
}

func TestProxyCause(t *testing.T) {
	for status, want := range map[int]string{
		302: causeProxyRefused, 401: causeProxyRefused, 403: causeProxyRefused, 407: causeProxyAuth, 429: causeProxyRefused,
		499: causeProxyRefused, 500: causeProxyFailed, 502: causeProxyFailed, 503: causeProxyFailed, 504: causeProxyFailed,
	} {
		t.Run(fmt.Sprintf("of_%d", status), func(t *testing.T) {
			f := silentClient("https://portal.example.com").findCause(&proxyRefusal{status, "proxy:3128"}, time.Now())
			if f.cause != want || f.other != "proxy:3128" || f.address != "proxy:3128" || f.status != fmt.Sprint(status) || f.evidence == "" {
				t.Errorf("got %+v, want %s of proxy:3128", f, want)
			}
		})
	}
	for status, refused := range map[int]bool{200: false, 201: true, 204: true, 302: true, 407: true, 502: true} {
		err := checkConnect(context.Background(), &url.URL{Scheme: "http", Host: "proxy:3128"}, nil, &http.Response{StatusCode: status})
		if (err != nil) != refused {
			t.Errorf("a reply to CONNECT with %d: got %v, want a refusal: %t", status, err, refused)
		}
	}
}
