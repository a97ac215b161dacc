package postgres

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// inviteColumns are the columns of portal.Invite. An invite that expired and was revoked or replaced later counts as
// expired.
var inviteColumns = `
	p.id, p.email, p.role, p.msp_id, m.name as msp_name, p.client_id, c.name as client_name,
	p.provider, p.domain, p.tenant,
	case
		when p.accepted_at is not null then 'accepted'
		when p.revoked_at < p.expires_at then 'revoked'
		when p.expires_at <= now() then 'expired'
		else 'open'
	end as status,
	p.invited_by, p.created_at, p.expires_at, p.accepted_at, p.mail,
	p.accepted_at is null and p.code_tries >= ` + strconv.Itoa(portal.MaxCodeTries) + ` as code_closed`

const inviteNodes = `
	left join msp m on m.mssp_id = p.mssp_id and m.id = p.msp_id
	left join client c on c.mssp_id = p.mssp_id and c.id = p.client_id`

// inviteStatusConditions are the conditions on p for each status that inviteColumns returns.
var inviteStatusConditions = map[string]string{
	"":                            "true",
	string(portal.InviteOpen):     "p.accepted_at is null and p.revoked_at is null and p.expires_at > now()",
	string(portal.InviteAccepted): "p.accepted_at is not null",
	string(portal.InviteExpired): "p.accepted_at is null and p.expires_at <= now() " +
		"and (p.revoked_at is null or p.revoked_at >= p.expires_at)",
	string(portal.InviteRevoked): "p.accepted_at is null and p.revoked_at < p.expires_at",
}

func inviteScope(scope portal.Scope) string {
	if scope.Level == portal.LevelMSSP {
		return "p.mssp_id = @mssp"
	}
	return "p.mssp_id = @mssp and p.msp_id = @msp"
}

// InviteCode is what the database stores of an invite's code.
type InviteCode struct {
	Hash []byte
	// Sealed is the code for the job that mails it, and Enqueue queues that job; nil if the portal sends no mail.
	Sealed  []byte
	Enqueue EnqueueMail
}

// CreateInvite stores an invite, which identity has checked, at a node inside the viewer's scope; NotFound for any
// other node. An open invite for the address at the same node is a Conflict; an expired one is replaced. The mail is
// queued in the same transaction; TooManyRequests if a limit on mails is reached.
func (db *DB) CreateInvite(
	ctx context.Context, viewer portal.Viewer, id string, n portal.NewInvite, code InviteCode,
) (portal.Invite, error) {
	name, err := db.checkInvitee(ctx, viewer, n.Email)
	if err != nil {
		return portal.Invite{}, err
	}
	var invite portal.Invite
	err = db.As(viewer).Write(ctx, func(tx pgx.Tx) error {
		node, err := inviteNode(ctx, tx, viewer.Scope, n)
		if err != nil {
			return err
		}
		if err := revokeExpired(ctx, tx, node, n.Email); err != nil {
			return err
		}
		if _, err := insertInvite(ctx, tx, id, node, n, code.Hash, inviter{viewer.UserID, name}); err != nil {
			return err
		}
		err = writeAudit(ctx, tx, AuditEntry{
			MSSPID: viewer.Scope.MSSPID, ActorID: viewer.UserID, Action: "invite_created", Target: id,
			Detail: map[string]any{"role": n.Role, "msp_id": node.MSPID, "client_id": node.ClientID},
		})
		if err != nil {
			return err
		}
		invite, err = enqueueInviteMail(ctx, tx, viewer, id, n.Email, code)
		return err
	})
	return invite, err
}

// checkInvitee returns the inviter's name; Conflict if the address is confirmed for a user inside the viewer's scope.
// It reveals nothing about users outside the scope.
func (db *DB) checkInvitee(ctx context.Context, viewer portal.Viewer, email string) (inviter string, err error) {
	var member bool
	err = db.systemRead(ctx, roleAuth, "", func(batch *pgx.Batch) {
		queueViewerCheck(batch, viewer)
		batch.Queue(`
			select coalesce(nullif(me.name, ''), own.email, me.email),
			       exists (
			           select
			           from identity i
			           join user_role g on g.user_id = i.user_id
			           where i.email = @email
			           and i.email_confirmed
			           and g.mssp_id = @mssp
			           and (@msp = '' or g.msp_id::text = @msp))
			from app_user me
			left join user_role own on own.id = @grant
			where me.id = @me`,
			pgx.StrictNamedArgs{
				"me": viewer.UserID, "grant": viewer.GrantID, "email": email, "mssp": viewer.Scope.MSSPID, "msp": viewer.Scope.MSPID,
			},
		).QueryRow(func(row pgx.Row) error { return row.Scan(&inviter, &member) })
	})
	if err == nil && member {
		err = portal.Errorf(portal.Conflict,
			"A user with this address already exists. Change their role instead of inviting them.")
	}
	return inviter, err
}

