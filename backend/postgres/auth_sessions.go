package postgres

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"fs-client-portal/backend/portal"
)

// NewSession is a session to start, with the hash of its first refresh token.
type NewSession struct {
	ID, Device     string
	TokenHash      []byte
	Idle, Absolute time.Duration
	// Claimed are the grants that the same sign-in has claimed: the session starts under the first of them.
	Claimed []string
}

// Holder is a user in one of their sessions. Problem is Deactivated or NoInvite if the user may have no session.
type Holder struct {
	User    portal.User
	Viewer  portal.Viewer
	Problem error
}

// holderRow is a session's user with the grant that its tokens name. Held reports whether the user has any grant.
type holderRow struct {
	ID          string
	Name        string
	Email       string
	Active      bool
	LastLoginAt *time.Time
	Held        bool
	GrantID     *string
	Role        *portal.Role
	MSSPID      *string
	MSPID       *string
	ClientID    *string
}

func (h holderRow) holder(sessionID string) Holder {
	switch {
	case !h.Active || h.Held && h.GrantID == nil:
		return Holder{Problem: errDeactivated()}
	case h.GrantID == nil:
		return Holder{Problem: portal.Errorf(portal.NoInvite, "This account has no role in the portal. Ask your administrator for an invite.")}
	}
	return Holder{
		User: portal.User{ID: h.ID, Name: h.Name, Email: h.Email, Active: h.Active, LastLoginAt: h.LastLoginAt},
		Viewer: portal.Viewer{
			UserID: h.ID, SessionID: sessionID, GrantID: *h.GrantID, Role: *h.Role,
			Scope: scopeOf(*h.Role, *h.MSSPID, h.MSPID, h.ClientID),
		},
	}
}

// StartSession starts a session for a user and returns its holder. No session is started if the holder has a Problem.
func (db *DB) StartSession(ctx context.Context, userID string, n NewSession) (Holder, error) {
	var row *holderRow
	err := db.authBatch(ctx, func(batch *pgx.Batch) { queueStart(ctx, batch, userID, "", n, &row) })
	if err == nil && row == nil {
		err = errNotFound("user")
	}
	if err != nil {
		return Holder{}, err
	}
	return row.holder(n.ID), nil
}

// queueStart starts a session for a user. row is nil if there is no such user, or if the named attempt was not ended in
// this transaction.
func queueStart(ctx context.Context, batch *pgx.Batch, userID, attemptID string, n NewSession, row **holderRow) {
	*row = nil
	args := n.args(ctx)
	args["user"], args["attempt"] = userID, orNull(attemptID)
	batch.Queue(`
		with person as (
			update app_user
			set last_login_at = case when active then now() else last_login_at end
			where id = @user
			and (@attempt::uuid is null
			     or exists (select from login_attempt where id = @attempt::uuid and finished_at = now()))
			returning id, name, email, active, last_login_at),
		`+sessionOfUser+`
		select p.id, p.name, p.email, p.active, p.last_login_at,
		       exists (select from user_role held where held.user_id = p.id) as held,
		       g.id as grant_id, g.role, g.mssp_id, g.msp_id, g.client_id
		from person p
		left join acting g on true`, args,
	).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[holderRow])
		if len(found) > 0 {
			*row = found[0]
		}
		return err
	})
}

func (n NewSession) args(ctx context.Context) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{
		"session": n.ID, "device": n.Device, "hash": n.TokenHash, "idle": n.Idle, "absolute": n.Absolute,
		"session_audit": NewID(), "request": requestID(ctx), "claimed": append([]string{}, n.Claimed...),
	}
}

// sessionOfUser starts a session for the user in the expression "person", which has one row or none. It starts under
// the grant just claimed, otherwise under the one the user last used. The oldest grant, which another tenant may have
// created, counts only if no grant was ever used: so a tenant cannot move a user's session to its own grant.
const sessionOfUser = `
		acting as (
			select id, role, mssp_id, msp_id, client_id
			from user_role
			where user_id = (select id from person)
			and active
			order by id = any(@claimed::uuid[]) desc, last_used_at desc nulls last, id
			limit 1),
		started as (
			insert into session (id, user_id, device, grant_id, idle_expires_at, expires_at)
			select @session::uuid, p.id, @device, g.id,
			       now() + least(@idle::interval, @absolute::interval), now() + @absolute::interval
			from person p, acting g
			where p.active
			returning id, user_id),
		token as (
			insert into refresh_token (token_hash, session_id)
			select @hash::bytea, id
			from started),
		acted as (
			insert into session_grant (session_id, grant_id)
			select s.id, g.id
			from started s, acting g),
		used as (
			update user_role
			set last_used_at = now()
			from acting, started
			where user_role.id = acting.id),
		logged as (
			insert into audit_log (mssp_id, id, actor_id, action, target, request_id)
			select g.mssp_id, @session_audit::uuid, s.user_id, 'sign_in', s.id::text, @request
			from started s, acting g)`

