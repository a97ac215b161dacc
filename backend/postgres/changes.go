package postgres

import (
	"context"
	"encoding/json"
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
		select h.at, h.kind, h.field, h.before, h.after, h.run_id, h.reason, `+actorOf(scope)+` as actor
		from change h
		where h.mssp_id = @mssp
		and h.entity_id = @entity
		order by h.id desc
		limit 100`,
		pgx.NamedArgs{"mssp": scope.MSSPID, "entity": entityID}), into)
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
			       `+actorOf(viewer.Scope)+` as actor, coalesce(c.name, m.name, '') as name, h.position
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

var reviewSorts = map[string]sortKey{"rank": plainKey("v.rank", intKey), "name": nameKey("v.name_key")}

type reviewRow struct {
	portal.ReviewItem
	Position []string
}

// Review returns one page of the customers that a run in review would mark as missing, move or rename; none for any
// other run. Errors: NotFound if there is no such run in the viewer's scope, Invalid for a malformed cursor.
func (db *DB) Review(ctx context.Context, viewer portal.Viewer, runID string, q portal.ReviewQuery) (portal.Review, error) {
	keys, err := newKeyset(reviewSorts, "rank,name", "", "v.id", q.Cursor)
	if err != nil {
		return portal.Review{}, err
	}
	if !validID(runID) {
		return portal.Review{}, errNotFound("run")
	}
	args := pgx.NamedArgs{"mssp": viewer.Scope.MSSPID, "run": runID, "rows": q.Limit + 1}
	behind := keys.where(args)
	var rows []reviewRow
	var page portal.Review
	err = db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		queueRunKnown(batch, viewer.Scope, runID)
		batch.Queue("select count(*) from sync_vanishing v where v.mssp_id = $1 and v.run_id = $2", viewer.Scope.MSSPID, runID).
			QueryRow(func(row pgx.Row) error { return row.Scan(&page.Total) })
		collect(batch.Queue(`
			select v.kind, v.id, coalesce(c.name, m.name, '') as name, coalesce(c.type, m.type, '') as type, o.name as msp_name,
			       v.effect, case when v.effect = 'moved' then v.to_name end as to_msp_name,
			       case when v.effect in ('renamed', 'turned') then v.to_name end as to_name,
			       coalesce(c.seats_used, m.seats_used) as seats_used,
			       coalesce(c.external_id, m.external_id, '') as external_id, v.position
			from (
				select v.*, `+keys.columns()+` as position
				from sync_vanishing v
				where v.mssp_id = @mssp
				and v.run_id = @run
				and `+behind+`
				order by `+keys.orderBy()+`
				limit @rows) v
			left join client c on v.kind = 'client' and c.mssp_id = v.mssp_id and c.id = v.id
			left join msp o on o.mssp_id = c.mssp_id and o.id = c.msp_id
			left join msp m on v.kind = 'msp' and m.mssp_id = v.mssp_id and m.id = v.id
			order by `+keys.orderBy(), args), &rows)
	})
	if err != nil {
		return portal.Review{}, fmt.Errorf("read review: %w", err)
	}
	page.Items, page.NextCursor = cutPage(keys, rows, q.Limit, func(r reviewRow) (portal.ReviewItem, []string) {
		return r.ReviewItem, r.Position
	})
	return page, nil
}

// rawFields returns the members of a customer's JSON in the product's order, each as text.
func rawFields(raw []byte) ([]portal.Field, error) {
	fields := []portal.Field{}
	err := eachMember(raw, func(name string, value json.RawMessage) error {
		fields = append(fields, portal.Field{Name: name, Value: plainText(value)})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read kept JSON: %w", err)
	}
	return fields, nil
}

// plainText returns a string without its quotes, null as "", and every other value as it is in JSON.
func plainText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}