// inviteNode returns the node of an invite in the viewer's scope, with the MSP of a client.
func inviteNode(ctx context.Context, tx pgx.Tx, scope portal.Scope, n portal.NewInvite) (portal.Scope, error) {
	node := portal.Scope{Level: n.Role.Level(), MSSPID: scope.MSSPID}
	args := scopeArgs(scope)
	var sql, noun string
	switch node.Level {
	case portal.LevelMSSP:
		return node, nil
	case portal.LevelMSP:
		noun, sql, args["node"] = "MSP", "select m.id::text, '' from msp m where "+mspScope(scope)+" and m.id = @node", n.MSPID
	default:
		noun, args["node"] = "client", n.ClientID
		sql = "select coalesce(c.msp_id::text, ''), c.id::text from client c where " + clientScope(scope) + " and c.id = @node"
	}
	if !validID(args["node"].(string)) {
		return node, errNotFound(noun)
	}
	err := tx.QueryRow(ctx, sql, args).Scan(&node.MSPID, &node.ClientID)
	if errors.Is(err, pgx.ErrNoRows) {
		return node, errNotFound(noun)
	}
	return node, err
}

// revokeExpired revokes an expired invite for the address at the node, so that a new one can be created.
func revokeExpired(ctx context.Context, tx pgx.Tx, node portal.Scope, email string) error {
	_, err := tx.Exec(ctx, `
		update pre_assigned_role
		set revoked_at = now()
		where mssp_id = @mssp
		and email = @email
		and msp_id is not distinct from @msp
		and client_id is not distinct from @client
		and accepted_at is null
		and revoked_at is null
		and expires_at <= now()`,
		pgx.StrictNamedArgs{
			"mssp": node.MSSPID, "email": email, "msp": orNull(node.MSPID), "client": orNull(node.ClientID),
		})
	return err
}

// inviter is who creates an invite; id is "" for the operator.
type inviter struct{ id, name string }

func insertInvite(
	ctx context.Context, tx pgx.Tx, id string, node portal.Scope, n portal.NewInvite, codeHash []byte, by inviter,
) (expiresAt time.Time, err error) {
	args := pgx.StrictNamedArgs{
		"mssp": node.MSSPID, "id": id, "email": n.Email, "role": n.Role,
		"msp": orNull(node.MSPID), "client": orNull(node.ClientID), "provider": n.Provider,
		"domain": orNull(n.Domain), "tenant": orNull(n.Tenant), "hash": codeHash, "inviter": by.name, "inviter_id": orNull(by.id),
		"life": time.Duration(n.ExpiresInHours) * time.Hour, "language": n.Language,
	}
	err = tx.QueryRow(ctx, `
		insert into pre_assigned_role (mssp_id, id, email, role, msp_id, client_id, provider, domain, tenant, code_hash,
		                               invited_by, inviters, language, life, expires_at)
		values (@mssp, @id, @email, @role, @msp, @client, @provider, @domain, @tenant, @hash,
		        @inviter, array_remove(array[@inviter_id::uuid], null), @language, @life::interval, now() + @life::interval)
		returning expires_at`,
		args).Scan(&expiresAt)
	if constraint(err) == "pre_assigned_role_open_key" {
		return expiresAt, portal.Errorf(portal.Conflict,
			"There is already an open invite for this address. Send it again, or revoke it to create another.")
	}
	return expiresAt, err
}

func readInvite(ctx context.Context, tx pgx.Tx, scope portal.Scope, id string) (portal.Invite, error) {
	args := scopeArgs(scope)
	args["id"] = id
	rows, err := tx.Query(ctx, `
		select `+inviteColumns+`
		from pre_assigned_role p`+inviteNodes+`
		where `+inviteScope(scope)+`
		and p.id = @id`, args)
	if err != nil {
		return portal.Invite{}, err
	}
	invite, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[portal.Invite])
	if errors.Is(err, pgx.ErrNoRows) {
		return invite, errNotFound("invite")
	}
	return invite, err
}

// ResendInvite replaces the code of an open or expired invite, resets its tries, renews its lifetime and mails the new
// code in the invite's language. The old code is invalid at once. NotFound outside the viewer's scope, Forbidden for a
// role the viewer may not invite, Conflict for an invite that was accepted, revoked or replaced or whose address
// belongs to a user, TooManyRequests if a limit on mails is reached.
func (db *DB) ResendInvite(ctx context.Context, viewer portal.Viewer, id string, code InviteCode) (portal.Invite, error) {
	invite, err := db.inviteToResend(ctx, viewer, id)
	if err != nil {
		return portal.Invite{}, err
	}
	if _, err := db.checkInvitee(ctx, viewer, invite.Email); err != nil {
		return portal.Invite{}, err
	}
	err = db.As(viewer).Write(ctx, func(tx pgx.Tx) error {
		if err := renewInvite(ctx, tx, viewer, id, code.Hash); err != nil {
			return err
		}
		err := writeAudit(ctx, tx, AuditEntry{
			MSSPID: viewer.Scope.MSSPID, ActorID: viewer.UserID, Action: "invite_resent", Target: id,
		})
		if err != nil {
			return err
		}
		invite, err = enqueueInviteMail(ctx, tx, viewer, id, invite.Email, code)
		return err
	})
	return invite, err
}

