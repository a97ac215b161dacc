package httpapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit/roundtrips"
)

// userWithTwoGrants returns a user with a grant in each tenant, and a function that sends a request under the second.
func (h *apiTest) userWithTwoGrants() (viewer portal.Viewer, second string, under func(route, token string) reply) {
	h.Helper()
	viewer = h.Person(h, portal.MSPUser, h.Own.At(portal.MSPUser, 0))
	second = h.Grant(h, viewer.UserID, portal.MSPAdmin, h.Other.At(portal.MSPAdmin, 0))
	return viewer, second, func(route, token string) reply {
		return h.send(call{route: route, token: token, headers: map[string]string{"Portal-Grant": second}})
	}
}

// countRoundTrips serves the API over a counter of its round trips to the database.
func (h *apiTest) countRoundTrips() (trips func() int64) {
	h.Helper()
	counter, err := roundtrips.Start(h.URLs.Server)
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { counter.Close() })
	database, err := url.Parse(h.URLs.Server)
	if err != nil {
		h.Fatal(err)
	}
	database.Host = counter.Address()
	database.RawQuery += "&pool_max_conns=1"
	db, err := postgres.Open(context.Background(), database.String())
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(db.Close)
	config := newConfig(h, db)
	server := httptest.NewServer(httpapi.New(config))
	h.Cleanup(server.Close)
	h.url, h.sessions = server.URL, config.Sessions
	return counter.Trips
}

func TestFurtherGrant(t *testing.T) {
	t.Parallel()
	t.Run("costs_one_round_trip", testFurtherGrantCostsOneRoundTrip)
	t.Run("changes_apply_to_next_request", testFurtherGrantChangesApplyToNextRequest)
	t.Run("wider_role_requires_refresh", testFurtherGrantWiderRoleRequiresRefresh)
	t.Run("unknown_grants_count_towards_rate", testFurtherGrantUnknownGrantsCountTowardsRate)
}

func testFurtherGrantCostsOneRoundTrip(t *testing.T) {
	h := newAPITest(t)
	trips := h.countRoundTrips()
	viewer, _, under := h.userWithTwoGrants()
	token := h.signIn(viewer)
	for _, route := range []string{"GET /v1/me", "GET /v1/clients", "GET /v1/msps"} {
		for range 3 { // until the grant is cached and the statements are prepared
			h.wants(under(route, token), ok)
		}
		before := trips()
		for range 10 {
			h.wants(under(route, token), ok)
		}
		if n := trips() - before; n != 10 {
			t.Errorf("10 times %s under another grant: got %d round trips, want 10", route, n)
		}
	}
}

func testFurtherGrantChangesApplyToNextRequest(t *testing.T) {
	h := newAPITest(t)
	viewer, second, under := h.userWithTwoGrants()
	token := h.signIn(viewer)
	h.wants(under("GET /v1/invites", token), ok)

	h.Exec("update user_role set role = 'msp_user' where id = $1", second)
	h.wantsProblem(under("GET /v1/clients", token), http.StatusUnauthorized, portal.GrantChanged)
	token = h.signIn(viewer)
	h.wants(under("GET /v1/clients", token), ok)
	h.wantsProblem(under("GET /v1/invites", token), http.StatusForbidden, portal.Forbidden)

	h.Exec("update user_role set active = false where id = $1", second)
	h.wantsProblem(under("GET /v1/clients", token), http.StatusUnauthorized, portal.GrantChanged)
	h.wantsProblem(under("GET /v1/clients", h.signIn(viewer)), http.StatusUnauthorized, portal.GrantChanged)

	h.Exec("update user_role set active = true where id = $1", second)
	token = h.signIn(viewer)
	h.wants(under("GET /v1/clients", token), ok)
	h.Exec("update session set revoked_at = now(), revoked_reason = 'sign_out' where user_id = $1", viewer.UserID)
	h.wantsProblem(under("GET /v1/clients", token), http.StatusUnauthorized, portal.SessionRevoked)
}

func testFurtherGrantWiderRoleRequiresRefresh(t *testing.T) {
	h := newAPITest(t)
	viewer, second, under := h.userWithTwoGrants()
	h.Exec("update user_role set role = 'msp_user' where id = $1", second)
	token := h.signIn(viewer)
	h.wantsProblem(h.get("/v1/invites", token), http.StatusForbidden, portal.Forbidden)
	h.wantsProblem(under("GET /v1/invites", token), http.StatusForbidden, portal.Forbidden)
	h.Exec("update user_role set role = 'msp_admin' where user_id = $1", viewer.UserID)
	h.wantsProblem(h.get("/v1/invites", token), http.StatusUnauthorized, portal.GrantChanged)
	h.wantsProblem(under("GET /v1/invites", token), http.StatusUnauthorized, portal.GrantChanged)
	token = h.signIn(viewer)
	h.wants(h.get("/v1/invites", token), ok)
	h.wants(under("GET /v1/invites", token), ok)
}

func testFurtherGrantUnknownGrantsCountTowardsRate(t *testing.T) {
	h := newAPITest(t, func(c *httpapi.Config) { c.SessionRate = 2 })
	token := h.as(portal.MSPUser)
	refused := 0
	for range 5 {
		guess := call{route: "GET /v1/me", token: token, headers: map[string]string{"Portal-Grant": postgres.NewID()}}
		if h.send(guess).StatusCode == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused == 0 {
		t.Error("got no 429 for guessed grant ids, want some")
	}
}
