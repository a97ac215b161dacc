package httpapi_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
)

// start starts a session and returns both of its tokens.
func (h *apiTest) start(v portal.Viewer) portal.Tokens {
	h.Helper()
	tokens, err := h.sessions.Start(h.Context(), v.UserID, "laptop")
	if err != nil {
		h.Fatal(err)
	}
	return tokens
}

func (h *apiTest) refreshed(tokens portal.Tokens) portal.Tokens {
	h.Helper()
	return decode[portal.Tokens](h, h.wants(h.send(call{
		route: "POST /v1/auth/refresh", body: fmt.Sprintf(`{"refresh_token":%q}`, tokens.RefreshToken),
	}), ok))
}

func TestClaimInvite(t *testing.T) {
	h := newAPITest(t)
	user := h.Own.Viewers[portal.MSPUser]
	h.Exec(`
		insert into identity (provider, issuer, subject, user_id, email)
		values ('google', 'google', 's', $1, 'user@example.com')`, user.UserID)
	token := h.signIn(user)
	claim := func(code string) reply {
		return h.send(call{route: "POST /v1/invites/claim", token: token, body: fmt.Sprintf(`{"invite_code":%q}`, code)})
	}
	t.Run("gives_the_role", func(t *testing.T) {
		code, _ := h.codedInvite(h.Other.At(portal.MSPUser, 0), portal.MSPUser)
		grant := decode[portal.Grant](h, h.wants(claim(code), ok))
		if grant.Role != portal.MSPUser || grant.Node != h.Other.MSPs[0].Name || grant.MSSP != h.Other.Name {
			t.Errorf("got the grant %+v, want msp_user at the other tenant's first MSP", grant)
		}
		under := call{route: "GET /v1/clients", token: token, headers: map[string]string{"Portal-Grant": grant.ID}}
		if page := decode[portal.ClientPage](h, h.wants(h.send(under), ok)); page.Total != 3 {
			t.Errorf("got %d clients under the grant, want 3", page.Total)
		}
	})
	t.Run("rejects_unknown_and_many_codes", func(t *testing.T) {
		for range 8 {
			code, _ := identity.NewInviteCode()
			h.wantsProblem(claim(code), forbidden, portal.InviteCodeInvalid)
		}
		for range 3 {
			code, _ := identity.NewInviteCode()
			if r := claim(code); r.StatusCode == http.StatusTooManyRequests {
				token = h.signIn(h.Own.Viewers[portal.MSPAdmin])
				h.wantsProblem(claim(code), forbidden, portal.InviteCodeInvalid)
				return
			}
		}
		t.Error("got no 429 after 11 codes, want at most 10 a minute")
	})
}

func TestSignOutUser(t *testing.T) {
	t.Run("ends_sessions_of_own_scope_only", func(t *testing.T) {
		h := newAPITest(t)
		user := h.Person(t, portal.MSPUser, h.Own.At(portal.MSPUser, 0))
		elsewhere := h.Grant(t, user.UserID, portal.MSSPAdmin, h.Other.At(portal.MSSPAdmin, 0))
		tokens := h.start(user)
		route := "DELETE /v1/users/" + user.UserID + "/sessions"
		h.wants(h.send(call{route: route, token: h.as(portal.MSPAdmin)}), noContent)

		there := map[string]string{"Portal-Grant": elsewhere}
		h.wantsProblem(h.get("/v1/clients", tokens.AccessToken), http.StatusUnauthorized, portal.GrantChanged)
		h.wants(h.send(call{route: "GET /v1/clients", token: tokens.AccessToken, headers: there}), ok)
		renewed := h.refreshed(tokens)
		me := decode[portal.Me](h, h.wants(h.get("/v1/me", renewed.AccessToken), ok))
		if len(me.Grants) != 1 || me.Grant.ID != elsewhere {
			t.Errorf("got the grants %+v after the sign-out, want only the one elsewhere", me.Grants)
		}
		again := decode[portal.Me](h, h.wants(h.get("/v1/me", h.signIn(user)), ok))
		if len(again.Grants) != 2 {
			t.Errorf("got the grants %+v after a new sign-in, want both", again.Grants)
		}
		h.wants(h.send(call{route: "DELETE /v1/users/" + user.UserID + "/sessions",
			token: h.signIn(h.Other.Viewers[portal.MSSPAdmin])}), noContent)
		h.wantsProblem(h.get("/v1/me", renewed.AccessToken), http.StatusUnauthorized, portal.SessionRevoked)
	})
	t.Run("gives_sign_out_as_reason", func(t *testing.T) {
		h := newAPITest(t)
		user := h.Person(t, portal.MSPUser, h.Own.At(portal.MSPUser, 0))
		tokens := h.start(user)
		h.wants(h.send(call{route: "DELETE /v1/users/" + user.UserID + "/sessions", token: h.as(portal.MSPAdmin)}), noContent)
		body := fmt.Sprintf(`{"refresh_token":%q}`, tokens.RefreshToken)
		refused := h.wantsProblem(h.send(call{route: "POST /v1/auth/refresh", body: body}), http.StatusUnauthorized,
			portal.SessionRevoked)
		if refused.Detail != portal.EndedByAdmin.Sentence() {
			t.Errorf("got the detail %q, want %q", refused.Detail, portal.EndedByAdmin.Sentence())
		}
	})
}

