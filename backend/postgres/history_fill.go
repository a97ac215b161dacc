package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// fillBatch is how many rows one transaction writes. Merges of the MSSP wait for it.
const fillBatch = 5000

// fillHistory completes the history that older servers have written: the ids in moves, the spans of clients, and former
// names. It can be interrupted and repeated. Other servers may write meanwhile; the next merge or the next call
// completes their rows. It must run as the owner of the tables.
func (db *DB) fillHistory(ctx context.Context) error {
	err := db.fillEach(ctx, `
		select distinct h.mssp_id::text
		from change h
		where h.kind = 'moved'
		and h.msps_known is null`, db.fillMoves)
	if err != nil {
		return fmt.Errorf("identify the MSPs of moves: %w", err)
	}
	err = db.fillEach(ctx, `
		select m.id::text
		from mssp m
		where m.spanned_in < m.version`, db.fillSpans)
	if err != nil {
		return fmt.Errorf("open spans: %w", err)
	}
	return db.fillFormerNames(ctx)
}

// asOwner runs work in one transaction as the role that the pool connects with.
func (db *DB) asOwner(ctx context.Context, work func(pgx.Tx) error) error {
	return db.transaction(ctx, func(*pgx.Batch) {}, work)
}

// fillEach calls fill for each MSSP that a query finds.
func (db *DB) fillEach(ctx context.Context, query string, fill func(ctx context.Context, mssp string) error) error {
	var mssps []string
	err := db.asOwner(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, query)
		if err != nil {
			return err
		}
		mssps, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	for _, mssp := range mssps {
		if err == nil {
			err = fill(ctx, mssp)
		}
	}
	return err
}

// fillMoves sets the ids of the MSPs in an MSSP's moves by their names, where exactly one MSP has or had that name.
func (db *DB) fillMoves(ctx context.Context, mssp string) error {
	for {
		var filled int64
		err := db.asOwner(ctx, func(tx pgx.Tx) error {
			tag, err := tx.Exec(ctx, `
				with named as (`+mspNames+`)
				update change h
				set before_msp_id = b.id, after_msp_id = a.id,
				    msps_known = (h.before is null or b.id is not null) and (h.after is null or a.id is not null)
				from (
					select k.id, k.before, k.after
					from change k
					where k.mssp_id = $1
					and k.kind = 'moved'
					and k.msps_known is null
					limit $2) k
				left join named b on b.name = k.before
				left join named a on a.name = k.after
				where h.mssp_id = $1
				and h.id = k.id`, mssp, fillBatch)
			filled = tag.RowsAffected()
			return err
		})
		if err != nil {
			return err
		}
		if filled < fillBatch {
			return db.regroupMoves(ctx, mssp)
		}
	}
}

// regroupMoves counts an MSSP's moves again after their MSPs have been identified.
func (db *DB) regroupMoves(ctx context.Context, mssp string) error {
	return db.asOwner(ctx, func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		batch.Queue("select from mssp where id = $1 for no key update", mssp) // no run writes a move meanwhile
		batch.Queue("delete from change_group where mssp_id = $1 and kind = 'moved'", mssp)
		batch.Queue(`
			insert into change_group (mssp_id, id, at, run_id, entity, kind, field, msp_id, before_msp_id, after_msp_id, n)
			select h.mssp_id, new_id(), h.at, min(h.run_id::text)::uuid, h.entity, h.kind, coalesce(h.field, ''), `+orWhole("h.msp_id")+`,
			       `+orWhole("h.before_msp_id")+`, `+orWhole("h.after_msp_id")+`, count(*)
			from change h
			where h.mssp_id = $1
			and h.kind = 'moved'
			group by 1, 3, 5, 6, 7, 8, 9, 10`, mssp)
		queueClientMoves(batch, mssp)
		return tx.SendBatch(ctx, batch).Close()
	})
}

// queueClientMoves writes an MSSP's moves again for the users of its MSPs, and counts them. Those of clients that turned
// are in no change, and stay.
func queueClientMoves(batch *pgx.Batch, mssp string) {
	batch.Queue(`
		delete from client_move v
		using change h
		where v.mssp_id = $1
		and h.mssp_id = v.mssp_id
		and h.id = v.id`, mssp)
	batch.Queue("select write_client_moves($1, null)", mssp)
	batch.Queue("delete from client_move_group where mssp_id = $1", mssp)
	batch.Queue(`
		insert into client_move_group (mssp_id, msp_id, id, at, run_id, kind, n)
		select v.mssp_id, v.msp_id, new_id(), v.at, min(v.run_id::text)::uuid, v.kind, count(*)
		from client_move v
		where v.mssp_id = $1
		group by 1, 2, 4, 6`, mssp)
}

// mspNames selects the names that exactly one MSP of the MSSP $1 has or had.
const mspNames = `
					select n.name, min(n.id::text)::uuid as id
					from (
						select m.id, m.name
						from msp m
						where m.mssp_id = $1
						union all
						select m.id, unnest(array[h.before, h.after])
						from msp m
						join change h on h.mssp_id = m.mssp_id and h.entity_id = m.id
						where m.mssp_id = $1
						and h.entity = 'msp'
						and (h.field = 'name' or h.kind = 'added')) n
					where n.name is not null
					group by n.name
					having count(distinct n.id) = 1`

// fillSpans opens the spans of an MSSP's clients, each from the client's last change in the history.
func (db *DB) fillSpans(ctx context.Context, mssp string) error {
	var upTo int64
	err := db.asOwner(ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `
			select m.version
			from mssp m
			where m.id = $1`, mssp).Scan(&upTo)
	})
	for last, next := wholeMSSP, ""; err == nil && last != ""; last = next {
		err = db.asOwner(ctx, func(tx pgx.Tx) (err error) {
			next, err = fillSpansAfter(ctx, tx, mssp, last, upTo)
			return err
		})
	}
	return err
}

// fillSpansAfter opens the spans of the next batch of clients, those with ids greater than after, and returns the last
// id of the batch; "" once there are no more.
func fillSpansAfter(ctx context.Context, tx pgx.Tx, mssp, after string, upTo int64) (last string, err error) {
	var spannedIn int64
	var at time.Time
	err = tx.QueryRow(ctx, `
		select m.spanned_in, clock_timestamp()
		from mssp m
		where m.id = $1
		for update`, mssp).Scan(&spannedIn, &at)
	if err != nil {
		return "", err
	}
	err = tx.QueryRow(ctx, `
		select c.id::text
		from client c
		where c.mssp_id = $1
		and c.id > $2
		and c.changed_in > $3
		order by c.id
		limit 1
		offset $4`, mssp, after, spannedIn, fillBatch-1).Scan(&last)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", err
	}
	if _, err := tx.Exec(ctx, writeSpans(staleBetween, factsSince), mssp, at, spannedIn, after, last); err != nil || last != "" {
		return last, err
	}
	_, err = tx.Exec(ctx, `
		update mssp
		set spanned_in = greatest(spanned_in, $2)
		where id = $1`, mssp, upTo)
	return "", err
}

// staleBetween are the clients of a batch.
const staleBetween = `
			select c.id
			from client c
			where c.mssp_id = $1
			and c.changed_in > $3
			and c.id > $4::uuid
			and ($5 = '' or c.id <= nullif($5, '')::uuid)`
