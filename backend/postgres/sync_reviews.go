package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// AcceptRun accepts a run that needs review for a viewer: it is queued again, and its rows are merged without another
// plausibility check. Errors: NotFound outside the viewer's scope, Conflict if the run no longer needs review,
// SyncRunning while its connection has another run queued or running.
func (db *DB) AcceptRun(ctx context.Context, viewer portal.Viewer, runID string, enqueue Enqueue) (portal.SyncRun, error) {
	run, err := db.review(ctx, viewer, runID, "sync_accepted", `
		status = 'queued', finished_at = null, heartbeat_at = null, retry_at = null, deaths = 0, error_code = null,
		error = null`,
		func(tx pgx.Tx, run portal.SyncRun) error { return enqueueAsLogin(ctx, tx, run, enqueue) })
	if constraint(err) == "sync_run_one_at_a_time" {
		return portal.SyncRun{}, errRunning()
	}
	return run, err
}

// DiscardRun ends a run that needs review; it changes no customer. Errors as AcceptRun.
func (db *DB) DiscardRun(ctx context.Context, viewer portal.Viewer, runID string) (portal.SyncRun, error) {
	return db.review(ctx, viewer, runID, "sync_discarded", "status = 'discarded', finished_at = clock_timestamp()",
		func(tx pgx.Tx, _ portal.SyncRun) error { return deleteStaged(ctx, tx, viewer.Scope.MSSPID, runID) })
}

// review records a viewer's decision on a run. It reads the run as the viewer, which checks the scope, and writes it as
// the role of the sync.
func (db *DB) review(
	ctx context.Context, viewer portal.Viewer, runID, action, set string, then func(pgx.Tx, portal.SyncRun) error,
) (portal.SyncRun, error) {
	if !validID(runID) {
		return portal.SyncRun{}, errNotFound("run")
	}
	var run portal.SyncRun
	err := db.As(viewer).Write(ctx, func(tx pgx.Tx) (err error) {
		mssp := viewer.Scope.MSSPID
		if run, err = findRun(ctx, tx, mssp, runID); errors.Is(err, pgx.ErrNoRows) {
			return errNotFound("run")
		} else if err != nil {
			return err
		}
		err = writeAudit(ctx, tx, AuditEntry{MSSPID: mssp, ActorID: viewer.UserID, Action: action, Target: runID})
		if err != nil {
			return err
		}
		name, err := nameOf(ctx, tx, viewer.UserID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, setScope, roleSync, mssp, "", ""); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			update sync_run r
			set `+set+`, reviewed_by = $3, reviewed_at = clock_timestamp()
			where r.mssp_id = $1
			and r.id = $2
			and r.status = 'needs_review'`, mssp, runID, viewer.UserID)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return portal.Errorf(portal.Conflict, "This sync does not wait for a review any more.")
		}
		if run, err = findRun(ctx, tx, mssp, runID); err != nil {
			return err
		}
		run.ReviewerName = name
		return then(tx, run)
	})
	if err != nil {
		return portal.SyncRun{}, fmt.Errorf("review run: %w", err)
	}
	return run, nil
}

// nameOf returns the name of a user of the MSSP, nil if it is not known.
func nameOf(ctx context.Context, tx pgx.Tx, userID string) (*string, error) {
	var name *string
	err := tx.QueryRow(ctx, `
		select (
		  select nullif(u.name, '')
		  from person_of_mssp u
		  where u.id = $1)`, userID).Scan(&name)
	return name, err
}

// deleteStaged deletes the staged rows of runs that have ended, and their lists of vanishing customers.
func deleteStaged(ctx context.Context, tx pgx.Tx, msspID string, runIDs ...string) error {
	if len(runIDs) == 0 {
		return nil
	}
	batch := &pgx.Batch{}
	for _, table := range []string{"sync_customer", "sync_vanishing"} {
		batch.Queue("delete from "+table+" s where s.mssp_id = $1 and s.run_id = any($2::uuid[])", msspID, runIDs)
	}
	return tx.SendBatch(ctx, batch).Close()
}
