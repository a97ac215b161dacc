package session

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

const (
	// accessType keeps an ID token, or any other JWT, from being taken for an access token (RFC 9068).
	accessType = "at+jwt"
	// maxAccessToken is several times what we issue.
	maxAccessToken = 4096
	clockSkew      = 30 * time.Second
)

// accessClaims are what an access token says.
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

// issue signs an access token for the viewer.
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

// Verify answers whom an access token was issued to; Unauthenticated if it is not ours, not whole or too old. It asks
// no database: that session, user and grant still stand is checked with the viewer's first query (postgres.DB.As).
//
// A token that was found good is remembered while it could be found good again, so that its signature is checked once.
func (s *Sessions) Verify(ctx context.Context, accessToken string) (portal.Viewer, error) {
	if len(accessToken) > maxAccessToken {
		return portal.Viewer{}, errAccess
	}
	digest := tokenDigest(sha256.Sum256([]byte(accessToken)))
	if known, ok := s.verified.get(digest); ok && known.goodAt(s.config.Now()) && s.keys.publishes(ctx, known.kid) {
		return known.viewer, nil
	}
	claims, kid, err := s.check(ctx, accessToken)
	if err != nil {
		return portal.Viewer{}, err
	}
	viewer, err := claims.viewer()
	if err == nil {
		s.verified.put(digest, newVerifiedToken(claims, kid, viewer))
	}
	return viewer, err
}

// check reads a token whose signature and times are good.
func (s *Sessions) check(ctx context.Context, accessToken string) (claims accessClaims, kid string, err error) {
	token, err := jwt.ParseWithClaims(accessToken, &claims,
		func(t *jwt.Token) (any, error) { return s.verificationKey(ctx, t) },
		jwt.WithValidMethods([]string{algorithm}),
		jwt.WithIssuer(s.config.Issuer),
		jwt.WithAudience(s.config.Issuer),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(clockSkew),
		jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(s.config.Now))
	if err != nil {
		return claims, "", accessProblem(err)
	}
	return claims, token.Header["kid"].(string), nil
}

var errAccess = portal.Errorf(portal.Unauthenticated, "The access token is missing, damaged or not of this portal.")

// accessProblem tells an access token that only came too late from all others. A token with a second fault, or whose
// signature was never found good, has not only come too late.
func accessProblem(err error) error {
	var own *portal.Error
	switch {
	case errors.As(err, &own):
		return own
	case errors.Is(err, errKeys):
		return err
	case err.Error() == jwt.ErrTokenInvalidClaims.Error()+": "+jwt.ErrTokenExpired.Error():
		return portal.Errorf(portal.Unauthenticated, "The access token has expired.")
	}
	return errAccess
}

// verificationKey finds the key by the kid among our own. The header says nothing else that would be heeded, so a
// header that tries to is refused.
func (s *Sessions) verificationKey(ctx context.Context, t *jwt.Token) (any, error) {
	kid, ok := t.Header["kid"].(string)
	if !ok || t.Header["typ"] != accessType || len(t.Header) != len([]string{"alg", "typ", "kid"}) {
		return nil, errAccess
	}
	return s.keys.public(ctx, kid)
}

// viewer reads the claims of a token whose signature is ours.
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
