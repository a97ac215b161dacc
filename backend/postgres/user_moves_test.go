package postgres_test

import (
	"context"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
)

func TestUserMove(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	first, second := w.Own.MSPs[0], w.Own.MSPs[1]
	for name, move := range map[string]struct {
		role     portal.Role
		from     portal.Scope
		change   portal.UserChange
		clientID string
		mspID    string
	}{
		"between_clients_of_one_msp": {
			portal.ClientUser, w.Own.At(portal.ClientUser, 0),
			become(portal.ClientUser, "", first.Clients[1].ID), first.Clients[1].ID, first.ID,
		},
		"between_msps": {portal.MSPUser, w.Own.At(portal.MSPUser, 0), become(portal.MSPUser, second.ID, ""), "", second.ID},
	} {
		t.Run(name, func(t *testing.T) {
			user := w.Person(t, move.role, move.from)
			changeUser(t, w, w.Own.Viewers[portal.MSSPAdmin], user.UserID, move.change)
			got := w.Text(t, `
				select concat_ws('/', role, msp_id, client_id)
				from user_role
				where user_id = $1`, user.UserID)
			want := w.Text(t, "select concat_ws('/', $1::text, nullif($2, ''), nullif($3, ''))", move.role, move.mspID, move.clientID)
			if got != want {
				t.Errorf("got the grant %s, want %s", got, want)
			}
			if n := w.Text(t, "select count(*)::text from audit_log where action = 'user_changed' and target = $1", user.UserID); n != "1" {
				t.Errorf("got %s audit entries, want 1", n)
			}
			if _, err := w.DB.Me(context.Background(), user); portal.ErrorCode(err) != portal.GrantChanged {
				t.Errorf("under the old scope: got %v, want %s", err, portal.GrantChanged)
			}
		})
	}
}
