package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

const defaultTakeover = 30 * time.Second

// WithTakeover is the same database to somebody for whom whoever works on a run is dead after so long a silence.
func (db *DB) WithTakeover(silence time.Duration) *DB {
	other := *db
	other.takeover = silence
	return &other
}

// dead is when nobody is at work on a running run r any more: its heartbeat has been out for the time of a takeover.
func (db *DB) dead() string { return "r.status = 'running' and r.heartbeat_at < " + db.silence() }

// silence is the moment before which a sign of life is too old.
func (db *DB) silence() string {
	silence := db.takeover
	if silence <= 0 {
		silence = defaultTakeover
	}
	return fmt.Sprintf("clock_timestamp() - interval '%d milliseconds'", silence.Milliseconds())
}

// Lease is the right to work on a run, until somebody else takes it up because the heartbeat has stopped.
type Lease struct {
	Run          portal.SyncRun
	MSSPID       string
	ConnectionID string
	attempt      int
}

// ErrLostRun means that the run has ended or is somebody else's now: stop, and write nothing.
var ErrLostRun = errors.New("the run is no longer ours")

// ErrFull means that as many runs of an MSSP are at work as may be.
var ErrFull = errors.New("as many runs of the MSSP are at work as may be")

// TakeRun takes up a queued run, or one whose worker is dead; false if it is neither.
func (db *DB) TakeRun(ctx context.Context, msspID, runID string) (Lease, bool, error) {
	return db.takeRun(ctx, msspID, runID, 0)
}

// TakeTurn is TakeRun where no more than most runs of the MSSP may be at work, in all processes together. ErrFull if
// that many are.
func (db *DB) TakeTurn(ctx context.Context, msspID, runID string, most int) (Lease, bool, error) {
	return db.takeRun(ctx, msspID, runID, most)
}

func (db *DB) takeRun(ctx context.Context, msspID, runID string, most int) (Lease, bool, error) {
	lease := Lease{MSSPID: msspID}
	err := db.system(ctx, roleSync, msspID, func(tx pgx.Tx) error {
		if err := db.awaitTurn(ctx, tx, msspID, runID, most); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `
			update sync_run r
			set status = 'running',
			    started_at = coalesce(r.started_at, clock_timestamp()),
			    heartbeat_at = clock_timestamp(),
			    attempt = r.attempt + 1,
			    deaths = r.deaths + (r.status = 'running')::int
			where r.mssp_id = $1
			and r.id = $2
			and (r.status = 'queued' or `+db.dead()+`)
			returning r.mssp_product_id, r.attempt`, msspID, runID).Scan(&lease.ConnectionID, &lease.attempt)
		if err != nil {
			return err
		}
		lease.Run, err = findRun(ctx, tx, msspID, runID)
		return err
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Lease{}, false, nil
	case errors.Is(err, ErrFull):
		return Lease{}, false, ErrFull
	case err != nil:
		return Lease{}, false, fmt.Errorf("take up run: %w", err)
	}
	return lease, true, nil
}

