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
	"fs-client-portal/backend/testkit/heimdalstand"
)

// skippingClock is a clock on which nobody waits: sleeping takes it to the end of the sleep.
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

// twoPartners is many, told apart by their names and large enough for several pages.
func twoPartners() []customer {
	customers := []customer{reseller(1, "Partner"), reseller(2, "Other partner")}
	for i := range 12 {
		customers = append(customers, corp(100+i, "Client "+string(rune('A'+i)), 1+i%2))
	}
	return customers
}

// faultCase is a fault, and what must come of it: of the run, and of nothing else.
type faultCase struct {
	rule   heimdalstand.Rule
	shape  heimdalstand.Shape
	status portal.RunStatus // failed, if none
	code   string
	detail string // {host} is the stand-in's address
	// timeout bounds how long an answer is waited for.
	timeout time.Duration
}

const (
	unfinished  = " Nothing of it was saved; the next run tries again. If it stays so, tell Heimdal's support."
	brokeOff    = "The answer breaks off before its end. The next run tries again; if it stays so, check any proxy on the way."
	allMissing  = "14 of 14 customers are not in this answer. That is more than the portal changes without an administrator's approval; nothing was changed."
	serverError = "Heimdal answered with an error of its own (status 500). The next run tries again; if it stays so, tell Heimdal's support."
	badKey      = `Heimdal does not accept the API key or the customer id. It detail: "An error has occurred.". Check both, or replace the key.`
)

var (
	pages = heimdalstand.Shape{Form: heimdalstand.Pages, PageSize: 5}
	links = heimdalstand.Shape{Form: heimdalstand.Links, PageSize: 5}
)

func faultAt(fault heimdalstand.Fault, calls ...int) heimdalstand.Rule {
	return heimdalstand.Rule{Fault: fault, Calls: calls}
}

