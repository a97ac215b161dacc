package desktop

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/portal"
)

func TestOneSpellingOfAnAddress(t *testing.T) {
	for spelling, want := range map[string]string{
		"https://portal.example.com":             "https://portal.example.com",
		"HTTPS://Portal.Example.COM/":            "https://portal.example.com",
		"https://portal.example.com:443":         "https://portal.example.com",
		"https://portal.example.com:0443/":       "https://portal.example.com",
		"https://portal.example.com.":            "https://portal.example.com",
		"https://portal.example.com.:443/":       "https://portal.example.com",
		"https://portal.example.com:8443":        "https://portal.example.com:8443",
		"https://portal.example.com:80":          "https://portal.example.com:80",
		"https://portal.example.com//api/./v//":  "https://portal.example.com/api/v",
		"https://portal.example.com/API":         "https://portal.example.com/API",
		"https://m\u00fcller.example":            "https://xn--mller-kva.example",
		"https://M\u00dcLLER.example":            "https://xn--mller-kva.example",
		"https://mu\u0308ller.example":           "https://xn--mller-kva.example",
		"https://xn--mller-kva.example":          "https://xn--mller-kva.example",
		"https://stra\u00dfe.example":            "https://xn--strae-oqa.example",
		"https://portal\u3002example.com":        "https://portal.example.com",
		"https://\uff50ortal.example.com":        "https://portal.example.com",
		"https://my_portal.corp":                 "https://my_portal.corp",
		"http://127.0.0.1:80":                    "http://127.0.0.1",
		"http://LOCALHOST:8480":                  "http://localhost:8480",
		"https://[2001:DB8:0:0:0:0:0:1]:443/":    "https://[2001:db8::1]",
		"https://[::ffff:192.0.2.1]:8443":        "https://192.0.2.1:8443",
		"https://portal.example.com/a%2Fb/../c/": "https://portal.example.com/c",
	} {
		t.Run(spelling, func(t *testing.T) {
			got, err := CheckAPIURL(spelling)
			if err != nil || got != want {
				t.Fatalf("got %q, %v, want %q", got, err, want)
			}
			if again, err := CheckAPIURL(got); err != nil || again != got {
				t.Errorf("once more it is %q, %v", again, err)
			}
		})
	}
}

func FuzzSpelling(f *testing.F) {
	f.Add("https://portal.example.com:443/x")
	f.Add("http://[::1]:80//")
	f.Add("https://m\u00fcller.example./%2e")
	f.Fuzz(func(t *testing.T, raw string) {
		address, err := CheckAPIURL(raw)
		if err != nil {
			return
		}
		if again, err := CheckAPIURL(address); err != nil || again != address {
			t.Errorf("%q is %q, and once more %q, %v", raw, address, again, err)
		}
		if !sameOrigin(raw, address) || accountOf(address) == "" {
			t.Errorf("%q is of another origin than %q", raw, address)
		}
	})
}

func TestFormerAccounts(t *testing.T) {
	for _, c := range []struct{ address, want string }{
		{"https://portal.example.com", "portal.example.com:443 portal.example.com. portal.example.com.:443"},
		{"https://portal.example.com:8443", "portal.example.com.:8443"},
		{"http://[::1]:8480", "[::1.]:8480"},
		{"https://xn--mller-kva.example", "xn--mller-kva.example:443 xn--mller-kva.example. xn--mller-kva.example.:443 " +
			"m\u00fcller.example m\u00fcller.example:443 m\u00fcller.example. m\u00fcller.example.:443"},
	} {
		if got := strings.Join(formerAccounts(accountOf(c.address), c.address), " "); got != c.want {
			t.Errorf("%s: got %s, want %s", c.address, got, c.want)
		}
	}
}

func TestStoredSpelling(t *testing.T) {
	t.Run("finds_a_session_under_another_spelling", testStoredSpellingFindsASessionUnderAnotherSpelling)
}

func testStoredSpellingFindsASessionUnderAnotherSpelling(t *testing.T) {
	ring := &memoryKeyring{}
	const api = "https://portal.example.com"
	w := newWindow(t, api, t.TempDir(), ring)
	entry := goodEntry("https://portal.example.com:443/old", func(map[string]any) {})
	if err := ring.Set(keyring.Service, "portal.example.com:443", entry); err != nil {
		t.Fatal(err)
	}
	if found, why := w.look(t.Context()); !found {
		t.Errorf("not found: %s", why)
	}
	if len(ring.secrets) != 1 || ring.secrets[keyring.Service+" portal.example.com"] != entry {
		t.Errorf("got keyring entry %v, want the entry under the one spelling", ring.secrets)
	}
}

