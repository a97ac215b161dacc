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
	// maxIDToken is several times the largest either provider sends.
	maxIDToken = 16 << 10
	maxSubject = 255
)

// issuer verifies the ID tokens of one issuer for one client.
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
			SkipExpiryCheck: true, // checkClock allows for clocks that differ
		}),
	}
}

// parseIDToken reads a token without believing it: the id of its key, and its claims.
func parseIDToken(token string) (kid string, unverified claims, err error) {
	if len(token) > maxIDToken {
		return "", nil, refused("token_too_large")
	}
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || !canonical(token) {
		return "", nil, refused("token_malformed")
	}
	// Unlike Go's own, this reader takes no object that names a claim twice.
	if err := josejson.Unmarshal(parsed.UnsafePayloadWithoutVerification(), &unverified); err != nil {
		return "", nil, refused("token_malformed")
	}
	return parsed.Signatures[0].Header.KeyID, unverified, nil
}

// canonical reports whether a token's segments are written in the one way there is to write their bytes: Go's decoders
// skip line breaks and the bits behind the last byte.
func canonical(token string) bool {
	for segment := range strings.SplitSeq(token, ".") {
		raw, err := base64.RawURLEncoding.DecodeString(segment)
		if err != nil || base64.RawURLEncoding.EncodeToString(raw) != segment {
			return false
		}
	}
	return true
}

// verify answers the claims of an ID token that holds in every respect of OpenID Connect Core 3.1.3.7: go-oidc checks
// signature, issuer and audience, this the rest.
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

// reason says in one word which of its checks go-oidc, whose errors tell it in prose only, stopped at.
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

// fault names what go-oidc does not look at and what is wrong there; "" if nothing is.
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

// claims are looked up by their exact names, which encoding/json would not insist on for a struct. Aggregated and
// distributed claims are not followed.
type claims map[string]json.RawMessage

// registered are the claims go-oidc reads, by names it does not insist on either.
var registered = []string{"iss", "sub", "aud", "exp", "iat", "nbf", "nonce", "at_hash"}

// ambiguous reports whether a claim has a registered name in another spelling, which go-oidc would take for it.
func (c claims) ambiguous() bool {
	for name := range c {
		alike := func(r string) bool { return name != r && strings.EqualFold(name, r) }
		if slices.ContainsFunc(registered, alike) {
			return true
		}
	}
	return false
}

// text answers a claim that is a string; "" for any other.
func (c claims) text(name string) string {
	var value string
	if json.Unmarshal(c[name], &value) != nil {
		return ""
	}
	return value
}

// texts answers a claim that is a string or several.
func (c claims) texts(name string) []string {
	var values []string
	if json.Unmarshal(c[name], &values) != nil {
		return []string{c.text(name)}
	}
	return values
}

// is reports whether a claim is one of these JSON values.
func (c claims) is(name string, values ...string) bool {
	raw, ok := c[name]
	return ok && slices.Contains(values, string(raw))
}
