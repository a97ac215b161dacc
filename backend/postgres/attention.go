package postgres

import (
	"strings"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// The kinds of attention, each the first rows of an index. rank orders them: what stops the portal from being true,
// then what has gone wrong, then what will.
const (
	failedSyncs = `
		select 1 as rank, 'sync_failed' as kind, 'error' as severity, null::uuid as msp_id, null::uuid as client_id,
		       r.id as run_id, d.name, coalesce(r.error, '') as detail,
		       to_char(r.finished_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at
		from mssp_product p
		join product d on d.id = p.product_id
		cross join lateral (
			select r.*
			from sync_run r
			where r.mssp_id = p.mssp_id
			and r.mssp_product_id = p.id
			and r.status in ('complete', 'failed')
			order by r.id desc
			limit 1) r
		where p.mssp_id = @mssp
		and r.status = 'failed'`
	neverSynced = `
		select 2, 'sync_never', 'warning', null::uuid, null::uuid, null::uuid, d.name, '', null
		from mssp_product p
		join product d on d.id = p.product_id
		where p.mssp_id = @mssp
		and not exists (
			select from sync_run r
			where r.mssp_id = p.mssp_id
			and r.mssp_product_id = p.id)`
	silentMSPs = `
		(select 6, 'msp_without_clients', 'info', m.id, null::uuid, null::uuid, m.name, '', null
		from msp m
		where m.mssp_id = @mssp
		and m.status = 'active'
		and m.client_count = 0
		order by m.id
		limit @each)`
)

// clientAttention answers the rows of one kind among the clients of a scope.
func clientAttention(scope portal.Scope, rank, kind, severity, detail, at, condition, order string) string {
	return `
		(select ` + rank + `, '` + kind + `', '` + severity + `', c.msp_id, c.id, null::uuid, c.name, ` + detail + `, ` + at + `
		from client c
		where ` + clientScope(scope) + `
		and ` + condition + `
		order by ` + order + `
		limit @each)`
}

// queueAttention adds what needs attention in the scope, most urgent first.
func queueAttention(batch *pgx.Batch, scope portal.Scope, into *[]portal.Attention) {
	expires := "to_char(c.expires_on, 'YYYY-MM-DD')"
	kinds := []string{
		clientAttention(scope, "3", "licence_expired", "error", "''", expires,
			"c.status = 'active' and c.expires_on < "+today, "c.expires_on desc, c.id"),
		clientAttention(scope, "4", "seats_exceeded", "warning", "c.seats_used || '/' || c.seats_total", "null",
			"c.status = 'active' and c.seats_used > c.seats_total", "c.id"),
		clientAttention(scope, "5", "licence_expiring", "warning", "''", expires,
			"c.status = 'active' and c.expires_on >= "+today+" and c.expires_on <= "+today+" + @days::int", "c.expires_on, c.id"),
		clientAttention(scope, "7", "client_missing", "info", "''", "to_char(c.last_seen_at at time zone 'utc', 'YYYY-MM-DD')",
			"c.status = 'missing'", "c.last_seen_at desc, c.id"),
	}
	if scope.Level == portal.LevelMSSP {
		kinds = append([]string{failedSyncs, neverSynced}, append(kinds, silentMSPs)...)
	}
	collect(batch.Queue(`
		select a.kind, a.severity, a.msp_id, a.client_id, a.run_id, a.name, a.detail, a.at
		from (`+strings.Join(kinds, "\n		union all")+`) as a (rank, kind, severity, msp_id, client_id, run_id, name, detail, at)
		order by a.rank
		limit @rows`,
		withArgs(scopeArgs(scope), pgx.NamedArgs{"rows": attentionRows, "each": attentionEach, "days": expiringDays})), into)
}
