package httpapi_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

var conditionalRoutes = []string{"GET /v1/clients", "GET /v1/clients/facets", "GET /v1/msps", "GET /v1/msps/facets", "GET /v1/overview",
	"GET /v1/changes"}

func (h *apiTest) conditionalGet(route, token, tag string) reply {
	h.Helper()
	return h.send(call{route: route, token: token, headers: map[string]string{"If-None-Match": tag}})
}

func TestETag(t *testing.T) {
	t.Parallel()
	t.Run("unchanged_list_is_304", testETagUnchangedListIs304)
	t.Run("changes_with_data", testETagChangesWithData)
	t.Run("overview_changes_with_any_connection", testETagOverviewChangesWithAnyConnection)
	t.Run("depends_on_viewer_and_query", testETagDependsOnViewerAndQuery)
	t.Run("changes_with_last_visit", testETagChangesWithLastVisit)
	t.Run("differs_for_compressed_body", testETagDiffersForCompressedBody)
}

func testETagUnchangedListIs304(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSPUser)
	for _, route := range conditionalRoutes {
		tag := h.wants(h.send(call{route: route, token: token}), ok).Header.Get("ETag")
		if len(tag) < 10 {
			t.Fatalf("%s: got the ETag %q, want at least 10 characters", route, tag)
		}
		compressed := strings.TrimSuffix(tag, `"`) + `-gzip"`
		for _, sent := range []string{tag, "W/" + tag, compressed, `"other", ` + tag} {
			r := h.wants(h.conditionalGet(route, token, sent), http.StatusNotModified)
			if len(r.body) != 0 || r.Header.Get("ETag") != tag {
				t.Errorf("%s: 304 with the ETag %s and the body %q, want %s and none", route, r.Header.Get("ETag"), r.body, tag)
			}
		}
		h.wants(h.conditionalGet(route, token, `"other"`), ok)
	}
}

func testETagChangesWithData(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSPUser)
	for _, route := range conditionalRoutes {
		tag := h.wants(h.send(call{route: route, token: token}), ok).Header.Get("ETag")
		h.Exec("update mssp set version = version + 1 where id = $1", h.Own.MSSPID)
		if next := h.wants(h.conditionalGet(route, token, tag), ok).Header.Get("ETag"); next == tag {
			t.Errorf("%s: got the same ETag after a change, want another", route)
		}
	}
}

func testETagOverviewChangesWithAnyConnection(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSSPAdmin)
	connection := h.Text("select mssp_product_id::text from sync_run where mssp_id = $1", h.Own.MSSPID)
	review := h.review(h.Own)
	reviewed := h.Text("select mssp_product_id::text from sync_run where id = $1", review)
	run := func(connection, status string) string {
		id := postgres.NewID()
		h.Exec(`
			insert into sync_run (mssp_id, id, mssp_product_id, status, trigger, created_at)
			values ($1, $2, $3, $4, 'schedule', clock_timestamp())`, h.Own.MSSPID, id, connection, status)
		return id
	}
	older := run(connection, "running")
	run(reviewed, "failed")
	for _, change := range []string{
		"update sync_run set status = 'failed', finished_at = now() where id = '" + older + "'",
		"update sync_run set status = 'discarded' where id = '" + review + "'",
		"update mssp_product set paused = true where id = '" + connection + "'",
	} {
		tag := h.wants(h.get("/v1/overview", token), ok).Header.Get("ETag")
		h.Exec(change)
		h.wants(h.conditionalGet("GET /v1/overview", token, tag), ok)
	}
}

func testETagDependsOnViewerAndQuery(t *testing.T) {
	h := newAPITest(t)
	admin, user := h.as(portal.MSSPAdmin), h.as(portal.MSPUser)
	tag := h.wants(h.get("/v1/clients", admin), ok).Header.Get("ETag")
	h.wants(h.conditionalGet("GET /v1/clients", user, tag), ok)
	h.wants(h.conditionalGet("GET /v1/clients?sort=-name", admin, tag), ok)
	h.wants(h.conditionalGet("GET /v1/clients?limit=2", admin, tag), ok)
	h.wants(h.conditionalGet("GET /v1/msps", admin, tag), ok)
	h.wants(h.send(call{route: "POST /v1/auth/logout", token: admin}), noContent)
	h.wantsProblem(h.conditionalGet("GET /v1/clients", admin, tag), http.StatusUnauthorized, portal.SessionRevoked)
}

