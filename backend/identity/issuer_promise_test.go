package identity_test

import (
	"context"
	"testing"

	"golang.org/x/oauth2"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/hostile"
)

func testAttemptReportsPromisedIssuer(t *testing.T) {
	t.Parallel()
	court := newProviderTest(t)
	for _, provider := range []portal.ProviderID{portal.Google, portal.Entra} {
		for _, promised := range []any{true, false, hostile.Missing} {
			k := court.newSignInTest(t, provider, "")
			k.provider.Play(hostile.Script{Facts: map[string]any{"authorization_response_iss_parameter_supported": promised}})
			attempt, err := k.service.Begin(context.Background(), portal.NewAttempt{
				Provider: provider, RedirectURI: redirects[provider], CodeChallenge: oauth2.S256ChallengeFromVerifier(oauth2.GenerateVerifier()),
			})
			if err != nil || attempt.IssuerPromised != (promised == true) {
				t.Errorf("%s: promised %v, got %v in the attempt: %v", provider, promised, attempt.IssuerPromised, err)
			}
		}
	}
}