// inviteToResend returns an invite of the viewer's scope whose role the viewer may invite.
func (db *DB) inviteToResend(ctx context.Context, viewer portal.Viewer, id string) (invite portal.Invite, err error) {
	if !validID(id) {
		return invite, errNotFound("invite")
	}
	args := scopeArgs(viewer.Scope)
	args["id"] = id
	err = db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		collectRow(batch.Queue(`
			select `+inviteColumns+`
			from pre_assigned_role p`+inviteNodes+`
			where `+inviteScope(viewer.Scope)+`
			and p.id = @id`, args), "invite", &invite)
	})
	if err == nil && !viewer.Role.MayInvite(invite.Role) {
		err = portal.Errorf(portal.Forbidden, "Your role may not invite a user as %s.", invite.Role)
	}
	return invite, err
}

func renewInvite(ctx context.Context, tx pgx.Tx, viewer portal.Viewer, id string, codeHash []byte) error {
	scope := viewer.Scope
	args := scopeArgs(scope)
	args["id"], args["hash"], args["inviter"] = id, codeHash, viewer.UserID
	renewed, err := tx.Exec(ctx, `
		update pre_assigned_role p
		set code_hash = @hash,
		    inviters = array_append(array_remove(inviters, @inviter::uuid), @inviter::uuid),
		    code_tries = 0,
		    life = coalesce(life, expires_at - created_at),
		    expires_at = now() + coalesce(life, expires_at - created_at),
		    code_sealed = null,
		    mail = 'none'
		where `+inviteScope(scope)+`
		and p.id = @id
		and p.accepted_at is null
		and p.revoked_at is null`, args)
	if err != nil || renewed.RowsAffected() == 1 {
		return err
	}
	if err := closedError(ctx, tx, scope, id); err != nil {
		return err
	}
	return portal.Errorf(portal.Conflict, "This invite was revoked or replaced. Create a new invite for this user.")
}

// RevokeInvite revokes an invite that has not been accepted. Revoking a revoked invite is a no-op. NotFound outside the
// viewer's scope, Conflict for an accepted invite.
func (db *DB) RevokeInvite(ctx context.Context, viewer portal.Viewer, id string) error {
	if !validID(id) {
		return errNotFound("invite")
	}
	return db.As(viewer).Write(ctx, func(tx pgx.Tx) error {
		args := scopeArgs(viewer.Scope)
		args["id"] = id
		revoked, err := tx.Exec(ctx, `
			update pre_assigned_role p
			set revoked_at = now(), code_sealed = null
			where `+inviteScope(viewer.Scope)+`
			and p.id = @id
			and p.accepted_at is null
			and p.revoked_at is null`, args)
		if err != nil {
			return err
		}
		if revoked.RowsAffected() == 0 {
			return closedError(ctx, tx, viewer.Scope, id)
		}
		return writeAudit(ctx, tx, AuditEntry{
			MSSPID: viewer.Scope.MSSPID, ActorID: viewer.UserID, Action: "invite_revoked", Target: id,
		})
	})
}

// revokeInvitesFor revokes the open invites for some addresses inside the viewer's scope, and writes an audit entry for
// each.
func revokeInvitesFor(ctx context.Context, tx pgx.Tx, viewer portal.Viewer, addresses []string) error {
	args := scopeArgs(viewer.Scope)
	args["addresses"] = addresses
	rows, err := tx.Query(ctx, `
		update pre_assigned_role p
		set revoked_at = now(), code_sealed = null
		where `+inviteScope(viewer.Scope)+`
		and p.email = any(@addresses)
		and `+inviteStatusConditions[string(portal.InviteOpen)]+`
		returning p.id::text`, args)
	if err != nil {
		return err
	}
	revoked, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, id := range revoked {
		err := writeAudit(ctx, tx, AuditEntry{
			MSSPID: viewer.Scope.MSSPID, ActorID: viewer.UserID, Action: "invite_revoked", Target: id,
			Detail: map[string]any{"reason": "user_deactivated"},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// closedError returns why an invite is not open: Conflict if it was accepted, NotFound if there is none, nil if it was
// revoked.
func closedError(ctx context.Context, tx pgx.Tx, scope portal.Scope, id string) error {
	invite, err := readInvite(ctx, tx, scope, id)
	if err == nil && invite.Status == portal.InviteAccepted {
		return portal.Errorf(portal.Conflict, "This invite has already been accepted.")
	}
	return err
}

func orNull(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}
