package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

const defaultTakeover = 30 * time.Second

// WithTakeover returns a copy of db that treats a run's worker as dead when its heartbeat is older than timeout.
func (db *DB) WithTakeover(timeout time.Duration) *DB {
	other := *db
	other.takeover = timeout
	return &other
}

// dead returns the condition that the worker of a running run r is dead: its last heartbeat is too old.
func (db *DB) dead() string {
	return "r.status = 'running' and r.heartbeat_at < " + db.heartbeatLimit()
}

// heartbeatLimit returns the time before which a heartbeat is too old.
func (db *DB) heartbeatLimit() string {
	timeout := db.takeover
	if timeout <= 0 {
		timeout = defaultTakeover
	}
	return fmt.Sprintf("clock_timestamp() - interval '%d milliseconds'", timeout.Milliseconds())
}

// Lease is a worker's right to work on a run. It ends when another worker takes the run over because the heartbeat has
// stopped.
type Lease struct {
	Run          portal.SyncRun
	MSSPID       string
	ConnectionID string
	attempt      int
}

// ErrLeaseLost means that the run has ended or another worker holds its lease: stop, and write nothing.
var ErrLeaseLost = errors.New("the lease of the run is lost")

// ErrRunLimit means that the MSSP has as many running runs as it may have.
var ErrRunLimit = errors.New("the MSSP has as many running syncs as it may have")

// TakeRun leases a queued run, or one whose worker is dead. It returns false if the run is neither.
func (db *DB) TakeRun(ctx context.Context, msspID, runID string) (Lease, bool, error) {
	return db.takeRun(ctx, msspID, runID, 0)
}

// TakeRunWithin is TakeRun with a limit: at most most runs of the MSSP may be running, in all processes together. It
// returns ErrRunLimit if that many are.
func (db *DB) TakeRunWithin(ctx context.Context, msspID, runID string, most int) (Lease, bool, error) {
	return db.takeRun(ctx, msspID, runID, most)
}

func (db *DB) takeRun(ctx context.Context, msspID, runID string, most int) (Lease, bool, error) {
	lease := Lease{MSSPID: msspID}
	err := db.system(ctx, roleSync, msspID, func(tx pgx.Tx) error {
		if err := db.checkRunLimit(ctx, tx, msspID, runID, most); err != nil {
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
	case errors.Is(err, ErrRunLimit):
		return Lease{}, false, ErrRunLimit
	case err != nil:
		return Lease{}, false, fmt.Errorf("lease run: %w", err)
	}
	return lease, true, nil
}

// checkRunLimit returns ErrRunLimit if most or more other runs of the MSSP are running. The lock on the MSSP's row of
// sync_turn makes concurrent checks wait until the run that was leased before them is visible.
func (db *DB) checkRunLimit(ctx context.Context, tx pgx.Tx, msspID, runID string, most int) error {
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
		return ErrRunLimit
	}
	return err
}

// leaseHeld is the condition that the lease of a run r is still valid; its arguments are $1 to $3.
const leaseHeld = "r.mssp_id = $1 and r.id = $2 and r.status = 'running' and r.attempt = $3"

// updateRun changes the lease's run and returns the run after the change; ErrLeaseLost if the lease is lost.
func (db *DB) updateRun(ctx context.Context, lease Lease, set string, args ...any) (portal.SyncRun, error) {
	return db.withRun(ctx, lease, func(tx pgx.Tx) error { return setRun(ctx, tx, lease, set, args...) })
}

// withRun does work in one transaction and returns the lease's run after it.
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
		where `+leaseHeld, append([]any{lease.MSSPID, lease.Run.ID, lease.attempt}, args...)...)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return ErrLeaseLost
	}
	return nil
}

// Heartbeat renews the lease. It returns ErrLeaseLost if the lease is lost.
func (db *DB) Heartbeat(ctx context.Context, lease Lease) error {
	return db.system(ctx, roleSync, lease.MSSPID, func(tx pgx.Tx) error {
		return setRun(ctx, tx, lease, "heartbeat_at = clock_timestamp()")
	})
}

// RecordSeen records how many customers the run has read, while the call that returns them is still under way. It
// returns ErrLeaseLost if the lease is lost.
func (db *DB) RecordSeen(ctx context.Context, lease Lease, customers int64) (portal.SyncRun, error) {
	return db.updateRun(ctx, lease, "seen = $4", customers)
}

// RecordWaiting records until when the run waits; the zero time when it goes on. It returns ErrLeaseLost if the lease
// is lost.
func (db *DB) RecordWaiting(ctx context.Context, lease Lease, until time.Time) (portal.SyncRun, error) {
	var at *time.Time
	if !until.IsZero() {
		at = &until
	}
	return db.updateRun(ctx, lease, "retry_at = $4", at)
}

// ReleaseRun puts the run back into the queue for another process. It returns ErrLeaseLost if the lease is lost.
func (db *DB) ReleaseRun(ctx context.Context, lease Lease) error {
	_, err := db.updateRun(ctx, lease, "status = 'queued', heartbeat_at = null")
	return err
}

// PostponeRun saves the state of the reading and puts the run back into the queue, to be leased at until or later. It
// returns ErrLeaseLost if the lease is lost.
func (db *DB) PostponeRun(ctx context.Context, lease Lease, state connector.State, until time.Time) error {
	state, paths := withoutPaths(state)
	_, err := db.updateRun(ctx, lease,
		"status = 'queued', heartbeat_at = null, state = $4, retry_at = $5, paths = $6", state, until, paths)
	return err
}

// DeadRuns returns the running runs of all MSSPs whose worker is dead.
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

// maxWaiting limits how many waiting runs WaitingRuns returns.
const maxWaiting = 1000

// WaitingRuns returns at most 1,000 queued runs of all MSSPs that have been ready for longer than the heartbeat
// timeout, those that have waited longest first. Their MSSP has as many running runs as it may have, or their job is
// lost.
func (db *DB) WaitingRuns(ctx context.Context) ([]RunRef, error) {
	var waiting []RunRef
	err := db.systemRead(ctx, roleJobs, "", func(batch *pgx.Batch) {
		collect(batch.Queue(`
			select r.mssp_id, r.id
			from sync_run r
			where r.status = 'queued'
			and greatest(r.created_at, r.retry_at, r.reviewed_at) < `+db.heartbeatLimit()+`
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

// EndDeadRuns fails the running runs of an MSSP whose worker is dead, so that another run can begin.
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
		return deleteStaged(ctx, tx, msspID, ended...)
	})
}

// maxDeaths is how many workers may die in a row without completing another call of the run before the run fails: the
// run itself may be what kills them.
const maxDeaths = 3

// RequeueDeadRun puts a dead run back into the queue with a new job; it resumes with all that it has read. A run that
// was started by a command, unless an admin has accepted it since, and one whose workers have died too often fails
// instead.
func (db *DB) RequeueDeadRun(ctx context.Context, ref RunRef, enqueue Enqueue) error {
	return db.system(ctx, roleSync, ref.MSSPID, func(tx pgx.Tx) error {
		status, err := db.requeueDead(ctx, tx, ref)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return nil
		case err != nil:
			return err
		case status != portal.RunQueued:
			return deleteStaged(ctx, tx, ref.MSSPID, ref.ID)
		}
		run, err := findRun(ctx, tx, ref.MSSPID, ref.ID)
		if err != nil {
			return err
		}
		return enqueueAsLogin(ctx, tx, run, enqueue)
	})
}

func (db *DB) requeueDead(ctx context.Context, tx pgx.Tx, ref RunRef) (status portal.RunStatus, err error) {
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
