package session

import (
	"context"
	"errors"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// Config says how long sessions last and who issues them. Zero durations mean the defaults.
type Config struct {
	Issuer      string        // PORTAL_PUBLIC_URL: issuer and audience of the access tokens
	AccessTTL   time.Duration // 10 minutes
	IdleTTL     time.Duration // 14 days
	AbsoluteTTL time.Duration // 90 days
	Grace       time.Duration // 30 seconds
	Now         func() time.Time
}

// Client is what is known of the program that asks: Device for the list of sessions, RequestID for the audit log.
// IP is for limits only and is not kept.
type Client struct {
	Device    string
	IP        string
	RequestID string
}

// Sessions issues, renews, checks and ends sessions.
type Sessions struct {
	db     *postgres.DB
	sealer *Sealer
	config Config
}

// New checks c and makes Sessions; it does not touch the database.
func New(db *postgres.DB, sealer *Sealer, c Config) (*Sessions, error) {
	return &Sessions{db: db, sealer: sealer, config: c}, nil
}

var errUnfinished = errors.New("not written yet")

func (s *Sessions) Start(ctx context.Context, userID string, c Client) (portal.Tokens, error) {
	return portal.Tokens{}, errUnfinished
}
func (s *Sessions) Refresh(ctx context.Context, refreshToken string, c Client) (portal.Tokens, error) {
	return portal.Tokens{}, errUnfinished
}
func (s *Sessions) Verify(ctx context.Context, accessToken string) (portal.Viewer, error) {
	return portal.Viewer{}, errUnfinished
}
func (s *Sessions) WithGrant(ctx context.Context, v portal.Viewer, grantID string) (portal.Viewer, error) {
	return v, errUnfinished
}
func (s *Sessions) End(ctx context.Context, v portal.Viewer) error         { return errUnfinished }
func (s *Sessions) RotateKeys(ctx context.Context) (kid string, err error) { return "", errUnfinished }
func (s *Sessions) JWKS(ctx context.Context) ([]byte, error)               { return nil, errUnfinished }