func TestForeignEntryUnderAnotherSpelling(t *testing.T) {
	for name, entry := range map[string]string{
		"another_API":   goodEntry("https://other.example.com", func(map[string]any) {}),
		"newer_version": newerEntry("https://portal.example.com"),
		"no_session":    "hunter2",
	} {
		t.Run(name, func(t *testing.T) {
			ring := &memoryKeyring{}
			w := newWindow(t, "https://portal.example.com", t.TempDir(), ring)
			if err := ring.Set(keyring.Service, "portal.example.com:443", entry); err != nil {
				t.Fatal(err)
			}
			if found, why := w.look(t.Context()); found || why != "" {
				t.Errorf("got found %v, %q, want nothing to be there", found, why)
			}
			if len(ring.secrets) != 1 || ring.secrets[keyring.Service+" portal.example.com:443"] != entry {
				t.Errorf("got keyring entry %v, want the entry where it was", ring.secrets)
			}
		})
	}
}

func TestInheritSession(t *testing.T) {
	w, next := newWindow(t, "https://portal.example.com", t.TempDir(), &memoryKeyring{}), &session{}
	from := w.session
	from.access, from.received, from.goodFor = "access", moment{running: 1}, time.Minute
	from.kept, from.refreshing = keyring.Session{Family: "line"}, portal.RefreshGrant{RefreshToken: "t", RequestID: "r"}
	from.memoryOnly, from.separate, from.reportedCause, from.dismissed = true, true, keyring.Newer, moment{running: 2}
	next.continueFrom(from)
	type state struct {
		access, reportedCause string
		received, dismissed   moment
		goodFor               time.Duration
		kept                  keyring.Session
		refreshing            portal.RefreshGrant
		memoryOnly, separate  bool
	}
	of := func(s *session) state {
		return state{s.access, s.reportedCause, s.received, s.dismissed, s.goodFor, s.kept, s.refreshing, s.memoryOnly, s.separate}
	}
	if of(next) != of(from) {
		t.Errorf("got %+v, want %+v", of(next), of(from))
	}
}

// free is a testApp whose address the user may change.
func free(t *testing.T, change ...func(*Options)) *testApp {
	t.Helper()
	return newTestApp(t, append(change, func(o *Options) { o.Settings.APIURLManaged = false })...)
}

