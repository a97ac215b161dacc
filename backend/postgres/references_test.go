package postgres_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

// write runs sql as a database role of the server with a scope, without the checks of the Go code.
func write(t *testing.T, db *postgres.DB, role string, scope portal.Scope, sql string) (rows int64, err error) {
	t.Helper()
	err = pgx.BeginFunc(t.Context(), db.Pool(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `
			select set_config('role', $1, true), set_config('portal.mssp', $2, true),
			       set_config('portal.msp', $3, true), set_config('portal.client', $4, true)`,
			role, scope.MSSPID, scope.MSPID, scope.ClientID)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(t.Context(), sql)
		rows = tag.RowsAffected()
		return err
	})
	return rows, err
}

// TestClientNodes covers which clients an invite or grant may name, and which columns of an invite may be changed.
func TestClientNodes(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	admin := w.Own.Viewers[portal.MSPAdmin].Scope
	mssp := w.Own.Viewers[portal.MSSPAdmin].Scope
	own, sibling := w.Own.MSPs[0].Clients[0].ID, w.Own.MSPs[1].Clients[0].ID
	direct, foreign := w.Own.Direct.ID, w.Other.MSPs[0].Clients[0].ID
	foreignUser := w.Other.Viewers[portal.MSPUser].UserID
	update := func(set string) string { return "update pre_assigned_role set " + set }
	orNull := func(id string) string {
		if id == "" {
			return "null"
		}
		return "'" + id + "'"
	}
	invite := func(msp, client string) string {
		return fmt.Sprintf(`
			insert into pre_assigned_role (mssp_id, id, email, role, msp_id, client_id, provider, code_hash, invited_by, expires_at)
			values ('%s', '%s', 'a@example.com', 'client_user', %s, '%s', 'google', '', '', now())`,
			w.Own.MSSPID, postgres.NewID(), orNull(msp), client)
	}
	grant := func(msp, client string) string {
		return fmt.Sprintf("update user_role set role = 'client_user', msp_id = %s, client_id = '%s' where id = '%s'",
			orNull(msp), client, w.Own.Viewers[portal.MSPUser].GrantID)
	}
	for name, test := range map[string]struct {
		role    string
		scope   portal.Scope
		sql     string
		allowed bool
	}{
		"msp_invites_to_own_client":               {"portal_msp", admin, invite(admin.MSPID, own), true},
		"msp_invites_to_client_of_sibling":        {"portal_msp", admin, invite(admin.MSPID, sibling), false},
		"msp_invites_to_direct_client":            {"portal_msp", admin, invite(admin.MSPID, direct), false},
		"msp_invites_to_client_of_other_mssp":     {"portal_msp", admin, invite(admin.MSPID, foreign), false},
		"msp_grants_own_client":                   {"portal_msp", admin, grant(admin.MSPID, own), true},
		"msp_grants_client_of_sibling":            {"portal_msp", admin, grant(admin.MSPID, sibling), false},
		"msp_grants_direct_client":                {"portal_msp", admin, grant(admin.MSPID, direct), false},
		"mssp_invites_to_client_of_msp":           {"portal_mssp", mssp, invite(w.Own.MSPs[1].ID, sibling), true},
		"mssp_invites_to_direct_client":           {"portal_mssp", mssp, invite("", direct), true},
		"mssp_invites_to_client_under_wrong_msp":  {"portal_mssp", mssp, invite(w.Own.MSPs[0].ID, sibling), false},
		"mssp_invites_to_client_of_msp_as_direct": {"portal_mssp", mssp, invite("", own), false},
		"mssp_grants_client_of_msp_as_direct":     {"portal_mssp", mssp, grant("", own), false},
		"mssp_grants_client_under_wrong_msp":      {"portal_mssp", mssp, grant(w.Own.MSPs[1].ID, own), false},
		"msp_changes_client_of_invite":            {"portal_msp", admin, update("client_id = '" + sibling + "'"), false},
		"msp_changes_role_of_invite":              {"portal_msp", admin, update("role = 'msp_admin', client_id = null"), false},
		"msp_changes_address_of_invite":           {"portal_msp", admin, update("email = 'b@example.com'"), false},
		"msp_accepts_for_user_of_other_mssp":      {"portal_msp", admin, update("accepted_by = '" + foreignUser + "'"), false},
		"mssp_accepts_invite":                     {"portal_mssp", mssp, update("accepted_at = now()"), false},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := write(t, w.DB, test.role, test.scope, test.sql)
			if test.allowed && (err != nil || rows != 1) {
				t.Errorf("got %d rows, error %v, want one row", rows, err)
			}
			if !test.allowed && err == nil {
				t.Errorf("got %d written rows, want an error", rows)
			}
		})
	}
}

