package postgres

import (
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// The kinds of attention, each the first rows of an index, ordered by rank: first what makes the portal's data wrong or
// old, then what has failed, then what is about to.
const (
	waitingReviews = `
		select 0 as rank, 'needs_review' as kind, 'error' as severity, null::uuid as msp_id, null::uuid as client_id,
		       r.id as run_id, d.name, coalesce(r.error, '') as detail, ` + runEnded + ` as at, r.would_miss as count,
		       null as since
		from sync_run r
		join mssp_product p on p.mssp_id = r.mssp_id and p.id = r.mssp_product_id
		join product d on d.id = p.product_id
		where r.mssp_id = @mssp
		and r.status = 'needs_review'`
	failedSyncs = `
		select 1, 'sync_failed', 'error', null, null, r.id, d.name, coalesce(r.error, ''), ` + runEnded + `, f.failures,
		       to_char(f.since at time zone 'utc', ` + iso + `)
		from mssp_product p
		join product d on d.id = p.product_id
		cross join lateral (` + lastEnded + `) r
		cross join lateral (` + failing + `) f
		where p.mssp_id = @mssp
		and r.status = 'failed'
		and f.failures > 0`
	neverSynced = `
		select 2, 'sync_never', 'warning', null, null, null, d.name, '', null, null, null
		from mssp_product p
		join product d on d.id = p.product_id
		where p.mssp_id = @mssp
		and not exists (
			select from sync_run r
			where r.mssp_id = p.mssp_id
			and r.mssp_product_id = p.id)`
	// partialSyncs are connections whose last merged run could not read some resellers; detail names the first.
	partialSyncs = `
		select 2, 'sync_partial', 'warning', null, null, r.id, d.name, coalesce(r.unread->0->>'name', ''), ` + runEnded + `,
		       jsonb_array_length(r.unread), to_char(u.since at time zone 'utc', ` + iso + `)
		from mssp_product p
		join product d on d.id = p.product_id
		cross join lateral (
			select r.id, r.status, r.unread, r.finished_at
			from sync_run r
			where r.mssp_id = p.mssp_id
			and r.mssp_product_id = p.id
			and ` + merged + `
			order by r.finished_at desc
			limit 1) r
		cross join lateral (
			select min(m.unread_since) as since
			from msp m
			where m.mssp_id = p.mssp_id
			and m.mssp_product_id = p.id
			and m.unread_since is not null) u
		where p.mssp_id = @mssp
		and r.status = 'partial'`
	// staleSyncs are connections without a merged run for too long although none failed: paused, or their run does not
	// start.
	staleSyncs = `
		select 2, 'sync_stale', 'warning', null, null, r.id, d.name, case when p.paused then 'paused' else '' end,
		       to_char(c.last at time zone 'utc', ` + iso + `), null, null
		from mssp_product p
		join product d on d.id = p.product_id
		left join lateral (` + lastEnded + `) r on true
		left join lateral (
			select ` + readAt + ` as last
			from sync_run r
			where r.mssp_id = p.mssp_id
			and r.mssp_product_id = p.id
			and ` + merged + `
			order by r.finished_at desc
			limit 1) c on true
		where p.mssp_id = @mssp
		and coalesce(r.status, '') not in ('failed', 'needs_review')
		and coalesce(c.last, p.created_at) < now() - @stale::interval
		and exists (
			select from sync_run r
			where r.mssp_id = p.mssp_id
			and r.mssp_product_id = p.id)`
	// changedFields are connections whose fields have changed since an admin last looked at their field map; the detail is
	// the kind of the first notice.
	changedFields = `
		select 2, 'fields_changed', case r.notices->0->>'kind' when 'first' then 'info' else 'warning' end, null, null, r.id,
		       d.name, coalesce(r.notices->0->>'kind', ''), ` + runEnded + `, ` + changesNoticed + `, null
		from field_map f
		join sync_run r on r.mssp_id = f.mssp_id and r.id = f.noticed_in
		join mssp_product p on p.mssp_id = f.mssp_id and p.id = f.mssp_product_id
		join product d on d.id = p.product_id
		where f.mssp_id = @mssp`
	// changesNoticed is the number of a run's notices about fields; for the first run, the number of fields.
	changesNoticed = `(
			select case when bool_or(n->>'kind' = 'first') then max((n->>'count')::bigint) else count(*) end
			from jsonb_array_elements(r.notices) n
			where n->>'kind' <> 'unreadable')`
	// lastEnded is the run of a connection p that ended last.
	lastEnded = `
			select r.id, r.status, r.error, r.finished_at
			from sync_run r
			where r.mssp_id = p.mssp_id
			and r.mssp_product_id = p.id
			and r.status not in ('queued', 'running')
			order by r.created_at desc
			limit 1`
	iso      = `'YYYY-MM-DD"T"HH24:MI:SS"Z"'`
	runEnded = "to_char(r.finished_at at time zone 'utc', " + iso + ")"

	silentMSPs = `
		(select 6, 'msp_without_clients', 'info', m.id, null::uuid, null::uuid, m.name, '', null, null::bigint, null
		from msp m
		where m.mssp_id = @mssp
		and m.status = 'active'
		and m.client_count = 0
		order by m.id
		limit @each)`
)

// clientAttention returns the query for one kind of attention among the clients of a scope.
func clientAttention(scope portal.Scope, rank, kind, severity, detail, at, condition, order string) string {
	return `
		(select ` + rank + `, '` + kind + `', '` + severity + `', c.msp_id, c.id, null::uuid, c.name, ` + detail + `, ` + at + `,
			null::bigint, null
		from client c
		where ` + clientScope(scope) + `
		and ` + condition + `
		order by ` + order + `
		limit @each)`
}

// queueAttention reads what needs attention in the scope, most urgent first. A connection without a merged run for
// stale needs attention.
func queueAttention(batch *pgx.Batch, scope portal.Scope, stale time.Duration, into *[]portal.Attention) {
	expires := "to_char(c.expires_on, 'YYYY-MM-DD')"
	kinds := []string{
		clientAttention(scope, "3", "licence_expired", "error", "''", expires,
			expired, "c.expires_on desc, c.id"),
		clientAttention(scope, "4", "seats_exceeded", "warning", "c.seats_used || '/' || c.seats_total", "null",
			"c.status = 'active' and c.seats_used > c.seats_total", seatsOver+" desc, c.id"),
		clientAttention(scope, "5", "licence_expiring", "warning", "''", expires,
			expiresWithin("@days"), "c.expires_on, c.id"),
		clientAttention(scope, "7", "client_missing", "info", "''", "to_char(c.last_seen_at at time zone scope_time_zone(), 'YYYY-MM-DD')",
			"c.status = 'missing'", "c.last_seen_at desc, c.id"),
	}
	if scope.Level == portal.LevelMSSP {
		kinds = append([]string{waitingReviews, failedSyncs, partialSyncs, neverSynced, staleSyncs, changedFields},
			append(kinds, silentMSPs)...)
	}
	collect(batch.Queue(`
		select a.kind, a.severity, a.msp_id, a.client_id, a.run_id, a.name, a.detail, a.at, a.count, a.since
		from (`+strings.Join(kinds, "\n		union all")+`) as a (rank, kind, severity, msp_id, client_id, run_id, name, detail, at, count, since)
		order by a.rank
		limit @rows`,
		withArgs(scopeArgs(scope), pgx.NamedArgs{"rows": attentionRows, "each": attentionEach, "days": expiringDays, "stale": stale})), into)
}
