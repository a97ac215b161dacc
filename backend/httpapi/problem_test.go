package httpapi_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/portal"
)

// refusal is an invalid request and the expected problem.
type refusal struct {
	name   string
	call   call
	status int
	code   portal.Code
	field  string
}

func (h *apiTest) wantRefusals(token string, refusals []refusal) {
	h.Helper()
	for _, r := range refusals {
		if r.call.token == "" {
			r.call.token = token
		}
		response := h.send(r.call)
		if response.StatusCode != r.status {
			h.Errorf("%.200s: got %d, want %d: %.300s", r.name, response.StatusCode, r.status, response.body)
			continue
		}
		p := h.wantsProblem(response, r.status, r.code)
		if r.field != "" && p.Field != r.field {
			h.Errorf("%s: got the field %q, want %q: %s", r.name, p.Field, r.field, p.Detail)
		}
	}
}

// cursor returns a forged cursor with a sort and the parts of a position.
func cursor(parts ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, "\x00")))
}

const unknownID = "0198c5a4-0000-7000-8000-000000000000"

const unprocessable = http.StatusUnprocessableEntity

func TestProblem(t *testing.T) {
	t.Parallel()
	t.Run("names_invalid_list_parameter", testProblemNamesInvalidListParameter)
	t.Run("forged_cursor_is_no_server_error", testProblemForgedCursorIsNoServerError)
	t.Run("names_invalid_filter_or_sort", testProblemNamesInvalidFilterOrSort)
	t.Run("lists_parameters_of_route", testProblemListsParametersOfRoute)
	t.Run("never_repeats_body", testProblemNeverRepeatsBody)
	t.Run("large_body_is_413_before_sign_in", testProblemLargeBodyIs413BeforeSignIn)
	t.Run("unknown_route_404_other_method_405", testProblemUnknownRoute404OtherMethod405)
	t.Run("any_search_text_is_accepted", testProblemAnySearchTextIsAccepted)
	t.Run("has_its_own_request_id", testProblemHasItsOwnRequestID)
}

func testProblemNamesInvalidListParameter(t *testing.T) {
	h := newAPITest(t)
	for _, list := range []string{"GET /v1/clients", "GET /v1/msps", "GET /v1/invites", "GET /v1/syncs"} {
		var refusals []refusal
		for _, query := range []string{"limit=0", "limit=201", "limit=-1", "limit=abc", "limit=1.5", "limit=99999999999999999999",
			"unknown=1", "Limit=5"} {
			name, _, _ := strings.Cut(query, "=")
			refusals = append(refusals, refusal{list + " " + query, call{route: list + "?" + query}, unprocessable, portal.Invalid, name})
		}
		for _, forged := range []string{
			"x", "%20", cursor("\x00"), cursor("name"), cursor("name", "a"), cursor("name", "a", "not-an-id"), cursor("name", "\xff",
				unknownID),
			cursor("-created_at", "yesterday", unknownID), cursor("-id", "1", "1"), cursor("-id", "'; drop table client; --", unknownID),
			cursor("name", strings.Repeat("a", 201), unknownID), cursor(`{"s":"name","k":["a"]}`), strings.Repeat("A", 1025),
		} {
			refusals = append(refusals, refusal{list + " cursor " + forged, call{route: list + "?cursor=" + forged}, unprocessable,
				portal.Invalid, "cursor"})
		}
		h.wantRefusals(h.as(portal.MSSPAdmin), refusals)
	}
}

func testProblemForgedCursorIsNoServerError(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSSPAdmin)
	values := []string{
		"", "x", "0", "-1", "9223372036854775807", "9223372036854775808", "infinity", "-infinity", "0000-01-01", "9999-12-31",
		"0000-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z", "2026-02-30", "2026-01-01T24:00:00.000000Z",
		"2026-01-01T00:00:00.000000+16",
		"epoch", "\xff", "\xed\xa0\x80", "' or 1=1", strings.Repeat("a", 600), strings.Repeat("\U0010ffff", 50),
	}
	for _, sort := range []string{"name", "status", "type", "seats_used", "-seats_total", "expires_on", "-first_seen_at",
		"last_seen_at"} {
		for _, value := range values {
			path := "/v1/clients?sort=" + sort + "&cursor=" + cursor(sort, value, unknownID)
			if r := h.get(path, token); r.StatusCode != ok && r.StatusCode != unprocessable {
				t.Errorf("by %s after %.40q: got %d, want 200 or 422: %s", sort, value, r.StatusCode, r.body)
			}
		}
	}
}

