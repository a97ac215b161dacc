package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// mergeTables are temporary tables: the customers that differ, with their values before, and the rows without a
// customer of their kind in this run. staged is the id of the row of sync_customer with the new values.
var mergeTables = `
	create temporary table differing (
		kind text, id uuid, staged uuid, fresh boolean, turned_from text, first_seen_at timestamptz, msp_id uuid,
		old_msp_id uuid, old_status text,
		` + eachColumn(shownColumn, ", ", func(c customerColumn) string { return "old_" + c.name + " " + c.kind }) + `
	) on commit drop;
	create temporary table unmatched (kind text, id uuid, msp_id uuid, became text) on commit drop`

// compare fills the tables differing and unmatched, and counts their rows.
func (m *merge) compare(ctx context.Context) error {
	if _, err := m.Exec(ctx, mergeTables); err != nil {
		return err
	}
	mssp, connection, run := m.lease.MSSPID, m.lease.ConnectionID, m.lease.Run.ID
	for _, statement := range []string{differingMSPs, differingClients} {
		if _, err := m.Exec(ctx, statement, mssp, connection, run); err != nil {
			return err
		}
	}
	for _, statement := range []string{unmatchedMSPs, unmatchedClients} {
		if m.unmatched == 0 {
			break // true in nearly every run; the statements would take long to find no row
		}
		if _, err := m.Exec(ctx, statement, mssp, connection, run, m.removeBefore); err != nil {
			return err
		}
	}
	if _, err := m.Exec(ctx, "analyze differing; analyze unmatched"); err != nil {
		return err
	}
	return m.QueryRow(ctx, `
		select count(*) filter (where fresh and turned_from is null),
		       count(*) filter (where not fresh or turned_from is not null),
		       count(*) filter (where not fresh and turned_from is null and old_msp_id is distinct from msp_id),
		       count(*) filter (where old_status in ('missing', 'removed')),
		       (select count(*) from unmatched where became = 'missing'),
		       (select count(*) from unmatched where became = 'removed'),
		       (select count(*) from unmatched where became = 'turned')
		from differing`,
	).Scan(&m.written.added, &m.written.changed, &m.written.moved, &m.written.returned,
		&m.written.missing, &m.written.removed, &m.written.turned)
}

// findRemoveBefore sets removeBefore from the recorded runs, so that a run need not write to the rows that stay
// missing.
func (m *merge) findRemoveBefore(ctx context.Context) error {
	err := m.QueryRow(ctx, `
		select r.finished_at
		from sync_run r
		where r.mssp_id = $1
		and r.mssp_product_id = $2
		and `+merged+`
		order by r.finished_at desc
		limit 1
		offset $3`, m.lease.MSSPID, m.lease.ConnectionID, m.rules.RemoveAfterRuns-1).Scan(&m.removeBefore)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}

