package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// Usage calls each with the usage of every client in the viewer's scope during a window, by client and MSP: a client
// that moved has one row for each MSP it was under. Users of an MSP get the time in which the client was theirs. It
// stops at an error of each. It returns Invalid naming the field of q that is wrong.
func (db *DB) Usage(ctx context.Context, viewer portal.Viewer, q portal.UsageQuery, each func(portal.Usage) error) error {
	if err := q.Check(); err != nil {
		return err
	}
	args := withArgs(scopeArgs(viewer.Scope), pgx.NamedArgs{"from": q.From, "until": q.Until, "zone": q.TimeZone})
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		batch.Queue(usageIn(viewer.Scope), args).Query(func(rows pgx.Rows) error {
			var u portal.Usage
			used, total := &u.SeatsUsed, &u.SeatsTotal
			into := []any{&u.ClientID, &u.MSPID, &u.Share,
				&used.First, &used.Last, &used.Peak, &used.Average, &used.Known,
				&total.First, &total.Last, &total.Peak, &total.Average, &total.Known}
			_, err := pgx.ForEachRow(rows, into, func() error { return each(u) })
			return err
		})
	})
	if err != nil {
		return fmt.Errorf("read usage: %w", err)
	}
	return nil
}

// usageIn sums the spans in which clients were active, cut to the window. seconds is the elapsed length of a span
// within it, so a day with a change to or from summer time has 23 or 25 hours.
func usageIn(scope portal.Scope) string {
	msp := "s.msp_id"
	if scope.Level == portal.LevelClient {
		msp = "null::uuid"
	}
	return `
		with w as materialized (
			select z.begins, least(z.ends, now()) as ends, extract(epoch from least(z.ends, now()) - z.begins) as seconds
			from (
				select @from::date::timestamp at time zone coalesce(nullif(@zone, ''), scope_time_zone()) as begins,
				       @until::date::timestamp at time zone coalesce(nullif(@zone, ''), scope_time_zone()) as ends) z),
		piece as (
			select s.client_id, ` + msp + ` as msp_id, s.from_at, s.seats_used, s.seats_total, w.seconds as of,
			       extract(epoch from least(s.to_at, w.ends) - greatest(s.from_at, w.begins)) as seconds
			from w
			join client_span s on s.to_at > w.begins and s.from_at < w.ends
			where ` + spanScope(scope) + `
			and s.status = 'active'
			and w.begins < w.ends)
		select p.client_id, p.msp_id, (sum(p.seconds) / min(p.of))::float8` + seatsIn("seats_used") + seatsIn("seats_total") + `
		from piece p
		group by p.client_id, p.msp_id
		order by p.client_id, min(p.from_at)`
}

// seatsIn selects the portal.UsageFigures of a column.
func seatsIn(column string) string {
	return fmt.Sprintf(`,
		       (array_agg(p.%[1]s order by p.from_at) filter (where p.%[1]s is not null))[1],
		       (array_agg(p.%[1]s order by p.from_at desc) filter (where p.%[1]s is not null))[1],
		       max(p.%[1]s),
		       (sum(p.%[1]s * p.seconds) / sum(p.seconds) filter (where p.%[1]s is not null))::float8,
		       coalesce(sum(p.seconds) filter (where p.%[1]s is not null) / min(p.of), 0)::float8`, column)
}

func spanScope(scope portal.Scope) string {
	switch scope.Level {
	case portal.LevelMSSP:
		return "s.mssp_id = @mssp"
	case portal.LevelMSP:
		return "s.mssp_id = @mssp and s.msp_id = @msp"
	default:
		return "s.mssp_id = @mssp and s.client_id = @client"
	}
}
