package postgres_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

// tenantTables are all tables with tenants' rows, and their column with the id of the MSSP.
var tenantTables = map[string]string{
	"mssp": "id", "mssp_product": "mssp_id", "sync_run": "mssp_id", "msp": "mssp_id", "client": "mssp_id",
	"client_count": "mssp_id", "msp_count": "mssp_id", "client_day": "mssp_id", "client_span": "mssp_id", "change": "mssp_id",
	"change_group": "mssp_id", "change_visit": "mssp_id", "client_move": "mssp_id", "client_move_group": "mssp_id",
	"sync_customer": "mssp_id", "sync_vanishing": "mssp_id", "field_map": "mssp_id", "user_role": "mssp_id",
	"pre_assigned_role": "mssp_id", "audit_log": "mssp_id", "sync_turn": "mssp_id", "invite_mail": "mssp_id",
	"former_name": "mssp_id", "client_end": "mssp_id", "client_end_sum": "mssp_id",
	"saved_view": "mssp_id", "view_default": "mssp_id", "favourite": "mssp_id", "recent": "mssp_id",
	"attention_mark": "mssp_id",
}

// notForSync are tables that a sync may not use.
var notForSync = []string{
	"audit_log", "invite_mail", "change_group", "change_visit", "client_end", "saved_view", "view_default", "favourite", "recent",
	"client_move", "client_move_group", // a sync may insert moves
}

// read runs sql, which has no condition on the scope, as viewer. It returns the number that the query returns, or -1 if
// PostgreSQL refuses the query.
func read(t *testing.T, db *postgres.DB, viewer portal.Viewer, sql string) int64 {
	t.Helper()
	var n int64
	err := db.As(viewer).Read(context.Background(), func(batch *pgx.Batch) {
		batch.Queue(sql).QueryRow(func(row pgx.Row) error { return row.Scan(&n) })
	})
	if err != nil {
		return -1
	}
	return n
}

func TestRowSecurity(t *testing.T) {
	t.Parallel()
	t.Run("query_without_scope_returns_own_rows", testRowSecurityQueryReturnsOwnRows)
	t.Run("sync_without_scope_reaches_own_mssp", testRowSecuritySyncReachesOwnMSSP)
	t.Run("covers_every_table_of_viewers", testRowSecurityCoversEveryTable)
	t.Run("pooled_connection_drops_role_and_scope", testRowSecurityPooledConnectionDropsScope)
	t.Run("viewer_without_session_or_grant_is_refused", testRowSecurityViewerWithoutAccessIsRefused)
}

func testRowSecurityQueryReturnsOwnRows(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	for role, viewer := range w.Own.Viewers {
		for table, column := range tenantTables {
			foreign := fmt.Sprintf("select count(*) from %s where %s <> '%s'", table, column, w.Own.MSSPID)
			if n := read(t, w.DB, viewer, foreign); n > 0 {
				t.Errorf("%s, %s: got %d rows of another MSSP, want 0", role, table, n)
			}
		}
	}
	for _, role := range []portal.Role{portal.MSPAdmin, portal.MSPUser} {
		viewer := w.Own.Viewers[role]
		for sql, want := range map[string]int64{
			"select count(*) from client": 3, "select count(*) from msp": 1, "select count(*) from change": 3,
			"select coalesce(sum(n), 0)::bigint from client_count": 3, "select count(*) from client_day": 1,
			"select count(*) from client_span": 3, "select sum(n)::bigint from change_group": 3,
			"select coalesce(sum(n), 0)::bigint from client_end": 3, "select count(*) from client_end_sum": 1,
		} {
			if n := read(t, w.DB, viewer, sql); n != want {
				t.Errorf("%s: %s: got %d, want %d", role, sql, n, want)
			}
		}
	}
	for sql, want := range map[string]int64{
		"select count(*) from client": 1, "select count(id) from msp": 1, "select count(*) from change": 1,
		"select count(*) from client_count": -1, "select count(*) from client_day": -1,
		"select count(client_id) from client_span": 1, "select count(msp_id) from client_span": -1,
		"select count(*) from change_group": -1, "select count(*) from client_end": -1, "select count(*) from client_end_sum": -1,
	} {
		if n := read(t, w.DB, w.Own.Viewers[portal.ClientUser], sql); n != want {
			t.Errorf("client_user: %s: got %d, want %d", sql, n, want)
		}
	}
}

