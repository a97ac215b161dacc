package customersync_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/heimdal"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/fakeheimdal"
	"fs-client-portal/backend/testkit/wait"
)

const (
	apiKey     = "SECRETKEY0123456789"
	customerID = "17"
)

type customer = fakeheimdal.Customer

// sealer is a seal without encryption: it puts the associated data before the secret.
type sealer struct{}

func (sealer) Seal(plain, aad []byte) []byte { return append(bytes.Clone(aad), plain...) }

func (sealer) Open(sealed, aad []byte) ([]byte, error) {
	plain, ok := bytes.CutPrefix(sealed, aad)
	if !ok {
		return nil, errors.New("sealed for something else")
	}
	return plain, nil
}

// tenant is an MSSP connected to a fake Heimdal of its own, and its admin.
type tenant struct {
	*testkit.MSSP
	fake       *fakeheimdal.Server
	service    *customersync.Service
	connection portal.Connection
	admin      portal.Viewer
	log        *syncBuffer
}

// syncBuffer is a buffer for concurrent writes.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func newTenant(t testing.TB) *tenant {
	t.Helper()
	return withStandIn(testkit.NewMSSP(t))
}

// another creates another MSSP in the same database, which is removed at the end of the test.
func (w *tenant) another(t testing.TB) *tenant {
	t.Helper()
	return withStandIn(w.Another(t))
}

func withStandIn(m *testkit.MSSP) *tenant {
	m.Helper()
	fake, err := fakeheimdal.Start(context.Background(), fakeheimdal.Config{APIKey: apiKey, CustomerID: customerID})
	if err != nil {
		m.Fatal(err)
	}
	m.Cleanup(func() { fake.Close() })
	w := &tenant{MSSP: m, fake: fake, log: &syncBuffer{}, admin: m.SignIn(portal.MSSPAdmin)}
	w.service = w.newService(func(*customersync.Config) {})
	w.connection = portal.Connection{ID: postgres.NewID(), MSSPID: w.ID, ProductID: "heimdal", CustomerID: customerID, BaseURL: fake.URL()}
	w.connection.APIKeySealed = append(customersync.APIKeyContext(w.connection), apiKey...)
	if err := w.DB.AddConnection(context.Background(), w.connection); err != nil {
		w.Fatal(err)
	}
	return w
}

