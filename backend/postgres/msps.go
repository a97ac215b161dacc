package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// mspSeats returns an MSP's figure: the product's if it sends one, else the sum over the MSP's active clients.
func mspSeats(figure string) string { return "coalesce(m." + figure + ", seats." + figure + ")" }

// mspSeatsUnknown returns for how many of the MSP's clients a figure is unknown, if it is a sum over them.
func mspSeatsUnknown(figure string) string {
	return "case when m." + figure + " is null then coalesce(seats." + figure + "_unknown, 0) else 0 end"
}

// The numbers of an MSP's clients, from the figures in mspTables.
const (
	mspExpiring30 = "coalesce(ends.expiring_30, 0)"
	mspExpiring90 = "coalesce(ends.expiring_90, 0)"
	mspExpired    = "coalesce(ends.expired, 0)"
	mspExceeded   = "coalesce(seats.exceeded, 0)"
	mspDisabled   = "coalesce(seats.disabled, 0)"
	mspMissing    = "coalesce(seats.missing, 0)"
)

var (
	mspColumns = `
	m.id, m.name, m.type, m.status,
	case when m.status = 'disabled' then m.status_reason end as status_reason, m.client_count as clients, m.licence_type, m.spla,
	` + mspSeats("seats_used") + ` as seats_used, ` + mspSeats("seats_total") + ` as seats_total,
	` + mspSeatsUnknown("seats_used") + ` as seats_used_unknown, ` + mspSeatsUnknown("seats_total") + ` as seats_total_unknown,
	to_char(` + mspExpiry + `, 'YYYY-MM-DD') as expires_on, to_char(` + mspNextExpiry + `, 'YYYY-MM-DD') as next_expires_on,
	` + growth + ` as growth, ` + mspExpiring30 + ` as expiring_30, ` + mspExpiring90 + ` as expiring_90,
	` + mspExpired + ` as expired, ` + mspExceeded + ` as exceeded, ` + mspDisabled + ` as disabled,
	` + mspMissing + ` as missing, m.first_seen_at,
	` + lastSeen("m") + ` as last_seen_at,
	m.external_id`
	// mspFigures are an MSP m and the sums over its kept counts of clients.
	mspFigures = `
	msp m
	left join lateral (
		select ` + sumKnownOf("seats_used", active) + ` as seats_used, ` + sumKnownOf("seats_total", active) + ` as seats_total,
		       (sum(c.seats_used_unknown)` + active + `)::bigint as seats_used_unknown,
		       (sum(c.seats_total_unknown)` + active + `)::bigint as seats_total_unknown,
		       (sum(c.seats_exceeded)` + active + `)::bigint as exceeded,
		       (sum(c.n) filter (where c.status = 'disabled'))::bigint as disabled,
		       (sum(c.n) filter (where c.status = 'missing'))::bigint as missing
		from client_count c
		where c.mssp_id = m.mssp_id
		and c.msp_id = m.id) seats on true`
	// mspTables are mspFigures and the figures that depend on the day. Every lateral reads a few rows by its key.
	mspTables = mspFigures + `
	left join lateral (
		select min(e.day) as expires_on
		from client_end e
		where e.mssp_id = m.mssp_id
		and e.msp_id = m.id) first on true
	left join lateral (
		select min(e.day) as expires_on
		from client_end e
		where e.mssp_id = m.mssp_id
		and e.msp_id = m.id
		and e.day >= ` + today + `) next on true
	left join lateral (` + licenceEnds + `
		where s.mssp_id = m.mssp_id
		and s.msp_id = m.id) ends on true
	left join lateral (
		select d.clients
		from client_day d
		where d.mssp_id = m.mssp_id
		and d.msp_id = m.id
		and d.day <= ` + today + ` - ` + growthDays + `
		order by d.day desc
		limit 1) past on true`
	// growth is the change of the number of active clients. An MSP that has no row of the first day had no clients then if
	// its connection had been merged by then; else that number is unknown.
	growth = `(m.client_count - coalesce(past.clients, case when exists (
		select
		from sync_run r
		where r.mssp_id = m.mssp_id
		and r.mssp_product_id = m.mssp_product_id
		and ` + merged + `
		and r.finished_at < (` + today + ` - ` + growthDays + ` + 1)::timestamp at time zone scope_time_zone()) then 0 end))`
)

