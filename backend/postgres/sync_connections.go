package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// AddConnection adds a connection of an MSSP to a product. Errors: NotFound if there is no such MSSP, Invalid for an
// unknown product, Conflict if the MSSP already has this customer of the product, as a connection, an MSP or a client.
func (db *DB) AddConnection(ctx context.Context, c portal.Connection) error {
	err := db.system(ctx, roleOperator, c.MSSPID, func(tx pgx.Tx) error {
		if err := refuseKnownCustomer(ctx, tx, c); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			insert into mssp_product (mssp_id, id, product_id, customer_id, base_url, api_key_sealed, api_key_last4)
			values ($1, $2, $3, $4, $5, $6, $7)`,
			c.MSSPID, c.ID, c.ProductID, c.CustomerID, c.BaseURL, c.APIKeySealed, c.APIKeyLast4)
		if err != nil {
			return err
		}
		return writeAudit(ctx, tx, AuditEntry{
			MSSPID: c.MSSPID, Actor: "operator", Action: "connection_created", Target: c.ID, Detail: auditedConnection(c),
		})
	})
	return connectionError(err, c)
}

// refuseKnownCustomer returns a Conflict that names the MSP or client whose external id is the connection's customer
// id, also if another connection to the same product has read it. A merge that finds such a customer all the same needs
// review; see reviewReason.
func refuseKnownCustomer(ctx context.Context, tx pgx.Tx, c portal.Connection) error {
	var kind, name string
	err := tx.QueryRow(ctx, `
		select o.kind, o.name
		from (
			select 'MSP' as kind, mssp_id, mssp_product_id, external_id, name, status from msp
			union all
			select 'client', mssp_id, mssp_product_id, external_id, name, status from client) o
		join mssp_product p on p.mssp_id = o.mssp_id and p.id = o.mssp_product_id
		where o.mssp_id = $1
		and o.external_id = any(`+idForms("$2::text")+`)
		and o.status <> 'removed'
		and p.product_id = $3
		order by o.kind
		limit 1`, c.MSSPID, c.CustomerID, c.ProductID).Scan(&kind, &name)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return &portal.Error{Code: portal.Conflict, Field: "customer_id", Detail: fmt.Sprintf(
		"%s is the %s %s of this portal, not your own account. Enter the customer id of the account that your MSPs and clients are under.",
		shown(c.CustomerID), kind, shown(name))}
}

func auditedConnection(c portal.Connection) map[string]any {
	return map[string]any{"product": c.ProductID, "customer_id": c.CustomerID, "base_url": c.BaseURL}
}

func connectionError(err error, c portal.Connection) error {
	switch constraint(err) {
	case "mssp_product_mssp_fkey":
		return errNotFound("MSSP")
	case "mssp_product_product_fkey":
		return portal.InvalidField("product", "There is no product %q.", c.ProductID)
	case "mssp_product_customer_key":
		return &portal.Error{Code: portal.Conflict, Field: "customer_id", Detail: fmt.Sprintf(
			"This MSSP has %s customer %s already.", c.ProductID, c.CustomerID)}
	}
	if err != nil {
		return fmt.Errorf("write connection: %w", err)
	}
	return nil
}

// queueConnections adds the viewer's connections, or the one with an id, without their newest runs.
func queueConnections(batch *pgx.Batch, scope portal.Scope, id string, into *[]portal.ConnectionItem) {
	collect(batch.Queue(`
		select p.id, p.product_id as product, d.name as product_name, p.customer_id, p.base_url, p.api_key_last4, p.paused,
		       p.account, p.harmless, p.created_at, c.read_at as last_complete, f.n as failures_in_a_row
		from mssp_product p
		join product d on d.id = p.product_id
		left join lateral (
			select r.finished_at, `+readAt+` as read_at
			from sync_run r
			where r.mssp_id = p.mssp_id
			and r.mssp_product_id = p.id
			and `+merged+`
			order by r.finished_at desc
			limit 1) c on true
		cross join lateral (
			select count(*) as n
			from sync_run r
			where r.mssp_id = p.mssp_id
			and r.mssp_product_id = p.id
			and r.status = 'failed'
			and r.finished_at > coalesce(c.finished_at, '-infinity')) f
		where p.mssp_id = @mssp
		and (@id = '' or p.id = nullif(@id, '')::uuid)
		order by p.created_at, p.id`,
		pgx.NamedArgs{"mssp": scope.MSSPID, "id": id}), into)
}

// queueLastRuns adds the newest run of each of the viewer's connections.
func queueLastRuns(batch *pgx.Batch, scope portal.Scope, into *[]portal.SyncRun) {
	collect(batch.Queue(`
		select `+runColumns+`
		from mssp_product p
		cross join lateral (
			select r.*
			from sync_run r
			where r.mssp_id = p.mssp_id
			and r.mssp_product_id = p.id
			order by r.created_at desc
			limit 1) r
		where p.mssp_id = @mssp`,
		pgx.NamedArgs{"mssp": scope.MSSPID}), into)
}

// Connections returns the connections of the viewer's MSSP, the oldest first, each with its next run by a schedule of
// every.
func (db *DB) Connections(ctx context.Context, viewer portal.Viewer, every time.Duration) (portal.Connections, error) {
	var rows []portal.ConnectionItem
	var runs []portal.SyncRun
	var stamp Stamp
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		queueStamp(batch, viewer.Scope, &stamp)
		queueConnections(batch, viewer.Scope, "", &rows)
		queueLastRuns(batch, viewer.Scope, &runs)
	})
	if err != nil {
		return portal.Connections{}, fmt.Errorf("list connections: %w", err)
	}
	all := portal.Connections{Items: make([]portal.ConnectionItem, len(rows)), DataAsOf: stamp.DataAsOf}
	for i, row := range rows {
		all.Items[i] = withRun(row, runs, every)
	}
	return all, nil
}

// newConnectionGrace is how long Overdue leaves a new connection alone.
const newConnectionGrace = time.Minute

// withRun returns the connection with its newest run, and with the time at which the schedule begins the next.
func withRun(item portal.ConnectionItem, runs []portal.SyncRun, every time.Duration) portal.ConnectionItem {
	next := item.CreatedAt.Add(min(newConnectionGrace, every))
	for _, run := range runs {
		if run.ConnectionID == item.ID {
			item.LastRun, next = &run, run.CreatedAt.Add(every)
		}
	}
	busy := item.LastRun != nil && !item.LastRun.Status.Ended()
	if !item.Paused && !busy {
		item.NextRunAt = &next
	}
	return item
}

// ConnectionItem returns one connection; NotFound if there is none in the viewer's scope.
func (db *DB) ConnectionItem(ctx context.Context, viewer portal.Viewer, id string, every time.Duration) (portal.ConnectionItem, error) {
	if !validID(id) {
		return portal.ConnectionItem{}, errNotFound("connection")
	}
	var rows []portal.ConnectionItem
	var runs []portal.SyncRun
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		queueConnections(batch, viewer.Scope, id, &rows)
		queueLastRuns(batch, viewer.Scope, &runs)
	})
	switch {
	case err != nil:
		return portal.ConnectionItem{}, fmt.Errorf("read connection: %w", err)
	case len(rows) == 0:
		return portal.ConnectionItem{}, errNotFound("connection")
	}
	return withRun(rows[0], runs, every), nil
}

// CreateConnection saves a connection for a viewer and queues its first run. Errors as AddConnection.
func (db *DB) CreateConnection(ctx context.Context, viewer portal.Viewer, c portal.Connection, enqueue Enqueue) error {
	err := db.As(viewer).Write(ctx, func(tx pgx.Tx) error {
		if err := mayConnect(ctx, tx, viewer.Scope.MSSPID); err != nil {
			return err
		}
		if err := refuseKnownCustomer(ctx, tx, c); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			insert into mssp_product (mssp_id, id, product_id, customer_id, base_url, public_only, api_key_sealed, api_key_last4, called_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			viewer.Scope.MSSPID, c.ID, c.ProductID, c.CustomerID, c.BaseURL, c.PublicOnly, c.APIKeySealed, c.APIKeyLast4, c.CalledAt)
		if err != nil {
			return err
		}
		err = writeAudit(ctx, tx, AuditEntry{
			MSSPID: viewer.Scope.MSSPID, ActorID: viewer.UserID, Action: "connection_created", Target: c.ID,
			Detail: auditedConnection(c),
		})
		if err != nil {
			return err
		}
		run, err := newRun(ctx, tx, runRequest{msspID: viewer.Scope.MSSPID, connectionID: c.ID, trigger: "manual", by: &viewer.UserID})
		if err != nil {
			return err
		}
		return enqueueAsLogin(ctx, tx, run, enqueue)
	})
	return connectionError(err, c)
}

// mostConnections is how many connections the admins of an MSSP can create: each queues a run every hour. The operator
// can add more.
const mostConnections = 50

// mayConnect returns a Conflict if the MSSP has as many connections as its admins can create. Concurrent calls for one
// MSSP wait for each other.
func mayConnect(ctx context.Context, tx pgx.Tx, msspID string) error {
	if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock(hashtextextended($1, 0))", "connections of "+msspID); err != nil {
		return err
	}
	var n int
	err := tx.QueryRow(ctx, `
		select count(*)
		from mssp_product
		where mssp_id = $1`, msspID).Scan(&n)
	if err == nil && n >= mostConnections {
		return portal.Errorf(portal.Conflict,
			"An MSSP can have %d connections. Change one of them, or ask the operator of the portal's server.", mostConnections)
	}
	return err
}

// ConnectionUpdate is a change of a connection. Nil fields keep their value.
type ConnectionUpdate struct {
	CustomerID, BaseURL *string
	PublicOnly, Paused  *bool
	APIKeySealed        []byte
	APIKeyLast4         string
	// Harmless are the names to be harmless from now on.
	Harmless []string
}

// set returns the columns to write with their arguments, and the detail for the audit log. A viewer may write a sealed
// key but not read one, so only columns that change are written.
func (u ConnectionUpdate) set(was portal.Connection) (columns []string, args pgx.NamedArgs, detail map[string]any) {
	args, detail = pgx.NamedArgs{}, map[string]any{}
	add := func(column string, value any) {
		columns = append(columns, column+" = @"+column)
		args[column] = value
	}
	if u.CustomerID != nil {
		add("customer_id", *u.CustomerID)
		detail["customer_id"] = *u.CustomerID
	}
	if u.BaseURL != nil {
		add("base_url", *u.BaseURL)
		detail["base_url"] = *u.BaseURL
	}
	if u.PublicOnly != nil {
		add("public_only", *u.PublicOnly)
	}
	if u.APIKeySealed != nil {
		add("api_key_sealed", u.APIKeySealed)
		add("api_key_last4", u.APIKeyLast4)
		detail["api_key"] = "replaced"
	}
	if u.Paused != nil {
		add("paused", *u.Paused)
		detail["paused"] = *u.Paused
	}
	if u.Harmless != nil {
		add("harmless", u.Harmless)
		detail["harmless"] = map[string][]string{"before": was.Harmless, "after": u.Harmless}
	}
	return columns, args, detail
}

// UpdateConnection changes a connection for a viewer. Errors: NotFound if there is none in the viewer's scope; Conflict
// if
//   - another connection, an MSP or a client already has that customer,
//   - the base URL has changed since it was read: a key must not be sent to an address that it was not meant for,
//   - the harmless names have changed since: the audit log would record the wrong former names.
func (db *DB) UpdateConnection(ctx context.Context, viewer portal.Viewer, was portal.Connection, u ConnectionUpdate) error {
	columns, args, detail := u.set(was)
	args["mssp"], args["id"], args["was"], args["was_harmless"] = viewer.Scope.MSSPID, was.ID, was.BaseURL, was.Harmless
	err := db.As(viewer).Write(ctx, func(tx pgx.Tx) error {
		if u.CustomerID != nil && *u.CustomerID != was.CustomerID {
			next := was
			next.CustomerID = *u.CustomerID
			if err := refuseKnownCustomer(ctx, tx, next); err != nil {
				return err
			}
		}
		tag, err := tx.Exec(ctx, `
			update mssp_product
			set `+strings.Join(columns, ", ")+`
			where mssp_id = @mssp
			and id = @id
			and base_url = @was
			and harmless = @was_harmless`, args)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return portal.Errorf(portal.Conflict, "This connection was changed by someone else in the meantime. Look at it again first.")
		}
		return writeAudit(ctx, tx, AuditEntry{
			MSSPID: viewer.Scope.MSSPID, ActorID: viewer.UserID, Action: "connection_changed", Target: was.ID, Detail: detail,
		})
	})
	return connectionError(err, was)
}

// Connection returns one connection of an MSSP, its key sealed; NotFound if there is none.
func (db *DB) Connection(ctx context.Context, msspID, id string) (portal.Connection, error) {
	var c portal.Connection
	err := db.systemRead(ctx, roleSync, msspID, func(batch *pgx.Batch) {
		collectRow(batch.Queue(`
			select p.id, p.mssp_id, p.product_id, p.customer_id, p.base_url, p.api_key_sealed, p.api_key_last4, p.public_only,
			       p.harmless, p.field_overrides
			from mssp_product p
			where p.mssp_id = $1
			and p.id = $2`, msspID, id), "connection", &c)
	})
	if err != nil {
		return portal.Connection{}, fmt.Errorf("read connection: %w", err)
	}
	return c, nil
}

// ConnectionRef identifies a connection of any MSSP.
type ConnectionRef struct {
	MSSPID string
	ID     string
}
