package httpapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"

	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

// schema is the part of an OpenAPI schema that these tests need.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       any               `json:"type"`
	Properties map[string]schema `json:"properties"`
	Enum       []any             `json:"enum"`
	Format     string            `json:"format"`
	MinLength  int               `json:"minLength"`
	Minimum    float64           `json:"minimum"`
	Items      *schema           `json:"items"`
}

type document struct {
	Paths map[string]map[string]struct {
		RequestBody struct {
			Content map[string]struct {
				Schema schema `json:"schema"`
			} `json:"content"`
		} `json:"requestBody"`
		Parameters []struct {
			Name string `json:"name"`
			In   string `json:"in"`
		} `json:"parameters"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]schema `json:"schemas"`
	} `json:"components"`
}

func (d document) resolve(s schema) schema {
	for s.Ref != "" {
		s = d.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
	}
	return s
}

// sample returns a value that is valid for a schema.
func (d document) sample(s schema) any {
	s = d.resolve(s)
	kind := s.Type
	if kinds, several := kind.([]any); several {
		kind = kinds[0]
	}
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Format == "uuid":
		return unknownID
	case s.Format == "email":
		return "a@example.com"
	case kind == "string":
		return strings.Repeat("a", max(s.MinLength, 1))
	case kind == "integer" || kind == "number":
		return max(s.Minimum, 1)
	case kind == "boolean":
		return true
	case kind == "array":
		return []any{}
	}
	object := map[string]any{}
	for name, property := range s.Properties {
		object[name] = d.sample(property)
	}
	return object
}

// placeholders gives a route's address an id that is not known, and a kind that is.
var placeholders = strings.NewReplacer("{id}", unknownID, "{kind}", "licence_expired")

// bodyRoute is a route that reads a body.
type bodyRoute struct {
	route string
	names []string
	body  map[string]any
}

func (h *apiTest) bodyRoutes() []bodyRoute {
	h.Helper()
	d := decode[document](h, h.wants(h.get("/openapi.json", ""), ok))
	var routes []bodyRoute
	for path, methods := range d.Paths {
		for method, operation := range methods {
			content, has := operation.RequestBody.Content["application/json"]
			if !has {
				continue
			}
			body, _ := d.sample(content.Schema).(map[string]any)
			r := bodyRoute{route: strings.ToUpper(method) + " " + placeholders.Replace(path), body: body}
			for name := range d.resolve(content.Schema).Properties {
				r.names = append(r.names, name)
			}
			slices.Sort(r.names)
			routes = append(routes, r)
		}
	}
	return routes
}

func (r bodyRoute) text(t *testing.T, of map[string]any) string {
	t.Helper()
	text, err := json.Marshal(of)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestBodyNames(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSSPAdmin)
	routes := h.bodyRoutes()
	if len(routes) < 12 {
		t.Fatalf("the document has %d routes with a body, want at least 12", len(routes))
	}
	for _, r := range routes {
		if len(r.names) == 0 {
			t.Errorf("%s: got no documented names in its body, want some", r.route)
		}
		whole := r.text(t, r.body)
		for _, name := range r.names {
			for kind, other := range map[string]string{
				"upper case": strings.ToUpper(name), "a capital": strings.ToUpper(name[:1]) + name[1:],
				"a long s": strings.ReplaceAll(name, "s", "ſ"),
			} {
				if other == name {
					continue
				}
				renamed := map[string]any{}
				for of, value := range r.body {
					renamed[of] = value
				}
				delete(renamed, name)
				renamed[other] = r.body[name]
				refused := h.send(call{route: r.route, token: token, body: r.text(t, renamed)})
				if refused.StatusCode != unprocessable {
					t.Errorf("%s with %s in %s: got %d, want 422: %s", r.route, name, kind, refused.StatusCode, refused.body)
				}
				value, err := json.Marshal(r.body[name])
				if err != nil {
					t.Fatal(err)
				}
				both := h.send(call{route: r.route, token: token, body: strings.TrimSuffix(whole, "}") + fmt.Sprintf(",%q:%s}", other,
					value)})
				if both.StatusCode != unprocessable {
					t.Errorf("%s with %s and its duplicate in %s: got %d, want 422: %s", r.route, name, kind, both.StatusCode, both.body)
				}
			}
			value, err := json.Marshal(r.body[name])
			if err != nil {
				t.Fatal(err)
			}
			twice := h.send(call{route: r.route, token: token, body: strings.TrimSuffix(whole, "}") + fmt.Sprintf(",%q:%s}", name,
				value)})
			if twice.StatusCode != http.StatusBadRequest || !strings.Contains(string(twice.body), "duplicate") {
				t.Errorf("%s with %s twice: got %d, want 400 for the duplicate: %s", r.route, name, twice.StatusCode, twice.body)
			}
		}
	}
}

func TestQueryNames(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSSPAdmin)
	d := decode[document](h, h.wants(h.get("/openapi.json", ""), ok))
	checked := 0
	for path, methods := range d.Paths {
		for method, operation := range methods {
			for _, p := range operation.Parameters {
				if p.In != "query" {
					continue
				}
				checked++
				route := strings.ToUpper(method) + " " + placeholders.Replace(path)
				for _, query := range []string{p.Name + "=1&" + p.Name + "=1", p.Name + "=1&%" + fmt.Sprintf("%02x", p.Name[0]) +
					p.Name[1:] + "=2", p.Name + "&" + p.Name} {
					h.wantsProblem(h.send(call{route: route + "?" + query, token: token}), http.StatusBadRequest, portal.Invalid)
				}
				h.wantsProblem(h.send(call{route: route + "?" + strings.ToUpper(p.Name) + "=1", token: token}), unprocessable,
					portal.Invalid)
			}
		}
	}
	if checked < 20 {
		t.Errorf("the document has %d query parameters, want at least 20", checked)
	}
	for _, name := range []string{"Authorization", "Portal-Grant", portal.RefreshRequestHeader} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+"/v1/me", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Add(name, "Bearer "+token)
		request.Header.Add(name, "Bearer "+token)
		response, err := h.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s twice: got %d, want 400", name, response.StatusCode)
		}
	}
}

func TestBodySize(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSSPAdmin)
	for _, r := range h.bodyRoutes() {
		most := 64 << 10
		switch {
		case strings.Contains(r.route, "/fields"):
			most = 256 << 10
		case strings.HasSuffix(r.route, "/export"):
			most = 1 << 20
		case strings.Contains(r.route, "/v1/auth/"):
			most = 16 << 10
		}
		fits := h.send(call{route: r.route, token: token, body: `{"a":"` + strings.Repeat("a", most-8) + `"}`})
		if fits.StatusCode != unprocessable {
			t.Errorf("%s with %d bytes: got %d, want 422 for the name: %s", r.route, most, fits.StatusCode, fits.body)
		}
		h.wantsProblem(h.send(call{route: r.route, token: token, body: `{"a":"` + strings.Repeat("a", most-7) + `"}`}),
			http.StatusRequestEntityTooLarge, portal.TooLarge)
		// A body without a Content-Length.
		method, path, _ := strings.Cut(r.route, " ")
		request, err := http.NewRequestWithContext(t.Context(), method, h.url+path, io.MultiReader(strings.NewReader(strings.Repeat(" ",
			most+1))))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := h.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s with %d bytes in pieces: got %d, want 413", r.route, most+1, response.StatusCode)
		}
	}
}

// slowRequest is the connection of a refresh request whose body does not arrive.
type slowRequest struct {
	net.Conn
}

func (h *apiTest) startSlowRequest(address string) slowRequest {
	h.Helper()
	conn, err := new(net.Dialer).DialContext(h.Context(), "tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "POST /v1/auth/refresh HTTP/1.1\r\nHost: portal\r\nX-Forwarded-For: %s\r\nContent-Type: "+
		"application/json\r\nContent-Length: 1000\r\n\r\n{", address)
	return slowRequest{conn}
}

// waitForRequests waits until this many requests without sign-in are running.
func (h *apiTest) waitForRequests(registry *prometheus.Registry, want float64) {
	h.Helper()
	wait.Until(h, 10*time.Second, fmt.Sprintf("%g requests without sign-in", want), func() bool {
		families, err := registry.Gather()
		if err != nil {
			h.Fatal(err)
		}
		for _, family := range families {
			if family.GetName() == "portal_http_anonymous_requests" {
				return family.GetMetric()[0].GetGauge().GetValue() == want
			}
		}
		return false
	})
}

func TestSignInsAtOnce(t *testing.T) {
	clock, registry := newFakeClock(), prometheus.NewRegistry()
	h := newAPITest(t, defaults(clock), func(c *httpapi.Config) {
		c.AnonymousAtOnce, c.AddressAtOnce, c.Metrics = 3, 2, registry
	})
	token := h.as(portal.MSPUser)
	first := h.startSlowRequest("203.0.113.1")
	h.startSlowRequest("203.0.113.1")
	h.waitForRequests(registry, 2)

	t.Log("one address has used up its share")
	refused := h.refreshFrom("203.0.113.1", "x")
	h.wantRetryAfter(refused)
	if !refused.Close {
		t.Error("got an open connection after a rejected request, want it closed so that its body is not read")
	}

	t.Log("slow bodies do not use up the concurrency of other addresses")
	h.startSlowRequest("203.0.113.5")
	h.startSlowRequest("203.0.113.5")
	h.waitForRequests(registry, 4)
	h.wantsProblem(h.refreshFrom("203.0.113.2", "never issued"), http.StatusUnauthorized, "")

	t.Log("all anonymous requests are in use, and signed-in users are served")
	locked, err := h.Owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = locked.Rollback(context.Background()) }() // so that a failure leaves no request at work
	if _, err := locked.Exec(t.Context(), "lock table refresh_token"); err != nil {
		t.Fatal(err)
	}
	var working sync.WaitGroup
	for i := range 3 {
		working.Go(func() { h.refreshFrom(fmt.Sprintf("198.51.100.%d", i), "fsr_"+strings.Repeat("A", 43)) })
	}
	h.waitForRequests(registry, 7)
	h.wantRetryAfter(h.refreshFrom("203.0.113.4", "x"))
	h.wants(h.get("/v1/clients", token), ok)
	h.wants(h.get("/healthz", ""), ok)

	t.Log("they have ended, and the next request is served")
	if err := locked.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	wait.Group(t, time.Minute, "the anonymous requests", &working)
	fmt.Fprint(first, strings.Repeat(" ", 999))
	h.waitForRequests(registry, 3)
	h.wantsProblem(h.refreshFrom("203.0.113.4", "never issued"), http.StatusUnauthorized, "")
}

func TestRefusedBodiesAreNotRead(t *testing.T) {
	h := newAPITest(t, func(c *httpapi.Config) { c.AnonymousAtOnce, c.AddressAtOnce = 1, 1 })
	t.Run("with_a_large_content_length", func(t *testing.T) {
		h.wantUnread(t, "/v1/auth/refresh", 16<<10+1, http.StatusRequestEntityTooLarge)
	})
	t.Run("after_the_limit_of_their_route", func(t *testing.T) {
		h.wantRejected(t, "/v1/auth/refresh", "Transfer-Encoding: chunked\r\n\r\n4001\r\n"+strings.Repeat(" ", 16<<10+1),
			http.StatusRequestEntityTooLarge)
	})
	t.Run("after_sign_in", func(t *testing.T) {
		h.wantRejected(t, "/v1/invites",
			fmt.Sprintf("Authorization: Bearer %s\r\nContent-Length: %d\r\n\r\n", h.as(portal.MSSPAdmin), 64<<10+1),
			http.StatusRequestEntityTooLarge)
	})
	t.Run("without_sign_in", func(t *testing.T) {
		h.wantUnread(t, "/v1/invites", 100, http.StatusUnauthorized)
	})
	t.Run("without_a_route", func(t *testing.T) {
		h.wantUnread(t, "/nowhere", 100, http.StatusNotFound)
	})
	t.Run("over_the_rate_of_an_address", func(t *testing.T) {
		h.startSlowRequest("")
		for status := 0; status != http.StatusTooManyRequests; {
			status = h.refreshFrom("", "never issued").StatusCode
		}
		h.wantUnread(t, "/v1/auth/refresh", 100, http.StatusTooManyRequests)
	})
}

// wantUnread fails unless a request is rejected and its connection closed before any of its body is sent.
func (h *apiTest) wantUnread(t *testing.T, path string, size, status int) {
	t.Helper()
	h.wantRejected(t, path, fmt.Sprintf("Content-Length: %d\r\n\r\n", size), status)
}

// wantRejected fails unless a request with an incomplete body is rejected and its connection closed. rest is the end of
// its header and the sent part of its body.
func (h *apiTest) wantRejected(t *testing.T, path, rest string, status int) {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(wait.Timeout(10 * time.Second))); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: portal\r\nContent-Type: application/json\r\n%s", path, rest)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != status || !response.Close {
		t.Errorf("got %d, connection closed: %t; want %d and closed", response.StatusCode, response.Close, status)
	}
}

// TestReadyAtOnce locks the table that the readiness check reads: concurrent callers share one query.
func TestReadyAtOnce(t *testing.T) {
	h := newAPITest(t)
	locked, err := h.Owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := locked.Exec(t.Context(), "lock table goose_db_version"); err != nil {
		t.Fatal(err)
	}
	var asked sync.WaitGroup
	for range 30 {
		asked.Go(func() {
			if r := h.get("/readyz", ""); r.StatusCode != ok {
				t.Errorf("got %d, want 200: %s", r.StatusCode, r.body)
			}
		})
	}
	const waiting = "select count(*)::text from pg_locks where relation = 'goose_db_version'::regclass and not granted"
	observer, err := pgx.Connect(t.Context(), h.URLs.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer observer.Close(context.Background())
	count := "0"
	wait.Until(t, 30*time.Second, "a query that waits for the table", func() bool {
		if err := observer.QueryRow(t.Context(), waiting).Scan(&count); err != nil {
			t.Fatal(err)
		}
		return count != "0"
	})
	// All callers have sent their request by now, or will share the same query.
	h.wants(h.get("/healthz", ""), ok)
	if err := observer.QueryRow(t.Context(), waiting).Scan(&count); err != nil || count != "1" {
		t.Errorf("%s queries wait, want one: %v", count, err)
	}
	if err := locked.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	wait.Group(t, time.Minute, "thirty readiness checks", &asked)
}