// everyFault is what a Heimdal can do wrong, by what it looks like from outside.
var everyFault = map[string]faultCase{
	"drops the connection": {rule: faultAt(heimdalstand.Drop), code: "unreachable", detail: "{host} cannot be reached. Check the base URL, and that this server may connect to it."},
	"never answers":        {rule: faultAt(heimdalstand.Slow), timeout: 300 * time.Millisecond, code: "timeout", detail: "{host} did not answer in time. The next run tries again; if it stays so, check that this server may reach it."},
	"sends the request on": {rule: heimdalstand.Rule{Fault: heimdalstand.Redirect, To: "http://stranger.example/"}, code: "redirected",
		detail: "{host} sends the request on to another address. The key was not sent there. Check the base URL."},
	"message with status 200": {rule: faultAt(heimdalstand.Message200), code: "bad_key", detail: badKey},
	"a message that repeats the key": {rule: faultAt(heimdalstand.Echo), code: "bad_key",
		detail: `Heimdal does not accept the API key or the customer id. It detail: "Bearer … may not see this customer.". Check both, or replace the key.`},
	"a message beside nobody": {rule: faultAt(heimdalstand.MessageBesideNone), code: "bad_key", detail: badKey},
	"a web page":              {rule: faultAt(heimdalstand.HTML), code: "garbage", detail: "A web page came back instead of data. A proxy or a sign-in wall may be in the way, or the base URL is wrong. Check both."},
	"nothing at all":          {rule: faultAt(heimdalstand.NoBody), code: "garbage", detail: "The answer is empty. The next run tries again; if it stays so, check the base URL."},
	"status 401": {rule: faultAt(heimdalstand.Status401), code: "bad_key",
		detail: "Heimdal does not accept the API key (status 401). Check that it is still valid and may see this customer id, or replace it."},
	"status 403": {rule: faultAt(heimdalstand.Status403), code: "bad_key",
		detail: "Heimdal does not accept the API key (status 403). Check that it is still valid and may see this customer id, or replace it."},
	"status 404": {rule: faultAt(heimdalstand.Status404), code: "not_found", detail: "There is no customers endpoint at the base URL (status 404). Check the base URL."},
	"status 429": {rule: faultAt(heimdalstand.Status429), code: "rate_limited",
		detail: `Heimdal answers "too many requests". Another program may be using the same key or address; the next run tries again.`},
	"status 429, with a time": {rule: heimdalstand.Rule{Fault: heimdalstand.Status429, Wait: 90 * time.Second}, code: "rate_limited",
		detail: `Heimdal answers "too many requests". Another program may be using the same key or address; the next run tries again.`},
	"status 500": {rule: faultAt(heimdalstand.Status500), code: "server_error", detail: serverError},
	"status 503": {rule: faultAt(heimdalstand.Status503), code: "server_error",
		detail: "Heimdal answered with an error of its own (status 503). The next run tries again; if it stays so, tell Heimdal's support."},
	"JSON that is none":                  {rule: faultAt(heimdalstand.Garbage), code: "garbage", detail: "The answer is not valid JSON. The next run tries again; if it stays so, check the base URL and any proxy on the way."},
	"a connection cut in the middle":     {rule: faultAt(heimdalstand.Truncated), code: "truncated", detail: brokeOff},
	"a connection cut between chunks":    {rule: faultAt(heimdalstand.CutChunk), code: "truncated", detail: brokeOff},
	"a length too short":                 {rule: faultAt(heimdalstand.ShortLength), code: "truncated", detail: brokeOff},
	"JSON that ends too soon":            {rule: faultAt(heimdalstand.CutJSON), code: "truncated", detail: brokeOff},
	"JSON that ends before its brackets": {rule: heimdalstand.Rule{Fault: heimdalstand.CutJSON, After: 1}, code: "truncated", detail: brokeOff},
	"something after the end":            {rule: faultAt(heimdalstand.Trailing), code: "garbage", detail: "Something follows the end of the answer. The next run tries again; if it stays so, tell Heimdal's support."},
	"stalls in the middle":               {rule: faultAt(heimdalstand.Stall), timeout: 300 * time.Millisecond, code: "timeout", detail: "The answer began but did not end in time. The next run tries again; if it stays so, check the line to Heimdal."},
	"drips":                              {rule: heimdalstand.Rule{Fault: heimdalstand.Drip, Wait: time.Millisecond}, status: portal.RunComplete},

	"somebody else's customers": {rule: faultAt(heimdalstand.OtherCustomer), status: portal.RunNeedsReview, code: "too_many_missing", detail: allMissing},
	"nobody":                    {rule: faultAt(heimdalstand.EmptyList), status: portal.RunNeedsReview, code: "too_many_missing", detail: allMissing},
	"fewer than it counts": {rule: faultAt(heimdalstand.TooFew), shape: heimdalstand.Shape{Form: heimdalstand.Envelope}, code: "incomplete",
		detail: "Page 2 of the customers repeats an earlier page." + unfinished},
	"fewer on the last page": {rule: faultAt(heimdalstand.TooFew, 3), shape: pages, code: "incomplete",
		detail: "Page 4 of the customers is empty, though more should follow." + unfinished},
	"the first page again": {rule: faultAt(heimdalstand.RepeatedPage, 2), shape: pages, code: "incomplete", detail: "Page 2 of the customers repeats an earlier page." + unfinished},
	"the first page by a link again": {rule: faultAt(heimdalstand.RepeatedPage, 3), shape: links, code: "incomplete",
		detail: "Page 3 of the customers repeats an earlier page." + unfinished},
	"an empty page": {rule: faultAt(heimdalstand.EmptyPage, 2), shape: pages, code: "incomplete", detail: "Page 2 of the customers is empty, though more should follow." + unfinished},
	"another count on the second page": {rule: faultAt(heimdalstand.TotalChanges, 2), shape: pages, code: "incomplete",
		detail: "The number of customers changed while they were read page by page." + unfinished},
	"a header that says more follow": {rule: faultAt(heimdalstand.LinkHeader), code: "incomplete",
		detail: `The answer says that more customers follow (header Link). Nothing of it was saved; the next run tries again. ` +
			`If it stays so, tell Heimdal's support, or declare "header Link" harmless if it says nothing of the customers.`},
	"a link to a stranger": {rule: heimdalstand.Rule{Fault: heimdalstand.LinkElsewhere, To: "http://stranger.example/next"}, shape: links, code: "redirected",
		detail: "The answer says that more customers follow at stranger.example. The key was not sent there. Check the base URL."},
	"an error on the second page":       {rule: faultAt(heimdalstand.Status401, 2), shape: pages, code: "bad_key", detail: "Heimdal does not accept the API key (status 401). Check that it is still valid and may see this customer id, or replace it."},
	"a cut connection on the last page": {rule: faultAt(heimdalstand.Truncated, 3), shape: pages, code: "truncated", detail: brokeOff},
	"somebody twice, the same":          {rule: faultAt(heimdalstand.DuplicateSame), status: portal.RunComplete},
	"somebody twice, contradicting": {rule: faultAt(heimdalstand.DuplicateOther), code: "duplicate_id",
		detail: `The customer with the id "1" is twice in one answer, with different values. Nothing was changed.`},
	"somebody twice over two pages": {rule: faultAt(heimdalstand.DuplicateSame), shape: pages, code: "incomplete",
		detail: "The answers hold 14 different customers and state a total of 15. Nothing was changed."},
	"a name of three million letters": {rule: faultAt(heimdalstand.HugeName), code: "too_large", detail: "One customer in the answer is larger than the portal accepts. Tell Heimdal's support."},
	"customers without types": {rule: faultAt(heimdalstand.Untyped), code: "unmapped",
		detail: "No customer in the answer has a type that the portal can read, so MSPs cannot be told from clients. Choose under Fields which field of Heimdal's answer is the type. If none is, tell Heimdal's support."},
	"customers without ids": {rule: faultAt(heimdalstand.Unnamed), code: "unmapped",
		detail: "The answer holds a customer without an id that the portal can read. Choose under Fields which field of Heimdal's answer is the customer id. If none is, check the base URL."},

	// What passes is waited out, once there is something to lose.
	"two refusals for calling too often": {rule: faultAt(heimdalstand.Status429, 1, 2), status: portal.RunComplete},
	"an error of its own in between":     {rule: faultAt(heimdalstand.Status500, 2), shape: pages, status: portal.RunComplete},
	"out of service for a moment":        {rule: faultAt(heimdalstand.Status503, 2, 3), shape: links, status: portal.RunComplete},
	"a dropped connection in between":    {rule: faultAt(heimdalstand.Drop, 2), shape: pages, status: portal.RunComplete},
}

