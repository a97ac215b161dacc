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

// markWriter writes the marks of one row in a transaction of a viewer.
type markWriter struct {
	pgx.Tx
	viewer portal.Viewer
	// args are those of markArgs, with the kind, the id of the row, and why it needs attention.
	args pgx.NamedArgs
}

// markedKind returns a kind that viewers of a scope see; NotFound for others, and for an id that is none.
func markedKind(scope portal.Scope, name, id string) (customerKind, error) {
	for _, kind := range kindsIn(scope) {
		if kind.name == name && marked(scope) && validID(id) {
			return kind, nil
		}
	}
	return customerKind{}, errNotFound("customer")
}

// writeMark runs work in a transaction of the viewer's, for a row in the scope that needs this attention; NotFound for
// others. Concurrent calls for one node wait for each other.
func (db *DB) writeMark(ctx context.Context, viewer portal.Viewer, kind, id string, work func(*markWriter) error) error {
	of, err := markedKind(viewer.Scope, kind, id)
	if err != nil {
		return err
	}
	return db.As(viewer).Write(ctx, func(tx pgx.Tx) error {
		m := &markWriter{tx, viewer, withArgs(markArgs(viewer.Scope), pgx.NamedArgs{"kind": kind, "id": id, "days": expiringDays})}
		_, err := tx.Exec(ctx, "select pg_advisory_xact_lock(hashtextextended($1, 0))", "marks of "+viewer.Scope.MSSPID+nodeOf(viewer.Scope))
		if err != nil {
			return err
		}
		var reason string
		err = tx.QueryRow(ctx, `
			select a.reason
			from (`+of.selects(viewer.Scope)+`
			and `+of.row()+`.id = @id) a`, m.args).Scan(&reason)
		if errors.Is(err, pgx.ErrNoRows) {
			return portal.Errorf(portal.NotFound, "This does not need attention any more.")
		}
		if err != nil {
			return fmt.Errorf("find what needs attention: %w", err)
		}
		m.args["reason"] = reason
		return work(m)
	})
}

// grantOf returns the active grant of a user at the viewer's own node; Invalid naming user_id if there is none.
func (m *markWriter) grantOf(ctx context.Context, userID string) (grant string, err error) {
	if validID(userID) {
		err = m.QueryRow(ctx, `
			select g.id::text
			from user_role g
			where g.mssp_id = @mssp
			and coalesce(g.msp_id, '00000000-0000-0000-0000-000000000000') = @node
			and g.client_id is null
			and g.user_id = @user
			and g.active
			order by g.id
			limit 1`, withArgs(m.args, pgx.NamedArgs{"user": userID})).Scan(&grant)
	}
	if grant == "" && (err == nil || errors.Is(err, pgx.ErrNoRows)) {
		return "", portal.InvalidField("user_id", "Choose a user of your own organisation.")
	}
	return grant, err
}

// set writes a mark. One that is there and the same stays as it is, without an entry in the audit log.
func (m *markWriter) set(ctx context.Context, mark portal.AttentionMark, grant string, until *time.Time, detail map[string]any) error {
	tag, err := m.Exec(ctx, `
		insert into attention_mark as k (mssp_id, node_id, kind, mark, entity_id, grant_id, reason, until_at)
		values (@mssp, @node, @kind, @mark, @id, @grant, @reason, @until)
		on conflict on constraint attention_mark_pkey do update
		set grant_id = excluded.grant_id, reason = excluded.reason, marked_at = now(), until_at = excluded.until_at
		where k.reason <> excluded.reason
		or k.until_at is distinct from excluded.until_at
		or k.mark = 'handled' and k.grant_id <> excluded.grant_id`,
		withArgs(m.args, pgx.NamedArgs{"mark": mark, "grant": grant, "until": until}))
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	if err := m.limit(ctx); err != nil {
		return err
	}
	return m.audit(ctx, "attention_"+string(mark), detail)
}

