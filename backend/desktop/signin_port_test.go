package desktop

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
)

// wantPortGone waits until the port is closed.
func wantPortGone(t *testing.T, address string) {
	t.Helper()
	eventually(t, "the port "+address+" to close", func() bool {
		conn, err := net.DialTimeout("tcp", address, time.Minute)
		if err != nil {
			return true
		}
		_ = conn.Close()
		return false
	})
}

// bring delivers the provider's response with a program that does not fetch the page after it.
func bring(t *testing.T, target, response url.Values) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target.Get("redirect_uri")+"?"+response.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Close = true
	got, err := noRedirects.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if got.StatusCode != http.StatusSeeOther {
		t.Fatalf("got status %d for the response", got.StatusCode)
	}
	return locationOf(t, got).String()
}

func TestPort(t *testing.T) {
	t.Run("closes_however_a_sign_in_ends", testPortClosesHoweverASignInEnds)
	t.Run("stays_open_for_the_last_page", testPortStaysOpenForTheLastPage)
}

func testPortClosesHoweverASignInEnds(t *testing.T) {
	denied := func(target url.Values) url.Values {
		return url.Values{"state": {target.Get("state")}, "error": {"access_denied"}}
	}
	for name, c := range map[string]struct {
		code portal.Code
		end  func(t *testing.T, b *testApp, clock *fakeClock, target url.Values)
	}{
		"signed in, the page fetched": {"", func(t *testing.T, b *testApp, _ *fakeClock, target url.Values) {
			get(t, target.Get("redirect_uri")+"?"+b.response(target).Encode())
		}},
		"signed in, the page never fetched": {"", func(t *testing.T, b *testApp, _ *fakeClock, target url.Values) {
			bring(t, target, b.response(target))
		}},
		"denied": {Denied, func(t *testing.T, _ *testApp, _ *fakeClock, target url.Values) {
			get(t, target.Get("redirect_uri")+"?"+denied(target).Encode())
		}},
		"denied, the page never fetched": {Denied, func(t *testing.T, _ *testApp, _ *fakeClock, target url.Values) {
			bring(t, target, denied(target))
		}},
		"refused by the API": {portal.NoInvite, func(t *testing.T, b *testApp, _ *fakeClock, target url.Values) {
			b.api.refuse = func(portal.CodeGrant) *portal.Error { return portal.Errorf(portal.NoInvite, "No.") }
			get(t, target.Get("redirect_uri")+"?"+b.response(target).Encode())
		}},
		"cancelled":            {Cancelled, func(_ *testing.T, b *testApp, _ *fakeClock, _ url.Values) { _ = b.CancelSignIn() }},
		"app closed":           {Cancelled, func(_ *testing.T, b *testApp, _ *fakeClock, _ url.Values) { b.Close() }},
		"signed out meanwhile": {Cancelled, func(t *testing.T, b *testApp, _ *fakeClock, _ url.Values) { _ = b.SignOut(t.Context()) }},
		"out of time": {TimedOut, func(_ *testing.T, _ *testApp, clock *fakeClock,
			_ url.Values) {
			clock.advance(5 * time.Minute)
		}},
		"another button": {Cancelled, func(t *testing.T, b *testApp, _ *fakeClock, _ url.Values) { b.start(t, portal.Entra) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := newFakeClock()
			b := newTestApp(t, withClock(clock))
			result, link := b.start(t, portal.Google)
			target := follow(t, link)
			redirect, _ := url.Parse(target.Get("redirect_uri"))
			// A browser's spare connection, and one that has begun to say something, must not keep it.
			for _, sent := range []string{"", "GET / HTTP/1.1\r\nHos"} {
				spare, err := net.Dial("tcp", redirect.Host)
				if err != nil {
					t.Fatal(err)
				}
				defer spare.Close()
				_, _ = io.WriteString(spare, sent)
			}
			clock.nextWait(t)
			c.end(t, b, clock, target)
			if r := ended(t, result); hasCode(r.err, c.code) == (c.code == "") && (c.code != "" || r.err != nil) {
				t.Errorf("ended with %v, want %q", r.err, c.code)
			}
			wantPortGone(t, redirect.Host)
		})
	}
}

func testPortStaysOpenForTheLastPage(t *testing.T) {
	b := newTestApp(t)
	result, link := b.start(t, portal.Google)
	target := follow(t, link)
	done := bring(t, target, url.Values{"state": {target.Get("state")}, "error": {"access_denied"}})
	wantCode(t, ended(t, result).err, Denied)
	if page := get(t, done); page.status != 200 || !strings.Contains(page.body, "You were not signed in") {
		t.Errorf("shown %d %s", page.status, page.body)
	}
}