const (
	active     = " filter (where c.status = 'active')"
	growthDays = "30"

	mspExpiry     = "coalesce(m.expires_on, first.expires_on)"
	mspNextExpiry = "least(case when m.expires_on >= " + today + " then m.expires_on end, next.expires_on)"
)

var mspSorts = map[string]sortKey{
	"name":            nameKey("m.name_key"),
	"clients":         plainKey("m.client_count", intKey),
	"status":          plainKey("m.status", textKey),
	"licence_type":    absentLast(`lower(m.licence_type collate "C")`, textKey),
	"spla":            absentLast("m.spla::int", intKey),
	"seats_used":      absentLast(mspSeats("seats_used"), intKey),
	"seats_total":     absentLast(mspSeats("seats_total"), intKey),
	"expires_on":      absentLast(mspExpiry, dateKey),
	"next_expires_on": absentLast(mspNextExpiry, dateKey),
	"growth":          absentLast(growth, intKey),
	"expiring_30":     plainKey(mspExpiring30, intKey),
	"expiring_90":     plainKey(mspExpiring90, intKey),
	"expired":         plainKey(mspExpired, intKey),
	"exceeded":        plainKey(mspExceeded, intKey),
	"disabled":        plainKey(mspDisabled, intKey),
	"missing":         plainKey(mspMissing, intKey),
	"type":            plainKey(`lower(m.type collate "C")`, textKey),
	"external_id":     plainKey(`lower(m.external_id collate "C")`, textKey),
	"first_seen_at":   plainKey("m.first_seen_at", timeKey),
	"last_seen_at":    lastSeenKey("m"),
}

// mspFilters are the filters of portal.MSPFilter, on an MSP m with its figures, or on a row m of msp_count.
var mspFilters = map[string]listFilter{
	"q":               {rows: searchCustomers("m")},
	"name":            {rows: textFilter(namesOf("m"), "")},
	"external_id":     {rows: textFilter(externalIDs("m"), "")},
	"status":          counted(choiceFilter("m.status", portal.Statuses)),
	"status_reason":   {rows: reasonFilter("m")},
	"type":            {rows: productTextFilter("m.type", "m.type = ''")},
	"licence_type":    {rows: productTextFilter("m.licence_type", "nullif(m.licence_type, '') is null")},
	"spla":            {rows: yesNoFilter("m.spla")},
	"clients":         {rows: numberFilter("m.client_count")},
	"seats_used":      {rows: numberFilter(mspSeats("seats_used"))},
	"seats_total":     {rows: numberFilter(mspSeats("seats_total"))},
	"expires_on":      dated(dayFilter(mspExpiry, "")),
	"next_expires_on": dated(dayFilter(mspNextExpiry, "")),
	"growth":          dated(signedNumberFilter(growth)),
	"expiring_30":     dated(numberFilter(mspExpiring30)),
	"expiring_90":     dated(numberFilter(mspExpiring90)),
	"expired":         dated(numberFilter(mspExpired)),
	"exceeded":        {rows: numberFilter(mspExceeded)},
	"disabled":        {rows: numberFilter(mspDisabled)},
	"missing":         {rows: numberFilter(mspMissing)},
	"first_seen_at":   {rows: timeFilter("m.first_seen_at")},
	"last_seen_at":    {rows: timeFilter("(" + lastSeen("m") + ")")},
}

// mspTablesFor returns the tables that a filter needs.
func mspTablesFor(filter filtered) string {
	if filter.dated {
		return mspTables
	}
	return mspFigures
}

type mspRow struct {
	portal.MSP
	Position []string
}

