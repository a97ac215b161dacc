package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// Identity is a user as their provider knows them. Provider, Issuer and Subject identify the user; Tenant is Entra
// ID's. Email and Name are the provider's current values. Confirmed reports whether the provider is the authority for
// the address.
type Identity struct {
	Provider  portal.ProviderID
	Issuer    string
	Subject   string
	Tenant    string
	Email     string
	Confirmed bool
	Name      string
}

// OpenInvite is an invite that may be claimed, with what pairing needs.
type OpenInvite struct {
	MSSPID       string
	ID           string
	Email        string
	Role         portal.Role
	Provider     portal.ProviderID
	Tenant       string
	Domain       *string
	CodeHash     []byte
	CodeTries    int
	Organisation string
	MSSP         string
	// Own reports whether the user's own account created the invite or sent it again.
	Own bool
	// Taken reports whether the address is confirmed for another identity; an invite is never linked to that
	// automatically.
	Taken bool
	// ByCode reports whether the invite is claimed by its code and not by the confirmed address.
	ByCode bool `db:"-"`
}

// openInvites selects the open invites p for the identity of @provider, @issuer and @subject, or for the user @user.
const openInvites = `
	select p.mssp_id, p.id, p.email, p.role, p.provider, coalesce(p.tenant, '') as tenant, p.domain, p.code_hash, p.code_tries,
	       coalesce(c.name, m.name, o.name) as organisation, o.name as mssp,
	       exists (
	           select from identity i
	           where (i.user_id = @user::uuid or i.provider = @provider and i.issuer = @issuer and i.subject = @subject)
	           and i.user_id = any(p.inviters)) as own,
	       exists (
	           select from identity i
	           where i.email = p.email
	           and i.email_confirmed
	           and i.user_id is distinct from @user::uuid
	           and (i.provider, i.issuer, i.subject) <> (@provider, @issuer, @subject)) as taken
	from pre_assigned_role p
	join mssp o on o.id = p.mssp_id` + inviteNodes + `
	where p.accepted_at is null
	and p.revoked_at is null
	and p.expires_at > now()`

// Recognised is what the portal knows of an identity: its user, and the open invites it may be able to claim.
type Recognised struct {
	// UserID is "" for a new identity. Holder is the user in the started session; nil if no session was requested, or
	// the attempt had ended.
	UserID string
	Holder *Holder
	// ByCode is the invite with the code, whatever address it is for; ByAddress are the invites for the confirmed
	// address.
	ByCode    *OpenInvite
	ByAddress []OpenInvite
}

// maxOffersPerTenant is how many invites of one tenant for an address are shown, so that a tenant cannot hide another's
// invites.
const maxOffersPerTenant = 10

// Recognise looks up an identity, the invite with this code, and, if the provider confirms the address, the invites for
// it. If start is set, a known identity ends the attempt and starts the session, and the provider's current name and
// address are stored. It runs the same statements whatever it finds.
func (db *DB) Recognise(
	ctx context.Context, i Identity, attemptID string, codeHash []byte, start bool, n NewSession,
) (Recognised, error) {
	var r Recognised
	err := db.authBatch(ctx, func(batch *pgx.Batch) {
		r = Recognised{}
		// Invites first: if another attempt of the same user claims one in between, the identity is found below.
		queueByCode(batch, i, nil, codeHash, &r.ByCode)
		queueByAddress(batch, i, &r.ByAddress)
		if start {
			queueKnown(ctx, batch, i, attemptID, n, &r)
		} else {
			queueIdentity(batch, i, &r.UserID)
		}
	})
	return r, err
}

// queueByCode reads the open invite with a code, for an identity or a user.
func queueByCode(batch *pgx.Batch, i Identity, userID *string, codeHash []byte, found **OpenInvite) {
	batch.Queue(openInvites+`
		and p.code_hash = @code
		limit 1`,
		pgx.StrictNamedArgs{"provider": i.Provider, "issuer": i.Issuer, "subject": i.Subject, "user": userID, "code": codeHash},
	).Query(func(rows pgx.Rows) error {
		invites, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[OpenInvite])
		if len(invites) > 0 {
			*found = invites[0]
		}
		return err
	})
}

