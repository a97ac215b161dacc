package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// Post queues the mail of an invite in the transaction that made the invite or renewed it.
type Post func(ctx context.Context, tx pgx.Tx, msspID, inviteID string) error

// ResendInvite gives an invite that is open or has lapsed a fresh code, at once the only one that is good, with all its
// tries, for as long again as it was made for, and mails it in the invite's language. NotFound outside the viewer's
// scope, Forbidden where the viewer may not invite the role, Conflict for an invite that was accepted, revoked or
// replaced and for an address that is somebody's by now, TooManyRequests where too much was mailed.
func (db *DB) ResendInvite(ctx context.Context, viewer portal.Viewer, id string, code InviteCode) (portal.Invite, error) {
	invite, err := db.resendable(ctx, viewer, id)
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
		invite, err = postInvite(ctx, tx, viewer, id, invite.Email, code)
		return err
	})
	return invite, err
}

// resendable answers an invite of the viewer's scope whose role they may invite.
func (db *DB) resendable(ctx context.Context, viewer portal.Viewer, id string) (invite portal.Invite, err error) {
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
	if err := alreadyClosed(ctx, tx, scope, id); err != nil {
		return err
	}
	return portal.Errorf(portal.Conflict, "This invite was taken back or replaced. Invite the person anew.")
}

// postInvite queues the mail of an invite, where there is one, and answers the invite as it then is. It leaves the
// viewer's role, so nothing may follow it in the transaction.
func postInvite(ctx context.Context, tx pgx.Tx, viewer portal.Viewer, id, email string, code InviteCode) (portal.Invite, error) {
	scope := viewer.Scope
	if code.Post == nil {
		return readInvite(ctx, tx, scope, id)
	}
	if err := countMail(ctx, tx, viewer, email); err != nil {
		return portal.Invite{}, err
	}
	args := scopeArgs(scope)
	args["id"], args["sealed"] = id, code.Sealed
	_, err := tx.Exec(ctx, `
		update pre_assigned_role p
		set code_sealed = @sealed, mail = 'queued'
		where `+inviteScope(scope)+`
		and p.id = @id`, args)
	if err != nil {
		return portal.Invite{}, err
	}
	invite, err := readInvite(ctx, tx, scope, id)
	if err != nil {
		return portal.Invite{}, err
	}
	if _, err := tx.Exec(ctx, "select set_config('role', 'none', true)"); err != nil {
		return portal.Invite{}, err
	}
	return invite, code.Post(ctx, tx, scope.MSSPID, id)
}

// letterRow is a letter with its code still sealed.
type letterRow struct {
	portal.Letter
	CodeSealed []byte
}

// Letter answers what the mail of an invite is to say, its code apart and sealed; false where there is nothing to mail:
// it has been mailed, or the invite is no longer open.
func (db *DB) Letter(ctx context.Context, msspID, inviteID string) (letter portal.Letter, codeSealed []byte, ok bool, err error) {
	var row letterRow
	err = db.systemRead(ctx, roleAuth, "", func(batch *pgx.Batch) {
		collectOne(batch.Queue(`
			select p.id as invite_id, p.email, p.language,
			       case when p.invited_by = @bootstrap or p.invited_by like '%@%' then '' else p.invited_by end as inviter,
			       coalesce(c.name, m.name, o.name) as node, o.name as mssp,
			       p.provider, p.expires_at, '' as code, p.code_sealed
			from pre_assigned_role p
			join mssp o on o.id = p.mssp_id`+inviteNodes+`
			where p.mssp_id = @mssp
			and p.id = @id
			and p.code_sealed is not null
			and p.accepted_at is null
			and p.revoked_at is null
			and p.expires_at > now()`,
			pgx.StrictNamedArgs{"mssp": msspID, "id": inviteID, "bootstrap": bootstrapInviter}), "invite", &row)
	})
	if portal.ErrorCode(err) == portal.NotFound {
		return letter, nil, false, nil
	}
	return row.Letter, row.CodeSealed, err == nil, err
}

// LetterEnded notes what became of a mail and forgets its code. codeSealed is that of Letter: where the invite has been
// sent again meanwhile, the new code's mail is still to come.
func (db *DB) LetterEnded(ctx context.Context, msspID, inviteID string, codeSealed []byte, state portal.MailState) error {
	return db.authTrip(ctx, func(batch *pgx.Batch) {
		batch.Queue(`
			update pre_assigned_role
			set code_sealed = null, mail = @state
			where mssp_id = @mssp
			and id = @id
			and code_sealed is not distinct from @sealed`,
			pgx.StrictNamedArgs{"mssp": msspID, "id": inviteID, "sealed": codeSealed, "state": state})
	})
}
