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

// Overview answers the first screen's figures in one round trip, none of which grows with the number of customers:
// counts are kept rows, and each kind of attention reads the few rows its index begins with. A connection without a
// complete run for stale needs attention.
func (db *DB) Overview(ctx context.Context, viewer portal.Viewer, stale time.Duration) (portal.Overview, Stamp, error) {
	var o portal.Overview
	var stamp Stamp
	var days []dayRow
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		queueStamp(batch, viewer.Scope, &stamp)
		queueFigures(batch, viewer.Scope, &o)
		queueTrend(batch, viewer.Scope, &days)
		queueAttention(batch, viewer.Scope, stale, &o.Attention)
	})
	if err != nil {
		return portal.Overview{}, Stamp{}, fmt.Errorf("read overview: %w", err)
	}
	o.Trend = fillTrend(days, time.Now().UTC())
	o.DataAsOf = stamp.DataAsOf
	return o, stamp, nil
}

// queueFigures reads the figures of the viewer's level. A client is so few rows that it is counted itself.
func queueFigures(batch *pgx.Batch, scope portal.Scope, o *portal.Overview) {
	counts := `
		select coalesce(sum(c.n) filter (where c.status = 'active'), 0)::bigint,
		       coalesce(sum(c.n) filter (where c.status = 'missing'), 0)::bigint,
		       coalesce(sum(c.seats_used) filter (where c.status = 'active'), 0)::bigint,
		       coalesce(sum(c.seats_total) filter (where c.status = 'active'), 0)::bigint
		from client_count c
		where `
	if scope.Level == portal.LevelClient {
		counts = `
		select count(*) filter (where c.status = 'active'),
		       count(*) filter (where c.status = 'missing'),
		       coalesce(sum(c.seats_used) filter (where c.status = 'active'), 0)::bigint,
		       coalesce(sum(c.seats_total) filter (where c.status = 'active'), 0)::bigint
		from client c
		where `
	}
	batch.Queue(counts+clientScope(scope), scopeArgs(scope)).QueryRow(func(row pgx.Row) error {
		return row.Scan(&o.Clients, &o.ClientsMissing, &o.SeatsUsed, &o.SeatsTotal)
	})
	batch.Queue(`
		select count(*)
		from client c
		where `+clientScope(scope)+`
		and c.status = 'active'
		and c.expires_on <= `+today+` + @days::int`,
		withArgs(scopeArgs(scope), pgx.NamedArgs{"days": expiringDays}),
	).QueryRow(func(row pgx.Row) error { return row.Scan(&o.ExpiringSoon) })
	queueMSPFigure(batch, scope, &o.MSPs)
}

func queueMSPFigure(batch *pgx.Batch, scope portal.Scope, msps *int64) {
	if scope.Level != portal.LevelMSSP {
		return
	}
	batch.Queue(`
		select coalesce(sum(n.n), 0)::bigint
		from msp_count n
		where n.mssp_id = @mssp
		and n.status = 'active'`, scopeArgs(scope),
	).QueryRow(func(row pgx.Row) error { return row.Scan(msps) })
}

type dayRow struct {
	Day        time.Time
	Clients    int64
	SeatsUsed  int64
	SeatsTotal int64
}

// queueTrend reads the days on which something changed, newest first, among them the last before the trend begins.
func queueTrend(batch *pgx.Batch, scope portal.Scope, into *[]dayRow) {
	if scope.Level == portal.LevelClient {
		return
	}
	of := wholeMSSP
	if scope.Level == portal.LevelMSP {
		of = scope.MSPID
	}
	collect(batch.Queue(`
		select d.day, d.clients, d.seats_used, d.seats_total
		from client_day d
		where d.mssp_id = @mssp
		and d.msp_id = @of
		order by d.day desc
		limit @days`,
		pgx.NamedArgs{"mssp": scope.MSSPID, "of": of, "days": trendDays + 1}), into)
}

// fillTrend makes one point a day up to today, oldest first: a day without a change is as the day before it.
func fillTrend(newestFirst []dayRow, now time.Time) []portal.TrendDay {
	trend := []portal.TrendDay{}
	today := now.Truncate(24 * time.Hour)
	known := len(newestFirst) - 1
	for day := today.AddDate(0, 0, 1-trendDays); !day.After(today); day = day.AddDate(0, 0, 1) {
		for known > 0 && !newestFirst[known-1].Day.After(day) {
			known--
		}
		if known < 0 || newestFirst[known].Day.After(day) {
			continue
		}
		row := newestFirst[known]
		trend = append(trend, portal.TrendDay{
			Day: day.Format(time.DateOnly), Clients: row.Clients, SeatsUsed: &row.SeatsUsed, SeatsTotal: &row.SeatsTotal,
		})
	}
	return trend
}
