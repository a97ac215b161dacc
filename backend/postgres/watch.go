package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// WatchRun answers a run for those who look at it, and of each of them, in one round trip, nil or why they may no longer.
// The caller has seen to it that the run is in their scope.
func (db *DB) WatchRun(ctx context.Context, msspID, runID string, viewers []portal.Viewer) (portal.SyncRun, []error, error) {
	var run portal.SyncRun
	standing := make([]error, len(viewers))
	// The run before who may see it: whoever may not is told nothing that came after their end.
	err := db.systemRead(ctx, viewerRoles[portal.LevelMSSP], msspID, func(batch *pgx.Batch) {
		collectOne(batch.Queue(`
			select `+runColumns+`
			from `+runTables+`
			where r.mssp_id = $1
			and r.id = $2`, msspID, runID), "run", &run)
		batch.Queue(setScope, roleAuth, "", "", "")
		for i, v := range viewers {
			queueStandingOf(batch, v, func(err error) error {
				standing[i] = err
				return nil
			})
		}
	})
	if err != nil {
		return portal.SyncRun{}, nil, fmt.Errorf("watch run: %w", err)
	}
	return run, standing, nil
}
