package httpapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit/fakeheimdal"
)

// body returns v as JSON.
func body(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (h *apiTest) newConnection() portal.NewConnection {
	return portal.NewConnection{Product: "heimdal", CustomerID: heimdalCustomer, BaseURL: h.heimdal.URL(), APIKey: heimdalKey}
}

// connect creates a connection over the API.
func (h *apiTest) connect(token string) portal.ConnectionItem {
	h.Helper()
	r := h.send(call{route: "POST /v1/connections", token: token, body: body(h.newConnection())})
	return decode[portal.ConnectionItem](h, h.wants(r, created))
}

func (h *apiTest) try(token string, t portal.ConnectionTrial) reply {
	h.Helper()
	return h.send(call{route: "POST /v1/connections/test", token: token, body: body(t)})
}

func (h *apiTest) tried(token string, t portal.ConnectionTrial) portal.ConnectionTest {
	h.Helper()
	return decode[portal.ConnectionTest](h, h.wants(h.try(token, t), ok))
}

func (h *apiTest) changeConnection(token, id string, c portal.ConnectionChange) reply {
	h.Helper()
	return h.send(call{route: "PATCH /v1/connections/" + id, token: token, body: body(c)})
}

func (h *apiTest) connections(token string) portal.Connections {
	h.Helper()
	return decode[portal.Connections](h, h.wants(h.get("/v1/connections", token), ok))
}

// sealedKey returns the sealed API key of a connection.
func (h *apiTest) sealedKey(id string) string {
	h.Helper()
	return h.Text("select api_key_sealed::text from mssp_product where id = $1", id)
}

func ptr[T any](v T) *T { return &v }

func TestConnections(t *testing.T) {
	t.Parallel()
	t.Run("create_tests_seals_audits_and_queues_run", testConnectionsCreateTestsSealsAuditsAndQueuesRun)
	t.Run("refused_by_product_is_not_saved", testConnectionsRefusedByProductIsNotSaved)
	t.Run("save_reuses_successful_test", testConnectionsSaveReusesSuccessfulTest)
	t.Run("key_is_replaced_only_by_valid_key", testConnectionsKeyIsReplacedOnlyByValidKey)
	t.Run("stored_key_stays_at_its_address", testConnectionsStoredKeyStaysAtItsAddress)
	t.Run("unreadable_key_can_be_replaced", testConnectionsUnreadableKeyCanBeReplaced)
	t.Run("paused_is_not_due", testConnectionsPausedIsNotDue)
	t.Run("harmless_names_are_kept_and_audited", testConnectionsHarmlessNamesAreKeptAndAudited)
	t.Run("foreign_connection_cannot_be_tested", testConnectionsForeignConnectionCannotBeTested)
	t.Run("customer_is_connected_once", testConnectionsCustomerIsConnectedOnce)
	t.Run("private_addresses_are_refused", testConnectionsPrivateAddressesAreRefused)
	t.Run("ten_tests_per_minute_and_mssp", testConnectionsTenTestsPerMinuteAndMssp)
	t.Run("invalid_body_names_field", testConnectionsInvalidBodyNamesField)
	t.Run("responses_contain_no_key", testConnectionsResponsesContainNoKey)
	t.Run("concurrent_move_rejects_new_key", testConnectionsConcurrentMoveRejectsNewKey)
}

func testConnectionsCreateTestsSealsAuditsAndQueuesRun(t *testing.T) {
	h := newAPITest(t)
	admin := h.as(portal.MSSPAdmin)
	made := h.connect(admin)
	want := portal.ConnectionItem{
		ID: made.ID, Product: "heimdal", ProductName: "Heimdal", CustomerID: heimdalCustomer, BaseURL: h.heimdal.URL(),
		APIKeyLast4: "6789", Harmless: []string{}, CreatedAt: made.CreatedAt, LastRun: made.LastRun,
	}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Errorf("the new connection (-want +got):\n%s", diff)
	}
	if made.LastRun == nil || made.LastRun.Status != portal.RunQueued || made.LastRun.ConnectionID != made.ID {
		t.Fatalf("got the first run %+v, want a queued run of this connection", made.LastRun)
	}
	if jobs := h.Text("select count(*)::text from river.river_job where kind = 'sync_run' and args->>'run_id' = $1",
		made.LastRun.ID); jobs != "1" {
		t.Errorf("got %s jobs for the first run, want 1", jobs)
	}
	if calls := h.heimdal.Log(); len(calls) != 1 || calls[0].CustomerID != heimdalCustomer {
		t.Errorf("got the calls %+v, want one for the customer", calls)
	}
	if sealed := h.sealedKey(made.ID); strings.Contains(sealed, fmt.Sprintf("%x", heimdalKey)) || len(sealed) < 2*len(heimdalKey) {
		t.Errorf("got an API key that is not sealed: %s", sealed)
	}
	audited := h.Text("select actor_id::text || ' ' || target || ' ' || detail::text from audit_log where action = 'connection_created'")
	if !strings.HasPrefix(audited, h.Own.Viewers[portal.MSSPAdmin].UserID+" "+made.ID+" ") || strings.Contains(audited, heimdalKey) {
		t.Errorf("got the audit log %s, want another", audited)
	}
	all := h.connections(admin)
	if len(all.Items) != 2 || all.Items[1].ID != made.ID || len(all.Products) != 1 || all.Products[0].ID != "heimdal" ||
		all.DataAsOf == nil {
		t.Errorf("got the connections %+v, want both, and the product", all)
	}
}

