package desktop

import (
	"net/url"
	"testing"

	"fs-client-portal/backend/portal"
)

func TestAnAnswerWithoutIssuerIsNoneWhereTheProviderPromisedToNameIt(t *testing.T) {
	for _, promised := range []bool{true, false} {
		r := newRedirect(portal.Google, "1")
		err := r.expect(portal.Attempt{
			AuthorizationEndpoint: "https://issuer.example/authorize", Issuer: "https://issuer.example", IssuerPromised: promised,
		}, "v")
		if err != nil {
			t.Fatal(err)
		}
		for iss, ours := range map[string]bool{"": !promised, "https://issuer.example": true, "https://other.example": false} {
			for _, answer := range []string{"code", "error"} {
				values := url.Values{"state": {r.state}, answer: {"x"}}
				if iss != "" {
					values.Set("iss", iss)
				}
				if _, taken := r.check(values); taken != ours {
					t.Errorf("promised %v, %s from %q is taken: %v", promised, answer, iss, taken)
				}
			}
		}
	}
}
