package identity

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
)

// GoogleConfig is the portal's registration with Google.
type GoogleConfig struct {
	Issuer, ClientID, ClientSecret string
}

// EntraConfig is the portal's registration with Entra ID. Issuer contains the placeholder {tenantid}; only users of the
// Tenants may sign in.
type EntraConfig struct {
	Issuer, ClientID string
	Tenants          []string
}

// Config lists the trusted providers. A provider that is nil is not offered.
type Config struct {
	Google      *GoogleConfig
	Entra       *EntraConfig
	HTTPClient  *http.Client // nil: the default, with the system's certificates and proxy
	Secret      *session.Sealer
	EnqueueMail postgres.EnqueueMail // queues the mail of an invite; nil if the portal sends no mail
	Now         func() time.Time
	Log         *slog.Logger // nil: slog.Default()
	// Bound returns a context with the deadline of a call to a provider; nil: ten seconds.
	Bound func(context.Context) (context.Context, context.CancelFunc)
}

// withDefaults returns c with its optional fields set.
func (c Config) withDefaults() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Bound == nil {
		c.Bound = func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, providerTimeout)
		}
	}
	return c
}

// Service signs users in and creates invites.
type Service struct {
	db          *postgres.DB
	sessions    *session.Sessions
	sealer      *session.Sealer
	enqueueMail postgres.EnqueueMail
	providers   []*provider
	tenants     []string
	log         *slog.Logger
}

// New checks the settings; its error names the first invalid one. It does not call the providers, so that the API
// starts while one is down.
func New(db *postgres.DB, sessions *session.Sessions, c Config) (*Service, error) {
	if c.Secret == nil {
		return nil, errors.New("sign-in needs the secret key of PORTAL_SECRET_KEY_FILE")
	}
	c = c.withDefaults()
	s := &Service{db: db, sessions: sessions, sealer: c.Secret, enqueueMail: c.EnqueueMail, log: c.Log}
	calls := newTransport(c)
	if c.Google != nil {
		if err := c.Google.check(); err != nil {
			return nil, err
		}
		s.providers = append(s.providers, newGoogle(*c.Google, calls))
	}
	if c.Entra != nil {
		tenants, err := c.Entra.check()
		if err != nil {
			return nil, err
		}
		s.tenants = tenants
		s.providers = append(s.providers, newEntra(*c.Entra, tenants, calls))
	}
	return s, nil
}

// Providers returns the providers that users can sign in with.
func (s *Service) Providers() []portal.Provider {
	list := make([]portal.Provider, 0, len(s.providers))
	for _, p := range s.providers {
		list = append(list, portal.Provider{ID: p.id, Name: p.name, Kind: "oidc"})
	}
	return list
}

// provider returns a configured provider; Invalid for any other.
func (s *Service) provider(id portal.ProviderID) (*provider, error) {
	for _, p := range s.providers {
		if p.id == id {
			return p, nil
		}
	}
	return nil, portal.InvalidField("provider", "This provider is not set up for the portal.")
}

func (g GoogleConfig) check() error {
	switch {
	case g.ClientID == "":
		return errors.New("PORTAL_GOOGLE_CLIENT_ID is not set: it must be the client id of a Desktop app registered with Google")
	case g.ClientSecret == "":
		return errors.New("PORTAL_GOOGLE_CLIENT_SECRET is not set: Google requires it at the token endpoint even with PKCE")
	}
	return checkIssuer("PORTAL_GOOGLE_ISSUER", g.Issuer)
}

const tenantPlaceholder = "{tenantid}"

// check returns the tenant ids in canonical form.
func (e EntraConfig) check() ([]string, error) {
	if e.ClientID == "" {
		return nil, errors.New("PORTAL_ENTRA_CLIENT_ID is not set: it must be the claimRequest (client) id registered with Entra ID")
	}
	if strings.Count(e.Issuer, tenantPlaceholder) != 1 {
		return nil, fmt.Errorf("PORTAL_ENTRA_ISSUER must contain %s once, as https://login.microsoftonline.com/%s/v2.0 does",
			tenantPlaceholder, tenantPlaceholder)
	}
	if err := checkIssuer("PORTAL_ENTRA_ISSUER", strings.Replace(e.Issuer, tenantPlaceholder, "tenant", 1)); err != nil {
		return nil, err
	}
	if len(e.Tenants) == 0 {
		return nil, errors.New("PORTAL_ENTRA_TENANTS is not set: it must list the ids of the tenants whose users may sign in")
	}
	tenants := make([]string, 0, len(e.Tenants))
	for _, text := range e.Tenants {
		tenant, err := tenantID(text)
		if err != nil {
			return nil, fmt.Errorf("PORTAL_ENTRA_TENANTS must list tenant ids (GUIDs), not %q", text)
		}
		tenants = append(tenants, tenant)
	}
	return tenants, nil
}

// tenantID parses a tenant's GUID and returns it in canonical form.
func tenantID(text string) (string, error) {
	text = strings.TrimSpace(text)
	if len(text) != len(uuid.Nil.String()) {
		return "", errors.New("not a GUID")
	}
	id, err := uuid.Parse(text)
	return id.String(), err
}

// checkIssuer accepts https, and http on loopback only.
func checkIssuer(setting, issuer string) error {
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%s must be a URL such as https://accounts.google.com, not %q", setting, issuer)
	}
	if !secure(u) {
		return fmt.Errorf("%s must begin with https:// (http is accepted on loopback only), not %q", setting, issuer)
	}
	return nil
}

func secure(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && portal.Loopback(u.Hostname())
}