func testConnectionsRefusedByProductIsNotSaved(t *testing.T) {
	h := newAPITest(t)
	admin := h.as(portal.MSSPAdmin)
	for name, c := range map[string]struct {
		change func(*portal.NewConnection)
		fault  fakeheimdal.Fault
		field  string
	}{
		"a wrong key":             {func(n *portal.NewConnection) { n.APIKey = "another-key-0123" }, fakeheimdal.None, "api_key"},
		"an unreachable host":     {func(n *portal.NewConnection) { n.BaseURL = "http://127.0.0.1:1" }, fakeheimdal.None, "base_url"},
		"an unknown path":         {func(n *portal.NewConnection) { n.BaseURL += "/nowhere" }, fakeheimdal.None, "base_url"},
		"an HTML page of a proxy": {func(*portal.NewConnection) {}, fakeheimdal.HTML, "base_url"},
	} {
		t.Run(name, func(t *testing.T) {
			before := h.state()
			wanted := h.newConnection()
			c.change(&wanted)
			h.heimdal.SetFault(c.fault)
			r := h.send(call{route: "POST /v1/connections", token: admin, body: body(wanted)})
			p := h.wantsProblem(r, http.StatusUnprocessableEntity, portal.ProductRefused)
			if p.Field != c.field || strings.Contains(string(r.body), wanted.APIKey) {
				t.Errorf("got the field %q or the key in the response: %s", p.Field, r.body)
			}
			trial := portal.ConnectionTrial{Product: wanted.Product, CustomerID: wanted.CustomerID, BaseURL: wanted.BaseURL,
				APIKey: wanted.APIKey}
			result := h.tried(admin, trial)
			if result.OK || result.Code == "" || result.Detail != p.Detail || result.Customers != nil {
				t.Errorf("got the test result %+v, want the detail of saving: %s", result, p.Detail)
			}
			if after := h.state(); after != before {
				t.Errorf("got the state %s, want %s as before", after, before)
			}
		})
	}
}

func testConnectionsSaveReusesSuccessfulTest(t *testing.T) {
	h := newAPITest(t)
	admin := h.as(portal.MSSPAdmin)
	n := h.newConnection()
	trial := portal.ConnectionTrial{Product: n.Product, CustomerID: n.CustomerID, BaseURL: n.BaseURL, APIKey: n.APIKey}
	if result := h.tried(admin, trial); !result.OK || result.Code != "" || result.Customers == nil || *result.Customers != 2 {
		t.Fatalf("got the test result %+v, want success with 2 customers", result)
	}
	h.connect(admin)
	if calls := h.heimdal.Calls(); calls != 1 {
		t.Errorf("got %d calls, want 1", calls)
	}
	h.heimdal.SetFault(fakeheimdal.HTML)
	if result := h.tried(admin, trial); result.OK {
		t.Error("got a cached test result, want a new call")
	}
	other := h.signIn(h.Other.Viewers[portal.MSSPAdmin])
	r := h.send(call{route: "POST /v1/connections", token: other, body: body(n)})
	h.wantsProblem(r, http.StatusUnprocessableEntity, portal.ProductRefused)
}

