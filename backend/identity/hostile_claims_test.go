package identity_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/hostile"
)

// claiming scripts a token with other claims, signed by the provider itself.
func claiming(claims map[string]any) func(*hostile.Server, *hostile.Script) {
	return func(_ *hostile.Server, s *hostile.Script) { s.Claims = claims }
}

// claim scripts a token with one other claim.
func claim(name string, value any) func(*hostile.Server, *hostile.Script) {
	return claiming(map[string]any{name: value})
}

// writing scripts a token with additional text in its claims.
func writing(more string) func(*hostile.Server, *hostile.Script) {
	return func(_ *hostile.Server, s *hostile.Script) {
		s.Payload = func(payload string) string { return strings.TrimSuffix(payload, "}") + "," + more + "}" }
	}
}

func TestIDToken(t *testing.T) {
	t.Parallel()
	t.Run("refused_for_other_issuer_or_audience", testIDTokenRefusedForOtherIssuerOrAudience)
	t.Run("refused_for_wrong_nonce_or_time", testIDTokenRefusedForWrongNonceOrTime)
	t.Run("refused_for_bad_subject_or_claim_names", testIDTokenRefusedForBadSubjectOrClaimNames)
	t.Run("refused_for_another_attempt", testIDTokenRefusedForAnotherAttempt)
	t.Run("needs_the_providers_RS256_signature", testIDTokenNeedsTheProvidersRS256Signature)
	t.Run("ignores_keys_in_its_header", testIDTokenIgnoresKeysInItsHeader)
	t.Run("has_three_segments_and_a_size_limit", testIDTokenHasThreeSegmentsAndASizeLimit)
}

func testIDTokenRefusedForOtherIssuerOrAudience(t *testing.T) {
	contoso := hostile.OfTenant(hostile.Contoso)["iss"].(string)
	fabrikam := hostile.OfTenant(hostile.Fabrikam)["iss"].(string)
	runCases(t, []providerCase{
		{"another audience", "", claim("aud", "somebody-else"), unconfirmed("token_audience")},
		{"no audience", "", claim("aud", hostile.Missing), unconfirmed("token_audience")},
		{"an empty audience", "", claim("aud", ""), unconfirmed("token_audience")},
		{"an empty list of audiences", "", claim("aud", []string{}), unconfirmed("token_audience")},
		{"null for an audience", "", claim("aud", nil), unconfirmed("token_audience")},
		{"a number for an audience", "", claim("aud", 7), unconfirmed("token_audience")},
		{"the audience in upper case", "", claim("aud", strings.ToUpper(hostile.ClientID)), unconfirmed("token_audience")},
		{"our audience in a list", "", claim("aud", []string{hostile.ClientID}), signsIn},
		{
			"an audience beside ours and our azp",
			"",
			claiming(map[string]any{"aud": []string{hostile.ClientID, "other"}, "azp": hostile.ClientID}),
			unconfirmed("token_audience"),
		},
		{
			"an audience beside ours and no azp",
			"",
			claiming(map[string]any{"aud": []string{hostile.ClientID, "other"}, "azp": hostile.Missing}),
			unconfirmed("token_audience"),
		},
		{
			"ours twice and no azp",
			"",
			claiming(map[string]any{"aud": []string{hostile.ClientID, hostile.ClientID}, "azp": hostile.Missing}),
			unconfirmed("token_azp"),
		},
		{"our azp", "", claim("azp", hostile.ClientID), signsIn},
		{"no azp", "", claim("azp", hostile.Missing), signsIn},
		{"another azp", "", claim("azp", "somebody-else"), unconfirmed("token_azp")},
		{"an empty azp", "", claim("azp", ""), unconfirmed("token_azp")},
		{"null for an azp", "", claim("azp", nil), unconfirmed("token_azp")},
		{"a number for an azp", "", claim("azp", 1), unconfirmed("token_azp")},
		{"another issuer", "", claim("iss", hostile.Evil), unconfirmed("token_issuer")},
		{"no issuer", "", claim("iss", hostile.Missing), unconfirmed("token_issuer")},
		{"a list of issuers", "", claim("iss", []string{hostile.GoogleIssuer}), unconfirmed("token_issuer")},
		{"Google's issuer in its second spelling", "google", claim("iss", "accounts.google.com"), signsIn},
		{"Google's issuer by plain http", "google", claim("iss", "http://accounts.google.com"), unconfirmed("token_issuer")},
		{"Google's issuer with a slash", "google", claim("iss", hostile.GoogleIssuer+"/"), unconfirmed("token_issuer")},
		{"Google's issuer in upper case", "google", claim("iss", "https://ACCOUNTS.google.com"), unconfirmed("token_issuer")},
		{"Google's issuer from Entra ID", "entra", claim("iss", hostile.GoogleIssuer), unconfirmed("token_issuer")},
		{"the template for an issuer", "entra", claim("iss", hostile.EntraIssuer), unconfirmed("token_issuer")},
		{"another tenant's issuer", "entra", claim("iss", fabrikam), unconfirmed("token_issuer")},
		{"this tenant's issuer for another tenant", "entra", claim("tid", hostile.Fabrikam), unconfirmed("token_issuer")},
		{"an issuer of the first version", "entra", claim("iss", strings.TrimSuffix(contoso, "/v2.0")+"/"), unconfirmed("token_issuer")},
		{"a token of the first version", "entra", claim("ver", "1.0"), unconfirmed("token_entra")},
		{"no version", "entra", claim("ver", hostile.Missing), unconfirmed("token_entra")},
		{"the version as a number", "entra", claim("ver", 2.0), unconfirmed("token_entra")},
	})
}

