package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// failing selects the consecutive failures of a connection p: those since its last merged run. Runs of one connection
// never overlap, so each was created after the one before it had ended.
const failing = `
	select count(*) as failures,
	       min(f.finished_at) as since,
	       coalesce(bool_or(f.mailed_at is not null), false) as mailed,
	       (array_agg(f.id order by f.created_at desc))[1] as run_id
	from sync_run f
	where f.mssp_id = p.mssp_id
	and f.mssp_product_id = p.id
	and f.status = 'failed'
	and f.created_at > coalesce((
		select max(c.finished_at)
		from sync_run c
		where c.mssp_id = p.mssp_id
		and c.mssp_product_id = p.id
		and c.status in ('complete', 'partial')), '-infinity')`

// DueAlerts returns the runs of all MSSPs that their admins have to be mailed about:
//   - the run that needs review, unless they were mailed about an earlier one that was not reviewed either,
//   - the latest of at least this many consecutive failures, unless they were mailed about one of them,
//   - the last merged run of a connection, if it could not read a reseller that no mail has named,
//   - the last run in which the product's fields changed, unless an admin has looked at the field map since.
func (db *DB) DueAlerts(ctx context.Context, failures int) ([]RunRef, error) {
	var refs []RunRef
	err := db.systemRead(ctx, roleJobs, "", func(batch *pgx.Batch) {
		collect(batch.Queue(`
			select r.mssp_id, r.id
			from sync_run r
			where r.status = 'needs_review'
			and r.mailed_at is null
			union all
			select f.mssp_id, r.id
			from field_map f
			join sync_run r on r.mssp_id = f.mssp_id and r.id = f.noticed_in
			where f.noticed_in is not null
			and r.mailed_at is null
			union all
			select r.mssp_id, r.id
			from sync_run r
			where r.status = 'partial'
			and r.unread_news
			and r.mailed_at is null
			and not exists (
				select from sync_run n
				where n.mssp_id = r.mssp_id
				and n.mssp_product_id = r.mssp_product_id
				and n.status in ('complete', 'partial')
				and n.finished_at > r.finished_at)
			union all
			select p.mssp_id, f.run_id
			from mssp_product p
			cross join lateral (`+failing+`) f
			where not p.paused
			and f.failures >= $1
			and not f.mailed`, failures), &refs)
	})
	if err != nil {
		return nil, fmt.Errorf("read due alerts: %w", err)
	}
	return refs, nil
}

// RaiseAlert marks a run as mailed and calls enqueue with the ids of the MSSP's active admins, in one transaction. It
// does nothing if the run is marked already.
func (db *DB) RaiseAlert(
	ctx context.Context, ref RunRef, enqueue func(ctx context.Context, tx pgx.Tx, userIDs []string) error,
) error {
	err := db.system(ctx, roleSync, ref.MSSPID, func(tx pgx.Tx) error {
		marked, err := tx.Exec(ctx, `
			update sync_run r
			set mailed_at = clock_timestamp()
			where r.mssp_id = $1
			and r.id = $2
			and r.mailed_at is null`, ref.MSSPID, ref.ID)
		if err != nil || marked.RowsAffected() == 0 {
			return err
		}
		if err := markUnreadMailed(ctx, tx, ref); err != nil {
			return err
		}
		admins, err := activeAdmins(ctx, tx, ref.MSSPID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "select set_config('role', 'none', true)"); err != nil {
			return err
		}
		return enqueue(ctx, tx, admins)
	})
	if err != nil {
		return fmt.Errorf("raise alert: %w", err)
	}
	return nil
}

// markUnreadMailed marks the unread resellers of a partial run as named by a mail.
func markUnreadMailed(ctx context.Context, tx pgx.Tx, ref RunRef) error {
	_, err := tx.Exec(ctx, `
		update msp t
		set unread_mailed_at = r.mailed_at
		from sync_run r
		cross join lateral jsonb_array_elements(r.unread) u
		where r.mssp_id = $1
		and r.id = $2
		and r.status = 'partial'
		and t.mssp_id = r.mssp_id
		and t.mssp_product_id = r.mssp_product_id
		and t.external_id = u->>'external_id'
		and t.unread_since is not null
		and t.unread_mailed_at is null`, ref.MSSPID, ref.ID)
	return err
}

