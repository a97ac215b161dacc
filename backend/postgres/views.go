package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// A view belongs to the node of its author's grant, and only users whose grant is at the same node see it: neither those
// above nor those below. It is the author's own or shared with all of them (migration 00036).

// viewScope is the condition on the views v that the viewer sees.
const viewScope = `v.mssp_id = @mssp
		and v.node_id = @node
		and (v.grant_id is null or v.grant_id = @grant)
		and v.list = any(@lists)`

// nodeOf returns the node of a scope as saved_view has it.
func nodeOf(scope portal.Scope) string {
	switch scope.Level {
	case portal.LevelMSP:
		return scope.MSPID
	case portal.LevelClient:
		return scope.ClientID
	}
	return wholeMSSP
}

func viewArgs(viewer portal.Viewer) pgx.NamedArgs {
	return pgx.NamedArgs{
		"mssp": viewer.Scope.MSSPID, "node": nodeOf(viewer.Scope), "grant": viewer.GrantID, "user": viewer.UserID,
		"lists": viewer.Role.ViewLists(),
	}
}

// viewColumns selects the fields of portal.View. Users of a client see no other users, and share no views.
func viewColumns(scope portal.Scope) string {
	owner := "null"
	if in, err := userViewsOf(scope); err == nil {
		owner = "(select nullif(p.name, '') from " + in.users + " p where v.grant_id is null and p.id = v.author_id)"
	}
	return `v.id, v.list, v.name, v.query, v.grant_id is null as shared, v.author_id = @user as own, ` + owner + ` as owner,
		       v.created_at, v.updated_at, exists (
		       	select
		       	from view_default d
		       	where d.mssp_id = v.mssp_id
		       	and d.grant_id = @grant
		       	and d.view_id = v.id) as "default"`
}

// Views returns the views that the viewer sees, of one list or of all, by name.
func (db *DB) Views(ctx context.Context, viewer portal.Viewer, q portal.ViewQuery) (portal.Views, error) {
	views := portal.Views{Items: []portal.View{}}
	args := viewArgs(viewer)
	args["list"] = q.List
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		collect(batch.Queue(`
			select `+viewColumns(viewer.Scope)+`
			from saved_view v
			where `+viewScope+`
			and (@list = '' or v.list = @list)
			order by v.name_key, v.id`, args), &views.Items)
	})
	if err != nil {
		return portal.Views{}, fmt.Errorf("list views: %w", err)
	}
	return views, nil
}

// CreateView saves a view. Errors: Forbidden for a list that the viewer's role does not see, and for a shared view
// without the permission; Invalid naming name or query; Conflict for a name that is in use, and for too many views.
func (db *DB) CreateView(ctx context.Context, viewer portal.Viewer, n portal.NewView) (portal.View, error) {
	if err := portal.CheckViewList(viewer.Role, n.List); err != nil {
		return portal.View{}, err
	}
	name, err := portal.CheckViewName(n.Name)
	if err != nil {
		return portal.View{}, err
	}
	if err := checkViewQuery(viewer.Scope, n.List, n.Query); err != nil {
		return portal.View{}, err
	}
	if n.Shared && !viewer.Role.May(portal.ShareViews) {
		return portal.View{}, errMayNotShare()
	}
	view := portal.View{ID: NewID(), List: n.List, Name: name, Query: n.Query, Shared: n.Shared}
	return db.writeView(ctx, viewer, view.ID, func(tx pgx.Tx) error {
		if err := insertView(ctx, tx, viewer, view); err != nil || !n.Default {
			return err
		}
		return setDefault(ctx, tx, viewer, view, true)
	})
}

// writeView runs work in a transaction of the viewer's, and returns the view after it.
func (db *DB) writeView(ctx context.Context, viewer portal.Viewer, id string, work func(pgx.Tx) error) (portal.View, error) {
	var view portal.View
	err := db.As(viewer).Write(ctx, func(tx pgx.Tx) (err error) {
		if err = work(tx); err != nil {
			return err
		}
		view, err = readView(ctx, tx, viewer, id, "")
		return err
	})
	switch constraint(err) {
	case "saved_view_own_key":
		return portal.View{}, errNameInUse("You have a view of this name already.")
	case "saved_view_shared_key":
		return portal.View{}, errNameInUse("A shared view has this name already.")
	}
	if err != nil {
		return portal.View{}, fmt.Errorf("save view: %w", err)
	}
	return view, nil
}

func errNameInUse(why string) error {
	return &portal.Error{Code: portal.Conflict, Field: "name", Detail: why + " Choose another name."}
}

