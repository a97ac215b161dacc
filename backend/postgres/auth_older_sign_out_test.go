package postgres_test

import (
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
)

// TestSessionView covers the views that older servers update to sign users out. Any statement of a viewer's database
// role revokes the sessions that depend on grants of the viewer's scope, and no others.
func TestSessionView(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	state := func(t *testing.T, v portal.Viewer) string {
		t.Helper()
		return w.Text(t, "select coalesce(revoked_reason, 'live') from session where id = $1", v.SessionID)
	}
	for role, view := range map[portal.Role]string{portal.MSSPAdmin: "session_of_mssp", portal.MSPAdmin: "session_of_msp"} {
		admin := w.Own.Viewers[role]
		signOut := "update " + view + " set revoked_at = now(), revoked_reason = 'admin' where user_id = $1"
		t.Run(view+"_revokes_session_of_its_scope", func(t *testing.T) {
			user := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
			if n := writeAs(t, w.DB, admin, signOut, user.UserID); n != 1 || state(t, user) != "admin" {
				t.Errorf("got %d revoked sessions, this one with reason %s, want 1 with reason admin", n, state(t, user))
			}
			if code := requestCode(w, user); code != portal.SessionRevoked {
				t.Errorf("next request: got code %q, want %q", code, portal.SessionRevoked)
			}
		})
		t.Run(view+"_keeps_session_used_elsewhere", func(t *testing.T) {
			user := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
			there := user
			there.Role, there.Scope = portal.MSSPAdmin, w.Other.At(portal.MSSPAdmin, 0)
			there.GrantID = w.Grant(t, user.UserID, there.Role, there.Scope)
			if n := writeAs(t, w.DB, admin, signOut, user.UserID); n != 1 || state(t, user) != "live" {
				t.Errorf("got %d updated sessions, this one %s, want 1, live", n, state(t, user))
			}
			if code := requestCode(w, user); code != portal.GrantChanged {
				t.Errorf("next request in the scope: got code %q, want %q", code, portal.GrantChanged)
			}
			if code := requestCode(w, there); code != "" {
				t.Errorf("next request in the other MSSP: got code %q, want none", code)
			}
		})
		t.Run(view+"_ignores_other_values", func(t *testing.T) {
			user := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
			n := writeAs(t, w.DB, admin, "update "+view+" set revoked_at = null where user_id = $1", user.UserID)
			if n != 0 || state(t, user) != "live" {
				t.Errorf("update without a time: got %d updated sessions, this one %s, want 0, live", n, state(t, user))
			}
			writeAs(t, w.DB, admin, "update "+view+" set revoked_at = 'infinity', revoked_reason = 'Call 555' where user_id = $1",
				user.UserID)
			got := w.Text(t, "select concat_ws(' ', revoked_reason, revoked_at <= now()) from session where id = $1", user.SessionID)
			if got != "admin t" {
				t.Errorf("got reason and whether revoked by now %q, want %q", got, "admin t")
			}
		})
		t.Run(view+"_keeps_sessions_of_other_scopes", func(t *testing.T) {
			foreign := w.Person(t, portal.MSPUser, w.Other.At(portal.MSPUser, 0))
			sibling := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 1))
			want := map[portal.Role]string{portal.MSSPAdmin: "admin", portal.MSPAdmin: "live"}[role]
			for _, user := range []portal.Viewer{foreign, sibling} {
				writeAs(t, w.DB, admin, signOut, user.UserID)
			}
			if state(t, foreign) != "live" || state(t, sibling) != want {
				t.Errorf("got the session of the other MSSP %s, of the second MSP %s, want live, %s", state(t, foreign), state(t, sibling), want)
			}
		})
	}
}