func testConnectionsKeyIsReplacedOnlyByValidKey(t *testing.T) {
	h := newAPITest(t)
	admin := h.as(portal.MSSPAdmin)
	made := h.connect(admin)
	sealed := h.sealedKey(made.ID)
	r := h.changeConnection(admin, made.ID, portal.ConnectionChange{APIKey: ptr("wrong-key-999999")})
	if p := h.wantsProblem(r, http.StatusUnprocessableEntity, portal.ProductRefused); p.Field != "api_key" ||
		h.sealedKey(made.ID) != sealed {
		t.Errorf("got %+v or another sealed key, want the field api_key and no change", p)
	}
	h.Exec("update sync_run set status = 'failed', finished_at = now(), error_code = 'bad_key' where id = $1", made.LastRun.ID)
	failing := h.connections(admin).Items[1]
	if failing.FailuresInARow != 1 || failing.NextRunAt == nil || !failing.NextRunAt.Equal(failing.LastRun.CreatedAt.Add(time.Hour)) {
		t.Errorf("got %+v after a failed run, want one failure and the next run after an hour", failing)
	}
	h.Exec("update mssp_product set api_key_last4 = '0000' where id = $1", made.ID)
	changed := decode[portal.ConnectionItem](h, h.wants(h.changeConnection(admin, made.ID,
		portal.ConnectionChange{APIKey: ptr(heimdalKey)}), ok))
	if changed.APIKeyLast4 != "6789" || h.sealedKey(made.ID) == sealed {
		t.Errorf("got %+v after replacing the key, want its last four characters and another sealed key", changed)
	}
	if changed.LastRun == nil || changed.LastRun.ID == made.LastRun.ID || changed.LastRun.Status != portal.RunQueued {
		t.Errorf("got the last run %+v after the new key, want a new queued one", changed.LastRun)
	}
	audited := h.Text("select detail::text from audit_log where action = 'connection_changed'")
	if !strings.Contains(audited, "replaced") || strings.Contains(audited, heimdalKey) {
		t.Errorf("got the audit log %s, want another", audited)
	}
}

func testConnectionsStoredKeyStaysAtItsAddress(t *testing.T) {
	h := newAPITest(t)
	elsewhere := newHeimdal(t)
	admin := h.as(portal.MSSPAdmin)
	made := h.connect(admin)
	before := h.state()
	p := h.wantsProblem(h.changeConnection(admin, made.ID, portal.ConnectionChange{BaseURL: ptr(elsewhere.URL())}),
		http.StatusUnprocessableEntity, portal.Invalid)
	if p.Field != "api_key" {
		t.Errorf("got the field %q for a new address without the key, want api_key", p.Field)
	}
	p = h.wantsProblem(h.try(admin, portal.ConnectionTrial{ID: made.ID, BaseURL: elsewhere.URL()}), http.StatusUnprocessableEntity,
		portal.Invalid)
	if p.Field != "api_key" || elsewhere.Calls() != 0 || h.state() != before {
		t.Errorf("got the field %q and %d calls for a test elsewhere without the key, want api_key and none", p.Field, elsewhere.Calls())
	}
	if result := h.tried(admin, portal.ConnectionTrial{ID: made.ID, BaseURL: elsewhere.URL(), APIKey: heimdalKey}); !result.OK {
		t.Errorf("got %+v for a test elsewhere with the key, want success", result)
	}
	moved := portal.ConnectionChange{BaseURL: ptr(elsewhere.URL()), APIKey: ptr(heimdalKey)}
	if c := decode[portal.ConnectionItem](h, h.wants(h.changeConnection(admin, made.ID, moved), ok)); c.BaseURL != elsewhere.URL() {
		t.Errorf("got the address %s, want the new one", c.BaseURL)
	}
	if result := h.tried(admin, portal.ConnectionTrial{ID: made.ID}); !result.OK || elsewhere.Calls() != 2 {
		t.Errorf("got %+v and %d calls for a test of the stored connection, want success and 2", result, elsewhere.Calls())
	}
}

