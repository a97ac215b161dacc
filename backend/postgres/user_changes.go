package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// lockedGrant is a grant whose row is locked until the transaction ends.
type lockedGrant struct {
	ID       string
	UserID   string
	Role     portal.Role
	MSPID    *string
	ClientID *string
	Active   bool
}

func (g lockedGrant) grant(msspID string) portal.Grant {
	return portal.Grant{ID: g.ID, Role: g.Role, Scope: scopeOf(g.Role, msspID, g.MSPID, g.ClientID)}
}

// auditState returns what the audit log stores of a grant before and after a change.
func (g lockedGrant) auditState() map[string]any {
	return map[string]any{"role": g.Role, "msp_id": g.MSPID, "client_id": g.ClientID, "active": g.Active}
}

func (g lockedGrant) equal(other lockedGrant) bool {
	return g.Active == other.Active && g.sameRole(other)
}

func (g lockedGrant) sameRole(other lockedGrant) bool {
	return g.Role == other.Role && same(g.MSPID, other.MSPID) && same(g.ClientID, other.ClientID)
}

func same(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

// ChangeUser changes a user's grants inside the viewer's scope and returns the user. It changes no grant outside the
// scope. If the user has no active grant left inside the scope, it also revokes the open invites there, which the user
// could claim to return. NotFound for a user, grant or node outside the scope; Conflict for the viewer's own account
// and for a role that the user already holds there; Forbidden if one of the roles is not the viewer's to give; Invalid
// names the missing field.
//
// An MSSP always keeps an administrator: only an administrator changes another, no user changes their own grants, and
// the viewer's own grant stays locked until the change is committed.
func (db *DB) ChangeUser(ctx context.Context, viewer portal.Viewer, id string, change portal.UserChange) (portal.UserItem, error) {
	in, err := userViewsOf(viewer.Scope)
	if err != nil {
		return portal.UserItem{}, err
	}
	if err := change.Check(); err != nil {
		return portal.UserItem{}, err
	}
	if !validID(id) {
		return portal.UserItem{}, errNotFound("user")
	}
	if id == viewer.UserID {
		return portal.UserItem{}, portal.Errorf(portal.Conflict, "You cannot change your own role. Ask another administrator.")
	}
	var row userRow
	err = db.writeUser(ctx, viewer, in, id, func(tx pgx.Tx, addresses []string) error {
		held, err := lockGrants(ctx, tx, in, viewer, id)
		if err != nil {
			return err
		}
		before, err := selectGrants(change, held)
		if err != nil {
			return err
		}
		after, err := applyChange(ctx, tx, viewer.Scope, change, before)
		if err != nil {
			return err
		}
		if err := checkAllowed(viewer, held, after); err != nil {
			return err
		}
		if deactivates(change, held, after) {
			if err := revokeInvitesFor(ctx, tx, viewer, addresses); err != nil {
				return err
			}
		}
		return writeGrants(ctx, tx, in, viewer, id, before, after, &row)
	})
	if err != nil {
		return portal.UserItem{}, err
	}
	return row.item(viewer), nil
}

// writeUser runs work as the viewer, with the user's row locked and the addresses that a provider confirms as theirs.
// Claiming an invite locks the same row, so work sees the claim or the claim comes after it. A user outside the scope
// is neither locked nor read.
func (db *DB) writeUser(
	ctx context.Context, viewer portal.Viewer, in userViews, id string, work func(pgx.Tx, []string) error,
) error {
	var addresses []string
	args := scopeArgs(viewer.Scope)
	args["user"] = id
	enter := func(batch *pgx.Batch) {
		batch.Queue(setScope, roleAuth, "", "", "")
		queueViewerCheck(batch, viewer)
		batch.Queue(`
			select
			from app_user p
			where p.id = @user
			and `+in.holds("true")+`
			for no key update`, args)
		batch.Queue(`
			select i.email
			from identity i
			join app_user p on p.id = i.user_id
			where p.id = @user
			and i.email_confirmed
			and `+in.holds("true"), args,
		).Query(func(rows pgx.Rows) (err error) {
			addresses, err = pgx.CollectRows(rows, pgx.RowTo[string])
			return err
		})
		queueScope(batch, viewer, 0)
	}
	return db.transaction(ctx, enter, func(tx pgx.Tx) error { return work(tx, addresses) })
}

// lockGrants locks the viewer's own grant and the user's grants, always in the same order. If two administrators change
// each other at once, the second waits here and then finds its own grant changed: GrantChanged.
func lockGrants(ctx context.Context, tx pgx.Tx, in userViews, viewer portal.Viewer, id string) ([]lockedGrant, error) {
	args := scopeArgs(viewer.Scope)
	args["user"], args["own"] = id, viewer.GrantID
	rows, err := tx.Query(ctx, `
		select g.id, g.user_id, g.role, g.msp_id, g.client_id, g.active
		from user_role g
		where `+in.scope+`
		and (g.id = @own or g.user_id = @user)
		order by g.id
		for update`, args)
	if err != nil {
		return nil, err
	}
	locked, err := pgx.CollectRows(rows, pgx.RowToStructByName[lockedGrant])
	if err != nil {
		return nil, err
	}
	own := slices.IndexFunc(locked, func(g lockedGrant) bool { return g.ID == viewer.GrantID })
	if own < 0 || !locked[own].Active || locked[own].Role != viewer.Role {
		return nil, errGrantChanged()
	}
	return slices.Delete(locked, own, own+1), nil
}

// selectGrants returns the grants that a change is for: the one it names, otherwise all that the user holds inside the
// scope.
func selectGrants(change portal.UserChange, held []lockedGrant) ([]lockedGrant, error) {
	if len(held) == 0 {
		return nil, errNotFound("user")
	}
	if change.GrantID != "" {
		i := slices.IndexFunc(held, func(g lockedGrant) bool { return g.ID == change.GrantID })
		if i < 0 {
			return nil, errNotFound("grant")
		}
		return held[i : i+1], nil
	}
	if change.Moves() && len(held) > 1 {
		return nil, portal.InvalidField("grant_id", "This user holds several roles: name the grant to change.")
	}
	return held, nil
}

// applyChange returns the grants after the change, at nodes inside the scope.
func applyChange(
	ctx context.Context, tx pgx.Tx, scope portal.Scope, change portal.UserChange, before []lockedGrant,
) ([]lockedGrant, error) {
	after := slices.Clone(before)
	for i := range after {
		if change.Active != nil {
			after[i].Active = *change.Active
		}
		if !change.Moves() {
			continue
		}
		role, mspID, clientID, err := change.Target(before[i].grant(scope.MSSPID))
		if err != nil {
			return nil, err
		}
		node, err := inviteNode(ctx, tx, scope, portal.NewInvite{Role: role, MSPID: mspID, ClientID: clientID})
		if err != nil {
			return nil, err
		}
		after[i].Role, after[i].MSPID, after[i].ClientID = role, orNull(node.MSPID), orNull(node.ClientID)
	}
	return after, nil
}

// checkAllowed checks that the viewer may give every role that the user holds inside the scope, before and after the
// change.
func checkAllowed(viewer portal.Viewer, held, after []lockedGrant) error {
	for _, g := range slices.Concat(held, after) {
		if !viewer.Role.MayInvite(g.Role) {
			return portal.Errorf(portal.Forbidden, "Your role may not change a user who is %s.", g.Role)
		}
	}
	for _, a := range after {
		if slices.ContainsFunc(held, func(g lockedGrant) bool { return g.ID != a.ID && g.sameRole(a) }) {
			return portal.Errorf(portal.Conflict, "This user already holds that role there.")
		}
	}
	return nil
}

// deactivates reports whether a change deactivates the user's last active grants inside the scope.
func deactivates(change portal.UserChange, held, after []lockedGrant) bool {
	if change.Active == nil || *change.Active {
		return false
	}
	return !slices.ContainsFunc(held, func(h lockedGrant) bool {
		return h.Active && !slices.ContainsFunc(after, func(a lockedGrant) bool { return a.ID == h.ID })
	})
}

// writeGrants writes the changed grants, each with an audit entry, ends the user's sessions if no active grant is left
// anywhere, and reads the user again.
func writeGrants(
	ctx context.Context, tx pgx.Tx, in userViews, viewer portal.Viewer, id string, before, after []lockedGrant, row *userRow,
) error {
	batch := &pgx.Batch{}
	for i, g := range after {
		if g.equal(before[i]) {
			continue
		}
		batch.Queue(`
			update user_role
			set role = @role, msp_id = @msp, client_id = @client, active = @active
			where mssp_id = @mssp
			and id = @id`,
			pgx.StrictNamedArgs{
				"mssp": viewer.Scope.MSSPID, "id": g.ID, "role": g.Role, "msp": g.MSPID, "client": g.ClientID, "active": g.Active,
			})
		queueAudit(ctx, batch, AuditEntry{
			MSSPID: viewer.Scope.MSSPID, ActorID: viewer.UserID, Action: "user_changed", Target: id,
			Detail: map[string]any{"grant_id": g.ID, "before": before[i].auditState(), "after": g.auditState()},
		})
	}
	queueEndUnusableSessions(batch, id, portal.EndedDeactivated)
	queueScope(batch, viewer, 0)
	in.queueUser(batch, viewer.Scope, id, row)
	return tx.SendBatch(ctx, batch).Close()
}

// queueEndUnusableSessions ends the sessions of a user that may not act under any grant any more. Only the sign-in role
// may read all of the user's grants; the result depends on these alone and not on the viewer. The user's row is locked,
// so that if two tenants deactivate or sign out the user at once, the second sees what the first did.
func queueEndUnusableSessions(batch *pgx.Batch, id string, reason portal.EndedReason) {
	batch.Queue(setScope, roleAuth, "", "", "")
	batch.Queue(`
		update session s
		set revoked_at = now(), revoked_reason = $2
		where s.user_id = $1
		and s.revoked_at is null
		and not exists (select from user_role g where g.user_id = $1 and `+grantUsable+`)`,
		id, reason)
}

// SignOutUser ends the use of the grants inside the viewer's scope by the user's sessions, and ends the sessions that
// have no other grant. NotFound for a user outside the scope; Forbidden if one of the user's roles is not the viewer's
// to give.
func (db *DB) SignOutUser(ctx context.Context, viewer portal.Viewer, id string) error {
	in, err := userViewsOf(viewer.Scope)
	if err != nil {
		return err
	}
	if !validID(id) {
		return errNotFound("user")
	}
	return db.writeUser(ctx, viewer, in, id, func(tx pgx.Tx, _ []string) error {
		if err := checkMaySignOut(ctx, tx, in, viewer, id); err != nil {
			return err
		}
		return signOut(ctx, tx, in, viewer, id)
	})
}

// signOut bars existing sessions from the grants of the scope, then ends the sessions that have no grant left.
func signOut(ctx context.Context, tx pgx.Tx, in userViews, viewer portal.Viewer, id string) error {
	args := scopeArgs(viewer.Scope)
	args["user"] = id
	var sessions int
	err := tx.QueryRow(ctx, "select count(*) from "+in.sessions+" where user_id = $1", id).Scan(&sessions)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		update user_role g
		set signed_out_at = clock_timestamp()
		where `+in.scope+`
		and g.user_id = @user`, args)
	if err != nil {
		return err
	}
	err = writeAudit(ctx, tx, AuditEntry{
		MSSPID: viewer.Scope.MSSPID, ActorID: viewer.UserID, Action: "user_signed_out", Target: id,
		Detail: map[string]any{"sessions": sessions},
	})
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	queueEndUnusableSessions(batch, id, portal.EndedByAdmin)
	return tx.SendBatch(ctx, batch).Close()
}

func checkMaySignOut(ctx context.Context, tx pgx.Tx, in userViews, viewer portal.Viewer, id string) error {
	args := scopeArgs(viewer.Scope)
	args["user"] = id
	rows, err := tx.Query(ctx, `
		select g.role
		from user_role g
		where `+in.scope+`
		and g.user_id = @user`, args)
	if err != nil {
		return err
	}
	roles, err := pgx.CollectRows(rows, pgx.RowTo[portal.Role])
	switch {
	case err != nil:
		return err
	case len(roles) == 0:
		return errNotFound("user")
	}
	for _, role := range roles {
		if !viewer.Role.MayInvite(role) {
			return portal.Errorf(portal.Forbidden, "Your role may not sign out a user who is %s.", role)
		}
	}
	return nil
}
