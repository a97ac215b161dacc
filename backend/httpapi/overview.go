package httpapi

import (
	"context"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// overviewOf is what an overview's ETag says beside the state it was read from: syncs become stale though nothing changes.
type overviewOf struct{ Period time.Time }

func (s *server) overview(ctx context.Context, in *struct{ Conditional }) (*answer[portal.Overview], error) {
	period := overviewOf{s.Now().UTC().Truncate(s.Sync.Every())}
	return conditionally(ctx, s, in.Conditional, period, func(v portal.Viewer) (portal.Overview, postgres.Stamp, error) {
		return s.DB.Overview(ctx, v, s.Sync.StaleAfter())
	})
}
