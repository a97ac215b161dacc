// Package hostile is a fake identity provider for tests, which misbehaves as scripted. Without a script it behaves like
// Google or Entra ID, under their real host names: its Client connects to it for any address, and to no other server.
package hostile

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"fs-client-portal/backend/portal"
)

// The portal's configuration of the provider.
const (
	GoogleIssuer = "https://accounts.google.com"
	EntraIssuer  = "https://login.microsoftonline.com/{tenantid}/v2.0"
	ClientID     = "hostile-client"
	ClientSecret = "hostile-client-secret"
)

// Tenants of Entra ID: the user's own, two others, and the one of all private accounts.
const (
	Contoso  = "11111111-1111-4111-8111-111111111111"
	Fabrikam = "22222222-2222-4222-8222-222222222222"
	Stranger = "33333333-3333-4333-8333-333333333333"
	Private  = "9188040d-6c67-4c5b-b112-36a304b66dad"
)

// Evil is the attacker's address. Every response below it supports the attack.
const Evil = "https://evil.example"

// Endpoint is one of the three that the portal itself calls.
type Endpoint string

const (
	Discovery Endpoint = "discovery"
	Keys      Endpoint = "keys"
	Token     Endpoint = "token"
)

// Person is the user who signs in, with an account of a Workspace or tenant that owns the domain of the address.
type Person struct{ ID, Email, Name string }

// Script is how the provider deviates. In its maps a value replaces the original one, and Missing removes it.
type Script struct {
	Header        map[string]any                // of the ID token
	Claims        map[string]any                // of the ID token
	Payload       func(string) string           // rewrites the encoded claims
	Sign          Signer                        // instead of RS256 with the published key
	Compact       func(token string) string     // rewrites the finished ID token
	TokenResponse map[string]any                // of the token endpoint's response
	Facts         map[string]any                // of the discovery document
	KeySet        []any                         // instead of the published key
	Serve         map[Endpoint]http.HandlerFunc // instead of the endpoint's own handler
}

type missing struct{}

// Missing removes a member.
var Missing any = missing{}

// Server is a provider.
type Server struct {
	Provider portal.ProviderID
	Person   Person

	mu         sync.Mutex
	script     Script
	nonces     map[string]string // by authorization code
	calls      map[Endpoint]int
	unexpected []string
	secrets    []string
	bounds     []context.CancelFunc
	client     *http.Client
}

// Start starts a provider that behaves correctly. It stops with the test.
func Start(t testing.TB, provider portal.ProviderID, who Person) *Server {
	s := &Server{Provider: provider, Person: who, nonces: map[string]string{}, calls: map[Endpoint]int{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}
	// There is no TLS, so that the provider can serve host names that are not its own.
	s.client = &http.Client{Transport: &http.Transport{DialContext: dial, DialTLSContext: dial}}
	t.Cleanup(s.client.CloseIdleConnections)
	return s
}

// Client connects to the provider for any address.
func (s *Server) Client() *http.Client { return s.client }

// Play makes the provider follow the script from now on.
func (s *Server) Play(script Script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = script
}

// Authorize signs the user in and returns the authorization code.
func (s *Server) Authorize(nonce string) (code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	code = "code-" + rand.Text()
	s.nonces[code] = nonce
	return code
}

// Calls returns the number of requests to an endpoint.
func (s *Server) Calls(e Endpoint) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[e]
}

// UnexpectedRequests returns the requested addresses that are not the provider's own.
func (s *Server) UnexpectedRequests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.unexpected)
}

// Secrets returns everything secret that passed through the token endpoint in either direction.
func (s *Server) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.secrets)
}

func (s *Server) addSecrets(secrets ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secrets = append(s.secrets, secrets...)
}

// host returns the provider's real host name.
func (s *Server) host() string {
	if s.Provider == portal.Google {
		return "accounts.google.com"
	}
	return "login.microsoftonline.com"
}

// issuer returns a tenant's issuer; Google has no tenants.
func (s *Server) issuer(tenant string) string {
	if s.Provider == portal.Google {
		return GoogleIssuer
	}
	return strings.Replace(EntraIssuer, "{tenantid}", tenant, 1)
}

// ServeHTTP responds as the provider, and at every other address as the attacker.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e, tenant := endpoint(r.URL.Path)
	s.mu.Lock()
	own := r.Host == s.host() && e != ""
	if own {
		s.calls[e]++
	} else {
		s.unexpected = append(s.unexpected, r.Host+r.URL.Path)
	}
	script := s.script
	s.mu.Unlock()
	switch {
	case !own && r.Method == http.MethodPost:
		s.serveToken(w, r, Script{})
	case !own:
		reply(w, map[string]any{"keys": []any{JWK("k1", Foreign()), JWK("foreign", Foreign())}})
	case script.Serve[e] != nil:
		script.Serve[e](w, r)
	case e == Discovery:
		s.serveDiscovery(w, tenant, script)
	case e == Keys:
		s.serveKeys(w, script)
	default:
		s.serveToken(w, r, script)
	}
}

func endpoint(path string) (e Endpoint, tenant string) {
	tenant = strings.Split(strings.TrimPrefix(path, "/"), "/")[0]
	for suffix, e := range map[string]Endpoint{"/.well-known/openid-configuration": Discovery, "/keys": Keys, "/token": Token} {
		if strings.HasSuffix(path, suffix) {
			return e, tenant
		}
	}
	return "", ""
}

func (s *Server) serveDiscovery(w http.ResponseWriter, tenant string, script Script) {
	base, issuer := "https://"+s.host(), s.issuer(tenant)
	if s.Provider == portal.Entra {
		base += "/" + tenant
		if tenant == "organizations" {
			issuer = EntraIssuer
		}
	}
	reply(w, change(map[string]any{
		"issuer": issuer, "authorization_endpoint": base + "/authorize", "token_endpoint": base + "/token", "jwks_uri": base + "/keys",
	}, script.Facts))
}

func (s *Server) serveKeys(w http.ResponseWriter, script Script) {
	set := script.KeySet
	if set == nil {
		set = []any{JWK("k1", Key())}
	}
	reply(w, map[string]any{"keys": set})
}

func (s *Server) serveToken(w http.ResponseWriter, r *http.Request, script Script) {
	code, access := r.FormValue("code"), "access-"+rand.Text()
	s.mu.Lock()
	nonce := s.nonces[code]
	s.mu.Unlock()
	idToken := s.idToken(nonce, access, script)
	s.addSecrets(code, r.FormValue("code_verifier"), access, nonce, idToken)
	tokens := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 3600, "id_token": idToken}
	reply(w, change(tokens, script.TokenResponse))
}

func reply(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(body) //nolint:errcheck // the portal has gone away
}

func change(base, changes map[string]any) map[string]any {
	changed := maps.Clone(base)
	for name, value := range changes {
		if value == Missing {
			delete(changed, name)
		} else {
			changed[name] = value
		}
	}
	return changed
}
