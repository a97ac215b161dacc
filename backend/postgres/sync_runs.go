package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// runColumns is a portal.SyncRun as users of the MSSP read it; its tables are named r and p.
const runColumns = runFacts + `, (
	select nullif(u.name, '')
	from person_of_mssp u
	where u.id = r.reviewed_by) as reviewer_name, (
	select nullif(u.name, '')
	from person_of_mssp u
	where u.id = r.requested_by) as requester_name`

// runColumnsWithoutName is runColumns for the role of the sync, which may not read users.
const runColumnsWithoutName = runFacts + ", null::text as reviewer_name, null::text as requester_name"

const runFacts = `
	r.id, r.mssp_product_id as connection_id, p.product_id as product,
	(select d.name from product d where d.id = p.product_id) as product_name,
	r.status, r.trigger, r.created_at, r.started_at,
	r.finished_at, r.calls, r.calls_left, r.retry_at, r.seen, r.msps, r.clients, r.other, r.added, r.changed, r.missing,
	r.removed, r.moved, r.returned, r.duplicates, r.unknown_parents, r.absent, r.checked, r.found, r.undecided, r.unread,
	r.notices, r.remapped, r.would_miss, r.reviewed_by, r.reviewed_at, r.error_code, r.error, r.sign`

const runTables = `
	sync_run r
	join mssp_product p on p.mssp_id = r.mssp_id and p.id = r.mssp_product_id`

var runSorts = map[string]sortKey{"created_at": plainKey("r.created_at", timeKey)}

// runFilters are the filters of portal.SyncFilter, on a run r.
var runFilters = map[string]listFilter{
	"status":        {rows: choiceFilter("r.status", portal.RunStatuses)},
	"trigger":       {rows: choiceFilter("r.trigger", portal.RunTriggers)},
	"connection_id": {rows: idFilter("the id of a connection", func(id string) string { return "r.mssp_product_id = " + id })},
	"started_at":    {rows: timeFilter("coalesce(r.started_at, r.created_at)")},
}

type runRow struct {
	portal.SyncRun
	Position []string
}

// Runs returns one page of the runs of the viewer's MSSP, newest first. It returns Invalid for a malformed filter or
// cursor.
func (db *DB) Runs(ctx context.Context, viewer portal.Viewer, q portal.SyncQuery) (portal.SyncPage, error) {
	keys, err := newKeyset(runSorts, "-created_at", "", "r.id", q.Cursor)
	if err != nil {
		return portal.SyncPage{}, err
	}
	args := pgx.NamedArgs{"mssp": viewer.Scope.MSSPID}
	filter, err := filterBy(runFilters, q.SyncFilter, args)
	if err != nil {
		return portal.SyncPage{}, err
	}
	where := "r.mssp_id = @mssp" + filter.rows
	var rows []runRow
	var page portal.SyncPage
	var stamp Stamp
	err = db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		queueStamp(batch, viewer.Scope, &stamp)
		batch.Queue("select count(*) from sync_run r where "+where, withArgs(args, nil)).
			QueryRow(func(row pgx.Row) error { return row.Scan(&page.Total) })
		collect(queueRuns(batch, keys, where, args, q.Limit), &rows)
	})
	if err != nil {
		return portal.SyncPage{}, fmt.Errorf("list runs: %w", err)
	}
	page.Items, page.NextCursor = cutPage(keys, rows, q.Limit, func(r runRow) (portal.SyncRun, []string) {
		return r.SyncRun, r.Position
	})
	page.DataAsOf = stamp.DataAsOf
	return page, nil
}

func queueRuns(batch *pgx.Batch, keys keyset, where string, args pgx.NamedArgs, limit int) *pgx.QueuedQuery {
	args = withArgs(args, pgx.NamedArgs{"rows": limit + 1})
	behind := keys.where(args)
	return batch.Queue(`
		select `+runColumns+`, `+keys.columns()+` as position
		from `+runTables+`
		where `+where+`
		and `+behind+`
		order by `+keys.orderBy()+`
		limit @rows`, args)
}