func (w *tenant) newService(change func(*customersync.Config)) *customersync.Service {
	w.Helper()
	c := customersync.Config{
		Connectors: []connector.Connector{heimdal.NewConnector()}, Rates: heimdalRate(0),
		Log: slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	change(&c)
	service, err := customersync.New(w.DB, sealer{}, c)
	if err != nil {
		w.Fatal(err)
	}
	return service
}

// heimdalRate is a Config.Rates with a rate for Heimdal.
func heimdalRate(perMinute int) map[string]int { return map[string]int{heimdal.ProductID: perMinute} }

// value returns the single value that sql selects.
func value[T any](w *tenant, sql string, args ...any) T {
	w.Helper()
	return testkit.Value[T](w.MSSP, sql, args...)
}

// sync replaces the customers of the fake Heimdal and syncs them.
func (w *tenant) sync(customers ...customer) portal.SyncRun {
	w.Helper()
	w.fake.SetCustomers(customers)
	return w.syncNow()
}

// syncNow runs a sync in the foreground and returns it after its end.
func (w *tenant) syncNow() portal.SyncRun {
	w.Helper()
	run, err := w.service.RunNow(context.Background(), w.ID, nil)
	if err != nil {
		w.Fatal(err)
	}
	return run
}

// complete is sync for a run that must end as complete. It marks the field map as seen, so that its changes raise no
// alert in a test of other alerts.
func (w *tenant) complete(customers ...customer) portal.SyncRun {
	w.Helper()
	run := w.sync(customers...)
	if run.Status != portal.RunComplete {
		w.Fatalf("run: got %s (%s), want complete", run.Status, errorText(run))
	}
	w.Exec("update field_map set noticed_in = null where mssp_id = $1", w.ID)
	return run
}

// errorText returns the code and the sentence of a run's error, or "".
func errorText(run portal.SyncRun) string {
	if run.ErrorCode == nil {
		return ""
	}
	return *run.ErrorCode + ": " + *run.Error
}

func reseller(id int, name string) customer {
	return customer{"id": id, "name": name, "type": "RESELLER", "resellerId": nil}
}

func corp(id int, name string, parent any) customer {
	return customer{
		"id": id, "name": name, "type": "CORP", "resellerId": parent, "products": []string{"Patch"},
		"seatsUsed": 3, "seatsTotal": 5, "expirationDate": "2031-01-31",
	}
}

// with returns a copy of c with the given fields replaced.
func with(c customer, fields customer) customer {
	changed := customer{}
	for _, source := range []customer{c, fields} {
		for name, value := range source {
			changed[name] = value
		}
	}
	return changed
}

// clientsOfOneMSP returns an MSP and n clients of it.
func clientsOfOneMSP(n int) []customer {
	customers := []customer{reseller(1, "Partner")}
	for i := range n {
		customers = append(customers, corp(100+i, "Client", 1))
	}
	return customers
}

// mustFail runs a sync that must fail with this code and a sentence, without the API key in it.
func (w *tenant) mustFail(code string) {
	w.Helper()
	run := w.syncNow()
	if run.Status != portal.RunFailed || run.FinishedAt == nil {
		w.Errorf("run: got %s, finished at %v; want failed and finished", run.Status, run.FinishedAt)
	}
	if run.ErrorCode == nil || *run.ErrorCode != code || run.Error == nil || *run.Error == "" {
		w.Errorf("error of the run: got %q, want %s with a sentence", errorText(run), code)
	}
	if strings.Contains(errorText(run), apiKey) {
		w.Errorf("error of the run: got %q, want no API key in it", errorText(run))
	}
}

// serve starts a service that works on jobs, and stops it at the end of the test.
func (w *tenant) serve(change func(*customersync.Config)) *customersync.Service {
	w.Helper()
	service := w.newService(func(c *customersync.Config) {
		c.Jobs = true
		change(c)
	})
	if err := service.Start(context.Background()); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		w.stop(service)
		// The job engine logs an error if its database role lacks a permission. An operation cancelled by Stop is no
		// such error.
		for line := range strings.Lines(w.log.String()) {
			if strings.Contains(line, `"component":"jobs"`) && !strings.Contains(line, context.Canceled.Error()) {
				w.Errorf("log of the job engine: got %s, want no error", line)
			}
		}
	})
	return service
}

// stop stops a service and lets its jobs end.
func (w *tenant) stop(service *customersync.Service) {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), wait.Timeout(time.Minute))
	defer cancel()
	if err := service.Stop(ctx); err != nil {
		w.Errorf("stop: got %v, want no error", err)
	}
}

// waitForMails waits until n mails were sent.
func (w *tenant) waitForMails(n int64) {
	w.Helper()
	w.waitForCount(n, "select count(*) from river.river_job where kind = 'sync_mail' and state = 'completed'")
}

// waitForCount waits until the query returns n.
func (w *tenant) waitForCount(n int64, sql string) {
	w.Helper()
	w.waitUntil(fmt.Sprintf("the count %d of %s", n, sql), func() bool { return value[int64](w, sql) == n })
}

// replaceHeimdal connects the tenant to a new fake Heimdal with a changed configuration.
func (w *tenant) replaceHeimdal(change func(*fakeheimdal.Config)) {
	w.Helper()
	c := fakeheimdal.Config{APIKey: apiKey, CustomerID: customerID}
	change(&c)
	fake, err := fakeheimdal.Start(context.Background(), c)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { fake.Close() })
	w.fake = fake
	w.setBaseURL(fake.URL())
}

// connections is the table that setBaseURL writes.
const connections = "mssp_product"

// setBaseURL changes the base URL of the tenant's connections.
func (w *tenant) setBaseURL(baseURL string) {
	w.Helper()
	w.Exec("update mssp_product set base_url = $2 where mssp_id = $1", w.ID, baseURL)
}
