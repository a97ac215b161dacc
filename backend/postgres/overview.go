package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

const (
	trendDays     = 90
	expiringDays  = 30
	attentionRows = 20
	attentionEach = 6 // of one kind, so that no kind hides the others
)

// Overview returns the figures of the first screen in one round trip. Counts are kept rows; each kind of attention reads
// the first few rows of an index. A connection without a merged run for stale needs attention.
func (db *DB) Overview(ctx context.Context, viewer portal.Viewer, stale time.Duration) (portal.Overview, Stamp, error) {
	var o portal.Overview
	var stamp Stamp
	var days []dayRow
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		queueOverviewStamp(batch, viewer.Scope, &stamp)
		queueFigures(batch, viewer.Scope, &o)
		queueProducts(batch, viewer.Scope, &o.Products)
		if of, ok := trendOf(viewer.Scope); ok {
			queueTrend(batch, viewer.Scope.MSSPID, of, &days)
		}
		queueAttention(batch, viewer.Scope, stale, &o)
		queueChangesSinceVisit(batch, viewer.Scope, &o.ChangesSinceVisit)
	})
	if err != nil {
		return portal.Overview{}, Stamp{}, fmt.Errorf("read overview: %w", err)
	}
	o.Trend = fillTrend(days, stamp.Today)
	o.DataAsOf = stamp.DataAsOf
	return o, stamp, nil
}

// queueFigures reads the figures of the viewer's level. At the level of a client, the client's own row is counted.
func queueFigures(batch *pgx.Batch, scope portal.Scope, o *portal.Overview) {
	counts := "client_count c"
	if scope.Level == portal.LevelClient {
		counts = "(" + countedClient + ") c"
	}
	scanRow(batch.Queue(`
		select coalesce(sum(c.n) filter (where c.status = 'active'), 0)::bigint,
		       coalesce(sum(c.n) filter (where c.status = 'missing'), 0)::bigint,
		       coalesce(sum(c.n) filter (where c.status = 'disabled'), 0)::bigint
		from `+counts+`
		where `+clientScope(scope), scopeArgs(scope)), "client", &o.Clients, &o.ClientsMissing, &o.ClientsDisabled)
	scanRow(batch.Queue(`
		select `+sumKnown("seats_used")+`, `+sumKnown("seats_total")+`,
		       coalesce(sum(c.seats_used_unknown), 0)::bigint, coalesce(sum(c.seats_total_unknown), 0)::bigint,
		       coalesce(sum(c.seats_exceeded), 0)::bigint
		from `+counts+`
		where `+clientScope(scope)+`
		and c.status = 'active'`, scopeArgs(scope)), "client", &o.SeatsUsed, &o.SeatsTotal, &o.SeatsUsedUnknown, &o.SeatsTotalUnknown,
		&o.SeatsExceeded)
	queueExpiry(batch, scope, o)
	queueMSPFigures(batch, scope, o)
}

// countedClient is one client in the columns of client_count.
const countedClient = `
	select c.mssp_id, c.id, c.status, 1 as n, c.seats_used, c.seats_total,
	       (c.seats_used is null)::int as seats_used_unknown, (c.seats_total is null)::int as seats_total_unknown,
	       coalesce(c.seats_used > c.seats_total, false)::int as seats_exceeded
	from client c`

// queueExpiry reads how many active clients have a licence that has ended or ends soon; nil where the scope has no expiry
// date. At the level of a client, the client's own row is counted.
func queueExpiry(batch *pgx.Batch, scope portal.Scope, o *portal.Overview) {
	ended, soon := new(int64), new(int64)
	if scope.Level == portal.LevelClient {
		scanRow(batch.Queue(`
			select count(*) filter (where `+expired+`), count(*) filter (where `+expiresWithin("@days")+`)
			from client c
			where `+clientScope(scope), withArgs(scopeArgs(scope), pgx.NamedArgs{"days": expiringDays})), "client", ended, soon)
	} else {
		queueLicenceEnds(batch, scope, ended, soon)
	}
	batch.Queue(hasExpiry(scope), scopeArgs(scope)).QueryRow(func(row pgx.Row) error {
		var has bool
		err := row.Scan(&has)
		if has {
			o.Expired, o.ExpiringSoon = ended, soon
		}
		return err
	})
}

// queueProducts reads the names of the products that the MSSP has connected.
func queueProducts(batch *pgx.Batch, scope portal.Scope, names *[]string) {
	batch.Queue(`
		select distinct d.name
		from mssp_product p
		join product d on d.id = p.product_id
		where p.mssp_id = @mssp
		order by d.name`, scopeArgs(scope)).Query(func(rows pgx.Rows) (err error) {
		*names, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
}

// queueMSPFigures counts the active MSPs, and those without a client from their kept numbers of clients.
func queueMSPFigures(batch *pgx.Batch, scope portal.Scope, o *portal.Overview) {
	if scope.Level != portal.LevelMSSP {
		return
	}
	batch.Queue(`
		select coalesce(sum(n.n), 0)::bigint
		from msp_count n
		where n.mssp_id = @mssp
		and n.status = 'active'`, scopeArgs(scope),
	).QueryRow(func(row pgx.Row) error { return row.Scan(&o.MSPs) })
	batch.Queue(`
		select count(*)
		from msp m
		where m.mssp_id = @mssp
		and m.status = 'active'
		and m.client_count = 0`, scopeArgs(scope),
	).QueryRow(func(row pgx.Row) error { return row.Scan(&o.EmptyMSPs) })
}

type dayRow struct {
	Day        time.Time
	Clients    int64
	SeatsUsed  *int64
	SeatsTotal *int64
}

// trendOf returns whose days are the trend of a scope: an MSP's or the whole MSSP's. A client has none.
func trendOf(scope portal.Scope) (of string, ok bool) {
	switch scope.Level {
	case portal.LevelMSSP:
		return wholeMSSP, true
	case portal.LevelMSP:
		return scope.MSPID, true
	default:
		return "", false
	}
}

// queueTrend reads the days on which a figure changed, newest first, with the last one before the trend begins.
func queueTrend(batch *pgx.Batch, msspID, of string, into *[]dayRow) {
	collect(batch.Queue(`
		select d.day, d.clients, case when d.seats_used_known then d.seats_used end as seats_used,
		       case when d.seats_total_known then d.seats_total end as seats_total
		from client_day d
		where d.mssp_id = @mssp
		and d.msp_id = @of
		order by d.day desc
		limit @days`,
		pgx.NamedArgs{"mssp": msspID, "of": of, "days": trendDays + 1}), into)
}

// fillTrend returns one point a day up to today, oldest first: a day without a row has the figures of the day before
// it. The newest row has the current figures, even if its date is tomorrow's after a change of the time zone.
func fillTrend(newestFirst []dayRow, today time.Time) []portal.TrendDay {
	trend := []portal.TrendDay{}
	known := len(newestFirst) - 1
	if known >= 0 && newestFirst[0].Day.After(today) {
		newestFirst[0].Day = today
	}
	for day := today.AddDate(0, 0, 1-trendDays); !day.After(today); day = day.AddDate(0, 0, 1) {
		for known > 0 && !newestFirst[known-1].Day.After(day) {
			known--
		}
		if known < 0 || newestFirst[known].Day.After(day) {
			continue
		}
		row := newestFirst[known]
		trend = append(trend, portal.TrendDay{
			Day: day.Format(time.DateOnly), Clients: row.Clients, SeatsUsed: row.SeatsUsed, SeatsTotal: row.SeatsTotal,
		})
	}
	return trend
}
