package heimdal

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"fs-client-portal/backend/portal"
)

// TestTheKeyIsNotShownWhereAnAnswerPutsItForSomethingElse has an API that answers the key where an error quotes an id, a
// host or a text.
func TestTheKeyIsNotShownWhereAnAnswerPutsItForSomethingElse(t *testing.T) {
	t.Parallel()
	corp := `{"id":3,"type":"CORP"}`
	for name, test := range map[string]struct {
		texts []string
		want  portal.CallCode
	}{
		"an error beside customers":     {[]string{`{"items":[` + corp + `],"errors":["no such key: ` + key + `"]}`}, portal.Incomplete},
		"a message beside none":         {[]string{`{"items":[],"message":"no such key: ` + key + `"}`}, portal.BadKey},
		"a link's host":                 {[]string{`{"items":[` + corp + `],"nextLink":"https://` + key + `.example.com/"}`}, portal.Redirected},
		"an id with two types":          {[]string{`[{"id":"` + key + `","type":"CORP","Type":"RESELLER"}]`}, portal.Garbage},
		"an id that another stands in":  {[]string{`[{"id":"` + key + `","children":[` + corp + `]}]`}, portal.Unmapped},
		"the first of two ids":          {[]string{`[{"customerId":"` + key + `","type":"CORP","children":[` + corp + `],"id":2}]`}, portal.Garbage},
		"the second":                    {[]string{`[{"customerId":2,"type":"CORP","children":[` + corp + `],"id":"` + key + `"}]`}, portal.Garbage},
		"a reseller with others' ids":   {[]string{`[{"id":"` + key + `","type":"RESELLER"}]`, `[{"id":17,"type":"RESELLER"}]`}, portal.WrongCustomer},
		"a reseller nobody answers for": {[]string{`[{"id":"` + key + `","type":"RESELLER"}]`, refusedHere, `[` + resellerR + `]`}, portal.Refused},
		"a client that stands for all":  {[]string{`[` + resellerR + `,{"id":"` + key + `","type":"CORP"}]`}, portal.WrongCustomer},
	} {
		_, err := readAll(t, test.texts...)
		wantCode(t, err, test.want)
		if err == nil || strings.Contains(strings.ToLower(err.Error()), strings.ToLower(key[:5])) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARedirectOnTheSameHostIsFollowedAFewTimesAndOverHTTPSAlone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		to   func(call int) string
		want portal.CallCode
	}{
		"to another path":            {func(call int) string { return []string{"/a", "/b", "/c", ""}[min(call-1, 3)] }, ""},
		"to itself for ever":         {func(int) string { return "?customerId=17" }, portal.Redirected},
		"to plain http":              {func(int) string { return "http://heimdal.example.com/api/customers" }, portal.Redirected},
		"to another port":            {func(int) string { return "https://heimdal.example.com:8443/api/customers" }, portal.Redirected},
		"to a name that begins like": {func(int) string { return "https://heimdal.example.com.evil.example/" }, portal.Redirected},
	} {
		calls := 0
		r := asking(t, func(q *http.Request) *http.Response {
			if calls++; q.URL.Scheme != "https" || q.URL.Host != "heimdal.example.com" || calls > 10 {
				t.Fatalf("%s: %s was asked in call %d", name, q.URL, calls)
			}
			if to := test.to(calls); to != "" {
				return status(http.StatusFound, "Location", to)
			}
			return body(`[]`)
		})
		_, err := r.all(t.Context())
		if test.want != "" {
			wantCode(t, err, test.want)
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNoCookieIsKeptEvenByAClientThatKeepsThem(t *testing.T) {
	t.Parallel()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewConnector().Open(portal.ConnectionSettings{CustomerID: "17", BaseURL: "https://heimdal.example.com"}, key, portal.ReadOptions{
		HTTPClient: &http.Client{Jar: jar, Transport: web(func(q *http.Request) *http.Response {
			if len(q.Cookies()) > 0 {
				t.Errorf("the cookies %v were sent", q.Cookies())
			}
			a := body(`[]`)
			a.Header.Set("Set-Cookie", "tracked=1; Path=/")
			return a
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := r.(*reader).all(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// TestATLSThatComesToNothingIsNamed has servers this one cannot agree with, or that want more of it than it has.
func TestATLSThatComesToNothingIsNamed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config *tls.Config
		says   string
	}{
		"too old":                         {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, "refuses this server's secure connection (protocol version not supported)."},            //nolint:gosec // it is to be refused
		"no cipher in common":             {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_RC4_128_SHA}}, "refuses this server's secure connection (handshake failure)."}, //nolint:gosec // it is to be refused
		"a certificate of ours is wanted": {&tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS13}, "refuses this server's secure connection (certificate required)."},
	} {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`[]`)) }))
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.TLS = test.config
		server.StartTLS()
		t.Cleanup(server.Close)
		roots := x509.NewCertPool()
		roots.AddCert(server.Certificate())
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
		_, err := openReader(t, server.URL, portal.ReadOptions{HTTPClient: client}).all(t.Context())
		wantCode(t, err, portal.Insecure)
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, cause := range []error{errors.New("tls: server selected unsupported protocol version 301"), &tls.CertificateVerificationError{Err: errors.New("x509: odd")}} {
		if err := connectionError("h", fmt.Errorf("Get: %w", cause)); !strings.Contains(err.Error(), "not accepted") {
			t.Errorf("%v is told as %v", cause, err)
		}
	}
}

func TestAConnectionThatWasNotMadeSaysNothingOfTheAddressAsked(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	r := openReader(t, "http://127.0.0.1:1/some/path", portal.ReadOptions{HTTPClient: &http.Client{Transport: failing{&calls}}})
	_, err := r.all(t.Context())
	wantCode(t, err, portal.Unreachable)
	if text := fmt.Sprint(err); calls.Load() != 1 || strings.Contains(text, "some/path") || strings.Contains(text, "customerId") {
		t.Errorf("the error is %v after %d calls", err, calls.Load())
	}
}

// failing makes no connection, for a reason that shows the key.
type failing struct{ calls *atomic.Int32 }

func (f failing) RoundTrip(r *http.Request) (*http.Response, error) {
	f.calls.Add(1)
	return nil, fmt.Errorf("no route for %s with %v", r.URL, r.Header)
}

func TestWhatSpeaksNoTLSIsNamed(t *testing.T) {
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
	_, err = openReader(t, "https://"+listener.Addr().String(), portal.ReadOptions{}).all(t.Context())
	wantCode(t, err, portal.Insecure)
	if err == nil || !strings.Contains(err.Error(), "does not speak TLS") {
		t.Errorf("it is told as %v", err)
	}
}

func TestAHostThatIsNotThereIsToldFromOneThatIsNotFoundNow(t *testing.T) {
	t.Parallel()
	for want, cause := range map[string]error{
		"There is no host h.":  &net.DNSError{IsNotFound: true},
		"h cannot be reached.": &net.DNSError{Err: "server misbehaving", IsTemporary: true},
		"h did not answer in":  &net.DNSError{IsTimeout: true},
	} {
		if err := connectionError("h", &net.OpError{Op: "dial", Err: cause}); !strings.Contains(err.Error(), want) {
			t.Errorf("%v is told as %v", cause, err)
		}
	}
}

// stuck reads nothing, again and again.
type stuck struct{ reads int }

func (s *stuck) Read([]byte) (int, error) {
	if s.reads++; s.reads > 100_000 {
		return 0, io.EOF
	}
	return 0, nil
}

func TestAConnectionThatBringsNothingAgainAndAgainIsGivenUp(t *testing.T) {
	t.Parallel()
	s := &stuck{}
	_, err := decode(io.MultiReader(strings.NewReader(`[{"id":1`), s), "17", key, mapping{}, nil)
	wantCode(t, err, portal.Truncated)
	if s.reads > 1000 {
		t.Errorf("it was given up after %d reads", s.reads)
	}
}
