package customersync

import (
	"context"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/postgres"
)

// perMinute returns how many calls a minute are made to one endpoint of a product with one key; 0: no limit.
func (s *Service) perMinute(p connector.Product) int {
	if rate, set := s.config.Rates[p.ID]; set {
		return rate
	}
	return p.PerMinute
}

// interval returns the least time between two calls of one endpoint with one key; 0: no limit.
func (s *Service) interval(p connector.Product) time.Duration {
	rate := s.perMinute(p)
	if rate <= 0 {
		return 0
	}
	return time.Minute / time.Duration(rate)
}

// claim records a call that is about to be made. It first waits, by clock, until no call for the connection in any
// process is closer than c.Every; the error may be that of clock.Sleep.
func (s *Service) claim(ctx context.Context, c postgres.Call, clock connector.Clock) error {
	if c.Every == 0 {
		return nil
	}
	for {
		c.At = clock.Now()
		tooClose, err := s.db.ClaimCall(ctx, c)
		if err != nil || tooClose.IsZero() {
			return err
		}
		if err := clock.Sleep(ctx, tooClose.Add(c.Every).Sub(clock.Now())); err != nil {
			return err
		}
	}
}

// recordCall records a call that need not wait for others.
func (s *Service) recordCall(ctx context.Context, c postgres.Call) error {
	if c.Every == 0 {
		return nil
	}
	c.At = s.config.Clock.Now()
	_, err := s.db.ClaimCall(ctx, c)
	return err
}
