package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// fillBatch is how many rows one transaction of a fill writes: the MSSP's merges wait no longer than that takes.
const fillBatch = 5000

// fillHistory completes the history that servers of older versions have written: the ids in moves, and the spans of
// clients. It may be interrupted and repeated, and other servers may write meanwhile; what they write is left to the next
// merge or the next fill. url is the owner's.
func fillHistory(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("fill history: %w", withoutSecrets(err))
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for what, fill := range map[string]historyFill{
		"moves": {`
			select distinct h.mssp_id::text
			from change h
			where h.kind = 'moved'
			and h.msps_known is null`, fillMoves},
		"spans": {`
			select m.id::text
			from mssp m
			where m.spanned_in < m.version`, fillSpans},
	} {
		if err := fill.run(ctx, conn); err != nil {
			return fmt.Errorf("fill %s: %w", what, err)
		}
	}
	return nil
}

// historyFill is work on the MSSPs that a query finds.
type historyFill struct {
	mssps string
	fill  func(ctx context.Context, conn *pgx.Conn, mssp string) error
}

func (f historyFill) run(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, f.mssps)
	if err != nil {
		return err
	}
	mssps, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, mssp := range mssps {
		if err := f.fill(ctx, conn, mssp); err != nil {
			return err
		}
	}
	return nil
}

// fillMoves identifies the MSPs of an MSSP's moves by their names. A name that several MSPs have or had identifies none.
func fillMoves(ctx context.Context, conn *pgx.Conn, mssp string) error {
	if _, err := conn.Exec(ctx, "drop table if exists msp_named"); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, `
		create temporary table msp_named as
		select n.name, min(n.id::text)::uuid as id
		from (
			select m.name, m.id
			from msp m
			where m.mssp_id = $1
			union all
			select unnest(array[h.before, h.after]), h.entity_id
			from change h
			where h.mssp_id = $1
			and h.entity = 'msp'
			and h.field = 'name'
			union all
			select h.after, h.entity_id
			from change h
			where h.mssp_id = $1
			and h.entity = 'msp'
			and h.kind = 'added') n
		where n.name is not null
		group by n.name
		having count(distinct n.id) = 1`, mssp)
	if err != nil {
		return err
	}
	for {
		tag, err := conn.Exec(ctx, `
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
			left join msp_named b on b.name = k.before
			left join msp_named a on a.name = k.after
			where h.mssp_id = $1
			and h.id = k.id`, mssp, fillBatch)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
	}
}

// fillSpans opens the spans of an MSSP's clients, each from the last change of its facts that history has.
func fillSpans(ctx context.Context, conn *pgx.Conn, mssp string) error {
	var upTo int64
	err := conn.QueryRow(ctx, `
		select m.version
		from mssp m
		where m.id = $1`, mssp).Scan(&upTo)
	if err != nil {
		return err
	}
	last := wholeMSSP
	for last != "" {
		if last, err = fillSpansAfter(ctx, conn, mssp, last, upTo); err != nil {
			return err
		}
	}
	return nil
}

// fillSpansAfter fills one batch of clients with greater ids and returns the last of them, "" once there are no more.
func fillSpansAfter(ctx context.Context, conn *pgx.Conn, mssp, after string, upTo int64) (last string, err error) {
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var spannedIn int64
		var at time.Time
		err := tx.QueryRow(ctx, `
			select m.spanned_in, clock_timestamp()
			from mssp m
			where m.id = $1
			for update`, mssp).Scan(&spannedIn, &at)
		if err != nil {
			return err
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
			return err
		}
		if _, err := tx.Exec(ctx, writeSpans(staleBetween, factsSince), mssp, at, spannedIn, after, last); err != nil {
			return err
		}
		if last != "" {
			return nil
		}
		_, err = tx.Exec(ctx, `
			update mssp
			set spanned_in = greatest(spanned_in, $2)
			where id = $1`, mssp, upTo)
		return err
	})
	return last, err
}

// staleBetween are the clients of a batch.
const staleBetween = `
			select c.id
			from client c
			where c.mssp_id = $1
			and c.changed_in > $3
			and c.id > $4::uuid
			and ($5 = '' or c.id <= nullif($5, '')::uuid)`
