package sync

import (
	"context"
	"errors"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// errSealed is why a connection cannot be used at all.
var errSealed = errors.New("the API key does not open")

// reader opens the connection of a run.
func (s *Service) reader(ctx context.Context, lease postgres.Lease, o Options) (Reader, error) {
	connection, err := s.db.Connection(ctx, lease.MSSPID, lease.ConnectionID)
	if err != nil {
		return nil, err
	}
	connector, err := s.connector(connection.ProductID)
	if err != nil {
		return nil, err
	}
	key, err := s.sealer.Open(connection.APIKeySealed, APIKeyContext(connection))
	if err != nil {
		return nil, errSealed
	}
	o.PerMinute, o.HTTPClient = s.config.PerMinute, s.httpFor(connection.PublicOnly)
	return connector.Open(connection.Settings(), string(key), o)
}

// realClock is time itself.
type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

func (realClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

var _ portal.Clock = realClock{}
