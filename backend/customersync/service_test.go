package customersync_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit/fakeheimdal"
	"fs-client-portal/backend/testkit/wait"
)

func TestProgress(t *testing.T) {
	t.Parallel()
	t.Run("is_reported_at_each_step", testProgressIsReportedAtEachStep)
	t.Run("is_limited_during_a_call", testProgressIsLimitedDuringACall)
}

func testProgressIsReportedAtEachStep(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.fake.SetCustomers(clientsOfOneMSP(3))
	var reported []string
	_, err := w.service.RunNow(t.Context(), w.ID, func(r portal.SyncRun) {
		reported = append(reported, string(r.Status)+map[bool]string{true: " seen", false: ""}[r.Seen == 4])
	})
	if diff := cmp.Diff([]string{"running", "running seen", "running seen", "complete seen"}, reported); diff != "" || err != nil {
		t.Errorf("got the error %v, want none; progress (-want +got):\n%s", err, diff)
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	t.Run("concurrent_ones_create_one_run", testRequestConcurrentOnesCreateOneRun)
}

func testRequestConcurrentOnesCreateOneRun(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var group sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		group.Go(func() { _, errs[i] = w.service.Request(t.Context(), w.admin) })
	}
	wait.Group(t, time.Minute, "the concurrent requests", &group)
	accepted := 0
	for _, err := range errs {
		if err == nil {
			accepted++
		} else if portal.ErrorCode(err) != portal.SyncRunning {
			t.Errorf("refusal: got %v, want %s", err, portal.SyncRunning)
		}
	}
	jobs := value[int64](w, "select count(*) from river.river_job where kind = 'sync_run'")
	runs := value[int64](w, "select count(*) from sync_run where status = 'queued' and trigger = 'manual' and requested_by is not null")
	if accepted != 1 || jobs != 1 || runs != 1 {
		t.Errorf("got %d accepted, %d jobs, %d runs; want one of each", accepted, jobs, runs)
	}
}

func TestRunNow(t *testing.T) {
	t.Parallel()
	t.Run("works_on_queued_but_not_running_run", testRunNowWorksOnQueuedButNotRunningRun)
	t.Run("cancelled_run_is_interrupted", testRunNowCancelledRunIsInterrupted)
	t.Run("fails_after_a_day", testRunNowFailsAfterADay)
	t.Run("waits_in_the_foreground", testRunNowWaitsInTheForeground)
}

func testRunNowWorksOnQueuedButNotRunningRun(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.fake.SetCustomers(clientsOfOneMSP(3))
	queued, err := w.service.Request(t.Context(), w.admin)
	if err != nil {
		t.Fatal(err)
	}
	if run := w.syncNow(); run.ID != queued.ID || run.Status != portal.RunComplete || run.Trigger != "manual" {
		t.Errorf("run: got %+v, want the queued %s, complete", run, queued.ID)
	}
	if _, err = w.service.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	w.takeLease()
	if _, err := w.service.RunNow(t.Context(), w.ID, nil); portal.ErrorCode(err) != portal.SyncRunning {
		t.Errorf("command beside a running run: got %v, want %s", err, portal.SyncRunning)
	}
	if _, err := w.service.Request(t.Context(), w.admin); portal.ErrorCode(err) != portal.SyncRunning {
		t.Errorf("request beside a running run: got %v, want %s", err, portal.SyncRunning)
	}
}

