// Package sync makes MSPs and clients of a product's customers, and is the only writer of those rows.
package sync

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// Sealer opens what the portal keeps sealed.
type Sealer interface {
	Open(sealed, aad []byte) ([]byte, error)
}

// Config says how to sync.
type Config struct {
	PerMinute  int           // calls a minute per endpoint; 0: no pacing
	Every      time.Duration // how often each connection is synced by itself; 0: 1 h
	HTTPClient *http.Client
	Log        *slog.Logger
	Jobs       bool // work jobs here; else this process only queues them
	// Chores run every hour on one replica, each under its name.
	Chores map[string]func(context.Context) error
	// Finished, if set, hears of every run that ended in this process.
	Finished func(portal.SyncRun)
}

// Service syncs.
type Service struct{}

// APIKeyContext is the associated data a connection's API key is sealed with: a sealed key moved to another connection
// does not open.
func APIKeyContext(c portal.Connection) []byte {
	return []byte("mssp_product.api_key:" + c.MSSPID + ":" + c.ID)
}

func New(db *postgres.DB, sealer Sealer, c Config) (*Service, error) {
	return nil, errors.New("not there yet")
}
func (s *Service) Start(ctx context.Context) error { return nil }
func (s *Service) Stop(ctx context.Context) error  { return nil }
func (s *Service) Request(ctx context.Context, viewer portal.Viewer) (portal.SyncRun, error) {
	return portal.SyncRun{}, errors.New("not there yet")
}
func (s *Service) RunNow(ctx context.Context, msspID string, progress func(portal.SyncRun)) (portal.SyncRun, error) {
	return portal.SyncRun{}, errors.New("not there yet")
}
