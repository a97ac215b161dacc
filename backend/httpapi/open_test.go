package httpapi_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/postgres"
)

func TestOpenPage(t *testing.T) {
	t.Parallel()
	t.Run("is_the_same_for_any_link_and_reads_no_database", testOpenPageIsTheSame)
	t.Run("is_closed_to_everything_but_its_own_script", testOpenPageHeaders)
	t.Run("is_limited_by_address_like_the_document", testOpenPageRate)
}

func testOpenPageIsTheSame(t *testing.T) {
	h := newAPITest(t)
	want := h.wants(h.get("/open/client/"+h.Own.MSPs[0].Clients[0].ID, ""), ok)
	headers := func(r reply) string {
		shown := r.Header.Clone()
		for _, name := range []string{"Date", "Portal-Request", "X-Request-Id", "Request-Id"} {
			shown.Del(name)
		}
		return fmt.Sprint(shown)
	}
	paths := []string{
		"/open/client/" + h.Other.MSPs[0].Clients[0].ID, "/open/msp/" + h.Own.MSPs[0].ID, "/open/run/x", "/open/user/1?utm_source=mail&a=1",
		"/open/settings/" + postgres.NewID(), "/open/client/" + strings.Repeat("x", 5000), "/open/client/%3Cscript%3E",
		"/open/%F0%9F%94%92/a%2Fb",
	}
	for len(paths) < 10_000 {
		paths = append(paths, "/open/client/"+postgres.NewID())
	}
	acquired := h.DB.Pool().Stat().AcquireCount()
	for _, path := range paths {
		got := h.wants(h.get(path, ""), ok)
		if !bytes.Equal(got.body, want.body) {
			t.Fatalf("%s gives %q, want %q", path, got.body, want.body)
		}
		if got, want := headers(got), headers(want); got != want {
			t.Fatalf("%s has the headers\n%s, want\n%s", path, got, want)
		}
	}
	if now := h.DB.Pool().Stat().AcquireCount(); now != acquired {
		t.Errorf("%d connections of the database were used, want none", now-acquired)
	}
	if signedIn := h.wants(h.get("/open/client/x", h.as("mssp_admin")), ok); !bytes.Equal(signedIn.body, want.body) {
		t.Error("a session changes the page")
	}
}

func testOpenPageHeaders(t *testing.T) {
	h := newAPITest(t)
	got := h.wants(h.get("/open/client/x", ""), ok)
	hash := func(element string) string {
		_, rest, _ := strings.Cut(string(got.body), "<"+element+">")
		content, _, found := strings.Cut(rest, "</"+element+">")
		if !found || strings.Count(string(got.body), "<"+element) != 1 {
			t.Fatalf("the page must have one %s", element)
		}
		sum := sha256.Sum256([]byte(content))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	for name, want := range map[string]string{
		"Content-Type":           "text/html; charset=utf-8",
		"Cache-Control":          "public, max-age=3600",
		"Referrer-Policy":        "no-referrer",
		"X-Content-Type-Options": "nosniff",
		"Set-Cookie":             "",
		"Content-Security-Policy": "default-src 'none'; style-src " + hash("style") + "; script-src " + hash("script") +
			"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	} {
		if got := got.Header.Get(name); got != want {
			t.Errorf("got %s %q, want %q", name, got, want)
		}
	}
	for _, other := range []string{"src=", "http://", "https://", "@import", "url("} {
		if strings.Contains(string(got.body), other) {
			t.Errorf("the page has %q, which would load something else", other)
		}
	}
}

func testOpenPageRate(t *testing.T) {
	clock := newFakeClock()
	h := newAPITest(t, defaults(clock))
	from := func(address string) reply {
		return h.send(call{route: "GET /open/client/x", headers: map[string]string{"X-Forwarded-For": address}})
	}
	for range 600 {
		h.wants(from("192.0.2.1"), ok)
	}
	refused := h.wants(from("192.0.2.1"), http.StatusTooManyRequests)
	if got := refused.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("got Cache-Control %q for the refusal, want no-store", got)
	}
	h.wants(from("192.0.2.2"), ok)
	clock.advance(time.Minute)
	h.wants(from("192.0.2.1"), ok)
}
