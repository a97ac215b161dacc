package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/connector"
)

// unreadMSPs is the table unread: the MSPs whose clients the run has not read. These are the resellers in $4, and the
// MSPs that are known only under one of them; an MSP without a known parent may be under any. $1 to $3 are the MSSP,
// the connection and the run.
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

// Absent returns the external ids of at most limit present customers of the run's connection that the run should have
// read and did not. It returns a *connector.CallError if the product states another number of customers than the run
// holds.
func (db *DB) Absent(ctx context.Context, lease Lease, state connector.State, limit int) ([]string, error) {
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

// sameTotal returns a CallError if the product stated another number of customers than were read.
func sameTotal(total *int64, read int64) error {
	if total == nil || *total == read {
		return nil
	}
	return connector.CallErrorf(connector.Incomplete,
		"The responses hold %d different customers and state a total of %d. Nothing was changed.", read, *total)
}

func unreadIDs(state connector.State) []string {
	ids := make([]string, len(state.Unread))
	for i, u := range state.Unread {
		ids[i] = u.ExternalID
	}
	return ids
}

// keepParents gives clients that were read without a parent the MSP they are known under, where the missing parent
// means nothing: a call that checks one customer may leave its parent out, and clients of an unread reseller may be
// listed without one. A client of a reseller that was read may have moved to one that was not.
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

// mergedWith is the version of the facts that a merge keeps beside the customers, written to sync_run.merged_with.
const mergedWith = 1

// dropStale clears absent_since and stale_fields if the last run was merged by an older server, which reads customers
// without clearing them. Customers that are absent now then count as absent for the first time.
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

// findKept fills the table kept with the rows that keep their state although the run did not read their customer: those
// under an unread reseller, and those absent from a paged run for the first time and not checked.
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

// countAbsence counts the known customers that were absent from the pages; missing is how many of them go missing.
func (m *merge) countAbsence(ctx context.Context, missing int64) error {
	if !m.state.Paged {
		return nil
	}
	counted := &m.counted
	err := m.QueryRow(ctx, `
		select (
			select count(*)
			from sync_customer s
			where s.mssp_id = $1
			and s.run_id = $2
			and s.external_id = any($3::text[])), (
			select count(*)
			from kept k
			where k.paged)`, m.lease.MSSPID, m.lease.Run.ID, m.checked()).Scan(&counted.found, &counted.undecided)
	counted.absent = counted.found + counted.undecided + missing
	return err
}

// checked returns the checked ids, never nil: in SQL, no id differs from null.
func (m *merge) checked() []string { return append([]string{}, m.state.Checked...) }

// notKept returns the condition that a row of the table is not in kept.
func notKept(table string) string {
	return "not exists (select from kept k where k.id = " + table + ".id)"
}

// saveAbsence sets absent_since of the customers that were absent from a paged run, and clears it for all others. No
// list shows it, so the rows keep their version.
func (m *merge) saveAbsence(ctx context.Context) error {
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
