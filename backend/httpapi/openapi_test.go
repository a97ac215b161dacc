package httpapi_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

func (h *apiTest) documented() []string {
	h.Helper()
	document := decode[struct {
		Paths map[string]map[string]any `json:"paths"`
	}](h, h.wants(h.get("/openapi.json", ""), ok))
	var routes []string
	for path, methods := range document.Paths {
		for method := range methods {
			routes = append(routes, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(routes)
	return routes
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	t.Run("are_all_in_role_table", testRoutesAreAllInRoleTable)
	t.Run("require_valid_access_token", testRoutesRequireValidAccessToken)
	t.Run("reject_revoked_session", testRoutesRejectRevokedSession)
	t.Run("reject_changed_grant_and_deactivated_user", testRoutesRejectChangedGrantAndDeactivatedUser)
	t.Run("document_their_headers", testRoutesDocumentTheirHeaders)
}

func testRoutesAreAllInRoleTable(t *testing.T) {
	h := newAPITest(t)
	var tested []string
	for _, c := range routeCases {
		tested = append(tested, c.route)
	}
	slices.Sort(tested)
	if documented := h.documented(); !slices.Equal(documented, tested) {
		t.Errorf("got the documented routes\n%s\nwant those of the table\n%s", strings.Join(documented, "\n"), strings.Join(tested, "\n"))
	}
}

func testRoutesRequireValidAccessToken(t *testing.T) {
	h := newAPITest(t)
	good := h.as(portal.MSSPAdmin)
	tokens := map[string]string{
		"no token": "", "garbage": "garbage", "three parts": "a.b.c", "a damaged signature": good[:len(good)-6] + "AAAAAA",
		"no signature": good[:strings.LastIndexByte(good, '.')+1], "a huge token": strings.Repeat("x", 5000),
	}
	for _, route := range h.documented() {
		if !strings.Contains(route, " /v1/") || slices.ContainsFunc(routeCases, func(c routeCase) bool {
			return c.route == route &&
				c.public != 0
		}) {
			continue
		}
		route = strings.Replace(route, "{id}", h.Own.MSPs[0].ID, 1)
		for name, token := range tokens {
			t.Log(route, "with", name)
			h.wantsProblem(h.send(call{route: route, token: token}), http.StatusUnauthorized, portal.Unauthenticated)
		}
		basic := call{route: route, headers: map[string]string{"Authorization": "Basic " + good}}
		h.wantsProblem(h.send(basic), http.StatusUnauthorized, portal.Unauthenticated)
	}
}

func testRoutesRejectRevokedSession(t *testing.T) {
	h := newAPITest(t)
	admin := h.Own.Viewers[portal.MSSPAdmin]
	token := h.signIn(admin)
	h.wants(h.get("/v1/me", token), ok)
	h.Exec("update session set revoked_at = now(), revoked_reason = 'sign_out' where user_id = $1", admin.UserID)
	for _, c := range routeCases {
		if c.public != 0 || c.route == "POST /v1/auth/logout" {
			continue
		}
		made := c.call(h, h.Own, admin)
		made.token = token
		before := h.state()
		h.wantsProblem(h.send(made), http.StatusUnauthorized, portal.SessionRevoked)
		if after := h.state(); after != before {
			t.Errorf("%s in a revoked session: got the state %s, want %s as before", c.route, after, before)
		}
	}
}

func testRoutesRejectChangedGrantAndDeactivatedUser(t *testing.T) {
	h := newAPITest(t)
	staff, user := h.Own.Viewers[portal.MSSPStaff], h.Own.Viewers[portal.MSPUser]
	staffToken, userToken := h.signIn(staff), h.signIn(user)
	h.Exec("delete from user_role where id = $1", staff.GrantID)
	h.wantsProblem(h.get("/v1/clients", staffToken), http.StatusUnauthorized, portal.GrantChanged)
	h.Exec("update app_user set active = false where id = $1", user.UserID)
	h.wantsProblem(h.get("/v1/clients", userToken), http.StatusForbidden, portal.Deactivated)
}

func testRoutesDocumentTheirHeaders(t *testing.T) {
	h := newAPITest(t)
	type operation struct {
		Parameters []struct {
			Name string `json:"name"`
		} `json:"parameters"`
	}
	document := decode[struct {
		Paths map[string]map[string]operation `json:"paths"`
	}](h, h.wants(h.get("/openapi.json", ""), ok))
	for route, header := range map[string]string{
		"get /v1/clients": "If-None-Match", "get /v1/clients/facets": "If-None-Match", "get /v1/msps/facets": "If-None-Match",
		"get /v1/msps": "If-None-Match", "get /v1/overview": "If-None-Match",
		"post /v1/auth/token": "User-Agent", "post /v1/auth/refresh": "Portal-Refresh-Request",
	} {
		method, path, _ := strings.Cut(route, " ")
		found := false
		for _, p := range document.Paths[path][method].Parameters {
			found = found || p.Name == header
		}
		if !found {
			t.Errorf("%s: the header %s is not documented", route, header)
		}
	}
}

var update = flag.Bool("update", false, "write openapi.json anew")

// The OpenAPI document is kept in the repository, so that a change of the API shows in a diff.
func TestOpenAPIDocument(t *testing.T) {
	h := newAPITest(t)
	document := decode[map[string]any](h, h.wants(h.get("/openapi.json", ""), ok))
	// The version of a release is not part of the API; its paths have their own, /v1.
	document["info"].(map[string]any)["version"] = "v1"
	got, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile("openapi.json", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("openapi.json is out of date; `go test ./backend/httpapi -run TestOpenAPIDocument -update` writes it anew\n(-kept "+
			"+served)\n%s", diff)
	}
}
