package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// noMSSP is the value in audit_log for "no tenant is known".
const noMSSP = wholeMSSP

// AuditEntry is one row of the audit log. It names users and objects by their ids only.
type AuditEntry struct {
	MSSPID  string // "" if no tenant is known
	ActorID string // "" if no user is known
	// Actor is who acted if it was no user, such as "operator".
	Actor  string
	Action string
	Target string
	Detail map[string]any
}

type requestIDKey struct{}

// WithRequestID returns a context with the request's id, which audit rows written under it contain.
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

// queueAudit adds a row of the audit log to a batch.
func queueAudit(ctx context.Context, batch *pgx.Batch, e AuditEntry) {
	batch.Queue(insertAudit, e.args(ctx))
}

// writeAudit writes a row of the audit log in the transaction of the change it records.
func writeAudit(ctx context.Context, tx pgx.Tx, e AuditEntry) error {
	_, err := tx.Exec(ctx, insertAudit, e.args(ctx))
	return err
}

// AuditSignIn writes a row about a sign-in, when there is no viewer with a scope yet.
func (db *DB) AuditSignIn(ctx context.Context, e AuditEntry) error {
	return db.authBatch(ctx, func(batch *pgx.Batch) { queueAudit(ctx, batch, e) })
}

// authBatch runs statements of sign-in, which may write, in one round trip and so in one transaction; again from the
// start after a serialization failure or a deadlock. An error of a callback undoes nothing: a statement that must not
// write needs its own condition.
func (db *DB) authBatch(ctx context.Context, queue func(*pgx.Batch)) error {
	var err error
	for range attempts {
		if err = db.systemRead(ctx, roleAuth, "", queue); !retryable(err) {
			return err
		}
	}
	return err
}