func TestFault(t *testing.T) {
	t.Parallel()
	t.Run("leaves_data_unchanged", testFaultLeavesDataUnchanged)
	t.Run("repeated_failures_write_no_row", testFaultRepeatedFailuresWriteNoRow)
	t.Run("internal_error_fails_run_and_is_logged", testFaultInternalErrorFailsRunAndIsLogged)
	t.Run("table_covers_the_stand_in", testFaultTableCoversTheStandIn)
	t.Run("untrusted_certificate_prevents_calls", testFaultUntrustedCertificatePreventsCalls)
	t.Run("names_unreachable_address", testFaultNamesUnreachableAddress)
}

// testFaultLeavesDataUnchanged plays every fault a Heimdal may have to a portal that has
// read it well before, and looks that no row changes, that the admin is told, and that the next good answer heals it.
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

func (w *tenant) checkFault(f faultCase) {
	w.Helper()
	clock := newSkippingClock()
	w.service = w.newService(func(c *customersync.Config) { c.Clock = clock })
	good := w.service
	w.stand.SetShape(f.shape)
	w.complete(twoPartners()...)
	before := w.Everything()
	if f.timeout > 0 {
		w.service = w.newService(func(c *customersync.Config) {
			c.Clock, c.HTTPClient = clock, &http.Client{Timeout: f.timeout}
		})
	}
	w.stand.Follow(f.rule)
	run := w.syncNow()
	w.wantEnd(run, f)
	if w.Everything() != before {
		w.Error("the run wrote rows")
	}
	w.showsNoKey()
	w.stand.Follow()
	w.service = good
	healed := w.syncNow()
	if healed.Status != portal.RunComplete || healed.Added+healed.Changed+healed.Missing+healed.Removed != 0 || w.Everything() != before {
		w.Errorf("the next good answer ended as %s (%s) with %+v", healed.Status, errorText(healed), healed)
	}
	if f.status == portal.RunNeedsReview {
		old, err := w.DB.Run(context.Background(), w.admin, run.ID)
		if err != nil || old.Status != portal.RunDiscarded {
			w.Errorf("the run nobody decided on is now %s, %v", old.Status, err)
		}
	}
	if n := value[int64](w, "select count(*) from sync_customer where mssp_id = $1", w.ID); n != 0 {
		w.Errorf("%d rows of what was read are left behind", n)
	}
}

// wantEnd checks how a run ended and what its record says of it.
func (w *tenant) wantEnd(run portal.SyncRun, f faultCase) {
	w.Helper()
	if f.status == "" {
		f.status = portal.RunFailed
	}
	if run.Status != f.status || run.FinishedAt == nil || run.RetryAt != nil {
		w.Errorf("the run ended as %s (%s), want %s", run.Status, errorText(run), f.status)
	}
	if f.code == "" {
		if run.ErrorCode != nil || run.Error != nil {
			w.Errorf("a good run says %q", errorText(run))
		}
		return
	}
	base := strings.TrimPrefix(w.stand.URL(), "http://")
	host, _, _ := strings.Cut(strings.TrimPrefix(base, "https://"), "/")
	if want := f.code + ": " + strings.ReplaceAll(f.detail, "{host}", host); errorText(run) != want {
		w.Errorf("the run says\n\t%s\nwant\n\t%s", errorText(run), want)
	}
}

