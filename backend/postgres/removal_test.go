package postgres_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

// failed plays a run that fails.
func (w *tenant) failed() portal.SyncRun {
	w.t.Helper()
	run, err := w.db.FailRun(context.Background(), w.lease(), "timeout", "Heimdal did not answer in time.")
	if err != nil {
		w.t.Fatal(err)
	}
	return run
}

// reviewed plays a run that must need review.
func (w *tenant) reviewed(calls ...[]portal.Customer) portal.SyncRun {
	w.t.Helper()
	run, err := w.sync(calls...)
	if err != nil || run.Status != portal.RunNeedsReview {
		w.t.Fatalf("the run is %s: %v", run.Status, err)
	}
	return run
}

func (w *tenant) discard(run portal.SyncRun) {
	w.t.Helper()
	if _, err := w.db.DiscardRun(context.Background(), w.admin, run.ID); err != nil {
		w.t.Fatal(err)
	}
}

func TestOnlyItsOwnConnectionsCompleteRunsCountTowardsACustomersRemoval(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.rules.RemoveAfterRuns = 2
	other := w.second()
	w.complete(crowd(40))
	w.complete(crowd(39))
	for range 3 {
		w.failed()
		w.discard(w.reviewed(crowd(2)))
		other.complete(crowd(1))
	}
	if run := w.complete(crowd(39)); run.Removed != 0 {
		t.Errorf("one complete run after it went missing, among others of other kinds, %d are removed", run.Removed)
	}
	if run := w.complete(crowd(39)); run.Removed != 1 {
		t.Errorf("two complete runs after it went missing %d are removed", run.Removed)
	}
}

func TestTenCompleteRunsRemoveWhoIsMissingUnlessTheSettingSaysOtherwise(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(2))
	w.complete(crowd(1))
	for n := range 10 {
		if run := w.complete(crowd(1)); (run.Removed == 1) != (n == 9) {
			t.Errorf("%d complete runs after it went missing %d are removed", n+1, run.Removed)
		}
	}
}

func TestWhoWentMissingBeforeThatWasNotedIsRemovedToo(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.rules.RemoveAfterRuns = 1
	w.complete(crowd(2))
	w.complete(crowd(1))
	w.exec("update client set missing_at = null")
	if run := w.complete(crowd(1)); run.Removed != 1 {
		t.Errorf("the run says %+v", run)
	}
}

func TestWhoIsMissingWasLastSeenWhenItsConnectionLastHadIt(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.rules.RemoveAfterRuns = 1
	had := w.complete(crowd(2))
	w.failed()
	w.second().complete(crowd(1))
	w.complete(crowd(1))
	want := value[string](w, "select read_at::text from sync_run where id = $1", had.ID)
	for _, status := range []string{"missing", "removed"} {
		got := value[string](w, "select status || ' ' || last_seen_at::text from client where external_id = '101' and mssp_product_id = $1", w.connection)
		if diff := cmp.Diff(status+" "+want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		w.complete(crowd(1))
	}
}

func TestAnMSPThatComesBackIsNotMissingAnyMore(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	both := []portal.Customer{msp("1", "North"), msp("2", "South")}
	w.complete(both)
	w.complete(both[:1])
	if n := value[int64](w, "select count(*) from msp where status = 'missing' and missing_at is not null"); n != 1 {
		t.Errorf("%d MSPs say since when they are missing", n)
	}
	w.complete(both)
	if n := value[int64](w, "select count(*) from msp where status = 'active' and missing_at is null"); n != 2 {
		t.Errorf("%d of two MSPs are not missing", n)
	}
}

func TestAClientThatNamesAnMSPThatIsRemovedIsUnderNone(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.rules.RemoveAfterRuns = 1
	w.complete([]portal.Customer{msp("1", "North"), client("3", "Direct", "")})
	for range 2 {
		w.complete([]portal.Customer{client("3", "Direct", "")})
	}
	w.complete([]portal.Customer{client("3", "Direct", ""), client("4", "Late", "1")})
	if got := value[string](w, "select m.status || ' ' || (c.msp_id is null) from client c, msp m where c.external_id = '4'"); got != "removed true" {
		t.Errorf("MSP and client are %s", got)
	}
	w.checkCounts(t.Errorf)
}
