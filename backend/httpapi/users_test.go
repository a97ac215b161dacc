package httpapi_test

import (
	"fmt"
	"net/http"
	"testing"

	"pgregory.net/rapid"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
)

func (h *house) patch(token, id, body string) reply {
	h.Helper()
	return h.send(call{route: "PATCH /v1/users/" + id, token: token, body: body})
}

func TestAnAdministratorListsChangesAndSignsOutThePeopleOfTheirScope(t *testing.T) {
	h := newHouse(t)
	admin, person := h.as(portal.MSPAdmin), h.person(h.Own, 0)
	page := decode[portal.UserPage](h, h.wants(h.get("/v1/users?q="+person.UserID+"&sort=-last_login_at&status=active&role=msp_user&limit=1", admin), ok))
	if page.Total != 1 || page.Items[0].ID != person.UserID || page.Items[0].Grants[0].ID != person.GrantID {
		t.Errorf("the list answers %+v", page)
	}
	token := h.signIn(person)
	changed := decode[portal.UserItem](h, h.wants(h.patch(admin, person.UserID, `{"role":"msp_admin"}`), ok))
	if changed.Grants[0].Role != portal.MSPAdmin {
		t.Errorf("the change answers %+v", changed)
	}
	h.wantsProblem(h.get("/v1/clients", token), http.StatusUnauthorized, portal.GrantChanged)
	token = h.signIn(person)
	h.wants(h.get("/v1/users", token), ok)
	h.wants(h.send(call{route: "DELETE /v1/users/" + person.UserID + "/sessions", token: admin}), empty)
	problem := h.wantsProblem(h.get("/v1/clients", token), http.StatusUnauthorized, portal.SessionRevoked)
	if problem.Detail != portal.EndedByAdmin.Sentence() {
		t.Errorf("the person signed out reads %q", problem.Detail)
	}
	h.wants(h.patch(admin, person.UserID, `{"active":false}`), ok)
	h.wantsProblem(h.get("/v1/clients", token), http.StatusForbidden, portal.Deactivated)
}

func TestAWrongChangeOfAPersonNamesTheFieldAtFault(t *testing.T) {
	h := newHouse(t)
	admin, person := h.as(portal.MSSPAdmin), h.person(h.Own, 0)
	staff := h.Own.Viewers[portal.MSSPStaff]
	for body, field := range map[string]string{
		`{}`:                             "active",
		`{"active":null}`:                "active",
		`{"active":"no"}`:                "active",
		`{"role":"king"}`:                "role",
		`{"role":"client_user"}`:         "client_id",
		`{"msp_id":"1"}`:                 "msp_id",
		`{"active":true,"grant_id":"1"}`: "grant_id",
		`{"role":"client_user","msp_id":"` + h.Own.MSPs[0].ID + `"}`: "msp_id",
	} {
		if p := h.wantsProblem(h.patch(admin, person.UserID, body), http.StatusUnprocessableEntity, portal.Invalid); p.Field != field {
			t.Errorf("%s names %q (%s), want %q", body, p.Field, p.Detail, field)
		}
	}
	if p := h.wantsProblem(h.patch(admin, staff.UserID, `{"role":"msp_user"}`), http.StatusUnprocessableEntity, portal.Invalid); p.Field != "msp_id" {
		t.Errorf("an MSP's role without an MSP names %q, want msp_id", p.Field)
	}
	for _, body := range []string{"", "[]", "{", `{"active":false,"shoe_size":41}`} {
		if r := h.patch(admin, person.UserID, body); r.StatusCode != http.StatusBadRequest && r.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("the body %q is answered %d", body, r.StatusCode)
		}
	}
	h.wantsProblem(h.patch(admin, h.Own.Viewers[portal.MSSPAdmin].UserID, `{"active":false}`), http.StatusConflict, portal.Conflict)
	h.wantsProblem(h.patch(h.as(portal.MSPAdmin), person.UserID, `{"role":"mssp_staff"}`), no, portal.Forbidden)
	for path, field := range map[string]string{
		"?sort=shoe_size": "sort", "?cursor=x": "cursor", "?msp_id=1": "msp_id", "?status=asleep": "status", "?role=king": "role", "?limit=0": "limit",
	} {
		if p := h.wantsProblem(h.get("/v1/users"+path, admin), http.StatusUnprocessableEntity, portal.Invalid); p.Field != field {
			t.Errorf("%s names %q, want %q", path, p.Field, field)
		}
	}
	if kept := h.text("select concat_ws(' ', role, active) from user_role where user_id = $1", person.UserID); kept != "msp_user t" {
		t.Errorf("refused changes left %q", kept)
	}
}