func testConnectionsUnreadableKeyCanBeReplaced(t *testing.T) {
	h := newAPITest(t)
	admin := h.as(portal.MSSPAdmin)
	made := h.connect(admin)
	h.Exec("update mssp_product set api_key_sealed = 'damaged' where id = $1", made.ID)
	if p := h.wantsProblem(h.try(admin, portal.ConnectionTrial{ID: made.ID}), http.StatusUnprocessableEntity,
		portal.Invalid); p.Field != "api_key" {
		t.Errorf("got the field %q for a test with an unreadable key, want api_key", p.Field)
	}
	h.wants(h.changeConnection(admin, made.ID, portal.ConnectionChange{APIKey: ptr(heimdalKey)}), ok)
	if result := h.tried(admin, portal.ConnectionTrial{ID: made.ID}); !result.OK {
		t.Errorf("got %+v after the key was replaced, want success", result)
	}
}

func testConnectionsPausedIsNotDue(t *testing.T) {
	h := newAPITest(t)
	admin := h.as(portal.MSSPAdmin)
	c := decode[portal.ConnectionItem](h, h.wants(h.changeConnection(admin, h.Own.ConnectionID,
		portal.ConnectionChange{Paused: ptr(true)}), ok))
	if !c.Paused || c.NextRunAt != nil || c.LastComplete == nil {
		t.Errorf("got %+v while paused, want no next run", c)
	}
	h.wantsProblem(h.send(call{route: "POST /v1/syncs", token: admin}), http.StatusConflict, portal.NoProduct)
	c = decode[portal.ConnectionItem](h, h.wants(h.changeConnection(admin, h.Own.ConnectionID,
		portal.ConnectionChange{Paused: ptr(false)}), ok))
	if c.Paused || c.NextRunAt == nil {
		t.Errorf("got %+v after resuming, want a next run", c)
	}
	if audited := h.Text("select string_agg(detail::text, ' ' order by id) from audit_log where action = " +
		"'connection_changed'"); audited != `{"paused": true} {"paused": false}` {
		t.Errorf("got the audit log %s, want another", audited)
	}
}

func testConnectionsHarmlessNamesAreKeptAndAudited(t *testing.T) {
	h := newAPITest(t)
	admin := h.as(portal.MSSPAdmin)
	names := []string{"header X-Has-More", "isComplete"}
	runs := h.Text("select count(*)::text from sync_run")
	c := decode[portal.ConnectionItem](h,
		h.wants(h.changeConnection(admin, h.Own.ConnectionID, portal.ConnectionChange{Harmless: &names}), ok))
	if !slices.Equal(c.Harmless, names) {
		t.Errorf("the connection has the harmless names %q, want %q", c.Harmless, names)
	}
	for _, item := range h.connections(admin).Items {
		if want := map[bool][]string{true: names, false: {}}[item.ID == h.Own.ConnectionID]; !slices.Equal(item.Harmless, want) {
			t.Errorf("the list has the harmless names %q, want %q", item.Harmless, want)
		}
	}
	none := []string{}
	c = decode[portal.ConnectionItem](h, h.wants(h.changeConnection(admin, h.Own.ConnectionID,
		portal.ConnectionChange{Harmless: &none}), ok))
	if c.Harmless == nil || len(c.Harmless) != 0 {
		t.Errorf("got the harmless names %#v after removing them, want an empty list", c.Harmless)
	}
	want := `{"harmless": {"after": ["header X-Has-More", "isComplete"], "before": []}} ` +
		`{"harmless": {"after": [], "before": ["header X-Has-More", "isComplete"]}}`
	if got := h.Text("select string_agg(detail::text, ' ' order by id) from audit_log where action = 'connection_changed'"); got != want {
		t.Errorf("got the audit log %s, want %s", got, want)
	}
	if after := h.Text("select count(*)::text from sync_run"); after != runs {
		t.Errorf("there are %s runs, want %s as before", after, runs)
	}
	for _, bad := range [][]string{{""}, {strings.Repeat("x", 101)}, strings.Fields(strings.Repeat("x ", 21))} {
		r := h.changeConnection(admin, h.Own.ConnectionID, portal.ConnectionChange{Harmless: &bad})
		h.wantsProblem(r, http.StatusUnprocessableEntity, portal.Invalid)
	}
	h.wantsProblem(h.changeConnection(admin, h.Other.ConnectionID, portal.ConnectionChange{Harmless: &names}),
		http.StatusNotFound, portal.NotFound)
	h.wants(h.changeConnection(h.as(portal.MSSPStaff), h.Own.ConnectionID, portal.ConnectionChange{Harmless: &names}),
		http.StatusForbidden)
}