// MSPs returns one page of the MSPs in the viewer's scope, and the stamp of the data it was read from. It returns
// Invalid naming the parameter if sort, cursor or a filter is malformed, Forbidden below the level of an MSP.
func (db *DB) MSPs(ctx context.Context, viewer portal.Viewer, q portal.MSPQuery) (portal.MSPPage, Stamp, error) {
	if viewer.Scope.Level == portal.LevelClient {
		return portal.MSPPage{}, Stamp{}, errNoMSPs()
	}
	keys, err := newKeyset(mspSorts, q.Sort, "name", "m.id", q.Cursor)
	if err != nil {
		return portal.MSPPage{}, Stamp{}, err
	}
	args := scopeArgs(viewer.Scope)
	filter, err := filterBy(mspFilters, q.MSPFilter, args)
	if err != nil {
		return portal.MSPPage{}, Stamp{}, err
	}
	var rows []mspRow
	var page portal.MSPPage
	var stamp Stamp
	err = db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		queueStamp(batch, viewer.Scope, &stamp)
		queueMSPTotal(batch, viewer.Scope, filter, args, &page.Total)
		scanRow(batch.Queue(hasExpiry(viewer.Scope), scopeArgs(viewer.Scope)), "client", &page.HasExpiry)
		collect(queueMSPs(batch, keys, mspScope(viewer.Scope)+filter.rows, args, q.Limit), &rows)
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

// queueMSPTotal counts from the kept counts if they have the filter's columns, else it counts the matching rows.
func queueMSPTotal(batch *pgx.Batch, scope portal.Scope, filter filtered, args pgx.NamedArgs, total *int64) {
	query := `
		select count(*)
		from ` + mspTablesFor(filter) + `
		where ` + mspScope(scope) + filter.rows
	if filter.countable && scope.Level == portal.LevelMSSP {
		query = `
			select coalesce(sum(m.n), 0)::bigint
			from msp_count m
			where ` + mspScope(scope) + filter.counts
	}
	scanRow(batch.Queue(query, withArgs(args, nil)), "MSP", total)
}

// MSP returns one MSP with its history, newest first; NotFound if there is none in the viewer's scope.
func (db *DB) MSP(ctx context.Context, viewer portal.Viewer, id string) (portal.MSPDetail, error) {
	if viewer.Scope.Level == portal.LevelClient {
		return portal.MSPDetail{}, errNoMSPs()
	}
	if !validID(id) {
		return portal.MSPDetail{}, errNotFound("MSP")
	}
	var row mspDetailRow
	var detail portal.MSPDetail
	var stamp Stamp
	var days []dayRow
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		queueMSP(batch, viewer.Scope, id, &row)
		queueHistory(batch, viewer.Scope, id, &detail.History)
		queueStamp(batch, viewer.Scope, &stamp)
		queueTrend(batch, viewer.Scope.MSSPID, id, &days)
	})
	if err != nil {
		return portal.MSPDetail{}, fmt.Errorf("read MSP: %w", err)
	}
	row.addTo(&detail)
	detail.Trend = fillTrend(days, stamp.Today)
	detail.Fields, err = fieldsFor(viewer.Scope, row.Raw, row.SharedPaths, row.FilledPaths.shownIn(fieldsOfMSP(detail)))
	return detail, err
}

type mspDetailRow struct {
	portal.MSP
	productRow
	Raw               []byte
	SharedPaths       []string
	FilledPaths       filledPaths
	OwnUsed, OwnTotal *int64
	ClientsUsed       *int64
	ClientsTotal      *int64
	UsedUnknown       int64
	TotalUnknown      int64
}

func (r mspDetailRow) addTo(detail *portal.MSPDetail) {
	detail.MSP = r.MSP
	detail.Product = r.product()
	detail.OwnSeats = portal.Seats{Used: r.OwnUsed, Total: r.OwnTotal}
	detail.ClientsSeats = portal.SeatSums{
		Used: r.ClientsUsed, Total: r.ClientsTotal, UsedUnknown: r.UsedUnknown, TotalUnknown: r.TotalUnknown,
	}
}

func queueMSP(batch *pgx.Batch, scope portal.Scope, id string, row *mspDetailRow) {
	collectRow(batch.Queue(`
		select `+mspColumns+`, m.raw, p.shared_paths, p.filled_paths, `+productColumns(scope)+`,
		       m.seats_used as own_used, m.seats_total as own_total, seats.seats_used as clients_used, seats.seats_total as clients_total,
		       coalesce(seats.seats_used_unknown, 0) as used_unknown, coalesce(seats.seats_total_unknown, 0) as total_unknown
		from `+mspTables+`
		join mssp_product p on p.mssp_id = m.mssp_id and p.id = m.mssp_product_id
		join product d on d.id = p.product_id
		where `+mspScope(scope)+`
		and m.id = @id`, withArgs(scopeArgs(scope), pgx.NamedArgs{"id": id})), "MSP", row)
}
