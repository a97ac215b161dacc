package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// Recents returns the MSPs and clients in the scope that the viewer has opened last, the latest first.
func (db *DB) Recents(ctx context.Context, viewer portal.Viewer) (portal.Recents, error) {
	recents := portal.Recents{Items: []portal.Recent{}}
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		collect(batch.Queue(`
			select l.kind, l.id, l.name, l.context, l.status, l.opened_at
			from (`+namedCustomers(viewer, "recent", "opened_at")+`) l
			order by l.opened_at desc, l.id`, viewerArgs(viewer)), &recents.Items)
	})
	if err != nil {
		return portal.Recents{}, fmt.Errorf("list recents: %w", err)
	}
	return recents, nil
}

// SaveRecent saves that the viewer has opened an MSP or client. Those that were opened longest ago are removed. Errors as
// of writeForCustomer.
func (db *DB) SaveRecent(ctx context.Context, viewer portal.Viewer, kind portal.CustomerKind, id string) error {
	return db.writeForCustomer(ctx, viewer, "recent", kind, id, func(tx pgx.Tx, args pgx.NamedArgs) error {
		_, err := tx.Exec(ctx, `
			insert into recent as r (mssp_id, grant_id, kind, entity_id, opened_at)
			values (@mssp, @grant, @kind, @id, clock_timestamp())
			on conflict on constraint recent_pkey do update
			set opened_at = excluded.opened_at`, args)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			delete from recent
			where mssp_id = @mssp
			and grant_id = @grant
			and entity_id in (
				select r.entity_id
				from recent r
				where r.mssp_id = @mssp
				and r.grant_id = @grant
				order by r.opened_at desc, r.entity_id
				offset @most)`, withArgs(args, pgx.NamedArgs{"most": portal.MaxRecents}))
		return err
	})
}
