package main

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSettingBounds checks the lowest and highest value of each setting, and the values just outside.
func TestSettingBounds(t *testing.T) {
	for _, test := range []struct {
		flag, setting string
		good, bad     []string
	}{
		{"--heimdal-rate", "PORTAL_HEIMDAL_RATE", []string{"0", "1", "6000"}, []string{"-1", "6001"}},
		{"--missing-share", "PORTAL_MISSING_SHARE", []string{"1", "100"}, []string{"0", "101"}},
		{"--missing-at-least", "PORTAL_MISSING_AT_LEAST", []string{"1", "1000000"}, []string{"0", "1000001"}},
		{"--remove-after-runs", "PORTAL_REMOVE_AFTER_RUNS", []string{"1", "1000000"}, []string{"0", "1000001"}},
		{"--sync-takeover", "PORTAL_SYNC_TAKEOVER", []string{"1s", "10m"}, []string{"999ms", "10m1s"}},
		{"--sync-every", "PORTAL_SYNC_EVERY", []string{"5m", "24h"}, []string{"4m59s", "24h1s"}},
		{"--sync-failures-mail", "PORTAL_SYNC_FAILURES_MAIL", []string{"0", "1000"}, []string{"-1", "1001"}},
		{"--auth-rate", "PORTAL_AUTH_RATE", []string{"0", "1000000"}, []string{"-1", "1000001"}},
		{"--account-rate", "PORTAL_ACCOUNT_RATE", []string{"0", "1000000"}, []string{"-1", "1000001"}},
		{"--session-rate", "PORTAL_SESSION_RATE", []string{"0", "1000000"}, []string{"-1", "1000001"}},
		{"--auth-at-once", "PORTAL_AUTH_AT_ONCE", []string{"0", "1000000"}, []string{"-1", "1000001"}},
		{"--trusted-proxies", "PORTAL_TRUSTED_PROXIES", []string{"", "10.0.0.0/8", "10.1.2.3,fd00::/8", "::1"},
			[]string{"10.0.0.0/33", "::ffff:10.0.0.0/104", "::ffff:10.0.0.1", "fe80::1%eth0", "proxy.example", "10.0.0.0/8;::1"}},
		{"--refresh-grace", "PORTAL_REFRESH_GRACE", []string{"1s", "60s"}, []string{"999ms", "61s"}},
		{"--access-ttl", "PORTAL_ACCESS_TTL", []string{"1m", "1h"}, []string{"59s", "61m"}},
		{"--session-lifetime", "PORTAL_SESSION_LIFETIME", []string{"336h", "8784h"}, []string{"29m", "8785h"}},
		{"--session-idle", "PORTAL_SESSION_IDLE", []string{"30m", "2160h"}, []string{"29m", "2161h"}},
		{"--public-url", "PORTAL_PUBLIC_URL", []string{"https://portal.example.com", "http://127.0.0.1:8480", "http://localhost",
			"http://[::1]:1"},
			[]string{"http://portal.example.com", "https://", "portal.example.com", "https://portal.example.com?x=1",
				"https://portal.example.com#x"}},
	} {
		t.Run(test.setting, func(t *testing.T) {
			check := func(value string) error {
				serve, err := parseServe(t, test.flag+"="+value)
				if err == nil {
					err = serve.checkSettings()
				}
				return err
			}
			for _, value := range test.good {
				if err := check(value); err != nil {
					t.Errorf("%q: got %v, want no error", value, err)
				}
			}
			for _, value := range test.bad {
				if err := check(value); err == nil || !strings.Contains(err.Error(), test.setting) {
					t.Errorf("%q: got %v, want an error that names %s", value, err, test.setting)
				}
			}
		})
	}
}

func TestTrustedProxies(t *testing.T) {
	got, err := requestLimits{TrustedProxies: " 10.1.2.3/8 , fd00::1,127.0.0.1"}.proxies()
	want := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::1/128"),
		netip.MustParsePrefix("127.0.0.1/32")}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestServeDefaults(t *testing.T) {
	serve, err := parseServe(t)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("limit_requests", func(t *testing.T) {
		got := requestLimits{AuthRate: serve.AuthRate, AccountRate: serve.AccountRate, SessionRate: serve.SessionRate,
			AuthAtOnce: serve.AuthAtOnce}
		if want := (requestLimits{AuthRate: 600, AccountRate: 30, SessionRate: 6000, AuthAtOnce: 128}); got != want ||
			sessionAtOnce != 64 {
			t.Errorf("got %+v and %d at once of a session, want %+v and 64", got, sessionAtOnce, want)
		}
	})
	t.Run("allow_one_address_a_quarter", func(t *testing.T) {
		for all, want := range map[int]int{0: 0, 1: 1, 3: 1, 4: 1, 5: 2, 128: 32} {
			if got := (requestLimits{AuthAtOnce: all}).addressAtOnce(); got != want {
				t.Errorf("of %d: got %d, want %d", all, got, want)
			}
		}
	})
	t.Run("allow_no_private_product", func(t *testing.T) {
		for value, want := range map[string]bool{"": false, "0": false, "1": true, "2": false} {
			serve.AllowPrivateProducts = value
			if got := serve.allowsPrivate(); got != want {
				t.Errorf("%q: got %t, want %t", value, got, want)
			}
		}
	})
	t.Run("limit_time_of_requests", func(t *testing.T) {
		got := newServer(nil, http.NotFoundHandler()).http
		if got.ReadHeaderTimeout != 10*time.Second || got.ReadTimeout != 30*time.Second || got.WriteTimeout != time.Minute ||
			got.IdleTimeout != 2*time.Minute || got.MaxHeaderBytes != 64<<10 {
			t.Errorf("got %s, %s, %s, %s and %d bytes, want 10s, 30s, 1m, 2m and 64 KiB",
				got.ReadHeaderTimeout, got.ReadTimeout, got.WriteTimeout, got.IdleTimeout, got.MaxHeaderBytes)
		}
	})
}
