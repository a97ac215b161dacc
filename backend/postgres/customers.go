package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// TooManyMissing is why a run was not applied: so many customers would have gone missing at once that the answer is
// likelier to be wrong than the world to have changed.
type TooManyMissing struct {
	Gone, Known       int64
	GoneMSPs, AllMSPs int64
}

func (e *TooManyMissing) Error() string {
	if e.GoneMSPs > 0 && tooMany(e.GoneMSPs, e.AllMSPs) {
		return fmt.Sprintf("%d of %d MSPs are not in this answer as MSPs. That is more than is believed without a person's word; nothing was changed.", e.GoneMSPs, e.AllMSPs)
	}
	return fmt.Sprintf("%d of %d customers are not in this answer. That is more than is believed without a person's word; nothing was changed.", e.Gone, e.Known)
}

const (
	fewEnough    = 10 // customers that may always go missing together
	sharePercent = 20 // of the known that may go missing together
)

func tooMany(gone, known int64) bool { return gone >= fewEnough && gone*100 > known*sharePercent }

// ApplyCustomers makes the customers of one complete answer the MSPs and clients of the lease's connection, and ends
// the run as complete, in one transaction. Only rows that differ are written; where none does, only the run's own
// record is. A customer that is not in the answer is marked missing; one that comes back is the same row again.
//
// A client hangs under the MSP its ParentID names, or under the MSSP itself if that is no MSP of this connection. A
// customer that turns from MSP to client or back keeps its id and so its history: the row of its former kind stays,
// removed, for what refers to it.
//
// TooManyMissing if more would vanish than is believed, ErrLostRun if the run is no longer the lease's; then nothing
// is changed.
func (db *DB) ApplyCustomers(ctx context.Context, lease Lease, msps, clients []portal.Customer) (portal.SyncRun, error) {
	var run portal.SyncRun
	err := db.system(ctx, roleSync, lease.MSSPID, func(tx pgx.Tx) (err error) {
		m := merge{Tx: tx, lease: lease}
		if err := m.apply(ctx, msps, clients); err != nil {
			return err
		}
		run, err = findRun(ctx, tx, lease.MSSPID, lease.Run.ID)
		return err
	})
	if err != nil {
		return portal.SyncRun{}, fmt.Errorf("apply customers: %w", err)
	}
	return run, nil
}

// merge is the transaction that applies one answer. Its statements share their arguments: $1 the MSSP, $2 the
// connection, $3 the run, $4 the version, $5 the moment.
type merge struct {
	pgx.Tx
	lease                   Lease
	added, changed, missing int64
}

func (m *merge) apply(ctx context.Context, msps, clients []portal.Customer) error {
	if err := m.receive(ctx, msps, clients); err != nil {
		return err
	}
	if err := m.believe(ctx); err != nil {
		return err
	}
	if err := m.compare(ctx); err != nil {
		return err
	}
	if m.added+m.changed+m.missing > 0 {
		if err := m.write(ctx); err != nil {
			return err
		}
	}
	// The run's row is touched last, so that its heart can beat meanwhile. If somebody else has taken the run up since,
	// everything written here is rolled back.
	return setRun(ctx, m, m.lease, `
		status = 'complete', finished_at = clock_timestamp(), added = $4, changed = $5, missing = $6`,
		m.added, m.changed, m.missing)
}

// mergeTables are the transaction's own: what came, what differs, what is gone.
const mergeTables = `
	create temporary table incoming (
		kind text, external_id text, parent text, name text, type text, products text[], seats_used bigint,
		seats_total bigint, expires_on date, raw json
	) on commit drop;
	create temporary table differing (
		kind text, id uuid, fresh boolean, turned_from text, first_seen_at timestamptz,
		old_status text, old_name text, old_type text, old_products text[], old_seats_used bigint,
		old_seats_total bigint, old_expires_on date, old_msp_id uuid,
		msp_id uuid, external_id text, name text, type text, products text[], seats_used bigint, seats_total bigint,
		expires_on date, raw json
	) on commit drop;
	create temporary table gone (kind text, id uuid, msp_id uuid, turned boolean) on commit drop`

var incomingColumns = []string{
	"kind", "external_id", "parent", "name", "type", "products", "seats_used", "seats_total", "expires_on", "raw",
}

