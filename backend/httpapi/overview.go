package httpapi

import (
	"context"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// overviewQuery is the part of an overview's ETag that changes with time: syncs become stale although no data changes.
type overviewQuery struct{ Period time.Time }

func (s *server) overview(ctx context.Context, in *struct{ Conditional }) (*conditionalOutput[portal.Overview], error) {
	period := overviewQuery{s.Now().UTC().Truncate(s.Sync.Every())}
	return conditionallyBy(ctx, s.DB.OverviewStamp, in.Conditional, period, func(v portal.Viewer) (portal.Overview, postgres.Stamp, error) {
		return s.DB.Overview(ctx, v, s.Sync.StaleAfter())
	})
}
