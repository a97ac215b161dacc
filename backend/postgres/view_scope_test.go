package postgres_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func testViewsOfAMovedGrant(t *testing.T) {
	w := newViewTest(t)
	admin := w.Own.Viewers[portal.MSSPAdmin]
	for name, move := range map[string]struct {
		role   portal.Role
		change portal.UserChange
		left   string
	}{
		"to_another_msp":       {portal.MSPAdmin, portal.UserChange{MSPID: new(w.Own.MSPs[1].ID)}, "shared"},
		"to_another_role":      {portal.MSPAdmin, portal.UserChange{Role: new(portal.MSPUser)}, "own shared"},
		"deactivated":          {portal.MSPAdmin, portal.UserChange{Active: new(false)}, "own shared"},
		"client_user_to_other": {portal.ClientUser, portal.UserChange{ClientID: new(w.Own.MSPs[0].Clients[1].ID)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			user := w.Person(t, move.role, w.Own.At(move.role, 0))
			w.create(user, portal.NewView{Name: "own", Default: true})
			if user.Role == portal.MSPAdmin {
				w.create(user, portal.NewView{Name: "shared", Shared: true})
			}
			if _, err := w.DB.ChangeUser(t.Context(), admin, user.UserID, move.change); err != nil {
				t.Fatal(err)
			}
			left := w.Text(`
				select coalesce(string_agg(name, ' ' order by name), '')
				from saved_view
				where author_id = $1`, user.UserID)
			if left != move.left {
				t.Errorf("got the views %q, want %q", left, move.left)
			}
			w.Exec("delete from saved_view where author_id = $1", user.UserID)
		})
	}
	t.Run("deleted", func(t *testing.T) {
		user := w.Person(t, portal.MSPAdmin, w.Own.At(portal.MSPAdmin, 0))
		w.create(user, portal.NewView{Name: "own", Default: true})
		w.create(user, portal.NewView{Name: "stays", Shared: true})
		w.Exec("delete from user_role where id = $1", user.GrantID)
		w.wantNames(w.Own.Viewers[portal.MSPUser], "stays")
		if n := w.Count("select count(*) from saved_view where grant_id is not null"); n != 0 {
			t.Errorf("got %d own views, want 0", n)
		}
	})
	t.Run("client_moves_to_another_msp", func(t *testing.T) {
		user := w.Own.Viewers[portal.ClientUser]
		w.create(user, portal.NewView{Name: "own"})
		w.Exec("update user_role set msp_id = $2 where id = $1", user.GrantID, w.Own.MSPs[1].ID)
		if n := w.Count("select count(*) from saved_view where grant_id = $1", user.GrantID); n != 1 {
			t.Errorf("got %d views, want the one as before: the client is the same", n)
		}
	})
}

func testViewsOfAnotherScope(t *testing.T) {
	w := newViewTest(t)
	mine, theirs := w.Own.Viewers[portal.MSPUser], w.Own.Viewers[portal.MSPAdmin]
	own := w.create(theirs, portal.NewView{Name: "own"})
	w.create(theirs, portal.NewView{Name: "shared", Shared: true})
	w.Exec(`
		insert into view_default (mssp_id, grant_id, list, view_id)
		values ($1, $2, 'clients', $3)`, theirs.Scope.MSSPID, theirs.GrantID, own.ID)
	// Statements without a condition on the scope.
	insert := func(mssp, node, grant string) string {
		return fmt.Sprintf(`
			insert into saved_view (mssp_id, id, node_id, grant_id, author_id, list, name, name_key, query)
			values ('%s', '%s', '%s', '%s', '%[2]s', 'clients', 'x', 'x', '')`, mssp, postgres.NewID(), node, grant)
	}
	outside := slices.Concat([]portal.Viewer{
		w.Own.Viewers[portal.MSSPAdmin], w.Own.Viewers[portal.ClientUser], w.Person(w, portal.MSPAdmin, w.Own.At(portal.MSPAdmin, 1)),
		w.Other.Viewers[portal.MSPAdmin],
	})
	for _, viewer := range outside {
		for _, sql := range []string{"select count(*) from saved_view", "select count(*) from view_default"} {
			if n := read(t, w.DB, viewer, sql); n != 0 {
				t.Errorf("%s at %+v: %s: got %d, want 0", viewer.Role, viewer.Scope, sql, n)
			}
		}
		for _, sql := range []string{"delete from saved_view", "update saved_view set name = 'x'", "delete from view_default"} {
			if n := writeAs(t, w.DB, viewer, sql); n != 0 {
				t.Errorf("%s: %s: got %d written rows, want 0", viewer.Role, sql, n)
			}
		}
	}
	if n := read(t, w.DB, mine, "select count(*) from saved_view"); n != 1 {
		t.Errorf("got %d views, want the shared one", n)
	}
	for name, sql := range map[string]string{
		"for_another_grant": insert(mine.Scope.MSSPID, mine.Scope.MSPID, theirs.GrantID),
		"at_another_node":   insert(mine.Scope.MSSPID, w.Own.MSPs[1].ID, mine.GrantID),
		"at_the_mssp":       insert(mine.Scope.MSSPID, noNode, mine.GrantID),
		"in_another_mssp":   insert(w.Other.MSSPID, mine.Scope.MSPID, mine.GrantID),
		"gives_away_shared": "update saved_view set grant_id = '" + theirs.GrantID + "'",
		"moves_a_view":      "update saved_view set node_id = '" + noNode + "'",
		"default_of_another": fmt.Sprintf("insert into view_default values ('%s', '%s', 'msps', '%s')", mine.Scope.MSSPID,
			theirs.GrantID, own.ID),
	} {
		t.Run(name, func(t *testing.T) {
			if err := tryWrite(t, w.DB, mine, sql); err == nil {
				t.Error("got no error, want a refusal")
			}
		})
	}
}

// tryWrite runs sql as viewer without a condition on the scope, and returns why PostgreSQL refuses it.
func tryWrite(t *testing.T, db *postgres.DB, viewer portal.Viewer, sql string) error {
	t.Helper()
	return db.As(viewer).Write(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), sql)
		return err
	})
}
