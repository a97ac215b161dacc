package desktop

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
)

// authority issues the certificates of a test.
type authority struct {
	testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{TB: t, key: newKey(t)}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	a.cert = a.sign(template, template, a.key)
	return a
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a *authority) sign(template, parent *x509.Certificate, key *ecdsa.PrivateKey) *x509.Certificate {
	a.Helper()
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, a.key)
	if err != nil {
		a.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		a.Fatal(err)
	}
	return cert
}

// begun is when the tests began: the dates in certificates and in what is said about them are counted from it.
var begun = time.Now()

// issue returns a certificate for a name or address, valid from and until so long after begun.
func (a *authority) issue(name string, from, until time.Duration) tls.Certificate {
	a.Helper()
	key := newKey(a)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name},
		NotBefore: begun.Add(from), NotAfter: begun.Add(until),
	}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{name}
	}
	return tls.Certificate{Certificate: [][]byte{a.sign(template, a.cert, key).Raw}, PrivateKey: key}
}

func (a *authority) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// place is where a test's client calls, and how it gets there.
type place struct {
	url   string
	roots *x509.CertPool
	set   func(*apiClient, *http.Transport)
}

func serveTLS(t *testing.T, config *tls.Config, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.TLS = config
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

func plainly(handler http.HandlerFunc) func(*testing.T) place {
	return func(t *testing.T) place {
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		return place{url: server.URL}
	}
}

func webPage(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<html>Welcome to the guest network</html>")
	}
}

// withCertificate serves a certificate of a trusted authority.
func withCertificate(name string, from, until time.Duration) func(*testing.T) place {
	return func(t *testing.T) place {
		ca := newAuthority(t)
		config := &tls.Config{Certificates: []tls.Certificate{ca.issue(name, from, until)}}
		return place{url: serveTLS(t, config, webPage(200)), roots: ca.roots()}
	}
}

func withTLS(change func(*tls.Config), handler http.HandlerFunc) func(*testing.T) place {
	return func(t *testing.T) place {
		ca := newAuthority(t)
		config := &tls.Config{Certificates: []tls.Certificate{ca.issue("127.0.0.1", -time.Hour, time.Hour)}}
		change(config)
		return place{url: serveTLS(t, config, handler), roots: ca.roots()}
	}
}

// raw listens and hands each connection to serve, which closes it.
func raw(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return listener.Addr().String()
}

// oldServerHello chooses TLS 1.1 instead of refusing, as servers of that time do.
func oldServerHello(conn net.Conn) {
	defer conn.Close()
	_, _ = conn.Read(make([]byte, 4096))
	hello := append([]byte{2, 0, 0, 38, 3, 2}, make([]byte, 32)...)
	hello = append(hello, 0, 0, 0x2f, 0)
	_, _ = conn.Write(append([]byte{22, 3, 2, 0, byte(len(hello))}, hello...))
	_, _ = conn.Read(make([]byte, 4096))
}

// unreachableBySOCKS accepts the user and replies that the host cannot be reached (RFC 1928).
func unreachableBySOCKS(conn net.Conn) {
	defer conn.Close()
	for _, reply := range [][]byte{{5, 2}, {1, 0}, {5, 4, 0, 1, 0, 0, 0, 0, 0, 0}} {
		_, _ = conn.Read(make([]byte, 512))
		_, _ = conn.Write(reply)
	}
}

func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// throughProxy calls a portal behind a proxy that replies to CONNECT with status.
func throughProxy(status int) func(*testing.T) place {
	return func(t *testing.T) place {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Proxy-Authenticate", "Basic")
			w.WriteHeader(status)
		}))
		t.Cleanup(proxy.Close)
		return place{url: "https://portal.example.com", set: useProxy(t, proxy.URL)}
	}
}

func useProxy(t *testing.T, address string) func(*apiClient, *http.Transport) {
	t.Helper()
	proxy, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	proxy.User = url.UserPassword("ada", "topsecret")
	return func(_ *apiClient, transport *http.Transport) { transport.Proxy = http.ProxyURL(proxy) }
}

