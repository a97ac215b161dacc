package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// seats are the product's own figures for an MSP where it gives any, else the sum over its active clients.
const (
	mspSeatsUsed  = "coalesce(m.seats_used, seats.used)"
	mspSeatsTotal = "coalesce(m.seats_total, seats.total)"
	mspColumns    = `
	m.id, m.name, m.type, m.status, null as status_reason, m.client_count as clients,
	null as licence_type, null::boolean as spla, 0::bigint as seats_used_unknown, 0::bigint as seats_total_unknown,
	` + mspSeatsUsed + ` as seats_used, ` + mspSeatsTotal + ` as seats_total,
	to_char(coalesce(m.expires_on, first.expires_on), 'YYYY-MM-DD') as expires_on, m.first_seen_at,
	case when m.status = 'active' then coalesce(` + dataAsOf + `, m.last_seen_at) else m.last_seen_at end as last_seen_at,
	m.external_id`
	mspTables = `
	msp m
	left join lateral (
		select sum(n.seats_used)::bigint as used, sum(n.seats_total)::bigint as total
		from client_count n
		where n.mssp_id = m.mssp_id
		and n.msp_id = m.id
		and n.status = 'active') seats on true
	left join lateral (
		select min(c.expires_on) as expires_on
		from client c
		where c.mssp_id = m.mssp_id
		and c.msp_id = m.id
		and c.status = 'active') first on true`
)

var mspSorts = map[string]sortKey{
	"name":         plainKey("m.search_name", textKey),
	"clients":      plainKey("m.client_count", intKey),
	"status":       plainKey("m.status", textKey),
	"seats_used":   absentLast(mspSeatsUsed, intKey),
	"seats_total":  absentLast(mspSeatsTotal, intKey),
	"last_seen_at": plainKey("case when m.status = 'active' then 'infinity' else m.last_seen_at end", timeKey),
}

type mspRow struct {
	portal.MSP
	Position []string
}

// MSPs answers one page of the MSPs in the viewer's scope and the stamp of what it was read from. Invalid names the
// parameter where sort or cursor is not one; Forbidden below the level of an MSP.
func (db *DB) MSPs(ctx context.Context, viewer portal.Viewer, q portal.MSPQuery) (portal.MSPPage, Stamp, error) {
	if viewer.Scope.Level == portal.LevelClient {
		return portal.MSPPage{}, Stamp{}, errNoMSPs()
	}
	keys, err := newKeyset(mspSorts, q.Sort, "name", "m.id", q.Cursor)
	if err != nil {
		return portal.MSPPage{}, Stamp{}, err
	}
	args := scopeArgs(viewer.Scope)
	filter := mspListFilter(viewer.Scope, q, args)
	var rows []mspRow
	var page portal.MSPPage
	var stamp Stamp
	err = db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		queueStamp(batch, viewer.Scope, &stamp)
		queueMSPTotal(batch, viewer.Scope, q, filter, args, &page.Total)
		collect(queueMSPs(batch, keys, filter, args, q.Limit), &rows)
	})
	if err != nil {
		return portal.MSPPage{}, Stamp{}, fmt.Errorf("list MSPs: %w", err)
	}
	page.Items, page.NextCursor = cutPage(keys, rows, q.Limit, func(r mspRow) (portal.MSP, []string) {
		return r.MSP, r.Position
	})
	page.DataAsOf = stamp.DataAsOf
	return page, stamp, nil
}

func errNoMSPs() error { return portal.Errorf(portal.Forbidden, "Your role does not include MSPs.") }

func mspListFilter(scope portal.Scope, q portal.MSPQuery, args pgx.NamedArgs) string {
	where := mspScope(scope)
	if q.Q != "" {
		args["pattern"] = pattern(q.Q)
		where += "\nand m.search_name like lower(@pattern)"
	}
	if q.Status != "" {
		args["status"] = q.Status
		where += "\nand m.status = @status"
	}
	return where
}

func queueMSPs(batch *pgx.Batch, keys keyset, filter string, args pgx.NamedArgs, limit int) *pgx.QueuedQuery {
	args = withArgs(args, pgx.NamedArgs{"rows": limit + 1})
	behind := keys.where(args)
	return batch.Queue(`
		select `+mspColumns+`, `+keys.columns()+` as position
		from `+mspTables+`
		where `+filter+`
		and `+behind+`
		order by `+keys.orderBy()+`
		limit @rows`, args)
}

func queueMSPTotal(batch *pgx.Batch, scope portal.Scope, q portal.MSPQuery, filter string, args pgx.NamedArgs, total *int64) {
	query := `
		select count(*)
		from msp m
		where ` + filter
	if q.Q == "" && scope.Level == portal.LevelMSSP {
		query = `
			select coalesce(sum(n.n), 0)::bigint
			from msp_count n
			where n.mssp_id = @mssp`
		if q.Status != "" {
			query += "\nand n.status = @status"
		}
	}
	batch.Queue(query, withArgs(args, nil)).QueryRow(func(row pgx.Row) error { return row.Scan(total) })
}

// MSP answers one MSP with its history, newest first; NotFound if there is none in the viewer's scope.
func (db *DB) MSP(ctx context.Context, viewer portal.Viewer, id string) (portal.MSPDetail, error) {
	if viewer.Scope.Level == portal.LevelClient {
		return portal.MSPDetail{}, errNoMSPs()
	}
	if !validID(id) {
		return portal.MSPDetail{}, errNone("MSP")
	}
	args := scopeArgs(viewer.Scope)
	args["id"] = id
	var row struct {
		portal.MSP
		Raw []byte
	}
	var detail portal.MSPDetail
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		collectOne(batch.Queue(`
			select `+mspColumns+`, m.raw
			from `+mspTables+`
			where `+mspScope(viewer.Scope)+`
			and m.id = @id`, args), "MSP", &row)
		queueHistory(batch, viewer.Scope, id, &detail.History)
	})
	if err != nil {
		return portal.MSPDetail{}, fmt.Errorf("read MSP: %w", err)
	}
	detail.MSP = row.MSP
	detail.Fields, err = rawFields(row.Raw)
	return detail, err
}
