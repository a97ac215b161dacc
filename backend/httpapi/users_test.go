package httpapi_test

import (
	"fmt"
	"net/http"
	"testing"

	"pgregory.net/rapid"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func (h *apiTest) patch(token, id, body string) reply {
	h.Helper()
	return h.send(call{route: "PATCH /v1/users/" + id, token: token, body: body})
}

func TestUsers(t *testing.T) {
	t.Parallel()
	t.Run("admin_lists_changes_and_signs_out", testUsersAdminListsChangesAndSignsOut)
	t.Run("one_is_read_by_id", testUsersOneIsReadByID)
	t.Run("invalid_change_names_field", testUsersInvalidChangeNamesField)
	t.Run("etag_is_invalid_after_move", testUsersEtagIsInvalidAfterMove)
	t.Run("admin_never_changes_grants_elsewhere", testUsersAdminNeverChangesGrantsElsewhere)
}

func testUsersAdminListsChangesAndSignsOut(t *testing.T) {
	h := newAPITest(t)
	admin, user := h.as(portal.MSPAdmin), h.newUser(h.Own, 0)
	page := decode[portal.UserPage](h,
		h.wants(h.get("/v1/users?q="+user.UserID+"&sort=-last_login_at&status=active&role=msp_user&limit=1", admin), ok))
	if page.Total != 1 || page.Items[0].ID != user.UserID || page.Items[0].Grants[0].ID != user.GrantID {
		t.Errorf("got the list %+v, want the user with their grant", page)
	}
	token := h.signIn(user)
	changed := decode[portal.UserItem](h, h.wants(h.patch(admin, user.UserID, `{"role":"msp_admin"}`), ok))
	if changed.Grants[0].Role != portal.MSPAdmin {
		t.Errorf("got %+v after the change, want msp_admin", changed)
	}
	h.wantsProblem(h.get("/v1/clients", token), http.StatusUnauthorized, portal.GrantChanged)
	token = h.signIn(user)
	h.wants(h.get("/v1/users", token), ok)
	h.wants(h.send(call{route: "DELETE /v1/users/" + user.UserID + "/sessions", token: admin}), noContent)
	problem := h.wantsProblem(h.get("/v1/clients", token), http.StatusUnauthorized, portal.SessionRevoked)
	if problem.Detail != portal.EndedByAdmin.Sentence() {
		t.Errorf("got the detail %q, want that an admin ended the session", problem.Detail)
	}
	h.wants(h.patch(admin, user.UserID, `{"active":false}`), ok)
	h.wantsProblem(h.get("/v1/clients", token), http.StatusForbidden, portal.Deactivated)
}

func testUsersOneIsReadByID(t *testing.T) {
	h := newAPITest(t)
	user, sibling := h.newUser(h.Own, 0), h.newUser(h.Own, 1)
	one := decode[portal.UserItem](h, h.wants(h.get("/v1/users/"+user.UserID, h.as(portal.MSPAdmin)), ok))
	if one.ID != user.UserID || one.Self || len(one.Grants) != 1 || one.Grants[0].ID != user.GrantID {
		t.Errorf("got %+v, want the user with their grant", one)
	}
	for _, id := range []string{sibling.UserID, h.newUser(h.Other, 0).UserID, "1", "00000000-0000-7000-8000-000000000000"} {
		h.wantsProblem(h.get("/v1/users/"+id, h.as(portal.MSPAdmin)), http.StatusNotFound, portal.NotFound)
	}
	h.wants(h.get("/v1/users/"+sibling.UserID, h.as(portal.MSSPAdmin)), ok)
}

func testUsersInvalidChangeNamesField(t *testing.T) {
	h := newAPITest(t)
	admin, user := h.as(portal.MSSPAdmin), h.newUser(h.Own, 0)
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
		if p := h.wantsProblem(h.patch(admin, user.UserID, body), http.StatusUnprocessableEntity, portal.Invalid); p.Field != field {
			t.Errorf("%s: got the field %q (%s), want %q", body, p.Field, p.Detail, field)
		}
	}
	if p := h.wantsProblem(h.patch(admin, staff.UserID, `{"role":"msp_user"}`), http.StatusUnprocessableEntity,
		portal.Invalid); p.Field != "msp_id" {
		t.Errorf("got the field %q for an MSP's role without an MSP, want msp_id", p.Field)
	}
	for _, body := range []string{"", "[]", "{", `{"active":false,"shoe_size":41}`} {
		if r := h.patch(admin, user.UserID, body); r.StatusCode != http.StatusBadRequest &&
			r.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("body %q: got %d, want 400 or 422", body, r.StatusCode)
		}
	}
	h.wantsProblem(h.patch(admin, h.Own.Viewers[portal.MSSPAdmin].UserID, `{"active":false}`), http.StatusConflict, portal.Conflict)
	h.wantsProblem(h.patch(h.as(portal.MSPAdmin), user.UserID, `{"role":"mssp_staff"}`), forbidden, portal.Forbidden)
	for path, field := range map[string]string{
		"?sort=shoe_size": "sort", "?cursor=x": "cursor", "?msp_id=1": "msp_id", "?status=asleep": "status", "?role=king": "role",
		"?limit=0": "limit",
	} {
		if p := h.wantsProblem(h.get("/v1/users"+path, admin), http.StatusUnprocessableEntity, portal.Invalid); p.Field != field {
			t.Errorf("%s: got the field %q, want %q", path, p.Field, field)
		}
	}
	if kept := h.Text("select concat_ws(' ', role, active) from user_role where user_id = $1", user.UserID); kept != "msp_user t" {
		t.Errorf("got %q after rejected changes, want msp_user t", kept)
	}
}

