package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// PruneSignIns deletes what sign-ins and sessions leave behind: attempts an hour after they expired, sessions that
// ended and refresh tokens that were used more than keep ago, unsent codes of expired invites, and the rows that count
// mails. A refresh token older than keep is then refused as unknown and does not end its session. The predecessor of an
// unused token stays, because its holder may still repeat the refresh.
func (db *DB) PruneSignIns(ctx context.Context, keep time.Duration) error {
	return db.authBatch(ctx, func(batch *pgx.Batch) {
		batch.Queue("delete from login_attempt where expires_at < now() - interval '1 hour'")
		batch.Queue("delete from session where least(revoked_at, idle_expires_at, expires_at) < now() - $1::interval", keep)
		batch.Queue(`
			delete from refresh_token t
			using refresh_token next
			where t.used_at < now() - $1::interval
			and next.token_hash = t.successor_hash
			and next.used_at is not null`, keep)
		batch.Queue("delete from invite_mail where queued_at < now() - interval '1 day'")
		batch.Queue(`
			update pre_assigned_role
			set code_sealed = null, mail = 'failed'
			where code_sealed is not null
			and expires_at < now()`)
	})
}