// nameServer returns a DNS server that replies to every query with the response code: 3 for a name that does not exist,
// 2 for a failure.
func nameServer(code byte) func(*testing.T) place {
	return func(t *testing.T) place {
		packets, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = packets.Close() })
		go func() {
			question := make([]byte, 512)
			for {
				n, from, err := packets.ReadFrom(question)
				if err != nil {
					return
				}
				question[2], question[3] = question[2]|0x80, 0x80|code
				_, _ = packets.WriteTo(question[:n], from)
			}
		}()
		resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "udp", packets.LocalAddr().String())
		}}
		return place{url: "https://portal.example.com", set: func(_ *apiClient, transport *http.Transport) {
			transport.Proxy, transport.DialContext = nil, (&net.Dialer{Resolver: resolver}).DialContext
		}}
	}
}

// dialing fails every connection with a code of the system.
func dialing(code syscall.Errno) func(*testing.T) place {
	return func(*testing.T) place {
		return place{url: "https://portal.example.com", set: func(_ *apiClient, transport *http.Transport) {
			transport.Proxy = nil
			transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", code)}
			}
		}}
	}
}

func redirecting(status int) func(*testing.T) place {
	return plainly(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "https://new.example.org/login?session=topsecret")
		w.WriteHeader(status)
	})
}

type causeCase struct {
	name  string
	at    func(*testing.T) place
	code  portal.Code
	cause string
	want  string
}

