package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// SigningKey is a key access tokens are signed with. A key retires when the next one begins to sign.
type SigningKey struct {
	ID         string
	Generation int64
	Algorithm  string
	PublicKey  []byte
	// PrivateSealed is empty once it has been destroyed.
	PrivateSealed []byte
	// SignsInSeconds is when the key begins to sign, from now: what has begun is negative.
	SignsInSeconds float64
	// Spent: retired, and its private half still to be destroyed.
	Spent bool
}

// SigningKeys answers the keys that sign or will, and those retired less than keep ago, newest first.
func (db *DB) SigningKeys(ctx context.Context, keep time.Duration) ([]SigningKey, error) {
	var keys []SigningKey
	err := db.authTrip(ctx, func(batch *pgx.Batch) {
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

// DestroySpentKeys destroys the private halves of retired keys.
func (db *DB) DestroySpentKeys(ctx context.Context) error {
	return db.authTrip(ctx, func(batch *pgx.Batch) {
		batch.Queue(`
			update signing_key
			set private_sealed = ''
			where retired_at <= now()
			and private_sealed <> ''`)
	})
}

// AddSigningKey adds the key that signs after SignsInSeconds and retires all before it then. It reports false, and does
// nothing, where another replica has made the key of this generation already.
func (db *DB) AddSigningKey(ctx context.Context, key SigningKey) (bool, error) {
	var added bool
	err := db.authTrip(ctx, func(batch *pgx.Batch) {
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
				select @nobody::uuid, @audit::uuid, 'portal', 'signing_key_added', @id::text
				from added)
			select exists (select from added)`,
			pgx.StrictNamedArgs{
				"id": key.ID, "generation": key.Generation, "algorithm": key.Algorithm, "public": key.PublicKey,
				"private": key.PrivateSealed, "ahead": key.SignsInSeconds, "nobody": noMSSP, "audit": NewID(),
			},
		).QueryRow(func(row pgx.Row) error { return row.Scan(&added) })
	})
	return added, err
}