func TestAPersonMovedToAnotherMSPIsNeverAnsweredFromTheirCacheOfTheFirst(t *testing.T) {
	h := newHouse(t)
	person := h.person(h.Own, 0)
	first := h.wants(h.get("/v1/clients", h.signIn(person)), ok)
	h.wants(h.patch(h.as(portal.MSSPAdmin), person.UserID, fmt.Sprintf(`{"msp_id":%q}`, h.Own.MSPs[1].ID)), ok)
	again := h.known("GET /v1/clients", h.signIn(person), first.Header.Get("ETag"))
	page := decode[portal.ClientPage](h, h.wants(again, ok))
	if len(page.Items) != 3 || *page.Items[0].MSPID != h.Own.MSPs[1].ID {
		t.Errorf("after the move they are shown %+v", page.Items)
	}
}

func TestEverybodySeesAndEndsTheirOwnSessions(t *testing.T) {
	h := newHouse(t)
	person := h.person(h.Own, 0)
	here, there := h.signIn(person), h.signIn(person)
	own := decode[portal.OwnSessions](h, h.wants(h.get("/v1/sessions", here), ok))
	if len(own.Items) != 3 || !own.Items[0].Current || own.Items[1].Current || own.Items[0].Device != "laptop" || own.Items[0].ExpiresAt.Before(own.Items[0].CreatedAt) {
		t.Fatalf("the own sessions are %+v, want three, this one first", own.Items)
	}
	other := decode[portal.OwnSessions](h, h.wants(h.get("/v1/sessions", there), ok)).Items[0].ID
	h.wants(h.send(call{route: "DELETE /v1/sessions/" + other, token: here}), empty)
	if p := h.wantsProblem(h.get("/v1/me", there), http.StatusUnauthorized, portal.SessionRevoked); p.Detail != portal.EndedElsewhere.Sentence() {
		t.Errorf("the ended session reads %q", p.Detail)
	}
	h.wantsProblem(h.send(call{route: "DELETE /v1/sessions/" + other, token: here}), http.StatusNotFound, portal.NotFound)
	if left := decode[portal.OwnSessions](h, h.wants(h.get("/v1/sessions", here), ok)).Items; len(left) != 2 {
		t.Errorf("%d sessions are left, want two", len(left))
	}
	h.wants(h.send(call{route: "DELETE /v1/sessions/" + own.Items[0].ID, token: here}), empty)
	h.wantsProblem(h.get("/v1/sessions", here), http.StatusUnauthorized, portal.SessionRevoked)
	if lines := h.text("select string_agg(detail->>'reason', ' ' order by id) from audit_log where action = 'session_ended' and actor_id = $1", person.UserID); lines != "elsewhere sign_out" {
		t.Errorf("the audit log has the reasons %q", lines)
	}
}

func TestNobodyEndsTheSessionOfAnyoneElse(t *testing.T) {
	h := newHouse(t)
	person := h.person(h.Own, 0)
	token := h.signIn(person)
	for _, role := range roles {
		h.wantsProblem(h.send(call{route: "DELETE /v1/sessions/" + person.SessionID, token: h.as(role)}), http.StatusNotFound, portal.NotFound)
	}
	h.wants(h.get("/v1/me", token), ok)
}