// queueByAddress reads the open invites for a confirmed address, at most maxOffersPerTenant of each MSSP and each of
// its MSPs.
func queueByAddress(batch *pgx.Batch, i Identity, found *[]OpenInvite) {
	address := ""
	if i.Confirmed {
		address = i.Email
	}
	collect(batch.Queue(`
		with open as (`+openInvites+`
			and p.email = @email
			and p.provider = @provider
			and coalesce(p.tenant, '') = @tenant
			and p.id in (
				select ranked.id
				from (
					select q.id, row_number() over (partition by q.mssp_id, q.msp_id order by q.id) as n
					from pre_assigned_role q
					where q.email = @email
					and q.provider = @provider
					and coalesce(q.tenant, '') = @tenant
					and q.accepted_at is null
					and q.revoked_at is null
					and q.expires_at > now()) ranked
				where ranked.n <= @most))
		select *
		from open
		order by row_number() over (partition by mssp_id order by id), id`,
		pgx.StrictNamedArgs{
			"provider": i.Provider, "issuer": i.Issuer, "subject": i.Subject, "tenant": i.Tenant, "email": address,
			"user": nil, "most": maxOffersPerTenant,
		}), found)
}

// queueIdentity reads the user id of an identity.
func queueIdentity(batch *pgx.Batch, i Identity, userID *string) {
	batch.Queue(`
		select user_id
		from identity
		where provider = @provider
		and issuer = @issuer
		and subject = @subject`,
		pgx.StrictNamedArgs{"provider": i.Provider, "issuer": i.Issuer, "subject": i.Subject},
	).Query(func(rows pgx.Rows) error {
		ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if len(ids) > 0 {
			*userID = ids[0]
		}
		return err
	})
}

// knownRow is the user of a known identity, and whether this attempt has started their session.
type knownRow struct {
	Finished bool
	Usable   bool
	holderRow
}

// queueKnown starts the session of a known identity. If the user has no active grant, the attempt stays open: the code
// of a further invite may follow.
func queueKnown(ctx context.Context, batch *pgx.Batch, i Identity, attemptID string, n NewSession, r *Recognised) {
	args := n.args(ctx)
	args["provider"], args["issuer"], args["subject"] = i.Provider, i.Issuer, i.Subject
	args["email"], args["confirmed"], args["name"], args["attempt"] = i.Email, i.Confirmed, i.Name, attemptID
	args["name_key"], args["name_rest"] = NameKey(i.Name)
	batch.Queue(`
		with known as (
			select u.id, u.active, exists (select from user_role g where g.user_id = u.id) as held,
			       u.active and exists (select from user_role g where g.user_id = u.id and g.active) as usable
			from identity i
			join app_user u on u.id = i.user_id
			where i.provider = @provider
			and i.issuer = @issuer
			and i.subject = @subject),
		finished as (
			update login_attempt
			set finished_at = now(), pending_sealed = null
			where id = @attempt
			and finished_at is null
			and exists (select from known where usable)
			returning id),
		noted as (
			update identity
			set last_login_at = now(), email = @email, email_confirmed = @confirmed
			where provider = @provider
			and issuer = @issuer
			and subject = @subject
			and exists (select from finished)),
		person as (
			update app_user
			set last_login_at = now(),
			    name = case when @name <> '' then @name else name end,
			    name_key = case when @name <> '' then @name_key else name_key end,
			    name_rest = case when @name <> '' then @name_rest else name_rest end,
			    keyed_name = case when @name <> '' then @name else keyed_name end
			where id = (select id from known)
			and exists (select from finished)
			returning id, name, email, active, last_login_at),
		`+sessionOfUser+`
		select p.id is not null as finished, k.usable, k.id, coalesce(p.name, '') as name, coalesce(p.email, '') as email,
		       k.active, p.last_login_at, k.held, g.id as grant_id, g.role, g.mssp_id, g.msp_id, g.client_id
		from known k
		left join person p on true
		left join acting g on true`, args,
	).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[knownRow])
		for _, row := range found {
			r.UserID = row.ID
			if row.Finished || !row.Usable {
				holder := row.holder(n.ID)
				r.Holder = &holder
			}
		}
		return err
	})
}

// CountWrongCode counts a wrong code against the invites it may have been meant for. It returns how many tries the
// invite with the most tries left has: 0 if all are closed.
func (db *DB) CountWrongCode(ctx context.Context, invites []OpenInvite) (left int, err error) {
	ids, mssps := make([]string, len(invites)), make([]string, len(invites))
	for i, invite := range invites {
		ids[i], mssps[i] = invite.ID, invite.MSSPID
	}
	err = db.authBatch(ctx, func(batch *pgx.Batch) {
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
