package customersync_test

import (
	"context"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/fakeheimdal"
	"fs-client-portal/backend/testkit/wait"
)

// skippingClock is a clock whose Sleep advances it at once.
type skippingClock struct {
	mu  sync.Mutex
	now time.Time
}

func newSkippingClock() *skippingClock { return &skippingClock{now: time.Now().Truncate(time.Second)} }

func (c *skippingClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *skippingClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}

// twoPartners returns two MSPs and twelve clients of different names, which fill several pages.
func twoPartners() []customer {
	customers := []customer{reseller(1, "Partner"), reseller(2, "Other partner")}
	for i := range 12 {
		customers = append(customers, corp(100+i, "Client "+string(rune('A'+i)), 1+i%2))
	}
	return customers
}

// faultCase is a fault of the product and the expected end of the run.
type faultCase struct {
	rule   fakeheimdal.Rule
	shape  fakeheimdal.Shape
	status portal.RunStatus // RunFailed if empty
	code   string
	detail string // {host} is the fake Heimdal's address
	// timeout is the HTTP client's, the default if zero.
	timeout time.Duration
}

func TestFault(t *testing.T) {
	t.Parallel()
	t.Run("leaves_data_unchanged", testFaultLeavesDataUnchanged)
	t.Run("repeated_failures_write_no_row", testFaultRepeatedFailuresWriteNoRow)
	t.Run("internal_error_fails_run_and_is_logged", testFaultInternalErrorFailsRunAndIsLogged)
	t.Run("table_covers_the_stand_in", testFaultTableCoversTheStandIn)
	t.Run("untrusted_certificate", testFaultUntrustedCertificate)
	t.Run("names_unreachable_address", testFaultNamesUnreachableAddress)
}

// testFaultLeavesDataUnchanged: after a good run, each fault ends the next run with its status, code and sentence and
// changes no row, and the run after the fault completes without changes.
func testFaultLeavesDataUnchanged(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	for name, fault := range everyFault {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := base.another(t)
			w.checkFault(fault)
		})
	}
}

// checkFault runs a sync with the fault between two good ones.
func (w *tenant) checkFault(f faultCase) {
	w.Helper()
	clock := newSkippingClock()
	w.service = w.newService(func(c *customersync.Config) { c.Clock = clock })
	good := w.service
	w.fake.SetShape(f.shape)
	w.complete(twoPartners()...)
	before := w.Everything()
	if f.timeout > 0 {
		w.service = w.newService(func(c *customersync.Config) {
			c.Clock, c.HTTPClient = clock, &http.Client{Timeout: f.timeout}
		})
	}
	w.fake.Follow(f.rule)
	run := w.syncNow()
	w.wantEnd(run, f)
	if w.Everything() != before {
		w.Error("the run with the fault wrote rows, want none")
	}
	w.wantNoKey()
	w.fake.Follow()
	w.service = good
	healed := w.syncNow()
	if healed.Status != portal.RunComplete || healed.Added+healed.Changed+healed.Missing+healed.Removed != 0 {
		w.Errorf("run after the fault: got %s (%s), %+v; want complete without changes", healed.Status, errorText(healed), healed)
	}
	if w.Everything() != before {
		w.Error("the run after the fault wrote rows, want none")
	}
	if f.status == portal.RunNeedsReview {
		old, err := w.DB.Run(context.Background(), w.admin, run.ID)
		if err != nil || old.Status != portal.RunDiscarded {
			w.Errorf("earlier run in review: got %s, %v; want discarded", old.Status, err)
		}
	}
	if n := value[int64](w, "select count(*) from sync_customer where mssp_id = $1", w.ID); n != 0 {
		w.Errorf("staged rows: got %d, want none", n)
	}
}

// wantEnd checks the status and the error of a run that has ended.
func (w *tenant) wantEnd(run portal.SyncRun, f faultCase) {
	w.Helper()
	if f.status == "" {
		f.status = portal.RunFailed
	}
	if run.Status != f.status || run.FinishedAt == nil || run.RetryAt != nil {
		w.Errorf("run: got %s (%s), finished at %v, want %s", run.Status, errorText(run), run.FinishedAt, f.status)
	}
	if f.code == "" {
		if run.ErrorCode != nil || run.Error != nil {
			w.Errorf("error of a good run: got %q, want none", errorText(run))
		}
		return
	}
	base := strings.TrimPrefix(w.fake.URL(), "http://")
	host, _, _ := strings.Cut(strings.TrimPrefix(base, "https://"), "/")
	if want := f.code + ": " + strings.ReplaceAll(f.detail, "{host}", host); errorText(run) != want {
		w.Errorf("error of the run: got\n\t%s\nwant\n\t%s", errorText(run), want)
	}
}

// wantNoKey checks that the API key is neither in the log nor in rows of the tenant, in upper or lower case.
func (w *tenant) wantNoKey() {
	w.Helper()
	rows := value[string](w, `
		select coalesce(string_agg(t::text, ' '), '')
		from (
			select to_jsonb(r) as t from sync_run r where r.mssp_id = $1
			union all
			select to_jsonb(a) from audit_log a where a.mssp_id = $1
			union all
			select to_jsonb(j) from river.river_job j where j.args->>'mssp_id' = $1::text) t`, w.ID)
	for where, text := range map[string]string{"the log": w.log.String(), "the database": rows} {
		if strings.Contains(strings.ToLower(text), strings.ToLower(apiKey)) {
			w.Errorf("%s contains the API key, want it nowhere", where)
		}
	}
	if !strings.Contains(w.log.String(), w.ID) {
		w.Error("the log does not mention this MSSP, want its runs in it")
	}
}