func testETagChangesWithLastVisit(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSPUser)
	h.wants(h.send(call{route: "POST /v1/changes/visit", token: token, body: `{"seen_to":"2020-01-01T00:00:00Z"}`}), noContent)
	for _, route := range []string{"GET /v1/overview", "GET /v1/changes?since=last_visit"} {
		tag := h.wants(h.send(call{route: route, token: token}), ok).Header.Get("ETag")
		h.wants(h.conditionalGet(route, token, tag), http.StatusNotModified)
		h.Exec("update change_visit set touched_at = touched_at - interval '31 minutes'")
		h.wants(h.conditionalGet(route, token, tag), ok)
		h.Exec("update change_visit set touched_at = now()")
	}
}

func testETagDiffersForCompressedBody(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSSPAdmin)
	plain := h.wants(h.get("/v1/clients", token), ok)
	zip := map[string]string{"Accept-Encoding": "gzip"}
	r := h.wants(h.send(call{route: "GET /v1/clients", token: token, headers: zip}), ok)
	if r.Header.Get("Content-Encoding") != "gzip" || len(r.body) >= len(plain.body) || plain.Header.Get("Content-Encoding") != "" {
		t.Fatalf("got the encoding %q with %d bytes, want gzip and fewer than %d", r.Header.Get("Content-Encoding"), len(r.body),
			len(plain.body))
	}
	reader, err := gzip.NewReader(bytes.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(reader); err != nil || !bytes.Equal(body, plain.body) {
		t.Errorf("got another body from the compressed response: %v", err)
	}
	zip["If-None-Match"] = r.Header.Get("ETag")
	h.wants(h.send(call{route: "GET /v1/clients", token: token, headers: zip}), http.StatusNotModified)
	if tag := r.Header.Get("ETag"); tag == plain.Header.Get("ETag") {
		t.Errorf("got the ETag %s for both representations, want two", tag)
	}
	short := h.wants(h.send(call{route: "GET /healthz", headers: map[string]string{"Accept-Encoding": "gzip"}}), ok)
	if short.Header.Get("Content-Encoding") != "" {
		t.Error("got a compressed short body, want it uncompressed")
	}
}

// walk reads a list page by page and returns the ids in order.
func (h *apiTest) walk(path, token string) (ids []string) {
	h.Helper()
	for next := ""; ; {
		page := decode[portal.ClientPage](h, h.wants(h.get(path+next, token), ok))
		if page.Total != 7 {
			h.Fatalf("%s counts %d, want 7", path+next, page.Total)
		}
		for _, item := range page.Items {
			ids = append(ids, item.ID)
		}
		if page.NextCursor == nil {
			return ids
		}
		if next = "&cursor=" + *page.NextCursor; len(ids) > 7 {
			h.Fatalf("%s never ends", path)
		}
	}
}

func TestClientList(t *testing.T) {
	t.Parallel()
	t.Run("pages_equal_whole_list_in_every_sort", testClientListPagesEqualWholeListInEverySort)
	t.Run("unknown_seats_sort_last", testClientListUnknownSeatsSortLast)
	t.Run("cursor_of_another_tenant_shows_nothing", testClientListCursorOfAnotherTenantShowsNothing)
}

func testClientListPagesEqualWholeListInEverySort(t *testing.T) {
	h := newAPITest(t)
	h.Exec(`
		update client c
		set seats_used = (array[null, 3, 3, 9, 1, null, 3])[n.n], seats_total = (array[5, 5, null, 5, 9, 9, 9])[n.n],
		    licence_type = (array['EDR', null, 'edr', 'Ä', null, 'zz', ''])[n.n],
		    spla = (array[true, null, false, false, true, null, true])[n.n],
		    expires_on = (array['2030-01-01', null, '2030-01-01', '2029-05-05', null, '2031-01-01', '2029-05-05']::date[])[n.n]
		from (select id, row_number() over (order by id) as n from client where mssp_id = $1) n
		where c.id = n.id`, h.Own.MSSPID)
	token := h.as(portal.MSSPAdmin)
	for _, field := range []string{"name", "msp_name", "status", "type", "licence_type", "spla", "seats_used",
		"seats_total", "expires_on", "first_seen_at", "last_seen_at"} {
		for _, sort := range []string{field, "-" + field, field + ",-seats_used", "-" + field + ",name", "-seats_used,expires_on," +
			field} {
			whole := h.walk("/v1/clients?sort="+sort+"&limit=200", token)
			for _, limit := range []int{1, 2, 3, 7} {
				paged := h.walk(fmt.Sprintf("/v1/clients?sort=%s&limit=%d", sort, limit), token)
				if !slices.Equal(paged, whole) {
					t.Errorf("by %s in pages of %d: %v, want %v", sort, limit, paged, whole)
				}
			}
			if once := slices.Compact(slices.Sorted(slices.Values(whole))); len(once) != 7 {
				t.Errorf("by %s the list has %d different clients, want 7", sort, len(once))
			}
		}
	}
}

