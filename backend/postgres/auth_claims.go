package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// Claim is a request to give an identity the roles of invites: to the user it belongs to, or to a new user.
type Claim struct {
	Identity  Identity
	UserID    string // "" for an unknown identity
	AttemptID string // "" for a signed-in user
	Invites   []OpenInvite
}

// ClaimInvites claims those of the invites that are still open, ends the attempt and starts the session. It returns nil
// if a concurrent request has claimed all of the invites, the address, the attempt or the identity, or if the codes are
// no longer valid.
//
// Concurrent claims of one address are serialised by row locks on its open invites, whatever provider these are for,
// and the second statement sees what the claim before it did: of any number of identities with a confirmed address
// exactly one succeeds.
func (db *DB) ClaimInvites(ctx context.Context, c Claim, n NewSession) (*Holder, error) {
	args := c.args(ctx)
	userID := args["user"].(string)
	n.Claimed = args["grants"].([]string)
	var row *holderRow
	err := db.authBatch(ctx, func(batch *pgx.Batch) {
		var claimed []string
		c.queue(batch, args, &claimed)
		queueStart(ctx, batch, userID, c.AttemptID, n, &row)
	})
	if constraint(err) == "identity_pkey" {
		return nil, nil
	}
	if err != nil || row == nil {
		return nil, err
	}
	holder := row.holder(n.ID)
	return &holder, nil
}

// ClaimAsUser claims an invite for a signed-in viewer and returns the new grant; Conflict if the invite is no longer
// open or gives the viewer no new role.
func (db *DB) ClaimAsUser(ctx context.Context, viewer portal.Viewer, c Claim) (portal.Grant, error) {
	var granted []grantRow
	enter := func(batch *pgx.Batch) {
		batch.Queue(setScope, roleAuth, "", "", "")
		queueViewerCheck(batch, viewer)
	}
	err := db.transaction(ctx, enter, func(tx pgx.Tx) error {
		batch, claimed := &pgx.Batch{}, []string(nil)
		c.queue(batch, c.args(ctx), &claimed)
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, heldGrants+`
			where g.user_id = $1
			and g.id = any($2)`, viewer.UserID, claimed)
		if err != nil {
			return err
		}
		granted, err = pgx.CollectRows(rows, pgx.RowToStructByName[grantRow])
		return err
	})
	if err != nil {
		return portal.Grant{}, err
	}
	if len(granted) == 0 {
		return portal.Grant{}, portal.Errorf(portal.Conflict,
			"This invite gives you nothing: you hold a role there already, or it was used or withdrawn a moment ago.")
	}
	return granted[0].grant(), nil
}

