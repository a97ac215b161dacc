package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"fs-client-portal/backend/portal"
)

// An export reads a whole list in one transaction with one snapshot: its rows, their number and the data's age belong
// together, whatever a sync writes meanwhile. Rows are read from the connection one by one, so that a slow receiver
// slows the query down instead of filling memory.

// exportTime is how long an export may hold a connection and its snapshot.
const exportTime = 15 * time.Minute

// ExportSink receives an export: its head, then each row. An error of either ends the export, and is returned.
type ExportSink struct {
	Head func(portal.ExportHead) error
	Row  func(portal.ExportRow) error
}

// ExportClients passes all clients in the viewer's scope that match the query to the sink. Errors as of Clients.
func (db *DB) ExportClients(ctx context.Context, viewer portal.Viewer, q portal.ClientExport, to ExportSink) error {
	args := scopeArgs(viewer.Scope)
	filter, err := filterBy(clientFiltersIn(viewer.Scope), q.ClientFilter, args)
	if err != nil {
		return err
	}
	where, err := selected("c.id", clientScope(viewer.Scope)+filter.rows, q.Selection(), args)
	if err != nil {
		return err
	}
	keys, err := newKeyset(clientSorts, q.Sort, "name", "c.id", "")
	if err != nil {
		return err
	}
	count := "select count(*) from " + clientTables + " where " + where
	return db.export(ctx, viewer, count, args, to, func(ctx context.Context, tx pgx.Tx) error {
		return eachClient(ctx, tx, where, keys.orderBy(), args, to)
	})
}

func eachClient(ctx context.Context, tx pgx.Tx, where, order string, args pgx.NamedArgs, to ExportSink) error {
	return eachRow(ctx, tx, `
		select `+clientColumns+`
		from `+clientTables+`
		where `+where+`
		order by `+order, args, func(c portal.Client) error { return to.Row(portal.ExportRow{Client: &c}) })
}

// ExportMSPs passes all MSPs in the viewer's scope that match the query to the sink, each followed by all its clients
// if the query asks for them, and then by those directly under the MSSP. Errors as of MSPs.
func (db *DB) ExportMSPs(ctx context.Context, viewer portal.Viewer, q portal.MSPExport, to ExportSink) error {
	if viewer.Scope.Level == portal.LevelClient {
		return errNoMSPs()
	}
	args := scopeArgs(viewer.Scope)
	filter, err := filterBy(mspFilters, q.MSPFilter, args)
	if err != nil {
		return err
	}
	where, err := selected("m.id", mspScope(viewer.Scope)+filter.rows, q.Selection(), args)
	if err != nil {
		return err
	}
	keys, err := newKeyset(mspSorts, q.Sort, "name", "m.id", "")
	if err != nil {
		return err
	}
	if q.WithTheirClients() {
		direct := q.WithDirect(viewer.Scope)
		count := countWithClients(mspTablesFor(filter), where, direct)
		return db.export(ctx, viewer, count, args, to, func(ctx context.Context, tx pgx.Tx) error {
			if err := eachWithClients(ctx, tx, viewer.Scope, keys, where, args, to); err != nil || !direct {
				return err
			}
			return eachDirect(ctx, tx, viewer.Scope, to)
		})
	}
	count := "select count(*) from " + mspTablesFor(filter) + " where " + where
	return db.export(ctx, viewer, count, args, to, func(ctx context.Context, tx pgx.Tx) error {
		return eachRow(ctx, tx, `
			select `+mspColumns+`
			from `+mspTables+`
			where `+where+`
			order by `+keys.orderBy(), args, func(m portal.MSP) error { return to.Row(portal.ExportRow{MSP: &m}) })
	})
}

// countWithClients counts MSPs and their clients, and with direct the rows of eachDirect.
func countWithClients(tables, where string, direct bool) string {
	ofMSSP := ""
	if direct {
		ofMSSP = ` + (
			select count(*) + (count(*) > 0)::int
			from client c
			where c.mssp_id = @mssp
			and c.msp_id is null)`
	}
	return `
		with selected as (
			select m.mssp_id, m.id
			from ` + tables + `
			where ` + where + `)
		select (select count(*) from selected) + (
			select count(*)
			from client c
			join selected s on s.mssp_id = c.mssp_id and s.id = c.msp_id)` + ofMSSP
}