func TestSetAPIURL(t *testing.T) {
	t.Run("another_path_of_the_same_origin_keeps_the_session", func(t *testing.T) {
		b := free(t)
		b.signIn(t)
		b.api.mux.Handle("/below/", http.StripPrefix("/below", b.api.mux))
		if err := b.SetAPIURL(b.api.URL + "/below/"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Me(t.Context()); err != nil {
			t.Errorf("the session in use: %v", err)
		}
		if n := b.api.count(&b.api.logouts); n != 0 || b.ring.kept() == "" {
			t.Errorf("%d sign-outs, kept %q", n, b.ring.kept())
		}
		again := b.another(t, func(o *Options) { o.Settings.APIURL = b.api.URL + "/below" })
		if _, err := again.Resume(t.Context()); err != nil {
			t.Errorf("the next start: %v", err)
		}
	})
	t.Run("another_spelling_of_the_same_address_changes_nothing", func(t *testing.T) {
		b := free(t)
		b.signIn(t)
		before := b.endpoint
		if err := b.SetAPIURL(b.api.URL + "/"); err != nil {
			t.Fatal(err)
		}
		if b.endpoint != before {
			t.Error("the API is connected anew")
		}
	})
	t.Run("another_path_keeps_a_session_of_this_run", func(t *testing.T) {
		b := free(t)
		b.ring.fail(errors.New("busy"))
		b.signIn(t)
		b.api.mux.Handle("/below/", http.StripPrefix("/below", b.api.mux))
		if err := b.SetAPIURL(b.api.URL + "/below"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Me(t.Context()); err != nil {
			t.Error(err)
		}
	})
	for name, resumed := range map[string]bool{"in_use": true, "kept": false} {
		t.Run("another_origin_ends_the_session_"+name+"_on_the_server_first", func(t *testing.T) {
			b := free(t)
			b.signIn(t)
			app := b.Desktop
			if !resumed {
				app = b.another(t, func(o *Options) { o.Settings.APIURLManaged = false })
			}
			other := httptest.NewServer(http.NotFoundHandler())
			defer other.Close()
			if err := app.SetAPIURL(other.URL); err != nil {
				t.Fatal(err)
			}
			if n := b.api.count(&b.api.logouts); n != 1 || b.ring.kept() != "" {
				t.Errorf("%d sign-outs, kept %q", n, b.ring.kept())
			}
			_, err := app.Me(t.Context())
			wantCode(t, err, SignedOut)
		})
	}
	t.Run("another_origin_keeps_a_session_that_cannot_be_ended", func(t *testing.T) {
		b := free(t)
		b.signIn(t)
		app := b.another(t, func(o *Options) { o.Settings.APIURLManaged = false })
		app.endpoint.api.http.SetBaseURL("http://127.0.0.1:1")
		if err := app.SetAPIURL("https://mistyped.example"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.another(t).Resume(t.Context()); err != nil {
			t.Errorf("back at the right address: %v", err)
		}
	})
}

// newerEntry is what a later version of the app may keep.
func newerEntry(api string) string {
	return goodEntry(api, func(e map[string]any) { e["v"], e["refresh_token"], e["sealed"] = keyring.Version+1, nil, "x" })
}

func TestAnEntryOfANewerVersion(t *testing.T) {
	start := func(t *testing.T, change ...func(*Options)) (b *testApp, entry string) {
		b = newTestApp(t, change...)
		entry = newerEntry(b.api.URL)
		if err := b.ring.Set(keyring.Service, b.endpoint.session.vault.Account, entry); err != nil {
			t.Fatal(err)
		}
		return b, entry
	}
	t.Run("is_no_session_of_this_one_and_is_said_to_be_there", func(t *testing.T) {
		b, entry := start(t)
		if s := b.Startup(t.Context()); s.HasSession || !strings.Contains(s.KeyringProblem, "newer version") {
			t.Errorf("got startup %+v", s)
		}
		_, err := b.Resume(t.Context())
		wantCode(t, err, SignedOut)
		if b.ring.kept() != entry || len(b.emitted(EventSessionEnded)) != 0 {
			t.Errorf("kept %q, got %v", b.ring.kept(), b.emitted(EventSessionEnded))
		}
	})
	t.Run("stays_while_this_one_signs_in_renews_and_signs_out", func(t *testing.T) {
		b, entry := start(t)
		theirs := generation{Family: uuid.NewString(), Number: 7}
		if err := b.endpoint.session.generations.write(theirs); err != nil {
			t.Fatal(err)
		}
		b.signIn(t)
		if got := b.emitted(EventSessionOnly); len(got) != 1 || got[0].(SessionOnly).Cause != keyring.Newer {
			t.Fatalf("got events %+v", got)
		}
		b.api.expireAccess()
		if _, err := b.Me(t.Context()); err != nil {
			t.Fatalf("renewing: %v", err)
		}
		if _, err := b.UseGrant(t.Context(), uuid.NewString()); err != nil {
			t.Fatal(err)
		}
		if err := b.SignOut(t.Context()); err != nil {
			t.Fatal(err)
		}
		if at := b.endpoint.session.generations.read(); b.ring.kept() != entry || at != theirs {
			t.Errorf("kept %q, the session file says %+v", b.ring.kept(), at)
		}
		if n := b.api.count(&b.api.logouts); n != 1 {
			t.Errorf("%d sign-outs, want 1", n)
		}
	})
	t.Run("stays_where_a_sign_in_must_be_kept", func(t *testing.T) {
		b, entry := start(t, func(o *Options) { o.Settings.AllowSessionOnly = false })
		_, err := b.SignIn(t.Context(), string(portal.Google))
		p := wantCode(t, err, KeyringUnavailable)
		if b.ring.kept() != entry || len(b.browser) != 0 || !strings.Contains(p.Message, "newer version") {
			t.Errorf("kept %q, %d browsers, %q", b.ring.kept(), len(b.browser), p.Message)
		}
	})
}