// queue claims the invites and reads the ids of the new grants.
func (c Claim) queue(batch *pgx.Batch, args pgx.StrictNamedArgs, granted *[]string) {
	batch.Queue("select from app_user where id = $1 for update", args["user"])
	batch.Queue(`
		select
		from pre_assigned_role
		where email = any($1)
		and accepted_at is null
		and revoked_at is null
		order by mssp_id, id
		for update`, c.addresses())
	batch.Queue(claimInvites, args).Query(func(rows pgx.Rows) (err error) {
		*granted, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
}

func (c Claim) addresses() []string {
	addresses := make([]string, len(c.Invites))
	for i, invite := range c.Invites {
		addresses[i] = invite.Email
	}
	return addresses
}

func (c Claim) args(ctx context.Context) pgx.StrictNamedArgs {
	count := len(c.Invites)
	invites, mssps, grants, audits := make([]string, count), make([]string, count), make([]string, count), make([]string, count)
	codes := make([][]byte, count)
	for i, invite := range c.Invites {
		invites[i], mssps[i], grants[i], audits[i] = invite.ID, invite.MSSPID, NewID(), NewID()
		if invite.ByCode {
			codes[i] = invite.CodeHash
		}
	}
	userID := c.UserID
	if userID == "" {
		userID = NewID()
	}
	key, rest := NameKey(c.Identity.Name)
	return pgx.StrictNamedArgs{
		"attempt": orNull(c.AttemptID), "user": userID, "new": c.UserID == "",
		"name": c.Identity.Name, "name_key": key, "name_rest": rest, "key_length": maxKeyLength,
		"email": c.Identity.Email, "confirmed": c.Identity.Confirmed, "provider": c.Identity.Provider,
		"issuer": c.Identity.Issuer, "subject": c.Identity.Subject, "invites": invites, "mssps": mssps, "codes": codes,
		"grants": grants, "audits": audits, "tries": portal.MaxCodeTries, "request": requestID(ctx),
	}
}

// claimInvites does not give a user a role that they already hold at the node. A grant that was deactivated there can
// be reactivated only by its administrator. An address is its own sort key, because it is ASCII in lower case.
const claimInvites = `
	with attempt as (
		select id
		from login_attempt
		where id = @attempt
		and finished_at is null
		for update),
	wanted as (
		select *
		from unnest(@mssps::uuid[], @invites::uuid[], @codes::bytea[], @grants::uuid[], @audits::uuid[])
		     as w (mssp_id, id, code, grant_id, audit_id)),
	claimed as (
		update pre_assigned_role p
		set accepted_at = now(), accepted_by = @user, code_sealed = null
		from wanted w
		where p.mssp_id = w.mssp_id
		and p.id = w.id
		and p.accepted_at is null
		and p.revoked_at is null
		and p.expires_at > now()
		and (w.code is null or w.code = p.code_hash and p.code_tries < @tries)
		and not @user = any(p.inviters)
		and not (@confirmed and exists (
			select from identity i
			where i.email = p.email
			and i.email_confirmed
			and (i.provider, i.issuer, i.subject) <> (@provider, @issuer, @subject)))
		and not exists (
			select from user_role g
			where g.user_id = @user
			and g.mssp_id = p.mssp_id
			and g.msp_id is not distinct from p.msp_id
			and g.client_id is not distinct from p.client_id
			and (g.role = p.role or not g.active))
		and (@attempt::uuid is null or exists (select from attempt))
		returning p.mssp_id, p.id, p.email, p.role, p.msp_id, p.client_id, w.code, w.grant_id, w.audit_id),
	finished as (
		update login_attempt
		set finished_at = now(), pending_sealed = null
		where id = @attempt
		and exists (select from claimed)),
	person as (
		insert into app_user (id, name, email, name_key, name_rest, keyed_name)
		select @user::uuid, @name::text, email,
		       case when @name = '' then left(email, @key_length) else @name_key end,
		       case when @name = '' then nullif(substr(email, @key_length + 1), '') else @name_rest end,
		       coalesce(nullif(@name, ''), email)
		from claimed
		where @new
		limit 1
		returning id),
	bound as (
		insert into identity (provider, issuer, subject, user_id, email, email_confirmed, last_login_at)
		select @provider::text, @issuer::text, @subject::text, id, @email::text, @confirmed::boolean, now()
		from person),
	noted as (
		update identity
		set last_login_at = now(), email = @email, email_confirmed = @confirmed
		where provider = @provider
		and issuer = @issuer
		and subject = @subject
		and @attempt::uuid is not null
		and exists (select from claimed)),
	granted as (
		insert into user_role (mssp_id, id, user_id, role, msp_id, client_id, email)
		select mssp_id, grant_id, @user::uuid, role, msp_id, client_id, email
		from claimed),
	logged as (
		insert into audit_log (mssp_id, id, actor_id, action, target, detail, request_id)
		select mssp_id, audit_id, @user::uuid, 'invite_accepted', id::text,
		       jsonb_build_object('provider', @provider::text, 'issuer', @issuer::text, 'subject', @subject::text, 'by_code', code is not null),
		       @request
		from claimed)
	select grant_id::text
	from claimed`

// InviteByCode returns the open invite with a code, nil if there is none, and the identities of the signed-in viewer.
func (db *DB) InviteByCode(ctx context.Context, viewer portal.Viewer, codeHash []byte) (*OpenInvite, []Identity, error) {
	var identities []Identity
	var found *OpenInvite
	err := db.systemRead(ctx, roleAuth, "", func(batch *pgx.Batch) {
		queueViewerCheck(batch, viewer)
		collect(batch.Queue(`
			select provider, issuer, subject, case when provider = 'entra' then issuer else '' end as tenant, email,
			       email_confirmed as confirmed, '' as name
			from identity
			where user_id = $1
			order by last_login_at desc nulls last`, viewer.UserID), &identities)
		queueByCode(batch, Identity{}, &viewer.UserID, codeHash, &found)
	})
	return found, identities, err
}
