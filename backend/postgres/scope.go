package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// wholeMSSP is the value in keys for "directly under the MSSP" and "the whole MSSP".
const wholeMSSP = "00000000-0000-0000-0000-000000000000"

// scopeArgs returns the viewer's ids under the names that the scope predicates use.
func scopeArgs(scope portal.Scope) pgx.NamedArgs {
	args := pgx.NamedArgs{"mssp": scope.MSSPID}
	switch scope.Level {
	case portal.LevelMSP:
		args["msp"] = scope.MSPID
	case portal.LevelClient:
		args["client"] = scope.ClientID
	}
	return args
}

// The scope predicates. Each query names its scope, so that it uses the scope's index and has a plan for each level. If
// a query omits its predicate, the policies of migrations/00002_scope.sql still apply.

func clientScope(scope portal.Scope) string {
	switch scope.Level {
	case portal.LevelMSSP:
		return "c.mssp_id = @mssp"
	case portal.LevelMSP:
		return "c.mssp_id = @mssp and c.msp_id = @msp"
	default:
		return "c.mssp_id = @mssp and c.id = @client"
	}
}

func mspScope(scope portal.Scope) string {
	if scope.Level == portal.LevelMSSP {
		return "m.mssp_id = @mssp"
	}
	return "m.mssp_id = @mssp and m.id = @msp"
}

// Stamp identifies the state of everything a viewer can see: as long as the stamp is equal, so are the responses.
type Stamp struct {
	Version  int64
	DataAsOf *time.Time
	// Runs is the state of the connections: the newest run of each, whether it is paused, whether its fields have changed,
	// and the runs that wait for an admin's decision. It is empty below the MSSP, where users do not see runs.
	Runs string
	// Today is the day in the time zone of the viewer's MSSP.
	Today time.Time
	// LastVisit is the first moment whose changes are new to the viewer; nil before the first visit.
	LastVisit *time.Time
	// Marks is the state of the marks that the viewer sees; only the stamp of the overview has it.
	Marks string
}

// readAt is when a run r had read its customers; an admin may have accepted it days later.
const readAt = "coalesce(r.read_at, r.finished_at)"

// merged is the condition that a run r was merged. A partial run was, except for the resellers it could not read.
const merged = "r.status in ('complete', 'partial')"

// dataAsOf is when the customers of the connection with the oldest last merged run had been read; null before the
// first.
const dataAsOf = `(
	select min(latest.read_at)
	from mssp_product p
	cross join lateral (
		select ` + readAt + ` as read_at
		from sync_run r
		where r.mssp_id = p.mssp_id
		and r.mssp_product_id = p.id
		and ` + merged + `
		order by r.finished_at desc
		limit 1) latest
	where p.mssp_id = @mssp)`

// scopeDataAsOf returns dataAsOf as users of a scope see it: the data of an MSP that the last run could not read is as
// old as the last run that did.
func scopeDataAsOf(scope portal.Scope) string {
	switch scope.Level {
	case portal.LevelMSP:
		return `coalesce((
			select u.unread_since
			from msp u
			where u.mssp_id = @mssp
			and u.id = @msp), ` + dataAsOf + `)`
	case portal.LevelClient:
		return `coalesce((
			select u.unread_since
			from client c
			join msp u on u.mssp_id = c.mssp_id and u.id = c.msp_id
			where c.mssp_id = @mssp
			and c.id = @client), ` + dataAsOf + `)`
	}
	return dataAsOf
}

// queueStamp adds the stamp of the viewer's MSSP to the batch.
func queueStamp(batch *pgx.Batch, scope portal.Scope, stamp *Stamp) {
	runs := "''"
	if scope.Level == portal.LevelMSSP {
		runs = `concat((
			select string_agg(concat(p.paused, last.id, last.status, f.noticed_in), ' ' order by p.id)
			from mssp_product p
			left join field_map f on f.mssp_id = p.mssp_id and f.mssp_product_id = p.id
			left join lateral (
				select r.id, r.status
				from sync_run r
				where r.mssp_id = p.mssp_id
				and r.mssp_product_id = p.id
				order by r.created_at desc
				limit 1) last on true
			where p.mssp_id = @mssp), ' ', (
			select string_agg(r.id::text, ' ' order by r.id)
			from sync_run r
			where r.mssp_id = @mssp
			and r.status = 'needs_review'))`
	}
	batch.Queue(`
		select m.version, `+scopeDataAsOf(scope)+`, `+runs+`, `+today+`, (`+lastVisit+`)
		from mssp m
		where m.id = @mssp`,
		scopeArgs(scope),
	).QueryRow(func(row pgx.Row) error {
		return row.Scan(&stamp.Version, &stamp.DataAsOf, &stamp.Runs, &stamp.Today, &stamp.LastVisit)
	})
}

// collect reads a queued query's rows into the slice into, by column name.
func collect[T any](query *pgx.QueuedQuery, into *[]T) {
	query.Query(func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(rows, pgx.RowToStructByName[T])
		return err
	})
}

// collectRow reads a queued query's only row, by column name; NotFound names noun if there is none.
func collectRow[T any](query *pgx.QueuedQuery, noun string, into *T) {
	query.Query(func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
		if errors.Is(err, pgx.ErrNoRows) {
			return errNotFound(noun)
		}
		return err
	})
}

// scanRow reads a queued query's only row; NotFound names noun if there is none.
func scanRow(query *pgx.QueuedQuery, noun string, into ...any) {
	query.QueryRow(func(row pgx.Row) error {
		err := row.Scan(into...)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNotFound(noun)
		}
		return err
	})
}

// Stamp returns the stamp of what the viewer can see, from which a list's ETag is made. It reads a few rows.
func (db *DB) Stamp(ctx context.Context, viewer portal.Viewer) (Stamp, error) {
	var stamp Stamp
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) { queueStamp(batch, viewer.Scope, &stamp) })
	return stamp, err
}
