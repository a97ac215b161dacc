package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// grantRow is a row of user_role with the names of its node and MSSP.
type grantRow struct {
	ID       string      `json:"id"`
	Role     portal.Role `json:"role"`
	MSSPID   string      `json:"mssp_id"`
	MSPID    *string     `json:"msp_id"`
	ClientID *string     `json:"client_id"`
	Node     string      `json:"node"`
	MSSP     string      `json:"mssp"`
	Active   bool        `json:"active"`
}

func (g grantRow) grant() portal.Grant {
	return portal.Grant{ID: g.ID, Role: g.Role, Scope: scopeOf(g.Role, g.MSSPID, g.MSPID, g.ClientID), Node: g.Node, MSSP: g.MSSP}
}

func scopeOf(role portal.Role, msspID string, mspID, clientID *string) portal.Scope {
	scope := portal.Scope{Level: role.Level(), MSSPID: msspID}
	if mspID != nil {
		scope.MSPID = *mspID
	}
	if clientID != nil {
		scope.ClientID = *clientID
	}
	return scope
}

// heldGrants selects grants g with the names of their nodes.
const heldGrants = `
	select g.id, g.role, g.mssp_id, g.msp_id, g.client_id,
	       coalesce(c.name, m.name, o.name) as node, o.name as mssp, g.active
	from user_role g
	join mssp o on o.id = g.mssp_id
	left join msp m on m.mssp_id = g.mssp_id and m.id = g.msp_id
	left join client c on c.mssp_id = g.mssp_id and c.id = g.client_id`

// queueUse records that a session acts under a grant, if it may. What administrators of the grant see of the user
// depends on it, and so does the grant of the user's next session. For one session and grant it writes at most once a
// minute, and always if the session has used another grant since.
func queueUse(batch *pgx.Batch, userID, sessionID, grantID string) {
	batch.Queue(`
		with used as (
			update user_role g
			set last_used_at = now()
			from session s
			where g.id = $3
			and g.user_id = $1
			and s.id = $2
			and s.user_id = $1
			and s.revoked_at is null
			and `+grantUsable+`
			and (coalesce(g.last_used_at < now() - interval '1 minute', true)
			     or g.id is distinct from (
			         select a.grant_id
			         from session_grant a
			         where a.session_id = s.id
			         order by a.last_used_at desc nulls last, a.grant_id
			         limit 1))
			returning g.id)
		insert into session_grant (session_id, grant_id, last_used_at)
		select $2, id, now()
		from used
		on conflict (session_id, grant_id) do update
		set last_used_at = excluded.last_used_at`, userID, sessionID, grantID)
}

// Me returns the viewer, the current grant and all grants the viewer may act under. Like As, it checks in the same
// round trip that session, user and grant are still valid.
func (db *DB) Me(ctx context.Context, viewer portal.Viewer) (portal.Me, error) {
	var user portal.User
	var rows []grantRow
	var dataAge *time.Time
	var zone string
	err := db.systemRead(ctx, roleAuth, "", func(batch *pgx.Batch) {
		queueViewerCheck(batch, viewer)
		collectRow(batch.Queue(`
			select id, name, email, active, last_login_at
			from app_user
			where id = $1`, viewer.UserID), "user", &user)
		collect(batch.Queue(heldGrants+`
			join session s on s.id = $2
			where g.user_id = $1
			and `+grantUsable+`
			order by g.id`, viewer.UserID, viewer.SessionID), &rows)
		queueUse(batch, viewer.UserID, viewer.SessionID, viewer.GrantID)
		queueScope(batch, viewer, 0)
		batch.Queue("select scope_time_zone(), "+dataAsOf, pgx.NamedArgs{"mssp": viewer.Scope.MSSPID}).
			QueryRow(func(row pgx.Row) error { return row.Scan(&zone, &dataAge) })
	})
	if err != nil {
		return portal.Me{}, err
	}
	grants := make([]portal.Grant, len(rows))
	var active portal.Grant
	for i, row := range rows {
		grants[i] = row.grant()
		if row.ID == viewer.GrantID {
			active = grants[i]
		}
	}
	me := portal.NewMe(user, active, grants)
	me.TimeZone, me.DataAsOf = zone, dataAge
	return me, nil
}

// UserGrant returns one of the user's own grants, which a session is about to act under; NotFound for any other id.
// GrantChanged if the grant is not active, Deactivated if the user has no active grant.
func (db *DB) UserGrant(ctx context.Context, userID, sessionID, grantID string) (portal.Grant, error) {
	if !validID(grantID) {
		return portal.Grant{}, errNotFound("grant")
	}
	var row struct {
		grantRow
		AnyActive bool
	}
	err := db.systemRead(ctx, roleAuth, "", func(batch *pgx.Batch) {
		collectRow(batch.Queue(`
			select g.id, g.role, g.mssp_id, g.msp_id, g.client_id, '' as node, '' as mssp, g.active,
			       exists (select from user_role other where other.user_id = $1 and other.active) as any_active
			from user_role g
			where g.user_id = $1
			and g.id = $2`, userID, grantID), "grant", &row)
		queueUse(batch, userID, sessionID, grantID)
	})
	switch {
	case err != nil:
		return portal.Grant{}, err
	case !row.AnyActive:
		return portal.Grant{}, errDeactivated()
	case !row.Active:
		return portal.Grant{}, errGrantChanged()
	}
	return row.grant(), nil
}
