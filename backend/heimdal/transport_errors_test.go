package heimdal

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/testkit/wait"
)

func TestConnectionError(t *testing.T) {
	t.Parallel()
	t.Run("names_cause", testConnectionErrorNamesCause)
	t.Run("names_certificate_fault", testConnectionErrorNamesCertificateFault)
	t.Run("names_handshake_failure", testConnectionErrorNamesHandshakeFailure)
	t.Run("names_plain_http", testConnectionErrorNamesPlainHTTP)
	t.Run("hides_address", testConnectionErrorHidesAddress)
	t.Run("names_unknown_host", testConnectionErrorNamesUnknownHost)
}

func testConnectionErrorNamesCause(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(untrusted.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(silent.Close)
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("["))
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	t.Cleanup(slow.Close)
	for _, test := range []struct {
		url  string
		want connector.CallCode
	}{
		{closed.URL, connector.Unreachable}, {untrusted.URL, connector.Insecure}, {strings.Replace(plain.URL, "http:", "https:", 1),
			connector.Insecure},
		{"https://no-such-host.invalid", connector.Unreachable}, {silent.URL, connector.TimedOut}, {slow.URL, connector.TimedOut},
	} {
		patience := wait.Timeout(10 * time.Second)
		if test.want == connector.TimedOut {
			patience = 200 * time.Millisecond
		}
		c := openReader(t, test.url, connector.Options{HTTPClient: &http.Client{Timeout: patience}})
		_, err := c.all(t.Context())
		wantCode(t, err, test.want)
	}
}

func testConnectionErrorNamesCertificateFault(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		host     string
		expires  time.Time
		trusted  bool
		sentence string
	}{
		"expired":          {"127.0.0.1", time.Now().Add(-time.Hour), true, "has expired"},
		"for another host": {"127.0.0.2", time.Now().Add(time.Hour), true, "another host"},
		"from a stranger":  {"127.0.0.1", time.Now().Add(time.Hour), false, "authority"},
		"good":             {"127.0.0.1", time.Now().Add(time.Hour), true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			certificate := selfSigned(t, test.host, test.expires)
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter,
				_ *http.Request) {
				w.Write([]byte(`[]`))
			}))
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
			server.StartTLS()
			t.Cleanup(server.Close)
			roots := x509.NewCertPool()
			if test.trusted {
				roots.AddCert(certificate.Leaf)
			}
			client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
			_, err := openReader(t, server.URL, connector.Options{HTTPClient: client}).all(t.Context())
			if test.sentence == "" {
				if err != nil {
					t.Errorf("%v", err)
				}
				return
			}
			wantCode(t, err, connector.Insecure)
			if !strings.Contains(err.Error(), test.sentence) {
				t.Errorf("%v", err)
			}
		})
	}
}

// testConnectionErrorNamesHandshakeFailure has servers with which no handshake is possible.
func testConnectionErrorNamesHandshakeFailure(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config *tls.Config
		want   string
	}{
		"too old": {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11},
			"refuses this server's secure connection (protocol version not supported)."}, //nolint:gosec // it is to be refused
		"no cipher in common": {&tls.Config{MaxVersion: tls.VersionTLS12,
			CipherSuites: []uint16{tls.TLS_RSA_WITH_RC4_128_SHA}}, "refuses this server's secure connection (handshake " +
			"failure)."}, //nolint:gosec // it is to be refused
		"a certificate of ours is wanted": {&tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS13},
			"refuses this server's secure connection (certificate required)."},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter,
				_ *http.Request) {
				w.Write([]byte(`[]`))
			}))
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.TLS = test.config
			server.StartTLS()
			t.Cleanup(server.Close)
			roots := x509.NewCertPool()
			roots.AddCert(server.Certificate())
			client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
			_, err := openReader(t, server.URL, connector.Options{HTTPClient: client}).all(t.Context())
			wantCode(t, err, connector.Insecure)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v", err)
			}
		})
	}
	for _, cause := range []error{errors.New("tls: server selected unsupported protocol version 301"),
		&tls.CertificateVerificationError{Err: errors.New("x509: odd")}} {
		if err := connectionError("h", fmt.Errorf("Get: %w", cause)); !strings.Contains(err.Error(), "not accepted") {
			t.Errorf("%v: got error %v", cause, err)
		}
	}
}

func testConnectionErrorNamesPlainHTTP(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			io.WriteString(conn, "SSH-2.0-OpenSSH_9.9\r\n")
			conn.Read(make([]byte, 1000))
			conn.Close()
		}
	}()
	_, err = openReader(t, "https://"+listener.Addr().String(), connector.Options{}).all(t.Context())
	wantCode(t, err, connector.Insecure)
	if err == nil || !strings.Contains(err.Error(), "does not speak TLS") {
		t.Errorf("it got error %v", err)
	}
}

func testConnectionErrorHidesAddress(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	r := openReader(t, "http://127.0.0.1:1/some/path", connector.Options{HTTPClient: &http.Client{Transport: failingTransport{&calls}}})
	_, err := r.all(t.Context())
	wantCode(t, err, connector.Unreachable)
	if text := fmt.Sprint(err); calls.Load() != 1 || strings.Contains(text, "some/path") || strings.Contains(text, "customerId") {
		t.Errorf("got error %v after %d calls; want 1", err, calls.Load())
	}
}

func testConnectionErrorNamesUnknownHost(t *testing.T) {
	t.Parallel()
	for want, cause := range map[string]error{
		"There is no host h.":  &net.DNSError{IsNotFound: true},
		"h cannot be reached.": &net.DNSError{Err: "server misbehaving", IsTemporary: true},
		"h did not respond in": &net.DNSError{IsTimeout: true},
	} {
		if err := connectionError("h", &net.OpError{Op: "dial", Err: cause}); !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got error %v", cause, err)
		}
	}
}

func selfSigned(t *testing.T, host string, expires time.Time) tls.Certificate {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: expires, IPAddresses: []net.IP{net.ParseIP(host)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private, Leaf: leaf}
}

// failingTransport fails with an error that contains the key.
type failingTransport struct{ calls *atomic.Int32 }

func (f failingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	f.calls.Add(1)
	return nil, fmt.Errorf("no route for %s with %v", r.URL, r.Header)
}
