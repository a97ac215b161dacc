package customersync_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit/heimdalstand"
	"fs-client-portal/backend/testkit/wait"
)

func TestEveryFaultFailsTheRunByNameAndChangesNothing(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.service = w.newService(func(c *customersync.Config) { c.HTTPClient = &http.Client{Timeout: 500 * time.Millisecond} })
	w.complete(many(30)...)
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
	w.complete(many(30)...)
	if strings.Contains(w.log.String(), apiKey) {
		t.Error("the key is in the log")
	}
}

func TestProgressIsToldStepByStep(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.stand.SetCustomers(many(3))
	var told []string
	_, err := w.service.RunNow(t.Context(), w.ID, func(r portal.SyncRun) {
		told = append(told, string(r.Status)+map[bool]string{true: " seen", false: ""}[r.Seen == 4])
	})
	if diff := cmp.Diff([]string{"running", "running seen", "running seen", "complete seen"}, told); diff != "" || err != nil {
		t.Errorf("%v, progress (-want +got):\n%s", err, diff)
	}
}

func TestOfManyRequestsAtOnceOneRuns(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var group sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		group.Go(func() { _, errs[i] = w.service.Request(t.Context(), w.admin) })
	}
	group.Wait()
	accepted := 0
	for _, err := range errs {
		if err == nil {
			accepted++
		} else if portal.ErrorCode(err) != portal.SyncRunning {
			t.Errorf("refused as %v", err)
		}
	}
	jobs := value[int64](w, "select count(*) from river.river_job where kind = 'sync_run'")
	runs := value[int64](w, "select count(*) from sync_run where status = 'queued' and trigger = 'manual' and requested_by is not null")
	if accepted != 1 || jobs != 1 || runs != 1 {
		t.Errorf("%d accepted, %d jobs, %d runs", accepted, jobs, runs)
	}
}

func TestACommandTakesUpAQueuedRunButNotARunningOne(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.stand.SetCustomers(many(3))
	queued, err := w.service.Request(t.Context(), w.admin)
	if err != nil {
		t.Fatal(err)
	}
	if run := w.again(); run.ID != queued.ID || run.Status != portal.RunComplete || run.Trigger != "manual" {
		t.Errorf("the queued run ended as %+v", run)
	}
	if _, err = w.service.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	w.take()
	if _, err := w.service.RunNow(t.Context(), w.ID, nil); portal.ErrorCode(err) != portal.SyncRunning {
		t.Errorf("beside a running run: %v", err)
	}
	if _, err := w.service.Request(t.Context(), w.admin); portal.ErrorCode(err) != portal.SyncRunning {
		t.Errorf("beside a running run, requested: %v", err)
	}
}

func TestAForegroundRunThatIsStoppedIsInterrupted(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(many(3)...)
	before := w.Everything()
	w.stand.Misbehave(heimdalstand.Slow)
	ctx, cancel := context.WithTimeout(t.Context(), wait.Timeout(time.Minute))
	defer cancel()
	go func() {
		for w.stand.Calls() < 2 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	run, err := w.service.RunNow(ctx, w.ID, nil)
	if err != nil || run.Status != portal.RunFailed || *run.ErrorCode != "interrupted" || w.Everything() != before {
		t.Errorf("the stopped run is %+v, %v", run, err)
	}
}

func TestRunsAreListedNewestFirstAndOnlyToTheirMSSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := w.another(t)
	theirs := other.complete(many(1)...)
	var want []string
	for range 3 {
		want = append([]string{w.complete(many(2)...).ID}, want...)
	}
	var got []string
	q := portal.SyncQuery{Limit: 2}
	for {
		page, err := w.DB.Runs(t.Context(), w.admin, q)
		if err != nil || page.Total != 3 || page.DataAsOf == nil {
			t.Fatalf("page %+v, %v", page, err)
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
			t.Errorf("run %q: %v", id, err)
		}
	}
	if _, err := w.DB.Runs(t.Context(), w.admin, portal.SyncQuery{Limit: 2, Cursor: "forged"}); portal.ErrorCode(err) != portal.Invalid {
		t.Errorf("a forged cursor: %v", err)
	}
}
