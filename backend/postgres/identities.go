package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// Identity is somebody as their provider knows them. Provider, Issuer and Subject are who they are; Tenant is Entra
// ID's, Email and Name are what the provider says at the moment.
type Identity struct {
	Provider portal.ProviderID
	Issuer   string
	Subject  string
	Tenant   string
	Email    string
	Name     string
}

// OpenInvite is an invite that may be claimed, as pairing needs to know it.
type OpenInvite struct {
	MSSPID    string
	ID        string
	Email     string
	Role      portal.Role
	Domain    *string
	CodeHash  []byte
	CodeTries int
	// Taken: the address belongs to somebody else already, whom no invite is linked to by itself.
	Taken bool
	// ByCode: it is claimed by its code alone, not by the provider's word.
	ByCode bool `db:"-"`
}

// Recognised is what the portal knows of an identity: the user it belongs to, or the open invites it might claim.
type Recognised struct {
	// Known: the identity is a user's. Holder is that user in the session that was started, unless the attempt was over.
	Known   bool
	Holder  *Holder
	Invites []OpenInvite
}

// Recognise looks an identity up. A known one ends the attempt and starts the session, and what its provider now says
// is noted without consequence. For a new one it answers the open invites for its provider, tenant and address;
// without an address, the one with this code.
func (db *DB) Recognise(ctx context.Context, i Identity, attemptID string, codeHash []byte, n NewSession) (Recognised, error) {
	var r Recognised
	err := db.authTrip(ctx, func(batch *pgx.Batch) {
		r = Recognised{}
		// Invites first: one that another attempt of the same person claims in between leaves a known identity to find.
		collect(batch.Queue(`
			select p.mssp_id, p.id, p.email, p.role, p.domain, p.code_hash, p.code_tries,
			       exists (select from app_user u where u.email = p.email) as taken
			from pre_assigned_role p
			where p.provider = @provider
			and coalesce(p.tenant, '') = @tenant
			and (p.email = @email or @email = '' and p.code_hash = @code)
			and p.accepted_at is null
			and p.revoked_at is null
			and p.expires_at > now()
			order by p.id
			limit 50`,
			pgx.StrictNamedArgs{"provider": i.Provider, "tenant": i.Tenant, "email": i.Email, "code": codeHash}), &r.Invites)
		queueKnown(ctx, batch, i, attemptID, n, &r)
	})
	return r, err
}

// knownRow is a known identity's user, and the user again with their session if this attempt could still have one.
type knownRow struct {
	Finished bool
	holderRow
}

func queueKnown(ctx context.Context, batch *pgx.Batch, i Identity, attemptID string, n NewSession, r *Recognised) {
	args := n.args(ctx)
	args["provider"], args["issuer"], args["subject"] = i.Provider, i.Issuer, i.Subject
	args["email"], args["name"], args["attempt"] = i.Email, i.Name, attemptID
	args["name_key"], args["name_rest"] = NameKey(i.Name)
	batch.Queue(`
		with known as (
			select user_id
			from identity
			where provider = @provider
			and issuer = @issuer
			and subject = @subject),
		finished as (
			update login_attempt
			set finished_at = now(), pending_sealed = null
			where id = @attempt
			and finished_at is null
			and exists (select from known)
			returning id),
		noted as (
			update identity
			set last_login_at = now(), email = @email
			where provider = @provider
			and issuer = @issuer
			and subject = @subject
			and exists (select from finished)),
		person as (
			update app_user
			set last_login_at = case when active then now() else last_login_at end,
			    name = case when active and @name <> '' then @name else name end,
			    name_key = case when active and @name <> '' then @name_key else name_key end,
			    name_rest = case when active and @name <> '' then @name_rest else name_rest end,
			    keyed_name = case when active and @name <> '' then @name else keyed_name end
			where id = (select user_id from known)
			and exists (select from finished)
			returning id, name, email, active, last_login_at),
		`+sessionOfPerson+`
		select p.id is not null as finished, k.user_id as id, coalesce(p.name, '') as name, coalesce(p.email, '') as email,
		       coalesce(p.active, false) as active, p.last_login_at,
		       exists (select from user_role held where held.user_id = p.id) as held,
		       g.id as grant_id, g.role, g.mssp_id, g.msp_id, g.client_id
		from known k
		left join person p on true
		left join first_grant g on true`, args,
	).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[knownRow])
		for _, row := range found {
			r.Known = true
			if row.Finished {
				holder := row.holder(n.ID)
				r.Holder = &holder
			}
		}
		return err
	})
}

