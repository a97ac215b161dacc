package desktop

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-resty/resty/v2"

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

// Numbers stand for themselves: the codes of Windows are none of package syscall's names.
func TestConnectionCause(t *testing.T) {
	for name, test := range map[string]struct {
		err   error
		cause string
		asked string // the cause where the server asked for a client certificate
	}{
		"refused":                       {failedDial(syscall.ECONNREFUSED), causeRefused, causeRefused},
		"refused_on_Windows":            {failedDial(10061), causeRefused, causeRefused},
		"network_unreachable":           {failedDial(syscall.ENETUNREACH), causeNoNetwork, causeNoNetwork},
		"host_unreachable":              {failedDial(syscall.EHOSTUNREACH), causeNoNetwork, causeNoNetwork},
		"network_down":                  {failedDial(syscall.ENETDOWN), causeNoNetwork, causeNoNetwork},
		"network_down_on_Windows":       {failedDial(10050), causeNoNetwork, causeNoNetwork},
		"no_way_to_network_on_Windows":  {failedDial(10051), causeNoNetwork, causeNoNetwork},
		"no_way_to_host_on_Windows":     {failedDial(10065), causeNoNetwork, causeNoNetwork},
		"slow":                          {slowError{errors.New("x")}, causeTimeout, causeTimeout},
		"reset":                         {failedDial(syscall.ECONNRESET), causeBroken, causeClientCert},
		"reset_on_Windows":              {failedDial(10054), causeBroken, causeClientCert},
		"slow_on_Windows":               {failedDial(10060), causeTimeout, causeTimeout},
		"lost_on_Windows":               {failedDial(10052), causeBroken, causeClientCert},
		"aborted_on_Windows":            {failedDial(10053), causeBroken, causeClientCert},
		"aborted":                       {failedDial(syscall.ECONNABORTED), causeBroken, causeClientCert},
		"written_to_a_closed_one":       {failedDial(syscall.EPIPE), causeBroken, causeClientCert},
		"ended_before_the_response":     {fmt.Errorf("get: %w", io.EOF), causeBroken, causeClientCert},
		"ended_within_the_response":     {fmt.Errorf("get: %w", io.ErrUnexpectedEOF), causeBroken, causeClientCert},
		"a_stream_that_fell_silent":     {fmt.Errorf("read: %w", errStreamSilent), causeBroken, causeClientCert},
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
		"names_what_was_looked_up":           {&net.DNSError{Name: "portal", IsTimeout: true}, `lookup of "portal": not found false, timeout true`},
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

// foreign returns the Problem of a response that the portal's API did not write.
func foreign(t *testing.T, asked bool, status int, header http.Header) *Problem {
	t.Helper()
	c := silentClient("https://portal.example.com/portal")
	c.certificateAsked.Store(asked)
	return c.foreignResponse(&resty.Response{RawResponse: &http.Response{StatusCode: status, Header: header}})
}

func TestForeignResponse(t *testing.T) {
	page := func(kind string) http.Header { return http.Header{"Content-Type": {kind}} }
	to := func(address string) http.Header { return http.Header{"Location": {address}} }
	for name, test := range map[string]struct {
		asked  bool
		status int
		header http.Header
		code   portal.Code
		cause  string
		says   string
	}{
		"200_with_a_page":          {false, 200, page("text/html; charset=utf-8"), portal.Unavailable, causeCaptive, "web page"},
		"200_with_a_page_of_XHTML": {false, 200, page("application/xhtml+xml"), portal.Unavailable, causeCaptive, "web page"},
		"200_with_JSON":            {false, 200, page("application/json"), portal.Unavailable, causeWrongAddress, "HTTP 200"},
		"201_without_a_type":       {false, 201, nil, portal.Unavailable, causeWrongAddress, "HTTP 201"},
		"301":                      {false, 301, to("https://new.example.org/login?key=topsecret"), portal.Unavailable, causeMoved, "“https://new.example.org”"},
		"302_to_plain_http":        {false, 302, to("http://portal.example.com/portal"), portal.Unavailable, causeMoved, "“http://portal.example.com”"},
		"303_to_another_path":      {false, 303, to("/elsewhere?key=topsecret"), portal.Unavailable, causeMoved, "another path of the same server"},
		"307_to_nowhere":           {false, 307, nil, portal.Unavailable, causeMoved, "an unknown source"},
		"304_that_was_not_asked":   {false, 304, nil, portal.Unavailable, causeWrongAddress, "HTTP 304"},
		"400":                      {false, 400, nil, portal.Unavailable, causeIntermediary, "HTTP 400"},
		"400_behind_a_question":    {true, 400, nil, Offline, causeClientCert, "client certificate"},
		"401":                      {false, 401, nil, portal.Unavailable, causeIntermediary, "HTTP 401"},
		"401_behind_a_question":    {true, 401, nil, portal.Unavailable, causeIntermediary, "HTTP 401"},
		"403":                      {false, 403, nil, portal.Unavailable, causeIntermediary, "HTTP 403"},
		"403_behind_a_question":    {true, 403, nil, Offline, causeClientCert, "client certificate"},
		"404":                      {false, 404, nil, portal.Unavailable, causeWrongAddress, "HTTP 404"},
		"405":                      {false, 405, nil, portal.Unavailable, causeWrongAddress, "HTTP 405"},
		"407":                      {false, 407, nil, Offline, causeProxyAuth, "password"},
		"410":                      {false, 410, nil, portal.Unavailable, causeWrongAddress, "HTTP 410"},
		"429":                      {false, 429, nil, portal.TooManyRequests, "", "Too many requests"},
		"451":                      {false, 451, nil, portal.Unavailable, causeIntermediary, "HTTP 451"},
		"500":                      {false, 500, page("text/html"), portal.Unavailable, causeGateway, "HTTP 500"},
		"502":                      {false, 502, nil, portal.Unavailable, causeGateway, "HTTP 502"},
		"503":                      {false, 503, nil, portal.Unavailable, causeGateway, "HTTP 503"},
		"511":                      {false, 511, nil, portal.Unavailable, causeCaptive, "web page"},
	} {
		t.Run(name, func(t *testing.T) {
			p := foreign(t, test.asked, test.status, test.header)
			if p.Code != test.code || p.Cause != test.cause || !strings.Contains(p.Message, test.says) {
				t.Errorf("got %s, %s, %q, want %s, %s and %q", p.Code, p.Cause, p.Message, test.code, test.cause, test.says)
			}
			if p.Address != "https://portal.example.com" || strings.Contains(p.Message+p.evidence, "topsecret") {
				t.Errorf("got address %q, %q, evidence %q, want the origin alone", p.Address, p.Message, p.evidence)
			}
		})
	}
}

func mustCertificate(t *testing.T, template *x509.Certificate) *x509.Certificate {
	t.Helper()
	ca := newAuthority(t)
	template.SerialNumber = big.NewInt(3)
	cert, err := x509.ParseCertificate(ca.sign(template, ca.cert, newKey(t)).Raw)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestCertificateNames(t *testing.T) {
	t.Run("are_the_first_of_DNS", func(t *testing.T) {
		cert := mustCertificate(t, &x509.Certificate{Subject: pkix.Name{CommonName: "common"}, DNSNames: []string{"a.example", "b.example"}})
		if got := namesOf(cert); got != "“a.example”" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("are_an_address_where_there_is_no_other", func(t *testing.T) {
		cert := mustCertificate(t, &x509.Certificate{Subject: pkix.Name{CommonName: "common"}, IPAddresses: []net.IP{net.IPv4(192, 0, 2, 7)}})
		if got := namesOf(cert); got != "“192.0.2.7”" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("are_the_subject's_where_there_is_no_other", func(t *testing.T) {
		if got := namesOf(mustCertificate(t, &x509.Certificate{Subject: pkix.Name{CommonName: "common"}})); got != "“common”" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("of_an_issuer_are_its_organisation's_without_its_own", func(t *testing.T) {
		for want, issuer := range map[string]pkix.Name{
			"“Own”": {CommonName: "Own", Organization: []string{"Acme"}}, "“Acme”": {Organization: []string{"Acme", "Other"}}, "": {},
		} {
			if got := issuerOf(&x509.Certificate{Issuer: issuer}); got != want {
				t.Errorf("%v: got %s, want %s", issuer, got, want)
			}
		}
	})
	t.Run("are_short_and_printable", func(t *testing.T) {
		for name, want := range map[string]string{
			strings.Repeat("ä", 60): "“" + strings.Repeat("ä", 60) + "”", strings.Repeat("ä", 61): "“" + strings.Repeat("ä", 60) + "…”", "": "",
		} {
			if got := foreignName(name); got != want {
				t.Errorf("%d letters: got %s, want %s", len([]rune(name)), got, want)
			}
		}
		if got := foreignName("a\nb\u202ec\x1b[0m"); strings.ContainsAny(got, "\n\u202e\x1b") {
			t.Errorf("got %q, want printable characters alone", got)
		}
	})
}

// A chain that breaks because one of its certificates is out of its time is reported as one of an unknown authority.
func TestUntrustedChain(t *testing.T) {
	now := time.Now()
	leaf := &x509.Certificate{Issuer: pkix.Name{CommonName: "Between"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	for name, test := range map[string]struct {
		from, until time.Duration
		cause       string
	}{
		"with_all_in_their_time":     {-time.Hour, time.Hour, causeUntrusted},
		"with_one_that_has_expired":  {-2 * time.Hour, -time.Hour, causeExpired},
		"with_one_of_the_days_ahead": {time.Hour, 2 * time.Hour, causeNotYetValid},
	} {
		t.Run(name, func(t *testing.T) {
			between := &x509.Certificate{NotBefore: now.Add(test.from), NotAfter: now.Add(test.until)}
			err := &tls.CertificateVerificationError{
				UnverifiedCertificates: []*x509.Certificate{leaf, between}, Err: x509.UnknownAuthorityError{Cert: leaf},
			}
			if f := silentClient("https://portal.example.com").findCause(err, now); f.cause != test.cause || f.evidence == "" {
				t.Errorf("got %+v, want %s", f, test.cause)
			}
		})
	}
	t.Run("that_fails_for_another_reason", func(t *testing.T) {
		err := &tls.CertificateVerificationError{Err: x509.UnhandledCriticalExtension{}}
		if f := silentClient("https://portal.example.com").findCause(err, now); f.cause != causeUntrusted {
			t.Errorf("got %s, want %s", f.cause, causeUntrusted)
		}
	})
}

// remote is an alert as crypto/tls returns it.
func remote(alert uint8) error {
	return &net.OpError{Op: "remote error", Err: tls.AlertError(alert)}
}

func TestAlert(t *testing.T) {
	for alert, want := range map[uint8][2]string{
		40:  {causeNoTLS, causeClientCert},
		42:  {causeNoTLS, causeClientCert},
		48:  {causeNoTLS, causeNoTLS},
		70:  {causeOldTLS, causeOldTLS},
		80:  {causeNoTLS, causeNoTLS},
		112: {causeNoTLS, causeNoTLS},
		116: {causeClientCert, causeClientCert},
	} {
		for i, asked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d_asked_%t", alert, asked), func(t *testing.T) {
				c := silentClient("https://portal.example.com")
				c.certificateAsked.Store(asked)
				f := c.findCause(remote(alert), time.Now())
				if f.cause != want[i] || !strings.HasPrefix(f.evidence, fmt.Sprintf("alert %d: ", alert)) {
					t.Errorf("got %s, evidence %q, want %s", f.cause, f.evidence, want[i])
				}
			})
		}
	}
	t.Run("is_none_where_the_server_speaks_no_TLS", func(t *testing.T) {
		for _, err := range []error{tls.RecordHeaderError{Msg: "x"}, http.ErrSchemeMismatch} {
			if f := silentClient("https://portal.example.com").findCause(err, time.Now()); f.cause != causeNoTLS {
				t.Errorf("%v: got %s, want %s", err, f.cause, causeNoTLS)
			}
		}
	})
	t.Run("is_no_reason_to_connect_again", func(t *testing.T) {
		if connectionFailed(remote(70)) || !connectionFailed(io.EOF) || connectionFailed(slowError{errors.New("x")}) || connectionFailed(nil) {
			t.Error("only a connection that broke or was refused is made again")
		}
	})
}

// What lets the app in clears the server of having wanted a certificate; what a server that wants one replies does not.
func TestNoteAccepted(t *testing.T) {
	for status, kept := range map[int]bool{200: false, 304: false, 400: true, 401: false, 403: true, 404: false, 500: false} {
		c := silentClient("https://portal.example.com")
		c.certificateAsked.Store(true)
		c.noteAccepted(status)
		if c.certificateAsked.Load() != kept {
			t.Errorf("%d: the question is remembered: %t, want %t", status, !kept, kept)
		}
	}
}

func TestFinding(t *testing.T) {
	const base = "https://portal.example.com:8443/portal?key=topsecret"
	for name, test := range map[string]struct {
		finding finding
		base    string
		address string
		says    string
	}{
		"shows_the_portal's_origin":      {finding{cause: causeRefused}, base, "https://portal.example.com:8443", "portal.example.com:8443 refuses"},
		"shows_the_proxy's_address":      {finding{cause: causeProxyDown, other: "proxy:3128", address: "proxy:3128"}, base, "proxy:3128", "The proxy proxy:3128"},
		"says_that_a_source_is_unknown":  {finding{cause: causeUntrusted}, base, "https://portal.example.com:8443", "a certificate of an unknown source"},
		"names_a_server_without_address": {finding{cause: causeRefused}, "", "", "The portal's server refuses"},
	} {
		t.Run(name, func(t *testing.T) {
			test.finding.evidence = "evidence"
			p := test.finding.problem(Offline, test.base)
			if p.Address != test.address || !strings.Contains(p.Message, test.says) || p.Cause != test.finding.cause || p.evidence != "evidence" {
				t.Errorf("got %+v, want address %q and %q", p, test.address, test.says)
			}
			if strings.Contains(p.Message+p.Address, "topsecret") {
				t.Errorf("the query is shown: %+v", p)
			}
		})
	}
}