// eachDirect passes the clients directly under the MSSP on, after a row that says so; nothing if there are none.
func eachDirect(ctx context.Context, tx pgx.Tx, scope portal.Scope, to ExportSink) error {
	args := scopeArgs(scope)
	where := clientScope(scope) + "\nand c.msp_id is null"
	var direct portal.DirectClients
	err := tx.QueryRow(ctx, `
		select s.name, (select count(*) from client c where `+where+`)
		from mssp s
		where s.id = @mssp`, args).Scan(&direct.MSSPName, &direct.Clients)
	if err != nil || direct.Clients == 0 {
		return err
	}
	if err := to.Row(portal.ExportRow{Direct: &direct}); err != nil {
		return err
	}
	return eachClient(ctx, tx, where, "c.name_key, c.id", args, to)
}

// mspsAtOnce is how many MSPs are in memory while their clients are read.
const mspsAtOnce = 200

// eachWithClients reads MSPs page by page, and the clients of each page with one statement.
func eachWithClients(
	ctx context.Context, tx pgx.Tx, scope portal.Scope, keys keyset, where string, args pgx.NamedArgs, to ExportSink,
) error {
	for {
		var rows []mspRow
		batch := &pgx.Batch{}
		collect(queueMSPs(batch, keys, where, args, mspsAtOnce), &rows)
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
		page, next := cutPage(keys, rows, mspsAtOnce, func(r mspRow) (portal.MSP, []string) { return r.MSP, r.Position })
		if err := clientsOf(ctx, tx, scope, page, to); err != nil || next == nil {
			return err
		}
		if err := keys.readCursor(*next); err != nil {
			return err
		}
	}
}

// clientsOf passes each MSP on, followed by its clients by name.
func clientsOf(ctx context.Context, tx pgx.Tx, scope portal.Scope, msps []portal.MSP, to ExportSink) error {
	ids := make([]string, len(msps))
	for i, m := range msps {
		ids[i] = m.ID
	}
	next := 0
	// until passes on the MSPs up to the one with this id; all with "".
	until := func(id string) error {
		for ; next < len(msps) && (next == 0 || msps[next-1].ID != id); next++ {
			if err := to.Row(portal.ExportRow{MSP: &msps[next]}); err != nil {
				return err
			}
		}
		return nil
	}
	each := ExportSink{Row: func(row portal.ExportRow) error {
		if err := until(*row.Client.MSPID); err != nil {
			return err
		}
		return to.Row(row)
	}}
	args := withArgs(scopeArgs(scope), pgx.NamedArgs{"msps": ids})
	where := clientScope(scope) + "\nand c.msp_id = any(@msps::uuid[])"
	if err := eachClient(ctx, tx, where, "array_position(@msps::uuid[], c.msp_id), c.name_key, c.id", args, each); err != nil {
		return err
	}
	return until("")
}

// selected adds the rows of a selection to a condition; without one, the condition selects all.
func selected(column, where string, of portal.Selection, args pgx.NamedArgs) (string, error) {
	if of.IDs == "" {
		return where, nil
	}
	if n := strings.Count(of.IDs, ",") + 1; n > portal.MaxExportIDs {
		return "", portal.InvalidField("ids", "A selection has at most %d rows, and these are %d. Select all, or use a filter.",
			portal.MaxExportIDs, n)
	}
	ids := strings.Split(of.IDs, ",")
	for _, id := range ids {
		if !validID(id) {
			return "", portal.InvalidField("ids", "ids are the ids of rows, separated by commas.")
		}
	}
	args["ids"] = ids
	if of.Except {
		// Not <> all, which compares each row with each id up to PostgreSQL 14.
		return where + "\nand not exists (select from unnest(@ids::uuid[]) e (id) where e.id = " + column + ")", nil
	}
	return where + "\nand " + column + " = any(@ids::uuid[])", nil
}

