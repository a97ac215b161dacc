package customersync_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/heimdal"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit/lantern"
)

// twoProducts is a tenant with connections to Heimdal and Lantern, and a clock that advances only when a worker sleeps.
type twoProducts struct {
	*tenant
	clock   *skippingClock
	lantern *lantern.Server
}

func newTwoProducts(t *testing.T, rates map[string]int) *twoProducts {
	t.Helper()
	w := &twoProducts{tenant: newTenant(t), clock: newSkippingClock()}
	w.limitRate(0, w.clock, append(numberedCustomers(6), with(corp(200, "Demo", nil), customer{"type": "DEMO"})))
	w.lantern = lantern.Start(apiKey, w.clock.Now)
	t.Cleanup(w.lantern.Close)
	w.lantern.SetCompanies(
		lantern.Company{Key: "1", Title: "Lantern partner", IsPartner: true},
		lantern.Company{Key: "100", Title: "Lantern client", Partner: "1", Devices: 4},
		lantern.Company{Key: "lonely", Title: "Lonely client"},
	)
	w.service = w.newService(func(c *customersync.Config) {
		c.Connectors = append(c.Connectors, lantern.Connector{})
		c.Rates, c.Clock = rates, w.clock
	})
	w.connectLantern()
	return w
}

func (w *twoProducts) connectLantern() {
	w.Helper()
	product := lantern.Connector{}.Product().Product
	if err := postgres.SetProducts(w.Context(), w.URLs.Owner, []portal.Product{product}); err != nil {
		w.Fatal(err)
	}
	c := portal.Connection{ID: postgres.NewID(), MSSPID: w.ID, ProductID: product.ID, CustomerID: customerID, BaseURL: w.lantern.URL}
	c.APIKeySealed = append(customersync.APIKeyContext(c), apiKey...)
	if err := w.DB.AddConnection(w.Context(), c); err != nil {
		w.Fatal(err)
	}
}

// syncBoth syncs both connections and returns the runs by the products' names.
func (w *twoProducts) syncBoth() map[string]portal.SyncRun {
	w.Helper()
	runs := map[string]portal.SyncRun{}
	for range 2 {
		run := w.syncNow()
		if run.Status != portal.RunComplete {
			w.Fatalf("run of %s: got %s (%s), want complete", run.ProductName, run.Status, errorText(run))
		}
		runs[run.ProductName] = run
	}
	return runs
}

