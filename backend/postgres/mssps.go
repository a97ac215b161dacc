package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// MSSPs returns all MSSPs by name, for the operator. The roles that count rows see those of one MSSP at a time, so there
// are two queries for each MSSP.
func (db *DB) MSSPs(ctx context.Context) ([]portal.MSSPSummary, error) {
	ids, err := db.msspIDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("list MSSPs: %w", err)
	}
	all := make([]portal.MSSPSummary, len(ids))
	for i, id := range ids {
		if all[i], err = db.msspSummary(ctx, id); err != nil {
			return nil, fmt.Errorf("count MSSP %s: %w", id, err)
		}
	}
	return all, nil
}

func (db *DB) msspIDs(ctx context.Context) (ids []string, err error) {
	err = db.systemRead(ctx, roleAuth, "", func(batch *pgx.Batch) {
		batch.Queue(`
			select id
			from mssp
			order by lower(name), id`).Query(func(rows pgx.Rows) (err error) {
			ids, err = pgx.CollectRows(rows, pgx.RowTo[string])
			return err
		})
	})
	return ids, err
}

func (db *DB) msspSummary(ctx context.Context, id string) (summary portal.MSSPSummary, err error) {
	err = db.systemRead(ctx, roleSync, id, func(batch *pgx.Batch) {
		collectRow(batch.Queue(`
			select z.id, z.name, z.time_zone, z.created_at, 0::bigint as users,
			       (select coalesce(sum(n), 0)::bigint from msp_count where mssp_id = z.id and status = 'active') as msps,
			       (select coalesce(sum(n), 0)::bigint from client_count where mssp_id = z.id and status = 'active') as clients,
			       (select count(*) from mssp_product where mssp_id = z.id and not paused) as connections,
			       (select max(finished_at) from sync_run where mssp_id = z.id and status = 'complete') as last_sync_at
			from mssp z
			where z.id = $1`, id), "MSSP", &summary)
	})
	if err != nil {
		return summary, err
	}
	err = db.systemRead(ctx, roleAuth, "", func(batch *pgx.Batch) {
		scanRow(batch.Queue(`
			select count(distinct user_id)
			from user_role
			where mssp_id = $1
			and active`, id), "MSSP", &summary.Users)
	})
	return summary, err
}
