package postgres_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// requeue returns a run to the queue if its worker is dead and it may be tried again, and ends it if not.
func (w *tenant) requeue(runID string) {
	w.Helper()
	if err := w.DB.RequeueDeadRun(context.Background(), postgres.RunRef{MSSPID: w.ID, ID: runID}, noJob); err != nil {
		w.Fatal(err)
	}
}

func TestDeadRun(t *testing.T) {
	t.Parallel()
	t.Run("keeps_start_time_and_number_of_deaths", testDeadRunKeepsStartTimeAndNumberOfDeaths)
	t.Run("is_queued_again_after_two_deaths", testDeadRunIsQueuedAgainAfterTwoDeaths)
	t.Run("is_queued_with_one_new_job", testDeadRunIsQueuedWithOneNewJob)
	t.Run("fails_after_three_deaths_without_progress", testDeadRunFailsAfterThreeDeathsWithoutProgress)
	t.Run("loses_its_staged_rows_when_ended", testDeadRunLosesItsStagedRowsWhenEnded)
}

func testDeadRunKeepsStartTimeAndNumberOfDeaths(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	first := w.lease()
	lease := first
	for range 2 { // another worker takes the run before it is returned to the queue
		w.die(lease)
		lease = w.take(first.Run.ID)
	}
	if !lease.Run.StartedAt.Equal(*first.Run.StartedAt) {
		t.Errorf("start of the run: got %v, want %v as before", lease.Run.StartedAt, first.Run.StartedAt)
	}
	if _, taken, err := w.DB.TakeRun(context.Background(), w.ID, first.Run.ID); taken || err != nil {
		t.Errorf("taking a run with a live worker: got %v (%v), want false", taken, err)
	}
	requeued := func(when, want string) {
		t.Helper()
		w.requeue(first.Run.ID)
		if got := value[string](w, "select status from sync_run"); got != want {
			t.Errorf("status of the requeued run %s: got %s, want %s", when, got, want)
		}
	}
	requeued("while its worker is alive", "running")
	w.die(lease)
	requeued("after its third worker died", "failed")
}

func testDeadRunIsQueuedAgainAfterTwoDeaths(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	for range 2 {
		w.die(lease)
		w.requeue(lease.Run.ID)
		lease = w.take(lease.Run.ID)
	}
}

func testDeadRunIsQueuedWithOneNewJob(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	w.die(lease)
	var jobs []string
	enqueue := func(_ context.Context, _ pgx.Tx, run portal.SyncRun) error {
		jobs = append(jobs, fmt.Sprint(run.ID, " ", run.Status))
		return nil
	}
	ref := postgres.RunRef{MSSPID: w.ID, ID: lease.Run.ID}
	for range 2 { // the second time it is no longer dead
		if err := w.DB.RequeueDeadRun(context.Background(), ref, enqueue); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{lease.Run.ID + " queued"}; !slices.Equal(jobs, want) {
		t.Errorf("jobs of the run: got %q, want %q", jobs, want)
	}
}

func testDeadRunFailsAfterThreeDeathsWithoutProgress(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	id := lease.Run.ID
	for call := range 5 { // each worker finishes a call, so its death is not counted
		w.stage(lease, int64(call+1), []portal.Customer{client(fmt.Sprint(call), "A", "")})
		state := connector.State{Progress: connector.Progress{Calls: int64(call + 1), Seen: int64(call + 1)}}
		if _, err := w.DB.FinishCall(context.Background(), lease, state); err != nil {
			t.Fatal(err)
		}
		w.die(lease)
		w.requeue(id)
		lease = w.take(id)
	}
	for range 2 {
		w.die(lease)
		w.requeue(id)
		if next, taken, _ := w.DB.TakeRun(context.Background(), w.ID, id); taken {
			lease = next
		}
	}
	got := value[string](w, "select concat_ws(' ', status, error_code, (select count(*) from sync_customer)) from sync_run")
	if want := "failed interrupted 0"; got != want {
		t.Errorf("status, error code and staged rows: got %q, want %q", got, want)
	}
}

func testDeadRunLosesItsStagedRowsWhenEnded(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	w.stage(lease, 1, crowd(3))
	w.die(lease)
	if err := w.DB.EndDeadRuns(context.Background(), w.ID); err != nil {
		t.Fatal(err)
	}
	if got := value[int64](w, "select count(*) from sync_customer"); got != 0 {
		t.Errorf("staged rows: got %d, want 0", got)
	}
}
