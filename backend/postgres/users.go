package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// userViews are the views through which viewers of a level read users (migrations/00004_people.sql), and the condition
// on their grants g.
type userViews struct {
	users, sessions, scope string
}

// userViewsOf returns the views for a viewer's level; Forbidden for users of a client, who see no users.
func userViewsOf(scope portal.Scope) (userViews, error) {
	switch scope.Level {
	case portal.LevelMSSP:
		return userViews{"person_of_mssp", "session_of_mssp", "g.mssp_id = @mssp"}, nil
	case portal.LevelMSP:
		return userViews{"person_of_msp", "session_of_msp", "g.mssp_id = @mssp and g.msp_id = @msp"}, nil
	}
	return userViews{}, portal.Errorf(portal.Forbidden, "Your role may not see users.")
}

// holds returns the condition that the user p holds a grant g inside the scope that meets another condition.
func (in userViews) holds(condition string) string {
	return "exists (select from user_role g where " + in.scope + " and g.user_id = p.id and " + condition + ")"
}

// userSortName returns what a user is sorted by: the name, or the address if there is none.
func userSortName(table string) string {
	return "coalesce(nullif(" + table + ".name, ''), " + table + ".email)"
}

func (in userViews) active() string { return "(p.active and " + in.holds("g.active") + ")" }

func (in userViews) sorts() map[string]sortKey {
	ranks := make([]string, len(portal.Roles))
	for i, role := range portal.RoleNames() {
		ranks[i] = string(role)
	}
	return map[string]sortKey{
		"name":          nameKey("p.name_key"),
		"email":         plainKey(`lower(p.email collate "C")`, textKey),
		"last_login_at": absentLast("p.last_login_at", timeKey),
		// The widest of the roles that a user holds.
		"role": plainKey(`(
			select min(array_position('{`+strings.Join(ranks, ",")+`}'::text[], g.role))
			from user_role g
			where `+in.scope+`
			and g.user_id = p.id)`, intKey),
	}
}

// userFilters are the filters of portal.UserFilter, on a user p.
var userFilters = map[string]listFilter{
	"provider":      {rows: choiceFilter("p.provider", portal.ProviderIDs)},
	"last_login_at": {rows: timeFilterOr("p.last_login_at", "p.last_login_at is null")},
}

func (in userViews) filter(q portal.UserQuery, args pgx.NamedArgs) (string, error) {
	columns, err := filterBy(userFilters, q.UserFilter, args)
	if err != nil {
		return "", err
	}
	where := "true" + columns.rows
	if q.Q != "" {
		named, err := contains("p", userSortName("p"))("q", q.Q, args)
		if err != nil {
			return "", err
		}
		where += "\nand (" + named + ` or lower(p.email collate "C") like lower(@q collate "C"))`
	}
	if q.Role != "" {
		args["role"] = q.Role
		where += "\nand " + in.holds("g.role = @role")
	}
	if q.MSPID != "" {
		if !validID(q.MSPID) {
			return "", portal.InvalidField("msp_id", "An MSP's id is a UUID.")
		}
		args["at"] = q.MSPID
		where += "\nand " + in.holds("g.msp_id = @at")
	}
	switch q.Status {
	case "":
	case portal.UserActive:
		where += "\nand " + in.active()
	case portal.UserDeactivated:
		where += "\nand not " + in.active()
	default:
		return "", portal.InvalidField("status", "A user is active or deactivated.")
	}
	return where, nil
}

// columns returns the columns of userRow except position, which only a list has.
func (in userViews) columns() string {
	return `
	p.id, p.name, p.email, p.email_confirmed, coalesce(p.provider, '') as provider, p.last_login_at, p.created_at,
	` + in.active() + ` as active,
	(select count(*) from ` + in.sessions + ` s where s.user_id = p.id) as sessions,
	(
		select jsonb_agg(jsonb_build_object(
		           'id', g.id, 'role', g.role, 'mssp_id', g.mssp_id, 'msp_id', g.msp_id, 'client_id', g.client_id,
		           'node', coalesce(c.name, m.name, t.name), 'mssp', t.name, 'active', g.active) order by g.id)
		from user_role g
		join mssp t on t.id = g.mssp_id
		left join msp m on m.mssp_id = g.mssp_id and m.id = g.msp_id
		left join client c on c.mssp_id = g.mssp_id and c.id = g.client_id
		where ` + in.scope + `
		and g.user_id = p.id) as grants`
}

