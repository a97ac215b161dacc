package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

// ErrStagedLost means that the database has lost the staged rows of the run: resume reading, which begins anew.
var ErrStagedLost = errors.New("the staged rows of the run are lost")

// The customers that a run reads are staged in sync_customer until the run is merged. Every chunk is a transaction of
// its own, which ends with a check of the lease: a worker that has lost it writes nothing.

// stagedColumns returns the columns of sync_customer: an id, those of customerColumns, and the sort key of the name.
func stagedColumns() []string {
	names := []string{"id"}
	for _, column := range customerColumns {
		names = append(names, column.name)
	}
	return append(names, "name_key", "name_rest")
}

// Stage saves customers that the run's call with this number has read so far. FinishCall makes them count. It returns
// ErrLeaseLost if the lease is lost.
func (db *DB) Stage(ctx context.Context, lease Lease, call int64, customers []portal.Customer) error {
	names := stagedColumns()
	columns := strings.Join(names, ", ")
	err := db.system(ctx, roleSync, lease.MSSPID, func(tx pgx.Tx) error {
		// PostgreSQL cannot copy into a table with row-level security, so the rows are copied into a temporary one first.
		_, err := tx.Exec(ctx, `
			create temporary table chunk (
				id uuid, `+eachColumn(anyColumn, ", ", func(c customerColumn) string { return c.name + " " + c.kind })+`,
				name_key text, name_rest text
			) on commit drop`)
		if err != nil {
			return err
		}
		source := pgx.CopyFromSlice(len(customers), func(i int) ([]any, error) { return stagedRow(customers[i]) })
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"chunk"}, names, source); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			insert into sync_customer (mssp_id, run_id, call, `+columns+`)
			select $1, $2, $3, `+columns+`
			from chunk`, lease.MSSPID, lease.Run.ID, call)
		if err != nil {
			return err
		}
		return setRun(ctx, tx, lease, "heartbeat_at = clock_timestamp()")
	})
	if err != nil {
		return fmt.Errorf("stage customers: %w", err)
	}
	return nil
}

func stagedRow(c portal.Customer) ([]any, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	row := []any{id}
	for _, column := range customerColumns {
		value, err := column.value(c)
		if err != nil {
			return nil, err
		}
		row = append(row, value)
	}
	key, rest := NameKey(c.Name)
	return append(row, key, rest), nil
}

// FinishCall makes the customers of a call count and saves the state of the reading; its paths only once it is done. It
// returns ErrLeaseLost if the lease is lost.
func (db *DB) FinishCall(ctx context.Context, lease Lease, state connector.State) (portal.SyncRun, error) {
	if state.Done {
		return db.FinishCallWithPaths(ctx, lease, state)
	}
	state, _ = withoutPaths(state)
	return db.finishCall(ctx, lease, state, "")
}

// FinishCallWithPaths is FinishCall, and saves the paths, too.
func (db *DB) FinishCallWithPaths(ctx context.Context, lease Lease, state connector.State) (portal.SyncRun, error) {
	state, paths := withoutPaths(state)
	return db.finishCall(ctx, lease, state, ", paths = $8", paths)
}

func (db *DB) finishCall(ctx context.Context, lease Lease, state connector.State, set string, args ...any) (portal.SyncRun, error) {
	run, err := db.updateRun(ctx, lease, `
		state = $4, calls = $5, calls_left = $6, staged = $7, seen = $7, retry_at = null, deaths = 0,
		read_at = clock_timestamp(), heartbeat_at = clock_timestamp()`+set,
		append([]any{state, state.Progress.Calls, state.Progress.Left, state.Progress.Seen}, args...)...)
	if err != nil {
		return portal.SyncRun{}, fmt.Errorf("finish call: %w", err)
	}
	return run, nil
}

// readPaths is the column paths of a run.
type readPaths struct {
	Counted int64              `json:"counted"`
	Paths   []portal.PathStats `json:"paths"`
}

// withoutPaths returns the state without its paths, and the paths.
func withoutPaths(state connector.State) (connector.State, readPaths) {
	paths := readPaths{Counted: state.Counted, Paths: state.Paths}
	state.Counted, state.Paths = 0, nil
	return state, paths
}

// addTo returns the state with the paths. A state saved by an older server contains the paths of all customers.
func (p *readPaths) addTo(state connector.State) connector.State {
	switch {
	case p != nil:
		state.Counted, state.Paths = p.Counted, p.Paths
	case len(state.Paths) > 0 && state.Counted == 0:
		state.Counted = state.Progress.Seen
	}
	return state
}

// ResumeReading returns the saved state of the run's reading, the zero state if it has not begun, and deletes the rows
// of calls that never completed. A run whose rows the database has lost begins anew; an admin's acceptance, which was
// for those rows, is cleared. It returns ErrLeaseLost if the lease is lost.
func (db *DB) ResumeReading(ctx context.Context, lease Lease) (connector.State, error) {
	var state connector.State
	err := db.system(ctx, roleSync, lease.MSSPID, func(tx pgx.Tx) error {
		state = connector.State{}
		if err := setRun(ctx, tx, lease, "heartbeat_at = clock_timestamp()"); err != nil {
			return err
		}
		if err := deleteOrphans(ctx, tx, lease); err != nil {
			return err
		}
		var saved []byte
		var paths *readPaths
		var whole bool
		err := tx.QueryRow(ctx, `
			select r.state, r.paths, r.staged = (
				select count(*)
				from sync_customer s
				where s.mssp_id = r.mssp_id
				and s.run_id = r.id)
			from sync_run r
			where r.mssp_id = $1
			and r.id = $2`, lease.MSSPID, lease.Run.ID).Scan(&saved, &paths, &whole)
		if err != nil {
			return err
		}
		if !whole {
			return startOver(ctx, tx, lease)
		}
		if saved == nil {
			return nil
		}
		if err := json.Unmarshal(saved, &state); err != nil {
			return err
		}
		state = paths.addTo(state)
		if paths == nil && len(state.Paths) > 0 {
			_, paths := withoutPaths(state)
			if err := setRun(ctx, tx, lease, "paths = $4", paths); err != nil {
				return err
			}
		}
		return setRun(ctx, tx, lease, "seen = r.staged")
	})
	if err != nil {
		return connector.State{}, fmt.Errorf("resume reading: %w", err)
	}
	return state, nil
}

// deleteOrphans deletes the staged rows of calls that never completed, and of runs of this MSSP that have ended.
func deleteOrphans(ctx context.Context, tx pgx.Tx, lease Lease) error {
	_, err := tx.Exec(ctx, `
		delete from sync_customer s
		where s.mssp_id = $1
		and not exists (
			select from sync_run r
			where r.mssp_id = s.mssp_id
			and r.id = s.run_id
			and r.status in ('queued', 'running', 'needs_review')
			and (s.run_id <> $2 or s.call <= r.calls))`, lease.MSSPID, lease.Run.ID)
	return err
}

// StartOver deletes what the run has read, so that its reading begins anew. It returns ErrLeaseLost if the lease is
// lost.
func (db *DB) StartOver(ctx context.Context, lease Lease) error {
	return db.system(ctx, roleSync, lease.MSSPID, func(tx pgx.Tx) error { return startOver(ctx, tx, lease) })
}

func startOver(ctx context.Context, tx pgx.Tx, lease Lease) error {
	if err := deleteStaged(ctx, tx, lease.MSSPID, lease.Run.ID); err != nil {
		return err
	}
	return setRun(ctx, tx, lease, `
		state = null, paths = null, calls = 0, calls_left = null, staged = 0, seen = 0, would_miss = null, reviewed_by = null,
		reviewed_at = null`)
}