func TestUserActivity(t *testing.T) {
	t.Run("is_of_own_scope", testUserActivityIsOfOwnScope)
}

func testUserActivityIsOfOwnScope(t *testing.T) {
	h := newAPITest(t)
	user := h.Person(t, portal.MSSPAdmin, h.Other.At(portal.MSSPAdmin, 0))
	here := h.Grant(t, user.UserID, portal.MSPUser, h.Own.At(portal.MSPUser, 0))
	h.Exec("update app_user set created_at = now() - interval '9 days' where id = $1", user.UserID)
	seen := func() portal.UserItem {
		t.Helper()
		for _, u := range decode[portal.UserPage](h, h.wants(h.get("/v1/users", h.as(portal.MSPAdmin)), ok)).Items {
			if u.ID == user.UserID {
				return u
			}
		}
		t.Fatal("the user is not listed")
		return portal.UserItem{}
	}
	tokens := h.start(user)
	h.wants(h.get("/v1/me", tokens.AccessToken), ok)
	u := seen()
	if u.Sessions != 0 || u.LastLoginAt != nil || time.Since(u.CreatedAt) > 24*time.Hour {
		t.Errorf("got %+v before the first request here, want no session, no last use, and the creation time of the grant", u)
	}
	under := map[string]string{"Portal-Grant": here}
	stranger := h.signIn(h.Person(t, portal.MSSPStaff, h.Other.At(portal.MSSPStaff, 0)))
	h.wantsProblem(h.send(call{route: "GET /v1/clients", token: stranger, headers: under}), http.StatusNotFound, portal.NotFound)
	if u := seen(); u.Sessions != 0 || u.LastLoginAt != nil {
		t.Errorf("got %+v after another user sent the grant id, want no session and no last use", u)
	}
	h.wants(h.send(call{route: "GET /v1/clients", token: tokens.AccessToken, headers: under}), ok)
	if u := seen(); u.Sessions != 1 || u.LastLoginAt == nil {
		t.Errorf("got %+v after a request here, want one session and its last use", u)
	}
	h.Exec("update user_role set last_used_at = now() - interval '9 days' where id <> $1", here)
	h.Exec("update user_role set last_used_at = now() - interval '5 days' where id = $1", here)
	was := seen()
	h.wants(h.get("/v1/me", tokens.AccessToken), ok)
	h.wants(h.get("/v1/me", h.start(user).AccessToken), ok)
	h.refreshed(tokens)
	if u := seen(); u.Sessions != 1 || !u.LastLoginAt.Equal(*was.LastLoginAt) {
		t.Errorf("got %+v after requests elsewhere, want one session and the last use at %s", u, was.LastLoginAt)
	}
}