// Rotation is a request to replace a refresh token by its successor, which is stored sealed for the holder of the old
// token.
type Rotation struct {
	Old, New        []byte // hashes
	SuccessorSealed []byte
	// Request is the hash of the client's request id, empty if it sent none.
	Request []byte
	Idle    time.Duration
	// Grace is how long, and Graces how often in a session's life, a successor is returned again without a request id.
	Grace  time.Duration
	Graces int
}

// TokenState is the state of a refresh token and its session after a Rotation.
type TokenState struct {
	SessionID     string
	UserID        string
	MSSPID        string // of the grant that the tokens name, "" if there is none
	RevokedReason portal.EndedReason
	// Live: the session is neither revoked nor expired. Rotated: this Rotation has replaced the token.
	Live, Rotated bool
	// Used: the token was replaced before. Repeated: by the same request. Graced: within the grace, which this Rotation
	// has counted.
	Used, Repeated, Graced bool
	// Successor is the sealed successor of the token, unless that has been used.
	Successor []byte
	Holder    Holder
}

type tokenRow struct {
	SessionID       string
	RevokedReason   portal.EndedReason
	Live            bool
	Rotated         bool
	Used            bool
	Repeated        bool
	SuccessorSealed []byte
	SuccessorUsed   bool
	// SignedOut: the user has active grants, and was signed out of all of them.
	SignedOut bool
	holderRow
}

// holder returns a session's holder. The Problem of a user who was signed out is that their session ended, not that
// they are deactivated.
func (t tokenRow) holder() Holder {
	if t.SignedOut {
		return Holder{Problem: portal.SessionEnded(cmp.Or(t.RevokedReason, portal.EndedByAdmin))}
	}
	return t.holderRow.holder(t.SessionID)
}

// RotateToken replaces an unused token of a live session and returns the resulting state. If several requests rotate
// one token at once, exactly one succeeds; the others find the token used. SessionRevoked for an unknown token.
//
// It runs four statements in one round trip. Each statement begins after the one before has waited for the row lock,
// and so sees what the lock's holder committed.
func (db *DB) RotateToken(ctx context.Context, r Rotation) (TokenState, error) {
	var row tokenRow
	graced := false
	err := db.authBatch(ctx, func(batch *pgx.Batch) {
		graced = false
		queueRotation(batch, r)
		queueGrantUse(batch, r)
		queueGrace(batch, r, &graced)
		queueTokenState(batch, r, &row)
	})
	if err != nil {
		return TokenState{}, err
	}
	state := TokenState{
		SessionID: row.SessionID, UserID: row.ID, RevokedReason: row.RevokedReason, Live: row.Live, Rotated: row.Rotated,
		Used: row.Used, Repeated: row.Repeated, Graced: graced, Holder: row.holder(),
	}
	if !row.SuccessorUsed {
		state.Successor = row.SuccessorSealed
	}
	if row.MSSPID != nil {
		state.MSSPID = *row.MSSPID
	}
	return state, nil
}

// tokenGrant selects, from the grants g that the session s may act under, the one its tokens name: the same as before,
// otherwise the one the user last used. A session of an older server, which recorded none, continues under the oldest,
// as it does there.
const tokenGrant = `
				from user_role g
				where g.user_id = s.user_id
				and ` + grantUsable + `
				order by g.id = s.grant_id desc nulls last,
				         case when s.grant_id is not null then g.last_used_at end desc nulls last, g.id
				limit 1`

func queueRotation(batch *pgx.Batch, r Rotation) {
	batch.Queue(`
		with rotated as (
			update refresh_token t
			set used_at = now(), successor_hash = @new, successor_sealed = @sealed, request_hash = @request::bytea
			from session s
			join app_user u on u.id = s.user_id
			where t.token_hash = @old
			and t.used_at is null
			and s.id = t.session_id
			and s.revoked_at is null
			and s.expires_at > now()
			and s.idle_expires_at > now()
			and u.active
			and exists (select from user_role g where g.user_id = u.id and `+grantUsable+`)
			returning t.session_id),
		successor as (
			insert into refresh_token (token_hash, session_id)
			select @new, session_id
			from rotated)
		update session s
		set last_used_at = now(), idle_expires_at = least(now() + @idle::interval, s.expires_at),
		    uses_request_ids = s.uses_request_ids or length(@request::bytea) > 0,
		    grant_id = (
				select g.id
				`+tokenGrant+`)
		from rotated
		where s.id = rotated.session_id`,
		pgx.StrictNamedArgs{
			"old": r.Old, "new": r.New, "sealed": r.SuccessorSealed, "request": r.request(), "idle": r.Idle,
		})
}