// readView reads a view that the viewer sees; NotFound for others. lock is "", or "for update of v".
func readView(ctx context.Context, tx pgx.Tx, viewer portal.Viewer, id, lock string) (portal.View, error) {
	args := viewArgs(viewer)
	args["id"] = id
	batch := &pgx.Batch{}
	var view portal.View
	collectRow(batch.Queue(`
		select `+viewColumns(viewer.Scope)+`
		from saved_view v
		where `+viewScope+`
		and v.id = @id
		`+lock, args), "view", &view)
	return view, tx.SendBatch(ctx, batch).Close()
}

func insertView(ctx context.Context, tx pgx.Tx, viewer portal.Viewer, v portal.View) error {
	if err := mayHaveView(ctx, tx, viewer, v.Shared); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		insert into saved_view (mssp_id, id, node_id, grant_id, author_id, list, name, name_key, query)
		values (@mssp, @id, @node, @grant, @user, @list, @name, @key, @query)`,
		pgx.StrictNamedArgs{
			"mssp": viewer.Scope.MSSPID, "id": v.ID, "node": nodeOf(viewer.Scope), "grant": ownedBy(viewer, v.Shared),
			"user": viewer.UserID, "list": v.List, "name": v.Name, "key": viewKey(v.Name), "query": v.Query,
		})
	if err != nil || !v.Shared {
		return err
	}
	return auditView(ctx, tx, viewer, "view_shared", v)
}

// ownedBy returns the grant that alone sees a view; nil for a shared one.
func ownedBy(viewer portal.Viewer, shared bool) *string {
	if shared {
		return nil
	}
	return &viewer.GrantID
}

// viewKey is equal for names that differ only in case, marks and space. A name of marks only is its own key.
func viewKey(name string) string {
	if key := fold(name); key != "" {
		return key
	}
	return name
}

// mayHaveView returns a Conflict if there are as many own or shared views as are allowed. Concurrent calls for one user,
// or for the shared views of one node, wait for each other.
func mayHaveView(ctx context.Context, tx pgx.Tx, viewer portal.Viewer, shared bool) error {
	owner := viewer.GrantID
	if shared {
		owner = viewer.Scope.MSSPID + nodeOf(viewer.Scope)
	}
	if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock(hashtextextended($1, 0))", "views of "+owner); err != nil {
		return err
	}
	args := viewArgs(viewer)
	args["shared"] = shared
	delete(args, "user")
	delete(args, "lists")
	var n int
	err := tx.QueryRow(ctx, `
		select count(*)
		from saved_view v
		where v.mssp_id = @mssp
		and v.node_id = @node
		and (@shared and v.grant_id is null or not @shared and v.grant_id = @grant)`, args).Scan(&n)
	switch {
	case err != nil || n < portal.MaxViews:
		return err
	case shared:
		return portal.Errorf(portal.Conflict, "%d views are shared here, which is the most. Delete one of them first.", portal.MaxViews)
	}
	return portal.Errorf(portal.Conflict, "You have %d views, which is the most. Delete one of them first.", portal.MaxViews)
}

func errMayNotShare() error {
	return portal.Errorf(portal.Forbidden, "Only administrators share views, and change or delete shared ones.")
}

func auditView(ctx context.Context, tx pgx.Tx, viewer portal.Viewer, action string, v portal.View) error {
	return writeAudit(ctx, tx, AuditEntry{
		MSSPID: viewer.Scope.MSSPID, ActorID: viewer.UserID, Action: action, Target: v.ID,
		Detail: map[string]any{"list": v.List, "name": v.Name},
	})
}

// DeleteView deletes a view that the viewer sees. NotFound for others; Forbidden for a shared one without the permission.
func (db *DB) DeleteView(ctx context.Context, viewer portal.Viewer, id string) error {
	if !validID(id) {
		return errNotFound("view")
	}
	err := db.As(viewer).Write(ctx, func(tx pgx.Tx) error {
		view, err := readView(ctx, tx, viewer, id, "for update of v")
		if err != nil {
			return err
		}
		if view.Shared && !viewer.Role.May(portal.ShareViews) {
			return errMayNotShare()
		}
		_, err = tx.Exec(ctx, `
			delete from saved_view v
			where `+viewScope+`
			and v.id = @id`, withArgs(viewArgs(viewer), pgx.NamedArgs{"id": id}))
		if err != nil || !view.Shared {
			return err
		}
		return auditView(ctx, tx, viewer, "view_deleted", view)
	})
	if err != nil {
		return fmt.Errorf("delete view: %w", err)
	}
	return nil
}
