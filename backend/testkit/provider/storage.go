package provider

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/subtle"
	"errors"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// codeLifetime is how long a sign-in may take, and how long its code is good.
const codeLifetime = 10 * time.Minute

// storage contains the sign-ins in progress. The other methods of the embedded interface belong to endpoints that are
// not mounted: refresh, introspection, logout.
type storage struct {
	op.Storage
	server   *Server
	key      *rsa.PrivateKey
	keyID    string
	mu       sync.Mutex
	requests map[string]*authRequest
	codes    map[string]string
}

func newStorage(s *Server) (*storage, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	return &storage{
		server: s, key: key, keyID: rand.Text(),
		requests: map[string]*authRequest{}, codes: map[string]string{},
	}, nil
}

var errUnknown = errors.New("unknown, used or expired")

func (s *storage) CreateAuthRequest(_ context.Context, r *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	request := &authRequest{AuthRequest: r, id: rand.Text(), server: s.server, created: time.Now()}
	s.requests[request.id] = request
	return request, nil
}

func (s *storage) find(id string) (*authRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	request := s.requests[id]
	if request == nil || time.Since(request.created) > codeLifetime {
		return nil, errUnknown
	}
	return request, nil
}

func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = id
	return nil
}

func (s *storage) AuthRequestByCode(_ context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id := s.codes[code]
	s.mu.Unlock()
	return s.find(id)
}

// choose sets the account of a sign-in, and reports whether it was still open.
func (s *storage) choose(request *authRequest, account *Account) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.requests[request.id] == nil || request.account != nil {
		return false
	}
	request.account = account
	return true
}

// burn ends a sign-in. Of several concurrent calls only one succeeds, so that a code is valid once.
func (s *storage) burn(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.requests[id] == nil {
		return errUnknown
	}
	delete(s.requests, id)
	return nil
}

func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != s.server.config.ClientID {
		return nil, errors.New("no such client")
	}
	return client{server: s.server}, nil
}

func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	want := s.server.config
	if id != want.ClientID || subtle.ConstantTimeCompare([]byte(secret), []byte(want.ClientSecret)) != 1 {
		return errors.New("wrong client secret")
	}
	return nil
}

func (s *storage) KeySet(context.Context) ([]op.Key, error) {
	return []op.Key{publicKey{id: s.keyID, key: &s.key.PublicKey}}, nil
}

type publicKey struct {
	id  string
	key *rsa.PublicKey
}

func (k publicKey) ID() string                         { return k.id }
func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                           { return k.key }

// authRequest is a sign-in in progress; account is set once the user has chosen.
type authRequest struct {
	*oidc.AuthRequest
	id      string
	server  *Server
	tenant  string // "" for Google
	account *Account
	created time.Time
}

func (r *authRequest) GetID() string          { return r.id }
func (r *authRequest) GetACR() string         { return "" }
func (r *authRequest) GetAMR() []string       { return nil }
func (r *authRequest) GetAudience() []string  { return []string{r.ClientID} }
func (r *authRequest) GetAuthTime() time.Time { return r.created }
func (r *authRequest) GetClientID() string    { return r.ClientID }
func (r *authRequest) GetNonce() string       { return r.Nonce }
func (r *authRequest) GetScopes() []string    { return r.Scopes }
func (r *authRequest) GetSubject() string     { return r.server.flavour.subject(r.server, r.account) }
func (r *authRequest) Done() bool             { return r.account != nil }

func (r *authRequest) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: r.CodeChallenge, Method: r.CodeChallengeMethod}
}

// issuer returns the issuer of the account's tokens.
func (r *authRequest) issuer() string { return r.server.TenantIssuer(r.account.TenantID) }

// client is the portal's registration at the provider.
type client struct {
	op.Client
	server *Server
}

func (c client) GetID() string                       { return c.server.config.ClientID }
func (c client) RedirectURIs() []string              { return nil }
func (c client) ApplicationType() op.ApplicationType { return op.ApplicationTypeNative }
func (c client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c client) GrantTypes() []oidc.GrantType { return []oidc.GrantType{oidc.GrantTypeCode} }
func (c client) LoginURL(id string) string    { return "/login?id=" + id }

func (c client) AuthMethod() oidc.AuthMethod {
	if c.server.flavour.secret {
		return oidc.AuthMethodPost
	}
	return oidc.AuthMethodNone
}
