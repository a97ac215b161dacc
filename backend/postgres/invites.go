package postgres

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// inviteColumns are those of portal.Invite. One that lapsed and was then revoked or replaced has still lapsed.
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

// inviteStatusConditions are the same words as conditions.
var inviteStatusConditions = map[string]string{
	"":                            "true",
	string(portal.InviteOpen):     "p.accepted_at is null and p.revoked_at is null and p.expires_at > now()",
	string(portal.InviteAccepted): "p.accepted_at is not null",
	string(portal.InviteExpired):  "p.accepted_at is null and p.expires_at <= now() and (p.revoked_at is null or p.revoked_at >= p.expires_at)",
	string(portal.InviteRevoked):  "p.accepted_at is null and p.revoked_at < p.expires_at",
}

func inviteScope(scope portal.Scope) string {
	if scope.Level == portal.LevelMSSP {
		return "p.mssp_id = @mssp"
	}
	return "p.mssp_id = @mssp and p.msp_id = @msp"
}

// InviteCode is what an invite keeps of its code.
type InviteCode struct {
	Hash []byte
	// Sealed is the code for the job that mails it, and Post queues that job; nil where nobody mails.
	Sealed  []byte
	Enqueue EnqueueMail
}

// CreateInvite keeps an invite that identity has checked, at a node inside the viewer's scope; NotFound for any other
// node. An open invite for the address at the same node is a Conflict; one that has lapsed makes way. Its mail is
// queued in the same transaction; TooManyRequests where too many were sent already.
func (db *DB) CreateInvite(ctx context.Context, viewer portal.Viewer, id string, n portal.NewInvite, code InviteCode) (portal.Invite, error) {
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

// checkInvitee answers how the inviter is called, and Conflict where the address already belongs to somebody inside
// the viewer's scope and the provider confirms it. Of users elsewhere it tells nothing.
func (db *DB) checkInvitee(ctx context.Context, viewer portal.Viewer, email string) (inviter string, err error) {
	var member bool
	err = db.systemRead(ctx, roleAuth, "", func(batch *pgx.Batch) {
		queueStanding(batch, viewer)
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
		err = portal.Errorf(portal.Conflict, "Somebody with this address already uses the portal. Change their role instead of inviting them.")
	}
	return inviter, err
}

// inviteNode finds the node of an invite in the viewer's scope, and the MSP above a client.
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
		noun, sql, args["node"] = "client", "select coalesce(c.msp_id::text, ''), c.id::text from client c where "+clientScope(scope)+" and c.id = @node", n.ClientID
	}
	if !validID(args["node"].(string)) {
		return node, errNone(noun)
	}
	err := tx.QueryRow(ctx, sql, args).Scan(&node.MSPID, &node.ClientID)
	if errors.Is(err, pgx.ErrNoRows) {
		return node, errNone(noun)
	}
	return node, err
}

// revokeExpired lets a lapsed invite for the address at the node make way for a new one.
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

// inviter is who makes an invite; without an id it is no user.
type inviter struct{ id, name string }

func insertInvite(ctx context.Context, tx pgx.Tx, id string, node portal.Scope, n portal.NewInvite, codeHash []byte, by inviter) (expiresAt time.Time, err error) {
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
		return expiresAt, portal.Errorf(portal.Conflict, "There is an open invite for this address already. Send it again, or revoke it to make another.")
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
		return invite, errNone("invite")
	}
	return invite, err
}

// ResendInvite gives an invite that is open or has lapsed a fresh code, at once the only one that is good, with all its
// tries, for as long again as it was made for, and mails it in the invite's language. NotFound outside the viewer's
// scope, Forbidden where the viewer may not invite the role, Conflict for an invite that was accepted, revoked or
// replaced and for an address that is somebody's by now, TooManyRequests where too much was mailed.
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

// inviteToResend answers an invite of the viewer's scope whose role they may invite.
func (db *DB) inviteToResend(ctx context.Context, viewer portal.Viewer, id string) (invite portal.Invite, err error) {
	if !validID(id) {
		return invite, errNone("invite")
	}
	args := scopeArgs(viewer.Scope)
	args["id"] = id
	err = db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		collectOne(batch.Queue(`
			select `+inviteColumns+`
			from pre_assigned_role p`+inviteNodes+`
			where `+inviteScope(viewer.Scope)+`
			and p.id = @id`, args), "invite", &invite)
	})
	if err == nil && !viewer.Role.MayInvite(invite.Role) {
		err = portal.Errorf(portal.Forbidden, "Your role does not let you invite somebody as %s.", invite.Role)
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
	return portal.Errorf(portal.Conflict, "This invite was taken back or replaced. Invite the person anew.")
}

// RevokeInvite takes back an invite nobody has accepted, and is content with one that was taken back before. NotFound
// outside the viewer's scope, Conflict for an accepted one.
func (db *DB) RevokeInvite(ctx context.Context, viewer portal.Viewer, id string) error {
	if !validID(id) {
		return errNone("invite")
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

// revokeInvitesFor takes back the open invites for some addresses inside the viewer's scope, each with its line in the audit
// log.
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
	withdrawn, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, id := range withdrawn {
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

func closedError(ctx context.Context, tx pgx.Tx, scope portal.Scope, id string) error {
	invite, err := readInvite(ctx, tx, scope, id)
	if err == nil && invite.Status == portal.InviteAccepted {
		return portal.Errorf(portal.Conflict, "This invite has been accepted already.")
	}
	return err
}

func orNull(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}
