package customersync_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit/fakeheimdal"
	"fs-client-portal/backend/testkit/wait"
)

// endlessProduct is an HTTP server whose responses never end: it sends a space every 20 milliseconds.
type endlessProduct struct {
	*httptest.Server
	release chan struct{}

	mu        sync.Mutex
	now, most int
}

func newEndlessProduct(t *testing.T) *endlessProduct {
	t.Helper()
	d := &endlessProduct{release: make(chan struct{})}
	d.Server = httptest.NewServer(d)
	t.Cleanup(d.Close)
	return d
}

func (d *endlessProduct) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.count(1)
	defer d.count(-1)
	for {
		select {
		case <-d.release:
			return
		case <-r.Context().Done():
			return
		case <-time.After(20 * time.Millisecond):
		}
		w.Write([]byte(" "))
		_ = http.NewResponseController(w).Flush()
	}
}

func (d *endlessProduct) count(by int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now += by
	d.most = max(d.most, d.now)
}

// calls returns how many calls are open now, and the most that were open at once.
func (d *endlessProduct) calls() (now, most int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now, d.most
}

// await waits until so many calls are open.
func (d *endlessProduct) await(t *testing.T, want int) {
	t.Helper()
	wait.Until(t, 30*time.Second, fmt.Sprintf("%d open calls", want), func() bool { now, _ := d.calls(); return now >= want })
}

// addConnections adds n connections to baseURL, each with a queued run, and returns the runs.
func (w *tenant) addConnections(n int, baseURL string) (runs []string) {
	w.Helper()
	for range n {
		c := portal.Connection{ID: postgres.NewID(), MSSPID: w.ID, ProductID: "heimdal", BaseURL: baseURL}
		c.CustomerID = c.ID
		c.APIKeySealed = append(customersync.APIKeyContext(c), apiKey...)
		if err := w.DB.AddConnection(w.Context(), c); err != nil {
			w.Fatal(err)
		}
		run, err := w.service.RequestOf(w.Context(), w.admin, c.ID)
		if err != nil {
			w.Fatal(err)
		}
		runs = append(runs, run.ID)
	}
	return runs
}

func TestWorkers(t *testing.T) {
	t.Parallel()
	t.Run("serve_others_beside_a_slow_product", testWorkersServeOthersBesideASlowProduct)
	t.Run("limit_runs_per_mssp_across_processes", testWorkersLimitRunsPerMSSPAcrossProcesses)
	t.Run("serve_others_beside_refusing_products", testWorkersServeOthersBesideRefusingProducts)
	t.Run("of_two_replicas_make_each_call_once", testWorkersOfTwoReplicasMakeEachCallOnce)
}

func testWorkersServeOthersBesideASlowProduct(t *testing.T) {
	t.Parallel()
	slow := newTenant(t)
	product := newEndlessProduct(t)
	other := slow.another(t)
	other.fake.SetCustomers(clientsOfOneMSP(3))
	slow.Exec("update mssp_product set paused = true")
	slow.addConnections(42, product.URL)
	slow.Exec("update mssp_product set paused = false where mssp_id = $1", other.ID)
	slow.serve(func(*customersync.Config) {})
	slow.serve(func(*customersync.Config) {})
	t.Cleanup(func() { close(product.release) })
	product.await(t, 4)
	if _, err := other.service.Request(t.Context(), other.admin); err != nil {
		t.Fatal(err)
	}
	other.waitForCount(1, "select count(*) from sync_run where status = 'complete' and mssp_id = '"+other.ID+"'")
	now, most := product.calls()
	if now != 4 || most != 4 {
		t.Errorf("open calls of the slow MSSP: got %d now and %d at most, want 4 and 4", now, most)
	}
	slow.Exec("update sync_run set status = 'failed', finished_at = now() where status = 'queued'")
}

func testWorkersLimitRunsPerMSSPAcrossProcesses(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.Exec("update mssp_product set paused = true")
	const most = 3
	runs := w.addConnections(12, "http://127.0.0.1:1")
	var taken, full int
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, run := range runs {
		all.Go(func() {
			_, ok, err := w.DB.TakeRunWithin(context.Background(), w.ID, run, most)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case ok:
				taken++
			case errors.Is(err, postgres.ErrRunLimit):
				full++
			default:
				t.Error(err)
			}
		})
	}
	wait.Group(t, time.Minute, "the concurrent leases", &all)
	if taken != most || full != len(runs)-most {
		t.Errorf("got %d leases and %d refusals, want %d and %d", taken, full, most, len(runs)-most)
	}
	w.Exec("update sync_run set heartbeat_at = now() - interval '1 hour' where status = 'running'")
	waiting := value[string](w, "select id::text from sync_run where status = 'queued' limit 1")
	if _, ok, err := w.DB.TakeRunWithin(t.Context(), w.ID, waiting, most); err != nil || !ok {
		t.Errorf("lease beside runs of dead workers: got %t, %v; want it", ok, err)
	}
}

// testWorkersServeOthersBesideRefusingProducts: more MSSPs than there are workers wait for a Heimdal that refuses them
// for five minutes, and four for one that never responds.
func testWorkersServeOthersBesideRefusingProducts(t *testing.T) {
	t.Parallel()
	good := newTenant(t)
	var hung *fakeheimdal.Server
	for i := range 24 {
		w := good.another(t)
		w.fake.SetCustomers(numberedCustomers(3))
		w.fake.Follow(fakeheimdal.Rule{Fault: fakeheimdal.Status429, Wait: 5 * time.Minute})
		if i < 4 {
			w.fake.SetFault(fakeheimdal.Slow)
			hung = w.fake
		}
		if _, err := w.service.Request(t.Context(), w.admin); err != nil {
			t.Fatal(err)
		}
	}
	stop := good.serveUntilStopped(func(*customersync.Config) {})
	defer stop()
	good.waitUntil("a call of a Heimdal that hangs", func() bool { return hung.Calls() > 0 })
	good.fake.SetCustomers(numberedCustomers(3))
	run, err := good.service.Request(t.Context(), good.admin)
	if err != nil {
		t.Fatal(err)
	}
	good.waitForCount(1, "select count(*) from sync_run where status = 'complete' and id = '"+run.ID+"'")
	good.waitForCount(20, "select count(*) from sync_run where status = 'queued' and retry_at > now()")
}

func testWorkersOfTwoReplicasMakeEachCallOnce(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	tenants := []*tenant{base, base.another(t), base.another(t)}
	for _, w := range tenants {
		w.fake.SetShape(fakeheimdal.Shape{Form: fakeheimdal.Pages, PageSize: 3})
		w.fake.SetCustomers(numberedCustomers(15))
	}
	for range 3 {
		base.serve(func(*customersync.Config) {})
	}
	for _, w := range tenants {
		if _, err := w.service.Request(t.Context(), w.admin); err != nil {
			t.Fatal(err)
		}
	}
	base.waitForCount(3, "select count(*) from sync_run where status = 'complete' and attempt = 1")
	for _, w := range tenants {
		if n := w.fake.Calls(); n != 5 {
			t.Errorf("calls: got %d, want 5", n)
		}
	}
}
