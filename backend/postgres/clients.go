package postgres

import (
	"context"
	"fmt"
	"maps"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// clientColumns are the columns of a portal.Client. The last merged run has seen every client that the product lists,
// unless its MSP is unread.
var clientColumns = `
	c.id, c.name, c.type, c.msp_id, m.name as msp_name, c.status,
	case when c.status = 'disabled' then c.status_reason end as status_reason, c.products, c.licence_type, c.spla,
	c.seats_used, c.seats_total, to_char(c.expires_on, 'YYYY-MM-DD') as expires_on, c.first_seen_at,
	` + lastSeen("c") + ` as last_seen_at,
	c.external_id`

// lastSeen is when the product last listed a row of the table: a client, whose MSP is m, or the MSP m itself.
func lastSeen(table string) string {
	return "case when " + present(table) + " then coalesce(m.unread_since, " + dataAsOf + ", " + table + ".last_seen_at) else " +
		table + ".last_seen_at end"
}

// lastSeenKey sorts by lastSeen; the time of the data is later than any.
func lastSeenKey(table string) sortKey {
	return plainKey("case when "+present(table)+" then coalesce(m.unread_since, 'infinity') else "+table+".last_seen_at end", timeKey)
}

// clientTables are a client c and its MSP m. PostgreSQL leaves out the MSP where a query needs nothing of it.
const clientTables = `
		client c
		left join msp m on m.mssp_id = c.mssp_id and m.id = c.msp_id`

// seatsOver is by how many licences a client c exceeds those it has purchased.
const seatsOver = "(c.seats_used - c.seats_total)"

var clientSorts = map[string]sortKey{
	"name":          nameKey("c.name_key"),
	"msp_name":      absentNameLast("m.name_key"),
	"status":        plainKey("c.status", textKey),
	"type":          plainKey(`lower(c.type collate "C")`, textKey),
	"licence_type":  absentLast(`lower(c.licence_type collate "C")`, textKey),
	"spla":          absentLast("c.spla::int", intKey),
	"seats_used":    absentLast("c.seats_used", intKey),
	"seats_total":   absentLast("c.seats_total", intKey),
	"seats_over":    absentLast(seatsOver, intKey),
	"expires_on":    absentLast("c.expires_on", dateKey),
	"external_id":   plainKey(`lower(c.external_id collate "C")`, textKey),
	"first_seen_at": plainKey("c.first_seen_at", timeKey),
	"last_seen_at":  lastSeenKey("c"),
}

// clientFilters are the filters of portal.ClientFilter, on a client c with its MSP m, or on a row c of client_count.
var clientFilters = map[string]listFilter{
	"q":              {rows: searchCustomers("c")},
	"name":           {rows: textFilter(namesOf("c"), "")},
	"external_id":    {rows: textFilter(externalIDs("c"), "")},
	"status":         counted(choiceFilter("c.status", portal.Statuses)),
	"status_reason":  {rows: reasonFilter("c")},
	"type":           counted(productTextFilter("c.type", "c.type = ''")),
	"licence_type":   {rows: productTextFilter("c.licence_type", "nullif(c.licence_type, '') is null")},
	"products":       {rows: productTextsFilter("c.products")},
	"spla":           {rows: yesNoFilter("c.spla")},
	"seats_used":     {rows: numberFilter("c.seats_used")},
	"seats_total":    {rows: numberFilter("c.seats_total")},
	"msp_id":         {rows: mspFilter("c.msp_id", directClients), counts: mspFilter("c.msp_id", countedDirectClients)},
	"msp_name":       {rows: textFilter(namesOfMSPs, "c.msp_id is null")},
	"seats_exceeded": {rows: yesNoFilter("(c.seats_used > c.seats_total)")},
	"expires_on":     {rows: dayFilter("c.expires_on", "c.status = 'active' and ")},
	"expires_within": {rows: func(name, value string, args pgx.NamedArgs) (string, error) {
		return dayFilter("c.expires_on", "c.status = 'active' and ")(name, value+"d", args)
	}},
	"first_seen_at": {rows: timeFilter("c.first_seen_at")},
	"last_seen_at":  {rows: timeFilter("(" + lastSeen("c") + ")")},
}

// directClients is the condition that a client is directly under the MSSP, or under one of these MSPs.
func directClients(args pgx.NamedArgs, name string, msps []string) string {
	if len(msps) == 0 {
		return "c.msp_id is null"
	}
	return "c.msp_id is null or " + equalsAny(args, name, "c.msp_id", "uuid", msps)
}

// countedDirectClients is directClients for kept counts.
func countedDirectClients(args pgx.NamedArgs, name string, msps []string) string {
	return equalsAny(args, name, "c.msp_id", "uuid", append(msps, wholeMSSP))
}

// expired is the condition that the licence of an active client c has ended: its last day was before today.
const expired = "c.status = 'active' and c.expires_on < " + today

// expiresWithin is the condition that the licence of an active client c ends from today to so many days from now.
func expiresWithin(days string) string {
	return "c.status = 'active' and c.expires_on between " + today + " and " + today + " + " + days + "::int"
}

// today is the current date in the time zone of the viewer's MSSP.
const today = "scope_today()"

// Clients returns one page of the clients in the viewer's scope, and the stamp of the data it was read from. It returns
// Invalid naming the parameter if sort, cursor or a filter is malformed.
func (db *DB) Clients(ctx context.Context, viewer portal.Viewer, q portal.ClientQuery) (portal.ClientPage, Stamp, error) {
	args := scopeArgs(viewer.Scope)
	filter, err := filterBy(clientFiltersIn(viewer.Scope), q.ClientFilter, args)
	if err != nil {
		return portal.ClientPage{}, Stamp{}, err
	}
	rows, err := newClientRows(q)
	if err != nil {
		return portal.ClientPage{}, Stamp{}, err
	}
	page := portal.ClientPage{Groups: []portal.ClientGroup{}}
	var stamp Stamp
	err = db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		queueStamp(batch, viewer.Scope, &stamp)
		queueClientTotal(batch, viewer.Scope, filter, args, &page.Total)
		scanRow(batch.Queue(hasExpiry(viewer.Scope), scopeArgs(viewer.Scope)), "client", &page.HasExpiry)
		rows.queue(batch, clientScope(viewer.Scope)+filter.rows, args, q.Limit)
	})
	page.Items, page.NextCursor = rows.page(q.Limit)
	page.DataAsOf = stamp.DataAsOf
	if err == nil && q.Group == groupByMSP {
		page.Groups = groupsOf(page.Items)
		err = db.addSubtotals(ctx, viewer, filter, args, page.Groups)
	}
	if err != nil {
		return portal.ClientPage{}, Stamp{}, fmt.Errorf("list clients: %w", err)
	}
	return page, stamp, nil
}

