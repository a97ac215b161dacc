package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// A mark belongs to the node of the user who made it, and only users of the same node see it: neither those above nor
// those below. It ends when its reason is no longer that of the row it marks. Such marks have no effect; a merge deletes
// them, so that they have none either if the row has the same reason again later.

// marked reports whether users of a scope have marks.
func marked(scope portal.Scope) bool { return scope.Level != portal.LevelClient }

func markArgs(scope portal.Scope) pgx.NamedArgs {
	return withArgs(scopeArgs(scope), pgx.NamedArgs{"node": nodeOf(scope)})
}

// usersIn returns the view of the users that the viewers of a scope with marks see.
func usersIn(scope portal.Scope) string {
	if scope.Level == portal.LevelMSP {
		return "person_of_msp"
	}
	return "person_of_mssp"
}

// snoozed returns a query of the snoozed rows a of a kind with their marks k. It reads one row by its key for each mark.
func (k customerKind) snoozed(scope portal.Scope) string {
	return `
		select a.*, k.entity_id, k.grant_id, k.until_at
		from attention_mark k
		cross join lateral (` + k.selects(scope) + `
			and ` + k.row() + `.id = k.entity_id
			and ` + k.reason + ` = k.reason
			limit 1) a
		where k.mssp_id = @mssp
		and k.node_id = @node
		and k.kind = '` + k.name + `'
		and k.mark = 'snoozed'
		and k.until_at > now()`
}

// snoozedRows returns the query of the snoozed rows of all kinds.
func snoozedRows(scope portal.Scope) string {
	var kinds []string
	for _, kind := range kindsIn(scope) {
		kinds = append(kinds, kind.snoozed(scope))
	}
	return strings.Join(kinds, "\n		union all")
}

// handlers returns a query of who handles what, without users whose grant is not active.
func handlers(scope portal.Scope) string {
	return `
			select k.kind, k.entity_id, k.reason,
			       jsonb_build_object('user_id', g.user_id, 'name', nullif(p.name, ''), 'since', k.marked_at) as handler
			from attention_mark k
			join user_role g on g.mssp_id = k.mssp_id and g.id = k.grant_id
			left join ` + usersIn(scope) + ` p on p.id = g.user_id
			where k.mssp_id = @mssp
			and k.node_id = @node
			and k.mark = 'handled'
			and g.active`
}

// handlerOf joins handlers h to rows a.
const handlerOf = "h.kind = a.kind and h.entity_id = coalesce(a.client_id, a.msp_id) and h.reason = a.reason"

// Snoozed returns everything in the scope that is snoozed, most urgent first, and first what ends first.
func (db *DB) Snoozed(ctx context.Context, viewer portal.Viewer) (portal.SnoozedAttention, error) {
	snoozed := portal.SnoozedAttention{Items: []portal.Attention{}}
	args := withArgs(markArgs(viewer.Scope), pgx.NamedArgs{"days": expiringDays})
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		collect(batch.Queue(`
			select `+attentionColumns+`, h.handler, jsonb_build_object('until', a.until_at, 'by', (
			       	select nullif(p.name, '')
			       	from user_role g
			       	join `+usersIn(viewer.Scope)+` p on p.id = g.user_id
			       	where g.mssp_id = @mssp
			       	and g.id = a.grant_id)) as snooze
			from (`+snoozedRows(viewer.Scope)+`) a
			left join (`+handlers(viewer.Scope)+`) h on `+handlerOf+`
			order by a.rank, a.until_at, a.name, a.entity_id`, args), &snoozed.Items)
	})
	if err != nil {
		return portal.SnoozedAttention{}, fmt.Errorf("list snoozed: %w", err)
	}
	return snoozed, nil
}

// queueOverviewStamp is queueStamp with the marks that the viewer sees.
func queueOverviewStamp(batch *pgx.Batch, scope portal.Scope, stamp *Stamp) {
	queueStamp(batch, scope, stamp)
	if !marked(scope) {
		return
	}
	batch.Queue(`
		select coalesce(md5(string_agg(concat_ws(' ', k.kind, k.mark, k.entity_id, k.grant_id, k.marked_at, k.until_at, g.active, p.name),
		       ',' order by k.kind, k.mark, k.entity_id)), '')
		from attention_mark k
		left join user_role g on g.mssp_id = k.mssp_id and g.id = k.grant_id
		left join `+usersIn(scope)+` p on p.id = g.user_id
		where k.mssp_id = @mssp
		and k.node_id = @node
		and coalesce(k.until_at > now(), true)`, markArgs(scope),
	).QueryRow(func(row pgx.Row) error { return row.Scan(&stamp.Marks) })
}

// OverviewStamp returns the stamp of the overview.
func (db *DB) OverviewStamp(ctx context.Context, viewer portal.Viewer) (Stamp, error) {
	var stamp Stamp
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) { queueOverviewStamp(batch, viewer.Scope, &stamp) })
	return stamp, err
}

// Snooze leaves what needs attention out of the overview of the viewer's node until a time. NotFound for what is outside
// the scope or does not need this attention; Invalid naming until for a time that has passed or is too late; Conflict for
// too many marks.
func (db *DB) Snooze(ctx context.Context, viewer portal.Viewer, kind, id string, until time.Time) error {
	err := db.writeMark(ctx, viewer, kind, id, func(m *markWriter) error {
		var valid bool
		err := m.QueryRow(ctx, "select $1 > now() and $1 <= now() + $2::interval", until, portal.MaxSnooze).Scan(&valid)
		if err != nil {
			return err
		}
		if !valid {
			return portal.InvalidField("until", "Choose a time in the future, at most 31 days from now.")
		}
		return m.set(ctx, portal.MarkSnoozed, viewer.GrantID, &until, map[string]any{"kind": kind, "until": until.UTC().Format(time.RFC3339)})
	})
	if err != nil {
		return fmt.Errorf("snooze attention: %w", err)
	}
	return nil
}

// SetHandler says who handles what needs attention, in place of anyone else. Errors as of Snooze, but Invalid names
// user_id for one who has no active grant at the viewer's own node.
func (db *DB) SetHandler(ctx context.Context, viewer portal.Viewer, kind, id, userID string) error {
	err := db.writeMark(ctx, viewer, kind, id, func(m *markWriter) error {
		grant, err := m.grantOf(ctx, userID)
		if err != nil {
			return err
		}
		return m.set(ctx, portal.MarkHandled, grant, nil, map[string]any{"kind": kind, "user": userID})
	})
	if err != nil {
		return fmt.Errorf("set handler: %w", err)
	}
	return nil
}