// mergePlans: the merge reads whole sets on both sides, so one lookup a row is the wrong plan, whatever the statistics
// of tables that have just grown say.
const mergePlans = "set local enable_nestloop = off; set local jit = off"

func (m *merge) receive(ctx context.Context, msps, clients []portal.Customer) error {
	if _, err := m.Exec(ctx, mergePlans+";"+mergeTables); err != nil {
		return err
	}
	for kind, customers := range map[portal.CustomerKind][]portal.Customer{portal.KindMSP: msps, portal.KindClient: clients} {
		source := pgx.CopyFromSlice(len(customers), func(i int) ([]any, error) { return incomingRow(kind, customers[i]) })
		if _, err := m.CopyFrom(ctx, pgx.Identifier{"incoming"}, incomingColumns, source); err != nil {
			return err
		}
	}
	_, err := m.Exec(ctx, "analyze incoming")
	return err
}

func incomingRow(kind portal.CustomerKind, c portal.Customer) ([]any, error) {
	var expires *time.Time
	if c.ExpiresOn != nil {
		day, err := time.Parse(time.DateOnly, *c.ExpiresOn)
		if err != nil {
			return nil, fmt.Errorf("expiry of customer %s: %w", c.ExternalID, err)
		}
		expires = &day
	}
	products := c.Products
	if products == nil {
		products = []string{}
	}
	return []any{string(kind), c.ExternalID, c.ParentID, c.Name, c.Type, products, c.SeatsUsed, c.SeatsTotal, expires, c.Raw}, nil
}

// believe refuses an answer in which too many are missing, or all are.
func (m *merge) believe(ctx context.Context) error {
	var e TooManyMissing
	var came int64
	err := m.QueryRow(ctx, `
		with known as (
			select 'msp' as kind, external_id
			from msp
			where mssp_id = $1 and mssp_product_id = $2 and status = 'active'
			union all
			select 'client', external_id
			from client
			where mssp_id = $1 and mssp_product_id = $2 and status = 'active')
		select count(*), count(*) filter (where i.kind is null),
		       count(*) filter (where k.kind = 'msp'),
		       count(*) filter (where k.kind = 'msp' and i.kind is distinct from 'msp'),
		       (select count(*) from incoming)
		from known k
		left join incoming i on i.external_id = k.external_id`, m.lease.MSSPID, m.lease.ConnectionID,
	).Scan(&e.Known, &e.Gone, &e.AllMSPs, &e.GoneMSPs, &came)
	if err != nil {
		return err
	}
	if tooMany(e.Gone, e.Known) || tooMany(e.GoneMSPs, e.AllMSPs) || came == 0 && e.Known > 0 {
		return &e
	}
	return nil
}

// compare fills differing and gone and counts them.
func (m *merge) compare(ctx context.Context) error {
	for _, statement := range []string{differingMSPs, differingClients, goneMSPs, goneClients} {
		if _, err := m.Exec(ctx, statement, m.lease.MSSPID, m.lease.ConnectionID); err != nil {
			return err
		}
	}
	if _, err := m.Exec(ctx, "analyze differing; analyze gone"); err != nil {
		return err
	}
	return m.QueryRow(ctx, `
		select count(*) filter (where fresh and turned_from is null),
		       count(*) filter (where not fresh or turned_from is not null),
		       (select count(*) from gone where not turned)
		from differing`).Scan(&m.added, &m.changed, &m.missing)
}

