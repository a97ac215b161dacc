package httpapi_test

import (
	"net/http"
	"testing"

	"fs-client-portal/backend/portal"
)

func TestAttentionRoutes(t *testing.T) {
	h := newAPITest(t)
	token, client := h.as(portal.MSPUser), h.miss(h.Own.MSPs[0].Clients[0].ID)
	path := "/v1/attention/client_missing/" + client
	overview := func() (o portal.Overview, tag string) {
		t.Helper()
		r := h.wants(h.get("/v1/overview", token), ok)
		return decode[portal.Overview](h, r), r.Header.Get("ETag")
	}
	t.Run("handler_is_the_caller_until_removed", func(t *testing.T) {
		h.wants(h.send(call{route: "PUT " + path + "/handler", token: token, body: "{}"}), noContent)
		o, _ := overview()
		if len(o.Attention) != 1 || o.Attention[0].Handler == nil || o.Attention[0].Handler.UserID != h.Own.Viewers[portal.MSPUser].UserID {
			t.Errorf("got %+v, want one line with the caller as its handler", o.Attention)
		}
		h.wants(h.send(call{route: "DELETE " + path + "/handler", token: token}), noContent)
		if o, _ := overview(); o.Attention[0].Handler != nil {
			t.Errorf("got the handler %+v, want none", o.Attention[0].Handler)
		}
	})
	t.Run("snooze_changes_the_etag_and_back", func(t *testing.T) {
		_, before := overview()
		current := call{route: "GET /v1/overview", token: token, headers: map[string]string{"If-None-Match": before}}
		h.wants(h.send(current), http.StatusNotModified)
		h.wants(h.send(call{route: "PUT " + path + "/snooze", token: token, body: tomorrow(h, h.Own.MSPs[0])}), noContent)
		h.wants(h.send(current), ok)
		o, _ := overview()
		snoozed := decode[portal.SnoozedAttention](h, h.wants(h.get("/v1/attention/snoozed", token), ok)).Items
		if len(o.Attention) != 0 || len(o.Snoozed) != 1 || len(snoozed) != 1 || snoozed[0].Snooze == nil {
			t.Errorf("got %+v in the overview and %+v snoozed, want the line snoozed", o, snoozed)
		}
		h.wants(h.send(call{route: "DELETE " + path + "/snooze", token: token}), noContent)
		h.wants(h.send(current), http.StatusNotModified)
	})
	t.Run("refuse_other_kinds_and_times", func(t *testing.T) {
		other := call{route: "PUT /v1/attention/sync_failed/" + client + "/snooze", token: token, body: tomorrow(h, h.Own.MSPs[0])}
		h.wantsProblem(h.send(other), http.StatusUnprocessableEntity, portal.Invalid)
		past := call{route: "PUT " + path + "/snooze", token: token, body: `{"until":"2026-01-31T12:00:00Z"}`}
		h.wantsProblem(h.send(past), http.StatusUnprocessableEntity, portal.Invalid)
		foreign := call{route: "PUT " + path + "/handler", token: token, body: `{"user_id":"` + h.Own.Viewers[portal.MSSPAdmin].UserID + `"}`}
		h.wantsProblem(h.send(foreign), http.StatusUnprocessableEntity, portal.Invalid)
	})
}