// One row represents a customer. A customer that turned from MSP to client or back has another row of its former kind,
// which is removed and has no missing_at. t is the row of the kind that this run read, o the row of the other kind if
// that represented the customer until now: then the customer turns, and o has its former values.
//
// A row differs if it is new, or its status or another value differs. turned_from is the type that a turned customer
// had; the customer keeps its id.
var (
	representing = "(o.status <> 'removed' or o.missing_at is not null)"

	differs = `
		(t.id is null or t.status <> ` + presentStatus + ` or o.id is not null
			or (` + eachColumn(keptColumn, ", ", func(c customerColumn) string { return c.comparable("t") }) + `)
			is distinct from (` + eachColumn(keptColumn, ", ", func(c customerColumn) string { return c.comparable("s") }) + `))`

	// before are the columns of differing from old_status on; those of a turned customer are taken from o.
	before = "coalesce(o.status, t.status), " + eachColumn(shownColumn, ", ", func(c customerColumn) string {
		if c.turns {
			return "coalesce(o." + c.name + ", t." + c.name + ")"
		}
		return "t." + c.name
	})

	differingMSPs = `
		insert into differing
		select 'msp', coalesce(t.id, o.id, s.id), s.id, t.id is null, o.type, coalesce(o.first_seen_at, t.first_seen_at), null,
		       null, ` + before + `
		from sync_customer s
		left join msp t on t.mssp_id = $1 and t.mssp_product_id = $2 and t.external_id = s.external_id
		left join client o on o.mssp_id = $1 and o.mssp_product_id = $2 and o.external_id = s.external_id
			and ` + representing + `
		where s.mssp_id = $1 and s.run_id = $3 and s.kind = 'msp' and ` + differs

	// A parent is an MSP of this run, or a known one that has not turned into a client.
	differingClients = `
		insert into differing
		with parents as (
			select s.external_id, d.id
			from differing d
			join sync_customer s on s.mssp_id = $1 and s.run_id = $3 and s.id = d.staged
			where d.kind = 'msp' and (d.fresh or d.old_status = 'removed' or d.turned_from is not null)
			union
			select p.external_id, p.id
			from msp p
			where p.mssp_id = $1 and p.mssp_product_id = $2 and p.status <> 'removed'
			and not exists (
				select from sync_customer i
				where i.mssp_id = $1 and i.run_id = $3 and i.kind = 'client' and i.external_id = p.external_id))
		select 'client', coalesce(t.id, o.id, s.id), s.id, t.id is null, o.type, coalesce(o.first_seen_at, t.first_seen_at), p.id,
		       t.msp_id, ` + before + `
		from sync_customer s
		left join client t on t.mssp_id = $1 and t.mssp_product_id = $2 and t.external_id = s.external_id
		left join msp o on o.mssp_id = $1 and o.mssp_product_id = $2 and o.external_id = s.external_id
			and ` + representing + `
		left join parents p on p.external_id = s.parent
		where s.mssp_id = $1 and s.run_id = $3 and s.kind = 'client'
		and (` + differs + ` or t.msp_id is distinct from p.id)`

	// unmatchedFrom selects the rows t without a customer in this run, and the rows of the former kind of a customer that
	// turned.
	unmatchedFrom = `
		left join sync_customer s on s.mssp_id = $1 and s.run_id = $3 and s.external_id = t.external_id
		where t.mssp_id = $1 and t.mssp_product_id = $2
		and ` + notKept("t") + `
		and (s.id is null and (` + present("t") + ` or ` + longMissing + ` or ` + isAccount("t") + ` and t.status <> 'removed')
			or s.kind <> t.kind and (t.status <> 'removed' or t.missing_at is not null))`

	// longMissing is the condition that a customer has been missing long enough to be removed. t.of is the MSP that the
	// customer is or belongs to. Runs that could not read that MSP do not count.
	longMissing = `t.status = 'missing' and coalesce(t.missing_at, t.last_seen_at) <= $4
			and not exists (
				select from msp u
				where u.mssp_id = $1 and u.id = t.of and (u.unread_since is not null or u.readable_since > $4))`

	became = "case when s.id is not null then 'turned' when " + isAccount("t") + " then 'removed' when " + present("t") +
		" then 'missing' else 'removed' end"

	// A missing MSP is not removed while clients still name it as their parent.
	unmatchedMSPs = `
		insert into unmatched
		select 'msp', t.id, null, ` + became + `
		from (select 'msp' as kind, id as of, * from msp) t` + unmatchedFrom + `
		and not (s.id is null and t.status = 'missing' and not ` + isAccount("t") + ` and exists (
			select from sync_customer c
			where c.mssp_id = $1 and c.run_id = $3 and c.kind = 'client' and c.parent = t.external_id))`

	unmatchedClients = `
		insert into unmatched
		select 'client', t.id, t.msp_id, ` + became + `
		from (select 'client' as kind, msp_id as of, * from client) t` + unmatchedFrom
)
