package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

// Failure is why a run failed, and what it had read.
type Failure struct {
	Code, Detail string
	// Sign is a name in a response that made the run fail and that an admin can declare harmless.
	Sign  string
	State connector.State
}

// FailRun ends the run as failed and changes nothing else. It returns ErrLeaseLost if the lease is lost.
func (db *DB) FailRun(ctx context.Context, lease Lease, code, detail string) (portal.SyncRun, error) {
	return db.FailReading(ctx, lease, Failure{Code: code, Detail: detail})
}

// FailReading is FailRun for a run that may have read customers: their paths are added to the field map, so that an
// admin can choose which fields they fill.
func (db *DB) FailReading(ctx context.Context, lease Lease, f Failure) (portal.SyncRun, error) {
	return db.withRun(ctx, lease, func(tx pgx.Tx) error {
		notices, err := saveFailedFields(ctx, tx, lease, f.State)
		if err != nil {
			return err
		}
		err = setRun(ctx, tx, lease, `
			status = 'failed', finished_at = clock_timestamp(), retry_at = null, error_code = $4, error = $5,
			sign = nullif($6, ''), notices = $7, paths = null`, f.Code, f.Detail, f.Sign, notices)
		if err != nil {
			return err
		}
		return deleteStaged(ctx, tx, lease.MSSPID, lease.Run.ID)
	})
}

// hasCustomers selects whether a connection p has customers that are not removed.
const hasCustomers = `(
	exists (
		select from msp o
		where o.mssp_id = p.mssp_id
		and o.mssp_product_id = p.id
		and o.status <> 'removed')
	or exists (
		select from client o
		where o.mssp_id = p.mssp_id
		and o.mssp_product_id = p.id
		and o.status <> 'removed'))`

// saveFailedFields adds the paths that a failed run has seen to the connection's field map, and returns its notices
// about them.
func saveFailedFields(ctx context.Context, tx pgx.Tx, lease Lease, state connector.State) ([]portal.FieldNotice, error) {
	if len(state.Paths) == 0 {
		return []portal.FieldNotice{}, nil
	}
	r := portal.FieldReading{Paths: state.Paths, Customers: state.Counted}
	var known []portal.KnownPath
	err := tx.QueryRow(ctx, `
		select f.run_id is null, coalesce(f.customers, 0), coalesce(f.paths, '[]')
		from `+fieldMapTables+`
		where p.mssp_id = $1
		and p.id = $2`, lease.MSSPID, lease.ConnectionID).Scan(&r.First, &r.KnownOf, &known)
	if err != nil {
		return nil, err
	}
	next, notices := portal.FailedFieldMap(known, r)
	paths, err := json.Marshal(next)
	if err != nil {
		return nil, err
	}
	samples, err := samplesOf(ctx, tx, lease, state)
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `
		insert into field_map as f (mssp_id, mssp_product_id, read_at, customers, paths, applied, samples)
		values ($1, $2, clock_timestamp(), $3, $4, '{}', $5)
		on conflict (mssp_id, mssp_product_id) do update
		set paths = $4, samples = $5,
		    customers = case when f.run_id is null then $3 else f.customers end,
		    read_at = case when f.run_id is null then excluded.read_at else f.read_at end`,
		lease.MSSPID, lease.ConnectionID, r.Customers, paths, samples)
	return notices, err
}

// samplesOf returns the customers of a failed run to save as samples: those of the call that failed or, if none failed,
// the first and the last that the run has staged; nil without any. Until a run is merged they are newer than the known
// customers.
func samplesOf(ctx context.Context, tx pgx.Tx, lease Lease, state connector.State) ([]byte, error) {
	if len(state.Samples) > 0 {
		return json.Marshal(state.Samples)
	}
	var samples []byte
	err := tx.QueryRow(ctx, `
		with of_run as not materialized (
			select id, raw
			from sync_customer
			where mssp_id = $1
			and run_id = $2)
		select json_agg(r.raw order by r.id)
		from of_run r
		where r.id in (
			(select id from of_run order by id limit 5)
			union all
			(select id from of_run order by id desc limit 5))`, lease.MSSPID, lease.Run.ID).Scan(&samples)
	return samples, err
}

// FailedSamples are sample customers of a failed run, as received.
type FailedSamples struct {
	Customers []RawCustomer
	// Known: the connection has customers of an earlier run.
	Known bool
}

// FailedSamples returns the sample customers of a connection's last failed run, unless a run was merged since. Their
// ids are numbers, because only the caller can read ids from the JSON.
func (db *DB) FailedSamples(ctx context.Context, viewer portal.Viewer, connectionID string) (FailedSamples, error) {
	var found FailedSamples
	var samples []json.RawMessage
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		batch.Queue(`
			select coalesce(f.samples, '[]'), f.samples is not null and `+hasCustomers+`
			from `+fieldMapTables+`
			where p.mssp_id = $1
			and p.id = $2`, viewer.Scope.MSSPID, connectionID).QueryRow(func(row pgx.Row) error {
			if err := row.Scan(&samples, &found.Known); !errors.Is(err, pgx.ErrNoRows) {
				return err
			}
			return nil
		})
	})
	if err != nil {
		return found, fmt.Errorf("read customers of a failed run: %w", err)
	}
	for i, raw := range samples {
		found.Customers = append(found.Customers, RawCustomer{ID: strconv.Itoa(i + 1), Raw: raw})
	}
	return found, nil
}
