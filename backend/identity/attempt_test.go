package identity_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/hostile"
)

func TestAttempt(t *testing.T) {
	t.Parallel()
	t.Run("is_used_up_once", testAttemptIsUsedUpOnce)
	t.Run("expires", testAttemptExpires)
	t.Run("finished_meanwhile_starts_no_session", testAttemptFinishedMeanwhileStartsNoSession)
	t.Run("needs_its_verifier", testAttemptNeedsItsVerifier)
	t.Run("binds_pending_identity_to_code_and_verifier", testAttemptBindsPendingIdentityToCodeAndVerifier)
	t.Run("returns_what_the_desktop_needs", testAttemptReturnsWhatTheDesktopNeeds)
	t.Run("reports_promised_issuer", testAttemptReportsPromisedIssuer)
}

func testAttemptIsUsedUpOnce(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	h.tess()
	grant := h.codeGrant(portal.Entra, "tess")
	if _, err := h.redeem(grant); err != nil {
		t.Fatal(err)
	}
	other := h.codeGrant(portal.Entra, "tess")
	replayedCode := other
	replayedCode.Code = grant.Code
	for name, row := range map[string]struct {
		grant portal.CodeGrant
		want  portal.Code
	}{
		"the same attempt and code": {grant, portal.AttemptExpired},
		"the same attempt with a new code": {
			portal.CodeGrant{AttemptID: grant.AttemptID, Code: other.Code, CodeVerifier: grant.CodeVerifier}, portal.AttemptExpired,
		},
		"another attempt with the old code": {replayedCode, portal.ProviderRefused},
		"no such attempt": {
			portal.CodeGrant{AttemptID: h.Own.MSSPID, Code: "c", CodeVerifier: grant.CodeVerifier}, portal.AttemptExpired,
		},
		"no attempt id": {
			portal.CodeGrant{AttemptID: "x", Code: "c", CodeVerifier: grant.CodeVerifier}, portal.AttemptExpired,
		},
	} {
		h.nothingMade(func() {
			if _, err := h.redeem(row.grant); portal.ErrorCode(err) != row.want {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func testAttemptExpires(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	h.tess()
	grant := h.codeGrant(portal.Entra, "tess")
	h.exec("update login_attempt set expires_at = now() - interval '1 second'")
	_, err := h.redeem(grant)
	wantCode(t, err, portal.AttemptExpired)
}

func testAttemptFinishedMeanwhileStartsNoSession(t *testing.T) {
	t.Parallel()
	k := newProviderTest(t).newSignInTest(t, portal.Google, "")
	if err := k.signIn(context.Background()); err != nil {
		t.Fatal(err)
	}
	k.provider.Play(hostile.Script{Compact: func(idToken string) string {
		k.suite.exec(t, "update login_attempt set finished_at = now() where finished_at is null")
		return idToken
	}})
	before := k.made()
	wantCode(t, k.signIn(context.Background()), portal.AttemptExpired)
	if diff := cmp.Diff(before, k.made()); diff != "" {
		t.Errorf("rows created (-before +after):\n%s", diff)
	}
}

func testAttemptNeedsItsVerifier(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	h.tess()
	grant := h.codeGrant(portal.Entra, "tess")
	stolen := grant
	stolen.CodeVerifier = oauth2.GenerateVerifier()
	h.nothingMade(func() {
		_, err := h.redeem(stolen)
		wantCode(t, err, portal.Invalid)
		_, err = h.redeem(grant)
		wantCode(t, err, portal.AttemptExpired)
	})
}

func testAttemptBindsPendingIdentityToCodeAndVerifier(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	created := h.invite(h.mspUser(portal.Entra, "guest@contoso.example", "contoso.example", contoso))
	grant := h.codeGrant(portal.Entra, "guest")
	_, err := h.redeem(grant)
	wantCode(t, err, portal.InviteCodeRequired)
	grant.InviteCode = created.Code
	h.nothingMade(func() {
		other := grant
		other.Code = "another"
		_, err := h.redeem(other)
		wantCode(t, err, portal.AttemptExpired)
		other = grant
		other.CodeVerifier = oauth2.GenerateVerifier()
		_, err = h.redeem(other)
		wantCode(t, err, portal.Invalid)
		h.exec("update login_attempt set pending_sealed = set_byte(pending_sealed, 20, get_byte(pending_sealed, 20) # 1)")
		if _, err = h.redeem(grant); err == nil {
			t.Error("a changed pending identity was accepted, want an error")
		}
	})
}

func testAttemptReturnsWhatTheDesktopNeeds(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	challenge := oauth2.S256ChallengeFromVerifier(oauth2.GenerateVerifier())
	for _, uri := range []string{
		"http://127.0.0.1:1/callback/google", "http://[::1]:65535/callback/google", "http://localhost:8080/callback/google",
	} {
		attempt, err := h.service.Begin(
			context.Background(),
			portal.NewAttempt{Provider: portal.Google, RedirectURI: uri, CodeChallenge: challenge},
		)
		if err != nil {
			t.Fatalf("%s: %v", uri, err)
		}
		if attempt.ClientID != "google-client" || attempt.Issuer != h.google.Issuer() || len(attempt.Nonce) != 43 || len(attempt.Scopes) != 3 ||
			!strings.HasPrefix(attempt.AuthorizationEndpoint, h.google.Issuer()) || attempt.ExpiresAt.IsZero() {
			t.Errorf("got %+v", attempt)
		}
	}
	for _, uri := range []string{
		"", "https://127.0.0.1:1/callback/google", "http://127.0.0.1/callback/google", "http://127.0.0.1:0/callback/google",
		"http://127.0.0.1:65536/callback/google", "http://127.0.0.1:1/callback/entra", "http://127.0.0.1:1/callback/google/",
		"http://127.0.0.1:1/callback/google?x=1", "http://127.0.0.1:1/callback/google#x", "http://u@127.0.0.1:1/callback/google",
		"http://evil.example:1/callback/google", "http://127.0.0.1.evil.example:1/callback/google", "http://127.0.0.2:1/callback/google",
		"http://127.0.0.1:01/callback/google", "http://127.0.0.1:1/callback/%67oogle", "http://LOCALHOST:1/callback/google",
	} {
		_, err := h.service.Begin(context.Background(), portal.NewAttempt{Provider: portal.Google, RedirectURI: uri, CodeChallenge: challenge})
		if portal.ErrorCode(err) != portal.Invalid {
			t.Errorf("%q is accepted: %v", uri, err)
		}
	}
	for _, bad := range []string{"", challenge[:42], challenge + "A", strings.Repeat("*", 43)} {
		_, err := h.service.Begin(
			context.Background(),
			portal.NewAttempt{Provider: portal.Google, RedirectURI: redirects[portal.Google], CodeChallenge: bad},
		)
		wantCode(t, err, portal.Invalid)
	}
	_, err := h.service.Begin(
		context.Background(),
		portal.NewAttempt{Provider: "okta", RedirectURI: redirects[portal.Google], CodeChallenge: challenge},
	)
	wantCode(t, err, portal.Invalid)
}
