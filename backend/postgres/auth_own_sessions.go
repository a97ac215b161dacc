package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// OwnSessions returns the viewer's sessions that have not ended: the current one first, then by last use.
func (db *DB) OwnSessions(ctx context.Context, viewer portal.Viewer) (portal.OwnSessions, error) {
	var own portal.OwnSessions
	err := db.systemRead(ctx, roleAuth, "", func(batch *pgx.Batch) {
		queueViewerCheck(batch, viewer)
		collect(batch.Queue(`
			select id, device, created_at, last_used_at, least(idle_expires_at, expires_at) as expires_at,
			       id = @current as current
			from session
			where user_id = @user
			and revoked_at is null
			and expires_at > now()
			and idle_expires_at > now()
			order by id = @current desc, last_used_at desc, id`,
			pgx.StrictNamedArgs{"user": viewer.UserID, "current": viewer.SessionID}), &own.Items)
	})
	return own, err
}

// EndOwnSession ends one of the viewer's sessions, also the current one. NotFound for another user's session and for
// one that has ended.
func (db *DB) EndOwnSession(ctx context.Context, viewer portal.Viewer, id string) error {
	if !validID(id) {
		return errNotFound("session")
	}
	reason := portal.EndedElsewhere
	if id == viewer.SessionID {
		reason = portal.EndedSignOut
	}
	enter := func(batch *pgx.Batch) {
		batch.Queue(setScope, roleAuth, "", "", "")
		queueViewerCheck(batch, viewer)
	}
	return db.transaction(ctx, enter, func(tx pgx.Tx) error {
		var msspID string
		err := tx.QueryRow(ctx, `
			update session
			set revoked_at = now(), revoked_reason = $3
			where id = $1
			and user_id = $2
			and revoked_at is null
			and expires_at > now()
			and idle_expires_at > now()
			returning coalesce(`+lastActingMSSP("session.id")+`, $4)::text`,
			id, viewer.UserID, reason, viewer.Scope.MSSPID).Scan(&msspID)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNotFound("session")
		}
		if err != nil {
			return err
		}
		return writeAudit(ctx, tx, AuditEntry{
			MSSPID: msspID, ActorID: viewer.UserID, Action: "session_ended", Target: id,
			Detail: map[string]any{"reason": reason},
		})
	})
}