func testUsersEtagIsInvalidAfterMove(t *testing.T) {
	h := newAPITest(t)
	user := h.newUser(h.Own, 0)
	first := h.wants(h.get("/v1/clients", h.signIn(user)), ok)
	h.wants(h.patch(h.as(portal.MSSPAdmin), user.UserID, fmt.Sprintf(`{"msp_id":%q}`, h.Own.MSPs[1].ID)), ok)
	again := h.conditionalGet("GET /v1/clients", h.signIn(user), first.Header.Get("ETag"))
	page := decode[portal.ClientPage](h, h.wants(again, ok))
	if len(page.Items) != 3 || *page.Items[0].MSPID != h.Own.MSPs[1].ID {
		t.Errorf("got the clients %+v after the move, want those of the second MSP", page.Items)
	}
}

func TestOwnSessions(t *testing.T) {
	t.Parallel()
	t.Run("are_listed_and_ended", testOwnSessionsAreListedAndEnded)
	t.Run("of_others_cannot_be_ended", testOwnSessionsOfOthersCannotBeEnded)
}

func testOwnSessionsAreListedAndEnded(t *testing.T) {
	h := newAPITest(t)
	user := h.newUser(h.Own, 0)
	here, there := h.signIn(user), h.signIn(user)
	own := decode[portal.OwnSessions](h, h.wants(h.get("/v1/sessions", here), ok))
	if len(own.Items) != 3 || !own.Items[0].Current || own.Items[1].Current || own.Items[0].Device != "laptop" ||
		own.Items[0].ExpiresAt.Before(own.Items[0].CreatedAt) {
		t.Fatalf("got the sessions %+v, want three, the current one first", own.Items)
	}
	other := decode[portal.OwnSessions](h, h.wants(h.get("/v1/sessions", there), ok)).Items[0].ID
	h.wants(h.send(call{route: "DELETE /v1/sessions/" + other, token: here}), noContent)
	if p := h.wantsProblem(h.get("/v1/me", there), http.StatusUnauthorized,
		portal.SessionRevoked); p.Detail != portal.EndedElsewhere.Sentence() {
		t.Errorf("got the detail %q, want that the session was ended elsewhere", p.Detail)
	}
	h.wantsProblem(h.send(call{route: "DELETE /v1/sessions/" + other, token: here}), http.StatusNotFound, portal.NotFound)
	if left := decode[portal.OwnSessions](h, h.wants(h.get("/v1/sessions", here), ok)).Items; len(left) != 2 {
		t.Errorf("got %d sessions, want 2", len(left))
	}
	ended := h.wants(h.send(call{route: "DELETE /v1/sessions/" + own.Items[0].ID, token: here}), noContent)
	audited := h.Text("select request_id from audit_log where action = 'session_ended' and target = $1", own.Items[0].ID)
	if want := ended.Header.Get("Request-Id"); audited != want || want == "" {
		t.Errorf("got the request id %q in the audit log, want %q as in the response", audited, want)
	}
	h.wantsProblem(h.get("/v1/sessions", here), http.StatusUnauthorized, portal.SessionRevoked)
	if lines := h.Text("select string_agg(detail->>'reason', ' ' order by id) from audit_log where action = 'session_ended' and "+
		"actor_id = $1", user.UserID); lines != "elsewhere sign_out" {
		t.Errorf("got the reasons %q, want elsewhere sign_out", lines)
	}
}