// A row differs if it is new, was not active, or holds another value. turned_from is the type the customer had as
// long as it was of the other kind; it keeps its id.
const (
	differingMSPs = `
		insert into differing
		select i.kind, coalesce(t.id, o.id, new_id()), t.id is null, o.type, coalesce(t.first_seen_at, o.first_seen_at),
		       t.status, t.name, t.type, t.products, t.seats_used, t.seats_total, t.expires_on, null,
		       null, i.external_id, i.name, i.type, i.products, i.seats_used, i.seats_total, i.expires_on, i.raw
		from incoming i
		left join msp t on t.mssp_id = $1 and t.mssp_product_id = $2 and t.external_id = i.external_id
		left join client o on o.mssp_id = $1 and o.mssp_product_id = $2 and o.external_id = i.external_id
			and o.status <> 'removed'
		where i.kind = 'msp'
		and (t.id is null or t.status <> 'active' or t.raw::text <> i.raw::text
			or (t.name, t.type, t.products, t.seats_used, t.seats_total, t.expires_on)
			is distinct from (i.name, i.type, i.products, i.seats_used, i.seats_total, i.expires_on))`

	// A parent may be an MSP of this answer, or one known from earlier ones that has not turned into a client since.
	differingClients = `
		insert into differing
		with parents as (
			select d.external_id, d.id
			from differing d
			where d.kind = 'msp' and (d.fresh or d.old_status = 'removed')
			union all
			select p.external_id, p.id
			from msp p
			where p.mssp_id = $1 and p.mssp_product_id = $2 and p.status <> 'removed'
			and not exists (select from incoming i where i.kind = 'client' and i.external_id = p.external_id))
		select i.kind, coalesce(t.id, o.id, new_id()), t.id is null, o.type, coalesce(t.first_seen_at, o.first_seen_at),
		       t.status, t.name, t.type, t.products, t.seats_used, t.seats_total, t.expires_on, t.msp_id,
		       p.id, i.external_id, i.name, i.type, i.products, i.seats_used, i.seats_total, i.expires_on, i.raw
		from incoming i
		left join client t on t.mssp_id = $1 and t.mssp_product_id = $2 and t.external_id = i.external_id
		left join msp o on o.mssp_id = $1 and o.mssp_product_id = $2 and o.external_id = i.external_id
			and o.status <> 'removed'
		left join parents p on p.external_id = i.parent
		where i.kind = 'client'
		and (t.id is null or t.status <> 'active' or t.raw::text <> i.raw::text
			or (t.name, t.type, t.products, t.seats_used, t.seats_total, t.expires_on, t.msp_id)
			is distinct from (i.name, i.type, i.products, i.seats_used, i.seats_total, i.expires_on, p.id))`

	goneMSPs = `
		insert into gone
		select 'msp', t.id, null, i.kind is not null
		from msp t
		left join incoming i on i.external_id = t.external_id
		where t.mssp_id = $1 and t.mssp_product_id = $2
		and (i.kind is null and t.status = 'active' or i.kind = 'client' and t.status <> 'removed')`

	goneClients = `
		insert into gone
		select 'client', t.id, t.msp_id, i.kind is not null
		from client t
		left join incoming i on i.external_id = t.external_id
		where t.mssp_id = $1 and t.mssp_product_id = $2
		and (i.kind is null and t.status = 'active' or i.kind = 'msp' and t.status <> 'removed')`
)

// write makes the tables equal the answer. The MSSP's version is its lock: whoever else writes customers of this MSSP
// waits, so that the counts are of all of them.
func (m *merge) write(ctx context.Context) error {
	var version int64
	var at, seen time.Time
	err := m.QueryRow(ctx, `
		update mssp
		set version = version + 1
		where id = $1
		returning version, clock_timestamp()`, m.lease.MSSPID).Scan(&version, &at)
	if err != nil {
		return err
	}
	err = m.QueryRow(ctx, `
		select coalesce(max(finished_at), $3)
		from sync_run
		where mssp_id = $1 and mssp_product_id = $2 and status = 'complete'`, m.lease.MSSPID, m.lease.ConnectionID, at).Scan(&seen)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	m.queueRows(batch, version, at, seen)
	m.queueChanges(batch, version, at)
	m.queueCounts(batch, version)
	return m.SendBatch(ctx, batch).Close()
}

