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
	run, err := w.DB.FailRun(context.Background(), w.lease(), "timeout", "Heimdal did not respond in time.")
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
		w.Fatalf("run: got %s (%v), want needs_review", run.Status, err)
	}
	return run
}

// discard discards a run that needs review, as the admin.
func (w *tenant) discard(run portal.SyncRun) {
	w.Helper()
	if _, err := w.DB.DiscardRun(context.Background(), w.admin, run.ID); err != nil {
		w.Fatal(err)
	}
}

func TestRemoval(t *testing.T) {
	t.Parallel()
	t.Run("counts_complete_runs_of_same_connection", testRemovalCountsCompleteRunsOfSameConnection)
	t.Run("follows_ten_complete_runs_by_default", testRemovalFollowsTenCompleteRunsByDefault)
	t.Run("includes_customers_without_missing_time", testRemovalIncludesCustomersWithoutMissingTime)
	t.Run("keeps_time_last_seen", testRemovalKeepsTimeLastSeen)
	t.Run("return_clears_missing_time", testRemovalReturnClearsMissingTime)
	t.Run("is_undone_on_same_row", testRemovalIsUndoneOnSameRow)
}

func testRemovalCountsCompleteRunsOfSameConnection(t *testing.T) {
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
	for n, want := range []int64{0, 1} {
		if run := w.complete(crowd(39)); run.Removed != want {
			t.Errorf("customers removed by complete run %d since one is missing: got %d, want %d", n+1, run.Removed, want)
		}
	}
}

func testRemovalFollowsTenCompleteRunsByDefault(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(2))
	w.complete(crowd(1))
	for n := range 10 {
		if run := w.complete(crowd(1)); (run.Removed == 1) != (n == 9) {
			t.Errorf("customers removed by complete run %d since one is missing: got %d, want 1 by run 10 only", n+1, run.Removed)
		}
	}
}

// Customers that went missing before the column missing_at existed have none.
func testRemovalIncludesCustomersWithoutMissingTime(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.rules.RemoveAfterRuns = 1
	w.complete(crowd(2))
	w.complete(crowd(1))
	w.Exec("update client set missing_at = null")
	if run := w.complete(crowd(1)); run.Removed != 1 {
		t.Errorf("customers removed: got %d, want 1", run.Removed)
	}
}

func testRemovalKeepsTimeLastSeen(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.rules.RemoveAfterRuns = 1
	seenIn := w.complete(crowd(2))
	w.failed()
	w.second().complete(crowd(1))
	w.complete(crowd(1))
	lastSeen := value[string](w, "select read_at::text from sync_run where id = $1", seenIn.ID)
	for _, status := range []string{"missing", "removed"} {
		got := value[string](w, `
			select status || ' ' || last_seen_at::text
			from client
			where external_id = '101' and mssp_product_id = $1`, w.connection)
		if diff := cmp.Diff(status+" "+lastSeen, got); diff != "" {
			t.Errorf("status and time last seen (-want +got):\n%s", diff)
		}
		w.complete(crowd(1))
	}
}

func testRemovalReturnClearsMissingTime(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	both := []portal.Customer{msp("1", "North"), msp("2", "South")}
	w.complete(both)
	w.complete(both[:1])
	if got := value[int64](w, "select count(*) from msp where status = 'missing' and missing_at is not null"); got != 1 {
		t.Errorf("missing MSPs with the time since when: got %d, want 1", got)
	}
	w.complete(both)
	if got := value[int64](w, "select count(*) from msp where status = 'active' and missing_at is null"); got != 2 {
		t.Errorf("active MSPs without a missing time after the return: got %d, want 2", got)
	}
}

func testRemovalIsUndoneOnSameRow(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.rules.RemoveAfterRuns = 2
	all := []portal.Customer{msp("1", "North"), msp("2", "South"), client("3", "Client", "1"), client("4", "Stays", "2")}
	w.complete(all)
	id := value[string](w, "select id::text from client where external_id = '3'")
	few := []portal.Customer{client("4", "Stays", "2")}
	if run := w.complete(few); run.Missing != 3 || run.Removed != 0 {
		t.Errorf("run without three customers: got %d missing and %d removed, want 3 and 0", run.Missing, run.Removed)
	}
	before := w.Everything()
	if run := w.complete(few); run.Removed != 0 || w.Everything() != before {
		t.Errorf("next run: got %d removed, want 0 and no row written", run.Removed)
	}
	run := w.complete(few)
	if diff := cmp.Diff([]string{"client 3 removed", "msp 1 removed"}, w.Changes(run)); diff != "" || run.Removed != 2 {
		t.Errorf("second run after: got %d removed, want 2; history (-want +got):\n%s", run.Removed, diff)
	}
	w.CheckCounts(t.Errorf)
	before = w.Everything()
	if w.complete(few); w.Everything() != before {
		t.Error("run after the removal wrote rows, want none: a client names MSP 2, and the others are removed already")
	}
	run = w.complete(all)
	want := []string{"client 3 returned", "msp 1 returned", "msp 2 returned"}
	if diff := cmp.Diff(want, w.Changes(run)); diff != "" || run.Returned != 3 || run.Changed != 3 || run.Added != 0 {
		t.Errorf("run with all customers: got %+v, want 3 returned and changed, 0 added; history (-want +got):\n%s", run, diff)
	}
	got := value[string](w, `
		select concat_ws(' ', c.id, c.status, m.external_id)
		from client c
		join msp m on m.id = c.msp_id
		where c.external_id = '3' and c.missing_at is null`)
	if want := id + " active 1"; got != want {
		t.Errorf("row of the returned client: got %q, want %q", got, want)
	}
	w.CheckCounts(t.Errorf)
}