func testIDTokenRefusedForWrongNonceOrTime(t *testing.T) {
	runCases(t, []providerCase{
		{"another nonce", "", claim("nonce", "another"), unconfirmed("token_nonce")},
		{"no nonce", "", claim("nonce", hostile.Missing), unconfirmed("token_nonce")},
		{"an empty nonce", "", claim("nonce", ""), unconfirmed("token_nonce")},
		{"null for a nonce", "", claim("nonce", nil), unconfirmed("token_nonce")},
		{"a list of nonces", "", claim("nonce", []string{"a"}), unconfirmed("token_invalid")},
		{"expired five minutes ago", "", claim("exp", hostile.At(-5*time.Minute)), signsIn},
		{"expired a second more ago", "", claim("exp", hostile.At(-5*time.Minute-time.Second)), clocks("5 minutes", "token_expired")},
		{"expired yesterday", "", claim("exp", hostile.At(-24*time.Hour)), clocks("24 hours", "token_expired")},
		{"no expiry", "", claim("exp", hostile.Missing), unconfirmed("token_expired")},
		{"null for an expiry", "", claim("exp", nil), unconfirmed("token_invalid")},
		{"expiry zero", "", claim("exp", 0), unconfirmed("token_expired")},
		{"a negative expiry", "", claim("exp", -1), unconfirmed("token_expired")},
		{"an expiry in text", "", claim("exp", "tomorrow"), unconfirmed("token_invalid")},
		{"an expiry that is true", "", claim("exp", true), unconfirmed("token_invalid")},
		{"a list of expiries", "", claim("exp", []int64{math.MaxInt32}), unconfirmed("token_invalid")},
		{"an expiry beyond all numbers", "", writing(`"exp":1e999`), unconfirmed("token_malformed")},
		{"an expiry with fractions", "", claim("exp", math.MaxInt32+0.5), signsIn},
		{"not good for an hour yet", "", claim("nbf", hostile.At(time.Hour)), clocks("60 minutes", "token_not_before")},
		{"not good for five minutes yet", "", claim("nbf", hostile.At(5*time.Minute)), signsIn},
		{"not good for a second more", "", claim("nbf", hostile.At(5*time.Minute+time.Second)), clocks("5 minutes", "token_not_before")},
		{"good from the end of time on", "", claim("nbf", math.MaxInt64), unconfirmed("token_not_before")},
		{"a text for nbf", "", claim("nbf", "tomorrow"), unconfirmed("token_invalid")},
		{"null for a beginning", "", claim("nbf", nil), signsIn},
		{"no time of issue", "", claim("iat", hostile.Missing), unconfirmed("token_issued_at")},
		{"time of issue zero", "", claim("iat", 0), unconfirmed("token_issued_at")},
		{"issued fifteen minutes ago", "", claim("iat", hostile.At(-15*time.Minute)), signsIn},
		{"issued a second more ago", "", claim("iat", hostile.At(-15*time.Minute-time.Second)), clocks("15 minutes", "token_issued_at")},
		{"issued a year ago", "", claim("iat", hostile.At(-365*24*time.Hour)), clocks("365 days", "token_issued_at")},
		{"issued in five minutes", "", claim("iat", hostile.At(5*time.Minute)), signsIn},
		{"issued in a second more", "", claim("iat", hostile.At(5*time.Minute+time.Second)), clocks("5 minutes", "token_issued_at")},
		{"issued at the end of time", "", claim("iat", math.MaxInt64), unconfirmed("token_issued_at")},
		{"a time of issue in text", "", claim("iat", "now"), unconfirmed("token_invalid")},
		{"at_hash of another access token", "", claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), unconfirmed("token_at_hash")},
		{"at_hash without an access token's", "", claim("at_hash", hostile.Missing), signsIn},
		{"at_hash that is no text", "", claim("at_hash", 1), unconfirmed("token_invalid")},
	})
}