func (m *merge) queueRows(batch *pgx.Batch, version int64, at, seen time.Time) {
	mssp, connection := m.lease.MSSPID, m.lease.ConnectionID
	batch.Queue(`
		insert into msp (mssp_id, id, mssp_product_id, external_id, name, type, products, seats_used, seats_total,
		                 expires_on, raw, first_seen_at, last_seen_at, changed_in)
		select $1, d.id, $2, d.external_id, d.name, d.type, d.products, d.seats_used, d.seats_total,
		       d.expires_on, d.raw, coalesce(d.first_seen_at, $4), $4, $3
		from differing d
		where d.kind = 'msp' and d.fresh`, mssp, connection, version, at)
	batch.Queue(`
		update msp t
		set name = d.name, type = d.type, status = 'active', products = d.products, seats_used = d.seats_used,
		    seats_total = d.seats_total, expires_on = d.expires_on, raw = d.raw, changed_in = $2
		from differing d
		where t.mssp_id = $1 and t.id = d.id and d.kind = 'msp' and not d.fresh`, mssp, version)
	batch.Queue(`
		insert into client (mssp_id, id, msp_id, mssp_product_id, external_id, name, type, products, seats_used,
		                    seats_total, expires_on, raw, first_seen_at, last_seen_at, changed_in)
		select $1, d.id, d.msp_id, $2, d.external_id, d.name, d.type, d.products, d.seats_used,
		       d.seats_total, d.expires_on, d.raw, coalesce(d.first_seen_at, $4), $4, $3
		from differing d
		where d.kind = 'client' and d.fresh`, mssp, connection, version, at)
	batch.Queue(`
		update client t
		set msp_id = d.msp_id, name = d.name, type = d.type, status = 'active', products = d.products,
		    seats_used = d.seats_used, seats_total = d.seats_total, expires_on = d.expires_on, raw = d.raw, changed_in = $2
		from differing d
		where t.mssp_id = $1 and t.id = d.id and d.kind = 'client' and not d.fresh`, mssp, version)
	for _, table := range []string{"user_role", "pre_assigned_role"} {
		batch.Queue(`
			update `+table+` t
			set msp_id = d.msp_id
			from differing d
			where t.mssp_id = $1 and t.client_id = d.id and d.kind = 'client' and t.msp_id is distinct from d.msp_id`, mssp)
	}
	for _, kind := range []string{"msp", "client"} {
		batch.Queue(`
			update `+kind+` t
			set status = case when g.turned then 'removed' else 'missing' end,
			    last_seen_at = case when t.status = 'active' then $3 else t.last_seen_at end,
			    changed_in = $2
			from gone g
			where t.mssp_id = $1 and t.id = g.id and g.kind = '`+kind+`'`, mssp, version, seen)
	}
}

// queueChanges writes the history: a line for each field that differs. A customer that turned is one line, its type;
// a row in which only fields without a column differ is one line, its details.
func (m *merge) queueChanges(batch *pgx.Batch, version int64, at time.Time) {
	batch.Queue(`
		insert into change (mssp_id, id, at, entity, entity_id, msp_id, client_id, kind, field, before, after, run_id, version)
		select $1, new_id(), $3, l.entity, l.id, l.msp_id, l.client_id, l.kind, l.field, l.before, l.after, $2, $4
		from (
			select d.kind as entity, d.id,
			       case when c.kind = 'moved' then null when d.kind = 'msp' then d.id else d.msp_id end as msp_id,
			       case when c.kind <> 'moved' and d.kind = 'client' then d.id end as client_id,
			       c.kind, c.field, c.before, c.after
			from differing d
			left join msp was on was.mssp_id = $1 and was.id = d.old_msp_id
			left join msp now on now.mssp_id = $1 and now.id = d.msp_id
			cross join lateral (values
				('added', null, null, d.name, d.fresh and d.turned_from is null),
				('changed', 'type', coalesce(d.turned_from, d.old_type), d.type,
				 d.turned_from is not null or not d.fresh and d.old_type <> d.type),
				('returned', null, null, null, not d.fresh and d.turned_from is null and d.old_status <> 'active'),
				('moved', 'msp', was.name, now.name, not d.fresh and d.old_msp_id is distinct from d.msp_id),
				('changed', 'name', d.old_name, d.name, not d.fresh and d.old_name <> d.name),
				('changed', 'products', array_to_string(d.old_products, ', '), array_to_string(d.products, ', '),
				 not d.fresh and d.old_products <> d.products),
				('changed', 'seats_used', d.old_seats_used::text, d.seats_used::text,
				 not d.fresh and d.old_seats_used is distinct from d.seats_used),
				('changed', 'seats_total', d.old_seats_total::text, d.seats_total::text,
				 not d.fresh and d.old_seats_total is distinct from d.seats_total),
				('changed', 'expires_on', to_char(d.old_expires_on, 'YYYY-MM-DD'), to_char(d.expires_on, 'YYYY-MM-DD'),
				 not d.fresh and d.old_expires_on is distinct from d.expires_on),
				('changed', 'details', null, null,
				 not d.fresh and d.old_status = 'active'
				 and (d.old_name, d.old_type, d.old_products, d.old_seats_used, d.old_seats_total, d.old_expires_on, d.old_msp_id)
				 is not distinct from (d.name, d.type, d.products, d.seats_used, d.seats_total, d.expires_on, d.msp_id))
			) c (kind, field, before, after, holds)
			where c.holds
			union all
			select g.kind, g.id, case when g.kind = 'msp' then g.id else g.msp_id end,
			       case when g.kind = 'client' then g.id end, 'missing', null, null, null
			from gone g
			where not g.turned) l`, m.lease.MSSPID, m.lease.Run.ID, at, version)
}

