package postgres_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

// TestOlderServer runs statements of a server from before session_grant and inviters beside this version: it knows
// neither the table nor the column.
func TestOlderServer(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	// oldSession returns a user with a session that an older server started.
	oldSession := func(t *testing.T, at portal.Scope) portal.Viewer {
		t.Helper()
		user := w.Person(t, portal.MSPUser, at)
		w.Exec(t, "delete from session_grant where session_id = $1", user.SessionID)
		return user
	}
	views := map[portal.Role]string{portal.MSSPAdmin: "session_of_mssp", portal.MSPAdmin: "session_of_msp"}
	for role, view := range views {
		admin := w.Own.Viewers[role]
		signOut := "update " + view + " set revoked_at = now(), revoked_reason = 'admin' where user_id = $1"
		t.Run(view+"_revokes_session_it_started", func(t *testing.T) {
			user := oldSession(t, w.Own.At(portal.MSPUser, 0))
			if n := writeAs(t, w.DB, admin, signOut, user.UserID); n != 1 {
				t.Errorf("got %d revoked sessions, want 1", n)
			}
			if code := requestCode(w, user); code != portal.SessionRevoked {
				t.Errorf("next request: got code %q, want %q", code, portal.SessionRevoked)
			}
		})
		t.Run(view+"_keeps_sessions_of_other_scopes", func(t *testing.T) {
			foreign := oldSession(t, w.Other.At(portal.MSPUser, 0))
			if n := writeAs(t, w.DB, admin, signOut, foreign.UserID); n != 0 {
				t.Errorf("got %d revoked sessions of the other MSSP, want 0", n)
			}
			if code := requestCode(w, foreign); code != "" {
				t.Errorf("next request of the other MSSP's user: got code %q, want none", code)
			}
		})
		t.Run(view+"_keeps_session_used_elsewhere", func(t *testing.T) {
			user := oldSession(t, w.Own.At(portal.MSPUser, 0))
			there := w.Grant(t, user.UserID, portal.MSSPAdmin, w.Other.At(portal.MSSPAdmin, 0))
			w.Exec(t, "insert into session_grant (session_id, grant_id) values ($1, $2)", user.SessionID, there)
			if n := writeAs(t, w.DB, admin, signOut, user.UserID); n != 0 {
				t.Errorf("got %d revoked sessions, want 0", n)
			}
		})
		t.Run("an_invite_by_"+string(role)+"_names_its_inviters", func(t *testing.T) {
			id, email := postgres.NewID(), string(role)+"@invited.example"
			writeAs(t, w.DB, admin, `
				insert into pre_assigned_role (mssp_id, id, email, role, msp_id, provider, code_hash, invited_by, language, life, expires_at)
				values ($1, $2, $3, 'msp_user', $4, 'google', $5, 'x', '', interval '1 day', now() + interval '1 day')`,
				admin.Scope.MSSPID, id, email, w.Own.MSPs[0].ID, []byte(id))
			for _, action := range []string{"invite_created", "invite_resent", "invite_revoked"} {
				writeAs(t, w.DB, admin, "insert into audit_log (mssp_id, id, actor_id, action, target) values ($1, $2, $3, $4, $5)",
					admin.Scope.MSSPID, postgres.NewID(), admin.UserID, action, id)
			}
			if got := w.Text(t, "select array_to_string(inviters, ' ') from pre_assigned_role where id = $1", id); got != admin.UserID {
				t.Errorf("got the inviters %q, want %q once", got, admin.UserID)
			}
		})
	}
}

// writeAs runs a statement as the viewer's database role and returns how many rows it changed.
func writeAs(t *testing.T, db *postgres.DB, by portal.Viewer, sql string, args ...any) (rows int64) {
	t.Helper()
	err := db.As(by).Write(context.Background(), func(tx pgx.Tx) error {
		tag, err := tx.Exec(context.Background(), sql, args...)
		rows = tag.RowsAffected()
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return rows
}