func testIDTokenRefusedForBadSubjectOrClaimNames(t *testing.T) {
	upper := func(name string) string { return strings.ToUpper(name) }
	sources := map[string]any{"src": map[string]any{"endpoint": hostile.Evil + "/claims"}}
	runCases(t, []providerCase{
		{"an empty subject", "", claim("sub", ""), unconfirmed("token_subject")},
		{"no subject", "", claim("sub", hostile.Missing), unconfirmed("token_subject")},
		{"null for a subject", "", claim("sub", nil), unconfirmed("token_subject")},
		{"a subject of 256 characters", "", claim("sub", strings.Repeat("s", 256)), unconfirmed("token_subject")},
		{"a subject of 255 characters", "", claim("sub", strings.Repeat("s", 255)), signsIn},
		{"a number for a subject", "", claim("sub", 42), unconfirmed("token_invalid")},
		{"no object id", "entra", claim("oid", hostile.Missing), unconfirmed("token_entra")},
		{"an empty object id", "entra", claim("oid", ""), unconfirmed("token_entra")},
		{"a number for an object id", "entra", claim("oid", 7), unconfirmed("token_entra")},
		{"an object id of 256 characters", "entra", claim("oid", strings.Repeat("o", 256)), unconfirmed("token_entra")},
		{"the nonce twice", "", writing(`"nonce":"again"`), unconfirmed("token_malformed")},
		{"the audience twice", "", writing(`"aud":"` + hostile.ClientID + `"`), unconfirmed("token_malformed")},
		{"the address twice", "", writing(`"email":"boss@kite.example"`), unconfirmed("token_malformed")},
		{"the address twice, once escaped", "", writing(`"\u0065mail":"boss@kite.example"`), unconfirmed("token_malformed")},
		{
			"the nonce under a name like it",
			"",
			claiming(map[string]any{"nonce": hostile.Missing, upper("nonce"): "x"}),
			unconfirmed("token_claim_names"),
		},
		{"the audience under two names", "", claim("auD", "somebody-else"), unconfirmed("token_claim_names")},
		{"the subject with a long s", "", claiming(map[string]any{"\u017fub": "somebody-else"}), unconfirmed("token_claim_names")},
		{
			"the address in upper case beside none",
			"",
			claiming(map[string]any{"email": hostile.Missing, upper("email"): "boss@kite.example"}),
			noAddress,
		},
		{"an address to be fetched elsewhere", "", claiming(map[string]any{
			"email": hostile.Missing, "_claim_names": map[string]any{"email": "src"}, "_claim_sources": sources,
		}), noAddress},
		{
			"an address from a source that is not named",
			"",
			claim("_claim_names", map[string]any{"email": "nowhere"}),
			unconfirmed("token_invalid"),
		},
	})
}

func testIDTokenRefusedForAnotherAttempt(t *testing.T) {
	t.Parallel()
	court := newProviderTest(t)
	for _, provider := range []portal.ProviderID{portal.Google, portal.Entra} {
		t.Run(string(provider), func(t *testing.T) {
			k := court.newSignInTest(t, provider, "")
			first, err := k.codeGrant(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			second, err := k.codeGrant(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			// The attacker's own code in the victim's attempt, sent with that attempt's verifier.
			first.Code = second.Code
			k.check(unconfirmed("token_nonce"), func() error {
				_, err := k.service.Redeem(context.Background(), first, "")
				return err
			})
		})
	}
}
