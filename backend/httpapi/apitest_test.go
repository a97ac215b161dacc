package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/heimdal"
	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/fakeheimdal"
	"fs-client-portal/backend/testkit/wait"
)

// apiTest is a test with an API that is served over HTTP.
type apiTest struct {
	*testkit.WorldTest
	sessions *session.Sessions
	heimdal  *fakeheimdal.Server
	url      string
	client   *http.Client
}

func newAPITest(t *testing.T, changes ...func(*httpapi.Config)) *apiTest {
	t.Helper()
	t.Parallel()
	w := testkit.NewWorldTest(t)
	config := newConfig(t, w.DB)
	for _, change := range changes {
		change(&config)
	}
	server := httptest.NewServer(httpapi.New(config))
	t.Cleanup(server.Close)
	client := &http.Client{
		Transport:     &http.Transport{DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       wait.Timeout(2 * time.Minute), // streams end within it as well
	}
	t.Cleanup(client.CloseIdleConnections)
	return &apiTest{WorldTest: w, sessions: config.Sessions, heimdal: newHeimdal(t), url: server.URL, client: client}
}

// newConfig returns the configuration that portal-api uses, with an identity provider that is unreachable and without
// job workers.
func newConfig(t testing.TB, db *postgres.DB) httpapi.Config {
	t.Helper()
	sealer := newSealer(t)
	sessions, err := session.New(db, sealer, session.Config{Issuer: "https://portal.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	identities, err := identity.New(db, sessions, identity.Config{
		Google: &identity.GoogleConfig{Issuer: "http://127.0.0.1:1", ClientID: "portal", ClientSecret: "secret"},
		Secret: sealer,
	})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	return httpapi.Config{
		DB: db, Sessions: sessions, Identity: identities, Sync: newSync(t, db, sealer,
			func(*customersync.Config) {}), Log: log, Metrics: prometheus.NewRegistry(), Version: "test",
	}
}

// newSync returns a service that only queues runs. It may call fakes on loopback unless change forbids it.
func newSync(t testing.TB, db *postgres.DB, sealer *session.Sealer, change func(*customersync.Config)) *customersync.Service {
	t.Helper()
	config := customersync.Config{
		Connectors: []connector.Connector{heimdal.NewConnector()},
		Rates:      map[string]int{heimdal.ProductID: 0}, AllowPrivate: true, WatchEvery: 10 * time.Millisecond,
		Log: slog.New(slog.DiscardHandler),
	}
	change(&config)
	syncs, err := customersync.New(db, sealer, config)
	if err != nil {
		t.Fatal(err)
	}
	return syncs
}

// The account of the fake Heimdal.
const (
	heimdalKey      = "HEIMDAL-KEY-0123456789"
	heimdalCustomer = "4711"
)

// newHeimdal starts a fake Heimdal with two customers.
func newHeimdal(t testing.TB) *fakeheimdal.Server {
	t.Helper()
	fake, err := fakeheimdal.Start(context.Background(), fakeheimdal.Config{
		APIKey: heimdalKey, CustomerID: heimdalCustomer,
		Customers: []fakeheimdal.Customer{
			{"id": 1, "name": "Nordic Partner", "type": "RESELLER"}, {"id": 2, "name": "Nordic Works", "type": "CORP", "parentId": 1},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { fake.Close() })
	return fake
}

func newSealer(t testing.TB) *session.Sealer {
	t.Helper()
	sealer, err := session.NewSealer(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return sealer
}

// reply is a response with its whole body.
type reply struct {
	*http.Response
	body []byte
}

// call is a request such as "GET /v1/clients".
type call struct {
	route   string
	token   string
	body    string
	headers map[string]string
}

func (h *apiTest) send(c call) reply {
	h.Helper()
	method, path, _ := strings.Cut(c.route, " ")
	request, err := http.NewRequestWithContext(context.Background(), method, h.url+path, strings.NewReader(c.body))
	if err != nil {
		h.Fatal(err)
	}
	if c.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	for name, value := range c.headers {
		request.Header.Set(name, value)
	}
	response, err := h.client.Do(request)
	if err != nil {
		h.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		h.Fatal(err)
	}
	return reply{response, body}
}

func (h *apiTest) get(path, token string) reply {
	h.Helper()
	return h.send(call{route: "GET " + path, token: token})
}

// signIn returns the access token of a new session.
func (h *apiTest) signIn(v portal.Viewer) string {
	h.Helper()
	tokens, err := h.sessions.Start(context.Background(), v.UserID, "laptop")
	if err != nil {
		h.Fatal(err)
	}
	return tokens.AccessToken
}

func (h *apiTest) as(role portal.Role) string {
	h.Helper()
	return h.signIn(h.Own.Viewers[role])
}

// run returns the id of a tenant's sync run.
func (h *apiTest) run(of testkit.Tenant) string {
	h.Helper()
	return h.Text("select id::text from sync_run where mssp_id = $1", of.MSSPID)
}

// review creates a run that waits for an admin's approval, with a connection of its own: applying it would mark the
// tenant's first MSP and all its clients as missing.
func (h *apiTest) review(of testkit.Tenant) string {
	h.Helper()
	connection, run := postgres.NewID(), postgres.NewID()
	h.Exec(`
		insert into mssp_product (mssp_id, id, product_id, customer_id, base_url, api_key_sealed, api_key_last4)
		values ($1, $2::uuid, 'heimdal', $2::text, 'http://127.0.0.1:1', '', '')`, of.MSSPID, connection)
	h.Exec(`
		insert into sync_run (mssp_id, id, mssp_product_id, status, trigger, started_at, finished_at, would_miss)
		values ($1, $2, $3, 'needs_review', 'schedule', now(), now(), 4)`, of.MSSPID, run, connection)
	h.Exec(`
		insert into sync_vanishing (mssp_id, run_id, rank, search_name, name_key, id, kind)
		select c.mssp_id, $2::uuid, 1, c.search_name, c.name_key, c.id, 'client'
		from client c
		where c.msp_id = $1
		union all
		select m.mssp_id, $2::uuid, 0, m.search_name, m.name_key, m.id, 'msp'
		from msp m
		where m.id = $1`, of.MSPs[0].ID, run)
	return run
}

// invite creates an open invite at an MSP, or at the MSSP itself if mspID is empty.
func (h *apiTest) invite(of testkit.Tenant, mspID string) string {
	h.Helper()
	id, role := postgres.NewID(), portal.MSPUser
	if mspID == "" {
		role = portal.MSSPStaff
	}
	h.Exec(`
		insert into pre_assigned_role (mssp_id, id, email, role, msp_id, provider, code_hash, invited_by, expires_at)
		values ($1, $2, $3, $4, nullif($5, '')::uuid, 'google', '', $6, now() + interval '1 day')`,
		of.MSSPID, id, id+"@example.com", role, mspID, of.Name)
	return id
}

func decode[T any](h *apiTest, r reply) (into T) {
	h.Helper()
	if err := json.Unmarshal(r.body, &into); err != nil {
		h.Fatalf("%v\n%s", err, r.body)
	}
	return into
}

// wants fails unless the response has the status.
func (h *apiTest) wants(r reply, status int) reply {
	h.Helper()
	if r.StatusCode != status {
		h.Fatalf("%s %s: got status %d, want %d: %.400s", r.Request.Method, r.Request.URL.Path, r.StatusCode, status, r.body)
	}
	return r
}

// wantsProblem fails unless the response is a complete problem with this status and code; an empty code matches any.
func (h *apiTest) wantsProblem(r reply, status int, code portal.Code) httpapi.Problem {
	h.Helper()
	h.wants(r, status)
	if kind := r.Header.Get("Content-Type"); kind != "application/problem+json" {
		h.Fatalf("%s %s: got status %d with the content type %q, want application/problem+json: %s", r.Request.Method,
			r.Request.URL.Path, status, kind, r.body)
	}
	p := decode[httpapi.Problem](h, r)
	if p.Type == "" || p.Title == "" || p.Status != status || p.Detail == "" || p.RequestID == "" || p.Code == "" {
		h.Fatalf("got an incomplete problem: %s", r.body)
	}
	if code != "" && p.Code != code {
		h.Fatalf("%s %s: got the code %q, want %q: %s", r.Request.Method, r.Request.URL.Path, p.Code, code, p.Detail)
	}
	if status == http.StatusUnauthorized && r.Header.Get("WWW-Authenticate") == "" {
		h.Fatalf("%s %s: got 401 without WWW-Authenticate", r.Request.Method, r.Request.URL.Path)
	}
	return p
}