// queueGrantUse records the use of the grant that a session with a rotated token acted under last. It does not wait for
// an administrator who is changing that grant.
func queueGrantUse(batch *pgx.Batch, r Rotation) {
	batch.Queue(`
		with last as (
			select a.session_id, a.grant_id
			from refresh_token t
			join session_grant a on a.session_id = t.session_id
			where t.token_hash = @old
			and t.successor_hash = @new
			and a.last_used_at is not null
			order by a.last_used_at desc, a.grant_id
			limit 1),
		acting as (
			select g.id
			from last
			join session s on s.id = last.session_id
			join user_role g on g.id = last.grant_id
			where `+grantUsable+`
			for no key update of g skip locked)
		update user_role g
		set last_used_at = now()
		from acting
		where g.id = acting.id`,
		pgx.StrictNamedArgs{"old": r.Old, "new": r.New})
}

// queueGrace counts one use of the grace, if the token may get its successor again without a request id: because the
// session's clients send none, or because a server without request ids replaced the token.
func queueGrace(batch *pgx.Batch, r Rotation, graced *bool) {
	batch.Queue(`
		update session s
		set graces = s.graces + 1
		from refresh_token t
		join refresh_token next on next.token_hash = t.successor_hash
		where t.token_hash = @old
		and t.successor_hash <> @new
		and next.used_at is null
		and t.used_at >= clock_timestamp() - @grace::interval
		and s.id = t.session_id
		and s.revoked_at is null
		and s.graces < @graces
		and (t.request_hash is null
		     or t.request_hash = '' and @request::bytea = '' and not s.uses_request_ids)`,
		pgx.StrictNamedArgs{"old": r.Old, "new": r.New, "request": r.request(), "grace": r.Grace, "graces": r.Graces},
	).Exec(func(tag pgconn.CommandTag) error {
		*graced = tag.RowsAffected() > 0
		return nil
	})
}

// request returns Request and never nil: null in the database means a server without request ids.
func (r Rotation) request() []byte { return append([]byte{}, r.Request...) }

func queueTokenState(batch *pgx.Batch, r Rotation, row *tokenRow) {
	batch.Queue(`
		select t.session_id, coalesce(s.revoked_reason, '') as revoked_reason,
		       s.revoked_at is null and s.expires_at > now() and s.idle_expires_at > now() as live,
		       coalesce(t.successor_hash = @new, false) as rotated,
		       t.used_at is not null as used,
		       coalesce(t.request_hash = @request::bytea and @request::bytea <> '', false) as repeated,
		       t.successor_sealed,
		       next.used_at is not null as successor_used,
		       u.id, u.name, u.email, u.active, u.last_login_at,
		       exists (select from user_role held where held.user_id = u.id) as held,
		       u.active and g.id is null and exists (select from user_role held where held.user_id = u.id and held.active) as signed_out,
		       g.id as grant_id, g.role, g.mssp_id, g.msp_id, g.client_id
		from refresh_token t
		join session s on s.id = t.session_id
		join app_user u on u.id = s.user_id
		left join refresh_token next on next.token_hash = t.successor_hash
		left join lateral (
			select id, role, mssp_id, msp_id, client_id
			`+tokenGrant+`) g on true
		where t.token_hash = @old`,
		pgx.StrictNamedArgs{"old": r.Old, "new": r.New, "request": r.request()},
	).Query(func(rows pgx.Rows) (err error) {
		*row, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[tokenRow])
		if errors.Is(err, pgx.ErrNoRows) {
			return portal.SessionEnded("")
		}
		return err
	})
}

// lastActingMSSP selects the MSSP of the grant that a session acted under last, null if that is unknown. The end of a
// session is written to the audit log of that tenant only.
func lastActingMSSP(session string) string {
	return `(
				select g.mssp_id
				from session_grant a
				join user_role g on g.id = a.grant_id
				where a.session_id = ` + session + `
				and a.last_used_at is not null
				order by a.last_used_at desc
				limit 1)`
}

// EndSession revokes a session of a user together with its access tokens. It writes the reason to the audit log of the
// tenant whose grant the session used last, or of msspID if that is unknown. Ending an ended session is not an error.
func (db *DB) EndSession(ctx context.Context, sessionID, userID, msspID string, reason portal.EndedReason) error {
	if msspID == "" {
		msspID = noMSSP
	}
	return db.authBatch(ctx, func(batch *pgx.Batch) {
		batch.Queue(`
			with ended as (
				update session
				set revoked_at = now(), revoked_reason = @reason
				where id = @session
				and user_id = @user
				and revoked_at is null
				returning id, user_id)
			insert into audit_log (mssp_id, id, actor_id, action, target, detail, request_id)
			select coalesce(`+lastActingMSSP("ended.id")+`, @mssp::uuid), @audit::uuid, user_id, 'session_ended', id::text,
			       jsonb_build_object('reason', @reason::text), @request
			from ended`,
			pgx.StrictNamedArgs{
				"session": sessionID, "user": userID, "mssp": msspID, "reason": reason,
				"audit": NewID(), "request": requestID(ctx),
			})
	})
}
