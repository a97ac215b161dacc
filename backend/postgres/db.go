package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"fs-client-portal/backend/portal"
)

// DB is a pool of connections to the portal's database.
type DB struct {
	pool     *pgxpool.Pool
	pooled   bool // each transaction sets what its results depend on: see settings.go
	takeover time.Duration
	// acquireWait is how long a request waits for a connection.
	acquireWait time.Duration
	// readTime is the time limit of each statement of a viewer's read.
	readTime time.Duration
	zones    *zones
}

// readTime is how long a statement of a viewer's read may take, far longer than the lists of a large MSSP need.
const readTime = 15 * time.Second

// Open connects to the PostgreSQL database at url. It returns an error if the database does not respond within ten
// seconds, or has an encoding that the portal cannot use.
func Open(ctx context.Context, url string) (*DB, error) {
	connection, err := configure(ctx, url)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, connection.Config)
	if err != nil {
		return nil, fmt.Errorf("open database pool: %w", err)
	}
	return &DB{
		pool: pool, pooled: connection.pooled, takeover: defaultTakeover, acquireWait: acquireWait, readTime: readTime, zones: &zones{},
	}, nil
}

// withoutSecrets keeps the server's own message and drops pgx's, which repeats parts of the URL.
func withoutSecrets(err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return errors.New(refused.Message)
	}
	var network interface {
		error
		Timeout() bool
	}
	if errors.As(err, &network) {
		return network
	}
	return errors.New("no response")
}

// Close waits for running queries and closes every connection.
func (db *DB) Close() { db.pool.Close() }

// Pool returns the pool, for the job engine, which has its own tables in its own schema.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// NewID returns a UUIDv7: unique, and ordered by time.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// The database roles of the server's own work, each with few privileges (migrations/00002_scope.sql).
const (
	roleAuth     = "portal_auth"
	roleSync     = "portal_sync"
	roleJobs     = "portal_jobs"
	roleOperator = "portal_operator"
)

var viewerRoles = map[portal.Level]string{
	portal.LevelMSSP:   "portal_mssp",
	portal.LevelMSP:    "portal_msp",
	portal.LevelClient: "portal_client",
}

const setScope = `
	select set_config('role', $1, true),
	       set_config('portal.mssp', $2, true),
	       set_config('portal.msp', $3, true),
	       set_config('portal.client', $4, true)`

// setViewerScope sets the scope, and the time zone of the viewer's MSSP, which scope_today needs. It reads the zone as
// the role of sign-in, which is set until then. $6 is the time limit of each statement in milliseconds; ” keeps the
// connection's.
const setViewerScope = `
	select set_config('portal.time_zone', coalesce((
	           select m.time_zone
	           from mssp m
	           where m.id = nullif($2, '')::uuid), ''), true),
	       set_config('role', $1, true),
	       set_config('portal.mssp', $2, true),
	       set_config('portal.msp', $3, true),
	       set_config('portal.client', $4, true),
	       set_config('portal.grant', $5, true),
	       set_config('statement_timeout', coalesce(nullif($6, ''), current_setting('statement_timeout')), true)`

// Scoped runs statements as one viewer.
type Scoped struct {
	db     *DB
	viewer portal.Viewer
}

// As returns the access of a viewer, the only one to tenants' rows: PostgreSQL returns rows of the viewer's scope and
// no others, whatever the statement. In the same round trip it checks that the viewer's session, user and grant are
// still valid, and returns SessionRevoked, Deactivated or GrantChanged if not.
func (db *DB) As(viewer portal.Viewer) Scoped { return Scoped{db: db, viewer: viewer} }

// Check checks the viewer's session, user and grant without reading rows.
func (s Scoped) Check(ctx context.Context) error { return s.Read(ctx, func(*pgx.Batch) {}) }

// Read sends the statements that queue adds to the batch in one round trip and one read-only transaction. The batch's
// callbacks run only after the viewer has been checked. A statement that takes longer than readTime ends with Invalid.
func (s Scoped) Read(ctx context.Context, queue func(*pgx.Batch)) error {
	enter := func(batch *pgx.Batch) { s.enterFor(batch, s.db.readTime) }
	return tooSlow(s.db.read(ctx, enter, queue), s.db.readTime)
}

// Write runs work in one transaction as the viewer; again from the start after a serialization failure or a deadlock.
func (s Scoped) Write(ctx context.Context, work func(pgx.Tx) error) error {
	return s.db.transaction(ctx, s.enter, work)
}

// enter queues the check of the viewer, then sets the viewer's role and scope.
func (s Scoped) enter(batch *pgx.Batch) { s.enterFor(batch, 0) }

// enterFor is enter with a time limit for each statement that follows; 0 keeps the connection's.
func (s Scoped) enterFor(batch *pgx.Batch, limit time.Duration) {
	batch.Queue(setScope, roleAuth, "", "", "")
	queueViewerCheck(batch, s.viewer)
	queueScope(batch, s.viewer, limit)
}