var causeCases = []causeCase{
	{"a_certificate_nobody_trusts", func(t *testing.T) place {
		p := withCertificate("127.0.0.1", -time.Hour, time.Hour)(t)
		p.roots = x509.NewCertPool()
		return p
	}, Offline, causeUntrusted, "“Test CA”"},
	{"an_expired_certificate", withCertificate("127.0.0.1", -48*time.Hour, -24*time.Hour), Offline, causeExpired,
		begun.Add(-24 * time.Hour).UTC().Format("2 January 2006")},
	{"a_certificate_of_tomorrow", withCertificate("127.0.0.1", 24*time.Hour, 48*time.Hour), Offline, causeNotYetValid, "clock"},
	{"a_certificate_of_another_name", withCertificate("other.example", -time.Hour, time.Hour), Offline,
		causeWrongName, "“other.example”"},
	{"a_server_that_refuses_new_TLS", withTLS(func(c *tls.Config) {
		c.MinVersion, c.MaxVersion = tls.VersionTLS10,
			tls.VersionTLS11
	}, webPage(200)),
		Offline, causeOldTLS, "TLS 1.2"},
	{"a_server_that_chooses_old_TLS", func(t *testing.T) place { return place{url: "https://" + raw(t, oldServerHello)} },
		Offline, causeOldTLS, "TLS 1.2"},
	{"a_client_certificate_demanded_in_TLS_1.3", withTLS(func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }, webPage(200)),
		Offline, causeClientCert, "client certificate"},
	{"a_client_certificate_demanded_over_HTTP_2", withTLS(func(c *tls.Config) {
		c.ClientAuth, c.NextProtos = tls.RequireAnyClientCert, []string{"h2", "http/1.1"}
	}, webPage(200)), Offline, causeClientCert, "client certificate"},
	{"a_client_certificate_demanded_in_TLS_1.2", withTLS(func(c *tls.Config) {
		c.ClientAuth, c.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12
	}, webPage(200)), Offline, causeClientCert, "client certificate"},
	{"a_client_certificate_demanded_by_a_page", withTLS(func(c *tls.Config) { c.ClientAuth = tls.RequestClientCert }, webPage(400)),
		Offline, causeClientCert, "client certificate"},
	{"a_server_without_TLS", func(t *testing.T) place {
		p := plainly(webPage(200))(t)
		p.url = "https" + strings.TrimPrefix(p.url, "http")
		return p
	}, Offline, causeNoTLS, "encrypted"},
	{"a_proxy_that_wants_a_sign-in", throughProxy(407), Offline, causeProxyAuth, "127.0.0.1:"},
	{"a_proxy_that_wants_a_sign-in_for_plain_http", func(t *testing.T) place {
		p := throughProxy(407)(t)
		p.url = "http://portal.example.com"
		return p
	}, Offline, causeProxyAuth, "127.0.0.1:"},
	{"a_proxy_that_forbids_the_portal", throughProxy(403), Offline, causeProxyRefused, "HTTP 403"},
	{"a_proxy_that_finds_no_portal", throughProxy(502), Offline, causeProxyFailed, "could not connect"},
	{"a_SOCKS_proxy_that_finds_no_portal", func(t *testing.T) place {
		return place{url: "https://portal.example.com", set: useProxy(t, "socks5://"+raw(t, unreachableBySOCKS))}
	}, Offline, causeProxyFailed, "could not connect"},
	{"a_proxy_that_does_not_run", func(t *testing.T) place {
		return place{url: "https://portal.example.com", set: useProxy(t, "http://"+closedPort(t))}
	}, Offline, causeProxyDown, "127.0.0.1:"},
	{"a_name_nobody_has", nameServer(3), Offline, causeUnknownName, "portal.example.com"},
	{"a_name_server_that_fails", nameServer(2), Offline, causeNoLookup, "portal.example.com"},
	{"a_port_nobody_listens_on", func(t *testing.T) place { return place{url: "http://" + closedPort(t)} },
		Offline, causeRefused, "refuses connections"},
	{"a_refusal_on_Windows", dialing(wsaConnectionRefused), Offline, causeRefused, "refuses connections"},
	{"no_network", dialing(syscall.ENETUNREACH), Offline, causeNoNetwork, "no way"},
	{"no_network_on_Windows", dialing(wsaHostUnreachable), Offline, causeNoNetwork, "no way"},
	{"a_connection_that_is_closed", func(t *testing.T) place {
		return place{url: "http://" + raw(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)); _ = c.Close() })}
	}, Offline, causeBroken, "broke"},
	{"a_server_that_says_nothing", func(t *testing.T) place {
		silent := raw(t, func(c net.Conn) { <-t.Context().Done(); _ = c.Close() })
		return place{url: "http://" + silent, set: func(c *apiClient, _ *http.Transport) { c.http.SetTimeout(50 * time.Millisecond) }}
	}, Offline, causeTimeout, "in time"},

	{"a_page_of_a_guest_network", plainly(webPage(200)), portal.Unavailable, causeCaptive, "sign in"},
	{"a_guest_network_by_its_status", plainly(webPage(511)), portal.Unavailable, causeCaptive, "sign in"},
	{"an_address_without_a_portal", plainly(webPage(404)), portal.Unavailable, causeWrongAddress, "HTTP 404"},
	{"another_API", plainly(func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, []int{1}) }),
		portal.Unavailable, causeWrongAddress, "no portal"},
	{"moved_for_good", redirecting(301), portal.Unavailable, causeMoved, "https://new.example.org”"},
	{"moved_by_302", redirecting(302), portal.Unavailable, causeMoved, "https://new.example.org”"},
	{"moved_by_307", redirecting(307), portal.Unavailable, causeMoved, "https://new.example.org”"},
	{"moved_by_308", redirecting(308), portal.Unavailable, causeMoved, "https://new.example.org”"},
	{"a_gateway_without_a_portal", plainly(webPage(502)), portal.Unavailable, causeGateway, "HTTP 502"},
	{"a_gateway_under_maintenance", plainly(webPage(503)), portal.Unavailable, causeGateway, "HTTP 503"},
	{"a_gateway_that_waited_in_vain", plainly(webPage(504)), portal.Unavailable, causeGateway, "HTTP 504"},
	{"a_firewall's_page", plainly(webPage(403)), portal.Unavailable, causeIntermediary, "HTTP 403"},
}

