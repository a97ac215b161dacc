package postgres_test

import (
	"os"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
)

// TestInvitesMigration runs the statement that fills in the invited address of grants from before the migration.
func TestInvitesMigration(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	file, err := os.ReadFile("migrations/00024_invites.sql")
	if err != nil {
		t.Fatal(err)
	}
	fill := ""
	for _, step := range strings.Split(string(file), ";\n") {
		if strings.Contains(step, "set email = (") {
			fill = step
		}
	}
	invited := w.Own.Viewers[portal.MSPUser]
	w.Exec(t, `
		insert into pre_assigned_role (mssp_id, id, email, role, msp_id, provider, code_hash, invited_by, expires_at, accepted_at, accepted_by)
		values ($1, gen_random_uuid(), 'older@example.com', 'msp_user', $2, 'google', '\x01', 'x', now(), now() - interval '2 days', $3),
		       ($1, gen_random_uuid(), 'invited@example.com', 'msp_admin', $2, 'google', '\x02', 'x', now(), now() - interval '1 day', $3),
		       ($4, gen_random_uuid(), 'elsewhere@example.com', 'mssp_admin', null, 'google', '\x03', 'x', now(), now(), $3)`,
		w.Own.MSSPID, w.Own.MSPs[0].ID, invited.UserID, w.Other.MSSPID)
	w.Exec(t, "update user_role set email = null")
	w.Exec(t, fill)
	got := w.Text(t, "select coalesce(string_agg(email, ','), '') from user_role where user_id = $1", invited.UserID)
	if got != "invited@example.com" {
		t.Errorf("got the address %q, want invited@example.com, of the newest invite accepted in the MSSP", got)
	}
}
