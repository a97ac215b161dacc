package session

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/golang-jwt/jwt/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

const (
	// accessType prevents an ID token, or any other JWT, from being accepted as an access token (RFC 9068).
	accessType = "at+jwt"
	// maxAccessToken is several times the size of the tokens this package issues.
	maxAccessToken = 4096
	clockSkew      = portal.ClockSkew
)

// accessClaims are the claims of an access token.
type accessClaims struct {
	jwt.RegisteredClaims
	SessionID string     `json:"sid"`
	Grant     grantClaim `json:"grant"`
}

type grantClaim struct {
	ID       string      `json:"id"`
	Role     portal.Role `json:"role"`
	MSSPID   string      `json:"mssp_id"`
	MSPID    string      `json:"msp_id,omitempty"`
	ClientID string      `json:"client_id,omitempty"`
}

// issue returns a signed access token for the viewer.
func (s *Sessions) issue(ctx context.Context, v portal.Viewer) (string, error) {
	key, err := s.keys.signing(ctx)
	if err != nil {
		return "", err
	}
	now := s.config.Now()
	token := jwt.NewWithClaims(jwt.SigningMethodES256, accessClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: s.config.Issuer, Audience: jwt.ClaimStrings{s.config.Issuer}, Subject: v.UserID, ID: postgres.NewID(),
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(s.config.AccessTTL)),
		},
		SessionID: v.SessionID,
		Grant: grantClaim{
			ID: v.GrantID, Role: v.Role, MSSPID: v.Scope.MSSPID, MSPID: v.Scope.MSPID, ClientID: v.Scope.ClientID,
		},
	})
	token.Header["typ"], token.Header["kid"] = accessType, key.id
	signed, err := token.SignedString(key.private)
	if err != nil {
		return "", fmt.Errorf("sign access token: %w", err)
	}
	return signed, nil
}

// Verify returns the viewer of an access token; Unauthenticated if the token is not one of this portal, is damaged or
// has expired. It does not query the database: the viewer's first query checks that session, user and grant are still
// valid (postgres.DB.As).
//
// A valid token is cached for as long as it can stay valid, so that its signature is verified once.
func (s *Sessions) Verify(ctx context.Context, accessToken string) (portal.Viewer, error) {
	if len(accessToken) > maxAccessToken {
		return portal.Viewer{}, errAccess
	}
	digest := tokenDigest(sha256.Sum256([]byte(accessToken)))
	if known, ok := s.verified.get(digest); ok && known.goodAt(s.config.Now()) && s.keys.publishes(ctx, known.kid) {
		return known.viewer, nil
	}
	token, err := s.check(ctx, accessToken)
	if err != nil {
		return portal.Viewer{}, err
	}
	s.verified.put(digest, token)
	return token.viewer, nil
}

// check verifies a token without the cache.
func (s *Sessions) check(ctx context.Context, accessToken string) (verifiedToken, error) {
	var kid string
	payload, err := verifyJWS(accessToken, func(header map[string]any) (key *ecdsa.PublicKey, err error) {
		kid, key, err = s.verificationKey(ctx, header)
		return key, err
	})
	if err != nil {
		return verifiedToken{}, err
	}
	var claims accessClaims
	if json.Unmarshal(payload, &claims) != nil {
		return verifiedToken{}, errAccess
	}
	if err := s.claimsRules.Validate(claims); err != nil {
		return verifiedToken{}, accessError(err)
	}
	viewer, err := claims.viewer()
	if err != nil {
		return verifiedToken{}, err
	}
	return newVerifiedToken(claims, kid, viewer), nil
}

// claimsRules returns the checks of the registered claims.
func claimsRules(c Config) *jwt.Validator {
	return jwt.NewValidator(
		jwt.WithIssuer(c.Issuer),
		jwt.WithAudience(c.Issuer),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(clockSkew),
		jwt.WithTimeFunc(c.Now))
}

var errAccess = portal.Errorf(portal.Unauthenticated, "The access token is missing, damaged or from another portal.")

// accessError returns a distinct error for a token whose only fault is that it has expired.
func accessError(err error) error {
	if err.Error() == jwt.ErrTokenExpired.Error() {
		return portal.Errorf(portal.Unauthenticated, "The access token has expired.")
	}
	return errAccess
}

// verificationKey finds the key by its id among the portal's own. It refuses a header with any other parameter than
// alg, typ and kid.
func (s *Sessions) verificationKey(ctx context.Context, header map[string]any) (string, *ecdsa.PublicKey, error) {
	kid, ok := header["kid"].(string)
	if !ok || header["typ"] != accessType || len(header) != len([]string{"alg", "typ", "kid"}) {
		return "", nil, errAccess
	}
	key, err := s.keys.public(ctx, kid)
	return kid, key, err
}

// viewer returns the viewer of a token whose signature has been verified.
func (c accessClaims) viewer() (portal.Viewer, error) {
	level := c.Grant.Role.Level()
	if c.Subject == "" || c.SessionID == "" || c.ID == "" || c.IssuedAt == nil || len(c.Audience) != 1 ||
		c.Grant.ID == "" || c.Grant.MSSPID == "" || level == "" {
		return portal.Viewer{}, errAccess
	}
	return portal.Viewer{
		UserID: c.Subject, SessionID: c.SessionID, GrantID: c.Grant.ID, Role: c.Grant.Role,
		Scope: portal.Scope{Level: level, MSSPID: c.Grant.MSSPID, MSPID: c.Grant.MSPID, ClientID: c.Grant.ClientID},
	}, nil
}
