package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// keyBatch is how many names one transaction folds.
const keyBatch = 1000

// KeyNames makes the keys of names that a server older than the keys has written (see name_key.go), and returns how
// many it made. It can be interrupted at any time; the next call makes the rest.
func (db *DB) KeyNames(ctx context.Context) (made int64, err error) {
	mssps, err := db.connectedMSSPs(ctx)
	for _, mssp := range mssps {
		for _, table := range []string{"msp", "client"} {
			if err == nil {
				err = db.keyCustomers(ctx, mssp, table, &made)
			}
		}
	}
	if err == nil {
		err = db.keyUsers(ctx, &made)
	}
	if err != nil {
		return made, fmt.Errorf("make keys of names: %w", err)
	}
	return made, nil
}

// keyCustomers makes the keys of an MSSP's customers. It and a merge of the same MSSP wait for each other. Once all
// keys are made, the MSSP gets a new version, because the order of its lists has changed.
func (db *DB) keyCustomers(ctx context.Context, mssp, table string, made *int64) error {
	var before, n int64
	for before = *made; ; *made += n {
		err := db.system(ctx, roleSync, mssp, func(tx pgx.Tx) (err error) {
			if _, err = tx.Exec(ctx, "select from mssp where id = $1 for no key update", mssp); err != nil {
				return err
			}
			n, err = keyRows(ctx, tx, table, "t.mssp_id = $1 and t.keyed_name is distinct from t.name", "t.name", mssp)
			if err != nil || n == keyBatch || *made+n == before {
				return err
			}
			_, err = tx.Exec(ctx, "update mssp set version = version + 1 where id = $1", mssp)
			return err
		})
		if err != nil {
			return err
		}
		if n < keyBatch {
			*made += n
			return nil
		}
	}
}

func (db *DB) keyUsers(ctx context.Context, made *int64) error {
	for {
		var n int64
		err := db.system(ctx, roleAuth, "", func(tx pgx.Tx) (err error) {
			n, err = keyRows(ctx, tx, "app_user", "t.keyed_name is distinct from "+userSortName("t"), userSortName("t"))
			return err
		})
		if *made += n; err != nil || n < keyBatch {
			return err
		}
	}
}

// keyRows makes the keys of one batch of rows. A row whose name changes meanwhile is left to another batch.
func keyRows(ctx context.Context, tx pgx.Tx, table, unkeyed, name string, args ...any) (int64, error) {
	rows, err := tx.Query(ctx, fmt.Sprintf(`
		select t.id, %s as name
		from %s t
		where %s
		order by t.id
		limit %d
		for no key update`, name, table, unkeyed, keyBatch), args...)
	if err != nil {
		return 0, err
	}
	type named struct{ ID, Name string }
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[named])
	if err != nil || len(found) == 0 {
		return 0, err
	}
	ids, names := make([]string, len(found)), make([]string, len(found))
	keys, rests := make([]string, len(found)), make([]*string, len(found))
	for i, row := range found {
		ids[i], names[i] = row.ID, row.Name
		keys[i], rests[i] = NameKey(row.Name)
	}
	more := len(args)
	_, err = tx.Exec(ctx, fmt.Sprintf(`
		update %s t
		set name_key = made.key, name_rest = made.rest, keyed_name = made.name
		from unnest($%d::uuid[], $%d::text[], $%d::text[], $%d::text[]) as made (id, name, key, rest)
		where %s
		and t.id = made.id`, table, more+1, more+2, more+3, more+4, unkeyed), append(args, ids, names, keys, rests)...)
	return int64(len(found)), err
}
