package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// formerName is a rename in the history; its id orders the renames of one version.
type formerName struct {
	ID, Name string
	Version  int64
}

// addFormerNames adds the former names of an MSSP that are in the history but not in former_name, where searches find
// them, among them those of renames by servers older than the table. Its transaction must have locked the MSSP's row.
func addFormerNames(ctx context.Context, tx pgx.Tx, mssp string) error {
	var last formerName
	var upTo int64
	err := tx.QueryRow(ctx, `
		select m.named_in, m.version
		from mssp m
		where m.id = $1`, mssp).Scan(&last.Version, &upTo)
	if err != nil || last.Version >= upTo {
		return err
	}
	last.ID = greatestID
	for more := true; more; {
		renames, err := renamesAfter(ctx, tx, mssp, last)
		if err != nil {
			return err
		}
		if err := insertFormerNames(ctx, tx, mssp, renames); err != nil {
			return err
		}
		if more = len(renames) == fillBatch; more {
			last = renames[len(renames)-1]
		}
	}
	_, err = tx.Exec(ctx, `
		update mssp
		set named_in = $2
		where id = $1`, mssp, upTo)
	return err
}

// renamesAfter returns the next batch of renames after the last one.
func renamesAfter(ctx context.Context, tx pgx.Tx, mssp string, last formerName) ([]formerName, error) {
	rows, err := tx.Query(ctx, `
		select h.id, h.before as name, h.version
		from change h
		where h.mssp_id = $1
		and h.field = 'name'
		and h.before is not null
		and (h.version, h.id) > ($2, $3::uuid)
		order by h.version, h.id
		limit $4`, mssp, last.Version, last.ID, fillBatch)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[formerName])
}

func insertFormerNames(ctx context.Context, tx pgx.Tx, mssp string, renames []formerName) error {
	if len(renames) == 0 {
		return nil
	}
	ids, keys, rests := make([]string, len(renames)), make([]string, len(renames)), make([]*string, len(renames))
	for i, rename := range renames {
		ids[i] = rename.ID
		keys[i], rests[i] = NameKey(rename.Name)
	}
	_, err := tx.Exec(ctx, `
		insert into former_name (mssp_id, entity_id, digest, under, entity, msp_id, client_id, name, name_key, name_rest, until_at)
		select distinct on (h.entity_id, h.before, h.msp_id) h.mssp_id, h.entity_id, md5(h.before)::uuid,
		       coalesce(h.msp_id, '`+wholeMSSP+`'), h.entity, h.msp_id, h.client_id, h.before, k.key, k.rest, h.at
		from unnest($2::uuid[], $3::text[], $4::text[]) k (id, key, rest)
		join change h on h.mssp_id = $1 and h.id = k.id
		order by h.entity_id, h.before, h.msp_id, h.at desc
		on conflict (mssp_id, entity_id, digest, under) do update
		set until_at = greatest(former_name.until_at, excluded.until_at)`, mssp, ids, keys, rests)
	return err
}

// fillFormerNames adds the former names that servers older than the table have written to the history. It can be
// interrupted and repeated, and must run as the owner of the tables.
func (db *DB) fillFormerNames(ctx context.Context) error {
	err := db.fillEach(ctx, `
		select m.id::text
		from mssp m
		where m.named_in < m.version`, func(ctx context.Context, mssp string) error {
		return db.asOwner(ctx, func(tx pgx.Tx) error {
			var locked bool
			err := tx.QueryRow(ctx, "select true from mssp where id = $1 for no key update", mssp).Scan(&locked)
			if errors.Is(err, pgx.ErrNoRows) {
				return nil
			}
			if err != nil {
				return err
			}
			return addFormerNames(ctx, tx, mssp)
		})
	})
	if err != nil {
		return fmt.Errorf("add former names: %w", err)
	}
	return nil
}
