package postgres

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// The kinds of attention are ordered by rank: first what makes the portal's data wrong or old, then what has failed, then
// what is about to. Those of syncs are rows of connections; those of customers the first rows of an index.
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
)

// customerKinds are the kinds of attention of clients and MSPs.
var customerKinds = []customerKind{
	{rank: 3, name: "licence_expired", severity: "error", at: licenceEnd,
		condition: expired, lasting: "c.status = 'active' and c.expires_on is not null", reason: licenceEnd, order: "c.expires_on desc, c.id"},
	{rank: 4, name: "seats_exceeded", severity: "warning", detail: "c.seats_used || '/' || c.seats_total",
		condition: "c.status = 'active' and c.seats_used > c.seats_total", reason: seatsOver + "::text", order: seatsOver + " desc, c.id"},
	// A licence ends on the same day, or one later, in any time zone.
	{rank: 5, name: "licence_expiring", severity: "warning", at: licenceEnd,
		condition: expiresWithin("@days"), lasting: "c.status = 'active' and c.expires_on >= current_date - 1", reason: licenceEnd,
		order: "c.expires_on, c.id"},
	{rank: 6, name: "msp_without_clients", severity: "info", ofMSP: true,
		condition: "m.status = 'active' and m.client_count = 0", reason: "''", order: "m.id"},
	{rank: 7, name: "client_missing", severity: "info", at: "to_char(c.last_seen_at at time zone scope_time_zone(), 'YYYY-MM-DD')",
		condition: "c.status = 'missing'", reason: "extract(epoch from c.last_seen_at)::text", order: "c.last_seen_at desc, c.id"},
}

const licenceEnd = "to_char(c.expires_on, 'YYYY-MM-DD')"

// customerKind is a kind of attention of clients c, or of MSPs m.
type customerKind struct {
	rank           int
	name, severity string
	ofMSP          bool
	// detail and at are expressions, "" for none.
	detail, at string
	// condition is when a row needs attention. lasting is what it needs besides the day, "" if it does not depend on it.
	condition, lasting string
	// reason is an expression that changes when the matter does, which ends its marks.
	reason, order string
}

// kindsIn returns the kinds that viewers of a scope see.
func kindsIn(scope portal.Scope) []customerKind {
	return slices.DeleteFunc(slices.Clone(customerKinds), func(k customerKind) bool {
		return k.ofMSP && scope.Level != portal.LevelMSSP
	})
}

// selects returns a query of the rows of a scope that need attention, without an order.
func (k customerKind) selects(scope portal.Scope) string {
	ids, from := "c.msp_id, c.id as client_id", "client c\n			where "+clientScope(scope)
	if k.ofMSP {
		ids, from = "m.id as msp_id, null::uuid as client_id", "msp m\n			where "+mspScope(scope)
	}
	return fmt.Sprintf(`
			select %d as rank, '%s' as kind, '%s' as severity, %s, null::uuid as run_id, %s.name, %s as detail, %s as at,
			       null::bigint as count, null as since, %s as reason
			from %s
			and %s`, k.rank, k.name, k.severity, ids, k.row(), cmp.Or(k.detail, "''"), cmp.Or(k.at, "null"), k.reason, from, k.condition)
}

// row is the name of the kind's row in its expressions.
func (k customerKind) row() string {
	if k.ofMSP {
		return "m"
	}
	return "c"
}

// first returns a query of the first rows that need attention and are not snoozed. The snoozed ones are few and read
// before, so that the rows come from an index, in its order.
func (k customerKind) first(scope portal.Scope) string {
	awake := ""
	if marked(scope) {
		awake = fmt.Sprintf(`
			and %s.id <> all (array(select s.entity_id from snoozed s where s.kind = '%s'))`, k.row(), k.name)
	}
	return "(" + k.selects(scope) + awake + `
			order by ` + k.order + `
			limit @each)`
}

// attentionColumns are the columns of portal.Attention without the marks, of rows a of customerKind.selects.
const attentionColumns = "a.kind, a.severity, a.msp_id, a.client_id, a.run_id, a.name, a.detail, a.at, a.count, a.since"

// queueAttention reads what needs attention in the scope, most urgent first, and how much more of it is snoozed. A
// connection without a merged run for stale needs attention.
func queueAttention(batch *pgx.Batch, scope portal.Scope, stale time.Duration, o *portal.Overview) {
	var kinds []string
	if scope.Level == portal.LevelMSSP {
		syncs := []string{waitingReviews, failedSyncs, partialSyncs, neverSynced, staleSyncs, changedFields}
		kinds = append(kinds, "(select s.*, null as reason from ("+strings.Join(syncs, "\n		union all")+") s)")
	}
	for _, kind := range kindsIn(scope) {
		kinds = append(kinds, kind.first(scope))
	}
	args := withArgs(markArgs(scope), pgx.NamedArgs{"rows": attentionRows, "each": attentionEach, "days": expiringDays, "stale": stale})
	from := "(select u.*, row_number() over () as n from (" + strings.Join(kinds, "\n		union all ") + ") u) a"
	if !marked(scope) {
		o.Snoozed = []portal.KindCount{}
		collect(batch.Queue(`
			select `+attentionColumns+`, null::jsonb as handler, null::jsonb as snooze
			from `+from+`
			order by a.rank, a.n
			limit @rows`, args), &o.Attention)
		return
	}
	collect(batch.Queue(`
		with snoozed as materialized (`+snoozedRows(scope)+`)
		select `+attentionColumns+`, h.handler, null::jsonb as snooze
		from `+from+`
		left join (`+handlers(scope)+`) h on `+handlerOf+`
		order by a.rank, a.n
		limit @rows`, args), &o.Attention)
	collect(batch.Queue(`
		select s.kind, count(*)
		from (`+snoozedRows(scope)+`) s
		group by s.kind
		order by s.kind`, args), &o.Snoozed)
}
