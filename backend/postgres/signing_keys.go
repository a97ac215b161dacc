package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// SigningKey is a key access tokens are signed with. A retired key has no private half any more.
type SigningKey struct {
	ID            string
	Generation    int64
	Algorithm     string
	PublicKey     []byte
	PrivateSealed []byte
	RetiredAt     *time.Time
}

// SigningKeys answers the keys that sign and those retired less than keep ago, newest first.
func (db *DB) SigningKeys(ctx context.Context, keep time.Duration) ([]SigningKey, error) {
	var keys []SigningKey
	err := db.authTrip(ctx, func(batch *pgx.Batch) {
		collect(batch.Queue(`
			select id, generation, algorithm, public_key, private_sealed, retired_at
			from signing_key
			where retired_at is null
			or retired_at > now() - $1::interval
			order by generation desc`, keep), &keys)
	})
	return keys, err
}

// AddSigningKey makes key the one that signs and retires all before it, destroying their private halves. It reports
// false, and does nothing, where another replica has made the key of this generation already.
func (db *DB) AddSigningKey(ctx context.Context, key SigningKey) (bool, error) {
	var added bool
	err := db.authTrip(ctx, func(batch *pgx.Batch) {
		batch.Queue(`
			with added as (
				insert into signing_key (id, generation, algorithm, public_key, private_sealed, signs_from)
				values (@id, @generation, @algorithm, @public, @private, now())
				on conflict (generation) do nothing
				returning generation),
			retired as (
				update signing_key k
				set retired_at = now(), private_sealed = ''
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
				"private": key.PrivateSealed, "nobody": noMSSP, "audit": NewID(),
			},
		).QueryRow(func(row pgx.Row) error { return row.Scan(&added) })
	})
	return added, err
}
