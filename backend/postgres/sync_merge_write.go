package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// stamp is the MSSP's new version and the time, which a merge writes to every row, and the time the last merged run had
// read its customers: when those that are missing now were last seen.
type stamp struct {
	version  int64
	at, seen time.Time
}

// write makes the tables equal to what was read. Updating the MSSP's version locks its row: other merges of this MSSP
// wait, so that the counts are of all its customers.
func (m *merge) write(ctx context.Context) error {
	var s stamp
	err := m.QueryRow(ctx, `
		update mssp
		set version = version + 1
		where id = $1
		returning version, clock_timestamp()`, m.lease.MSSPID).Scan(&s.version, &s.at)
	if err != nil {
		return err
	}
	if s.seen, err = m.lastRead(ctx); err != nil {
		return err
	}
	batch := &pgx.Batch{}
	m.queueTurnedMoves(batch, s)
	m.queueNew(batch, s)
	m.queueChanged(batch, s)
	m.queueGone(batch, s)
	m.queueUnread(batch, s)
	m.queueHistory(batch, s)
	m.queueCounts(batch, s.version)
	if err := m.queueSpans(ctx, batch, s); err != nil {
		return err
	}
	if err := m.SendBatch(ctx, batch).Close(); err != nil {
		return err
	}
	return addFormerNames(ctx, m, m.lease.MSSPID)
}

// changedRows joins differing with sync_customer; $1 is the MSSP, $2 the run.
const changedRows = `
	differing d
	join sync_customer s on s.mssp_id = $1 and s.run_id = $2 and s.id = d.staged`

func (m *merge) queueNew(batch *pgx.Batch, s stamp) {
	mssp, run, connection := m.lease.MSSPID, m.lease.Run.ID, m.lease.ConnectionID
	batch.Queue(`
		insert into msp (mssp_id, id, mssp_product_id, external_id, parent, first_seen_at, last_seen_at, changed_in, status, `+keyColumns+`,
		                 `+keptNames("")+`)
		select $1, d.id, $3, s.external_id, s.parent, coalesce(d.first_seen_at, $5), $5, $4, `+presentStatus+`, `+keyValues+`,
		       `+keptNames("s.")+`
		from `+changedRows+`
		where d.kind = 'msp' and d.fresh`, mssp, run, connection, s.version, s.at)
	batch.Queue(`
		insert into client (mssp_id, id, msp_id, mssp_product_id, external_id, first_seen_at, last_seen_at, changed_in,
		                    status, `+keyColumns+`, `+keptNames("")+`)
		select $1, d.id, d.msp_id, $3, s.external_id, coalesce(d.first_seen_at, $5), $5, $4, `+presentStatus+`,
		       `+keyValues+`, `+keptNames("s.")+`
		from `+changedRows+`
		where d.kind = 'client' and d.fresh`, mssp, run, connection, s.version, s.at)
}

func (m *merge) queueChanged(batch *pgx.Batch, s stamp) {
	mssp, run := m.lease.MSSPID, m.lease.Run.ID
	values := eachColumn(keptColumn, ", ", func(c customerColumn) string { return c.name + " = s." + c.name }) +
		", (" + keyColumns + ") = (" + keyValues + ")"
	batch.Queue(`
		update msp t
		set status = `+presentStatus+`, missing_at = null, parent = s.parent, changed_in = $3, `+values+`
		from `+changedRows+`
		where t.mssp_id = $1 and t.id = d.id and d.kind = 'msp' and not d.fresh`, mssp, run, s.version)
	batch.Queue(`
		update client t
		set msp_id = d.msp_id, status = `+presentStatus+`, missing_at = null, changed_in = $3, `+values+`
		from `+changedRows+`
		where t.mssp_id = $1 and t.id = d.id and d.kind = 'client' and not d.fresh`, mssp, run, s.version)
	// All grants and invites, not only those of clients that moved now: one may have been written while its client moved.
	for _, table := range []string{"user_role", "pre_assigned_role"} {
		batch.Queue(`
			update `+table+` t
			set msp_id = c.msp_id
			from client c
			where t.mssp_id = $1 and c.mssp_id = $1 and c.id = t.client_id and t.msp_id is distinct from c.msp_id`, mssp)
	}
}

