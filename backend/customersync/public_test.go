package customersync

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/heimdal"
	"fs-client-portal/backend/portal"
)

func TestPublicAddress(t *testing.T) {
	t.Run("is_on_the_internet", testPublicAddressIsOnTheInternet)
	t.Run("excludes_own_interfaces", testPublicAddressExcludesOwnInterfaces)
	t.Run("is_required_for_a_call", testPublicAddressIsRequiredForACall)
}

func testPublicAddressIsOnTheInternet(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "104.16.0.1": true, "172.32.0.1": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "127.8.9.1": false, "::1": false, "::ffff:127.0.0.1": false, "0.0.0.0": false, "0.1.2.3": false, "::": false,
		"10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.0.1": false, "::ffff:192.168.0.1": false, "fd00::1": false,
		"169.254.169.254": false, "fe80::1": false, "fd00:ec2::254": false,
		"100.100.100.200": false, "168.63.129.16": false, "192.0.0.192": false,
		"100.64.0.1": false, "198.18.0.1": false, "192.0.2.1": false, "198.51.100.1": false, "203.0.113.1": false, "192.88.99.1": false,
		"224.0.0.1": false, "239.255.255.250": false, "ff02::1": false, "240.0.0.1": false, "255.255.255.255": false,
		"64:ff9b::a00:1": false, "64:ff9b:1::1": false, "2002:a00:1::": false, "2001::1": false,
		"2001:2::1": false, "2001:20::1": false, "2001:db8::1": false, "3fff::1": false,
		"100::1": false, "fec0::1": false, "::10.0.0.1": false, "4000::1": false,
	} {
		if got := public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s is public: got %t, want %t", text, got, want)
		}
	}
}

func TestPublicClient(t *testing.T) {
	t.Run("refuses_private_addresses", testPublicClientRefusesPrivateAddresses)
	t.Run("follows_no_redirect", testPublicClientFollowsNoRedirect)
	t.Run("errors_hide_open_ports", testPublicClientErrorsHideOpenPorts)
}

func testPublicClientRefusesPrivateAddresses(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	defer server.Close()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("HTTP_PROXY", server.URL)
	t.Setenv("HTTPS_PROXY", server.URL)
	client := newPublicClient()
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"} {
		response, err := client.Get("http://" + host + ":" + port)
		if err == nil {
			response.Body.Close()
		}
		var unknown *net.DNSError
		if !errors.As(err, &unknown) || !unknown.IsNotFound {
			t.Errorf("%s: got %v, want the error of an unknown host", host, err)
		}
	}
	if calls.Load() != 0 {
		t.Errorf("calls: got %d, want none", calls.Load())
	}
	if transport := client.Transport.(*http.Transport); transport.Proxy != nil {
		t.Error("got a proxy, which would resolve names without a check; want none")
	}
}

func TestBaseURL(t *testing.T) {
	heimdal := portal.Product{ID: "heimdal", BaseURL: "https://rc-dashboard.heimdalsecurity.com/api/heimdalapi"}
	type result struct{ ok, publicOnly bool }
	refused, anywhere, publicOnly := result{}, result{true, false}, result{true, true}
	for address, want := range map[string]result{
		"https://rc-dashboard.heimdalsecurity.com/api/heimdalapi": anywhere,
		"https://RC-Dashboard.Heimdalsecurity.com/other":          anywhere,
		"https://rc-dashboard.heimdalsecurity.com:8443/api":       publicOnly,
		"https://dashboard.heimdalsecurity.com/api/heimdalapi":    publicOnly,
		"https://rc-dashboard.heimdalsecurity.com.example.com":    publicOnly,
		"https://8.8.8.8": publicOnly,
		"http://rc-dashboard.heimdalsecurity.com/api/heimdalapi": refused,
		"http://127.0.0.1:8000":                                  refused,
		"https://127.0.0.1:8000":                                 refused,
		"http://[::1]:8000":                                      refused,
		"https://[::ffff:127.0.0.1]:8000":                        refused,
		"http://localhost:8000":                                  refused,
		"https://localhost.":                                     refused,
		"http://127.0.0.1.example.com":                           refused,
		"http://10.0.0.1":                                        refused,
		"https://10.0.0.1":                                       refused,
		"https://169.254.169.254":                                refused,
		"https://[fe80::1%25eth0]":                               refused,
		"https://2130706433":                                     refused,
		"https://0x7f000001":                                     refused,
		"https://intranet":                                       refused,
		"https://intranet.":                                      refused,
		"https://":                                               refused,
		"":                                                       refused,
	} {
		s := &Service{}
		publicOnly, err := s.checkAddress(heimdal, address)
		if got := (result{err == nil, publicOnly}); got != want {
			t.Errorf("%q: got %+v, %v; want %+v", address, got, err, want)
		}
		var named *portal.Error
		if err != nil && (!errors.As(err, &named) || named.Field != "base_url") {
			t.Errorf("%q: got %v, want an error of the field base_url", address, err)
		}
	}
	developed := &Service{config: Config{AllowPrivate: true}}
	for _, address := range []string{"http://127.0.0.1:8000", "https://localhost", "https://10.0.0.1", "https://intranet"} {
		if publicOnly, err := developed.checkAddress(heimdal, address); err != nil || publicOnly {
			t.Errorf("%q with AllowPrivate: got public only %t, %v; want neither", address, publicOnly, err)
		}
	}
}