func testClientListUnknownSeatsSortLast(t *testing.T) {
	h := newAPITest(t)
	h.Exec("update client set seats_used = null where id = $1", h.Own.Direct.ID)
	h.Exec("update client set seats_used = 1 where id = $1", h.Own.MSPs[0].Clients[0].ID)
	h.Exec("update client set seats_used = 99 where id = $1", h.Own.MSPs[0].Clients[1].ID)
	token := h.as(portal.MSSPAdmin)
	for sort, first := range map[string]string{"seats_used": h.Own.MSPs[0].Clients[0].ID, "-seats_used": h.Own.MSPs[0].Clients[1].ID} {
		ids := h.walk("/v1/clients?limit=2&sort="+sort, token)
		if ids[0] != first || ids[6] != h.Own.Direct.ID {
			t.Errorf("by %s: got the order %v, want unknown seats last", sort, ids)
		}
	}
}

func testClientListCursorOfAnotherTenantShowsNothing(t *testing.T) {
	h := newAPITest(t)
	other := h.signIn(h.Other.Viewers[portal.MSSPAdmin])
	page := decode[portal.ClientPage](h, h.wants(h.get("/v1/clients?limit=2", other), ok))
	for _, role := range roles {
		h.wantNothingHidden(h.wants(h.get("/v1/clients?limit=2&cursor="+*page.NextCursor, h.as(role)), ok), role)
	}
}

func TestLogoutEndsOwnAccessToken(t *testing.T) {
	h := newAPITest(t)
	first, second := h.as(portal.MSPUser), h.as(portal.MSPUser)
	h.wants(h.get("/v1/me", first), ok)
	h.wants(h.send(call{route: "POST /v1/auth/logout", token: first}), noContent)
	h.wantsProblem(h.get("/v1/me", first), http.StatusUnauthorized, portal.SessionRevoked)
	h.wants(h.get("/v1/me", second), ok)
}

// refusedWithin repeats a request until its rate is exceeded: at a rate of two a minute, the fifth request at the
// latest.
func (h *apiTest) refusedWithin(c call) {
	h.Helper()
	h.wants(h.send(c), ok)
	for range 4 {
		r := h.send(c)
		if r.StatusCode == ok {
			continue
		}
		h.wantsProblem(r, http.StatusTooManyRequests, portal.TooManyRequests)
		if seconds, err := strconv.Atoi(r.Header.Get("Retry-After")); err != nil || seconds < 1 || seconds > 61 {
			h.Errorf("got Retry-After %q, want 1 to 61 seconds", r.Header.Get("Retry-After"))
		}
		return
	}
	h.Errorf("%s: got no 429, want one", c.route)
}

func TestRate(t *testing.T) {
	t.Parallel()
	t.Run("limits_each_session", testRateLimitsEachSession)
	t.Run("ignores_untrusted_forwarded_header", testRateIgnoresUntrustedForwardedHeader)
}

func testRateLimitsEachSession(t *testing.T) {
	h := newAPITest(t, func(c *httpapi.Config) { c.SessionRate = 2 })
	h.refusedWithin(call{route: "GET /v1/me", token: h.as(portal.MSPUser)})
	h.wants(h.get("/v1/me", h.as(portal.MSPUser)), ok)
	h.wants(h.get("/healthz", ""), ok)
}

func testRateIgnoresUntrustedForwardedHeader(t *testing.T) {
	h := newAPITest(t, func(c *httpapi.Config) { c.AuthRate = 2 })
	h.refusedWithin(call{route: "GET /v1/auth/providers"})
	h.wantsProblem(h.send(call{route: "GET /v1/auth/providers", headers: map[string]string{"X-Forwarded-For": "192.0.2.7"}}),
		http.StatusTooManyRequests, portal.TooManyRequests)
	h.wants(h.get("/v1/me", h.as(portal.MSPUser)), ok)
}
