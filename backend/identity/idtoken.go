package identity

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	josejson "github.com/go-jose/go-jose/v4/json"
)

const (
	// maxIDToken is several times the size of the largest token that either provider sends.
	maxIDToken = 16 << 10
	maxSubject = 255
)

// issuer verifies the ID tokens of one issuer for one client id.
type issuer struct {
	discovery *discovery
	keys      *keySet
	clientID  string
	verifier  *oidc.IDTokenVerifier
}

func newIssuer(d *discovery, tenant, clientID string) *issuer {
	keys := newKeySet(d, tenant)
	return &issuer{
		discovery: d, keys: keys, clientID: clientID,
		verifier: oidc.NewVerifier(d.issuer, keys, &oidc.Config{
			ClientID: clientID, SupportedSigningAlgs: []string{oidc.RS256}, Now: d.calls.now,
			SkipExpiryCheck: true, // checkClock allows for clock skew
		}),
	}
}

// parseIDToken parses a token without verifying it and returns its key id and its claims.
func parseIDToken(token string) (kid string, unverified claims, err error) {
	if len(token) > maxIDToken {
		return "", nil, refused("token_too_large")
	}
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || !canonical(token) {
		return "", nil, refused("token_malformed")
	}
	// Unlike encoding/json, this decoder refuses an object with a duplicate name.
	if err := josejson.Unmarshal(parsed.UnsafePayloadWithoutVerification(), &unverified); err != nil {
		return "", nil, refused("token_malformed")
	}
	return parsed.Signatures[0].Header.KeyID, unverified, nil
}

// canonical reports whether each segment of a token is in canonical base64url. Go's decoders skip line breaks and
// ignore the unused bits of the last character.
func canonical(token string) bool {
	for segment := range strings.SplitSeq(token, ".") {
		raw, err := base64.RawURLEncoding.DecodeString(segment)
		if err != nil || base64.RawURLEncoding.EncodeToString(raw) != segment {
			return false
		}
	}
	return true
}

// verify returns the claims of an ID token that passes every check of OpenID Connect Core 3.1.3.7. go-oidc checks
// signature, issuer and audience; this package checks the rest.
func (i *issuer) verify(ctx context.Context, token, accessToken, nonce string) (claims, error) {
	kid, unverified, err := parseIDToken(token)
	if err != nil {
		return nil, err
	}
	if err := i.keys.prepare(ctx, kid); err != nil {
		return nil, err
	}
	verified, err := i.verifier.Verify(ctx, token)
	if err != nil {
		return nil, refused(i.reason(token, unverified))
	}
	var c claims
	if err := verified.Claims(&c); err != nil {
		return nil, refused("token_malformed")
	}
	if reason := i.fault(verified, c, accessToken, nonce); reason != "" {
		return nil, refused(reason)
	}
	if err := i.checkClock(ctx, verified, c); err != nil {
		return nil, err
	}
	return c, nil
}

// reason returns which of its checks go-oidc failed at: its errors have a message but no code.
func (i *issuer) reason(token string, c claims) string {
	_, forged := i.keys.VerifySignature(context.Background(), token)
	switch {
	case forged != nil:
		return "token_signature"
	case c.text("iss") != i.discovery.issuer:
		return "token_issuer"
	case !slices.Contains(c.texts("aud"), i.clientID):
		return "token_audience"
	}
	return "token_invalid"
}

// fault returns the reason for which a token fails the checks that go-oidc does not do, or "".
func (i *issuer) fault(t *oidc.IDToken, c claims, accessToken, nonce string) string {
	other := func(audience string) bool { return audience != i.clientID }
	azp, hasAZP := c["azp"]
	switch {
	case c.ambiguous():
		return "token_claim_names"
	case slices.ContainsFunc(t.Audience, other):
		return "token_audience"
	case hasAZP && c.text("azp") != i.clientID || len(t.Audience) > 1 && azp == nil:
		return "token_azp"
	case nonce == "" || subtle.ConstantTimeCompare([]byte(c.text("nonce")), []byte(nonce)) != 1:
		return "token_nonce"
	case t.Subject == "" || len(t.Subject) > maxSubject:
		return "token_subject"
	case t.AccessTokenHash != "" && (accessToken == "" || t.VerifyAccessToken(accessToken) != nil):
		return "token_at_hash"
	}
	return ""
}

// claims are looked up by their exact names; decoding into a struct would ignore case. Aggregated and distributed
// claims are not followed.
type claims map[string]json.RawMessage

// registered are the claims that go-oidc reads, ignoring case.
var registered = []string{"iss", "sub", "aud", "exp", "iat", "nbf", "nonce", "at_hash"}

// ambiguous reports whether the token has a claim that differs from a registered name only by case: go-oidc would read
// it.
func (c claims) ambiguous() bool {
	for name := range c {
		alike := func(r string) bool { return name != r && strings.EqualFold(name, r) }
		if slices.ContainsFunc(registered, alike) {
			return true
		}
	}
	return false
}

// text returns a string claim, or "" if the claim is not a string.
func (c claims) text(name string) string {
	var value string
	if json.Unmarshal(c[name], &value) != nil {
		return ""
	}
	return value
}

// texts returns the values of a claim that is a string or a list of strings.
func (c claims) texts(name string) []string {
	var values []string
	if json.Unmarshal(c[name], &values) != nil {
		return []string{c.text(name)}
	}
	return values
}

// is reports whether a claim has one of these JSON values.
func (c claims) is(name string, values ...string) bool {
	raw, ok := c[name]
	return ok && slices.Contains(values, string(raw))
}
