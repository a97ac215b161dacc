package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// EnqueueMail queues the mail of an invite in the transaction that creates or renews the invite.
type EnqueueMail func(ctx context.Context, tx pgx.Tx, msspID, inviteID string) error

// mailLimit is the largest number of invite mails within an hour: invites must not be usable to flood mailboxes.
type mailLimit struct {
	most int
	// condition selects from the mails m of the viewer's own MSSP or MSP.
	condition string
	message   string
}

// mailLimits are counted for each MSSP and each MSP on its own: a tenant neither sees nor uses up what another sends.
var mailLimits = []mailLimit{
	{5, "m.mailbox = @mailbox", "%d mails were sent to this mailbox within an hour. Wait before you send another."},
	{60, "m.inviter_id = @inviter", "You have sent %d mails within an hour. Wait before you send another."},
	{300, "true", "Your organisation has sent %d mails within an hour. Wait before you send another."},
}

// countInviteMail counts a mail from the viewer to an address; TooManyRequests if a limit is reached. A lock serialises
// the mails of one MSSP or MSP, so that of two at once the second counts the first.
func countInviteMail(ctx context.Context, tx pgx.Tx, viewer portal.Viewer, email string) error {
	args := pgx.NamedArgs{
		"mssp": viewer.Scope.MSSPID, "msp": orNull(viewer.Scope.MSPID), "inviter": viewer.UserID,
		"mailbox": mailbox(email), "id": NewID(),
	}
	_, err := tx.Exec(ctx, `
		select pg_advisory_xact_lock(hashtextextended('invite_mail ' || concat_ws(' ', @mssp::uuid, @msp::uuid), 0))`, args)
	if err != nil {
		return err
	}
	for _, limit := range mailLimits {
		if err := limit.check(ctx, tx, args); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `
		insert into invite_mail (mssp_id, id, msp_id, inviter_id, mailbox)
		values (@mssp, @id, @msp, @inviter, @mailbox)`, args)
	return err
}

func (l mailLimit) check(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) error {
	var mails int
	var wait time.Duration
	err := tx.QueryRow(ctx, `
		select count(*), coalesce(min(m.queued_at) + interval '1 hour' - now(), interval '0')
		from invite_mail m
		where m.mssp_id = @mssp
		and m.msp_id is not distinct from @msp
		and m.queued_at > now() - interval '1 hour'
		and `+l.condition, args).Scan(&mails, &wait)
	if err != nil || mails < l.most {
		return err
	}
	tooMany := portal.Errorf(portal.TooManyRequests, l.message, mails)
	tooMany.Wait = wait
	return tooMany
}

// mailbox returns an address without the parts that mail servers ignore: dots, and a plus with what follows it.
func mailbox(email string) string {
	at := strings.LastIndexByte(email, '@')
	local, domain := email[:max(at, 0)], email[at+1:]
	local, _, _ = strings.Cut(local, "+")
	local = strings.ReplaceAll(local, ".", "")
	if domain == "googlemail.com" {
		domain = "gmail.com"
	}
	return local + "@" + domain
}

// enqueueInviteMail queues the mail of an invite, if the portal sends mail, and returns the updated invite. It leaves
// the viewer's database role, so it must come last in the transaction.
func enqueueInviteMail(ctx context.Context, tx pgx.Tx, viewer portal.Viewer, id, email string, code InviteCode) (portal.Invite, error) {
	scope := viewer.Scope
	if code.Enqueue == nil {
		return readInvite(ctx, tx, scope, id)
	}
	if err := countInviteMail(ctx, tx, viewer, email); err != nil {
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
	return invite, code.Enqueue(ctx, tx, scope.MSSPID, id)
}

// inviteMailRow is the mail of an invite with its code still sealed.
type inviteMailRow struct {
	portal.InviteMail
	CodeSealed []byte
}

// InviteMail returns the content of an invite's mail and its sealed code; false if there is nothing to mail, because it
// was mailed or the invite is no longer open.
func (db *DB) InviteMail(ctx context.Context, msspID, inviteID string) (mail portal.InviteMail, codeSealed []byte, ok bool, err error) {
	var row inviteMailRow
	err = db.systemRead(ctx, roleAuth, "", func(batch *pgx.Batch) {
		collectRow(batch.Queue(`
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
		return mail, nil, false, nil
	}
	return row.InviteMail, row.CodeSealed, err == nil, err
}

// SetInviteMailState stores whether a mail was sent and deletes its sealed code. codeSealed is the result of
// InviteMail: if the invite was sent again in between, the mail of the new code is still pending and stays so.
func (db *DB) SetInviteMailState(ctx context.Context, msspID, inviteID string, codeSealed []byte, state portal.MailState) error {
	return db.authBatch(ctx, func(batch *pgx.Batch) {
		batch.Queue(`
			update pre_assigned_role
			set code_sealed = null, mail = @state
			where mssp_id = @mssp
			and id = @id
			and code_sealed is not distinct from @sealed`,
			pgx.StrictNamedArgs{"mssp": msspID, "id": inviteID, "sealed": codeSealed, "state": state})
	})
}
