package httpapi

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}

func from(remote string, forwarded ...string) *http.Request {
	return &http.Request{RemoteAddr: remote, Header: http.Header{"X-Forwarded-For": forwarded}}
}

func TestCallerAddress(t *testing.T) {
	t.Parallel()
	t.Run("skips_trusted_proxies", testCallerAddressSkipsTrustedProxies)
	t.Run("ignores_forged_headers", testCallerAddressIgnoresForgedHeaders)
	t.Run("key_covers_ipv6_site", testCallerAddressKeyCoversIpv6Site)
}

func testCallerAddressSkipsTrustedProxies(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		request *http.Request
		want    string
	}{
		"no proxy":                       {from("198.51.100.7:4000"), "198.51.100.7"},
		"a header without a proxy":       {from("198.51.100.7:4000", "203.0.113.1"), "198.51.100.7"},
		"one proxy":                      {from("10.0.0.1:4000", "203.0.113.1"), "203.0.113.1"},
		"a forged header behind a proxy": {from("10.0.0.1:4000", "192.0.2.66, 203.0.113.1"), "203.0.113.1"},
		"a forged proxy":                 {from("10.0.0.1:4000", "192.0.2.66, 10.9.9.9, 203.0.113.1"), "203.0.113.1"},
		"two proxies":                    {from("10.0.0.1:4000", "203.0.113.1, 10.0.0.2"), "203.0.113.1"},
		"two headers":                    {from("10.0.0.1:4000", "192.0.2.66", "203.0.113.1,10.0.0.2"), "203.0.113.1"},
		"only proxies":                   {from("10.0.0.1:4000", "10.0.0.3, 10.0.0.2"), "10.0.0.3"},
		"a proxy without a header":       {from("10.0.0.1:4000"), "10.0.0.1"},
		"an invalid address":             {from("10.0.0.1:4000", "203.0.113.1, unknown"), "10.0.0.1"},
		"an invalid address to the left": {from("10.0.0.1:4000", "<script>, 203.0.113.1"), "203.0.113.1"},
		"with a port":                    {from("10.0.0.1:4000", "203.0.113.1:55000"), "203.0.113.1"},
		"IPv6":                           {from("[fd00::1]:4000", "2001:db8::7"), "2001:db8::7"},
		"IPv6 in brackets":               {from("[fd00::1]:4000", "[2001:db8::7]"), "2001:db8::7"},
		"IPv6 with a port":               {from("[fd00::1]:4000", "[2001:db8::7]:443"), "2001:db8::7"},
		"IPv4-mapped IPv6":               {from("[::ffff:10.0.0.1]:4000", "::ffff:203.0.113.1"), "203.0.113.1"},
		"a link-local IPv6 address":      {from("[fe80::1%eth0]:4000", "203.0.113.1"), "fe80::1"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := callerAddress(row.request, proxies); got.String() != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

func testCallerAddressIgnoresForgedHeaders(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		claimed := rapid.SliceOf(rapid.OneOf(
			rapid.StringN(0, 40, 80),
			rapid.SampledFrom([]string{"10.0.0.9", "192.0.2.1", "[::1]:80", "::ffff:10.0.0.1", "unknown", "", "fd00::3", "\x00",
				"1.2.3.4.5"}),
		)).Draw(t, "claimed")
		direct := from("198.51.100.7:4000", claimed...)
		if got := callerAddress(direct, proxies); got.String() != "198.51.100.7" {
			t.Fatalf("got %s for an untrusted peer, want 198.51.100.7", got)
		}
		seen := rapid.SampledFrom([]string{"203.0.113.1", "203.0.113.1:9", "2001:db8::7", "[2001:db8::7]:9"}).Draw(t, "seen")
		want, _ := parseHop(seen)
		behind := from("10.0.0.1:4000", strings.Join(append(claimed, seen, "10.2.3.4"), ","))
		if got := callerAddress(behind, proxies); got != want {
			t.Fatalf("behind trusted proxies: want %s, got %s", seen, got)
		}
	})
}

func testCallerAddressKeyCoversIpv6Site(t *testing.T) {
	t.Parallel()
	key := func(text string) string { return addressKey(netip.MustParseAddr(text)) }
	if a, b := key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"); a != b {
		t.Errorf("got the keys %s and %s in one IPv6 site, want one key", a, b)
	}
	if a, b := key("2001:db8:1:2::1"), key("2001:db8:1:3::1"); a == b {
		t.Errorf("got the key %s in two IPv6 sites, want two keys", a)
	}
	if key("203.0.113.1") == key("203.0.113.2") {
		t.Error("got one key for two IPv4 addresses, want two")
	}
}
