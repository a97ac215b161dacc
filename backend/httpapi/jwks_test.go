package httpapi_test

import (
	"context"
	"net/http"
	"testing"
)

func TestJWKS(t *testing.T) {
	h := newAPITest(t)
	const route = "GET /.well-known/jwks.json"
	first := h.wants(h.send(call{route: route}), http.StatusOK)
	if first.Header.Get("Cache-Control") != "public, max-age=30" || first.Header.Get("Content-Type") != "application/jwk-set+json" {
		t.Errorf("got the headers %v, want the cache control and type of a key set", first.Header)
	}
	known := map[string]string{"If-None-Match": first.Header.Get("ETag")}
	again := h.wants(h.send(call{route: route, headers: known}), http.StatusNotModified)
	if len(again.body) != 0 || again.Header.Get("ETag") != known["If-None-Match"] || again.Header.Get("Cache-Control") == "" {
		t.Errorf("got %q and %v, want no body, the same ETag and a cache control", again.body, again.Header)
	}
	if _, err := h.sessions.RotateKeys(context.Background()); err != nil {
		t.Fatal(err)
	}
	changed := h.wants(h.send(call{route: route, headers: known}), http.StatusOK)
	if changed.Header.Get("ETag") == known["If-None-Match"] {
		t.Error("got the same ETag for another key set")
	}
}
