package provider

import (
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// flavour contains the differences between the providers.
type flavour struct {
	name          string
	issuerPath    string
	redirectHosts []string
	redirectPath  string
	// secret reports whether the client authenticates; if not, sending a secret is an error.
	secret bool
	// issuerInRedirect adds iss to the redirect (RFC 9207).
	issuerInRedirect bool
	// atHash puts at_hash into ID tokens from the token endpoint.
	atHash  bool
	cookie  string
	subject func(*Server, *Account) string
	claims  func(*Account) map[string]any
	mount   func(*Server, *http.ServeMux)
}

const (
	tenantPlaceholder = "{tenantid}"
	organizations     = "organizations"
)

var google = flavour{
	name:             "Google",
	redirectHosts:    []string{"127.0.0.1", "[::1]"},
	redirectPath:     "/callback/google",
	secret:           true,
	issuerInRedirect: true,
	atHash:           true,
	cookie:           "development_google",
	subject:          func(_ *Server, a *Account) string { return googleSubject(a.ID) },
	claims:           googleClaims,
	mount:            mountGoogle,
}

var entra = flavour{
	name:          "Entra ID",
	issuerPath:    "/" + tenantPlaceholder + "/v2.0",
	redirectHosts: []string{"localhost"},
	redirectPath:  "/callback/entra",
	cookie:        "development_entra",
	subject:       func(s *Server, a *Account) string { return pairwise(s.config.ClientID, a) },
	claims:        entraClaims,
	mount:         mountEntra,
}

func googleClaims(a *Account) map[string]any {
	claims := map[string]any{"email": a.Email, "email_verified": a.EmailVerified, "name": a.Name}
	if a.HostedDomain != "" {
		claims["hd"] = a.HostedDomain
	}
	return claims
}

func entraClaims(a *Account) map[string]any {
	claims := map[string]any{
		"ver": "2.0", "tid": a.TenantID, "oid": a.ObjectID,
		"name": a.Name, "preferred_username": a.Email, "acct": 0,
	}
	if a.Email != "" {
		claims["email"] = a.Email
	}
	if a.EDOV != nil {
		claims["xms_edov"] = a.EDOV
	}
	if a.Guest {
		claims["acct"] = 1
		claims["idp"] = "https://sts.windows.net/" + uuid.NewSHA1(uuid.NameSpaceDNS, []byte(a.Email)).String() + "/"
	}
	return claims
}

// googleSubject returns 21 digits, like Google's, and always the same for an account.
func googleSubject(id string) string {
	sum := sha256.Sum256([]byte("google:" + id))
	digits := new(big.Int).SetBytes(sum[:]).String()
	return "1" + digits[:20]
}

// pairwise returns a subject that no other client gets.
func pairwise(clientID string, a *Account) string {
	sum := sha256.Sum256([]byte(clientID + "|" + a.TenantID + "|" + a.ObjectID))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func objectID(a Account) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("entra:"+a.TenantID+":"+a.ID)).String()
}

func mountGoogle(s *Server, mux *http.ServeMux) {
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		op.Discover(w, s.discovery(s.base, s.base+"/o/oauth2/v2/auth", s.base+"/token", s.base+"/oauth2/v3/certs"))
	})
	mux.HandleFunc("/o/oauth2/v2/auth", s.authorize)
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("GET /oauth2/v3/certs", s.keys)
}

// mountEntra registers the endpoints at the paths of login.microsoftonline.com.
func mountEntra(s *Server, mux *http.ServeMux) {
	known := func(next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if !s.tenantExists(r.PathValue("tenant")) {
				http.Error(w, "AADSTS90002: there is no such tenant", http.StatusBadRequest)
				return
			}
			next(w, r)
		}
	}
	mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", known(s.discoverTenant))
	mux.HandleFunc("/{tenant}/oauth2/v2.0/authorize", known(s.authorize))
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", known(s.token))
	mux.HandleFunc("GET /{tenant}/discovery/v2.0/keys", known(s.keys))
}

// discoverTenant returns the discovery document of a tenant; that of `organizations` has the issuer with its
// placeholder. As with the original, it does not mention PKCE.
func (s *Server) discoverTenant(w http.ResponseWriter, r *http.Request) {
	tenant := r.PathValue("tenant")
	issuer, root := s.TenantIssuer(tenant), s.base+"/"+tenant
	if tenant == organizations {
		issuer = s.Issuer()
	}
	document := s.discovery(issuer, root+"/oauth2/v2.0/authorize", root+"/oauth2/v2.0/token", root+"/discovery/v2.0/keys")
	document.SubjectTypesSupported = []string{"pairwise"}
	document.CodeChallengeMethodsSupported = nil
	op.Discover(w, document)
}

func (s *Server) discovery(issuer, authorize, token, keys string) *oidc.DiscoveryConfiguration {
	return &oidc.DiscoveryConfiguration{
		Issuer: issuer, AuthorizationEndpoint: authorize, TokenEndpoint: token, JwksURI: keys,
		ScopesSupported:                   []string{oidc.ScopeOpenID, oidc.ScopeEmail, oidc.ScopeProfile},
		ResponseTypesSupported:            []string{string(oidc.ResponseTypeCode)},
		ResponseModesSupported:            []string{string(oidc.ResponseModeQuery), string(oidc.ResponseModeFormPost)},
		GrantTypesSupported:               []oidc.GrantType{oidc.GrantTypeCode},
		SubjectTypesSupported:             []string{"public"},
		IDTokenSigningAlgValuesSupported:  []string{"RS256"},
		TokenEndpointAuthMethodsSupported: []oidc.AuthMethod{oidc.AuthMethodPost, oidc.AuthMethodBasic},
		CodeChallengeMethodsSupported:     []oidc.CodeChallengeMethod{oidc.CodeChallengeMethodS256},
	}
}

func (s *Server) tenantExists(tenant string) bool {
	return tenant == organizations || slices.Contains(s.config.TenantIDs, tenant) ||
		slices.ContainsFunc(s.config.Accounts, func(a Account) bool { return a.TenantID == tenant })
}
