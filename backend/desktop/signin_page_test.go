package desktop

import (
	"strings"
	"testing"

	"fs-client-portal/backend/desktop/loopback"
	"fs-client-portal/backend/portal"
)

func containsAll(text string, parts ...string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}

func TestLastPage(t *testing.T) {
	t.Run("has_an_address_without_code_and_state", func(t *testing.T) {
		b := newTestApp(t)
		result, link := b.start(t, portal.Google)
		target := follow(t, link)
		response := b.response(target)
		done := bring(t, target, response)
		page := get(t, done)
		ended(t, result)
		for _, secret := range []string{response.Get("code"), response.Get("state"), target.Get("nonce"), target.Get("code_challenge")} {
			if strings.Contains(done, secret) || strings.Contains(page.body, secret) {
				t.Errorf("got %q in the address or on the page, want it absent", secret)
			}
		}
		origin := strings.TrimSuffix(target.Get("redirect_uri"), "/callback/google")
		if !strings.HasPrefix(done, origin+"/done/") || len(done) < 60 {
			t.Errorf("got address %s, want a random one under %s/done/", done, origin)
		}
	})
	t.Run("differs_by_code", func(t *testing.T) {
		seen := map[loopback.PageName]portal.Code{}
		for _, code := range []portal.Code{
			Denied, Cancelled, TimedOut, Offline, KeyringUnavailable, portal.NoInvite, portal.InviteCodeRequired,
			portal.TenantNotAllowed, portal.Deactivated, portal.AttemptExpired, portal.ProviderDown, portal.ProviderRefused,
			portal.TooManyRequests, portal.Unavailable, portal.Internal,
		} {
			page := failurePage(portal.Entra, problem(code, "x"), "y")
			if other, taken := seen[page.Name]; taken {
				t.Errorf("got page %s for %s and %s, want one each", page.Name, code, other)
			}
			seen[page.Name] = code
			if ownPage := page.Name == loopback.PageName(code); ownPage == (code == portal.Internal) {
				t.Errorf("got page %s for %s", page.Name, code)
			}
			if page.Provider != "Microsoft" || page.Detail != "y" {
				t.Errorf("got %+v for %s, want Microsoft and y", page, code)
			}
		}
	})
}

func FuzzExplanation(f *testing.F) {
	f.Add("access_denied", "see :// hTTps:\u202e//evil.example/x\x00")
	f.Fuzz(func(t *testing.T, errorCode, description string) {
		got := explanation(loopback.Response{ErrorCode: errorCode, Description: description})
		if strings.Contains(got, "://") || len([]rune(got)) > 300 || printable(got) != got {
			t.Errorf("got %q, want one printable line of at most 300 characters without links", got)
		}
	})
}
