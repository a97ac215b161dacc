package httpapi_test

import (
	"net/http"
	"testing"

	"fs-client-portal/backend/portal"
)

func TestViewRoutes(t *testing.T) {
	h := newAPITest(t)
	admin := h.as(portal.MSPAdmin)
	create := func(body string) reply { return h.send(call{route: "POST /v1/views", token: admin, body: body}) }
	view := decode[portal.View](h, h.wants(create(`{"list":"clients","name":"Ending","shared":true,"default":true,
		"query":"expires_on=30d&sort=expires_on&columns=name,expires_on:120"}`), created))
	path := "/v1/views/" + view.ID
	t.Run("returns_what_was_saved", func(t *testing.T) {
		for token, own := range map[string]bool{admin: true, h.as(portal.MSPUser): false} {
			views := decode[portal.Views](h, h.wants(h.get("/v1/views?list=clients", token), ok)).Items
			if len(views) != 1 {
				t.Fatalf("got %d views, want 1", len(views))
			}
			if views[0].Own != own || views[0].Default != own {
				t.Errorf("got %+v, want own and default %t", views[0], own)
			}
			if views[0].Query != view.Query || !views[0].Shared || *views[0].Owner != "A msp_admin" {
				t.Errorf("got %+v, want what was saved", views[0])
			}
		}
		if none := decode[portal.Views](h, h.wants(h.get("/v1/views?list=msps", admin), ok)); len(none.Items) != 0 {
			t.Errorf("got %+v of another list, want none", none)
		}
	})
	t.Run("changes_what_is_named", func(t *testing.T) {
		changed := decode[portal.View](h, h.wants(h.send(call{route: "PATCH " + path, token: admin, body: `{"name":"Soon"}`}), ok))
		if changed.Name != "Soon" || changed.Query != view.Query || !changed.Shared || !changed.Default {
			t.Errorf("got %+v, want another name only", changed)
		}
	})
	for name, c := range map[string]struct {
		body   string
		status int
		code   portal.Code
	}{
		"unknown_list":      {`{"list":"dogs","name":"a","query":""}`, http.StatusUnprocessableEntity, portal.Invalid},
		"unknown_parameter": {`{"list":"clients","name":"a","query":"colour=red"}`, http.StatusUnprocessableEntity, portal.Invalid},
		"name_in_use":       {`{"list":"clients","name":"SOON","query":"","shared":true}`, http.StatusConflict, portal.Conflict},
		"empty_name":        {`{"list":"clients","name":" ","query":""}`, http.StatusUnprocessableEntity, portal.Invalid},
		"list_not_seen":     {`{"list":"syncs","name":"a","query":""}`, http.StatusUnprocessableEntity, portal.Invalid},
		"no_query":          {`{"list":"clients","name":"a"}`, http.StatusUnprocessableEntity, portal.Invalid},
		"unknown_member":    {`{"list":"clients","name":"a","query":"","colour":"red"}`, http.StatusUnprocessableEntity, portal.Invalid},
	} {
		t.Run("refuses_"+name, func(t *testing.T) {
			h.wantsProblem(create(c.body), c.status, c.code)
		})
	}
	t.Run("refuses_sharing_without_permission", func(t *testing.T) {
		body := `{"list":"clients","name":"a","query":"","shared":true}`
		h.wantsProblem(h.send(call{route: "POST /v1/views", token: h.as(portal.MSPUser), body: body}), forbidden, portal.Forbidden)
		h.wantsProblem(h.send(call{route: "DELETE " + path, token: h.as(portal.MSPUser)}), forbidden, portal.Forbidden)
	})
	t.Run("deletes", func(t *testing.T) {
		h.wants(h.send(call{route: "DELETE " + path, token: admin}), noContent)
		h.wantsProblem(h.send(call{route: "DELETE " + path, token: admin}), http.StatusNotFound, portal.NotFound)
	})
}
