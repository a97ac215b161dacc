package postgres_test

import (
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
)

// An older server signs people out by an update of these views. As a viewer's role, with any SQL, it ends what hangs on
// grants of the viewer's scope and nothing else.
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
		t.Run(view+"_ends_a_session_of_the_scope", func(t *testing.T) {
			person := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
			if n := writeAs(t, w.DB, admin, signOut, person.UserID); n != 1 || state(t, person) != "admin" {
				t.Errorf("%d sessions ended, this one is %s, want 1 and admin", n, state(t, person))
			}
			if code := stands(w, person); code != portal.SessionRevoked {
				t.Errorf("the next request: %q, want %q", code, portal.SessionRevoked)
			}
		})
		t.Run(view+"_leaves_what_the_session_is_elsewhere", func(t *testing.T) {
			person := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
			there := person
			there.Role, there.Scope = portal.MSSPAdmin, w.Other.At(portal.MSSPAdmin, 0)
			there.GrantID = w.Grant(t, person.UserID, there.Role, there.Scope)
			if n := writeAs(t, w.DB, admin, signOut, person.UserID); n != 1 || state(t, person) != "live" {
				t.Errorf("%d sessions changed, this one is %s, want 1 and live", n, state(t, person))
			}
			if here, elsewhere := stands(w, person), stands(w, there); here != portal.GrantChanged || elsewhere != "" {
				t.Errorf("the next request here: %q, elsewhere: %q, want %q and none", here, elsewhere, portal.GrantChanged)
			}
		})
		t.Run(view+"_writes_nothing_but_that", func(t *testing.T) {
			person := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
			if n := writeAs(t, w.DB, admin, "update "+view+" set revoked_at = null where user_id = $1", person.UserID); n != 0 || state(t, person) != "live" {
				t.Errorf("an update that ends nothing changes %d, the session is %s", n, state(t, person))
			}
			writeAs(t, w.DB, admin, "update "+view+" set revoked_at = 'infinity', revoked_reason = 'Call 555' where user_id = $1", person.UserID)
			got := w.Text(t, "select concat_ws(' ', revoked_reason, revoked_at <= now()) from session where id = $1", person.SessionID)
			if got != "admin t" {
				t.Errorf("the session ended with %q, want the one reason and now", got)
			}
		})
		t.Run(view+"_reaches_no_session_of_others", func(t *testing.T) {
			stranger := w.Person(t, portal.MSPUser, w.Other.At(portal.MSPUser, 0))
			sister := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 1))
			want := map[portal.Role]string{portal.MSSPAdmin: "admin", portal.MSPAdmin: "live"}[role]
			for _, person := range []portal.Viewer{stranger, sister} {
				writeAs(t, w.DB, admin, signOut, person.UserID)
			}
			if state(t, stranger) != "live" || state(t, sister) != want {
				t.Errorf("of another tenant: %s, of the second MSP: %s, want live and %s", state(t, stranger), state(t, sister), want)
			}
		})
	}
}
