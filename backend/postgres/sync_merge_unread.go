package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// findUnread creates the table unread: the MSPs whose clients the run has not read.
func (m *merge) findUnread(ctx context.Context) error {
	_, err := m.Exec(ctx, "create temporary table unread (id uuid, external_id text) on commit drop")
	if err != nil || len(m.state.Unread) == 0 {
		return err
	}
	_, err = m.Exec(ctx, unreadMSPs+`
		insert into pg_temp.unread
		select u.id, u.external_id
		from unread u`, m.lease.MSSPID, m.lease.ConnectionID, m.lease.Run.ID, unreadIDs(m.state))
	return err
}

// skipUnplaced deletes staged clients that are new, have no parent, and may belong to an unread reseller: merged now,
// they would seem to move when a later run reads that reseller. They may belong to one if the response for the MSSP
// lists any reseller's client without a parent.
func (m *merge) skipUnplaced(ctx context.Context) error {
	if len(m.state.Unread) == 0 {
		return nil
	}
	_, err := m.Exec(ctx, `
		delete from sync_customer s
		where s.mssp_id = $1
		and s.run_id = $3
		and s.kind = 'client'
		and s.parent = ''
		and not exists (
			select from client c
			where c.mssp_id = $1 and c.mssp_product_id = $2 and c.external_id = s.external_id)
		and not exists (
			select from msp k
			where k.mssp_id = $1 and k.mssp_product_id = $2 and k.external_id = s.external_id)
		and (exists (
				select from sync_customer l
				join doubled d on d.external_id = l.external_id and d.parent = ''
				where l.mssp_id = $1 and l.run_id = $3 and l.kind = 'client' and l.parent <> '')
			or exists (
				select from sync_customer l
				join client c on c.mssp_id = $1 and c.mssp_product_id = $2 and c.external_id = l.external_id
				where l.mssp_id = $1 and l.run_id = $3 and l.kind = 'client' and l.parent = ''
				and c.msp_id is not null and c.status <> 'removed'))`,
		m.lease.MSSPID, m.lease.ConnectionID, m.lease.Run.ID)
	return err
}

// turnedUnread is the condition that an MSP t is unread for the first time, or was unread and is not any more.
const turnedUnread = `
	t.mssp_id = $1
	and t.mssp_product_id = $2
	and (t.unread_since is null) = exists (select from unread u where u.id = t.id)`

// countTurnedUnread counts the MSPs that become unread or cease to be.
func (m *merge) countTurnedUnread(ctx context.Context) error {
	return m.QueryRow(ctx, `
		select count(*)
		from msp t
		where t.status <> 'removed'
		and `+turnedUnread, m.lease.MSSPID, m.lease.ConnectionID).Scan(&m.written.unread)
}

// queueUnread saves when the MSPs that the run could not read were last read, those it has just added included.
func (m *merge) queueUnread(batch *pgx.Batch, s stamp) {
	mssp, connection := m.lease.MSSPID, m.lease.ConnectionID
	batch.Queue(`
		insert into unread
		select t.id, t.external_id
		from msp t
		where t.mssp_id = $1
		and t.mssp_product_id = $2
		and t.status <> 'removed'
		and t.external_id = any($3::text[])
		and not exists (select from unread u where u.id = t.id)`, mssp, connection, unreadIDs(m.state))
	batch.Queue(`
		update msp t
		set unread_since = case
		    	when t.unread_since is not null then null
		    	when t.first_seen_at >= $5 then t.first_seen_at
		    	else $3
		    end,
		    unread_mailed_at = null,
		    readable_since = case when t.unread_since is null then t.readable_since else $5 end,
		    changed_in = $4
		where `+turnedUnread, mssp, connection, s.seen, s.version, s.at)
}

// saveParents saves the parent of MSPs that no run has written since the column exists. Only runs that ask one reseller
// after another need it; a run of one call would compare a million customers for nothing. No list shows it, so the rows
// keep their version.
func (m *merge) saveParents(ctx context.Context) error {
	if m.counted.msps == 0 || m.state.Progress.Calls < 2 {
		return nil
	}
	_, err := m.Exec(ctx, `
		update msp t
		set parent = s.parent
		from sync_customer s
		where s.mssp_id = $1
		and s.run_id = $3
		and s.kind = 'msp'
		and t.mssp_id = $1
		and t.mssp_product_id = $2
		and t.external_id = s.external_id
		and t.parent is distinct from s.parent`, m.lease.MSSPID, m.lease.ConnectionID, m.lease.Run.ID)
	return err
}

// lastRead returns when the last run of the connection that was merged had read its customers; now before the first.
func (m *merge) lastRead(ctx context.Context) (time.Time, error) {
	var seen time.Time
	err := m.QueryRow(ctx, `
		select coalesce(max(`+readAt+`), clock_timestamp())
		from sync_run r
		where r.mssp_id = $1
		and r.mssp_product_id = $2
		and `+merged, m.lease.MSSPID, m.lease.ConnectionID).Scan(&seen)
	return seen, err
}

// unreadNamed returns the resellers that the run could not read, with the names they are known by.
func (m *merge) unreadNamed(ctx context.Context) ([]portal.UnreadReseller, error) {
	named := append([]portal.UnreadReseller{}, m.state.Unread...)
	if len(named) == 0 {
		return named, nil
	}
	rows, err := m.Query(ctx, `
		select s.external_id, s.name
		from sync_customer s
		where s.mssp_id = $1
		and s.run_id = $2
		and s.external_id = any($3::text[])`, m.lease.MSSPID, m.lease.Run.ID, unreadIDs(m.state))
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	var id, name string
	if _, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		names[id] = name
		return nil
	}); err != nil {
		return nil, err
	}
	for i, u := range named {
		named[i].Name = names[u.ExternalID]
	}
	return named, nil
}

// hasUnmailed reports whether there is an unread reseller that the admins have not been mailed about.
func (m *merge) hasUnmailed(ctx context.Context) (bool, error) {
	var some bool
	err := m.QueryRow(ctx, `
		select exists (
			select from msp t
			where t.mssp_id = $1
			and t.mssp_product_id = $2
			and t.external_id = any($3::text[])
			and t.unread_since is not null
			and t.unread_mailed_at is null)`, m.lease.MSSPID, m.lease.ConnectionID, unreadIDs(m.state)).Scan(&some)
	return some, err
}
