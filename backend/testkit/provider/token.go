package provider

import (
	"crypto/rand"
	"maps"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/crypto"
	httphelper "github.com/zitadel/oidc/v3/pkg/http"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const tokenLifetime = time.Hour

// token redeems a code, once.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	response, err := s.redeem(r)
	if err != nil {
		op.RequestError(w, r, err, nil)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	httphelper.MarshalJSON(w, response)
}

func (s *Server) redeem(r *http.Request) (*oidc.AccessTokenResponse, error) {
	if r.FormValue("grant_type") != string(oidc.GrantTypeCode) {
		return nil, oidc.ErrUnsupportedGrantType()
	}
	if err := s.flavour.checkSecretSent(r); err != nil {
		return nil, err
	}
	grant, err := op.ParseAccessTokenRequest(r, s.provider.Decoder())
	if err != nil {
		return nil, err
	}
	found, _, err := op.ValidateAccessTokenRequest(r.Context(), grant, s.provider)
	if err != nil {
		return nil, err
	}
	request := found.(*authRequest)
	if tenant := r.PathValue("tenant"); tenant != "" && tenant != organizations && tenant != request.account.TenantID {
		return nil, oidc.ErrInvalidGrant().WithDescription("AADSTS700005: the code was issued for another tenant")
	}
	if err := s.storage.burn(request.id); err != nil {
		return nil, oidc.ErrInvalidGrant().WithDescription("the code was used already")
	}
	return s.tokens(request)
}

// checkSecretSent returns the error that each provider returns for a missing or unexpected client secret.
func (f *flavour) checkSecretSent(r *http.Request) error {
	_, _, basic := r.BasicAuth()
	sent := basic || r.PostFormValue("client_secret") != ""
	if f.secret && !sent {
		return oidc.ErrInvalidRequest().WithDescription("client_secret is missing.")
	}
	if !f.secret && sent {
		return oidc.ErrInvalidClient().WithDescription("AADSTS700025: the client is public and must not present a secret")
	}
	return nil
}

func (s *Server) tokens(request *authRequest) (*oidc.AccessTokenResponse, error) {
	access := rand.Text() + rand.Text()
	claims, err := s.idTokenClaims(request, access)
	if err != nil {
		return nil, err
	}
	key := &jose.JSONWebKey{Key: s.storage.key, KeyID: s.storage.keyID}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return nil, err
	}
	idToken, err := crypto.Sign(claims, signer)
	if err != nil {
		return nil, err
	}
	return &oidc.AccessTokenResponse{
		AccessToken: access, TokenType: oidc.BearerToken, IDToken: idToken,
		ExpiresIn: uint64(tokenLifetime.Seconds()), Scope: request.Scopes,
	}, nil
}

func (s *Server) idTokenClaims(request *authRequest, access string) (map[string]any, error) {
	now := time.Now()
	claims := map[string]any{
		"iss": request.issuer(), "sub": request.GetSubject(), "aud": request.ClientID,
		"iat": now.Unix(), "exp": now.Add(tokenLifetime).Unix(),
	}
	if request.Nonce != "" {
		claims["nonce"] = request.Nonce
	}
	if s.flavour.atHash {
		hash, err := oidc.ClaimHash(access, jose.RS256)
		if err != nil {
			return nil, err
		}
		claims["at_hash"], claims["azp"] = hash, request.ClientID
	}
	maps.Copy(claims, s.flavour.claims(request.account))
	return claims, nil
}