func testConnectionsForeignConnectionCannotBeTested(t *testing.T) {
	h := newAPITest(t)
	for _, id := range []string{h.Other.ConnectionID, "no-id", strings.Repeat("x", 36)} {
		h.wantsProblem(h.try(h.as(portal.MSSPAdmin), portal.ConnectionTrial{ID: id, APIKey: heimdalKey}), http.StatusNotFound,
			portal.NotFound)
	}
}

func testConnectionsCustomerIsConnectedOnce(t *testing.T) {
	h := newAPITest(t)
	admin := h.as(portal.MSSPAdmin)
	h.connect(admin)
	r := h.send(call{route: "POST /v1/connections", token: admin, body: body(h.newConnection())})
	if p := h.wantsProblem(r, http.StatusConflict, portal.Conflict); p.Field != "customer_id" {
		t.Errorf("got the field %q for a customer connected twice, want customer_id", p.Field)
	}
}

func testConnectionsPrivateAddressesAreRefused(t *testing.T) {
	now := time.Now()
	h := newAPITest(t, func(c *httpapi.Config) {
		c.Now = func() time.Time { return now }
		c.Sync = newSync(t, c.DB, newSealer(t), func(c *customersync.Config) { c.AllowPrivate = false })
	})
	admin := h.as(portal.MSSPAdmin)
	before := h.state()
	for _, address := range []string{
		"http://example.com", "https://10.0.0.1", "https://192.168.1.1:8443/x", "https://169.254.169.254/latest", "https://[fd00::1]",
		"https://[fe80::1]",
		"https://0.0.0.0", "https://[::]", "https://[::ffff:10.0.0.1]", "https://intranet", "ftp://example.com", "file:///etc/passwd",
		"https://", "//example.com",
		"https://user:password@example.com", "https://example.com/?x=1", "https://example.com/#x", "https://2130706433",
		"gopher://127.0.0.1:6379",
		"\u0000", "https://example.com\r\nHost: x", h.url, "https://127.0.0.1:8481", "https://localhost:8481", "https://[::1]:8481",
	} {
		now = now.Add(time.Minute)
		n := h.newConnection()
		n.BaseURL = address
		for _, r := range []reply{
			h.send(call{route: "POST /v1/connections", token: admin, body: body(n)}),
			h.try(admin, portal.ConnectionTrial{Product: n.Product, CustomerID: n.CustomerID, BaseURL: address, APIKey: n.APIKey}),
			h.try(admin, portal.ConnectionTrial{ID: h.Own.ConnectionID, BaseURL: address, APIKey: n.APIKey}),
			h.changeConnection(admin, h.Own.ConnectionID, portal.ConnectionChange{BaseURL: &address, APIKey: &n.APIKey}),
		} {
			if p := h.wantsProblem(r, http.StatusUnprocessableEntity, portal.Invalid); p.Field != "base_url" {
				t.Errorf("%s %q: got %s, want the field base_url", r.Request.URL.Path, address, r.body)
			}
		}
	}
	if after := h.state(); after != before {
		t.Errorf("got the state %s after rejected addresses, want %s", after, before)
	}
}

func testConnectionsTenTestsPerMinuteAndMssp(t *testing.T) {
	now := time.Now()
	h := newAPITest(t, func(c *httpapi.Config) { c.Now = func() time.Time { return now } })
	admin, again := h.as(portal.MSSPAdmin), h.as(portal.MSSPAdmin)
	n := h.newConnection()
	n.Product = "another"
	for range 5 {
		h.wantsProblem(h.send(call{route: "POST /v1/connections", token: admin, body: body(n)}), http.StatusUnprocessableEntity,
			portal.Invalid)
		h.wantsProblem(h.try(again, portal.ConnectionTrial{Product: "another"}), http.StatusUnprocessableEntity, portal.Invalid)
	}
	for _, r := range []reply{
		h.try(admin, portal.ConnectionTrial{ID: h.Own.ConnectionID}),
		h.send(call{route: "POST /v1/connections", token: again, body: body(h.newConnection())}),
		h.changeConnection(admin, h.Own.ConnectionID, portal.ConnectionChange{APIKey: ptr(heimdalKey)}),
	} {
		if p := h.wantsProblem(r, http.StatusTooManyRequests, portal.TooManyRequests); p.RetryAfter != 6 {
			t.Errorf("got Retry-After %d, want 6", p.RetryAfter)
		}
	}
	h.wants(h.changeConnection(admin, h.Own.ConnectionID, portal.ConnectionChange{Paused: ptr(true)}), ok)
	other := h.signIn(h.Other.Viewers[portal.MSSPAdmin])
	h.wantsProblem(h.try(other, portal.ConnectionTrial{Product: "another"}), http.StatusUnprocessableEntity, portal.Invalid)
	if h.heimdal.Calls() != 0 {
		t.Errorf("got %d calls, want none", h.heimdal.Calls())
	}
}

