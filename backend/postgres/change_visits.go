package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// visitEnded is the condition that a visit v is over: it was not saved again for half an hour.
const visitEnded = "v.touched_at < now() - interval '30 minutes'"

// lastVisit is the first moment whose changes are new to the viewer: a present visit began after those seen in the one
// before, and one that has ended has seen all up to its last. It is null before the first visit has ended.
const lastVisit = `
		select case when ` + visitEnded + ` then v.seen_to else v.since end + interval '1 microsecond'
		from change_visit v
		where v.mssp_id = @mssp
		and v.grant_id = scope_grant()`

// queueChangesSinceVisit counts what since=last_visit lists.
func queueChangesSinceVisit(batch *pgx.Batch, scope portal.Scope, n **int64) {
	scanRow(batch.Queue(`
		select case when v.since is not null then (
			select coalesce(sum(g.n), 0)::bigint
			from `+changeGroups(scope, portal.ChangeFilter{})+`
			where `+groupScope(scope)+`
			and g.at >= v.since) end
		from (select (`+lastVisit+`) as since) v`, scopeArgs(scope)), "visit", n)
}

// VisitChanges saves that the viewer has seen all changes up to a time. A visit goes on as long as it is saved again
// within half an hour; what was new at its beginning stays new until then.
func (db *DB) VisitChanges(ctx context.Context, viewer portal.Viewer, visit portal.ChangeVisit) error {
	err := db.As(viewer).Write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			insert into change_visit as v (mssp_id, grant_id, seen_to, touched_at)
			values ($1, scope_grant(), least($2, now()), now())
			on conflict on constraint change_visit_pkey do update
			set since = case when `+visitEnded+` then v.seen_to else v.since end,
			    seen_to = greatest(v.seen_to, excluded.seen_to),
			    touched_at = now()`, viewer.Scope.MSSPID, visit.SeenTo)
		return err
	})
	if err != nil {
		return fmt.Errorf("save visit: %w", err)
	}
	return nil
}