func testProblemNamesInvalidFilterOrSort(t *testing.T) {
	h := newAPITest(t)
	long := strings.Repeat("a", 101)
	h.wantRefusals(h.as(portal.MSSPAdmin), []refusal{
		{"an unknown sort", call{route: "GET /v1/clients?sort=colour"}, unprocessable, portal.Invalid, "sort"},
		{"a sort by SQL", call{route: "GET /v1/clients?sort=name;drop"}, http.StatusUnprocessableEntity, portal.Invalid, ""},
		{"an empty sort term", call{route: "GET /v1/clients?sort=name,"}, unprocessable, portal.Invalid, "sort"},
		{"two minuses", call{route: "GET /v1/clients?sort=--name"}, unprocessable, portal.Invalid, "sort"},
		{"four sort terms", call{route: "GET /v1/clients?sort=name,type,status,seats_used"}, unprocessable, portal.Invalid, "sort"},
		{"a sort of another list", call{route: "GET /v1/msps?sort=msp_name"}, unprocessable, portal.Invalid, "sort"},
		{"a cursor of another sort", call{route: "GET /v1/clients?sort=type&cursor=" + cursor("name", "a", unknownID)}, unprocessable,
			portal.Invalid, "cursor"},
		{"an unknown status", call{route: "GET /v1/clients?status=gone"}, unprocessable, portal.Invalid, "status"},
		{"an unknown status among others", call{route: "GET /v1/clients?status=active,gone"}, unprocessable, portal.Invalid, "status"},
		{"a status twice", call{route: "GET /v1/clients?status=active&status=missing"}, http.StatusBadRequest, portal.Invalid, "status"},
		{"a negation of nothing", call{route: "GET /v1/clients?products=!"}, unprocessable, portal.Invalid, "products"},
		{"a reversed range of days", call{route: "GET /v1/clients?expires_on=2026-12-31..2026-12-01"}, unprocessable, portal.Invalid,
			"expires_on"},
		{"a time without a day", call{route: "GET /v1/msps?last_seen_at=12:00"}, unprocessable, portal.Invalid, "last_seen_at"},
		{"a filter of clients", call{route: "GET /v1/msps?products=x"}, unprocessable, portal.Invalid, "products"},
		{"too many values", call{route: "GET /v1/clients?type=a" + strings.Repeat(",a", 50)}, unprocessable, portal.Invalid, "type"},
		{"an unknown status of an MSP", call{route: "GET /v1/msps?status=open"}, unprocessable, portal.Invalid, "status"},
		{"an unknown status of an invite", call{route: "GET /v1/invites?status=active"}, unprocessable, portal.Invalid, "status"},
		{"seats without a range", call{route: "GET /v1/clients?seats_used=many"}, unprocessable, portal.Invalid, "seats_used"},
		{"an empty range", call{route: "GET /v1/msps?clients=9..3"}, unprocessable, portal.Invalid, "clients"},
		{"an SPLA that is not a boolean", call{route: "GET /v1/clients?spla=maybe"}, unprocessable, portal.Invalid, "spla"},
		{"a malformed MSP id", call{route: "GET /v1/clients?msp_id=1"}, unprocessable, portal.Invalid, "msp_id"},
		{"a negative time to expiry", call{route: "GET /v1/clients?expires_within=-1"}, unprocessable, portal.Invalid, "expires_within"},
		{"an unknown end of the licence", call{route: "GET /v1/clients?expires_on=-3d"}, unprocessable, portal.Invalid, "expires_on"},
		{"a huge time to expiry", call{route: "GET /v1/clients?expires_within=99999"}, unprocessable, portal.Invalid, "expires_within"},
		{"a long search", call{route: "GET /v1/clients?q=" + long}, unprocessable, portal.Invalid, "q"},
		{"a NUL in a search", call{route: "GET /v1/clients?q=a%00b"}, http.StatusBadRequest, portal.Invalid, ""},
		{"a search that is not UTF-8", call{route: "GET /v1/clients?q=%ff"}, http.StatusBadRequest, portal.Invalid, ""},
		{"a broken escape", call{route: "GET /v1/clients?q=%zz"}, http.StatusBadRequest, portal.Invalid, ""},
		{"a NUL in an id", call{route: "GET /v1/clients/%00"}, http.StatusBadRequest, portal.Invalid, ""},
		{"an id that is not UTF-8", call{route: "GET /v1/clients/%ff"}, http.StatusNotFound, portal.NotFound, ""},
		{"a long id", call{route: "GET /v1/clients/" + long}, unprocessable, portal.Invalid, ""},
		{"an unknown parameter", call{route: "GET /v1/me?x=1"}, unprocessable, portal.Invalid, "x"},
	})
}