// intervals returns the different times between two successive calls.
func intervals(calls []time.Time) []time.Duration {
	var all []time.Duration
	for i := 1; i < len(calls); i++ {
		all = append(all, calls[i].Sub(calls[i-1]))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (w *twoProducts) heimdalCalls() (calls []time.Time) {
	for _, call := range w.fake.Log() {
		calls = append(calls, call.At)
	}
	return calls
}

func TestTwoProducts(t *testing.T) {
	t.Parallel()
	t.Run("complete_a_run_each_under_their_own_name", testTwoProductsCompleteARunEachUnderTheirOwnName)
	t.Run("keep_their_own_rates", testTwoProductsKeepTheirOwnRates)
	t.Run("are_not_paced_by_the_rate_of_the_other", testTwoProductsAreNotPacedByTheRateOfTheOther)
	t.Run("share_the_lists_and_no_customer", testTwoProductsShareTheListsAndNoCustomer)
	t.Run("without_types_may_turn_msps_into_clients", testTwoProductsWithoutTypesMayTurnMSPsIntoClients)
	t.Run("are_both_offered_for_a_connection", testTwoProductsAreBothOfferedForAConnection)
}

func testTwoProductsCompleteARunEachUnderTheirOwnName(t *testing.T) {
	t.Parallel()
	w := newTwoProducts(t, heimdalRate(0))
	type figures struct {
		Product                    string
		Seen, MSPs, Clients, Other int64
	}
	got := map[string]figures{}
	for name, run := range w.syncBoth() {
		got[name] = figures{run.Product, run.Seen, run.MSPs, run.Clients, run.Other}
	}
	want := map[string]figures{"Heimdal": {"heimdal", 7, 1, 6, 1}, "Lantern": {"lantern", 3, 1, 2, 0}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
}

func testTwoProductsKeepTheirOwnRates(t *testing.T) {
	t.Parallel()
	w := newTwoProducts(t, nil)
	w.syncBoth()
	if got, want := intervals(w.heimdalCalls()), []time.Duration{12 * time.Second}; !slices.Equal(got, want) {
		t.Errorf("intervals of calls to Heimdal: got %v, want %v", got, want)
	}
	if got, want := intervals(w.lantern.Calls()), []time.Duration{2 * time.Second}; !slices.Equal(got, want) {
		t.Errorf("intervals of calls to Lantern: got %v, want %v", got, want)
	}
}

func testTwoProductsAreNotPacedByTheRateOfTheOther(t *testing.T) {
	t.Parallel()
	w := newTwoProducts(t, heimdalRate(60))
	w.syncBoth()
	if got, want := intervals(w.heimdalCalls()), []time.Duration{time.Second}; !slices.Equal(got, want) {
		t.Errorf("intervals of calls to Heimdal: got %v, want %v", got, want)
	}
	if got, want := intervals(w.lantern.Calls()), []time.Duration{2 * time.Second}; !slices.Equal(got, want) {
		t.Errorf("intervals of calls to Lantern: got %v, want %v", got, want)
	}
}

func testTwoProductsShareTheListsAndNoCustomer(t *testing.T) {
	t.Parallel()
	w := newTwoProducts(t, heimdalRate(0))
	w.syncBoth()
	clients, _, err := w.DB.Clients(t.Context(), w.admin, portal.ClientQuery{Sort: "name", Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range clients.Items {
		msp := "none"
		if c.MSPName != nil {
			msp = *c.MSPName
		}
		got[c.Name] = strings.Join([]string{c.ExternalID, c.Type, msp}, "|")
	}
	want := map[string]string{
		"Client 0": "100|CORP|Partner", "Client 1": "101|CORP|Partner", "Client 2": "102|CORP|Partner",
		"Client 3": "103|CORP|Partner", "Client 4": "104|CORP|Partner", "Demo": "200|DEMO|none",
		"Lantern client": "100||Lantern partner", "Lonely client": "lonely||none",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("clients (-want +got):\n%s", diff)
	}
	msps, _, err := w.DB.MSPs(t.Context(), w.admin, portal.MSPQuery{Sort: "name", Limit: 200})
	if err != nil || len(msps.Items) != 2 {
		t.Fatalf("MSPs: got %d, %v; want 2", len(msps.Items), err)
	}
	w.CheckCounts(t.Errorf)
}

func testTwoProductsWithoutTypesMayTurnMSPsIntoClients(t *testing.T) {
	t.Parallel()
	w := newTwoProducts(t, heimdalRate(0))
	w.syncBoth()
	w.lantern.SetCompanies(
		lantern.Company{Key: "1", Title: "Lantern partner"}, lantern.Company{Key: "2", Title: "New partner", IsPartner: true},
		lantern.Company{Key: "100", Title: "Lantern client", Partner: "2"}, lantern.Company{Key: "lonely", Title: "Lonely client"},
	)
	for range 2 {
		run := w.syncNow()
		if run.Status == portal.RunFailed {
			t.Errorf("run of %s: got failed (%s), want another end", run.ProductName, errorText(run))
		}
	}
}

func testTwoProductsAreBothOfferedForAConnection(t *testing.T) {
	t.Parallel()
	w := newTwoProducts(t, heimdalRate(0))
	connections, err := w.service.Connections(t.Context(), w.admin)
	if err != nil {
		t.Fatal(err)
	}
	want := []portal.Product{heimdal.NewConnector().Product().Product, lantern.Connector{}.Product().Product}
	if diff := cmp.Diff(want, connections.Products); diff != "" {
		t.Errorf("products (-want +got):\n%s", diff)
	}
}

// TestRateAdvice checks the end of the error of a run that takes more than a day.
func TestRateAdvice(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		product connector.Product
		want    string
	}{
		"heimdal":   {heimdal.NewConnector().Product(), " Ask for a higher rate of calls at the product, or raise PORTAL_HEIMDAL_RATE."},
		"lantern":   {lantern.Connector{}.Product(), " Ask Lantern for a larger plan."},
		"no_advice": {connector.Product{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := "timeout: The sync did not end within a day. Nothing was changed." + test.want
			if got := customersync.Endless(test.product).Error(); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
