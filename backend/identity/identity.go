package identity

import (
	"context"
	"errors"
	"net/http"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
)

// GoogleConfig is the portal's registration with Google.
type GoogleConfig struct {
	Issuer, ClientID, ClientSecret string
}

// EntraConfig is the portal's registration with Entra ID. Issuer holds the literal {tenantid}; Tenants are those whose
// people may sign in.
type EntraConfig struct {
	Issuer, ClientID string
	Tenants          []string
}

// Config says whom to trust. A nil provider is not offered.
type Config struct {
	Google     *GoogleConfig
	Entra      *EntraConfig
	HTTPClient *http.Client
	Secret     *session.Sealer
	Now        func() time.Time
}

// Service signs people in and invites them.
type Service struct{}

var errUnfinished = errors.New("not written yet")

// New checks the settings; it makes no call to any provider.
func New(db *postgres.DB, sessions *session.Sessions, c Config) (*Service, error) {
	return &Service{}, nil
}
func (s *Service) Providers() []portal.Provider { return nil }
func (s *Service) Begin(ctx context.Context, n portal.NewAttempt) (portal.Attempt, error) {
	return portal.Attempt{}, errUnfinished
}
func (s *Service) Redeem(ctx context.Context, g portal.CodeGrant, c session.Client) (portal.Tokens, error) {
	return portal.Tokens{}, errUnfinished
}
func (s *Service) Invite(ctx context.Context, v portal.Viewer, n portal.NewInvite, c session.Client) (portal.CreatedInvite, error) {
	return portal.CreatedInvite{}, errUnfinished
}

// NewInviteCode makes a code to hand over and the hash to keep.
func NewInviteCode() (code string, hash []byte) { return "", nil }
