package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// WatchRun returns a run and, for each viewer, nil or the error that ends their access, in one round trip. The caller
// has checked that the run is in the viewers' scope.
func (db *DB) WatchRun(ctx context.Context, msspID, runID string, viewers []portal.Viewer) (portal.SyncRun, []error, error) {
	var run portal.SyncRun
	standing := make([]error, len(viewers))
	// The run is read before the viewers are checked, so that no viewer gets an event that is newer than their access.
	err := db.systemRead(ctx, viewerRoles[portal.LevelMSSP], msspID, func(batch *pgx.Batch) {
		collectRow(batch.Queue(`
			select `+runColumns+`
			from `+runTables+`
			where r.mssp_id = $1
			and r.id = $2`, msspID, runID), "run", &run)
		batch.Queue(setScope, roleAuth, "", "", "")
		for i, v := range viewers {
			queueViewerCheckFunc(batch, v, func(err error) error {
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
