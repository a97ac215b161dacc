package httpapi_test

import (
	"net/http"
	"slices"
	"testing"

	"fs-client-portal/backend/portal"
)

// TestOwnGrants lists the clients under each of a user's grants at two tenants: exactly those of the grant. Grants of
// others yield 404.
func TestOwnGrants(t *testing.T) {
	h := newAPITest(t)
	user, second := h.Own.Viewers[portal.MSPUser], h.Other.Viewers[portal.ClientUser]
	h.Exec(`
		update user_role
		set user_id = $1
		where id = $2`, user.UserID, second.GrantID)
	token := h.signIn(user)
	under := func(grant string) reply {
		return h.send(call{route: "GET /v1/clients", token: token, headers: map[string]string{"Portal-Grant": grant}})
	}
	var ofMSP []string
	for _, client := range h.Own.MSPs[0].Clients {
		ofMSP = append(ofMSP, client.ID)
	}
	for name, row := range map[string]struct {
		grant string
		want  []string
	}{
		"at_an_msp":                     {user.GrantID, ofMSP},
		"at_a_client_of_another_tenant": {second.GrantID, []string{second.Scope.ClientID}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, item := range decode[portal.ClientPage](h, h.wants(under(row.grant), ok)).Items {
				got = append(got, item.ID)
			}
			slices.Sort(got)
			want := slices.Sorted(slices.Values(row.want))
			if len(want) == 0 || !slices.Equal(got, want) {
				t.Errorf("got the clients %q, want %q", got, want)
			}
		})
	}
	for _, grant := range []string{
		h.Own.Viewers[portal.MSSPAdmin].GrantID, h.Other.Viewers[portal.MSSPAdmin].GrantID, h.Own.MSSPID, "not-an-id",
	} {
		h.wantsProblem(under(grant), http.StatusNotFound, portal.NotFound)
	}
}
