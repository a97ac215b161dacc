package main

import (
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/session"
)

func parseServe(t *testing.T, arguments ...string) (serveCommand, error) {
	t.Helper()
	var parsed cli
	parser, err := kong.New(&parsed, kong.Vars{"version": "test"}, helpTexts)
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(append([]string{"serve"}, arguments...))
	return parsed.Serve, err
}

func TestSessionLimits(t *testing.T) {
	t.Parallel()
	t.Run("apply_as_set", testSessionLimitsApplyAsSet)
	t.Run("invalid_ones_are_named", testSessionLimitsInvalidOnesAreNamed)
}

func testSessionLimitsApplyAsSet(t *testing.T) {
	t.Parallel()
	serve, err := parseServe(t)
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.checkLimits(); err != nil {
		t.Errorf("got %v for the defaults, want no error", err)
	}
	c := serve.config("https://portal.example.com")
	want := session.Config{
		Issuer: "https://portal.example.com", IdleTTL: 14 * 24 * time.Hour, AbsoluteTTL: 90 * 24 * time.Hour,
		Grace: 30 * time.Second, AccessTTL: 10 * time.Minute,
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("the defaults (-want +got):\n%s", diff)
	}
	serve, err = parseServe(t, "--session-idle=2h", "--session-lifetime=8h", "--refresh-grace=10s", "--access-ttl=5m")
	if err != nil {
		t.Fatal(err)
	}
	c = serve.config("https://portal.example.com")
	want.IdleTTL, want.AbsoluteTTL, want.Grace, want.AccessTTL = 2*time.Hour, 8*time.Hour, 10*time.Second, 5*time.Minute
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("the limits that are set (-want +got):\n%s", diff)
	}
}

func testSessionLimitsInvalidOnesAreNamed(t *testing.T) {
	t.Parallel()
	for arguments, want := range map[string]string{
		"--session-idle=10m":                        "PORTAL_SESSION_IDLE",
		"--session-idle=2161h":                      "PORTAL_SESSION_IDLE: should be a duration from 30m to PORTAL_SESSION_LIFETIME",
		"--session-idle=31m --access-ttl=20m":       "PORTAL_SESSION_IDLE: should be at least twice PORTAL_ACCESS_TTL",
		"--session-lifetime=20m":                    "PORTAL_SESSION_LIFETIME",
		"--session-lifetime=90000h":                 "PORTAL_SESSION_LIFETIME",
		"--refresh-grace=61s":                       "PORTAL_REFRESH_GRACE",
		"--refresh-grace=0s":                        "PORTAL_REFRESH_GRACE",
		"--access-ttl=59s":                          "PORTAL_ACCESS_TTL",
		"--access-ttl=61m":                          "PORTAL_ACCESS_TTL",
		"--session-idle=-1h --session-lifetime=-1h": "PORTAL_SESSION_LIFETIME",
	} {
		serve, err := parseServe(t, strings.Fields(arguments)...)
		if err != nil {
			t.Fatal(err)
		}
		if err := serve.checkSettings(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", arguments, err, want)
		}
	}
}
