package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

type inviteRow struct {
	portal.Invite
	Position []string
}

var inviteKeys = map[string]sortKey{"id": plainKey("p.id", idKey)}

// inviteFilters are the filters of portal.InviteFilter, on an invite p.
var inviteFilters = map[string]listFilter{
	"role":       {rows: choiceFilter("p.role", portal.RoleNames())},
	"msp_id":     {rows: idFilter("the id of an MSP", func(id string) string { return "p.msp_id = " + id })},
	"provider":   {rows: choiceFilter("p.provider", portal.ProviderIDs)},
	"created_at": {rows: timeFilter("p.created_at")},
	"expires_at": {rows: timeFilter("p.expires_at")},
}

// Invites returns one page of the invites inside the viewer's scope, newest first. It returns Invalid for an unknown
// status and a malformed filter or cursor.
func (db *DB) Invites(ctx context.Context, viewer portal.Viewer, q portal.InviteQuery) (portal.InvitePage, error) {
	page, err := newKeyset(inviteKeys, "-id", "-id", "p.id", q.Cursor)
	if err != nil {
		return portal.InvitePage{}, err
	}
	status, ok := inviteStatusConditions[q.Status]
	if !ok {
		return portal.InvitePage{}, portal.InvalidField("status", "An invite is open, accepted, expired or revoked.")
	}
	limit := q.Limit
	if limit < 1 || limit > 200 {
		limit = 50
	}
	args := scopeArgs(viewer.Scope)
	filter, err := filterBy(inviteFilters, q.InviteFilter, args)
	if err != nil {
		return portal.InvitePage{}, err
	}
	conditions := inviteScope(viewer.Scope) + " and " + status + filter.rows
	if q.Q != "" {
		conditions += ` and p.email like lower(@q collate "C")`
		args["q"] = pattern(q.Q)
	}
	counted := withArgs(args, nil)
	behind := page.where(args)
	args["limit"] = limit + 1
	var rows []inviteRow
	var total int64
	err = db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		collect(batch.Queue(`
			select `+inviteColumns+`, `+page.columns()+` as position
			from pre_assigned_role p`+inviteNodes+`
			where `+conditions+`
			and `+behind+`
			order by `+page.orderBy()+`
			limit @limit`, args), &rows)
		batch.Queue("select count(*) from pre_assigned_role p where "+conditions, counted).
			QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	})
	if err != nil {
		return portal.InvitePage{}, err
	}
	items, next := cutPage(page, rows, limit, func(r inviteRow) (portal.Invite, []string) { return r.Invite, r.Position })
	return portal.InvitePage{Items: items, NextCursor: next, Total: total}, nil
}