func testRunNowCancelledRunIsInterrupted(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(clientsOfOneMSP(3)...)
	before := w.Everything()
	w.fake.SetFault(fakeheimdal.Slow)
	ctx, cancel := context.WithTimeout(t.Context(), wait.Timeout(time.Minute))
	defer cancel()
	go func() {
		for w.fake.Calls() < 2 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	run, err := w.service.RunNow(ctx, w.ID, nil)
	if err != nil || run.Status != portal.RunFailed || *run.ErrorCode != "interrupted" || w.Everything() != before {
		t.Errorf("cancelled run: got %+v, %v; want failed by interrupted, no rows written", run, err)
	}
}

func TestRuns(t *testing.T) {
	t.Parallel()
	t.Run("are_listed_newest_first_within_mssp", testRunsAreListedNewestFirstWithinMSSP)
}

func testRunsAreListedNewestFirstWithinMSSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := w.another(t)
	theirs := other.complete(clientsOfOneMSP(1)...)
	var want []string
	for range 3 {
		want = append([]string{w.complete(clientsOfOneMSP(2)...).ID}, want...)
	}
	var got []string
	q := portal.SyncQuery{Limit: 2}
	for {
		page, err := w.DB.Runs(t.Context(), w.admin, q)
		if err != nil || page.Total != 3 || page.DataAsOf == nil {
			t.Fatalf("page: got %+v, %v; want a total of 3 with its age", page, err)
		}
		for _, run := range page.Items {
			got = append(got, run.ID)
			if run.ProductName != "Heimdal" {
				t.Errorf("got product name %q, want Heimdal", run.ProductName)
			}
		}
		if page.NextCursor == nil {
			break
		}
		q.Cursor = *page.NextCursor
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
	for _, id := range []string{theirs.ID, postgres.NewID(), "x"} {
		if _, err := w.DB.Run(t.Context(), w.admin, id); portal.ErrorCode(err) != portal.NotFound {
			t.Errorf("run %q: got %v, want %s", id, err, portal.NotFound)
		}
	}
	if _, err := w.DB.Runs(t.Context(), w.admin, portal.SyncQuery{Limit: 2, Cursor: "forged"}); portal.ErrorCode(err) != portal.Invalid {
		t.Errorf("forged cursor: got %v, want %s", err, portal.Invalid)
	}
}

func testProgressIsLimitedDuringACall(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newManualClock()
	w.service = w.newService(func(c *customersync.Config) {
		c.Clock = clock
		w.scriptedCalls(func(state connector.State, add addFunc) (connector.State, error) {
			if err := addClients(add, 0, 20_001, "Client"); err != nil {
				return state, err
			}
			return connector.State{Done: true, Progress: connector.Progress{Calls: 1, Seen: 20_001}}, nil
		})(c)
	})
	var seen []int64
	run, err := w.service.RunNow(t.Context(), w.ID, func(r portal.SyncRun) {
		if r.Calls == 0 && r.Seen > 0 {
			seen = append(seen, r.Seen)
		}
	})
	if err != nil || run.Status != portal.RunComplete || fmt.Sprint(seen) != "[5000]" {
		t.Errorf("got %s, %v, customers seen %v; want complete, [5000] while the clock is still", run.Status, err, seen)
	}
}

func testRunNowFailsAfterADay(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newManualClock()
	w.service = w.newService(func(c *customersync.Config) {
		c.Clock = clock
		w.scriptedCalls(func(state connector.State, add addFunc) (connector.State, error) {
			clock.move(time.Hour)
			return addNext(state, 1_000_000, add)
		})(c)
	})
	w.mustFail("timeout")
	if n := value[int64](w, "select count(*) from sync_customer"); n != 0 {
		t.Errorf("staged rows: got %d, want none", n)
	}
}

func testRunNowWaitsInTheForeground(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newManualClock()
	w.service = w.newService(func(c *customersync.Config) {
		c.Clock = clock
		w.scripted(func(ctx context.Context, o connector.Options, state connector.State,
			add addFunc) (connector.State, error) {
			o.Waiting(o.Clock.Now().Add(time.Hour))
			if err := o.Clock.Sleep(ctx, time.Hour); err != nil {
				return state, err
			}
			o.Waiting(time.Time{})
			return addNext(state, 2, add)
		})(c)
	})
	var waits int
	run, err := w.service.RunNow(t.Context(), w.ID, func(r portal.SyncRun) {
		if r.RetryAt != nil {
			waits++
		}
	})
	if err != nil || run.Status != portal.RunComplete || run.RetryAt != nil {
		t.Errorf("run: got %+v, %v; want complete without a retry time", run, err)
	}
	if waits != 2 || fmt.Sprint(clock.slept) != "[1h0m0s 1h0m0s]" {
		t.Errorf("got %d waits reported and %v slept, want 2 of an hour each", waits, clock.slept)
	}
}
