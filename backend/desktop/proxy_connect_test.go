package desktop

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// connectProxy is a proxy that tunnels every CONNECT to one server, for those who bring the credentials it wants.
type connectProxy struct {
	*httptest.Server
	wants string

	mu    sync.Mutex
	asked []string
}

func newConnectProxy(t *testing.T, to, wants string) *connectProxy {
	t.Helper()
	p := &connectProxy{wants: wants}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.asked = append(p.asked, r.Method+" "+r.Host)
		p.mu.Unlock()
		given := strings.TrimPrefix(r.Header.Get("Proxy-Authorization"), "Basic ")
		if p.wants != "" && given != base64.StdEncoding.EncodeToString([]byte(p.wants)) {
			w.Header().Set("Proxy-Authenticate", `Basic realm="corp"`)
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		tunnel(w, to)
	}))
	t.Cleanup(p.Close)
	return p
}

func tunnel(w http.ResponseWriter, to string) {
	server, err := net.Dial("tcp", to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer server.Close()
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	fmt.Fprint(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() { _, _ = io.Copy(server, client); server.Close() }()
	_, _ = io.Copy(client, server)
}

func (p *connectProxy) calls() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.asked...)
}

func TestProxyConnect(t *testing.T) {
	api := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		reply(w, 200, map[string]any{})
	}))
	t.Cleanup(api.Close)
	roots := x509.NewCertPool()
	roots.AddCert(api.Certificate())
	to := api.Listener.Addr().String()
	// The certificate of httptest is for example.com, which is reached through the proxy alone.
	newClient := func(proxyFor func(*url.URL) (*url.URL, error)) *http.Client {
		transport := &http.Transport{
			Proxy: func(r *http.Request) (*url.URL, error) { return proxyFor(r.URL) }, TLSClientConfig: &tls.Config{RootCAs: roots},
		}
		t.Cleanup(transport.CloseIdleConnections)
		return &http.Client{Transport: transport}
	}
	get := func(client *http.Client) error {
		response, err := client.Get("https://example.com/v1/me")
		if err == nil {
			response.Body.Close()
		}
		return err
	}
	t.Run("carries_the_apps_calls", func(t *testing.T) {
		withoutProxies(t)
		proxy := newConnectProxy(t, to, "")
		t.Setenv("HTTPS_PROXY", proxy.URL)
		client := newAPIClient("https://example.com", "1", roots, silentLog)
		if err := client.do(t.Context(), request{method: http.MethodGet, path: "/v1/me"}); err != nil {
			t.Fatal(err)
		}
		if calls := proxy.calls(); len(calls) != 1 || calls[0] != "CONNECT example.com:443" {
			t.Errorf("the proxy saw %q", calls)
		}
	})
	t.Run("wants_credentials", func(t *testing.T) {
		withoutProxies(t)
		proxy := newConnectProxy(t, to, "ada:p@ss")
		t.Setenv("HTTPS_PROXY", proxy.URL)
		if err := get(newClient(systemProxies.proxyFor)); err == nil || !strings.Contains(err.Error(), "Proxy Authentication Required") {
			t.Errorf("without credentials: got %v", err)
		}
		t.Setenv("HTTPS_PROXY", strings.Replace(proxy.URL, "http://", "http://ada:p%40ss@", 1))
		if err := get(newClient(systemProxies.proxyFor)); err != nil {
			t.Errorf("with credentials: got %v", err)
		}
	})
	t.Run("follows_a_change_of_settings", func(t *testing.T) {
		office, home := newConnectProxy(t, to, ""), newConnectProxy(t, to, "")
		s := newSettledProxies(t)
		client := newClient(s.proxyFor)
		s.settings.https = office.Listener.Addr().String()
		first := get(client)
		s.settings.https = home.Listener.Addr().String()
		s.at = s.at.Add(proxyKept)
		second := get(client)
		if first != nil || second != nil || len(office.calls()) != 1 || len(home.calls()) != 1 {
			t.Errorf("got %v and %v; the first proxy saw %q, the second %q", first, second, office.calls(), home.calls())
		}
	})
}