// queueScope sets the viewer's role and scope, and the time limit of each statement; 0 keeps the connection's. It must
// follow statements of the role of sign-in.
func queueScope(batch *pgx.Batch, v portal.Viewer, limit time.Duration) {
	milliseconds := ""
	if limit > 0 {
		milliseconds = strconv.FormatInt(limit.Milliseconds(), 10)
	}
	batch.Queue(setViewerScope,
		viewerRoles[v.Scope.Level], v.Scope.MSSPID, v.Scope.MSPID, v.Scope.ClientID, v.GrantID, milliseconds)
}

// tooSlow returns Invalid for a statement that the time limit has ended, and any other error as it is.
func tooSlow(err error, limit time.Duration) error {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) || refused.Code != queryCanceled {
		return err
	}
	return portal.Errorf(portal.Invalid, "This took longer than %s. Use fewer filters, or narrower ones.", limit)
}

// queueViewerCheck checks the viewer against the current session, user and grant. A user without an active grant is
// deactivated, and gets this error even if their session has ended as well. A grant that is not active, that an admin
// has signed the user out of, or whose role or node differs from the access token's, has changed.
func queueViewerCheck(batch *pgx.Batch, v portal.Viewer) {
	queueViewerCheckFunc(batch, v, func(err error) error { return err })
}

// queueViewerCheckFunc is queueViewerCheck with a function that gets the result of the check, nil or why the viewer may
// do nothing, and returns the error of the batch.
func queueViewerCheckFunc(batch *pgx.Batch, v portal.Viewer, report func(error) error) {
	batch.Queue(`
		select coalesce(s.revoked_at is null and s.expires_at > now() and s.idle_expires_at > now(), false),
		       coalesce(s.revoked_reason, ''),
		       u.active and coalesce((select bool_or(g.active) from user_role g where g.user_id = u.id), true),
		       coalesce(r.active
		                and coalesce(r.signed_out_at < s.created_at, true)
		                and r.role = $4
		                and r.mssp_id::text = $5
		                and coalesce(r.msp_id::text, '') = $6
		                and coalesce(r.client_id::text, '') = $7, false)
		from app_user u
		left join session s on s.id = $2::uuid and s.user_id = u.id
		left join user_role r on r.id = $3::uuid and r.user_id = u.id
		where u.id = $1::uuid`,
		v.UserID, v.SessionID, v.GrantID, string(v.Role), v.Scope.MSSPID, v.Scope.MSPID, v.Scope.ClientID,
	).QueryRow(func(row pgx.Row) error {
		var session, active, grant bool
		var ended portal.EndedReason
		err := row.Scan(&session, &ended, &active, &grant)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return report(portal.SessionEnded(ended))
		case err != nil:
			return err
		case !active:
			return report(errDeactivated())
		case !session:
			return report(portal.SessionEnded(ended))
		case !grant:
			return report(errGrantChanged())
		}
		return report(nil)
	})
}

// grantUsable is the condition that the session s may act under the grant g: the grant is active, and no administrator
// has signed the user out of it since the session began.
const grantUsable = "g.active and coalesce(g.signed_out_at < s.created_at, true)"

func errDeactivated() error {
	return portal.Errorf(portal.Deactivated, "This account has been deactivated. Ask your administrator.")
}

func errGrantChanged() error {
	return portal.Errorf(portal.GrantChanged, "Your role has changed since you signed in.")
}

// system runs work in one transaction as one of the server's own roles. msspID may be empty if the role's policies do
// not need it.
func (db *DB) system(ctx context.Context, role, msspID string, work func(pgx.Tx) error) error {
	return db.transaction(ctx, func(batch *pgx.Batch) { batch.Queue(setScope, role, msspID, "", "") }, work)
}

// systemRead sends the statements that queue adds to the batch in one round trip as one of the server's own roles.
func (db *DB) systemRead(ctx context.Context, role, msspID string, queue func(*pgx.Batch)) error {
	return db.read(ctx, func(batch *pgx.Batch) { batch.Queue(setScope, role, msspID, "", "") }, queue)
}

// read sends the statements that both functions queue in one round trip.
func (db *DB) read(ctx context.Context, enter, queue func(*pgx.Batch)) error {
	batch := &pgx.Batch{}
	db.queueSettings(batch)
	enter(batch)
	queue(batch)
	return db.acquire(ctx, func(conn *pgxpool.Conn) error { return conn.SendBatch(ctx, batch).Close() })
}

func (db *DB) queueSettings(batch *pgx.Batch) {
	if db.pooled {
		batch.Queue(localSettings)
	}
}

const attempts = 3

// transaction runs work in a transaction, and again after a serialization failure (40001) or a deadlock (40P01).
func (db *DB) transaction(ctx context.Context, enter func(*pgx.Batch), work func(pgx.Tx) error) error {
	var err error
	for range attempts {
		err = db.acquire(ctx, func(conn *pgxpool.Conn) error {
			return pgx.BeginFunc(ctx, writer{conn}, func(tx pgx.Tx) error {
				batch := &pgx.Batch{}
				db.queueSettings(batch)
				enter(batch)
				if err := tx.SendBatch(ctx, batch).Close(); err != nil {
					return err
				}
				return work(tx)
			})
		})
		if !retryable(err) {
			return err
		}
	}
	return err
}

func retryable(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && (refused.Code == "40001" || refused.Code == "40P01")
}

// constraint returns the name of the constraint that err violated, "" for any other error.
func constraint(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.ConstraintName
	}
	return ""
}