// export passes the head of an export to the sink, then runs rows, as the viewer in one transaction.
func (db *DB) export(
	ctx context.Context, viewer portal.Viewer, count string, args pgx.NamedArgs, to ExportSink,
	rows func(context.Context, pgx.Tx) error,
) error {
	ctx, cancel := context.WithTimeout(ctx, exportTime)
	defer cancel()
	return db.acquire(ctx, func(conn *pgxpool.Conn) error {
		snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
		return pgx.BeginTxFunc(ctx, conn, snapshot, func(tx pgx.Tx) error {
			head, err := db.exportHead(ctx, tx, viewer, count, args)
			if err != nil {
				return err
			}
			if err := to.Head(head); err != nil {
				return err
			}
			return rows(ctx, tx)
		})
	})
}

func (db *DB) exportHead(
	ctx context.Context, tx pgx.Tx, viewer portal.Viewer, count string, args pgx.NamedArgs,
) (head portal.ExportHead, err error) {
	var stamp Stamp
	batch := &pgx.Batch{}
	db.queueSettings(batch)
	db.As(viewer).enterFor(batch, exportTime)
	queueStamp(batch, viewer.Scope, &stamp)
	scanRow(batch.Queue(count, withArgs(args, nil)), "row", &head.Total)
	err = tx.SendBatch(ctx, batch).Close()
	head.DataAsOf = stamp.DataAsOf
	return head, err
}

// eachRow calls each with every row of a query while it is read.
func eachRow[T any](ctx context.Context, tx pgx.Tx, query string, args pgx.NamedArgs, each func(T) error) error {
	ctx, cancel := context.WithCancel(ctx)
	rows, err := tx.Query(ctx, query, withArgs(args, nil))
	if err != nil {
		cancel()
		return err
	}
	defer rows.Close()
	defer cancel() // closes the connection unless all rows were read; Close would read the others first
	for rows.Next() {
		row, err := pgx.RowToStructByName[T](rows)
		if err != nil {
			return err
		}
		if err := each(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// ExportOutcome is how an export ended.
type ExportOutcome string

const (
	ExportComplete  ExportOutcome = "complete"
	ExportFailed    ExportOutcome = "failed"
	ExportCancelled ExportOutcome = "cancelled" // by its user, or because the user has lost access
)

// ExportAudit is what the audit log says of an export.
type ExportAudit struct {
	// ID is the same in the rows of the beginning and of the end.
	ID      string
	List    string
	Format  portal.ExportFormat
	Columns []string
	// Filter has the parameters that are set, and no text that a user typed: it may be a customer's name.
	Filter      map[string]string
	WithClients bool
	Selected    int // the number of selected rows
	LeftOut     int // the number of rows that a selection of all others leaves out
	Rows        int64
	Outcome     ExportOutcome // "" at the beginning
}

// AuditExport writes a row of the audit log: at the beginning of an export, without which nothing may be sent, and at
// its end. It writes as the role of sign-in, because a client's users may not write the log.
func (db *DB) AuditExport(ctx context.Context, viewer portal.Viewer, e ExportAudit) error {
	detail := map[string]any{"list": e.List, "format": e.Format, "columns": e.Columns, "filter": e.Filter, "rows": e.Rows}
	if e.WithClients {
		detail["with_clients"] = true
	}
	if e.Selected > 0 {
		detail["selected"] = e.Selected
	}
	if e.LeftOut > 0 {
		detail["left_out"] = e.LeftOut
	}
	action := "export_started"
	if e.Outcome != "" {
		action, detail["outcome"] = "export_ended", e.Outcome
	}
	return db.authBatch(ctx, func(batch *pgx.Batch) {
		queueAudit(ctx, batch, AuditEntry{
			MSSPID: viewer.Scope.MSSPID, ActorID: viewer.UserID, Action: action, Target: e.ID, Detail: detail,
		})
	})
}