// Run returns one run; NotFound if there is none in the viewer's scope.
func (db *DB) Run(ctx context.Context, viewer portal.Viewer, id string) (portal.SyncRun, error) {
	if !validID(id) {
		return portal.SyncRun{}, errNotFound("run")
	}
	var run portal.SyncRun
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		collectRow(batch.Queue(`
			select `+runColumns+`
			from `+runTables+`
			where r.mssp_id = @mssp
			and r.id = @id`,
			pgx.NamedArgs{"mssp": viewer.Scope.MSSPID, "id": id}), "run", &run)
	})
	if err != nil {
		return portal.SyncRun{}, fmt.Errorf("read run: %w", err)
	}
	return run, nil
}

// Enqueue creates the job of a queued run in the run's own transaction. It runs as the server's login, which has access
// to the job engine's tables and to no tenant's.
type Enqueue func(ctx context.Context, tx pgx.Tx, run portal.SyncRun) error

// RequestRun queues a run for a viewer: of one connection or, if connectionID is empty, of the one whose last run is
// the oldest. Errors: SyncRunning if the connection, or each of them, has a run queued or running; NoProduct if there
// is no connection, NotFound if this one is not in the viewer's scope, Conflict if it is paused.
func (db *DB) RequestRun(ctx context.Context, viewer portal.Viewer, connectionID string, enqueue Enqueue) (portal.SyncRun, error) {
	if connectionID != "" && !validID(connectionID) {
		return portal.SyncRun{}, errNotFound("connection")
	}
	var run portal.SyncRun
	err := db.As(viewer).Write(ctx, func(tx pgx.Tx) (err error) {
		if err = checkSyncable(ctx, tx, viewer.Scope.MSSPID, connectionID); err != nil {
			return err
		}
		run, err = newRun(ctx, tx, runRequest{
			msspID: viewer.Scope.MSSPID, connectionID: connectionID, trigger: "manual", by: &viewer.UserID,
		})
		if err != nil {
			return err
		}
		return enqueueAsLogin(ctx, tx, run, enqueue)
	})
	return run, runError(err)
}

// CreateRun queues a run for the server itself: of one connection or, if connectionID is empty, of the one whose last
// run is the oldest. If enqueue is nil the caller works on the run. Errors as RequestRun; NotFound if there is no such
// MSSP.
func (db *DB) CreateRun(ctx context.Context, msspID, connectionID, trigger string, enqueue Enqueue) (portal.SyncRun, error) {
	if !validID(msspID) {
		return portal.SyncRun{}, errNotFound("MSSP")
	}
	var run portal.SyncRun
	err := db.system(ctx, roleSync, msspID, func(tx pgx.Tx) (err error) {
		if err := knownMSSP(ctx, tx, msspID); err != nil {
			return err
		}
		run, err = newRun(ctx, tx, runRequest{msspID: msspID, connectionID: connectionID, trigger: trigger})
		if err != nil || enqueue == nil {
			return err
		}
		return enqueueAsLogin(ctx, tx, run, enqueue)
	})
	return run, runError(err)
}

func knownMSSP(ctx context.Context, tx pgx.Tx, msspID string) error {
	var known bool
	if err := tx.QueryRow(ctx, "select exists (select from mssp m where m.id = $1)", msspID).Scan(&known); err != nil {
		return err
	}
	if !known {
		return errNotFound("MSSP")
	}
	return nil
}

// enqueueAsLogin calls enqueue as the server's login. It must be the last step of the transaction.
func enqueueAsLogin(ctx context.Context, tx pgx.Tx, run portal.SyncRun, enqueue Enqueue) error {
	if _, err := tx.Exec(ctx, "select set_config('role', 'none', true)"); err != nil {
		return err
	}
	return enqueue(ctx, tx, run)
}

// checkSyncable returns why the connection cannot be synced, nil if it can. "" is no connection in particular.
func checkSyncable(ctx context.Context, tx pgx.Tx, msspID, connectionID string) error {
	if connectionID == "" {
		return nil
	}
	var paused bool
	err := tx.QueryRow(ctx, `
		select p.paused
		from mssp_product p
		where p.mssp_id = $1
		and p.id = $2`, msspID, connectionID).Scan(&paused)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return errNotFound("connection")
	case err == nil && paused:
		return portal.Errorf(portal.Conflict, "This connection is paused. Resume it first, then sync it.")
	}
	return err
}

func errRunning() error {
	return portal.Errorf(portal.SyncRunning, "A sync is already queued or running. Wait for it to end.")
}

