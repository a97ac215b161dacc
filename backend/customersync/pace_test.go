package customersync_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/fakeheimdal"
	"fs-client-portal/backend/testkit/wait"
)

// numberedCustomers returns n customers: an MSP and its clients.
func numberedCustomers(n int) []customer {
	customers := []customer{reseller(1, "Partner")}
	for i := range n - 1 {
		customers = append(customers, corp(100+i, fmt.Sprintf("Client %d", i), 1))
	}
	return customers
}

// limitRate connects the tenant to a paged fake Heimdal that refuses more calls a minute, by the given clock.
func (w *tenant) limitRate(perMinute int, clock *skippingClock, customers []customer) {
	w.Helper()
	w.replaceHeimdal(func(c *fakeheimdal.Config) {
		c.PerMinute, c.Now, c.Customers = perMinute, clock.Now, customers
		c.Shape = fakeheimdal.Shape{Form: fakeheimdal.Pages, PageSize: 2}
	})
}

// rateAndClock returns a change of the configuration to this rate of calls to Heimdal and this clock.
func rateAndClock(perMinute int, clock connector.Clock) func(*customersync.Config) {
	return func(c *customersync.Config) { c.Rates, c.Clock = heimdalRate(perMinute), clock }
}

// wantRate checks that the fake Heimdal had at most so many calls in any minute, and refused none.
func (w *tenant) wantRate(perMinute int) {
	w.Helper()
	calls := w.fake.Log()
	for i, call := range calls {
		if call.Status == 429 {
			w.Errorf("call %d: got status 429, want it accepted", i+1)
		}
		if i >= perMinute && call.At.Sub(calls[i-perMinute].At) < time.Minute {
			w.Errorf("calls %d to %d: got %s for all, want at least a minute", i+1-perMinute, i+1, call.At.Sub(calls[i-perMinute].At))
		}
	}
}

func TestPace(t *testing.T) {
	t.Parallel()
	t.Run("allows_five_calls_a_minute", testPaceAllowsFiveCallsAMinute)
	t.Run("counts_calls_of_failed_runs", testPaceCountsCallsOfFailedRuns)
	t.Run("is_shared_by_connections_with_one_key", testPaceIsSharedByConnectionsWithOneKey)
	t.Run("holds_across_a_restart", testPaceHoldsAcrossARestart)
	t.Run("command_waits_until_retry_time", testPaceCommandWaitsUntilRetryTime)
}

func testPaceAllowsFiveCallsAMinute(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newSkippingClock()
	w.limitRate(5, clock, numberedCustomers(24))
	first := w.newService(rateAndClock(5, clock))
	w.service = first
	for range 2 {
		if run := w.syncNow(); run.Status != portal.RunComplete || run.Calls != 12 {
			t.Fatalf("run: got %s (%s) after %d calls, want complete after 12", run.Status, errorText(run), run.Calls)
		}
	}
	// A new process knows nothing of the earlier calls.
	w.service = w.newService(rateAndClock(5, clock))
	w.mustEnd(portal.RunComplete)
	if n := w.fake.Calls(); n != 36 {
		t.Errorf("calls: got %d, want 36", n)
	}
	w.wantRate(5)
}

func testPaceCountsCallsOfFailedRuns(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newSkippingClock()
	w.limitRate(5, clock, numberedCustomers(4))
	for _, fault := range []fakeheimdal.Fault{
		fakeheimdal.Status401, fakeheimdal.HTML, fakeheimdal.Truncated, fakeheimdal.Status404,
		fakeheimdal.None, fakeheimdal.None, fakeheimdal.None,
	} {
		w.fake.SetFault(fault)
		w.service = w.newService(rateAndClock(5, clock))
		w.syncNow()
	}
	w.wantRate(5)
}

func testPaceIsSharedByConnectionsWithOneKey(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := w.another(t)
	clock := newSkippingClock()
	w.limitRate(5, clock, numberedCustomers(8))
	other.setBaseURL(w.fake.URL())
	w.service = w.newService(rateAndClock(5, clock))
	other.service = w.service
	for range 2 {
		w.syncNow()
		other.syncNow()
	}
	if n := w.fake.Calls(); n != 16 {
		t.Errorf("calls: got %d, want 16", n)
	}
	w.wantRate(5)
}

// testPaceHoldsAcrossARestart stops a server during a call, and starts another that continues its run.
func testPaceHoldsAcrossARestart(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newSkippingClock()
	const perMinute = 60 // a worker sleeps through such short waits
	w.limitRate(perMinute, clock, numberedCustomers(20))
	w.fake.Follow(fakeheimdal.Rule{Fault: fakeheimdal.Slow, Calls: []int{4}})
	stop := w.serveUntilStopped(rateAndClock(perMinute, clock))
	if _, err := w.service.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	w.waitUntil("the fourth call", func() bool { return w.fake.Calls() == 4 })
	stop()
	if n := value[int64](w, "select calls from sync_run where mssp_id = $1 and status = 'queued'", w.ID); n != 3 {
		t.Errorf("calls saved: got %d, want 3", n)
	}
	w.serve(rateAndClock(perMinute, clock))
	w.waitForCount(1, "select count(*) from sync_run where status = 'complete'")
	var asked []string
	for _, call := range w.fake.Log() {
		asked = append(asked, call.Page)
	}
	if got, want := fmt.Sprint(asked), "[ 2 3 4 4 5 6 7 8 9 10]"; got != want {
		t.Errorf("pages requested: got %s, want %s", got, want)
	}
	for i, call := range w.fake.Log()[1:] {
		if since := call.At.Sub(w.fake.Log()[i].At); since < time.Minute/perMinute {
			t.Errorf("call %d: got %s after the one before, want at least %s", i+2, since, time.Minute/perMinute)
		}
	}
	if n := value[int64](w, "select count(*) from client"); n != 19 {
		t.Errorf("clients: got %d, want 19", n)
	}
}

// serveUntilStopped starts a service that works on jobs. The function stop gives running jobs 50 milliseconds to end.
func (w *tenant) serveUntilStopped(change func(*customersync.Config)) (stop func()) {
	w.Helper()
	service := w.newService(func(c *customersync.Config) {
		c.Jobs = true
		change(c)
	})
	if err := service.Start(w.Context()); err != nil {
		w.Fatal(err)
	}
	return func() {
		w.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		if err := service.Stop(ctx); err != nil {
			w.Errorf("stop: %v", err)
		}
	}
}

// waitUntil waits until done returns true; what says for what it waits. If it does not, the test shows the service's log.
func (w *tenant) waitUntil(what string, done func() bool) {
	w.Helper()
	held := false
	defer func() {
		if !held {
			w.Log(w.log.String())
		}
	}()
	wait.Until(w, 30*time.Second, what, done)
	held = true
}

// testPaceCommandWaitsUntilRetryTime: a command continues a run that Heimdal has asked to retry later.
func testPaceCommandWaitsUntilRetryTime(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newSkippingClock()
	w.limitRate(60, clock, numberedCustomers(3))
	w.service = w.newService(rateAndClock(60, clock))
	if _, err := w.service.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	until := clock.Now().Add(5 * time.Minute)
	w.Exec("update sync_run set retry_at = $2 where mssp_id = $1", w.ID, until)
	w.mustEnd(portal.RunComplete)
	if first := w.fake.Log()[0].At; first.Before(until) || first.After(until.Add(time.Second)) {
		t.Errorf("first call: got %s, want %s", first, until)
	}
}
