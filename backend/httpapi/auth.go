package httpapi

import (
	"cmp"
	"context"
	"fmt"
	"net/http"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/session"
)

type jwksOutput struct {
	Status       int
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	ETag         string `header:"ETag"`
	Body         []byte
}

var jwksCacheControl = fmt.Sprintf("public, max-age=%d", int(session.JWKSMaxAge.Seconds()))

func (s *server) jwks(ctx context.Context, in *Conditional) (*jwksOutput, error) {
	keys, err := s.Sessions.JWKS(ctx)
	if err != nil {
		return nil, err
	}
	out := &jwksOutput{Status: http.StatusOK, CacheControl: jwksCacheControl, ETag: keys.ETag}
	if in.matches(keys.ETag) {
		out.Status = http.StatusNotModified
		return out, nil
	}
	out.ContentType, out.Body = "application/jwk-set+json", keys.JSON
	return out, nil
}

type providersOutput struct {
	Body struct {
		Providers []portal.Provider `json:"providers" nullable:"false"`
	}
}

func (s *server) providers(context.Context, *struct{}) (*providersOutput, error) {
	out := &providersOutput{}
	out.Body.Providers = append([]portal.Provider{}, s.Identity.Providers()...)
	return out, nil
}

type attemptOutput struct{ Body portal.Attempt }

func (s *server) begin(ctx context.Context, in *struct{ Body portal.NewAttempt }) (*attemptOutput, error) {
	attempt, err := s.Identity.Begin(ctx, in.Body)
	return &attemptOutput{attempt}, err
}

type tokensOutput struct{ Body portal.Tokens }

func (s *server) redeem(ctx context.Context, in *struct {
	UserAgent string `header:"User-Agent"`
	Body      portal.CodeGrant
}) (*tokensOutput, error) {
	key := credential(in.Body.AttemptID, in.Body.Code, in.Body.CodeVerifier)
	return s.limited(ctx, key, func() (portal.Tokens, error) { return s.Identity.Redeem(ctx, in.Body, in.UserAgent) })
}

func (s *server) refresh(ctx context.Context, in *struct {
	RequestID string `header:"Portal-Refresh-Request" minLength:"22" maxLength:"64" pattern:"^[A-Za-z0-9+/=_-]+$" doc:"As request_id."`
	Body      portal.RefreshGrant
}) (*tokensOutput, error) {
	grant := in.Body
	if in.RequestID != "" && grant.RequestID != "" && in.RequestID != grant.RequestID {
		return nil, portal.InvalidField("request_id",
			"The body and the header %s contain different request ids. Send only one.", portal.RefreshRequestHeader)
	}
	grant.RequestID = cmp.Or(grant.RequestID, in.RequestID)
	return s.limited(ctx, s.limits.family(grant.RefreshToken), func() (portal.Tokens, error) {
		return s.Sessions.Refresh(ctx, grant)
	})
}

// limited calls issue unless the credential behind key is over its rate. All tokens of a refresh-token family share
// one key.
func (s *server) limited(ctx context.Context, key string, issue func() (portal.Tokens, error)) (*tokensOutput, error) {
	if err := s.limitAccount(ctx, key); err != nil {
		return nil, err
	}
	tokens, err := issue()
	if err != nil {
		return nil, err
	}
	s.limits.inherit(tokens, key)
	return &tokensOutput{tokens}, nil
}

func (s *server) logout(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, s.Sessions.End(ctx, viewerOf(ctx))
}

type meOutput struct{ Body portal.Me }

func (s *server) me(ctx context.Context, _ *struct{}) (*meOutput, error) {
	me, err := s.DB.Me(ctx, viewerOf(ctx))
	return &meOutput{me}, err
}
