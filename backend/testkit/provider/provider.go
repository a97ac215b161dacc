// Package provider runs identity providers for development and tests: one that behaves like Google, and one that
// behaves like Entra ID. They implement OpenID Connect over HTTP, with login pages for a browser, and are as strict as
// the originals about redirect addresses, PKCE and client secrets. They keep everything in memory and require no
// password, so they listen on loopback only.
package provider

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"

	"fs-client-portal/backend/portal"
)

// Account is an account that can sign in.
type Account struct {
	// ID is the account's name on the login page and for Authorize: letters, digits, dot, dash and underscore.
	// Google's sub and, where ObjectID is empty, Entra ID's oid are derived from it and stay the same after a restart.
	ID, Name, Email string

	// EmailVerified and HostedDomain (the hd claim of a Workspace account, "" for a consumer account) are Google's.
	EmailVerified bool
	HostedDomain  string

	// TenantID, ObjectID, EDOV (the value of the xms_edov claim, nil to omit it) and Guest are Entra ID's.
	TenantID, ObjectID string
	EDOV               any
	Guest              bool
}

// Config has the accounts and the client of a provider.
type Config struct {
	Listen       string // a loopback address; "" means 127.0.0.1:0
	ClientID     string
	ClientSecret string // Google only: Entra ID's client is a public one
	Accounts     []Account
	TenantIDs    []string // Entra ID only: tenants in addition to those of the accounts
}

// Server is a running provider.
type Server struct {
	flavour  *flavour
	config   Config
	base     string
	provider *op.Provider
	storage  *storage
	sessions *sessions
	http     *http.Server
}

// StartGoogle starts a provider that behaves like Google: one issuer, a client secret required at the token endpoint
// even with PKCE, iss in the redirect, redirects to http://127.0.0.1 or http://[::1] with any port and the path
// /callback/google. It runs until Close or the end of ctx.
func StartGoogle(ctx context.Context, c Config) (*Server, error) {
	if c.ClientSecret == "" {
		return nil, fmt.Errorf("the Google provider requires a client secret")
	}
	return start(ctx, c, &google)
}

// StartEntra starts a provider that behaves like Entra ID: an issuer with a discovery document for each tenant, and
// `organizations` for all of them; a public client that must not send a secret; redirects to http://localhost with any
// port and the path /callback/entra. A tenant's own authorization endpoint accepts only accounts of that tenant; that
// of `organizations` accepts all. It runs until Close or the end of ctx.
func StartEntra(ctx context.Context, c Config) (*Server, error) {
	if c.ClientSecret != "" {
		return nil, fmt.Errorf("the Entra ID provider's client is public: it has no secret")
	}
	c.Accounts = slices.Clone(c.Accounts)
	for i, a := range c.Accounts {
		if a.TenantID == "" {
			return nil, fmt.Errorf("account %s has no tenant", a.ID)
		}
		if a.ObjectID == "" {
			c.Accounts[i].ObjectID = objectID(a)
		}
	}
	return start(ctx, c, &entra)
}

// Issuer returns the issuer, which for Entra ID contains the literal {tenantid}.
func (s *Server) Issuer() string { return s.base + s.flavour.issuerPath }

// TenantIssuer returns the issuer of an Entra ID tenant.
func (s *Server) TenantIssuer(tenantID string) string {
	return strings.Replace(s.Issuer(), tenantPlaceholder, tenantID, 1)
}

// Subject returns the sub claim of the account's ID tokens, "" for an unknown account.
func (s *Server) Subject(accountID string) string {
	if a := s.account(accountID); a != nil {
		return s.flavour.subject(s, a)
	}
	return ""
}

// Accounts returns the accounts, for Entra ID with every oid set.
func (s *Server) Accounts() []Account { return slices.Clone(s.config.Accounts) }

// Close stops the provider at once.
func (s *Server) Close() error { return s.http.Close() }

func start(ctx context.Context, c Config, f *flavour) (*Server, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	listener, err := listen(ctx, c.Listen)
	if err != nil {
		return nil, err
	}
	s := &Server{flavour: f, config: c, base: "http://" + listener.Addr().String(), sessions: newSessions()}
	if err := s.build(); err != nil {
		return nil, fmt.Errorf("could not build the %s provider: %w", f.name, err)
	}
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second}
	go s.http.Serve(listener) //nolint:errcheck // it ends by Close
	context.AfterFunc(ctx, func() { s.http.Close() })
	return s, nil
}

func (s *Server) build() (err error) {
	if s.storage, err = newStorage(s); err != nil {
		return err
	}
	config := &op.Config{CodeMethodS256: true, AuthMethodPost: true}
	if _, err := rand.Read(config.CryptoKey[:]); err != nil {
		return err
	}
	s.provider, err = op.NewProvider(config, s.storage, op.StaticIssuer(s.base), op.WithAllowInsecure())
	return err
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	s.flavour.mount(s, mux)
	mux.HandleFunc("GET /login", s.showLogin)
	mux.HandleFunc("POST /login", s.submitLogin)
	return mux
}

func (s *Server) account(id string) *Account {
	for i := range s.config.Accounts {
		if s.config.Accounts[i].ID == id {
			return &s.config.Accounts[i]
		}
	}
	return nil
}

var accountID = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

func (c Config) check() error {
	if c.ClientID == "" {
		return fmt.Errorf("a provider requires a client id")
	}
	seen := map[string]bool{}
	for _, a := range c.Accounts {
		if !accountID.MatchString(a.ID) || seen[a.ID] {
			return fmt.Errorf("account id %q is malformed or already used", a.ID)
		}
		seen[a.ID] = true
	}
	return nil
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil || !portal.Loopback(host) {
		return nil, fmt.Errorf("a development provider listens on a loopback address only, not on %q", address)
	}
	return new(net.ListenConfig).Listen(ctx, "tcp", address)
}

// redirectAllowed reports whether uri is registered for the client: the port is free, everything else must match
// exactly.
func (f *flavour) redirectAllowed(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "http" || u.Port() == "" || u.Path != f.redirectPath {
		return false
	}
	for _, host := range f.redirectHosts {
		if uri == "http://"+host+":"+u.Port()+f.redirectPath {
			return true
		}
	}
	return false
}