func testRowSecuritySyncReachesOwnMSSP(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	for _, tenant := range []testkit.Tenant{w.Own, w.Other} {
		w.Exec(t, `
			insert into sync_customer (mssp_id, run_id, call, id, kind, external_id, parent, name, type, products, raw)
			values ($1, $2, 1, $2, 'client', '1', '', '', '', '{}', '{}')`, tenant.MSSPID, postgres.NewID())
		w.Exec(t, `
			insert into sync_vanishing (mssp_id, run_id, rank, search_name, id, kind)
			values ($1, $2, 1, '', $2, 'client')`, tenant.MSSPID, postgres.NewID())
		w.Exec(t, `
			insert into field_map (mssp_id, mssp_product_id, run_id, read_at, customers, paths, applied)
			select r.mssp_id, r.mssp_product_id, r.id, now(), 1, '[]', '{}'
			from sync_run r
			where r.mssp_id = $1
			limit 1`, tenant.MSSPID)
		w.Exec(t, `
			insert into former_name (mssp_id, entity_id, digest, under, entity, name, name_key, until_at)
			values ($1, $2, $2, $2, 'client', 'x', 'x', now())`, tenant.MSSPID, postgres.NewID())
		w.Exec(t, "insert into sync_turn (mssp_id, taken_at) values ($1, now())", tenant.MSSPID)
		w.Exec(t, `
			insert into attention_mark (mssp_id, node_id, kind, mark, entity_id, grant_id, reason)
			values ($1, $2, 'client_missing', 'handled', $2, $3, '')`, tenant.MSSPID, noNode, tenant.Viewers[portal.MSSPAdmin].GrantID)
	}
	asSync := func(sql string) (n int64, err error) {
		err = pgx.BeginFunc(t.Context(), w.DB.Pool(), func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(),
				"select set_config('role', 'portal_sync', true), set_config('portal.mssp', $1, true)", w.Own.MSSPID)
			if err != nil {
				return err
			}
			return tx.QueryRow(t.Context(), sql).Scan(&n)
		})
		return n, err
	}
	for table, column := range tenantTables {
		if slices.Contains(notForSync, table) {
			continue
		}
		var all string
		for _, whose := range []string{"=", "<>"} {
			n, err := asSync(fmt.Sprintf("select count(%[2]s) from %[1]s where %[2]s %[3]s '%[4]s'", table, column, whose, w.Own.MSSPID))
			if err != nil {
				t.Fatalf("%s: %v", table, err)
			}
			all += fmt.Sprint(n > 0, " ")
		}
		if all != "true false " && table != "pre_assigned_role" || all == "true true " {
			t.Errorf("%s: got whether a sync reaches own rows and others %q, want %q", table, all, "true false ")
		}
	}
	for _, sql := range []string{
		"with deleted as (delete from client_day returning mssp_id) select count(*) from deleted where mssp_id <> '%s'",
		"with touched as (update sync_run set seen = 1 returning mssp_id) select count(*) from touched where mssp_id <> '%s'",
	} {
		if n, err := asSync(fmt.Sprintf(sql, w.Own.MSSPID)); err != nil || n != 0 {
			t.Errorf("%s: got %d rows of another MSSP, %v, want 0", sql, n, err)
		}
	}
	for _, sql := range []string{
		`insert into client_day (mssp_id, msp_id, day, clients, seats_used, seats_total)
			values ('%s', new_id(), now(), 1, 1, 1)
			returning 1::bigint`,
		"update msp set mssp_id = '%s' returning 1::bigint",
	} {
		if _, err := asSync(fmt.Sprintf(sql, w.Other.MSSPID)); err == nil {
			t.Errorf("%s: got no error, want a refusal to write rows of another MSSP", sql)
		}
	}
}

