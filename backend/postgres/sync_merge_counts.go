package postgres

import (
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// queueCounts updates the rows of the kept counts that differ. counted_in and exceeded_in mark rows whose unknown and
// exceeded figures are counted, too; in rows of an older server, triggers count them (migrations 00022 and 00031).
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
		insert into client_count as c (mssp_id, msp_id, status, type, counted_in, exceeded_in, `+keptCounts("")+`)
		select $1, f.msp_id, f.status, f.type, $2, $2, `+keptCounts("f.")+`
		from (`+countedClients+`) f
		on conflict on constraint client_count_pkey do update
		set counted_in = $2, exceeded_in = $2, (`+keptCounts("")+`) = (`+keptCounts("excluded.")+`)
		where (`+keptCounts("c.")+`) is distinct from (`+keptCounts("excluded.")+`)`, mssp, version)
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
		insert into client_day as d (mssp_id, msp_id, day, `+dayFigures+`)
		select $1, f.msp_id, greatest(`+msspToday+`, l.day), f.n, coalesce(f.seats_used, 0), coalesce(f.seats_total, 0),
		       f.seats_used is not null, f.seats_total is not null, $2
		from (
			`+activeByMSP+`
			union all
			select '`+wholeMSSP+`', coalesce(sum(c.n), 0), `+sumKnown("seats_used")+`, `+sumKnown("seats_total")+`
			from client_count c
			where c.mssp_id = $1 and c.status = 'active') f
		left join lateral (
			select l.day, l.clients, case when l.seats_used_known then l.seats_used end as seats_used,
			       case when l.seats_total_known then l.seats_total end as seats_total
			from client_day l
			where l.mssp_id = $1 and l.msp_id = f.msp_id
			order by l.day desc
			limit 1) l on true
		where (l.clients, l.seats_used, l.seats_total) is distinct from (f.n, f.seats_used, f.seats_total)
		on conflict on constraint client_day_pkey do update
		set (`+dayFigures+`) = (excluded.clients, excluded.seats_used, excluded.seats_total, excluded.seats_used_known,
		     excluded.seats_total_known, excluded.counted_in)`, mssp, version)
}

// dayFigures are the columns that client_day keeps of a day.
const dayFigures = "clients, seats_used, seats_total, seats_used_known, seats_total_known, counted_in"

// keptCounts returns the columns that client_count keeps of each group of clients, each with a prefix.
func keptCounts(prefix string) string {
	columns := []string{"n", "seats_used", "seats_total", "seats_used_unknown", "seats_total_unknown", "with_expiry", "seats_exceeded"}
	return prefix + strings.Join(columns, ", "+prefix)
}

// sumKnown returns the sum of a figure over the rows c of client_count: null where it is unknown of all clients.
func sumKnown(figure string) string { return sumKnownOf(figure, "") }

// sumKnownOf is sumKnown over the rows that a filter clause selects.
func sumKnownOf(figure, filter string) string {
	return fmt.Sprintf("case when sum(c.n)%[2]s > sum(c.%[1]s_unknown)%[2]s then (sum(c.%[1]s)%[2]s)::bigint end", figure, filter)
}

var (
	// msspToday is the current date in the time zone of the MSSP $1, or the last date that the trend has if that is later,
	// as after a change of the time zone.
	msspToday = `(
			select (now() at time zone z.time_zone)::date
			from mssp z
			where z.id = $1)`
	countedClients = `
		select coalesce(msp_id, '` + wholeMSSP + `') as msp_id, status, type, count(*) as n,
		       coalesce(sum(seats_used), 0)::bigint as seats_used, coalesce(sum(seats_total), 0)::bigint as seats_total,
		       count(*) filter (where seats_used is null) as seats_used_unknown,
		       count(*) filter (where seats_total is null) as seats_total_unknown,
		       count(*) filter (where expires_on is not null) as with_expiry,
		       count(*) filter (where seats_used > seats_total) as seats_exceeded
		from client
		where mssp_id = $1
		group by 1, 2, 3`
	// activeByMSP has a row for every MSP, also for those without a client.
	activeByMSP = `
		select m.id as msp_id, coalesce(sum(c.n), 0)::bigint as n,
		       ` + sumKnown("seats_used") + ` as seats_used, ` + sumKnown("seats_total") + ` as seats_total
		from msp m
		left join client_count c on c.mssp_id = m.mssp_id and c.msp_id = m.id and c.status = 'active'
		where m.mssp_id = $1
		group by m.id`
)
