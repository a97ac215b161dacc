package desktop

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

func TestManagedBy(t *testing.T) {
	const page = "https://it.example.com/portal"
	managed := func(o *Options) { o.Settings.ManagedByName, o.Settings.ManagedByURL = "Example IT", page }

	t.Run("is_known_to_the_first_screen", func(t *testing.T) {
		s := newTestApp(t, managed).Startup(t.Context())
		if s.ManagedByName != "Example IT" || s.ManagedByURL != page {
			t.Errorf("got %q and %q, want Example IT and %s", s.ManagedByName, s.ManagedByURL, page)
		}
	})

	t.Run("opens_its_page", func(t *testing.T) {
		b := newTestApp(t, managed)
		if err := b.OpenManagedBy(); err != nil {
			t.Fatal(err)
		}
		if got := wait.For(t, time.Minute, "the browser to be opened", b.browser); got != page {
			t.Errorf("got the address %q, want %q", got, page)
		}
	})

	t.Run("reports_a_browser_that_fails", func(t *testing.T) {
		b := newTestApp(t, managed, func(o *Options) {
			o.OpenBrowser = func(string) error { return errors.New("no browser") }
		})
		wantCode(t, b.OpenManagedBy(), BrowserFailed)
	})

	t.Run("opens_nothing_without_a_page", func(t *testing.T) {
		wantCode(t, newTestApp(t).OpenManagedBy(), portal.NotFound)
	})
}

func TestManagedByURL(t *testing.T) {
	for _, address := range []string{
		"https://it.example.com", "https://it.example.com/", "https://IT.example.com:8443/a/b-c_d.html", "https://10.0.0.1/x", "https://a",
	} {
		if !isManagedByURL(address) {
			t.Errorf("%q was refused", address)
		}
	}
	for _, address := range []string{
		"", "http://it.example.com", "it.example.com", "https://", "https://-it.example.com", "https://it.example.com/?a=b",
		"https://it.example.com/#a", "https://ada@it.example.com/", "https://it.example.com/%20", "https://it.example.com/a b",
		"https://it.example.com/$(id)", "https://it.example.com/;x", "https://it.example.com/\n", "https://it.example.com:port/",
		"https://it.example.com/" + strings.Repeat("a", managedByURLLimit), "javascript:alert(1)", "mailto:it@example.com",
	} {
		if isManagedByURL(address) {
			t.Errorf("%q was accepted", address)
		}
	}
}
