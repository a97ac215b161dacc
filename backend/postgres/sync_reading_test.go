package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func TestStaging(t *testing.T) {
	t.Parallel()
	t.Run("survives_run_of_another_connection", testStagingSurvivesRunOfAnotherConnection)
	t.Run("lost_rows_restart_reading", testStagingLostRowsRestartReading)
	t.Run("lost_rows_reset_counts_of_run", testStagingLostRowsResetCountsOfRun)
	t.Run("rows_of_unfinished_call_are_discarded", testStagingRowsOfUnfinishedCallAreDiscarded)
}

func testStagingSurvivesRunOfAnotherConnection(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	reviewing, other := w.second(), w.second()
	reviewing.complete(crowd(40))
	review := reviewing.reviewed(crowd(2))
	lease := w.lease()
	w.stage(lease, 1, crowd(3))
	state := connector.State{Progress: connector.Progress{Calls: 1, Seen: 4}}
	if _, err := w.DB.FinishCall(context.Background(), lease, state); err != nil {
		t.Fatal(err)
	}
	if err := w.DB.ReleaseRun(context.Background(), lease); err != nil {
		t.Fatal(err)
	}
	ended := other.complete(crowd(1))
	staged := func(when, runID string, want int64) {
		t.Helper()
		if got := value[int64](w, "select count(*) from sync_customer where run_id = $1", runID); got != want {
			t.Errorf("staged rows of a run that %s: got %d, want %d", when, got, want)
		}
	}
	staged("is queued", lease.Run.ID, 4)
	staged("needs review", review.ID, 3)
	w.Exec("update sync_customer set run_id = $1 where run_id = $2", ended.ID, lease.Run.ID)
	other.complete(crowd(1))
	staged("has ended", ended.ID, 0)
}

func testStagingLostRowsRestartReading(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	w.read(lease, crowd(20))
	w.Exec("delete from sync_customer") // as after a crash of the database
	if _, err := w.DB.Merge(context.Background(), lease, w.rules, clientTypes); !errors.Is(err, postgres.ErrStagedLost) {
		t.Fatalf("merge: got %v, want %v", err, postgres.ErrStagedLost)
	}
	state, err := w.DB.ResumeReading(context.Background(), lease)
	if err != nil || state.Done || state.Progress.Calls != 0 {
		t.Fatalf("resumed state: got %+v (%v), want one without calls", state, err)
	}
	w.read(lease, crowd(20))
	if run, err := w.merge(lease); err != nil || run.Seen != 21 {
		t.Errorf("customers of the run read again: got %d (%v), want 21", run.Seen, err)
	}
}

func testStagingLostRowsResetCountsOfRun(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	w.read(lease, crowd(20))
	w.Exec("delete from sync_customer")
	if _, err := w.DB.ResumeReading(context.Background(), lease); err != nil {
		t.Fatal(err)
	}
	run, err := w.DB.Run(context.Background(), w.admin, lease.Run.ID)
	staged := value[int64](w, "select staged from sync_run")
	if err != nil || run.Calls != 0 || run.Seen != 0 || staged != 0 {
		t.Errorf("calls, customers and staged rows: got %d, %d, %d (%v), want 0 each", run.Calls, run.Seen, staged, err)
	}
	if state, err := w.DB.ResumeReading(context.Background(), lease); err != nil || state.Done {
		t.Errorf("state resumed again: got %+v (%v), want one that is not done", state, err)
	}
}

func testStagingRowsOfUnfinishedCallAreDiscarded(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	w.stage(lease, 1, crowd(20))
	state := connector.State{Progress: connector.Progress{Calls: 1, Seen: 21}}
	if _, err := w.DB.FinishCall(context.Background(), lease, state); err != nil {
		t.Fatal(err)
	}
	w.stage(lease, 2, []portal.Customer{client("77", "Half read", "")})
	if _, err := w.DB.Merge(context.Background(), lease, w.rules, clientTypes); err == nil {
		t.Error("merge before all calls are done: got no error, want one")
	}
	w.die(lease)
	next := w.take(lease.Run.ID)
	if err := w.DB.Stage(context.Background(), lease, 2, crowd(1)); !errors.Is(err, postgres.ErrLeaseLost) {
		t.Errorf("staging by the worker that lost the run: got %v, want %v", err, postgres.ErrLeaseLost)
	}
	w.read(next, crowd(20), []portal.Customer{client("9", "Direct", "")})
	run, err := w.merge(next)
	if err != nil || run.Status != portal.RunComplete || run.Seen != 22 || run.Calls != 2 {
		t.Errorf("resumed run: got %+v (%v), want complete with 22 customers of 2 calls", run, err)
	}
	if got := value[int64](w, "select count(*) from client where external_id = '77'"); got != 0 {
		t.Errorf("clients of the unfinished call: got %d, want 0", got)
	}
}

// recordRetryTime records that a run waits for an hour.
func (w *tenant) recordRetryTime(lease postgres.Lease) {
	w.Helper()
	run, err := w.DB.RecordWaiting(context.Background(), lease, time.Now().Add(time.Hour))
	if err != nil || run.RetryAt == nil {
		w.Fatalf("waiting run: got %+v (%v), want one with a retry time", run, err)
	}
}

func TestRetryTime(t *testing.T) {
	t.Parallel()
	t.Run("cleared_by_finished_call", func(t *testing.T) {
		testRetryTimeCleared(t, func(w *tenant, lease postgres.Lease) (portal.SyncRun, error) {
			return w.DB.FinishCall(context.Background(), lease, connector.State{Progress: connector.Progress{Calls: 1}})
		})
	})
	t.Run("cleared_by_failure", func(t *testing.T) {
		testRetryTimeCleared(t, func(w *tenant, lease postgres.Lease) (portal.SyncRun, error) {
			return w.DB.FailRun(context.Background(), lease, "timeout", "Heimdal did not respond in time.")
		})
	})
	t.Run("cleared_by_review", func(t *testing.T) {
		testRetryTimeCleared(t, func(w *tenant, lease postgres.Lease) (portal.SyncRun, error) {
			w.read(lease, crowd(1))
			w.recordRetryTime(lease)
			return w.DB.Merge(context.Background(), lease, w.rules, clientTypes)
		})
	})
}

// testRetryTimeCleared checks that a waiting run has no retry time after end.
func testRetryTimeCleared(t *testing.T, end func(*tenant, postgres.Lease) (portal.SyncRun, error)) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40))
	lease := w.lease()
	w.recordRetryTime(lease)
	if run, err := end(w, lease); err != nil || run.RetryAt != nil {
		t.Errorf("retry time: got %v (%v), want none", run.RetryAt, err)
	}
}