func testFaultTableCoversTheStandIn(t *testing.T) {
	t.Parallel()
	seen := map[fakeheimdal.Fault]bool{}
	for fault := range maps.Values(everyFault) {
		seen[fault.rule.Fault] = true
	}
	for _, fault := range fakeheimdal.Faults {
		if !seen[fault] {
			t.Errorf("fault %s: got no case in everyFault, want one", fault)
		}
	}
}

func testFaultUntrustedCertificate(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	for name, certificate := range map[string]struct {
		host   string
		good   time.Duration
		detail string
	}{
		"unknown_authority": {"127.0.0.1", time.Hour,
			"its certificate is from an authority this server does not know. If a proxy opens connections on the " +
				"way, its authority must be installed on this server."},
		"other_host": {"other.example", time.Hour, "its certificate is for another host. Check the base URL."},
		"expired": {"127.0.0.1", -time.Hour, "its certificate has expired, or a clock is wrong. " +
			"Check this server's clock; if it is right, tell Heimdal's support."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := base.another(t)
			w.complete(twoPartners()...)
			before, good := w.Everything(connections), w.fake
			w.replaceHeimdal(func(c *fakeheimdal.Config) {
				made, err := fakeheimdal.Certificate(certificate.host, certificate.good)
				if err != nil {
					t.Fatal(err)
				}
				c.Certificate, c.Customers = &made, twoPartners()
			})
			detail := "The connection to {host} is not secure: " + certificate.detail + " The key was not sent."
			w.wantEnd(w.syncNow(), faultCase{code: "tls", detail: detail})
			if w.Everything(connections) != before || w.fake.Calls() != 0 {
				t.Errorf("got %d calls, or rows were written; want neither", w.fake.Calls())
			}
			w.setBaseURL(good.URL())
			w.complete(twoPartners()...)
		})
	}
}

func testFaultNamesUnreachableAddress(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(twoPartners()...)
	before, good := w.Everything(connections), w.fake.URL()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for base, f := range map[string]faultCase{
		"https://no-such-host.invalid/api": {code: "unreachable", detail: "There is no host no-such-host.invalid. Check the base URL."},
		"http://" + closed.Addr().String(): {
			code:   "unreachable",
			detail: closed.Addr().String() + " cannot be reached. Check the base URL, and that this server may connect to it.",
		},
		"http://dashboard.example.com/api": {
			code: "bad_connection", detail: "The base URL must begin with https://; plain http is accepted for loopback alone.",
		},
		good + "/v9": {
			code: "not_found", detail: "There is no customers endpoint at the base URL (status 404). Check the base URL.",
		},
	} {
		w.setBaseURL(base)
		w.wantEnd(w.syncNow(), f)
	}
	if w.Everything(connections) != before {
		t.Error("a failed run wrote rows, want none")
	}
	w.setBaseURL(good)
	w.complete(twoPartners()...)
}

func testFaultRepeatedFailuresWriteNoRow(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.service = w.newService(func(c *customersync.Config) {
		c.HTTPClient = &http.Client{Timeout: wait.Timeout(500 * time.Millisecond)}
	})
	w.complete(clientsOfOneMSP(30)...)
	before := w.Everything()
	for _, test := range []struct {
		fault fakeheimdal.Fault
		want  string
	}{
		{fakeheimdal.Garbage, "garbage"}, {fakeheimdal.Truncated, "truncated"}, {fakeheimdal.HTML, "garbage"},
		{fakeheimdal.Message200, "bad_key"}, {fakeheimdal.Status500, "server_error"}, {fakeheimdal.Slow, "timeout"},
	} {
		w.fake.SetFault(test.fault)
		w.mustFail(test.want)
	}
	w.fake.SetFault(fakeheimdal.None)
	w.fake.SetCustomers([]customer{{"name": "no id", "type": "CORP"}})
	w.mustFail("unmapped")
	w.fake.SetCustomers([]customer{corp(1, "A", nil), corp(1, "B", nil)})
	w.mustFail("duplicate_id")
	if w.Everything() != before {
		t.Error("a failed run wrote rows, want none")
	}
	w.complete(clientsOfOneMSP(30)...)
	if strings.Contains(w.log.String(), apiKey) {
		t.Error("the log contains the API key, want it nowhere")
	}
}

func testFaultInternalErrorFailsRunAndIsLogged(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.service = w.newService(w.scriptedCalls(func(state connector.State, add addFunc) (connector.State, error) {
		day := "the day after tomorrow"
		err := add(portal.Customer{Kind: portal.KindClient, ExternalID: "1", Name: "Client", Type: "CORP", ExpiresOn: &day, Raw: []byte("{}")})
		return connector.State{Done: true, Progress: connector.Progress{Calls: 1, Seen: 1}}, err
	}))
	w.mustFail("internal")
	if log := w.log.String(); !strings.Contains(log, "expiry of customer 1") {
		t.Errorf("log: got\n%s\nwant the error about the expiry of customer 1", log)
	}
}
