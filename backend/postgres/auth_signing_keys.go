package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// SigningKey is a key that signs access tokens. It retires when the next key begins to sign.
type SigningKey struct {
	ID         string
	Generation int64
	Algorithm  string
	PublicKey  []byte
	// PrivateSealed is empty after the private key was destroyed.
	PrivateSealed []byte
	// SignsInSeconds is when the key begins to sign, in seconds from now: negative if it has begun.
	SignsInSeconds float64
	// Spent reports whether the key is retired and its private key not destroyed yet.
	Spent bool
}

// SigningKeys returns the current and future signing keys and those that retired less than keep ago, newest first.
func (db *DB) SigningKeys(ctx context.Context, keep time.Duration) ([]SigningKey, error) {
	var keys []SigningKey
	err := db.authBatch(ctx, func(batch *pgx.Batch) {
		collect(batch.Queue(`
			select id, generation, algorithm, public_key, private_sealed,
			       extract(epoch from signs_from - now())::float8 as signs_in_seconds,
			       coalesce(retired_at <= now(), false) and private_sealed <> '' as spent
			from signing_key
			where retired_at is null
			or retired_at > now() - $1::interval
			order by generation desc`, keep), &keys)
	})
	return keys, err
}

// DestroySpentKeys deletes the private keys of retired signing keys.
func (db *DB) DestroySpentKeys(ctx context.Context) error {
	return db.authBatch(ctx, func(batch *pgx.Batch) {
		batch.Queue(`
			update signing_key
			set private_sealed = ''
			where retired_at <= now()
			and private_sealed <> ''`)
	})
}

// AddSigningKey stores a key that begins to sign after SignsInSeconds, and retires all earlier keys at that time. It
// returns false and stores nothing if another replica has already created the key of this generation.
func (db *DB) AddSigningKey(ctx context.Context, key SigningKey) (bool, error) {
	var added bool
	err := db.authBatch(ctx, func(batch *pgx.Batch) {
		batch.Queue(`
			with added as (
				insert into signing_key (id, generation, algorithm, public_key, private_sealed, signs_from)
				values (@id, @generation, @algorithm, @public, @private, now() + make_interval(secs => @ahead))
				on conflict (generation) do nothing
				returning generation, signs_from),
			retired as (
				update signing_key k
				set retired_at = added.signs_from
				from added
				where k.generation < added.generation
				and k.retired_at is null),
			logged as (
				insert into audit_log (mssp_id, id, actor, action, target)
				select @no_mssp::uuid, @audit::uuid, 'portal', 'signing_key_added', @id::text
				from added)
			select exists (select from added)`,
			pgx.StrictNamedArgs{
				"id": key.ID, "generation": key.Generation, "algorithm": key.Algorithm, "public": key.PublicKey,
				"private": key.PrivateSealed, "ahead": key.SignsInSeconds, "no_mssp": noMSSP, "audit": NewID(),
			},
		).QueryRow(func(row pgx.Row) error { return row.Scan(&added) })
	})
	return added, err
}