// reference is a statement that writes a row of one MSSP with the id of a row of another.
type reference struct {
	// name is the table and column of the id.
	name, role, sql string
	// foreign is the id of the other MSSP's row. No viewer there may read a row that names it because of the statement.
	table, column, foreign string
}

// references returns a statement for every column of tenants' tables that names a row of a tenant's table and that the
// server's roles write. own is the MSSP that writes, and other the one whose rows are named.
func references(own, other testkit.Tenant, ownRun, otherRun string) []reference {
	msp, client := other.MSPs[0].ID, other.MSPs[0].Clients[0].ID
	id := postgres.NewID
	sync := func(table, column, foreign, sql string) reference {
		return reference{table + "." + column, "portal_sync", sql, table, column, foreign}
	}
	change := func(column, foreign string) reference {
		return sync("change", column, foreign, fmt.Sprintf(`
			insert into change (mssp_id, id, at, entity, entity_id, kind, version, %s)
			values ('%s', '%s', now(), 'client', '%s', 'added', 1, '%s')`, column, own.MSSPID, id(), own.Direct.ID, foreign))
	}
	span := func(column, foreign string) reference {
		values := map[string]string{"client_id": own.Direct.ID, "msp_id": own.MSPs[0].ID}
		values[column] = foreign
		return sync("client_span", column, foreign, fmt.Sprintf(`
			insert into client_span (mssp_id, client_id, from_at, to_at, msp_id, status)
			values ('%s', '%s', now() - interval '2 days', now() - interval '1 day', '%s', 'active')`,
			own.MSSPID, values["client_id"], values["msp_id"]))
	}
	former := func(column, foreign string) reference {
		return sync("former_name", column, foreign, fmt.Sprintf(`
			insert into former_name (mssp_id, entity_id, digest, under, entity, name, name_key, until_at, %s)
			values ('%s', '%s', '%[3]s', '%[3]s', 'client', 'x', 'x', now(), '%[4]s')`, column, own.MSSPID, id(), foreign))
	}
	move := func(column, foreign string) reference {
		values := map[string]string{"msp_id": own.MSPs[0].ID, "client_id": own.Direct.ID, "run_id": ownRun}
		values[column] = foreign
		return sync("client_move", column, foreign, fmt.Sprintf(`
			insert into client_move (mssp_id, msp_id, id, at, run_id, client_id, kind)
			values ('%s', '%s', '%s', now(), '%s', '%s', 'removed')`,
			own.MSSPID, values["msp_id"], id(), values["run_id"], values["client_id"]))
	}
	link := func(table string) reference {
		grant := other.Viewers[portal.MSSPAdmin].GrantID
		return reference{table + ".grant_id", "portal_mssp", fmt.Sprintf(
			"insert into %s (mssp_id, grant_id, kind, entity_id) values ('%s', '%s', 'msp', '%s')", table, own.MSSPID, grant, msp),
			table, "grant_id", grant}
	}
	mark := func(column, foreign string) reference {
		values := map[string]string{"node_id": noNode, "grant_id": own.Viewers[portal.MSSPAdmin].GrantID}
		values[column] = foreign
		return reference{"attention_mark." + column, "portal_mssp", fmt.Sprintf(`
			insert into attention_mark (mssp_id, node_id, kind, mark, entity_id, grant_id, reason)
			values ('%s', '%s', 'client_missing', 'handled', '%s', '%s', '')`, own.MSSPID, values["node_id"], own.Direct.ID, values["grant_id"]),
			"attention_mark", column, foreign}
	}
	view := func(column, foreign string) reference {
		values := map[string]string{"node_id": noNode, "grant_id": own.Viewers[portal.MSSPAdmin].GrantID}
		values[column] = foreign
		return reference{"saved_view." + column, "portal_mssp", fmt.Sprintf(`
			insert into saved_view (mssp_id, id, node_id, grant_id, author_id, list, name, name_key, query)
			values ('%s', '%s', '%s', '%s', '%[2]s', 'msps', '', '', '')`, own.MSSPID, id(), values["node_id"], values["grant_id"]),
			"saved_view", column, foreign}
	}
	return []reference{
		former("msp_id", msp), former("client_id", client),
		change("msp_id", msp), change("client_id", client), change("run_id", otherRun),
		change("before_msp_id", msp), change("after_msp_id", msp),
		span("msp_id", msp), span("client_id", client),
		move("msp_id", msp), move("client_id", client), move("run_id", otherRun),
		sync("client", "msp_id", msp, fmt.Sprintf("update client set msp_id = '%s' where id = '%s'", msp, own.Direct.ID)),
		sync("client", "mssp_product_id", other.ConnectionID, fmt.Sprintf("update client set mssp_product_id = '%s'", other.ConnectionID)),
		sync("msp", "mssp_product_id", other.ConnectionID, fmt.Sprintf("update msp set mssp_product_id = '%s'", other.ConnectionID)),
		sync("client_count", "msp_id", msp, fmt.Sprintf(`
			insert into client_count (mssp_id, msp_id, status, type, n, seats_used, seats_total)
			values ('%s', '%s', 'active', 'CORP', 1, 1, 1)`, own.MSSPID, msp)),
		sync("client_day", "msp_id", msp, fmt.Sprintf(`
			insert into client_day (mssp_id, msp_id, day, clients, seats_used, seats_total)
			values ('%s', '%s', current_date, 1, 1, 1)`, own.MSSPID, msp)),
		sync("user_role", "msp_id", msp, fmt.Sprintf("update user_role set msp_id = '%s' where msp_id is not null", msp)),
		sync("sync_run", "mssp_product_id", other.ConnectionID, fmt.Sprintf(`
			insert into sync_run (mssp_id, id, mssp_product_id, status, trigger) values ('%s', '%s', '%s', 'failed', 'manual')`,
			own.MSSPID, id(), other.ConnectionID)),
		sync("sync_vanishing", "run_id", otherRun, fmt.Sprintf(`
			insert into sync_vanishing (mssp_id, run_id, rank, search_name, id, kind) values ('%s', '%s', 1, '', '%s', 'client')`,
			own.MSSPID, otherRun, client)),
		sync("sync_customer", "run_id", otherRun, fmt.Sprintf(`
			insert into sync_customer (mssp_id, run_id, call, id, kind, external_id, parent, name, type, products, raw)
			values ('%s', '%s', 1, '%s', 'client', '1', '', '', '', '{}', '{}')`, own.MSSPID, otherRun, client)),
		sync("field_map", "run_id", otherRun, fmt.Sprintf(`
			insert into field_map (mssp_id, mssp_product_id, run_id, read_at, customers, paths, applied)
			values ('%s', '%s', '%s', now(), 1, '[]', '{}')`, own.MSSPID, own.ConnectionID, otherRun)),
		sync("field_map", "mssp_product_id", other.ConnectionID, fmt.Sprintf(`
			insert into field_map (mssp_id, mssp_product_id, run_id, read_at, customers, paths, applied)
			values ('%s', '%s', '%s', now(), 1, '[]', '{}')`, own.MSSPID, other.ConnectionID, ownRun)),
		sync("sync_turn", "mssp_id", other.MSSPID, fmt.Sprintf(`
			insert into sync_turn (mssp_id, taken_at) values ('%s', now())`, other.MSSPID)),
		{"sync_run.mssp_product_id_by_admin", "portal_mssp", fmt.Sprintf(`
			insert into sync_run (mssp_id, id, mssp_product_id, status, trigger) values ('%s', '%s', '%s', 'failed', 'manual')`,
			own.MSSPID, id(), other.ConnectionID), "sync_run", "mssp_product_id", other.ConnectionID},
		{"user_role.msp_id_by_admin", "portal_mssp",
			fmt.Sprintf("update user_role set msp_id = '%s' where msp_id is not null", msp), "user_role", "msp_id", msp},
		{"user_role.client_id_by_admin", "portal_mssp",
			fmt.Sprintf("update user_role set client_id = '%s' where client_id is not null", client), "user_role", "client_id", client},
		{"pre_assigned_role.msp_id_by_admin", "portal_mssp", fmt.Sprintf(`
			insert into pre_assigned_role (mssp_id, id, email, role, msp_id, provider, code_hash, invited_by, expires_at)
			values ('%s', '%s', 'a@example.com', 'msp_user', '%s', 'google', '', '', now())`, own.MSSPID, id(), msp),
			"pre_assigned_role", "msp_id", msp},
		{"invite_mail.msp_id_by_admin", "portal_mssp", fmt.Sprintf(`
			insert into invite_mail (mssp_id, id, msp_id, inviter_id, mailbox) values ('%s', '%s', '%s', '%s', 'a@example.com')`,
			own.MSSPID, id(), msp, id()), "invite_mail", "msp_id", msp},
		{"change_visit.grant_id", "portal_mssp", fmt.Sprintf(
			"insert into change_visit (mssp_id, grant_id, seen_to, touched_at) values ('%s', '%s', now(), now())", own.MSSPID,
			other.Viewers[portal.MSSPAdmin].GrantID), "change_visit", "grant_id", other.Viewers[portal.MSSPAdmin].GrantID},
		link("favourite"), link("recent"), mark("node_id", msp), mark("grant_id", other.Viewers[portal.MSSPAdmin].GrantID),
		view("node_id", msp), view("grant_id", other.Viewers[portal.MSSPAdmin].GrantID),
		{"view_default.grant_id", "portal_mssp", fmt.Sprintf(`
			insert into view_default (mssp_id, grant_id, list, view_id)
			select v.mssp_id, '%s', 'msps', v.id
			from saved_view v
			limit 1`, other.Viewers[portal.MSSPAdmin].GrantID), "view_default", "grant_id", other.Viewers[portal.MSSPAdmin].GrantID},
		{"view_default.view_id", "portal_mssp", fmt.Sprintf(
			"insert into view_default (mssp_id, grant_id, list, view_id) values ('%s', '%s', 'msps', '%s')", own.MSSPID,
			own.Viewers[portal.MSSPAdmin].GrantID, otherRun), "view_default", "view_id", otherRun},
		{"field_map.noticed_in_by_admin", "portal_mssp", fmt.Sprintf("update field_map set noticed_in = '%s'", otherRun),
			"field_map", "noticed_in", otherRun},
	}
}

