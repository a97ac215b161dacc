package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// unreadMSPs is the table unread of the MSPs whose clients the run has not read: the resellers it names ($4), and those
// that are known only under one of them. $1 to $3 are the MSSP, the connection and the run. An MSP whose parent is not
// known may be under any.
var unreadMSPs = `
	with recursive unread as (
		select m.id, m.external_id
		from msp m
		where m.mssp_id = $1 and m.mssp_product_id = $2 and m.status <> 'removed' and m.external_id = any($4::text[])
		union
		select m.id, m.external_id
		from msp m
		join unread u on u.external_id = m.parent or m.parent is null
		where m.mssp_id = $1 and m.mssp_product_id = $2 and m.status <> 'removed'
		and not exists (
			select from sync_customer s
			where s.mssp_id = $1 and s.run_id = $3 and s.external_id = m.external_id)
		and not ` + isAccount("m") + `)`

// Absent returns the external ids of at most limit present customers of the run's connection that the run lacks and
// could have read. A *portal.CallError if the product says that there are more or fewer customers than the run holds.
func (db *DB) Absent(ctx context.Context, lease Lease, state portal.ReadState, limit int) ([]string, error) {
	var read int64
	var absent []string
	err := db.systemRead(ctx, roleSync, lease.MSSPID, func(batch *pgx.Batch) {
		batch.Queue(`
			select count(distinct s.external_id)
			from sync_customer s
			where s.mssp_id = $1
			and s.run_id = $2`, lease.MSSPID, lease.Run.ID).QueryRow(func(row pgx.Row) error { return row.Scan(&read) })
		batch.Queue("set local enable_nestloop = off")
		batch.Queue(unreadMSPs+`
			select o.external_id
			from (
				select 'msp' as kind, id, null::uuid as msp_id, external_id, status from msp where mssp_id = $1 and mssp_product_id = $2
				union all
				select 'client', id, msp_id, external_id, status from client where mssp_id = $1 and mssp_product_id = $2) o
			where `+present("o")+`
			and not `+isAccount("o")+`
			and not exists (
				select from sync_customer s
				where s.mssp_id = $1 and s.run_id = $3 and s.external_id = o.external_id)
			and not exists (
				select from unread u
				where u.id = case o.kind when 'msp' then o.id else o.msp_id end)
			order by o.kind desc, o.external_id
			limit $5`, lease.MSSPID, lease.ConnectionID, lease.Run.ID, unreadIDs(state), limit,
		).Query(func(rows pgx.Rows) (err error) {
			absent, err = pgx.CollectRows(rows, pgx.RowTo[string])
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read absent customers: %w", err)
	}
	return absent, sameTotal(state.Total, read)
}

// sameTotal refuses answers that hold another number of customers than they say.
func sameTotal(total *int64, read int64) error {
	if total == nil || *total == read {
		return nil
	}
	return portal.CallErrorf(portal.Incomplete,
		"The answers hold %d different customers and say themselves that there are %d. Nothing was changed.", read, *total)
}

func unreadIDs(state portal.ReadState) []string {
	ids := make([]string, len(state.Unread))
	for i, u := range state.Unread {
		ids[i] = u.ExternalID
	}
	return ids
}

// keepParents gives clients that came without a parent the MSP they are known under, where that says nothing: a second
// look at one customer may leave its parent out, and the clients of an unread reseller may be listed without one. Those of
// a reseller that was read may have moved to one that was not.
func (m *merge) keepParents(ctx context.Context) error {
	if len(m.state.Checked) == 0 && len(m.state.Unread) == 0 {
		return nil
	}
	_, err := m.Exec(ctx, `
		update sync_customer s
		set parent = p.external_id
		from client c
		join msp p on p.mssp_id = $1 and p.id = c.msp_id and p.status <> 'removed'
		where s.mssp_id = $1
		and s.run_id = $3
		and s.kind = 'client'
		and s.parent = ''
		and c.mssp_id = $1
		and c.mssp_product_id = $2
		and c.external_id = s.external_id
		and (c.status <> 'removed' or c.missing_at is not null)
		and ($5 or s.external_id = any($4::text[]))`,
		m.lease.MSSPID, m.lease.ConnectionID, m.lease.Run.ID, m.checked(), len(m.state.Unread) > 0)
	return err
}

// mergedWith is what this version keeps beside the customers, as in sync_run.merged_with.
const mergedWith = 1

// dropStale forgets which customers were absent and which fields were remapped since they were read, where the last run
// was merged by a server of an older version: it has read customers without clearing that. Those that are absent now then
// count as absent for the first time.
func (m *merge) dropStale(ctx context.Context) error {
	var with int
	err := m.QueryRow(ctx, `
		select r.merged_with
		from sync_run r
		where r.mssp_id = $1
		and r.mssp_product_id = $2
		and `+merged+`
		order by r.finished_at desc
		limit 1`, m.lease.MSSPID, m.lease.ConnectionID).Scan(&with)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && with >= mergedWith {
		return nil
	}
	if err != nil {
		return err
	}
	for _, table := range []string{"msp", "client"} {
		_, err := m.Exec(ctx, `
			update `+table+` t
			set absent_since = null, stale_fields = null
			where t.mssp_id = $1
			and t.mssp_product_id = $2
			and (t.absent_since is not null or t.stale_fields is not null)`, m.lease.MSSPID, m.lease.ConnectionID)
		if err != nil {
			return err
		}
	}
	return nil
}

// findKept fills kept with the rows that keep their state though the run lacks their customer: what is under an unread
// reseller, and what a paged run lacks for the first time without a second look.
func (m *merge) findKept(ctx context.Context) error {
	_, err := m.Exec(ctx, "create temporary table kept (kind text, id uuid, paged boolean) on commit drop")
	if err != nil || !m.state.Paged && len(m.state.Unread) == 0 {
		return err
	}
	_, err = m.Exec(ctx, `
		insert into kept
		select o.kind, o.id, u.id is null
		from (
			select 'msp' as kind, id, id as of, external_id, status, absent_since from msp where mssp_id = $1 and mssp_product_id = $2
			union all
			select 'client', id, msp_id, external_id, status, absent_since from client where mssp_id = $1 and mssp_product_id = $2) o
		left join unread u on u.id = o.of
		where o.status <> 'removed'
		and not `+isAccount("o")+`
		and not exists (
			select from sync_customer s
			where s.mssp_id = $1 and s.run_id = $3 and s.external_id = o.external_id)
		and (u.id is not null
			or $5 and `+present("o")+` and o.absent_since is null and o.external_id <> all($4::text[]))`,
		m.lease.MSSPID, m.lease.ConnectionID, m.lease.Run.ID, m.checked(), m.state.Paged)
	if err != nil {
		return err
	}
	_, err = m.Exec(ctx, "analyze kept")
	return err
}

// countAbsence counts the known customers that a paged answer lacked; gone are those that go missing.
func (m *merge) countAbsence(ctx context.Context, gone int64) error {
	if !m.state.Paged {
		return nil
	}
	came := &m.came
	err := m.QueryRow(ctx, `
		select (
			select count(*)
			from sync_customer s
			where s.mssp_id = $1
			and s.run_id = $2
			and s.external_id = any($3::text[])), (
			select count(*)
			from kept k
			where k.paged)`, m.lease.MSSPID, m.lease.Run.ID, m.checked()).Scan(&came.found, &came.undecided)
	came.absent = came.found + came.undecided + gone
	return err
}

// checked is never null, which no id would differ from.
func (m *merge) checked() []string { return append([]string{}, m.state.Checked...) }

// notKept is the condition that the row of a customer that the run lacks does not keep its state.
func notKept(table string) string {
	return "not exists (select from kept k where k.id = " + table + ".id)"
}

// noteAbsence notes since when the customers that a paged run lacks are absent, and clears it for all others. It is not
// shown, so the rows keep their version.
func (m *merge) noteAbsence(ctx context.Context) error {
	seen, err := m.lastRead(ctx)
	if err != nil {
		return err
	}
	for _, table := range []string{"msp", "client"} {
		if m.state.Paged {
			_, err := m.Exec(ctx, `
				update `+table+` t
				set absent_since = $2
				from kept k
				where t.mssp_id = $1
				and t.id = k.id
				and k.paged`, m.lease.MSSPID, seen)
			if err != nil {
				return err
			}
		}
		if _, err := m.Exec(ctx, `
			update `+table+` t
			set absent_since = null
			where t.mssp_id = $1
			and t.mssp_product_id = $2
			and t.absent_since is not null
			and `+notKept("t"), m.lease.MSSPID, m.lease.ConnectionID); err != nil {
			return err
		}
	}
	return nil
}