// showsNoKey looks for the key, as it is and as it could be written, wherever somebody may read.
func (w *tenant) showsNoKey() {
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
			w.Errorf("the key is in %s", where)
		}
	}
	if !strings.Contains(w.log.String(), w.ID) {
		w.Error("the log says nothing of this MSSP's runs: this test looks in the wrong place")
	}
}

// testFaultTableCoversTheStandIn keeps a fault from being forgotten.
func testFaultTableCoversTheStandIn(t *testing.T) {
	t.Parallel()
	seen := map[heimdalstand.Fault]bool{}
	for fault := range maps.Values(everyFault) {
		seen[fault.rule.Fault] = true
	}
	for _, fault := range heimdalstand.Faults {
		if !seen[fault] {
			t.Errorf("nobody plays %s", fault)
		}
	}
}

func testFaultUntrustedCertificatePreventsCalls(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	for name, certificate := range map[string]struct {
		host   string
		good   time.Duration
		detail string
	}{
		"nobody's": {"127.0.0.1", time.Hour,
			"its certificate is from an authority this server does not know. If a proxy opens connections on the way, its authority must be installed on this server."},
		"another host's": {"other.example", time.Hour, "its certificate is for another host. Check the base URL."},
		"run out":        {"127.0.0.1", -time.Hour, "its certificate has expired, or a clock is wrong. Check this server's clock; if it is right, tell Heimdal's support."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := base.another(t)
			w.complete(twoPartners()...)
			before, good := w.Everything(connections), w.stand
			w.replaceStandIn(func(c *heimdalstand.Config) {
				made, err := heimdalstand.Certificate(certificate.host, certificate.good)
				if err != nil {
					t.Fatal(err)
				}
				c.Certificate, c.Customers = &made, twoPartners()
			})
			w.wantEnd(w.syncNow(), faultCase{code: "tls", detail: "The connection to {host} is not secure: " + certificate.detail + " The key was not sent."})
			if w.Everything(connections) != before || w.stand.Calls() != 0 {
				t.Errorf("%d calls came through", w.stand.Calls())
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
	before, good := w.Everything(connections), w.stand.URL()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for base, f := range map[string]faultCase{
		"https://no-such-host.invalid/api": {code: "unreachable", detail: "There is no host no-such-host.invalid. Check the base URL."},
		"http://" + closed.Addr().String(): {code: "unreachable", detail: closed.Addr().String() + " cannot be reached. Check the base URL, and that this server may connect to it."},
		"http://dashboard.example.com/api": {code: "bad_connection", detail: "The base URL must begin with https://; plain http is accepted for loopback alone."},
		good + "/v9":                       {code: "not_found", detail: "There is no customers endpoint at the base URL (status 404). Check the base URL."},
	} {
		w.setBaseURL(base)
		w.wantEnd(w.syncNow(), f)
	}
	if w.Everything(connections) != before {
		t.Error("a failed run wrote rows")
	}
	w.setBaseURL(good)
	w.complete(twoPartners()...)
}

func testFaultRepeatedFailuresWriteNoRow(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.service = w.newService(func(c *customersync.Config) { c.HTTPClient = &http.Client{Timeout: 500 * time.Millisecond} })
	w.complete(clientsOfOneMSP(30)...)
	before := w.Everything()
	for _, test := range []struct {
		fault heimdalstand.Fault
		want  string
	}{
		{heimdalstand.Garbage, "garbage"}, {heimdalstand.Truncated, "truncated"}, {heimdalstand.HTML, "garbage"},
		{heimdalstand.Message200, "bad_key"}, {heimdalstand.Status500, "server_error"}, {heimdalstand.Slow, "timeout"},
	} {
		w.stand.Misbehave(test.fault)
		w.mustFail(test.want)
	}
	w.stand.Misbehave(heimdalstand.None)
	w.stand.SetCustomers([]customer{{"name": "no id", "type": "CORP"}})
	w.mustFail("unmapped")
	w.stand.SetCustomers([]customer{corp(1, "A", nil), corp(1, "B", nil)})
	w.mustFail("duplicate_id")
	if w.Everything() != before {
		t.Error("a failed run wrote rows")
	}
	w.complete(clientsOfOneMSP(30)...)
	if strings.Contains(w.log.String(), apiKey) {
		t.Error("the key is in the log")
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
		t.Errorf("the log says\n%s", log)
	}
}