func testOwnSessionsOfOthersCannotBeEnded(t *testing.T) {
	h := newAPITest(t)
	user := h.newUser(h.Own, 0)
	token := h.signIn(user)
	for _, role := range roles {
		h.wantsProblem(h.send(call{route: "DELETE /v1/sessions/" + user.SessionID, token: h.as(role)}), http.StatusNotFound,
			portal.NotFound)
	}
	h.wants(h.get("/v1/me", token), ok)
}

// Nothing that the admins of one tenant do changes a user's grants in another tenant: after a new sign-in the user can
// act under the grant there as before.
func testUsersAdminNeverChangesGrantsElsewhere(t *testing.T) {
	h := newAPITest(t)
	sibling := h.Own.At(portal.MSPUser, 1)
	user := h.Person(h, portal.MSPAdmin, h.Other.At(portal.MSPAdmin, 0))
	here := h.Grant(h, user.UserID, portal.MSPUser, h.Own.At(portal.MSPUser, 0))
	atSibling := h.Grant(h, user.UserID, portal.MSPUser, sibling)
	fence := func(scope string) string {
		return h.Text(`
			select string_agg(concat_ws('/', id, mssp_id, role, msp_id, client_id, active), ' ' order by id)
			from user_role
			where user_id = $1
			and `+scope, user.UserID)
	}
	outside := "mssp_id <> '" + h.Own.MSSPID + "'"
	before := fence(outside)
	rapid.Check(t, func(r *rapid.T) {
		h.Exec("update user_role set role = 'msp_user', msp_id = $2, client_id = null, active = true where id = $1", here,
			h.Own.MSPs[0].ID)
		h.Exec("update user_role set role = 'msp_user', msp_id = $2, client_id = null, active = true where id = $1", atSibling,
			h.Own.MSPs[1].ID)
		for range rapid.IntRange(1, 6).Draw(r, "acts") {
			by := rapid.SampledFrom([]portal.Role{portal.MSSPAdmin, portal.MSPAdmin}).Draw(r, "by")
			fenced := outside
			if by == portal.MSPAdmin {
				fenced = "(mssp_id <> '" + h.Own.MSSPID + "' or msp_id is distinct from '" + h.Own.MSPs[0].ID + "')"
			}
			untouched := fence(fenced)
			h.act(r, h.as(by), user.UserID, here, atSibling, user.GrantID)
			if after := fence(fenced); after != untouched {
				r.Fatalf("%s changed grants outside their scope: got %s, want %s", by, after, untouched)
			}
		}
		tokens, err := h.sessions.Start(t.Context(), user.UserID, "")
		if err != nil {
			r.Fatalf("sign in after the changes: %v", err)
		}
		there := map[string]string{"Portal-Grant": user.GrantID}
		page := decode[portal.ClientPage](h, h.wants(h.send(call{route: "GET /v1/clients", token: tokens.AccessToken, headers: there}),
			ok))
		if page.Total != 3 {
			r.Fatalf("got %d clients under the grant elsewhere, want 3", page.Total)
		}
	})
	if after := fence(outside); after != before {
		t.Errorf("got the grants elsewhere %s, want %s", after, before)
	}
}

// act sends one random change that an admin may try on a user.
func (h *apiTest) act(r *rapid.T, token, user string, grants ...string) {
	if rapid.Bool().Draw(r, "signs out") {
		h.send(call{route: "DELETE /v1/users/" + user + "/sessions", token: token})
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
	if response := h.patch(token, user, body); response.StatusCode >= http.StatusInternalServerError {
		r.Fatalf("%s: got %d, want no server error", body, response.StatusCode)
	}
}
