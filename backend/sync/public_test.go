package sync

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"fs-client-portal/backend/portal"
)

func TestOnlyAddressesOfThePublicInternetArePublic(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "104.16.0.1": true, "172.32.0.1": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "127.8.9.1": false, "::1": false, "::ffff:127.0.0.1": false, "0.0.0.0": false, "0.1.2.3": false, "::": false,
		"10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.0.1": false, "::ffff:192.168.0.1": false, "fd00::1": false,
		"169.254.169.254": false, "fe80::1": false, "fd00:ec2::254": false, "100.100.100.200": false, "168.63.129.16": false, "192.0.0.192": false,
		"100.64.0.1": false, "198.18.0.1": false, "192.0.2.1": false, "198.51.100.1": false, "203.0.113.1": false, "192.88.99.1": false,
		"224.0.0.1": false, "239.255.255.250": false, "ff02::1": false, "240.0.0.1": false, "255.255.255.255": false,
		"64:ff9b::a00:1": false, "64:ff9b:1::1": false, "2002:a00:1::": false, "2001::1": false, "2001:db8::1": false, "3fff::1": false,
		"100::1": false, "fec0::1": false, "::10.0.0.1": false, "4000::1": false,
	} {
		if got := public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s is public: %t", text, got)
		}
	}
}

func TestAPublicClientConnectsToNothingElseWhateverAName(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("HTTP_PROXY", server.URL)
	t.Setenv("HTTPS_PROXY", server.URL)
	client := newPublicClient()
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"} {
		answer, err := client.Get("http://" + host + ":" + port)
		if err == nil {
			answer.Body.Close()
		}
		var unknown *net.DNSError
		if !errors.As(err, &unknown) || !unknown.IsNotFound {
			t.Errorf("%s: %v, want what an unknown host answers", host, err)
		}
	}
	if asked.Load() != 0 {
		t.Errorf("%d calls arrived", asked.Load())
	}
	if transport := client.Transport.(*http.Transport); transport.Proxy != nil {
		t.Error("a proxy would resolve names where nobody looks at them")
	}
}

func TestWhatABaseURLMayNameDependsOnWhereTheServerIs(t *testing.T) {
	heimdal := portal.Product{ID: "heimdal", BaseURL: "https://rc-dashboard.heimdalsecurity.com/api/heimdalapi"}
	type answer struct{ ok, publicOnly bool }
	refused, anywhere, publicOnly := answer{}, answer{true, false}, answer{true, true}
	for address, want := range map[string]struct{ served, developed answer }{
		"https://rc-dashboard.heimdalsecurity.com/api/heimdalapi": {anywhere, anywhere},
		"https://RC-Dashboard.Heimdalsecurity.com/other":          {anywhere, anywhere},
		"https://rc-dashboard.heimdalsecurity.com:8443/api":       {publicOnly, publicOnly},
		"https://dashboard.heimdalsecurity.com/api/heimdalapi":    {publicOnly, publicOnly},
		"https://rc-dashboard.heimdalsecurity.com.example.com":    {publicOnly, publicOnly},
		"https://8.8.8.8": {publicOnly, publicOnly},
		"http://rc-dashboard.heimdalsecurity.com/api/heimdalapi": {refused, refused},
		"http://127.0.0.1:8000":                                  {refused, anywhere},
		"https://127.0.0.1:8000":                                 {refused, anywhere},
		"http://[::1]:8000":                                      {refused, anywhere},
		"http://localhost:8000":                                  {refused, anywhere},
		"https://localhost.":                                     {refused, anywhere},
		"http://127.0.0.1.example.com":                           {refused, refused},
		"http://10.0.0.1":                                        {refused, refused},
		"https://10.0.0.1":                                       {refused, refused},
		"https://169.254.169.254":                                {refused, refused},
		"https://intranet":                                       {refused, refused},
		"https://intranet.":                                      {refused, refused},
		"https://":                                               {refused, refused},
		"":                                                       {refused, refused},
	} {
		for loopback, want := range map[bool]answer{false: want.served, true: want.developed} {
			s := &Service{config: Config{Loopback: loopback}}
			publicOnly, err := s.checkAddress(heimdal, address)
			if (answer{err == nil, publicOnly}) != want {
				t.Errorf("%q with a server on loopback %t: public only %t, %v", address, loopback, publicOnly, err)
			}
			var named *portal.Error
			if err != nil && (!errors.As(err, &named) || named.Field != "base_url") {
				t.Errorf("%q: %v names no field", address, err)
			}
		}
	}
}