// activeAdmins returns the ids of the MSSP's active admins. It switches the transaction to the role that may read
// users.
func activeAdmins(ctx context.Context, tx pgx.Tx, msspID string) ([]string, error) {
	if _, err := tx.Exec(ctx, setScope, roleAuth, "", "", ""); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
		select g.user_id
		from user_role g
		join app_user u on u.id = g.user_id
		where g.mssp_id = $1
		and g.role = 'mssp_admin'
		and g.active
		and u.active
		order by g.user_id`, msspID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// Alert returns the contents of a mail about a run to one of the MSSP's admins. It returns false if the alert is
// obsolete: the review has ended, a run was merged since, the resellers were read again, an admin has looked at the
// field map, or the user is no longer an active admin. If a newer review has replaced this one, it returns the newer.
func (db *DB) Alert(ctx context.Context, ref RunRef, userID string) (portal.SyncAlert, bool, error) {
	var alert portal.SyncAlert
	err := db.systemRead(ctx, roleSync, ref.MSSPID, func(batch *pgx.Batch) {
		queueAlert(batch, ref, &alert)
		batch.Queue(setScope, roleAuth, "", "", "")
		queueReader(batch, ref.MSSPID, userID, &alert)
	})
	if portal.ErrorCode(err) == portal.NotFound {
		return portal.SyncAlert{}, false, nil
	}
	if err != nil {
		return portal.SyncAlert{}, false, fmt.Errorf("read alert: %w", err)
	}
	return alert, true, nil
}

// queueAlert reads the failures up to now, which may be more than when the alert was raised.
func queueAlert(batch *pgx.Batch, ref RunRef, alert *portal.SyncAlert) {
	scanRow(batch.Queue(`
		select r.id, m.name, d.name, r.status = 'needs_review', u.resellers > 0, fields.changed and u.resellers = 0,
		       case
		       	when r.status = 'failed' then f.failures
		       	when u.resellers > 0 then u.resellers
		       	when fields.changed then `+changesNoticed+`
		       	else coalesce(r.would_miss, 0)
		       end,
		       case when r.status = 'failed' then f.since when u.resellers > 0 then u.since else r.finished_at end,
		       case when u.resellers > 0 then left(u.details, 2000) else coalesce(last.error, '') end,
		       case when fields.changed or r.status in ('needs_review', 'failed') then last.notices end
		from sync_run asked
		join sync_run r on r.mssp_id = asked.mssp_id
		               and r.mssp_product_id = asked.mssp_product_id
		               and (r.id = asked.id
		                    or r.status = 'needs_review' and asked.error_code = 'superseded' and r.mailed_at = asked.mailed_at)
		join mssp m on m.id = r.mssp_id
		join mssp_product p on p.mssp_id = r.mssp_id and p.id = r.mssp_product_id
		join product d on d.id = p.product_id
		cross join lateral (`+failing+`) f
		cross join lateral (
			select r.status in ('complete', 'partial') and exists (
				select from field_map m
				where m.mssp_id = r.mssp_id
				and m.mssp_product_id = r.mssp_product_id
				and m.noticed_in = r.id) as changed) fields
		cross join lateral (`+newlyUnread+`) u
		join sync_run last on last.mssp_id = r.mssp_id
		                  and last.id = case when r.status = 'failed' then f.run_id else r.id end
		where asked.mssp_id = $1
		and asked.id = $2
		and (r.status = 'needs_review' or r.status = 'failed' and f.since <= r.finished_at or u.resellers > 0 or fields.changed)`,
		ref.MSSPID, ref.ID), "alert",
		&alert.RunID, &alert.MSSP, &alert.Product, &alert.Review, &alert.Unread,
		&alert.Fields, &alert.Count, &alert.Since, &alert.Detail, &alert.Notices)
}

// newlyUnread selects the resellers that a mail about a partial run r names: those that no other mail has named and
// that are still unread.
const newlyUnread = `
	select count(*) as resellers, min(t.unread_since) as since,
			string_agg(concat(t.name, ': ', n->>'detail'), ' ' order by t.name, t.id) as details
	from jsonb_array_elements(r.unread) n
	join msp t on t.mssp_id = r.mssp_id
	          and t.mssp_product_id = r.mssp_product_id
	          and t.external_id = n->>'external_id'
	where r.status = 'partial'
	and t.unread_since is not null
	and t.unread_mailed_at = r.mailed_at`

// queueReader reads the recipient: the address by which the user was invited to this MSSP, and the language of that
// invite, or of the MSSP's last one.
func queueReader(batch *pgx.Batch, msspID, userID string, alert *portal.SyncAlert) {
	scanRow(batch.Queue(`
		select coalesce(g.email, u.email), coalesce((
			select i.language
			from pre_assigned_role i
			where i.mssp_id = $1
			and i.language <> ''
			order by i.email = coalesce(g.email, u.email) desc, i.created_at desc
			limit 1), '')
		from app_user u
		join user_role g on g.user_id = u.id
		where u.id = $2
		and u.active
		and g.mssp_id = $1
		and g.role = 'mssp_admin'
		and g.active
		order by g.id
		limit 1`, msspID, userID), "admin", &alert.Email, &alert.Language)
}
