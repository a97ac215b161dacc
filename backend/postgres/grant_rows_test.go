package postgres_test

import (
	"slices"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
)

// grantRow is a statement that writes a row of a table for the grant $2 of the MSSP $1.
type grantRow struct{ table, sql string }

// grantRows are all tables with rows per grant, each after those whose rows it needs.
var grantRows = []grantRow{
	{"session_grant", ""}, // testkit writes it
	{"session", `
		update session s
		set grant_id = g.id
		from user_role g
		where g.mssp_id = $1
		and g.id = $2
		and s.user_id = g.user_id`},
	{"change_visit", "insert into change_visit (mssp_id, grant_id, seen_to, touched_at) values ($1, $2, now(), now())"},
	{"favourite", "insert into favourite (mssp_id, grant_id, kind, entity_id) values ($1, $2, 'msp', new_id())"},
	{"recent", "insert into recent (mssp_id, grant_id, kind, entity_id) values ($1, $2, 'msp', new_id())"},
	{"attention_mark", `
		insert into attention_mark (mssp_id, node_id, kind, mark, entity_id, grant_id, reason)
		values ($1, new_id(), 'client_missing', 'handled', new_id(), $2, '')`},
	{"saved_view", `
		insert into saved_view (mssp_id, id, node_id, grant_id, author_id, list, name, name_key, query)
		values ($1, new_id(), new_id(), $2, new_id(), 'msps', '', '', '')`},
	{"view_default", `
		insert into view_default (mssp_id, grant_id, list, view_id)
		select v.mssp_id, v.grant_id, v.list, v.id
		from saved_view v
		where v.mssp_id = $1
		and v.grant_id = $2`},
}

// movesAlong are the tables whose rows stay when a grant moves to another node: the session goes on there.
var movesAlong = []string{"session", "session_grant"}

// TestGrantRows checks that no row of a grant is left when the grant is deleted or moves to another node.
func TestGrantRows(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	tables := tablesOfGrants(t, w)
	t.Run("of_deleted_grant_are_deleted", func(t *testing.T) {
		user := personWithRows(t, w, tables)
		w.Exec(t, "delete from user_role where id = $1", user.GrantID)
		for _, table := range tables {
			wantRowsOfGrant(t, w, table, user, "0")
		}
	})
	t.Run("of_moved_grant_are_deleted", func(t *testing.T) {
		user := personWithRows(t, w, tables)
		w.Exec(t, "update user_role set msp_id = $2::uuid where id = $1", user.GrantID, w.Own.MSPs[1].ID)
		for _, table := range tables {
			want := "0"
			if slices.Contains(movesAlong, table) {
				want = "1"
			}
			wantRowsOfGrant(t, w, table, user, want)
		}
	})
}

// tablesOfGrants returns the tables that name a grant, by their columns and foreign keys.
func tablesOfGrants(t *testing.T, w *testkit.World) []string {
	t.Helper()
	return strings.Split(w.Text(t, `
		select string_agg(distinct c.relname, ',' order by c.relname)
		from pg_class c
		join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
		where c.relnamespace = 'public'::regnamespace
		and c.relkind in ('r', 'p')
		and (a.attname like '%grant\_id' or exists (
			select
			from pg_constraint f
			where f.conrelid = c.oid
			and f.confrelid = 'user_role'::regclass))`), ",")
}

// personWithRows returns a user of an MSP whose grant has a row in each table.
func personWithRows(t *testing.T, w *testkit.World, tables []string) portal.Viewer {
	t.Helper()
	user := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
	for _, row := range grantRows {
		if row.sql != "" {
			w.Exec(t, row.sql, w.Own.MSSPID, user.GrantID)
		}
	}
	for _, table := range tables {
		wantRowsOfGrant(t, w, table, user, "1")
	}
	return user
}

func wantRowsOfGrant(t *testing.T, w *testkit.World, table string, user portal.Viewer, want string) {
	t.Helper()
	if !slices.ContainsFunc(grantRows, func(row grantRow) bool { return row.table == table }) {
		t.Fatalf("got no row of %s, which has rows per grant, want it in grantRows", table)
	}
	if got := w.Text(t, "select count(*)::text from "+table+" where grant_id = $1", user.GrantID); got != want {
		t.Errorf("%s: got %s rows of the grant, want %s", table, got, want)
	}
}
