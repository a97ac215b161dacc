package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// acquireWait is how long a request waits for a free connection. Jobs wait as long as it takes.
const acquireWait = 10 * time.Second

// Outage is the error of a database that cannot execute any statement at the moment. If the commit of a transaction got
// no reply, its changes may have been written.
type Outage struct {
	// Reason is the cause, for the operator.
	Reason string
	cause  error
}

func (e *Outage) Error() string {
	text := "the database is not available: " + e.Reason
	if e.cause == nil {
		return text
	}
	return text + ": " + withoutSecrets(e.cause).Error()
}

func (e *Outage) Unwrap() error { return e.cause }

// outageClasses are the classes of SQLSTATE whose cause is the database and not the statement
// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
var outageClasses = map[string]string{
	"08": "the connection failed",
	"28": "it refuses the portal's login",
	"3D": "there is no such database",
	"53": "it is out of resources: connections, memory or disk space",
	"57": "it is starting, shutting down or was restarted",
	"58": "its system failed: disk or files",
}

// outageCodes are single codes of other classes.
var outageCodes = map[string]string{
	"25006":          "it takes no changes: a standby, or read-only",
	lockNotAvailable: "it waited for a lock too long",
}

// lockNotAvailable is the code of a statement that waited longer than lock_timeout.
const lockNotAvailable = "55P03"

// queryCanceled is in class 57 and no outage: one statement was cancelled.
const queryCanceled = "57014"

// outage returns err as an *Outage if it is one, else err itself. It compares codes and types, because messages are in
// the server's language.
func outage(err error) error {
	var known *Outage
	if err == nil || errors.As(err, &known) {
		return err
	}
	if reason := outageReason(err); reason != "" {
		return &Outage{reason, err}
	}
	return err
}

func outageReason(err error) string {
	var refused *pgconn.PgError
	var connecting *pgconn.ConnectError
	var network *net.OpError
	switch {
	case errors.As(err, &refused):
		return outageReasonOf(refused.Code)
	case errors.As(err, &connecting) && !errors.Is(err, context.Canceled):
		return "it cannot be reached" // also if the URL's connect_timeout has ended the attempt
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		// The caller's context has ended. A deadline set by this package is handled in acquire.
		return ""
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, pgconn.ErrConnClosed), pgconn.SafeToRetry(err):
		return "the connection broke"
	}
	return ""
}

func outageReasonOf(code string) string {
	if code == queryCanceled || len(code) != 5 {
		return ""
	}
	if reason := outageCodes[code]; reason != "" {
		return reason
	}
	return outageClasses[code[:2]]
}

// acquire calls work with a connection of the pool. A request waits for one no longer than acquireWait.
func (db *DB) acquire(ctx context.Context, work func(*pgxpool.Conn) error) error {
	waiting, cancel := ctx, func() {}
	if requestID(ctx) != "" {
		waiting, cancel = context.WithTimeout(ctx, db.acquireWait)
	}
	conn, err := db.pool.Acquire(waiting)
	expired := ctx.Err() == nil && waiting.Err() != nil
	cancel()
	if err != nil && expired {
		return &Outage{fmt.Sprintf("no connection was free within %s", db.acquireWait), err}
	}
	if err != nil {
		return outage(err)
	}
	defer conn.Release()
	return outage(work(conn))
}

// writer begins transactions that may write.
type writer struct{ conn *pgxpool.Conn }

// Begin starts a transaction. A standby refuses it with a code that has other meanings as well. The statement is always
// the same and correct, so every refusal counts as an outage.
func (w writer) Begin(ctx context.Context) (pgx.Tx, error) {
	tx, err := w.conn.BeginTx(ctx, readCommitted)
	if err != nil {
		return nil, beginError(err)
	}
	return tx, nil
}

func beginError(err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && outageReasonOf(refused.Code) == "" && refused.Code != queryCanceled {
		return &Outage{outageCodes["25006"], err}
	}
	return err
}
