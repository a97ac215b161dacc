package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// actorOf selects the actor of a change h: the user who accepted the run, else the user who started it. Users of MSPs
// and clients do not see the names of users above them.
func actorOf(scope portal.Scope) string {
	if scope.Level != portal.LevelMSSP {
		return "null::json"
	}
	return `(
			select json_build_object('name', u.name)
			from sync_run a
			join person_of_mssp u on u.id = coalesce(a.reviewed_by, a.requested_by)
			where a.mssp_id = h.mssp_id
			and a.id = h.run_id
			and u.name <> '')`
}

// queueHistory adds the newest hundred changes of one customer that the viewer may read.
func queueHistory(batch *pgx.Batch, scope portal.Scope, entityID string, into *[]portal.Change) {
	collect(batch.Queue(`
		select h.at, h.kind, h.field, `+knownBefore+`, h.after, h.run_id, h.reason, `+actorOf(scope)+` as actor, `+knownElsewhere+`
		from (`+historyLines(scope)+`) h
		cross join lateral `+ownTime(scope)+` o
		order by h.id desc
		limit 100`, withArgs(scopeArgs(scope), pgx.NamedArgs{"entity": entityID})), into)
}

// queueRunKnown fails the batch with NotFound unless the viewer's MSSP has the run.
func queueRunKnown(batch *pgx.Batch, scope portal.Scope, runID string) {
	batch.Queue("select exists (select from sync_run r where r.mssp_id = $1 and r.id = $2)", scope.MSSPID, runID).
		QueryRow(func(row pgx.Row) error {
			var known bool
			if err := row.Scan(&known); err != nil || known {
				return err
			}
			return errNotFound("run")
		})
}

var runChangeSorts = map[string]sortKey{"kind": plainKey("h.kind", textKey)}

type runChangeRow struct {
	portal.RunChange
	Position []string
}

// RunChanges returns one page of what a run changed. Errors: NotFound if there is no such run in the viewer's scope,
// Invalid for a malformed cursor.
func (db *DB) RunChanges(ctx context.Context, viewer portal.Viewer, runID string, q portal.RunChangeQuery) (portal.RunChanges, error) {
	keys, err := newKeyset(runChangeSorts, "kind", "", "h.id", q.Cursor)
	if err != nil {
		return portal.RunChanges{}, err
	}
	if !validID(runID) {
		return portal.RunChanges{}, errNotFound("run")
	}
	args := pgx.NamedArgs{"mssp": viewer.Scope.MSSPID, "run": runID, "kind": q.Kind, "rows": q.Limit + 1}
	behind := keys.where(args)
	ofKind := "true"
	if q.Kind != "" {
		ofKind = "h.kind = @kind"
	}
	var rows []runChangeRow
	err = db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		queueRunKnown(batch, viewer.Scope, runID)
		collect(batch.Queue(`
			select h.at, h.kind, h.field, h.before, h.after, h.run_id, h.reason, h.entity, h.entity_id,
			       `+actorOf(viewer.Scope)+` as actor, coalesce(c.name, m.name, '') as name, p.name as msp_name,
			       c.seats_total, null::text as elsewhere, h.position
			from (
				select h.*, `+keys.columns()+` as position
				from change h
				where h.mssp_id = @mssp
				and h.run_id = @run
				and `+ofKind+`
				and `+behind+`
				order by `+keys.orderBy()+`
				limit @rows) h
			left join client c on h.entity = 'client' and c.mssp_id = h.mssp_id and c.id = h.entity_id
			left join msp m on h.entity = 'msp' and m.mssp_id = h.mssp_id and m.id = h.entity_id
			left join msp p on p.mssp_id = c.mssp_id and p.id = c.msp_id
			order by `+keys.orderBy(), args), &rows)
	})
	if err != nil {
		return portal.RunChanges{}, fmt.Errorf("list changes of run: %w", err)
	}
	var page portal.RunChanges
	page.Items, page.NextCursor = cutPage(keys, rows, q.Limit, func(r runChangeRow) (portal.RunChange, []string) {
		return r.RunChange, r.Position
	})
	return page, nil
}