// Whatever the administrators of one tenant do, what a person is to another stays as it is: after a new sign-in they
// act under their grant there as before.
func TestNothingAnAdministratorDoesChangesWhatAPersonIsElsewhere(t *testing.T) {
	h := newHouse(t)
	sister := h.Own.At(portal.MSPUser, 1)
	person := h.Person(h, portal.MSPAdmin, h.Other.At(portal.MSPAdmin, 0))
	here := h.Grant(h, person.UserID, portal.MSPUser, h.Own.At(portal.MSPUser, 0))
	atSister := h.Grant(h, person.UserID, portal.MSPUser, sister)
	fence := func(scope string) string {
		return h.text(`
			select string_agg(concat_ws('/', id, mssp_id, role, msp_id, client_id, active), ' ' order by id)
			from user_role
			where user_id = $1
			and `+scope, person.UserID)
	}
	outside := "mssp_id <> '" + h.Own.MSSPID + "'"
	before := fence(outside)
	rapid.Check(t, func(r *rapid.T) {
		h.exec("update user_role set role = 'msp_user', msp_id = $2, client_id = null, active = true where id = $1", here, h.Own.MSPs[0].ID)
		h.exec("update user_role set role = 'msp_user', msp_id = $2, client_id = null, active = true where id = $1", atSister, h.Own.MSPs[1].ID)
		for range rapid.IntRange(1, 6).Draw(r, "acts") {
			by := rapid.SampledFrom([]portal.Role{portal.MSSPAdmin, portal.MSPAdmin}).Draw(r, "by")
			fenced := outside
			if by == portal.MSPAdmin {
				fenced = "(mssp_id <> '" + h.Own.MSSPID + "' or msp_id is distinct from '" + h.Own.MSPs[0].ID + "')"
			}
			untouched := fence(fenced)
			h.act(r, h.as(by), person.UserID, here, atSister, person.GrantID)
			if after := fence(fenced); after != untouched {
				r.Fatalf("%s changed what lies outside their scope: %s, before %s", by, after, untouched)
			}
		}
		tokens, err := h.sessions.Start(t.Context(), person.UserID, session.Client{})
		if err != nil {
			r.Fatalf("the person cannot sign in any more: %v", err)
		}
		there := map[string]string{"Portal-Grant": person.GrantID}
		page := decode[portal.ClientPage](h, h.wants(h.send(call{route: "GET /v1/clients", token: tokens.AccessToken, headers: there}), ok))
		if page.Total != 3 {
			r.Fatalf("under the grant elsewhere they see %d clients, want 3", page.Total)
		}
	})
	if after := fence(outside); after != before {
		t.Errorf("the grants elsewhere are %s, were %s", after, before)
	}
}

// act does one thing an administrator may try to do to a person.
func (h *house) act(r *rapid.T, token, person string, grants ...string) {
	if rapid.Bool().Draw(r, "signs out") {
		h.send(call{route: "DELETE /v1/users/" + person + "/sessions", token: token})
		return
	}
	body := "{"
	add := func(name string, values ...string) {
		if value := rapid.SampledFrom(append(values, "")).Draw(r, name); value != "" {
			body += fmt.Sprintf("%q:%s,", name, value)
		}
	}
	quoted := func(ids ...string) (out []string) {
		for _, id := range ids {
			out = append(out, `"`+id+`"`)
		}
		return out
	}
	add("active", "true", "false", "false")
	add("grant_id", quoted(append(grants, postgres.NewID())...)...)
	add("role", quoted("mssp_admin", "mssp_staff", "msp_admin", "msp_user", "client_user")...)
	add("msp_id", quoted(h.Own.MSPs[0].ID, h.Own.MSPs[1].ID, h.Other.MSPs[0].ID, h.Other.MSPs[1].ID)...)
	add("client_id", quoted(h.Own.MSPs[0].Clients[0].ID, h.Own.Direct.ID, h.Other.MSPs[0].Clients[0].ID)...)
	body += `"active":` + rapid.SampledFrom([]string{"true", "false"}).Draw(r, "at last") + "}"
	if answer := h.patch(token, person, body); answer.StatusCode >= http.StatusInternalServerError {
		r.Fatalf("%s answers %d", body, answer.StatusCode)
	}
}