// clientRows reads the rows of one page.
type clientRows interface {
	queue(batch *pgx.Batch, where string, args pgx.NamedArgs, limit int)
	page(limit int) ([]portal.Client, *string)
}

func newClientRows(q portal.ClientQuery) (clientRows, error) {
	if q.Group == groupByMSP {
		return newGroupedRows(q)
	}
	keys, err := newKeyset(clientSorts, q.Sort, "name", "c.id", q.Cursor)
	return &plainRows{keys: keys}, err
}

// plainRows are the rows of a page without groups.
type plainRows struct {
	keys keyset
	rows []clientRow
}

func (p *plainRows) queue(batch *pgx.Batch, where string, args pgx.NamedArgs, limit int) {
	collect(queueClients(batch, p.keys, where, args, limit), &p.rows)
}

func (p *plainRows) page(limit int) ([]portal.Client, *string) {
	return cutPage(p.keys, p.rows, limit, func(r clientRow) (portal.Client, []string) { return r.Client, r.Position })
}

type clientRow struct {
	portal.Client
	Position []string
}

// queueClients selects the page by the list's index first, and joins the MSPs' names to its rows only.
func queueClients(batch *pgx.Batch, keys keyset, filter string, args pgx.NamedArgs, limit int) *pgx.QueuedQuery {
	args = withArgs(args, pgx.NamedArgs{"rows": limit + 1})
	behind := keys.where(args)
	return batch.Queue(`
		select `+clientColumns+`, `+keys.columns()+` as position
		from `+clientTables+`
		where `+filter+`
		and `+behind+`
		order by `+keys.orderBy()+`
		limit @rows`, args)
}

// queueClientTotal counts from the kept counts if they have the filter's columns, else it counts the matching rows.
func queueClientTotal(batch *pgx.Batch, scope portal.Scope, filter filtered, args pgx.NamedArgs, total *int64) {
	query := `
		select count(*)
		from ` + clientTables + `
		where ` + clientScope(scope) + filter.rows
	if filter.countable && scope.Level != portal.LevelClient {
		query = `
			select coalesce(sum(c.n), 0)::bigint
			from client_count c
			where ` + clientScope(scope) + filter.counts
	}
	scanRow(batch.Queue(query, withArgs(args, nil)), "client", total)
}

// hasExpiry selects whether any customer of the scope has an expiry date.
func hasExpiry(scope portal.Scope) string {
	if scope.Level == portal.LevelClient {
		return "select exists (select from client c where " + clientScope(scope) + " and c.expires_on is not null)"
	}
	return `
		select exists (select from client_count c where ` + clientScope(scope) + ` and c.with_expiry > 0 and c.status <> 'removed')
		or exists (select from msp m where ` + mspScope(scope) + ` and m.expires_on is not null and m.status <> 'removed')`
}

// withArgs copies args and adds more: each statement of a batch has its own.
func withArgs(args, more pgx.NamedArgs) pgx.NamedArgs {
	all := make(pgx.NamedArgs, len(args)+len(more))
	maps.Copy(all, args)
	maps.Copy(all, more)
	return all
}

// Client returns one client with its history, newest first; NotFound if there is none in the viewer's scope.
func (db *DB) Client(ctx context.Context, viewer portal.Viewer, id string) (portal.ClientDetail, error) {
	if !validID(id) {
		return portal.ClientDetail{}, errNotFound("client")
	}
	args := scopeArgs(viewer.Scope)
	args["id"] = id
	var row struct {
		portal.Client
		productRow
		Raw         []byte
		SharedPaths []string
		FilledPaths filledPaths
	}
	var detail portal.ClientDetail
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		collectRow(batch.Queue(`
			select `+clientColumns+`, c.raw, p.shared_paths, p.filled_paths, `+productColumns(viewer.Scope)+`
			from client c
			join mssp_product p on p.mssp_id = c.mssp_id and p.id = c.mssp_product_id
			join product d on d.id = p.product_id
			left join msp m on m.mssp_id = c.mssp_id and m.id = c.msp_id
			where `+clientScope(viewer.Scope)+`
			and c.id = @id`, args), "client", &row)
		queueHistory(batch, viewer.Scope, id, &detail.History)
		queueLicences(batch, viewer.Scope, id, &detail.Licences)
	})
	if err != nil {
		return portal.ClientDetail{}, fmt.Errorf("read client: %w", err)
	}
	detail.Client = row.Client
	detail.Product = row.product()
	detail.Fields, err = fieldsFor(viewer.Scope, row.Raw, row.SharedPaths, row.FilledPaths.shownIn(fieldsOfClient(row.Client)))
	return detail, err
}