func testProblemListsParametersOfRoute(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSSPAdmin)
	for path, want := range map[string]string{
		"/v1/me?colour=red":       "colour: unknown query parameter. This route has none.",
		"/v1/msps/facets?limit=5": "limit: unknown query parameter. This route has " + mspParameters + ", columns.",
		"/v1/msps?colour=red":     "colour: unknown query parameter. This route has " + mspParameters + ", sort, cursor, limit.",
	} {
		p := decode[httpapi.Problem](h, h.wants(h.get(path, token), unprocessable))
		if p.Detail != want {
			t.Errorf("%s: got %q, want %q", path, p.Detail, want)
		}
	}
}

// mspParameters are the filters of MSPs.
const mspParameters = "q, name, external_id, status, status_reason, type, licence_type, spla, clients, seats_used, seats_total, " +
	"expires_on, next_expires_on, growth, expiring_30, expiring_90, expired, exceeded, disabled, missing, first_seen_at, last_seen_at"

func testProblemNeverRepeatsBody(t *testing.T) {
	h := newAPITest(t)
	invite := func(body string) call { return call{route: "POST /v1/invites", body: body} }
	refusals := []refusal{
		{"no body", invite(""), http.StatusBadRequest, portal.Invalid, ""},
		{"malformed JSON", invite(`{"email":`), http.StatusBadRequest, portal.Invalid, ""},
		{"not an object", invite(`[]`), unprocessable, portal.Invalid, ""},
		{"null", invite(`null`), unprocessable, portal.Invalid, ""},
		{"an unknown field", invite(`{"email":"a@example.com","role":"mssp_staff","provider":"google","admin":true}`), unprocessable,
			portal.Invalid, "admin"},
		{"a wrong type", invite(`{"email":5,"role":"mssp_staff","provider":"google"}`), unprocessable, portal.Invalid, "email"},
		{"no address", invite(`{"email":"sesame","role":"mssp_staff","provider":"google"}`), unprocessable, portal.Invalid, "email"},
		{"a NUL in an address", invite(`{"email":"a\u0000@example.com","role":"mssp_staff","provider":"google"}`), unprocessable,
			portal.Invalid, "email"},
		{"a NUL in a domain", invite(`{"email":"a@example.com","role":"mssp_staff","provider":"google","domain":"sesame\u0000"}`),
			unprocessable, portal.Invalid, "domain"},
		{"an unknown role", invite(`{"email":"a@example.com","role":"sesame","provider":"google"}`), unprocessable, portal.Invalid,
			"role"},
		{"a provider that is not configured", invite(`{"email":"a@example.com","role":"mssp_staff","provider":"entra",` +
			`"tenant":"sesame"}`), unprocessable, portal.Invalid, ""},
		{"a malformed MSP id", invite(`{"email":"a@example.com","role":"msp_user","msp_id":"sesame","provider":"google"}`),
			unprocessable, portal.Invalid, "msp_id"},
		{"too long a life", invite(`{"email":"a@example.com","role":"mssp_staff","provider":"google","expires_in_hours":721}`),
			unprocessable, portal.Invalid, "expires_in_hours"},
		{"text after the body", invite(`{"email":"a@example.com","role":"mssp_staff","provider":"google"} sesame`),
			http.StatusBadRequest, portal.Invalid, ""},
		{"over 1 MiB", invite(`{"email":"` + strings.Repeat("a", 1<<20) + `"}`), http.StatusRequestEntityTooLarge, portal.TooLarge, ""},
		{"an attempt at an unknown provider", call{route: "POST /v1/auth/attempts", body: `{"provider":"sesame"}`}, unprocessable,
			portal.Invalid, ""},
		{"a token request without its fields", call{route: "POST /v1/auth/token", body: `{}`}, unprocessable, portal.Invalid, ""},
		{"a NUL in a refresh token", call{route: "POST /v1/auth/refresh", body: `{"refresh_token":"\u0000"}`}, http.StatusUnauthorized,
			"", ""},
	}
	before := h.state()
	h.wantRefusals(h.as(portal.MSSPAdmin), refusals)
	for _, r := range refusals {
		r.call.token = h.as(portal.MSSPAdmin)
		if response := h.send(r.call); strings.Contains(string(response.body), "sesame") {
			t.Errorf("%s: got a problem that repeats the request: %s", r.name, response.body)
		}
	}
	if after := h.state(); after != before {
		t.Errorf("got the state %s after rejected bodies, want %s", after, before)
	}
}