type userRow struct {
	ID, Name, Email string
	EmailConfirmed  bool
	Provider        portal.ProviderID
	LastLoginAt     *time.Time
	CreatedAt       time.Time
	Active          bool
	Sessions        int
	Grants          []grantRow
	Position        []string
}

func (r userRow) item(viewer portal.Viewer) portal.UserItem {
	item := portal.UserItem{
		ID: r.ID, Name: r.Name, Email: r.Email, EmailConfirmed: r.EmailConfirmed, Provider: r.Provider, Active: r.Active,
		Sessions: r.Sessions, LastLoginAt: r.LastLoginAt, CreatedAt: r.CreatedAt, Self: r.ID == viewer.UserID,
		Grants: make([]portal.HeldGrant, len(r.Grants)),
	}
	for i, g := range r.Grants {
		item.Grants[i] = portal.HeldGrant{Grant: g.grant(), Active: g.Active}
	}
	return item
}

// Users returns one page of the users who hold a grant inside the viewer's scope. Invalid names the malformed
// parameter; Forbidden below the level of an MSP.
func (db *DB) Users(ctx context.Context, viewer portal.Viewer, q portal.UserQuery) (portal.UserPage, error) {
	in, err := userViewsOf(viewer.Scope)
	if err != nil {
		return portal.UserPage{}, err
	}
	keys, err := newKeyset(in.sorts(), q.Sort, "name", "p.id", q.Cursor)
	if err != nil {
		return portal.UserPage{}, err
	}
	args := scopeArgs(viewer.Scope)
	filter, err := in.filter(q, args)
	if err != nil {
		return portal.UserPage{}, err
	}
	if q.Limit < 1 || q.Limit > 200 {
		q.Limit = 50
	}
	var rows []userRow
	var page portal.UserPage
	err = db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		batch.Queue("select count(*) from "+in.users+" p where "+filter, args).
			QueryRow(func(row pgx.Row) error { return row.Scan(&page.Total) })
		collect(in.queuePage(batch, keys, filter, args, q.Limit), &rows)
	})
	if err != nil {
		return portal.UserPage{}, fmt.Errorf("list users: %w", err)
	}
	page.Items, page.NextCursor = cutPage(keys, rows, q.Limit, func(r userRow) (portal.UserItem, []string) {
		return r.item(viewer), r.Position
	})
	return page, nil
}

// User returns one user who holds a grant inside the viewer's scope; NotFound for any other. Forbidden below the level of
// an MSP.
func (db *DB) User(ctx context.Context, viewer portal.Viewer, id string) (portal.UserItem, error) {
	in, err := userViewsOf(viewer.Scope)
	if err != nil {
		return portal.UserItem{}, err
	}
	if !validID(id) {
		return portal.UserItem{}, errNotFound("user")
	}
	var row userRow
	err = db.As(viewer).Read(ctx, func(batch *pgx.Batch) { in.queueUser(batch, viewer.Scope, id, &row) })
	if err != nil {
		return portal.UserItem{}, fmt.Errorf("read user: %w", err)
	}
	return row.item(viewer), nil
}

// queuePage reads the details of a user only after the page has been selected.
func (in userViews) queuePage(batch *pgx.Batch, keys keyset, filter string, args pgx.NamedArgs, limit int) *pgx.QueuedQuery {
	args = withArgs(args, pgx.NamedArgs{"rows": limit + 1})
	behind := keys.where(args)
	return batch.Queue(`
		with page as (
			select p.id, `+keys.columns()+` as position
			from `+in.users+` p
			where `+filter+`
			and `+behind+`
			order by `+keys.orderBy()+`
			limit @rows)
		select `+in.columns()+`, page.position
		from page
		join `+in.users+` p on p.id = page.id
		order by `+keys.orderBy(), args)
}

// queueUser reads one user of the viewer's scope; NotFound for any other.
func (in userViews) queueUser(batch *pgx.Batch, scope portal.Scope, id string, into *userRow) {
	args := scopeArgs(scope)
	args["id"] = id
	collectRow(batch.Queue(`
		select `+in.columns()+`, '{}'::text[] as position
		from `+in.users+` p
		where p.id = @id`, args), "user", into)
}