// queueCounts brings the kept counts up to date, row by row where they differ.
func (m *merge) queueCounts(batch *pgx.Batch, version int64) {
	mssp := m.lease.MSSPID
	batch.Queue(`
		with fresh as (`+countedClients+`)
		delete from client_count c
		where c.mssp_id = $1
		and not exists (
			select from fresh f
			where f.msp_id = c.msp_id and f.status = c.status and f.type = c.type)`, mssp)
	batch.Queue(`
		insert into client_count as c (mssp_id, msp_id, status, type, n, seats_used, seats_total)
		select $1, f.msp_id, f.status, f.type, f.n, f.seats_used, f.seats_total
		from (`+countedClients+`) f
		on conflict on constraint client_count_pkey do update
		set n = excluded.n, seats_used = excluded.seats_used, seats_total = excluded.seats_total
		where (c.n, c.seats_used, c.seats_total) is distinct from (excluded.n, excluded.seats_used, excluded.seats_total)`, mssp)
	batch.Queue(`
		delete from msp_count c
		where c.mssp_id = $1
		and not exists (select from msp m where m.mssp_id = $1 and m.status = c.status)`, mssp)
	batch.Queue(`
		insert into msp_count as c (mssp_id, status, n)
		select $1, m.status, count(*)
		from msp m
		where m.mssp_id = $1
		group by m.status
		on conflict on constraint msp_count_pkey do update
		set n = excluded.n
		where c.n <> excluded.n`, mssp)
	batch.Queue(`
		with f as materialized (`+activeByMSP+`)
		update msp m
		set client_count = f.n, changed_in = $2
		from f
		where m.mssp_id = $1 and m.id = f.msp_id and m.client_count <> f.n`, mssp, version)
	batch.Queue(`
		insert into client_day as d (mssp_id, msp_id, day, clients, seats_used, seats_total)
		select $1, f.msp_id, `+today+`, f.n, f.seats_used, f.seats_total
		from (
			`+activeByMSP+`
			union all
			select '`+wholeMSSP+`', coalesce(sum(c.n), 0), coalesce(sum(c.seats_used), 0), coalesce(sum(c.seats_total), 0)
			from client_count c
			where c.mssp_id = $1 and c.status = 'active') f
		left join lateral (
			select l.clients, l.seats_used, l.seats_total
			from client_day l
			where l.mssp_id = $1 and l.msp_id = f.msp_id
			order by l.day desc
			limit 1) l on true
		where (l.clients, l.seats_used, l.seats_total) is distinct from (f.n, f.seats_used, f.seats_total)
		on conflict on constraint client_day_pkey do update
		set clients = excluded.clients, seats_used = excluded.seats_used, seats_total = excluded.seats_total`, mssp)
}

const (
	countedClients = `
		select coalesce(msp_id, '` + wholeMSSP + `') as msp_id, status, type, count(*) as n,
		       coalesce(sum(seats_used), 0)::bigint as seats_used, coalesce(sum(seats_total), 0)::bigint as seats_total
		from client
		where mssp_id = $1
		group by 1, 2, 3`
	// activeByMSP has a row for every MSP, also for those without a client.
	activeByMSP = `
		select m.id as msp_id, coalesce(sum(c.n), 0)::bigint as n, coalesce(sum(c.seats_used), 0)::bigint as seats_used,
		       coalesce(sum(c.seats_total), 0)::bigint as seats_total
		from msp m
		left join client_count c on c.mssp_id = m.mssp_id and c.msp_id = m.id and c.status = 'active'
		where m.mssp_id = $1
		group by m.id`
)