func testRowSecurityCoversEveryTable(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	conn, err := pgx.Connect(context.Background(), w.URLs.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(context.Background(), `
		select c.relname
		from pg_class c
		join information_schema.role_table_grants g on g.table_name = c.relname and g.table_schema = 'public'
		where c.relnamespace = 'public'::regnamespace
		and not c.relrowsecurity
		and not (c.relkind = 'v' and 'security_barrier=true' = any(c.reloptions) and pg_get_viewdef(c.oid) like '%scope_mssp()%')
		and g.grantee like 'portal\_%'
		and g.grantee not like 'portal\_test%'
		and c.relname not in ('product', 'role', 'goose_db_version')
		group by c.relname`)
	if err != nil {
		t.Fatal(err)
	}
	open, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(open) > 0 {
		t.Errorf("tables without row-level security and views without a scope: got %v (%v), want none", open, err)
	}
}

// TestForbiddenSQL covers statements that PostgreSQL refuses to the database role of a viewer.
func TestForbiddenSQL(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	invite := func(msspID string, mspID *string, role portal.Role) string {
		msp := "null"
		if mspID != nil {
			msp = "'" + *mspID + "'"
		}
		return fmt.Sprintf(`
			insert into pre_assigned_role (mssp_id, id, email, role, msp_id, provider, code_hash, invited_by, expires_at)
			values ('%s', '%s', 'a@example.com', '%s', %s, 'google', '', '', now())`, msspID, postgres.NewID(), role, msp)
	}
	audit := func(msspID string) string {
		return fmt.Sprintf("insert into audit_log (mssp_id, id, action) values ('%s', '%s', 'x')", msspID, postgres.NewID())
	}
	mssp, msp, client := w.Own.Viewers[portal.MSSPAdmin], w.Own.Viewers[portal.MSPAdmin], w.Own.Viewers[portal.ClientUser]
	sibling, foreign := w.Own.MSPs[1].ID, w.Other.MSPs[0].ID
	for name, refused := range map[string]struct {
		viewer portal.Viewer
		sql    string
	}{
		"mssp_invites_for_other_mssp": {mssp, invite(w.Other.MSSPID, &foreign, portal.MSPUser)},
		"msp_invites_for_sibling":     {msp, invite(w.Own.MSSPID, &sibling, portal.MSPUser)},
		"msp_invites_for_mssp":        {msp, invite(w.Own.MSSPID, nil, portal.MSSPAdmin)},
		"mssp_renames_client":         {mssp, "update client set name = 'x'"},
		"mssp_inserts_grant": {mssp, fmt.Sprintf(
			"insert into user_role (mssp_id, id, user_id, role) values ('%s', '%s', '%s', 'mssp_admin')",
			w.Own.MSSPID, postgres.NewID(), w.Own.Viewers[portal.MSPUser].UserID)},
		"mssp_reassigns_grant": {mssp, "update user_role set user_id = user_id"},
		"msp_moves_users_to_sibling": {msp, fmt.Sprintf(
			"update user_role set msp_id = '%s'", sibling)},
		"msp_moves_users_to_mssp": {msp,
			"update user_role set role = 'mssp_admin', msp_id = null, client_id = null"},
		"mssp_renames_user":             {mssp, "update person_of_mssp set name = 'x'"},
		"mssp_extends_session":          {mssp, "update session set expires_at = 'infinity'"},
		"mssp_reassigns_session":        {mssp, "update session_of_mssp set user_id = user_id"},
		"msp_reads_users_of_mssp":       {msp, "select email from person_of_mssp"},
		"client_reads_users_of_msp":     {client, "select email from person_of_msp"},
		"mssp_reads_api_key":            {mssp, "select api_key_sealed from mssp_product"},
		"msp_reads_signing_keys":        {msp, "select private_sealed from signing_key"},
		"client_reads_all_users":        {client, "select email from app_user"},
		"mssp_reads_staged_customers":   {mssp, "select raw from sync_customer"},
		"msp_reads_customers_in_review": {msp, "select id from sync_vanishing"},
		"msp_reads_error_of_run":        {msp, "select error from sync_run"},
		"mssp_inserts_mssp": {mssp,
			"insert into mssp (id, name) values ('" + postgres.NewID() + "', 'x')"},
		"mssp_writes_audit_log_of_other_mssp": {mssp, audit(w.Other.MSSPID)},
		"msp_writes_audit_log_of_other_mssp":  {msp, audit(w.Other.MSSPID)},
		"mssp_updates_audit_log":              {mssp, "update audit_log set action = 'x'"},
		"mssp_deletes_audit_log":              {mssp, "delete from audit_log"},
		"client_writes_audit_log":             {client, audit(w.Own.MSSPID)},
		"client_adds_shared_view": {client, fmt.Sprintf(`
			insert into saved_view (mssp_id, id, node_id, author_id, list, name, name_key, query)
			values ('%s', '%s', '%s', '%s', 'clients', 'x', 'x', '')`,
			w.Own.MSSPID, postgres.NewID(), client.Scope.ClientID, client.UserID)},
		"msp_reads_base_url": {msp, "select base_url from mssp_product"},
		"client_invites":     {client, invite(w.Own.MSSPID, nil, portal.MSSPAdmin)},
	} {
		t.Run(name, func(t *testing.T) {
			err := w.DB.As(refused.viewer).Write(context.Background(), func(tx pgx.Tx) error {
				_, err := tx.Exec(context.Background(), refused.sql)
				return err
			})
			if err == nil {
				t.Error("got no error, want a refusal")
			}
		})
	}
}

func testRowSecurityPooledConnectionDropsScope(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	viewer := w.Own.Viewers[portal.MSSPAdmin]
	for range 20 {
		if n := read(t, w.DB, viewer, "select count(*) from client"); n != 7 {
			t.Fatalf("clients of the admin: got %d, want 7", n)
		}
		var role, mssp string
		err := w.DB.Pool().QueryRow(context.Background(),
			"select current_user, coalesce(current_setting('portal.mssp', true), '')").Scan(&role, &mssp)
		if err != nil || role != "portal_test_server" || mssp != "" {
			t.Fatalf("connection after a request: got role %q with scope %q (%v), want portal_test_server without scope", role, mssp, err)
		}
	}
}

func testRowSecurityViewerWithoutAccessIsRefused(t *testing.T) {
	t.Parallel()
	const ofSession = "user_id = (select user_id from session where id = $1)"
	for sql, want := range map[string]portal.Code{
		"update session set revoked_at = now() where id = $1":                                          portal.SessionRevoked,
		"update session set expires_at = now() - interval '1 second' where id = $1":                    portal.SessionRevoked,
		"update app_user set active = false where id = (select user_id from session where id = $1)":    portal.Deactivated,
		"update user_role set role = 'mssp_staff', msp_id = null, client_id = null where " + ofSession: portal.GrantChanged,
		"delete from user_role where " + ofSession:                                                     portal.GrantChanged,
	} {
		fresh := testkit.NewWorld(t)
		conn, err := pgx.Connect(context.Background(), fresh.URLs.Owner)
		if err != nil {
			t.Fatal(err)
		}
		viewer := fresh.Own.Viewers[portal.MSPUser]
		if _, err := conn.Exec(context.Background(), sql, viewer.SessionID); err != nil {
			t.Fatal(err)
		}
		conn.Close(context.Background())
		_, _, err = fresh.DB.Overview(context.Background(), viewer, time.Hour)
		if portal.ErrorCode(err) != want {
			t.Errorf("overview after %q: got %v, want %s", sql, err, want)
		}
	}
}