func TestReferencesToAnotherMSSP(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	runs := map[string]string{}
	for _, of := range []testkit.Tenant{w.Own, w.Other} {
		err := w.DB.As(of.Viewers[portal.MSSPAdmin]).Read(t.Context(), func(batch *pgx.Batch) {
			batch.Queue("select id::text from sync_run limit 1").QueryRow(func(row pgx.Row) error {
				var id string
				err := row.Scan(&id)
				runs[of.MSSPID] = id
				return err
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	scope := portal.Scope{Level: portal.LevelMSSP, MSSPID: w.Own.MSSPID}
	all := references(w.Own, w.Other, runs[w.Own.MSSPID], runs[w.Other.MSSPID])
	before := map[string]int64{}
	count := func(r reference, role portal.Role) int64 {
		return read(t, w.DB, w.Other.Viewers[role], fmt.Sprintf("select count(*) from %s where %s::text = '%s'", r.table, r.column, r.foreign))
	}
	for _, r := range all {
		for role := range w.Other.Viewers {
			before[r.name+string(role)] = count(r, role)
		}
	}
	for _, r := range all {
		t.Run(r.name, func(t *testing.T) {
			if _, err := write(t, w.DB, r.role, scope, r.sql); err != nil {
				return // refused
			}
			for role := range w.Other.Viewers {
				if now := count(r, role); now != before[r.name+string(role)] {
					t.Errorf("%s of the named MSSP: got %d rows, want %d as before", role, now, before[r.name+string(role)])
				}
			}
		})
	}
	t.Run("covers_every_column", func(t *testing.T) {
		covered := map[string]bool{}
		for _, r := range all {
			covered[r.table+"."+r.column] = true
		}
		for _, column := range idColumns(t, w) {
			if !covered[column] && !slices.Contains(notReferences, column) {
				t.Errorf("got no reference for %s, want one", column)
			}
		}
	})
}

// noNode is the node of the MSSP itself.
const noNode = "00000000-0000-0000-0000-000000000000"

// notReferences are columns of ids that name no row of a tenant, or that no role of the server writes.
var notReferences = []string{
	"audit_log.actor_id", "audit_log.request_id", "change.entity_id", "former_name.entity_id", "mssp_product.product_id",
	"mssp_product.customer_id",
	"pre_assigned_role.client_id", // TestClientNodes
	"user_role.user_id",           // only a sign-in writes it
	"invite_mail.inviter_id",      // a user, not a tenant's row
	"saved_view.author_id",        // a user
	// favourites_test.go
	"favourite.entity_id", "recent.entity_id",
	"attention_mark.entity_id", // attention_marks_test.go
	// the database alone writes groups and licence ends
	"client_end.msp_id", "client_end_sum.msp_id",
	"change_group.run_id", "change_group.msp_id", "change_group.before_msp_id", "change_group.after_msp_id",
	"client_move_group.run_id", "client_move_group.msp_id",
	"client.external_id", "msp.external_id", "sync_customer.external_id",
}

// idColumns returns the columns of tenants' tables that hold an id by their name.
func idColumns(t *testing.T, w *testkit.World) []string {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), w.URLs.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(context.Background(), `
		select c.table_name || '.' || c.column_name
		from information_schema.columns c
		join information_schema.tables t using (table_schema, table_name)
		where c.table_schema = 'public'
		and t.table_type = 'BASE TABLE'
		and (c.column_name like '%\_id' or c.column_name = 'noticed_in')
		and c.column_name <> 'mssp_id'
		and exists (
			select
			from information_schema.columns m
			where m.table_schema = 'public'
			and m.table_name = c.table_name
			and m.column_name = 'mssp_id')
		order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return columns
}
