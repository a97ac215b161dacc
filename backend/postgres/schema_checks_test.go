package postgres_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"fs-client-portal/backend/testkit"
)

const checkViolation = "23514"

// insertInvite needs a role, an MSP and a client.
const insertInvite = `
	insert into pre_assigned_role (mssp_id, id, email, provider, code_hash, invited_by, expires_at, role, msp_id, client_id)
	select m.mssp_id, new_id(), 'new@example.com', 'google', '', '', now(), `

// insertMark needs a mark and the time until which it lasts.
const insertMark = `
	insert into attention_mark (mssp_id, node_id, kind, entity_id, grant_id, reason, mark, until_at)
	select mssp_id, id, 'client_missing', id, id, '', `

// schemaChecks has statements for every check constraint; each violates the constraint and nothing else.
var schemaChecks = map[string][]string{
	"attention_mark_mark_check": {
		insertMark + "'other', null from user_role limit 1",
		insertMark + "'snoozed', null from user_role limit 1",
		insertMark + "'handled', now() from user_role limit 1",
	},
	"change_entity_check": {"update change set entity = 'other'"},
	"change_kind_check":   {"update change set kind = 'other'"},
	"change_reason_check": {"update change set reason = 'other'"},
	"client_move_kind_check": {`
		insert into client_move (mssp_id, msp_id, id, at, client_id, kind)
		select id, id, id, now(), id, 'other'
		from mssp
		limit 1`},
	"client_span_order_check": {"update client_span set to_at = from_at", "update client_span set to_at = from_at - interval '1 day'"},
	"client_status_check":     {"update client set status = 'other'"},
	"former_name_entity_check": {`
		insert into former_name (mssp_id, entity_id, digest, under, entity, name, name_key, until_at)
		select id, id, id, id, 'other', 'x', 'x', now()
		from mssp
		limit 1`},
	"identity_provider_check": {`
		insert into identity (provider, issuer, subject, user_id)
		select 'other', 'issuer', 'subject', id
		from app_user
		limit 1`},
	"login_attempt_provider_check": {`
		insert into login_attempt (id, provider, redirect_uri, code_challenge, nonce, expires_at)
		values (new_id(), 'other', '', '', '', now())`},
	"msp_status_check": {"update msp set status = 'other'"},
	"mssp_name_check":  {"update mssp set name = ''"},
	"pre_assigned_role_mail_check": {`
		insert into pre_assigned_role (mssp_id, id, email, role, provider, code_hash, invited_by, expires_at, mail)
		select id, new_id(), 'new@example.com', 'mssp_staff', 'google', '', '', now(), 'other'
		from mssp
		limit 1`},
	"pre_assigned_role_node_check": {
		insertInvite + "'mssp_admin', m.id, null from msp m limit 1",
		insertInvite + "'mssp_staff', null, m.id from client m limit 1",
		insertInvite + "'msp_admin', null, null from msp m limit 1",
		insertInvite + "'msp_user', m.msp_id, m.id from client m where m.msp_id is not null limit 1",
		insertInvite + "'client_user', m.id, null from msp m limit 1",
	},
	"pre_assigned_role_provider_check": {`
		insert into pre_assigned_role (mssp_id, id, email, role, provider, code_hash, invited_by, expires_at)
		select id, new_id(), 'new@example.com', 'mssp_staff', 'other', '', '', now()
		from mssp
		limit 1`},
	"role_level_check":       {"update role set level = 'other'"},
	"sync_run_status_check":  {"update sync_run set status = 'other'"},
	"sync_run_trigger_check": {"update sync_run set trigger = 'other'"},
	"sync_vanishing_kind_check": {`
		insert into sync_vanishing (mssp_id, run_id, rank, search_name, id, kind)
		select mssp_id, id, 1, '', new_id(), 'other'
		from sync_run
		limit 1`},
	"user_role_node_check": {
		"update user_role set msp_id = m.id from msp m where role = 'mssp_admin' and m.mssp_id = user_role.mssp_id",
		"update user_role set client_id = c.id from client c where role = 'mssp_staff' and c.mssp_id = user_role.mssp_id",
		"update user_role set msp_id = null where role = 'msp_admin'",
		"update user_role set client_id = c.id from client c where role = 'msp_user' and c.msp_id = user_role.msp_id",
		"update user_role set client_id = null where role = 'client_user'",
	},
}

// TestSchemaChecks covers every check constraint; one that is added later needs a case in schemaChecks.
func TestSchemaChecks(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	conn, err := pgx.Connect(t.Context(), w.URLs.Owner)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	type check struct{ Name, Table string }
	checks := catalog(t, w.URLs, `
		select conname as name, conrelid::regclass::text as table
		from pg_constraint
		where contype = 'c'
		and connamespace = 'public'::regnamespace
		order by conname`, pgx.RowToStructByName[check])
	for _, c := range checks {
		t.Run(c.Name, func(t *testing.T) {
			if len(schemaChecks[c.Name]) == 0 {
				t.Fatal("got no case in schemaChecks, want a statement that violates the constraint")
			}
			for _, sql := range schemaChecks[c.Name] {
				var violated *pgconn.PgError
				err := execAndRollBack(t, conn, sql)
				if !errors.As(err, &violated) || violated.Code != checkViolation || violated.ConstraintName != c.Name {
					t.Errorf("%s: got error %v, want a violation of %s", sql, err, c.Name)
				}
				if err := execAndRollBack(t, conn, "alter table "+c.Table+" drop constraint "+c.Name, sql); err != nil {
					t.Errorf("%s: got error %v without the constraint, want none", sql, err)
				}
			}
		})
	}
	for name := range schemaChecks {
		if !slices.ContainsFunc(checks, func(c check) bool { return c.Name == name }) {
			t.Errorf("schemaChecks: got a case for %s, want only constraints of the schema", name)
		}
	}
}

// execAndRollBack runs statements that change at least one row in the end, and leaves the database as it was.
func execAndRollBack(t *testing.T, conn *pgx.Conn, statements ...string) error {
	t.Helper()
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.Background()) //nolint:errcheck // the transaction may have failed on purpose
	var tag pgconn.CommandTag
	for _, sql := range statements {
		if tag, err = tx.Exec(t.Context(), sql); err != nil {
			return err
		}
	}
	if tag.RowsAffected() == 0 {
		t.Errorf("%s: got no changed row, want at least one", statements[len(statements)-1])
	}
	return nil
}