func runError(err error) error {
	if constraint(err) == "sync_run_one_at_a_time" {
		return errRunning()
	}
	if err != nil {
		return fmt.Errorf("queue run: %w", err)
	}
	return nil
}

type runRequest struct {
	msspID, connectionID, trigger string
	by                            *string
}

func newRun(ctx context.Context, tx pgx.Tx, want runRequest) (portal.SyncRun, error) {
	connectionID, err := longestWaiting(ctx, tx, want)
	if err != nil {
		return portal.SyncRun{}, err
	}
	id := NewID()
	_, err = tx.Exec(ctx, `
		insert into sync_run (mssp_id, id, mssp_product_id, status, trigger, requested_by, created_at)
		values ($1, $2, $3, 'queued', $4, $5, clock_timestamp())`,
		want.msspID, id, connectionID, want.trigger, want.by)
	if err != nil {
		return portal.SyncRun{}, err
	}
	return findRun(ctx, tx, want.msspID, id)
}

func longestWaiting(ctx context.Context, tx pgx.Tx, want runRequest) (string, error) {
	var id string
	var busy bool
	err := tx.QueryRow(ctx, `
		select p.id, exists (
			select from sync_run r
			where r.mssp_id = p.mssp_id
			and r.mssp_product_id = p.id
			and r.status in ('queued', 'running')) as busy
		from mssp_product p
		left join lateral (
			select r.created_at
			from sync_run r
			where r.mssp_id = p.mssp_id
			and r.mssp_product_id = p.id
			order by r.created_at desc
			limit 1) r on true
		where p.mssp_id = $1
		and not p.paused
		and ($2 = '' or p.id = nullif($2, '')::uuid)
		order by busy, r.created_at nulls first
		limit 1`, want.msspID, want.connectionID).Scan(&id, &busy)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "", portal.Errorf(portal.NoProduct, "No product is connected, so there is nothing to sync.")
	case err == nil && busy:
		return "", errRunning()
	}
	return id, err
}

// findRun returns a run without its reviewer's name; pgx.ErrNoRows if there is none.
func findRun(ctx context.Context, tx pgx.Tx, msspID, id string) (portal.SyncRun, error) {
	rows, err := tx.Query(ctx, `
		select `+runColumnsWithoutName+`
		from `+runTables+`
		where r.mssp_id = $1
		and r.id = $2`, msspID, id)
	if err != nil {
		return portal.SyncRun{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[portal.SyncRun])
}

// QueuedRun returns the id of the oldest queued run of an MSSP, "" if there is none.
func (db *DB) QueuedRun(ctx context.Context, msspID string) (string, error) {
	var id string
	err := db.systemRead(ctx, roleSync, msspID, func(batch *pgx.Batch) {
		batch.Queue(`
			select coalesce((
				select r.id::text
				from sync_run r
				where r.mssp_id = $1
				and r.status = 'queued'
				order by r.created_at
				limit 1), '')`, msspID).QueryRow(func(row pgx.Row) error { return row.Scan(&id) })
	})
	return id, err
}

// RunRef identifies a run of any MSSP.
type RunRef struct {
	MSSPID string
	ID     string
}

// Overdue returns the connections of all MSSPs whose last run began longer ago than every, the oldest first. A new
// connection is left alone for a minute, in which its operator can run the first sync by hand.
func (db *DB) Overdue(ctx context.Context, every time.Duration) ([]ConnectionRef, error) {
	var overdue []ConnectionRef
	err := db.systemRead(ctx, roleJobs, "", func(batch *pgx.Batch) {
		collect(batch.Queue(`
			select p.mssp_id, p.id
			from mssp_product p
			left join lateral (
				select r.created_at
				from sync_run r
				where r.mssp_id = p.mssp_id
				and r.mssp_product_id = p.id
				order by r.created_at desc
				limit 1) last on true
			where not p.paused
			and p.created_at <= now() - least(interval '1 minute', $1::interval)
			and coalesce(last.created_at, '-infinity') <= now() - $1::interval
			and not exists (
				select from sync_run r
				where r.mssp_id = p.mssp_id
				and r.mssp_product_id = p.id
				and r.status in ('queued', 'running'))
			order by last.created_at nulls first, p.id`, every), &overdue)
	})
	if err != nil {
		return nil, fmt.Errorf("read what is overdue: %w", err)
	}
	return overdue, nil
}