// Claim makes a user of an identity by the invites it may claim.
type Claim struct {
	Identity  Identity
	AttemptID string
	Invites   []OpenInvite
}

// ClaimInvites creates the user with the roles of those invites that are still open, ends the attempt, and starts the
// session; nil where somebody else was faster with every one of the invites, with the address, with the attempt, or
// with the identity itself, and where the codes that claim them are no longer good.
//
// Claims of one address take turns by its open invites, whatever provider they are for, and each sees in its second
// statement what the one before did: of any number of them exactly one wins.
func (db *DB) ClaimInvites(ctx context.Context, c Claim, n NewSession) (*Holder, error) {
	userID := NewID()
	args := c.args(ctx)
	args["user"] = userID
	var row *holderRow
	err := db.authTrip(ctx, func(batch *pgx.Batch) {
		batch.Queue(`
			select
			from pre_assigned_role
			where email = any($1)
			and accepted_at is null
			and revoked_at is null
			order by mssp_id, id
			for update`, c.addresses())
		batch.Queue(claimInvites, args)
		queueStart(ctx, batch, userID, n, &row)
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
	key, rest := NameKey(c.Identity.Name)
	return pgx.StrictNamedArgs{
		"attempt": c.AttemptID, "name": c.Identity.Name, "name_key": key, "name_rest": rest, "key_length": longestKey,
		"email": c.Identity.Email, "provider": c.Identity.Provider,
		"issuer": c.Identity.Issuer, "subject": c.Identity.Subject, "invites": invites, "mssps": mssps, "codes": codes,
		"grants": grants, "audits": audits, "tries": portal.MaxCodeTries, "request": requestID(ctx),
	}
}

// An address is its own key, being ASCII in lower case.
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
		and not exists (select from app_user u where u.email = p.email)
		and exists (select from attempt)
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
		limit 1
		returning id),
	bound as (
		insert into identity (provider, issuer, subject, user_id, email, last_login_at)
		select @provider::text, @issuer::text, @subject::text, id, @email::text, now()
		from person),
	granted as (
		insert into user_role (mssp_id, id, user_id, role, msp_id, client_id)
		select mssp_id, grant_id, @user::uuid, role, msp_id, client_id
		from claimed),
	logged as (
		insert into audit_log (mssp_id, id, actor_id, action, target, detail, request_id)
		select mssp_id, audit_id, @user::uuid, 'invite_accepted', id::text,
		       jsonb_build_object('provider', @provider::text, 'issuer', @issuer::text, 'subject', @subject::text, 'by_code', code is not null),
		       @request
		from claimed)
	select
	from claimed`

// CountWrongCode counts a wrong code against the invites it was meant for and answers how many more codes the one with
// the most tries left takes: 0 where all are closed now.
func (db *DB) CountWrongCode(ctx context.Context, invites []OpenInvite) (left int, err error) {
	ids, mssps := make([]string, len(invites)), make([]string, len(invites))
	for i, invite := range invites {
		ids[i], mssps[i] = invite.ID, invite.MSSPID
	}
	err = db.authTrip(ctx, func(batch *pgx.Batch) {
		batch.Queue(`
			with counted as (
				update pre_assigned_role p
				set code_tries = code_tries + 1
				from unnest($1::uuid[], $2::uuid[]) as w (mssp_id, id)
				where p.mssp_id = w.mssp_id
				and p.id = w.id
				returning p.code_tries)
			select greatest(0, $3 - coalesce(min(code_tries), $3))
			from counted`, mssps, ids, portal.MaxCodeTries,
		).QueryRow(func(row pgx.Row) error { return row.Scan(&left) })
	})
	return left, err
}

// PruneSignIns deletes what sign-ins and sessions leave behind: attempts an hour past their end, sessions that ended
// and refresh tokens that were used more than keep ago, and codes that were never mailed of invites that have lapsed. A
// token older than that is refused as unknown instead of ending its session. The predecessor of an unused token stays: its
// holder may still ask for that one.
func (db *DB) PruneSignIns(ctx context.Context, keep time.Duration) error {
	return db.authTrip(ctx, func(batch *pgx.Batch) {
		batch.Queue("delete from login_attempt where expires_at < now() - interval '1 hour'")
		batch.Queue("delete from session where least(revoked_at, idle_expires_at, expires_at) < now() - $1::interval", keep)
		batch.Queue(`
			delete from refresh_token t
			using refresh_token next
			where t.used_at < now() - $1::interval
			and next.token_hash = t.successor_hash
			and next.used_at is not null`, keep)
		batch.Queue("update pre_assigned_role set code_sealed = null, mail = 'failed' where code_sealed is not null and expires_at < now()")
	})
}
