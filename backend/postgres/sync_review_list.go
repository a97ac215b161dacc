package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

var reviewSorts = map[string]sortKey{"rank": plainKey("v.rank", intKey), "name": nameKey("v.name_key")}

// reviewFilters are the filters of portal.ReviewFilter, on a row v of sync_vanishing.
var reviewFilters = map[string]listFilter{
	"q":      {rows: searchReview},
	"kind":   {rows: equalsFilter("v.kind")},
	"msp_id": {rows: reviewOfMSP},
	"effect": {rows: equalsFilter("v.effect")},
}

// searchReview finds customers as the lists of MSPs and clients do.
func searchReview(name, value string, args pgx.NamedArgs) (string, error) {
	client, err := searchCustomers("c")(name, value, args)
	if err != nil {
		return "", err
	}
	ofMSP, err := contains("o", "o.name")(name, value, args)
	if err != nil {
		return "", err
	}
	msp, err := searchCustomers("m")(name, value, args)
	return `exists (
		select from client c
		left join msp o on o.mssp_id = c.mssp_id and o.id = c.msp_id
		where v.kind = 'client' and c.mssp_id = v.mssp_id and c.id = v.id
		and (` + client + ` or ` + ofMSP + `)
		union all
		select from msp m
		where v.kind = 'msp' and m.mssp_id = v.mssp_id and m.id = v.id
		and ` + msp + `)`, err
}

func reviewOfMSP(name, value string, args pgx.NamedArgs) (string, error) {
	under, err := mspFilter("c.msp_id", directClients)(name, value, args)
	return `v.kind = 'client' and exists (
		select from client c
		where c.mssp_id = v.mssp_id and c.id = v.id
		and ` + under + `)`, err
}

type reviewRow struct {
	portal.ReviewItem
	Position []string
}

// Review returns one page of the customers that a run in review would mark as missing, move or rename; none for any
// other run. Errors: NotFound if there is no such run in the viewer's scope, Invalid for a malformed cursor or filter.
func (db *DB) Review(ctx context.Context, viewer portal.Viewer, runID string, q portal.ReviewQuery) (portal.Review, error) {
	keys, err := newKeyset(reviewSorts, "rank,name", "", "v.id", q.Cursor)
	if err != nil {
		return portal.Review{}, err
	}
	if !validID(runID) {
		return portal.Review{}, errNotFound("run")
	}
	args := pgx.NamedArgs{"mssp": viewer.Scope.MSSPID, "run": runID, "rows": q.Limit + 1}
	filter, err := filterBy(reviewFilters, q.ReviewFilter, args)
	if err != nil {
		return portal.Review{}, err
	}
	behind := keys.where(args)
	var rows []reviewRow
	var page portal.Review
	err = db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		queueRunKnown(batch, viewer.Scope, runID)
		batch.Queue(`
			select count(*)
			from sync_vanishing v
			where v.mssp_id = @mssp
			and v.run_id = @run`+filter.rows, args).
			QueryRow(func(row pgx.Row) error { return row.Scan(&page.Total) })
		collect(batch.Queue(`
			select v.kind, v.id, coalesce(c.name, m.name, '') as name, coalesce(c.type, m.type, '') as type, o.name as msp_name,
			       v.effect, case when v.effect = 'moved' then v.to_name end as to_msp_name,
			       case when v.effect in ('renamed', 'turned') then v.to_name end as to_name,
			       coalesce(c.seats_used, m.seats_used) as seats_used,
			       coalesce(c.external_id, m.external_id, '') as external_id, v.position
			from (
				select v.*, `+keys.columns()+` as position
				from sync_vanishing v
				where v.mssp_id = @mssp
				and v.run_id = @run`+filter.rows+`
				and `+behind+`
				order by `+keys.orderBy()+`
				limit @rows) v
			left join client c on v.kind = 'client' and c.mssp_id = v.mssp_id and c.id = v.id
			left join msp o on o.mssp_id = c.mssp_id and o.id = c.msp_id
			left join msp m on v.kind = 'msp' and m.mssp_id = v.mssp_id and m.id = v.id
			order by `+keys.orderBy(), args), &rows)
	})
	if err != nil {
		return portal.Review{}, fmt.Errorf("read review: %w", err)
	}
	page.Items, page.NextCursor = cutPage(keys, rows, q.Limit, func(r reviewRow) (portal.ReviewItem, []string) {
		return r.ReviewItem, r.Position
	})
	return page, nil
}

type reviewTotalRow struct {
	portal.ReviewTotal
	Totals int64
}

// ReviewTotals returns how many MSPs, and how many clients of each MSP, a run in review would change, by the effect;
// none for any other run. Errors: NotFound if there is no such run in the viewer's scope.
func (db *DB) ReviewTotals(ctx context.Context, viewer portal.Viewer, runID string) (portal.ReviewTotals, error) {
	if !validID(runID) {
		return portal.ReviewTotals{}, errNotFound("run")
	}
	var rows []reviewTotalRow
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		queueRunKnown(batch, viewer.Scope, runID)
		collect(batch.Queue(`
			select g.kind, g.msp_id, o.name as msp_name, g.effect, g.to_msp_name, g.count, g.totals,
			       case g.kind
			         when 'msp' then (
			           select coalesce(sum(k.n), 0)::bigint
			           from msp_count k
			           where k.mssp_id = $1 and `+present("k")+`)
			         else (
			           select coalesce(sum(k.n), 0)::bigint
			           from client_count k
			           where k.mssp_id = $1 and k.msp_id = coalesce(g.msp_id, '`+wholeMSSP+`') and `+present("k")+`)
			       end as of
			from (
				select v.kind, c.msp_id, v.effect, case when v.effect = 'moved' then v.to_name end as to_msp_name,
				       count(*) as count, count(*) over () as totals
				from sync_vanishing v
				left join client c on v.kind = 'client' and c.mssp_id = v.mssp_id and c.id = v.id
				where v.mssp_id = $1
				and v.run_id = $2
				group by 1, 2, 3, 4
				order by v.kind desc, count desc, 2, 3, 4
				limit 100) g
			left join msp o on o.mssp_id = $1 and o.id = g.msp_id
			order by g.kind desc, g.count desc, o.name_key, g.effect, g.to_msp_name`, viewer.Scope.MSSPID, runID), &rows)
	})
	if err != nil {
		return portal.ReviewTotals{}, fmt.Errorf("read totals of review: %w", err)
	}
	all := portal.ReviewTotals{Items: make([]portal.ReviewTotal, len(rows))}
	for i, row := range rows {
		all.Items[i], all.Total = row.ReviewTotal, row.Totals
	}
	return all, nil
}
