package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// attemptTTL is how long a sign-in attempt may take.
const attemptTTL = 10 * time.Minute

var scopes = []string{"openid", "email", "profile"}

var challengeEncoding = base64.RawURLEncoding.Strict()

// Begin stores a new sign-in attempt and returns the parameters of the provider's authorization URL. Invalid names the
// parameter that is malformed; ProviderDown means that the provider's discovery document cannot be fetched.
func (s *Service) Begin(ctx context.Context, n portal.NewAttempt) (portal.Attempt, error) {
	p, err := s.provider(n.Provider)
	if err != nil {
		return portal.Attempt{}, err
	}
	if !loopbackRedirect(n.RedirectURI, n.Provider) {
		return portal.Attempt{}, portal.InvalidField("redirect_uri",
			"The redirect URI must be http on loopback with a port and the path /callback/%s.", n.Provider)
	}
	if sum, err := challengeEncoding.DecodeString(n.CodeChallenge); err != nil || len(sum) != sha256.Size {
		return portal.Attempt{}, portal.InvalidField("code_challenge", "The code challenge must be an S256 challenge.")
	}
	found, err := p.discovery.get(ctx)
	if err != nil {
		return portal.Attempt{}, s.report(ctx, n.Provider, person{}, "", err)
	}
	attempt := postgres.Attempt{
		ID: postgres.NewID(), Provider: n.Provider, RedirectURI: n.RedirectURI,
		CodeChallenge: n.CodeChallenge, Nonce: newNonce(),
	}
	expires, err := s.db.CreateAttempt(ctx, attempt, attemptTTL)
	if err != nil {
		return portal.Attempt{}, err
	}
	return portal.Attempt{
		ID: attempt.ID, Nonce: attempt.Nonce, ClientID: p.clientID, AuthorizationEndpoint: found.Authorization,
		Issuer: p.discovery.issuer, IssuerPromised: found.NamesIssuer, Scopes: slices.Clone(scopes), ExpiresAt: expires.UTC(),
	}, nil
}

// newNonce returns 256 random bits.
func newNonce() string {
	nonce := make([]byte, 32)
	rand.Read(nonce) //nolint:errcheck // crypto/rand never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(nonce)
}

// loopbackRedirect reports whether uri is exactly one of the loopback addresses that the desktop app listens on.
func loopbackRedirect(uri string, provider portal.ProviderID) bool {
	u, err := url.Parse(uri)
	if err != nil {
		return false
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil || port == 0 {
		return false
	}
	return slices.ContainsFunc([]string{"127.0.0.1", "[::1]", "localhost"}, func(host string) bool {
		return uri == "http://"+host+":"+strconv.FormatUint(port, 10)+"/callback/"+string(provider)
	})
}

// provesChallenge reports whether verifier matches the attempt's code challenge (RFC 7636).
func provesChallenge(verifier, challenge string) bool {
	sum := sha256.Sum256([]byte(verifier))
	computed := challengeEncoding.EncodeToString(sum[:])
	return subtle.ConstantTimeCompare([]byte(computed), []byte(challenge)) == 1
}