func testProblemLargeBodyIs413BeforeSignIn(t *testing.T) {
	h := newAPITest(t)
	body := `{"refresh_token":"` + strings.Repeat("a", 1<<20) + `"}`
	h.wantsProblem(h.send(call{route: "POST /v1/auth/refresh", body: body}), http.StatusRequestEntityTooLarge, portal.TooLarge)
}

func testProblemUnknownRoute404OtherMethod405(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSSPAdmin)
	for _, route := range []string{"GET /", "GET /v1", "GET /v2/clients", "POST /nowhere", "GET /v1/clients/1/secrets", "GET /docs",
		"GET /metrics"} {
		h.wantsProblem(h.send(call{route: route, token: token}), http.StatusNotFound, portal.NotFound)
	}
	for route, allow := range map[string]string{
		"POST /v1/clients": "GET", "PUT /v1/msps": "GET", "DELETE /v1/me": "GET", "GET /v1/auth/logout": "POST",
		"PATCH /v1/invites": "GET,POST", "GET /v1/invites/1": "DELETE", "OPTIONS /v1/syncs": "GET,POST", "TRACE /healthz": "GET",
		"GET /v1/favourites/client/1": "PUT,DELETE", "GET /v1/recents/client/1": "PUT",
	} {
		r := h.send(call{route: route, token: token})
		h.wantsProblem(r, http.StatusMethodNotAllowed, "method_not_allowed")
		if got := strings.Join(r.Header.Values("Allow"), ","); got != allow {
			t.Errorf("%s allows %q, want %q", route, got, allow)
		}
	}
}

func testProblemAnySearchTextIsAccepted(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSPUser)
	for _, text := range []string{`\`, `\\%`, `'`, `"`, `%`, `_`, `$1`, "\u202e", "\U0001F600", "\n", "\x7f", "@mssp", "İ", "ß"} {
		for _, path := range []string{"/v1/clients?q=", "/v1/msps?q=", "/v1/clients?type="} {
			h.wants(h.get(path+url.QueryEscape(text), token), ok)
		}
	}
}

func testProblemHasItsOwnRequestID(t *testing.T) {
	h := newAPITest(t)
	first, second := h.get("/healthz", ""), h.get("/nowhere", "")
	if first.Header.Get("Request-Id") == "" || first.Header.Get("Request-Id") == second.Header.Get("Request-Id") {
		t.Error("got the same request id twice or none, want one for each response")
	}
	if p := decode[map[string]any](h, second); p["request_id"] != second.Header.Get("Request-Id") {
		t.Errorf("got the request id %v in the problem, want %s as in the header", p["request_id"], second.Header.Get("Request-Id"))
	}
}
