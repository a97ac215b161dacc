package httpapi_test

import (
	"net/http"
	"testing"

	"fs-client-portal/backend/portal"
)

func TestFavouriteRoutes(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSPUser)
	client := h.Own.MSPs[0].Clients[0]
	for _, noun := range []string{"favourites", "recents"} {
		t.Run(noun+"_return_what_was_put", func(t *testing.T) {
			for _, path := range []string{"/client/" + client.ID, "/msp/" + h.Own.MSPs[0].ID} {
				h.wants(h.send(call{route: "PUT /v1/" + noun + path, token: token}), noContent)
			}
			listed := decode[portal.Favourites](h, h.wants(h.get("/v1/"+noun, token), ok)).Items
			if len(listed) != 2 || listed[0].ID != h.Own.MSPs[0].ID || listed[1].Name != client.Name || listed[1].Kind != portal.KindClient {
				t.Errorf("got %+v, want the MSP and the client", listed)
			}
		})
		t.Run(noun+"_refuse_other_kinds", func(t *testing.T) {
			r := h.send(call{route: "PUT /v1/" + noun + "/user/" + client.ID, token: token})
			h.wantsProblem(r, http.StatusUnprocessableEntity, portal.Invalid)
		})
		t.Run(noun+"_refuse_msps_to_users_of_a_client", func(t *testing.T) {
			r := h.send(call{route: "PUT /v1/" + noun + "/msp/" + h.Own.MSPs[0].ID, token: h.as(portal.ClientUser)})
			h.wantsProblem(r, forbidden, portal.Forbidden)
		})
	}
	t.Run("favourites_are_removed", func(t *testing.T) {
		for range 2 {
			h.wants(h.send(call{route: "DELETE /v1/favourites/client/" + client.ID, token: token}), noContent)
		}
		if left := decode[portal.Favourites](h, h.wants(h.get("/v1/favourites", token), ok)).Items; len(left) != 1 {
			t.Errorf("got %+v, want the MSP only", left)
		}
	})
}