// The call of each case carries a token and a query, neither of which may be seen anywhere.
func TestCause(t *testing.T) {
	for _, c := range causeCases {
		t.Run(c.name, func(t *testing.T) {
			p, log := callAt(t, c.at(t))
			if p.Code != c.code || p.Cause != c.cause {
				t.Errorf("got %s, %s (%s), want %s, %s", p.Code, p.Cause, log, c.code, c.cause)
			}
			if !strings.Contains(p.Message, c.want) || strings.ContainsAny(p.Message, "{}") {
				t.Errorf("message %q does not say %q", p.Message, c.want)
			}
			if p.Address == "" || p.RequestID != "" {
				t.Errorf("got address %q and request id %q, want an address alone", p.Address, p.RequestID)
			}
			if !strings.Contains(log, `"cause":"`+c.cause+`"`) {
				t.Errorf("the log does not name the cause: %s", log)
			}
			shown, err := json.Marshal(p)
			if err != nil || strings.Contains(string(shown)+log, "topsecret") {
				t.Errorf("a secret is shown or logged: %s %s", shown, log)
			}
		})
	}
}

func callAt(t *testing.T, at place) (*Problem, string) {
	t.Helper()
	var log bytes.Buffer
	c := newAPIClient(at.url, "1", at.roots, slog.New(slog.NewJSONHandler(&log, nil)))
	c.clock = hastyClock{}
	transport := c.connections.inUse()
	t.Cleanup(transport.CloseIdleConnections)
	if at.set != nil {
		at.set(c, transport)
		c.connections.make = transport.Clone
	}
	err := c.do(t.Context(), request{
		method: http.MethodGet, path: "/v1/me", query: url.Values{"q": {"topsecret"}}, token: "topsecret", out: &portal.Me{},
	})
	var p *Problem
	if !errors.As(err, &p) {
		t.Fatalf("got %v, want a problem", err)
	}
	return p, log.String()
}

func TestCauseWords(t *testing.T) {
	tested := map[string]bool{causeUnreachable: true}
	for _, c := range causeCases {
		tested[c.cause] = true
	}
	for cause, sentence := range causeMessages {
		t.Run(cause, func(t *testing.T) {
			if !tested[cause] {
				t.Error("no case of TestCause leads to it")
			}
			if strings.Count(sentence, ". ") == 0 || !strings.HasSuffix(sentence, ".") {
				t.Errorf("%q must say what happened and what to do", sentence)
			}
		})
	}
}

func TestCauseOf(t *testing.T) {
	t.Run("ignores_an_optional_client_certificate", testCauseOfIgnoresAnOptionalClientCertificate)
	t.Run("hides_the_text_of_an_unknown_error", testCauseOfHidesTheTextOfAnUnknownError)
}

func testCauseOfIgnoresAnOptionalClientCertificate(t *testing.T) {
	replies := []int{200, 403}
	ca := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{ca.issue("127.0.0.1", -time.Hour, time.Hour)},
		ClientAuth: tls.RequestClientCert}
	c := newAPIClient(serveTLS(t, config, func(w http.ResponseWriter, r *http.Request) {
		webPage(replies[0])(w, r)
		replies = replies[1:]
	}), "1", ca.roots(), slog.New(slog.DiscardHandler))
	want := []string{causeCaptive, causeIntermediary}
	for _, cause := range want {
		err := c.do(t.Context(), request{method: http.MethodGet, path: "/", out: &portal.Me{}})
		if p := ProblemOf(err); p.Cause != cause {
			t.Errorf("got %s, want %s", p.Cause, cause)
		}
	}
}

func testCauseOfHidesTheTextOfAnUnknownError(t *testing.T) {
	p, log := callAt(t, place{url: "https://portal.example.com", set: func(_ *apiClient, transport *http.Transport) {
		transport.Proxy = func(*http.Request) (*url.URL, error) {
			return nil, errors.New("http://ada:topsecret@proxy is not a URL")
		}
	}})
	if p.Cause != causeUnreachable || strings.Contains(p.Message+log, "topsecret") {
		t.Errorf("got %s, %q, log %s", p.Cause, p.Message, log)
	}
}
