package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// clientColumns is a portal.Client. While a client is active, the last complete run has seen it.
const clientColumns = `
	c.id, c.name, c.type, c.msp_id, m.name as msp_name, c.status, null as status_reason, c.products, null as licence_type, null::boolean as spla, c.seats_used, c.seats_total,
	to_char(c.expires_on, 'YYYY-MM-DD') as expires_on, c.first_seen_at,
	case when c.status = 'active' then coalesce(` + dataAsOf + `, c.last_seen_at) else c.last_seen_at end as last_seen_at,
	c.external_id`

var clientSorts = map[string]sortKey{
	"name":          plainKey("c.search_name", textKey),
	"status":        plainKey("c.status", textKey),
	"type":          plainKey("c.type", textKey),
	"seats_used":    absentLast("c.seats_used", intKey),
	"seats_total":   absentLast("c.seats_total", intKey),
	"expires_on":    absentLast("c.expires_on", dateKey),
	"first_seen_at": plainKey("c.first_seen_at", timeKey),
	"last_seen_at":  plainKey("case when c.status = 'active' then 'infinity' else c.last_seen_at end", timeKey),
}

// Clients answers one page of the clients in the viewer's scope and the stamp of what it was read from.
// Invalid names the parameter where sort, cursor or msp_id is not one.
func (db *DB) Clients(ctx context.Context, viewer portal.Viewer, q portal.ClientQuery) (portal.ClientPage, Stamp, error) {
	args := scopeArgs(viewer.Scope)
	filter, err := clientFilter(viewer.Scope, q, args)
	if err != nil {
		return portal.ClientPage{}, Stamp{}, err
	}
	keys, err := newKeyset(clientSorts, q.Sort, "name", "c.id", q.Cursor)
	if err != nil {
		return portal.ClientPage{}, Stamp{}, err
	}
	var rows []clientRow
	var page portal.ClientPage
	var stamp Stamp
	err = db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		queueStamp(batch, viewer.Scope, &stamp)
		queueClientTotal(batch, viewer.Scope, q, filter, args, &page.Total)
		collect(queueClients(batch, keys, filter, args, q.Limit), &rows)
	})
	if err != nil {
		return portal.ClientPage{}, Stamp{}, fmt.Errorf("list clients: %w", err)
	}
	page.Items, page.NextCursor = cutPage(keys, rows, q.Limit, func(r clientRow) (portal.Client, []string) {
		return r.Client, r.Position
	})
	page.DataAsOf = stamp.DataAsOf
	return page, stamp, nil
}

type clientRow struct {
	portal.Client
	Position []string
}

// queueClients finds the page by the list's own index first, and looks up the MSPs' names for its rows alone.
func queueClients(batch *pgx.Batch, keys keyset, filter string, args pgx.NamedArgs, limit int) *pgx.QueuedQuery {
	args = withArgs(args, pgx.NamedArgs{"rows": limit + 1})
	behind := keys.where(args)
	return batch.Queue(`
		select `+clientColumns+`, `+keys.columns()+` as position
		from client c
		left join msp m on m.mssp_id = c.mssp_id and m.id = c.msp_id
		where `+filter+`
		and `+behind+`
		order by `+keys.orderBy()+`
		limit @rows`, args)
}

// clientFilter is the scope and the query's filters as SQL, their values added to args.
func clientFilter(scope portal.Scope, q portal.ClientQuery, args pgx.NamedArgs) (string, error) {
	where := clientScope(scope)
	if q.Q != "" {
		args["pattern"] = pattern(q.Q)
		where += "\nand c.search_name like lower(@pattern)"
	}
	if q.Status != "" {
		args["status"] = q.Status
		where += "\nand c.status = @status"
	}
	if q.Type != "" {
		args["type"] = q.Type
		where += "\nand c.type = @type"
	}
	if q.ExpiresWithin > 0 {
		args["days"] = q.ExpiresWithin
		where += "\nand c.status = 'active' and c.expires_on <= " + today + " + @days::int"
	}
	return mspFilter(where, q.MSPID, args)
}

// today is the day everywhere in the portal: UTC's, whatever the database's time zone.
const today = "(now() at time zone 'utc')::date"

func mspFilter(where, mspID string, args pgx.NamedArgs) (string, error) {
	switch {
	case mspID == "":
		return where, nil
	case mspID == "none":
		return where + "\nand c.msp_id is null", nil
	case !validID(mspID):
		return "", portal.InvalidField("msp_id", "msp_id is the id of an MSP, or none.")
	}
	args["of"] = mspID
	return where + "\nand c.msp_id = @of", nil
}

// queueClientTotal counts from the kept counts where they can answer, else the matching rows themselves.
func queueClientTotal(batch *pgx.Batch, scope portal.Scope, q portal.ClientQuery, filter string, args pgx.NamedArgs, total *int64) {
	query := `
		select count(*)
		from client c
		where ` + filter
	if q.Q == "" && q.ExpiresWithin == 0 && scope.Level != portal.LevelClient {
		query = `
			select coalesce(sum(c.n), 0)::bigint
			from (select n.*, nullif(n.msp_id, '` + wholeMSSP + `') as of from client_count n) c
			where ` + countFilter(scope, q)
	}
	batch.Queue(query, withArgs(args, nil)).QueryRow(func(row pgx.Row) error { return row.Scan(total) })
}

// countFilter is clientFilter over the kept counts.
func countFilter(scope portal.Scope, q portal.ClientQuery) string {
	where := clientScope(scope)
	if q.Status != "" {
		where += "\nand c.status = @status"
	}
	if q.Type != "" {
		where += "\nand c.type = @type"
	}
	if q.MSPID == "none" {
		where += "\nand c.of is null"
	} else if q.MSPID != "" {
		where += "\nand c.msp_id = @of"
	}
	return where
}

// withArgs copies args and adds more: each statement of a batch has its own.
func withArgs(args, more pgx.NamedArgs) pgx.NamedArgs {
	all := make(pgx.NamedArgs, len(args)+len(more))
	for name, value := range args {
		all[name] = value
	}
	for name, value := range more {
		all[name] = value
	}
	return all
}

// Client answers one client with its history, newest first; NotFound if there is none in the viewer's scope.
func (db *DB) Client(ctx context.Context, viewer portal.Viewer, id string) (portal.ClientDetail, error) {
	if !validID(id) {
		return portal.ClientDetail{}, errNone("client")
	}
	args := scopeArgs(viewer.Scope)
	args["id"] = id
	var row struct {
		portal.Client
		Raw []byte
	}
	var detail portal.ClientDetail
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		collectOne(batch.Queue(`
			select `+clientColumns+`, c.raw
			from client c
			left join msp m on m.mssp_id = c.mssp_id and m.id = c.msp_id
			where `+clientScope(viewer.Scope)+`
			and c.id = @id`, args), "client", &row)
		queueHistory(batch, viewer.Scope, id, &detail.History)
	})
	if err != nil {
		return portal.ClientDetail{}, fmt.Errorf("read client: %w", err)
	}
	detail.Client = row.Client
	detail.Fields, err = rawFields(row.Raw)
	return detail, err
}