// awaitTurn counts the runs of the MSSP that are at work besides one. The row of sync_turn makes those who count wait
// for each other until the run that was taken up shows.
func (db *DB) awaitTurn(ctx context.Context, tx pgx.Tx, msspID, runID string, most int) error {
	if most <= 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
		insert into sync_turn as t (mssp_id, taken_at)
		values ($1, clock_timestamp())
		on conflict (mssp_id) do update set taken_at = clock_timestamp()`, msspID)
	if err != nil {
		return err
	}
	var others int
	err = tx.QueryRow(ctx, `
		select count(*)
		from sync_run r
		where r.mssp_id = $1
		and r.id <> $2
		and r.status = 'running'
		and not (`+db.dead()+`)`, msspID, runID).Scan(&others)
	if err == nil && others >= most {
		return ErrFull
	}
	return err
}

// own is the condition that a run is still the lease's; its arguments are $1 to $3.
const own = "r.mssp_id = $1 and r.id = $2 and r.status = 'running' and r.attempt = $3"

// updateRun changes the lease's run and answers it as it is then; ErrLostRun if it is no longer the lease's.
func (db *DB) updateRun(ctx context.Context, lease Lease, set string, args ...any) (portal.SyncRun, error) {
	return db.withRun(ctx, lease, func(tx pgx.Tx) error { return setRun(ctx, tx, lease, set, args...) })
}

// withRun does work in one transaction and answers the lease's run as it is then.
func (db *DB) withRun(ctx context.Context, lease Lease, work func(pgx.Tx) error) (portal.SyncRun, error) {
	var run portal.SyncRun
	err := db.system(ctx, roleSync, lease.MSSPID, func(tx pgx.Tx) (err error) {
		if err := work(tx); err != nil {
			return err
		}
		run, err = findRun(ctx, tx, lease.MSSPID, lease.Run.ID)
		return err
	})
	return run, err
}

func setRun(ctx context.Context, tx pgx.Tx, lease Lease, set string, args ...any) error {
	tag, err := tx.Exec(ctx, `
		update sync_run r
		set `+set+`
		where `+own, append([]any{lease.MSSPID, lease.Run.ID, lease.attempt}, args...)...)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return ErrLostRun
	}
	return nil
}

// Heartbeat says that somebody is at work on the run. ErrLostRun if it is no longer the lease's.
func (db *DB) Heartbeat(ctx context.Context, lease Lease) error {
	return db.system(ctx, roleSync, lease.MSSPID, func(tx pgx.Tx) error {
		return setRun(ctx, tx, lease, "heartbeat_at = clock_timestamp()")
	})
}

// NoteSeen records how many customers the run has seen, before the call that brings them has ended. ErrLostRun if the
// run is no longer the lease's.
func (db *DB) NoteSeen(ctx context.Context, lease Lease, customers int64) (portal.SyncRun, error) {
	return db.updateRun(ctx, lease, "seen = $4", customers)
}

// NoteWaiting records until when the run waits, zero when it goes on. ErrLostRun if it is no longer the lease's.
func (db *DB) NoteWaiting(ctx context.Context, lease Lease, until time.Time) (portal.SyncRun, error) {
	var at *time.Time
	if !until.IsZero() {
		at = &until
	}
	return db.updateRun(ctx, lease, "retry_at = $4", at)
}

// HandBackRun puts the run back into the queue for another process. ErrLostRun if it is no longer the lease's.
func (db *DB) HandBackRun(ctx context.Context, lease Lease) error {
	_, err := db.updateRun(ctx, lease, "status = 'queued', heartbeat_at = null")
	return err
}

// PutOffRun puts the run back into the queue until a moment, its reading as state says. ErrLostRun if it is no longer
// the lease's.
func (db *DB) PutOffRun(ctx context.Context, lease Lease, state portal.ReadState, until time.Time) error {
	state, paths := withoutPaths(state)
	_, err := db.updateRun(ctx, lease, "status = 'queued', heartbeat_at = null, state = $4, retry_at = $5, paths = $6", state, until, paths)
	return err
}

// DeadRuns answers the runs of any MSSP that nobody is at work on any more.
func (db *DB) DeadRuns(ctx context.Context) ([]RunRef, error) {
	var dead []RunRef
	err := db.systemRead(ctx, roleJobs, "", func(batch *pgx.Batch) {
		collect(batch.Queue(`
			select r.mssp_id, r.id
			from sync_run r
			where `+db.dead()), &dead)
	})
	if err != nil {
		return nil, fmt.Errorf("read dead runs: %w", err)
	}
	return dead, nil
}

// maxWaiting bounds how many waiting runs are looked at in one go.
const maxWaiting = 1000

// WaitingRuns answers the queued runs of any MSSP that could have been taken up for the time of a takeover, those first
// that have waited longest; no more than 1,000. They wait for their turn, or for a job that is lost.
func (db *DB) WaitingRuns(ctx context.Context) ([]RunRef, error) {
	var waiting []RunRef
	err := db.systemRead(ctx, roleJobs, "", func(batch *pgx.Batch) {
		collect(batch.Queue(`
			select r.mssp_id, r.id
			from sync_run r
			where r.status = 'queued'
			and greatest(r.created_at, r.retry_at, r.reviewed_at) < `+db.silence()+`
			order by greatest(r.created_at, r.retry_at, r.reviewed_at), r.id
			limit $1`, maxWaiting), &waiting)
	})
	if err != nil {
		return nil, fmt.Errorf("read waiting runs: %w", err)
	}
	return waiting, nil
}

const (
	interruptedCode   = "interrupted"
	interruptedDetail = "The program that ran this sync ended in the middle of it. Nothing was changed."
)

// EndDeadRuns fails the runs of an MSSP that nobody is at work on any more, so that another can begin.
func (db *DB) EndDeadRuns(ctx context.Context, msspID string) error {
	return db.system(ctx, roleSync, msspID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			update sync_run r
			set status = 'failed',
			    finished_at = clock_timestamp(),
			    retry_at = null,
			    error_code = $2,
			    error = $3
			where r.mssp_id = $1
			and `+db.dead()+`
			returning r.id::text`, msspID, interruptedCode, interruptedDetail)
		if err != nil {
			return err
		}
		ended, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		return forget(ctx, tx, msspID, ended...)
	})
}

// maxDeaths is how often a run may die without ending one more call before it counts as one that kills whatever works
// on it.
const maxDeaths = 3

// ReviveRun puts a dead run back into the queue with a new job, where it goes on with all that it has read; one that was
// started by a command, or has died too often, fails instead. An admin's word makes a command's run anybody's.
func (db *DB) ReviveRun(ctx context.Context, ref RunRef, enqueue Enqueue) error {
	return db.system(ctx, roleSync, ref.MSSPID, func(tx pgx.Tx) error {
		status, err := db.revive(ctx, tx, ref)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return nil
		case err != nil:
			return err
		case status != portal.RunQueued:
			return forget(ctx, tx, ref.MSSPID, ref.ID)
		}
		run, err := findRun(ctx, tx, ref.MSSPID, ref.ID)
		if err != nil {
			return err
		}
		return leaveRole(ctx, tx, run, enqueue)
	})
}

func (db *DB) revive(ctx context.Context, tx pgx.Tx, ref RunRef) (status portal.RunStatus, err error) {
	err = tx.QueryRow(ctx, `
		update sync_run r
		set status = case when again then 'queued' else 'failed' end,
		    deaths = r.deaths + 1,
		    heartbeat_at = null,
		    finished_at = case when not again then clock_timestamp() end,
		    error_code = case when not again then $3 end,
		    error = case when not again then $4 end
		from (
			select r.mssp_id, r.id,
			       (r.trigger <> 'command' or r.reviewed_at is not null) and r.deaths + 1 < $5 as again
			from sync_run r
			where r.mssp_id = $1
			and r.id = $2) fate
		where r.mssp_id = fate.mssp_id
		and r.id = fate.id
		and `+db.dead()+`
		returning r.status`,
		ref.MSSPID, ref.ID, interruptedCode, interruptedDetail, maxDeaths).Scan(&status)
	return status, err
}