func testPublicAddressExcludesOwnInterfaces(t *testing.T) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		if prefix, err := netip.ParsePrefix(one.String()); err != nil || !own(prefix.Addr()) {
			t.Errorf("%s: got not own, %v; want own", one, err)
		} else if a := netip.AddrFrom16(prefix.Addr().As16()); !own(a) {
			t.Errorf("%s: got not own, want own", a)
		} else if a.Is6() && !a.Is4In6() && !own(a.WithZone("eth7")) {
			t.Errorf("%s with a zone: got not own, want own", a)
		}
	}
	if own(netip.MustParseAddr("8.8.8.8")) {
		t.Error("8.8.8.8: got own, want not own")
	}
}

func testPublicAddressIsRequiredForACall(t *testing.T) {
	ours := netip.MustParseAddr("8.8.4.4")
	own := func(a netip.Addr) bool { return a == ours }
	for text, want := range map[string]bool{"8.8.8.8": true, "8.8.4.4": false, "10.0.0.1": false, "127.0.0.1": false} {
		if got := callable(netip.MustParseAddr(text), own); got != want {
			t.Errorf("%s is callable: got %t, want %t", text, got, want)
		}
	}
	for _, address := range []string{"", "8.8.8.8", "example.com:443", "127.0.0.1:443", "[::1]:443"} {
		if err := refusePrivate(t.Context(), "tcp", address, nil); err == nil {
			t.Errorf("call to %q: got no error, want one", address)
		}
	}
	if err := refusePrivate(t.Context(), "tcp", "8.8.8.8:443", nil); err != nil {
		t.Errorf("call to 8.8.8.8:443: got %v, want no error", err)
	}
}

func testPublicClientFollowsNoRedirect(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer server.Close()
	client := newPublicClient()
	client.Transport = http.DefaultTransport
	// A product's reader uses the client; with another client it follows redirects on the same host.
	reader, err := heimdal.NewConnector().Open(connector.Settings{ProductID: "heimdal", CustomerID: "1", BaseURL: server.URL},
		"KEY0123456789", connector.Options{HTTPClient: client})
	if err != nil {
		t.Fatal(err)
	}
	_, err = reader.Test(t.Context())
	var call *connector.CallError
	if !errors.As(err, &call) || call.Code != connector.Redirected || calls.Load() != 1 {
		t.Errorf("got %v after %d calls, want %s after one", err, calls.Load(), connector.Redirected)
	}
}

func testPublicClientErrorsHideOpenPorts(t *testing.T) {
	before := map[string]error{
		"closed":   connector.CallErrorf(connector.Unreachable, "cannot be reached"),
		"filtered": connector.CallErrorf(connector.TimedOut, "did not respond in time"),
		"open":     connector.CallErrorf(connector.Insecure, "does not speak TLS"),
		"no host":  connector.CallErrorf(connector.Unreachable, "there is no host"),
	}
	texts := map[string]bool{}
	for name, err := range before {
		if got := hidePort(true, "https://example.com/api", err); got.Error() != err.Error() {
			t.Errorf("%s at https's default port: got %v, want %v", name, got, err)
		}
		if got := hidePort(true, "https://example.com:443/api", err); got.Error() != err.Error() {
			t.Errorf("%s at port 443: got %v, want %v", name, got, err)
		}
		if got := hidePort(false, "https://example.com:8443/api", err); got.Error() != err.Error() {
			t.Errorf("%s at an address of the operator: got %v, want %v", name, got, err)
		}
		texts[hidePort(true, "https://example.com:22/api", err).Error()] = true
	}
	if len(texts) != 1 {
		t.Errorf("error texts at another port: got %v, want one for all states of the port", texts)
	}
	refused := connector.CallErrorf(connector.BadKey, "the key is not accepted")
	if got := hidePort(true, "https://example.com:8443/api", refused); !errors.Is(got, error(refused)) {
		t.Errorf("refusal by the product: got %v, want %v", got, refused)
	}
}
