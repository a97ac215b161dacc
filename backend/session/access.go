package session

import (
	"context"
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
	keys, err := s.keys.signing(ctx)
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
	token.Header["typ"], token.Header["kid"] = accessType, keys.signerID
	signed, err := token.SignedString(keys.signer)
	if err != nil {
		return "", fmt.Errorf("sign access token: %w", err)
	}
	return signed, nil
}

// Verify answers whom an access token was issued to; Unauthenticated if it is not ours, not whole or too old. It asks
// no database: that session, user and grant still stand is checked with the viewer's first query (postgres.DB.As).
func (s *Sessions) Verify(ctx context.Context, accessToken string) (portal.Viewer, error) {
	if len(accessToken) > maxAccessToken {
		return portal.Viewer{}, errAccess
	}
	var claims accessClaims
	_, err := jwt.ParseWithClaims(accessToken, &claims,
		func(t *jwt.Token) (any, error) { return s.verificationKey(ctx, t) },
		jwt.WithValidMethods([]string{"ES256"}),
		jwt.WithIssuer(s.config.Issuer),
		jwt.WithAudience(s.config.Issuer),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(clockSkew),
		jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(s.config.Now))
	if err != nil {
		return portal.Viewer{}, accessProblem(err)
	}
	return claims.viewer()
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