// limit deletes the marks of the node that have ended if it has too many, and returns Conflict if it still has.
func (m *markWriter) limit(ctx context.Context) error {
	n, err := m.count(ctx)
	if err != nil || n <= portal.MaxMarks {
		return err
	}
	if _, err := m.Exec(ctx, endMarks+`
		and k.node_id = @node`, m.args); err != nil {
		return fmt.Errorf("delete ended marks: %w", err)
	}
	if n, err = m.count(ctx); err == nil && n > portal.MaxMarks {
		return portal.Errorf(portal.Conflict, "%d things are snoozed or handled here, which is the most. Remove some of these marks first.",
			portal.MaxMarks)
	}
	return err
}

func (m *markWriter) count(ctx context.Context) (n int, err error) {
	err = m.QueryRow(ctx, `
		select count(*)
		from attention_mark k
		where k.mssp_id = @mssp
		and k.node_id = @node`, m.args).Scan(&n)
	return n, err
}

func (m *markWriter) audit(ctx context.Context, action string, detail map[string]any) error {
	id, _ := m.args["id"].(string)
	return writeAudit(ctx, m, AuditEntry{
		MSSPID: m.viewer.Scope.MSSPID, ActorID: m.viewer.UserID, Action: action, Target: id, Detail: detail,
	})
}

// RemoveMark removes a mark of the viewer's node, if there is one. NotFound for an MSP or client outside the scope.
func (db *DB) RemoveMark(ctx context.Context, viewer portal.Viewer, mark portal.AttentionMark, kind, id string) error {
	of, err := markedKind(viewer.Scope, kind, id)
	if err != nil {
		return err
	}
	from := "client c where " + clientScope(viewer.Scope) + " and c.id = @id"
	if of.ofMSP {
		from = "msp m where " + mspScope(viewer.Scope) + " and m.id = @id"
	}
	m := &markWriter{viewer: viewer, args: withArgs(markArgs(viewer.Scope), pgx.NamedArgs{"kind": kind, "id": id, "mark": mark})}
	err = db.As(viewer).Write(ctx, func(tx pgx.Tx) error {
		m.Tx = tx
		var found bool
		if err := tx.QueryRow(ctx, "select exists (select from "+from+")", m.args).Scan(&found); err != nil {
			return err
		}
		if !found {
			return errNotFound("customer")
		}
		tag, err := tx.Exec(ctx, `
			delete from attention_mark k
			where k.mssp_id = @mssp
			and k.node_id = @node
			and k.kind = @kind
			and k.mark = @mark
			and k.entity_id = @id`, m.args)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return m.audit(ctx, "attention_not_"+string(mark), map[string]any{"kind": kind})
	})
	if err != nil {
		return fmt.Errorf("remove mark: %w", err)
	}
	return nil
}

// endMarks deletes the marks that have ended. It reads one row by its key for each mark, also in a merge, which has no
// nested loops: a subquery of one value is no join.
var endMarks = func() string {
	var lasting []string
	for _, kind := range customerKinds {
		from, under := "client c", "c.msp_id"
		if kind.ofMSP {
			from, under = "msp m", "m.id"
		}
		row := kind.row()
		lasting = append(lasting, `k.kind = '`+kind.name+`' and (
			select true
			from `+from+`
			where `+row+`.mssp_id = k.mssp_id
			and `+row+`.id = k.entity_id
			and k.node_id in ('`+wholeMSSP+`', `+under+`)
			and `+kind.lasts()+`
			and `+kind.reason+` = k.reason)`)
	}
	return `
		delete from attention_mark k
		where k.mssp_id = @mssp
		and (coalesce(k.until_at <= now(), false)
			or not coalesce(` + strings.Join(lasting, "\n			or ") + `, false))`
}()

// lasts returns the part of the condition that does not depend on the day.
func (k customerKind) lasts() string {
	if k.lasting != "" {
		return k.lasting
	}
	return k.condition
}

// endMarks deletes the marks of the MSSP that have ended.
func (m *merge) endMarks(ctx context.Context) error {
	if _, err := m.Exec(ctx, endMarks, pgx.NamedArgs{"mssp": m.lease.MSSPID}); err != nil {
		return fmt.Errorf("delete ended marks: %w", err)
	}
	return nil
}
