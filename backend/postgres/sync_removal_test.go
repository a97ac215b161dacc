package postgres_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

// failed plays a run that fails.
func (w *tenant) failed() portal.SyncRun {
	w.Helper()
	run, err := w.DB.FailRun(context.Background(), w.lease(), "timeout", "Heimdal did not answer in time.")
	if err != nil {
		w.Fatal(err)
	}
	return run
}

// reviewed plays a run that must need review.
func (w *tenant) reviewed(calls ...[]portal.Customer) portal.SyncRun {
	w.Helper()
	run, err := w.sync(calls...)
	if err != nil || run.Status != portal.RunNeedsReview {
		w.Fatalf("the run is %s: %v", run.Status, err)
	}
	return run
}

func (w *tenant) discard(run portal.SyncRun) {
	w.Helper()
	if _, err := w.DB.DiscardRun(context.Background(), w.admin, run.ID); err != nil {
		w.Fatal(err)
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
	w.Exec("update client set missing_at = null")
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
	w.CheckCounts(t.Errorf)
}

func TestWhoIsMissingForLongIsRemovedAndComesBackAsTheSameRow(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.rules.RemoveAfterRuns = 2
	all := []portal.Customer{msp("1", "North"), msp("2", "South"), client("3", "Client", "1"), client("4", "Stays", "2")}
	w.complete(all)
	id := value[string](w, "select id::text from client where external_id = '3'")
	few := []portal.Customer{client("4", "Stays", "2")}
	if run := w.complete(few); run.Missing != 3 || run.Removed != 0 {
		t.Errorf("the run after which they are missing says %+v", run)
	}
	before := w.Everything()
	if run := w.complete(few); run.Removed != 0 || w.Everything() != before {
		t.Errorf("one run later: %+v", run)
	}
	run := w.complete(few)
	if diff := cmp.Diff([]string{"client 3 removed", "msp 1 removed"}, w.Changes(run)); diff != "" || run.Removed != 2 {
		t.Errorf("two runs later %d are removed, history (-want +got):\n%s", run.Removed, diff)
	}
	w.CheckCounts(t.Errorf)
	before = w.Everything()
	if w.complete(few); w.Everything() != before {
		t.Error("an MSP that a client still names is removed, or who is removed is so again")
	}
	run = w.complete(all)
	want := []string{"client 3 returned", "msp 1 returned", "msp 2 returned"}
	if diff := cmp.Diff(want, w.Changes(run)); diff != "" || run.Returned != 3 || run.Changed != 3 || run.Added != 0 {
		t.Errorf("the run that has them again says %+v, history (-want +got):\n%s", run, diff)
	}
	got := value[string](w, "select c.id::text || c.status || m.external_id from client c join msp m on m.id = c.msp_id where c.external_id = '3' and c.missing_at is null")
	if got != id+"active1" {
		t.Errorf("the client came back as %s", got)
	}
	w.CheckCounts(t.Errorf)
}
