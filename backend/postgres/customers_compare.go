package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// mergeTables are the transaction's own: what differs, with what was before, and what is gone. staged is the row of
// sync_customer that says how it is now.
var mergeTables = `
	create temporary table differing (
		kind text, id uuid, staged uuid, fresh boolean, turned_from text, first_seen_at timestamptz, msp_id uuid,
		old_msp_id uuid, old_status text, ` + eachColumn(shownColumn, ", ", func(c customerColumn) string { return "old_" + c.name + " " + c.kind }) + `
	) on commit drop;
	create temporary table gone (kind text, id uuid, msp_id uuid, became text) on commit drop`

// compare fills differing and gone and counts them.
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
	for _, statement := range []string{goneMSPs, goneClients} {
		if m.leaving == 0 {
			break // as in nearly every run; it would take as long to find nobody
		}
		if _, err := m.Exec(ctx, statement, mssp, connection, run, m.removeBefore); err != nil {
			return err
		}
	}
	if _, err := m.Exec(ctx, "analyze differing; analyze gone"); err != nil {
		return err
	}
	return m.QueryRow(ctx, `
		select count(*) filter (where fresh and turned_from is null),
		       count(*) filter (where not fresh or turned_from is not null),
		       count(*) filter (where not fresh and turned_from is null and old_msp_id is distinct from msp_id),
		       count(*) filter (where old_status in ('missing', 'removed')),
		       (select count(*) from gone where became = 'missing'),
		       (select count(*) from gone where became = 'removed'),
		       (select count(*) from gone where became = 'turned')
		from differing`,
	).Scan(&m.wrote.added, &m.wrote.changed, &m.wrote.moved, &m.wrote.returned, &m.wrote.missing, &m.wrote.removed, &m.wrote.turned)
}

// findRemoveBefore counts by the runs that are recorded anyway, so that a run writes nothing about who is still missing.
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

// A customer has one row that stands for it, and where it turned from MSP to client or back another of its former kind,
// which is removed and has no missing_at. t is the row of the kind it has come as, o the one of the other kind if that
// stood for it until now: then it turns, and o is what was before.
//
// A row differs if it is new, has another status than it is to have, or holds another value. turned_from is the type the customer had as
// long as it was of the other kind; it keeps its id.
var (
	standing = "(o.status <> 'removed' or o.missing_at is not null)"

	differs = `
		(t.id is null or t.status <> ` + presentStatus + ` or o.id is not null
			or (` + eachColumn(keptColumn, ", ", func(c customerColumn) string { return c.comparable("t") }) + `)
			is distinct from (` + eachColumn(keptColumn, ", ", func(c customerColumn) string { return c.comparable("s") }) + `))`

	// before are the columns of differing from old_status on: a customer that turned had the row o.
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
			and ` + standing + `
		where s.mssp_id = $1 and s.run_id = $3 and s.kind = 'msp' and ` + differs

	// A parent may be an MSP of this answer, or one known from earlier ones that has not turned into a client since.
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
			and ` + standing + `
		left join parents p on p.external_id = s.parent
		where s.mssp_id = $1 and s.run_id = $3 and s.kind = 'client'
		and (` + differs + ` or t.msp_id is distinct from p.id)`

	// became: turned rows are those of a customer's former kind, which it has left.
	goneFrom = `
		left join sync_customer s on s.mssp_id = $1 and s.run_id = $3 and s.external_id = t.external_id
		where t.mssp_id = $1 and t.mssp_product_id = $2
		and ` + notKept("t") + `
		and (s.id is null and (` + present("t") + ` or ` + longMissing + ` or ` + isAccount("t") + ` and t.status <> 'removed')
			or s.kind <> t.kind and (t.status <> 'removed' or t.missing_at is not null))`

	// longMissing: t.of is the MSP that the customer is or is under. Runs that could not read it do not count.
	longMissing = `t.status = 'missing' and coalesce(t.missing_at, t.last_seen_at) <= $4
			and not exists (
				select from msp u
				where u.mssp_id = $1 and u.id = t.of and (u.unread_since is not null or u.readable_since > $4))`

	became = "case when s.id is not null then 'turned' when " + isAccount("t") + " then 'removed' when " + present("t") +
		" then 'missing' else 'removed' end"

	// An MSP that clients still name is not gone for good.
	goneMSPs = `
		insert into gone
		select 'msp', t.id, null, ` + became + `
		from (select 'msp' as kind, id as of, * from msp) t` + goneFrom + `
		and not (s.id is null and t.status = 'missing' and not ` + isAccount("t") + ` and exists (
			select from sync_customer c
			where c.mssp_id = $1 and c.run_id = $3 and c.kind = 'client' and c.parent = t.external_id))`

	goneClients = `
		insert into gone
		select 'client', t.id, t.msp_id, ` + became + `
		from (select 'client' as kind, msp_id as of, * from client) t` + goneFrom
)
