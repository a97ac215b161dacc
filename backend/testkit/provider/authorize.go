package provider

import (
	"context"
	"net/http"
	"slices"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// authorizer validates authorization requests by the flavour's rules, which are stricter than the library's.
type authorizer struct {
	*op.Provider
	server *Server
	tenant string
}

// Storage stores with each request the tenant of the endpoint that received it.
func (a authorizer) Storage() op.Storage { return tenantStorage{a.server.storage, a.tenant} }

type tenantStorage struct {
	*storage
	tenant string
}

func (t tenantStorage) CreateAuthRequest(ctx context.Context, r *oidc.AuthRequest, userID string) (op.AuthRequest, error) {
	created, err := t.storage.CreateAuthRequest(ctx, r, userID)
	if err == nil {
		created.(*authRequest).tenant = t.tenant
	}
	return created, err
}

// ValidateAuthRequest checks the client and the redirect address first: only then may an error be sent to that
// address.
func (a authorizer) ValidateAuthRequest(
	_ context.Context, r *oidc.AuthRequest, _ op.Storage, _ *op.IDTokenHintVerifier,
) (string, error) {
	switch {
	case r.ClientID != a.server.config.ClientID:
		return "", oidc.ErrInvalidRequestRedirectURI().WithDescription("The OAuth client was not found.")
	case !a.server.flavour.redirectAllowed(r.RedirectURI):
		return "", oidc.ErrInvalidRequestRedirectURI().WithDescription("redirect_uri_mismatch: this address is not registered for " +
			"the client.")
	case r.ResponseType != oidc.ResponseTypeCode:
		return "", oidc.ErrInvalidRequest().WithDescription("response_type must be code")
	case r.ResponseMode != "" && r.ResponseMode != oidc.ResponseModeQuery && r.ResponseMode != oidc.ResponseModeFormPost:
		return "", oidc.ErrInvalidRequest().WithDescription("response_mode must be query or form_post")
	case !slices.Contains(r.Scopes, oidc.ScopeOpenID):
		return "", oidc.ErrInvalidScope().WithDescription("scope must hold openid")
	case len(r.CodeChallenge) != 43 || r.CodeChallengeMethod != oidc.CodeChallengeMethodS256:
		return "", oidc.ErrInvalidRequest().WithDescription("code_challenge with the method S256 is required")
	}
	return "", nil
}

func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	op.Authorize(w, r, authorizer{Provider: s.provider, server: s, tenant: r.PathValue("tenant")})
}

func (s *Server) keys(w http.ResponseWriter, r *http.Request) { op.Keys(w, r, s.storage) }
