// Package provider runs identity providers for development and tests: one that behaves as Google does, one that
// behaves as Entra ID does. They speak real OpenID Connect over HTTP, with login pages a browser can use, and are as
// strict as the originals about redirect addresses, PKCE and client secrets. They keep everything in memory and ask
// for no password, so they listen on loopback only.
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

// Account is somebody who can sign in.
type Account struct {
	// ID names the account on the login page and to Authorize: letters, digits, dot, dash and underscore.
	// Google's sub and, where ObjectID is empty, Entra ID's oid are made from it and stay the same over restarts.
	ID, Name, Email string

	// EmailVerified and HostedDomain (the hd claim of a Workspace account, "" for a consumer's) are Google's.
	EmailVerified bool
	HostedDomain  string

	// TenantID, ObjectID, EDOV (the xms_edov claim as it is to be sent, nil to leave it out) and Guest are Entra ID's.
	TenantID, ObjectID string
	EDOV               any
	Guest              bool
}

// Config says who may sign in, and for which client.
type Config struct {
	Listen       string // a loopback address; "" means 127.0.0.1:0
	ClientID     string
	ClientSecret string // Google only: Entra ID's client is a public one
	Accounts     []Account
	TenantIDs    []string // Entra ID only: tenants that exist beside those of the accounts
}

// Server is one running provider.
type Server struct {
	flavour  *flavour
	config   Config
	base     string
	provider *op.Provider
	storage  *storage
	sessions *sessions
	http     *http.Server
}

// StartGoogle starts a provider with Google's particulars: one issuer, the client secret asked for at the token
// endpoint even with PKCE, iss in the redirect, redirects to http://127.0.0.1 or http://[::1] with any port and the
// path /callback/google. It runs until Close or the end of ctx.
func StartGoogle(ctx context.Context, c Config) (*Server, error) {
	if c.ClientSecret == "" {
		return nil, fmt.Errorf("the Google provider needs a client secret")
	}
	return start(ctx, c, &google)
}

// StartEntra starts a provider with Entra ID's particulars: one issuer for each tenant with a discovery document of
// its own, and `organizations` for all of them; a public client that must not send a secret; redirects to
// http://localhost with any port and the path /callback/entra. A tenant's own authorization endpoint lets only that
// tenant's accounts in; that of `organizations` lets everybody in. It runs until Close or the end of ctx.
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

// Issuer answers the issuer, which for Entra ID holds the literal {tenantid}.
func (s *Server) Issuer() string { return s.base + s.flavour.issuerPath }

// TenantIssuer answers the issuer of one Entra ID tenant.
func (s *Server) TenantIssuer(tenantID string) string {
	return strings.Replace(s.Issuer(), tenantPlaceholder, tenantID, 1)
}

// Subject answers the sub claim the account's ID tokens carry; "" for an account that is not known.
func (s *Server) Subject(accountID string) string {
	if a := s.account(accountID); a != nil {
		return s.flavour.subject(s, a)
	}
	return ""
}

// Accounts answers who may sign in, for Entra ID with every oid filled in.
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
	mux.HandleFunc("POST /login", s.answerLogin)
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
		return fmt.Errorf("a provider needs a client id")
	}
	seen := map[string]bool{}
	for _, a := range c.Accounts {
		if !accountID.MatchString(a.ID) || seen[a.ID] {
			return fmt.Errorf("account id %q is malformed or taken", a.ID)
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

// redirectAllowed reports whether uri is one the client has registered: the port is free, the rest is exact.
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
