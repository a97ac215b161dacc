package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// queueSpans updates client_span for the clients that the batch wrote before it. A client whose MSP, status or licences
// differ from its open span begins a new one at the time of the merge.
//
// Clients that an older server has written since the last merge get their spans, too. These begin at the last change in
// the history, so several such changes of one client count as one.
func (m *merge) queueSpans(ctx context.Context, batch *pgx.Batch, s stamp) error {
	mssp := m.lease.MSSPID
	var spannedIn int64
	err := m.QueryRow(ctx, `
		select m.spanned_in
		from mssp m
		where m.id = $1`, mssp).Scan(&spannedIn)
	if err != nil {
		return err
	}
	batch.Queue(`
		insert into client_span (mssp_id, client_id, from_at, to_at, msp_id, status, seats_used, seats_total)
		select $1, c.id, $2, 'infinity', c.msp_id, c.status, c.seats_used, c.seats_total
		from differing d
		join client c on c.mssp_id = $1 and c.id = d.id
		where d.kind = 'client' and d.fresh`, mssp, s.at)
	if spannedIn == s.version-1 {
		batch.Queue(writeSpans(touchedClients, "$2::timestamptz"), mssp, s.at)
	} else {
		batch.Queue(writeSpans(touchedClients+staleClients, factsSince), mssp, s.at, spannedIn)
	}
	batch.Queue(`
		update mssp
		set spanned_in = $2
		where id = $1`, mssp, s.version)
	return nil
}

const (
	// touchedClients are those that the merge has changed.
	touchedClients = `
			select d.id
			from differing d
			where d.kind = 'client' and not d.fresh
			union
			select u.id
			from unmatched u
			where u.kind = 'client'`
	// staleClients are those written since spans were last kept, among them all of this merge.
	staleClients = `
			union
			select c.id
			from client c
			where c.mssp_id = $1 and c.changed_in > $3`
	// factsSince is the time of the last change of a client c in the history; $2 if the history has none.
	factsSince = `coalesce((
			select max(h.at)
			from change h
			where h.mssp_id = c.mssp_id
			and h.entity_id = c.id
			and (h.kind <> 'changed' or h.field in ('type', 'status_reason', 'seats_used', 'seats_total'))), $2)`
)

// writeSpans closes the open spans of the clients whose facts differ and opens new ones, each from since. If the clock
// was set back, no span ends before it begins: the new facts replace those of the open span.
func writeSpans(clients, since string) string {
	return `
		with n as (
			select c.id, c.msp_id, c.status, c.seats_used, c.seats_total, ` + since + ` as since
			from (` + clients + `) t
			join client c on c.mssp_id = $1 and c.id = t.id),
		differs as materialized (
			select n.*, o.client_id is null as fresh, o.from_at as old_from, o.msp_id as old_msp_id, o.status as old_status,
			       o.seats_used as old_used, o.seats_total as old_total
			from n
			left join client_span o on o.mssp_id = $1 and o.client_id = n.id and o.to_at = 'infinity'
			where o.client_id is null
			or (o.msp_id, o.status, o.seats_used, o.seats_total) is distinct from (n.msp_id, n.status, n.seats_used, n.seats_total)),
		closed as (
			insert into client_span (mssp_id, client_id, from_at, to_at, msp_id, status, seats_used, seats_total)
			select $1, d.id, d.old_from, d.since, d.old_msp_id, d.old_status, d.old_used, d.old_total
			from differs d
			where d.old_from < d.since),
		opened as (
			insert into client_span (mssp_id, client_id, from_at, to_at, msp_id, status, seats_used, seats_total)
			select $1, d.id, d.since, 'infinity', d.msp_id, d.status, d.seats_used, d.seats_total
			from differs d
			where d.fresh)
		update client_span o
		set from_at = greatest(d.old_from, d.since), msp_id = d.msp_id, status = d.status, seats_used = d.seats_used,
		    seats_total = d.seats_total
		from differs d
		where o.mssp_id = $1 and o.client_id = d.id and o.to_at = 'infinity' and not d.fresh`
}
