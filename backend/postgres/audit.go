package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// noMSSP stands in audit_log for "no tenant is known".
const noMSSP = wholeMSSP

// AuditEntry is one line of the audit log. It names people and things by their identifiers only.
type AuditEntry struct {
	MSSPID  string // "" where no tenant is known
	ActorID string // "" where nobody is known
	// Actor says who acted where it was no user, as "operator".
	Actor  string
	Action string
	Target string
	Detail map[string]any
}

type requestIDKey struct{}

// WithRequestID lets the audit lines written under the context name the request.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

const insertAudit = `
	insert into audit_log (mssp_id, id, actor_id, actor, action, target, detail, request_id)
	values (@mssp, @id, @actor_id, @actor, @action, @target, @detail, @request)`

func (e AuditEntry) args(ctx context.Context) pgx.StrictNamedArgs {
	mssp, actor, detail := e.MSSPID, &e.ActorID, e.Detail
	if mssp == "" {
		mssp = noMSSP
	}
	if e.ActorID == "" {
		actor = nil
	}
	if detail == nil {
		detail = map[string]any{}
	}
	return pgx.StrictNamedArgs{
		"mssp": mssp, "id": NewID(), "actor_id": actor, "actor": e.Actor, "action": e.Action,
		"target": e.Target, "detail": detail, "request": requestID(ctx),
	}
}

// queueAudit adds a line of the audit log to a batch.
func queueAudit(ctx context.Context, batch *pgx.Batch, e AuditEntry) {
	batch.Queue(insertAudit, e.args(ctx))
}

// writeAudit writes a line of the audit log in the transaction of what it tells of.
func writeAudit(ctx context.Context, tx pgx.Tx, e AuditEntry) error {
	_, err := tx.Exec(ctx, insertAudit, e.args(ctx))
	return err
}

// AuditSignIn writes what happened at the door, where nobody has a scope yet.
func (db *DB) AuditSignIn(ctx context.Context, e AuditEntry) error {
	return db.authTrip(ctx, func(batch *pgx.Batch) { queueAudit(ctx, batch, e) })
}

// authTrip runs statements of sign-in, writing ones among them, in one round trip, which PostgreSQL takes as one
// transaction; from the start again if the database asks for that. A callback's error undoes nothing: a statement that
// must not happen has to say so itself.
func (db *DB) authTrip(ctx context.Context, queue func(*pgx.Batch)) error {
	var err error
	for range attempts {
		if err = db.systemRead(ctx, roleAuth, "", queue); !repeatable(err) {
			return err
		}
	}
	return err
}
