package httpapi_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

// A client only ends its session on a response that has this header.
func TestAPIHeader(t *testing.T) {
	h := newAPITest(t)
	for name, c := range map[string]call{
		"health":           {route: "GET /healthz"},
		"keys":             {route: "GET /.well-known/jwks.json"},
		"providers":        {route: "GET /v1/auth/providers"},
		"who_is_signed_in": {route: "GET /v1/me", token: h.as(portal.MSPUser)},
		"not_signed_in":    {route: "GET /v1/me"},
		"a_wrong_token":    {route: "GET /v1/me", token: "x"},
		"no_such_route":    {route: "GET /v1/nothing"},
		"no_text":          {route: "GET /v1/me?q=%ff"},
		"refused_refresh":  {route: "POST /v1/auth/refresh", body: `{"refresh_token":"fsr_x"}`},
		"an_invalid_body":  {route: "POST /v1/auth/refresh", body: `{`},
		"another_method":   {route: "POST /v1/me"},
	} {
		t.Run(name, func(t *testing.T) {
			response := h.send(c)
			if got := response.Header.Get("Portal-Api"); got != "1" {
				t.Errorf("got Portal-Api %q with status %d, want 1", got, response.StatusCode)
			}
		})
	}
}

func (h *apiTest) refresh(token, bodyID, headerID string) reply {
	h.Helper()
	c := call{route: "POST /v1/auth/refresh", body: fmt.Sprintf(`{"refresh_token":%q}`, token)}
	if bodyID != "" {
		c.body = fmt.Sprintf(`{"refresh_token":%q,"request_id":%q}`, token, bodyID)
	}
	if headerID != "" {
		c.headers = map[string]string{"Portal-Refresh-Request": headerID}
	}
	return h.send(c)
}

func TestRefresh(t *testing.T) {
	t.Run("takes_the_request_id_from_the_body_or_the_header", func(t *testing.T) {
		h := newAPITest(t)
		id, token := rand.Text(), h.refreshToken(h.Own.Viewers[portal.MSPUser])
		next := decode[portal.Tokens](h, h.wants(h.refresh(token, id, ""), http.StatusOK)).RefreshToken
		again := decode[portal.Tokens](h, h.wants(h.refresh(token, "", id), http.StatusOK)).RefreshToken
		if again != next {
			t.Error("got another successor with the id in the header, want the same")
		}
		h.wantsProblem(h.refresh(token, "", ""), http.StatusUnauthorized, portal.SessionRevoked)
	})
	t.Run("refuses_an_id_that_is_none", func(t *testing.T) {
		h := newAPITest(t)
		token := h.refreshToken(h.Own.Viewers[portal.MSPUser])
		for _, id := range []string{"1", strings.Repeat("a", 65), strings.Repeat("é", 30), strings.Repeat("a", 22) + " "} {
			h.wantsProblem(h.refresh(token, id, ""), http.StatusUnprocessableEntity, portal.Invalid)
		}
		h.wantsProblem(h.refresh(token, rand.Text(), rand.Text()), http.StatusUnprocessableEntity, portal.Invalid)
		h.wants(h.refresh(token, "", ""), http.StatusOK)
	})
}