func testConnectionsInvalidBodyNamesField(t *testing.T) {
	h := newAPITest(t)
	good := h.newConnection()
	for field, change := range map[string]func(*portal.NewConnection){
		"product":     func(n *portal.NewConnection) { n.Product = "another" },
		"customer_id": func(n *portal.NewConnection) { n.CustomerID = "  " },
		"api_key":     func(n *portal.NewConnection) { n.APIKey = "a key with spaces" },
		"base_url":    func(n *portal.NewConnection) { n.BaseURL = "nowhere" },
	} {
		n := good
		change(&n)
		r := h.send(call{route: "POST /v1/connections", token: h.as(portal.MSSPAdmin), body: body(n)})
		if p := h.wantsProblem(r, http.StatusUnprocessableEntity, portal.Invalid); p.Field != field {
			t.Errorf("invalid %s: got the field %q: %s", field, p.Field, p.Detail)
		}
	}
	for _, id := range []string{"\u0000", "4711\n", "\u202e4711"} {
		n := good
		n.CustomerID = id + "1"
		r := h.send(call{route: "POST /v1/connections", token: h.as(portal.MSSPAdmin), body: body(n)})
		if p := h.wantsProblem(r, http.StatusUnprocessableEntity, portal.Invalid); p.Field != "customer_id" {
			t.Errorf("customer id %q: got the field %q, want customer_id: %s", n.CustomerID, p.Field, p.Detail)
		}
	}
	p := h.wantsProblem(h.changeConnection(h.as(portal.MSSPAdmin), h.Own.ConnectionID, portal.ConnectionChange{}),
		http.StatusUnprocessableEntity, portal.Invalid)
	if p.Field != "paused" {
		t.Errorf("got the field %q for an empty change, want paused", p.Field)
	}
}

func testConnectionsResponsesContainNoKey(t *testing.T) {
	h := newAPITest(t)
	admin := h.as(portal.MSSPAdmin)
	made := h.connect(admin)
	run := "/v1/syncs/" + made.LastRun.ID
	for _, r := range []reply{
		h.get("/v1/connections", admin), h.get("/v1/syncs", admin), h.get(run, admin), h.get(run+"/changes",
			admin), h.get("/v1/overview", admin),
		h.try(admin, portal.ConnectionTrial{ID: made.ID}), h.changeConnection(admin, made.ID,
			portal.ConnectionChange{APIKey: ptr(heimdalKey)}),
	} {
		h.wants(r, ok)
		if sealed := strings.TrimPrefix(h.sealedKey(made.ID), `\x`); strings.Contains(string(r.body), heimdalKey) ||
			strings.Contains(string(r.body), sealed) ||
			strings.Contains(string(r.body), "sealed") {
			t.Errorf("%s: got a response with the key: %s", r.Request.URL.Path, r.body)
		}
	}
}

func testConnectionsConcurrentMoveRejectsNewKey(t *testing.T) {
	h := newAPITest(t)
	// Between the test of a new key and its saving, another admin has moved the connection.
	was := portal.Connection{ID: h.Own.ConnectionID, BaseURL: "https://where-it-was.example.com"}
	before := h.state()
	err := h.DB.UpdateConnection(context.Background(), h.Own.Viewers[portal.MSSPAdmin], was,
		postgres.ConnectionUpdate{APIKeySealed: []byte("sealed"), APIKeyLast4: "1234"})
	if portal.ErrorCode(err) != portal.Conflict || h.state() != before {
		t.Errorf("got %v or changed rows, want conflict and no change", err)
	}
}
