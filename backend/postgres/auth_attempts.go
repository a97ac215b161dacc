package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// Attempt is a stored sign-in attempt.
type Attempt struct {
	ID            string
	Provider      portal.ProviderID
	RedirectURI   string
	CodeChallenge string
	Nonce         string
	// Tries is how often the attempt has been sent with an invite code.
	Tries int
	// PendingSealed is the identity that an earlier try verified, if the response was to ask for the invite code.
	PendingSealed []byte
}

// CreateAttempt stores a new attempt, which expires after ttl, and returns when it does. It also deletes a few old
// attempts, so that the table stays small without a job.
func (db *DB) CreateAttempt(ctx context.Context, a Attempt, ttl time.Duration) (expiresAt time.Time, err error) {
	err = db.authBatch(ctx, func(batch *pgx.Batch) {
		batch.Queue(`
			insert into login_attempt (id, provider, redirect_uri, code_challenge, nonce, expires_at)
			values (@id, @provider, @redirect, @challenge, @nonce, now() + @ttl::interval)
			returning expires_at`,
			pgx.StrictNamedArgs{
				"id": a.ID, "provider": a.Provider, "redirect": a.RedirectURI,
				"challenge": a.CodeChallenge, "nonce": a.Nonce, "ttl": ttl,
			},
		).QueryRow(func(row pgx.Row) error { return row.Scan(&expiresAt) })
		batch.Queue(`
			delete from login_attempt
			where id in (
				select id
				from login_attempt
				where expires_at < now() - interval '1 hour'
				limit 10
				for update skip locked)`)
	})
	return expiresAt, err
}

// UseAttempt uses up an attempt for the authorization code with this hash, in one atomic update. An attempt that waits
// for an invite code may be used again with the same authorization code, maxTries times; an uncounted try is not
// counted. AttemptExpired in every other case.
func (db *DB) UseAttempt(ctx context.Context, id string, codeHash []byte, maxTries int, uncounted bool) (Attempt, error) {
	expired := portal.Errorf(portal.AttemptExpired, "This sign-in has expired or was used already. Start again.")
	if !validID(id) {
		return Attempt{}, expired
	}
	var a Attempt
	err := db.authBatch(ctx, func(batch *pgx.Batch) {
		batch.Queue(`
			update login_attempt
			set used_at = coalesce(used_at, now()),
			    code_hash = @code,
			    tries = tries + case when used_at is null or @uncounted then 0 else 1 end
			where id = @id
			and expires_at > now()
			and finished_at is null
			and (used_at is null or pending_sealed is not null and code_hash = @code and tries < @max)
			returning id, provider, redirect_uri, code_challenge, nonce, tries, pending_sealed`,
			pgx.StrictNamedArgs{"id": id, "code": codeHash, "max": maxTries, "uncounted": uncounted},
		).Query(func(rows pgx.Rows) (err error) {
			a, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Attempt])
			if errors.Is(err, pgx.ErrNoRows) {
				return expired
			}
			return err
		})
	})
	return a, err
}

// KeepPending stores a verified identity in its attempt until the invite code is sent.
func (db *DB) KeepPending(ctx context.Context, id string, sealed []byte) error {
	return db.authBatch(ctx, func(batch *pgx.Batch) {
		batch.Queue(`
			update login_attempt
			set pending_sealed = $2
			where id = $1
			and finished_at is null`, id, sealed)
	})
}
