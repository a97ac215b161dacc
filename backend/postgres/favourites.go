package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// Favourites and recents are rows of a user's grant that name MSPs and clients by their ids. Their names are read with
// the viewer's scope, so that a customer that has left it is not returned, and is again when it comes back.

func viewerArgs(viewer portal.Viewer) pgx.NamedArgs {
	return withArgs(scopeArgs(viewer.Scope), pgx.NamedArgs{"grant": viewer.GrantID})
}

// namedCustomers selects the fields of portal.NamedCustomer, the time at and the key of the name, for the rows of a
// table.
func namedCustomers(viewer portal.Viewer, table, at string) string {
	own := `f.mssp_id = @mssp
			and f.grant_id = @grant`
	clients := `
			select f.kind, c.id, c.name, coalesce(m.name, '') as context, c.status, f.` + at + `, c.name_key
			from ` + table + ` f
			join client c on c.mssp_id = f.mssp_id and c.id = f.entity_id
			left join msp m on m.mssp_id = c.mssp_id and m.id = c.msp_id
			where ` + own + `
			and f.kind = 'client'
			and ` + clientScope(viewer.Scope)
	if !viewer.Role.May(portal.SeeMSPs) {
		return clients
	}
	return clients + `
			union all
			select f.kind, m.id, m.name, '', m.status, f.` + at + `, m.name_key
			from ` + table + ` f
			join msp m on m.mssp_id = f.mssp_id and m.id = f.entity_id
			where ` + own + `
			and f.kind = 'msp'
			and ` + mspScope(viewer.Scope)
}

// Favourites returns the viewer's favourites that are in the scope, by name.
func (db *DB) Favourites(ctx context.Context, viewer portal.Viewer) (portal.Favourites, error) {
	favourites := portal.Favourites{Items: []portal.Favourite{}}
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		collect(batch.Queue(`
			select l.kind, l.id, l.name, l.context, l.status, l.marked_at
			from (`+namedCustomers(viewer, "favourite", "marked_at")+`) l
			order by l.name_key, l.id`, viewerArgs(viewer)), &favourites.Items)
	})
	if err != nil {
		return portal.Favourites{}, fmt.Errorf("list favourites: %w", err)
	}
	return favourites, nil
}

// writeForCustomer runs work in a transaction of the viewer's, for an MSP or client in the scope; NotFound for others,
// and Forbidden for MSPs if the role does not see any. Concurrent calls for one user and table wait for each other.
func (db *DB) writeForCustomer(
	ctx context.Context, viewer portal.Viewer, table string, kind portal.CustomerKind, id string,
	work func(tx pgx.Tx, args pgx.NamedArgs) error,
) error {
	if kind == portal.KindMSP && !viewer.Role.May(portal.SeeMSPs) {
		return errNoMSPs()
	}
	from := "client c where " + clientScope(viewer.Scope) + " and c.id = @id"
	if kind == portal.KindMSP {
		from = "msp m where " + mspScope(viewer.Scope) + " and m.id = @id"
	}
	if !validID(id) {
		return errNotFound(string(kind))
	}
	args := withArgs(viewerArgs(viewer), pgx.NamedArgs{"id": id, "kind": kind})
	return db.As(viewer).Write(ctx, func(tx pgx.Tx) error {
		var found bool
		if err := tx.QueryRow(ctx, "select exists (select from "+from+")", args).Scan(&found); err != nil {
			return fmt.Errorf("find %s: %w", kind, err)
		}
		if !found {
			return errNotFound(string(kind))
		}
		_, err := tx.Exec(ctx, "select pg_advisory_xact_lock(hashtextextended($1, 0))", table+" of "+viewer.GrantID)
		if err != nil {
			return err
		}
		return work(tx, args)
	})
}

// MarkFavourite marks an MSP or client; one that is marked stays as it is. Errors as of writeForCustomer, and Conflict
// for too many favourites.
func (db *DB) MarkFavourite(ctx context.Context, viewer portal.Viewer, kind portal.CustomerKind, id string) error {
	return db.writeForCustomer(ctx, viewer, "favourite", kind, id, func(tx pgx.Tx, args pgx.NamedArgs) error {
		tag, err := tx.Exec(ctx, `
			insert into favourite (mssp_id, grant_id, kind, entity_id)
			values (@mssp, @grant, @kind, @id)
			on conflict do nothing`, args)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		n, err := countFavourites(ctx, tx, args)
		if err != nil || n <= portal.MaxFavourites {
			return err
		}
		if err := dropHiddenFavourites(ctx, tx, viewer, args); err != nil {
			return err
		}
		if n, err = countFavourites(ctx, tx, args); err == nil && n > portal.MaxFavourites {
			return portal.Errorf(portal.Conflict, "You have %d favourites, which is the most. Remove one of them first.", portal.MaxFavourites)
		}
		return err
	})
}

func countFavourites(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) (n int, err error) {
	err = tx.QueryRow(ctx, `
		select count(*)
		from favourite f
		where f.mssp_id = @mssp
		and f.grant_id = @grant`, args).Scan(&n)
	return n, err
}

// dropHiddenFavourites deletes the favourites that have left the scope.
func dropHiddenFavourites(ctx context.Context, tx pgx.Tx, viewer portal.Viewer, args pgx.NamedArgs) error {
	_, err := tx.Exec(ctx, `
		delete from favourite f
		where f.mssp_id = @mssp
		and f.grant_id = @grant
		and f.entity_id not in (
			select l.id
			from (`+namedCustomers(viewer, "favourite", "marked_at")+`) l)`, args)
	return err
}

// UnmarkFavourite removes the mark of an MSP or client, if it has one. Errors as of writeForCustomer.
func (db *DB) UnmarkFavourite(ctx context.Context, viewer portal.Viewer, kind portal.CustomerKind, id string) error {
	return db.writeForCustomer(ctx, viewer, "favourite", kind, id, func(tx pgx.Tx, args pgx.NamedArgs) error {
		_, err := tx.Exec(ctx, `
			delete from favourite
			where mssp_id = @mssp
			and grant_id = @grant
			and kind = @kind
			and entity_id = @id`, args)
		return err
	})
}
