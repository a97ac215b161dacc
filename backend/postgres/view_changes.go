package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// ChangeView changes a view that the viewer sees. The last change counts. Errors as of CreateView; NotFound for a view
// that the viewer does not see; Forbidden also where another user's shared view is to become the viewer's own.
func (db *DB) ChangeView(ctx context.Context, viewer portal.Viewer, id string, c portal.ViewChange) (portal.View, error) {
	if !validID(id) {
		return portal.View{}, errNotFound("view")
	}
	return db.writeView(ctx, viewer, id, func(tx pgx.Tx) error {
		before, err := readView(ctx, tx, viewer, id, "for update of v")
		if err != nil {
			return err
		}
		if c.Changes() {
			if err := changeView(ctx, tx, viewer, before, c); err != nil {
				return err
			}
		}
		if c.Default == nil {
			return nil
		}
		return setDefault(ctx, tx, viewer, before, *c.Default)
	})
}

// changedView returns the view after a change, if the viewer may make it.
func changedView(viewer portal.Viewer, before portal.View, c portal.ViewChange) (after portal.View, err error) {
	after = before
	if c.Shared != nil {
		after.Shared = *c.Shared
	}
	if (before.Shared || after.Shared) && !viewer.Role.May(portal.ShareViews) {
		return after, errMayNotShare()
	}
	if before.Shared && !after.Shared && !before.Own {
		return after, portal.Errorf(portal.Forbidden, "Only the user who shared a view can stop sharing it. Delete it instead.")
	}
	if c.Name != nil {
		if after.Name, err = portal.CheckViewName(*c.Name); err != nil {
			return after, err
		}
	}
	if c.Query != nil {
		after.Query = *c.Query
		err = checkViewQuery(viewer.Scope, before.List, after.Query)
	}
	return after, err
}

func changeView(ctx context.Context, tx pgx.Tx, viewer portal.Viewer, before portal.View, c portal.ViewChange) error {
	after, err := changedView(viewer, before, c)
	if err != nil {
		return err
	}
	if after.Shared != before.Shared {
		if err := mayHaveView(ctx, tx, viewer, after.Shared); err != nil {
			return err
		}
		if err := setOwner(ctx, tx, viewer, after); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `
		update saved_view v
		set name = @name, name_key = @key, query = @query, updated_at = now()
		where `+viewScope+`
		and v.id = @id`, withArgs(viewArgs(viewer), pgx.NamedArgs{
		"id": after.ID, "name": after.Name, "key": viewKey(after.Name), "query": after.Query,
	}))
	switch {
	case err != nil || !before.Shared && !after.Shared:
		return err
	case !before.Shared:
		return auditView(ctx, tx, viewer, "view_shared", after)
	case !after.Shared:
		return auditView(ctx, tx, viewer, "view_unshared", after)
	}
	return auditView(ctx, tx, viewer, "view_changed", after)
}

// setOwner shares a view or makes it the viewer's own.
func setOwner(ctx context.Context, tx pgx.Tx, viewer portal.Viewer, v portal.View) error {
	_, err := tx.Exec(ctx, `
		update saved_view v
		set grant_id = @owner
		where `+viewScope+`
		and v.id = @id`, withArgs(viewArgs(viewer), pgx.NamedArgs{"id": v.ID, "owner": ownedBy(viewer, v.Shared)}))
	return err
}

// setDefault makes the list of the view open with it for the viewer, or no longer.
func setDefault(ctx context.Context, tx pgx.Tx, viewer portal.Viewer, v portal.View, on bool) error {
	args := pgx.NamedArgs{"mssp": viewer.Scope.MSSPID, "grant": viewer.GrantID, "id": v.ID}
	if !on {
		_, err := tx.Exec(ctx, `
			delete from view_default
			where mssp_id = @mssp
			and grant_id = @grant
			and view_id = @id`, args)
		return err
	}
	args["list"] = v.List
	_, err := tx.Exec(ctx, `
		insert into view_default (mssp_id, grant_id, list, view_id)
		values (@mssp, @grant, @list, @id)
		on conflict on constraint view_default_pkey do update
		set view_id = excluded.view_id`, args)
	return err
}