func (m *merge) queueGone(batch *pgx.Batch, s stamp) {
	for _, kind := range []string{"msp", "client"} {
		of := map[string]string{"msp": "t.id", "client": "t.msp_id"}[kind]
		unreadSince := "(select u.unread_since from msp u where u.mssp_id = $1 and u.id = " + of + ")"
		batch.Queue(`
			update `+kind+` t
			set status = case u.became when 'missing' then 'missing' else 'removed' end,
			    missing_at = case u.became
			    	when 'missing' then $4
			    	when 'removed' then coalesce(t.missing_at, t.last_seen_at)
			    end,
			    last_seen_at = case when `+present("t")+` then coalesce(t.absent_since, `+unreadSince+`, $3) else t.last_seen_at end,
			    changed_in = $2
			from unmatched u
			where t.mssp_id = $1 and t.id = u.id and u.kind = '`+kind+`'`, m.lease.MSSPID, s.version, s.seen, s.at)
	}
}

// queueHistory writes a row for each field that differs. A customer that turned gets one row for its type, and rows for
// its name and its MSP if they differ; a customer of which only fields without a column differ gets one row, details.
// The row that adds a customer has the customer's own id: a customer is added once.
func (m *merge) queueHistory(batch *pgx.Batch, s stamp) {
	mssp, run := m.lease.MSSPID, m.lease.Run.ID
	batch.Queue(`
		insert into change (mssp_id, id, at, entity, entity_id, msp_id, client_id, kind, after, run_id, version)
		select $1, d.id, $3, d.kind, d.id, case when d.kind = 'msp' then d.id else d.msp_id end,
		       case when d.kind = 'client' then d.id end, 'added', s.name, $2, $4
		from `+changedRows+`
		where d.fresh and d.turned_from is null`, mssp, run, s.at, s.version)
	batch.Queue(`
		insert into change (mssp_id, id, at, entity, entity_id, msp_id, client_id, kind, field, before, after, before_msp_id,
		                    after_msp_id, msps_known, run_id, version)
		select $1, new_id(), $3, d.kind, d.id,
		       case when c.kind = 'moved' then null when d.kind = 'msp' then d.id else d.msp_id end,
		       case when c.kind <> 'moved' and d.kind = 'client' then d.id end,
		       c.kind, c.field, c.before, c.after, case when c.kind = 'moved' then was.id end,
		       case when c.kind = 'moved' then now.id end, case when c.kind = 'moved' then true end, $2, $4
		from (select d.*, not d.fresh and d.turned_from is null as same from differing d) d
		join sync_customer s on s.mssp_id = $1 and s.run_id = $2 and s.id = d.staged
		left join msp was on was.mssp_id = $1 and was.id = d.old_msp_id and d.same
		left join msp now on now.mssp_id = $1 and now.id = d.msp_id
		cross join lateral (values
			('returned', null, null, null, d.old_status in ('missing', 'removed')),
			('moved', 'msp', was.name, now.name, case when d.same then d.old_msp_id end is distinct from d.msp_id),
			`+fieldLines()+`,
			('changed', 'details', null, null, d.same and d.old_status in ('active', 'disabled') and d.old_msp_id is not distinct from d.msp_id
			 and not (`+eachColumn(shownColumn, " or ", customerColumn.changed)+`))
		) c (kind, field, before, after, holds)
		where (not d.fresh or d.turned_from is not null) and c.holds`, mssp, run, s.at, s.version)
	batch.Queue(`
		insert into change (mssp_id, id, at, entity, entity_id, msp_id, client_id, kind, run_id, version)
		select $1, new_id(), $3, u.kind, u.id, case when u.kind = 'msp' then u.id else u.msp_id end,
		       case when u.kind = 'client' then u.id end, u.became, $2, $4
		from unmatched u
		where u.became <> 'turned'`, mssp, run, s.at, s.version)
}

// changed returns the condition that the history shows a change of the column.
func (c customerColumn) changed() string {
	if c.differs != "" {
		return fmt.Sprintf(c.differs, "d.old_"+c.name, "s."+c.name)
	}
	return "d.old_" + c.name + " is distinct from s." + c.name
}

// fieldLines returns a row for each column that the history shows: kind, field, before, after, and whether it changed.
func fieldLines() string {
	return eachColumn(shownColumn, ",\n\t\t\t", func(c customerColumn) string {
		holds := c.changed()
		switch {
		case c.name == "type":
			holds = "not d.same or " + holds
		case !c.turns:
			holds = "d.same and " + holds
		}
		before, after := fmt.Sprintf(c.history, "d.old_"+c.name), fmt.Sprintf(c.history, "s."+c.name)
		return fmt.Sprintf("('changed', '%s', %s, %s, %s)", c.name, before, after, holds)
	})
}
