package postgres_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

// catalog reads one column of the system catalogs as the owner of the database.
func catalog[T any](t *testing.T, urls testkit.URLs, sql string, scan pgx.RowToFunc[T]) []T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), urls.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, scan)
	if err != nil || len(all) == 0 {
		t.Fatalf("got %d rows, %v", len(all), err)
	}
	return all
}

// TestGrants compares the privileges of each database role of the server with a file of those it needs. Policies limit
// the rows, grants the tables and columns.
func TestGrants(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/grants.txt")
	if err != nil {
		t.Fatal(err)
	}
	got := catalog(t, testkit.Database(t), `
		select r.name || ' ' || c.relname || ': ' || string_agg(p.privilege, ', ' order by p.privilege)
		from pg_class c
		cross join (
			select oid, rolname as name
			from pg_roles
			where rolname like 'portal\_%'
			and rolname not like 'portal\_test%'
			union all
			select 0, 'everybody') r
		cross join lateral (
			select lower(a.privilege_type) as privilege
			from aclexplode(c.relacl) a
			where a.grantee = r.oid
			union all
			select lower(a.privilege_type) || ' (' || string_agg(t.attname, ', ' order by t.attname) || ')'
			from pg_attribute t
			cross join lateral aclexplode(t.attacl) a
			where t.attrelid = c.oid
			and a.grantee = r.oid
			group by a.privilege_type) p
		where c.relnamespace = 'public'::regnamespace
		and c.relname not like 'river\_%'
		group by r.name, c.relname
		order by r.name, c.relname`, pgx.RowTo[string])
	if diff := cmp.Diff(strings.Split(strings.TrimSpace(string(want)), "\n"), got); diff != "" {
		t.Errorf("grants differ from testdata/grants.txt (-want +got); change the file if the role needs the grant:\n%s", diff)
	}
}

// policy is one policy, and which columns of its table name the owner of a row.
type policy struct {
	Table, Name, Role, Command, Using, Check string
	HasMSP, HasClient                        bool
}

// rows returns the condition that the policy should have: the MSSP, and the viewer's level if the table has a column
// for it.
func (p policy) rows() string {
	own := func(table, column string) string {
		if p.Table == table {
			return "id = scope_" + table
		}
		return column + " = scope_" + table
	}
	level := ""
	switch {
	case p.Role == "portal_auth", p.Role == "portal_jobs":
		return "true" // roles of the server for all MSSPs, which no viewer has
	case p.Role == "portal_msp" && (p.HasMSP || p.Table == "msp"), p.Role == "portal_client" && p.Table == "msp":
		level = own("msp", "msp_id")
	case p.Role == "portal_client" && (p.HasClient || p.Table == "client"):
		level = own("client", "client_id")
	}
	if level == "" {
		return own("mssp", "mssp_id")
	}
	return own("mssp", "mssp_id") + " AND " + level
}

// TestPolicies covers every permissive policy of every table. TestClientNodes covers the restrictive ones.
func TestPolicies(t *testing.T) {
	t.Parallel()
	all := catalog(t, testkit.Database(t), `
		select p.tablename::text as table, p.policyname::text as name, array_to_string(p.roles, ', ') as role, p.cmd as command,
		       coalesce(p.qual, '') as using, coalesce(p.with_check, '') as check,
		       count(*) filter (where a.attname = 'msp_id') > 0 as has_msp,
		       count(*) filter (where a.attname = 'client_id') > 0 as has_client
		from pg_policies p
		join pg_attribute a on a.attrelid = format('%I.%I', p.schemaname, p.tablename)::regclass
		where p.permissive = 'PERMISSIVE'
		group by p.schemaname, p.tablename, p.policyname, p.roles, p.cmd, p.qual, p.with_check`, pgx.RowToStructByName[policy])
	plain := strings.NewReplacer("(", "", ")", "")
	for _, p := range all {
		t.Run(p.Name, func(t *testing.T) {
			using, check := p.rows(), ""
			if p.Command == "INSERT" {
				using, check = "", using
			}
			if plain.Replace(p.Using) != using || plain.Replace(p.Check) != check {
				t.Errorf("%s of %s: got using %q, check %q, want %q, %q", p.Role, p.Table, p.Using, p.Check, using, check)
			}
		})
	}
}

// TestInvitesOfMSP covers which invites and invite mails an MSP reads, and which mails it may record.
func TestInvitesOfMSP(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	own, viewer := w.Own.MSPs[0].ID, w.Own.Viewers[portal.MSPAdmin]
	mail := func(msspID string, mspID *string) string {
		msp := "null"
		if mspID != nil {
			msp = "'" + *mspID + "'"
		}
		return fmt.Sprintf("insert into invite_mail (mssp_id, id, msp_id, inviter_id, mailbox) values ('%s', '%s', %s, '%s', 'a@example.com')",
			msspID, postgres.NewID(), msp, viewer.UserID)
	}
	owners := map[string]struct {
		mssp string
		msp  *string
	}{
		"own_msp": {w.Own.MSSPID, &own}, "sibling_msp": {w.Own.MSSPID, &w.Own.MSPs[1].ID},
		"own_mssp": {w.Own.MSSPID, nil}, "other_mssp": {w.Other.MSSPID, &w.Other.MSPs[0].ID},
	}
	for _, owner := range owners {
		w.Exec(t, mail(owner.mssp, owner.msp))
		w.Exec(t, `
			insert into pre_assigned_role (mssp_id, id, email, role, msp_id, provider, code_hash, invited_by, expires_at)
			values ($1, $2, 'b@example.com', case when $3::uuid is null then 'mssp_staff' else 'msp_user' end, $3, 'google', '', '', now())`,
			owner.mssp, postgres.NewID(), owner.msp)
	}
	for _, table := range []string{"pre_assigned_role", "invite_mail"} {
		sql := fmt.Sprintf("select count(*) filter (where msp_id is distinct from '%s') from %s", own, table)
		if n := read(t, w.DB, viewer, sql); n != 0 {
			t.Errorf("admin of an MSP: got %d rows of others in %s, want 0", n, table)
		}
	}
	for name, owner := range owners {
		t.Run("records_mail_of_"+name, func(t *testing.T) {
			rows, err := write(t, w.DB, "portal_msp", viewer.Scope, mail(owner.mssp, owner.msp))
			if allowed := name == "own_msp"; allowed != (err == nil) {
				t.Errorf("got %d rows, error %v, want it allowed: %t", rows, err, allowed)
			}
		})
	}
}
