package loopback

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

func TestIssuer(t *testing.T) {
	r := newRedirect(portal.Entra, "1")
	r.issuer = "https://login.example/{tenantid}/v2.0"
	for issuer, want := range map[string]bool{
		"https://login.example/11111111-2222-3333-4444-555555555555/v2.0":   true,
		"https://login.example/11111111-2222-3333-4444-555555555555/v2.0/x": false,
		"https://login.example/x/11111111-2222-3333-4444-555555555555/v2.0": false,
		"https://login.example/{11111111-2222-3333-4444-555555555555}/v2.0": false,
		"https://login.example//v2.0":                                       false,
		"https://login.example/v2.0":                                        false,
		"https://login.example/common/v2.0":                                 false,
		"":                                                                  false,
	} {
		if got := r.ourIssuer(issuer); got != want {
			t.Errorf("Entra ID's issuer %q: got %v, want %v", issuer, got, want)
		}
	}
	for _, promised := range []bool{true, false} {
		for issuer, want := range map[string]bool{"": !promised, fuzzIssuer: true, "https://other.example": false} {
			for _, parameter := range []string{"code", "error"} {
				t.Run(fmt.Sprintf("promised_%v/%s_from_%s", promised, parameter, strings.TrimPrefix(issuer,
					"https://")), func(t *testing.T) {
					r, _ := fuzzedRedirect()
					r.issuerPromised = promised
					values := url.Values{"state": {fuzzState}, parameter: {"x"}}
					if issuer != "" {
						values.Set("iss", issuer)
					}
					if _, got := r.check(values); got != want {
						t.Errorf("got %v, want %v", got, want)
					}
				})
			}
		}
	}
}

func TestLink(t *testing.T) {
	r, _ := fuzzedRedirect()
	if link := r.newLink(); !IsLink(link) || IsLink(link+"?x=1") || IsLink(strings.Replace(link, "127.0.0.1", "localhost", 1)) {
		t.Errorf("got %s, want a link that IsLink accepts only as it is", link)
	}
	if a, b := newRedirect(portal.Google, "1").state, newRedirect(portal.Google, "1").state; a == b || len(a) < 52 {
		t.Errorf("got states %q and %q, want 260 random bits in each", a, b)
	}
}

func TestClose(t *testing.T) {
	r, _ := fuzzedRedirect()
	link := strings.TrimPrefix(r.newLink(), r.origin)
	if r.close() {
		t.Error("got a browser that waits for its page, want none")
	}
	for name, path := range map[string]string{"link": link, "callback": r.path + "?state=" + fuzzState + "&code=abc"} {
		t.Run("disables_the_"+name, func(t *testing.T) {
			wire := "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:4711\r\nConnection: close\r\n\r\n"
			got := string(exchange(t, r, []byte(wire)))
			if !strings.HasPrefix(got, "HTTP/1.1 410 ") || len(r.responses) != 0 {
				t.Errorf("got %s and %d responses, want 410 and none", got, len(r.responses))
			}
		})
	}
}
