package customersync_test

import (
	"bytes"
	"context"
	"errors"
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
	"fs-client-portal/backend/testkit/heimdalstand"
	"fs-client-portal/backend/testkit/wait"
)

const (
	apiKey     = "SECRETKEY0123456789"
	customerID = "17"
)

type customer = heimdalstand.Customer

// sealer keeps the associated data in front of the secret; that is all a test needs of a seal.
type sealer struct{}

func (sealer) Seal(plain, aad []byte) []byte { return append(bytes.Clone(aad), plain...) }

func (sealer) Open(sealed, aad []byte) ([]byte, error) {
	plain, ok := bytes.CutPrefix(sealed, aad)
	if !ok {
		return nil, errors.New("sealed for something else")
	}
	return plain, nil
}

// tenant is an MSSP connected to a Heimdal stand-in of its own, and its admin.
type tenant struct {
	*testkit.MSSP
	stand      *heimdalstand.Server
	service    *customersync.Service
	connection portal.Connection
	admin      portal.Viewer
	log        *syncBuffer
}

// syncBuffer is a log many goroutines may write.
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

// another makes another MSSP in the same database, for as long as a test lasts.
func (w *tenant) another(t testing.TB) *tenant {
	t.Helper()
	return withStandIn(w.Another(t))
}

func withStandIn(m *testkit.MSSP) *tenant {
	m.Helper()
	stand, err := heimdalstand.Start(context.Background(), heimdalstand.Config{APIKey: apiKey, CustomerID: customerID})
	if err != nil {
		m.Fatal(err)
	}
	m.Cleanup(func() { stand.Close() })
	w := &tenant{MSSP: m, stand: stand, log: &syncBuffer{}, admin: m.SignIn(portal.MSSPAdmin)}
	w.service = w.newService(func(*customersync.Config) {})
	w.connection = portal.Connection{ID: postgres.NewID(), MSSPID: w.ID, ProductID: "heimdal", CustomerID: customerID, BaseURL: stand.URL()}
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

// value answers the one value sql selects.
func value[T any](w *tenant, sql string, args ...any) T {
	w.Helper()
	return testkit.Value[T](w.MSSP, sql, args...)
}

// sync runs one sync in the foreground.
func (w *tenant) sync(customers ...customer) portal.SyncRun {
	w.Helper()
	w.stand.SetCustomers(customers)
	return w.again()
}

// again syncs whatever the stand-in answers now.
func (w *tenant) again() portal.SyncRun {
	w.Helper()
	run, err := w.service.RunNow(context.Background(), w.ID, nil)
	if err != nil {
		w.Fatal(err)
	}
	return run
}

// complete is sync, and must be complete. An admin looks at its fields, so that they need no attention in a test of others.
func (w *tenant) complete(customers ...customer) portal.SyncRun {
	w.Helper()
	run := w.sync(customers...)
	if run.Status != portal.RunComplete {
		w.Fatalf("the run is %s: %s", run.Status, said(run))
	}
	w.Exec("update field_map set noticed_in = null where mssp_id = $1", w.ID)
	return run
}

func said(run portal.SyncRun) string {
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

// with is a copy of a customer with some fields changed.
func with(c customer, fields customer) customer {
	changed := customer{}
	for _, source := range []customer{c, fields} {
		for name, value := range source {
			changed[name] = value
		}
	}
	return changed
}

// many is a world of n clients under one MSP.
func many(n int) []customer {
	world := []customer{reseller(1, "Partner")}
	for i := range n {
		world = append(world, corp(100+i, "Client", 1))
	}
	return world
}

func (w *tenant) mustFail(code string) {
	w.Helper()
	run := w.again()
	if run.Status != portal.RunFailed || run.ErrorCode == nil || *run.ErrorCode != code || run.Error == nil || *run.Error == "" || run.FinishedAt == nil {
		w.Errorf("the run ended as %s, %q; want %s", run.Status, said(run), code)
	}
	if strings.Contains(said(run), apiKey) {
		w.Errorf("the run shows the key: %s", said(run))
	}
}

// serve starts a server's share of the work and stops it with the test.
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
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := service.Stop(ctx); err != nil {
			w.Error(err)
		}
		// The engine runs as a login that may do little: what it may not do would show here. That it was stopped in the
		// middle of something is no complaint.
		for line := range strings.Lines(w.log.String()) {
			if strings.Contains(line, `"component":"jobs"`) && !strings.Contains(line, context.Canceled.Error()) {
				w.Errorf("the job engine complains: %s", line)
			}
		}
	})
	return service
}

// wait waits until a query counts n.
func (w *tenant) wait(n int64, sql string) {
	w.Helper()
	for until := time.Now().Add(wait.Timeout(30 * time.Second)); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		if value[int64](w, sql) == n {
			return
		}
	}
	w.Fatalf("still not %d: %s\n%s", n, sql, w.log.String())
}

// standIn has a stand-in of another kind answer for the tenant's Heimdal.
func (w *tenant) standIn(change func(*heimdalstand.Config)) {
	w.Helper()
	c := heimdalstand.Config{APIKey: apiKey, CustomerID: customerID}
	change(&c)
	stand, err := heimdalstand.Start(context.Background(), c)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { stand.Close() })
	w.stand = stand
	w.leadTo(stand.URL())
}

// connections is the table that leadTo writes.
const connections = "mssp_product"

func (w *tenant) leadTo(baseURL string) {
	w.Helper()
	w.Exec("update mssp_product set base_url = $2 where mssp_id = $1", w.ID, baseURL)
}
