package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// runColumns is a portal.SyncRun; its tables are named r and p.
const runColumns = `
	r.id, p.product_id as product, r.status, r.trigger, r.created_at, r.started_at, r.finished_at, r.seen, r.msps,
	r.clients, r.other, r.added, r.changed, r.missing, r.error_code, r.error`

const runTables = `
	sync_run r
	join mssp_product p on p.mssp_id = r.mssp_id and p.id = r.mssp_product_id`

var runSorts = map[string]sortKey{"created_at": plainKey("r.created_at", timeKey)}

type runRow struct {
	portal.SyncRun
	Position []string
}

// Runs answers one page of the runs of the viewer's MSSP, newest first. Invalid names cursor where it is not one.
func (db *DB) Runs(ctx context.Context, viewer portal.Viewer, q portal.SyncQuery) (portal.SyncPage, error) {
	keys, err := newKeyset(runSorts, "-created_at", "", "r.id", q.Cursor)
	if err != nil {
		return portal.SyncPage{}, err
	}
	var rows []runRow
	var page portal.SyncPage
	var stamp Stamp
	err = db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		queueStamp(batch, viewer.Scope, &stamp)
		batch.Queue("select count(*) from sync_run r where r.mssp_id = $1", viewer.Scope.MSSPID).
			QueryRow(func(row pgx.Row) error { return row.Scan(&page.Total) })
		collect(queueRuns(batch, keys, viewer.Scope.MSSPID, q.Limit), &rows)
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

func queueRuns(batch *pgx.Batch, keys keyset, msspID string, limit int) *pgx.QueuedQuery {
	args := pgx.NamedArgs{"mssp": msspID, "rows": limit + 1}
	behind := keys.where(args)
	return batch.Queue(`
		select `+runColumns+`, `+keys.columns()+` as position
		from `+runTables+`
		where r.mssp_id = @mssp
		and `+behind+`
		order by `+keys.orderBy()+`
		limit @rows`, args)
}

// Run answers one run; NotFound if there is none in the viewer's scope.
func (db *DB) Run(ctx context.Context, viewer portal.Viewer, id string) (portal.SyncRun, error) {
	if !validID(id) {
		return portal.SyncRun{}, errNone("run")
	}
	var run portal.SyncRun
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		collectOne(batch.Queue(`
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
