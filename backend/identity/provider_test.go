package identity_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/session"
	"fs-client-portal/backend/testkit/provider"
)

// authorize takes an account through the provider's pages with this challenge and returns what the redirect carries.
func (h *testEnv) authorize(attempt portal.Attempt, p portal.ProviderID, account, challenge string) url.Values {
	h.Helper()
	config := oauth2.Config{
		ClientID: attempt.ClientID, RedirectURL: redirects[p], Scopes: attempt.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: attempt.AuthorizationEndpoint},
	}
	redirect, _, err := provider.Authorize(context.Background(), config.AuthCodeURL("the-state",
		oauth2.SetAuthURLParam("nonce", attempt.Nonce), oauth2.SetAuthURLParam("prompt", "select_account"),
		oauth2.SetAuthURLParam("code_challenge", challenge), oauth2.SetAuthURLParam("code_challenge_method", "S256")), account)
	if err != nil {
		h.Fatal(err)
	}
	return redirect.Query()
}

func (h *testEnv) begin(p portal.ProviderID, verifier string) portal.Attempt {
	h.Helper()
	attempt, err := h.service.Begin(context.Background(), portal.NewAttempt{
		Provider: p, RedirectURI: redirects[p], CodeChallenge: oauth2.S256ChallengeFromVerifier(verifier),
	})
	if err != nil {
		h.Fatal(err)
	}
	return attempt
}

func TestProvider(t *testing.T) {
	t.Parallel()
	t.Run("returns_state_and_issuer", func(t *testing.T) {
		h := newTestEnv(t)
		for _, p := range []struct {
			id      portal.ProviderID
			account string
			issuer  bool // RFC 9207: Google sends iss, Entra ID does not
		}{{portal.Google, "ada", true}, {portal.Entra, "tess", false}} {
			verifier := oauth2.GenerateVerifier()
			attempt := h.begin(p.id, verifier)
			got := h.authorize(attempt, p.id, p.account, oauth2.S256ChallengeFromVerifier(verifier))
			want := ""
			if p.issuer {
				want = attempt.Issuer
			}
			if got.Get("state") != "the-state" || got.Get("iss") != want || got.Get("code") == "" || (want == "") == p.issuer {
				t.Errorf("%s: got %v, want the state, a code and iss %q", p.id, got, want)
			}
		}
	})
	t.Run("refuses_verifier_of_another_challenge", func(t *testing.T) {
		h := newTestEnv(t)
		h.invite(h.mspUser(portal.Google, "ada@fjord.example", "fjord.example", ""))
		sealer, err := session.NewSealer(bytes.Repeat([]byte{7}, 32))
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		service, err := identity.New(h.DB, h.sessions, identity.Config{
			Google: &identity.GoogleConfig{Issuer: h.google.Issuer(), ClientID: "google-client", ClientSecret: "google-secret"},
			Secret: sealer, Log: slog.New(slog.NewTextHandler(&log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		verifier := oauth2.GenerateVerifier()
		attempt := h.begin(portal.Google, verifier)
		// The portal's own check passes; the provider has another challenge.
		got := h.authorize(attempt, portal.Google, "ada", oauth2.S256ChallengeFromVerifier(oauth2.GenerateVerifier()))
		h.nothingMade(func() {
			_, err = service.Redeem(context.Background(), portal.CodeGrant{
				AttemptID: attempt.ID, Code: got.Get("code"), CodeVerifier: verifier,
			}, "test")
		})
		wantCode(t, err, portal.ProviderRefused)
		if want := "reason=provider:invalid_grant"; !strings.Contains(log.String(), want) {
			t.Errorf("got the log %q, want it to contain %s", &log, want)
		}
	})
}
