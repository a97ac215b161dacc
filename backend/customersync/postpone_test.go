package customersync_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/customersync"
)

// makeJobsDue makes postponed jobs available at once.
func (w *tenant) makeJobsDue() {
	w.Helper()
	w.Exec("update river.river_job set state = 'available', scheduled_at = now() where kind = 'sync_run' and state = 'scheduled'")
}

func TestPostponedRun(t *testing.T) {
	t.Parallel()
	t.Run("keeps_what_was_read", testPostponedRunKeepsWhatWasRead)
	t.Run("leaves_its_worker_to_others", testPostponedRunLeavesItsWorkerToOthers)
	t.Run("returns_to_queue_after_time_slice", testPostponedRunReturnsToQueueAfterTimeSlice)
}

func testPostponedRunKeepsWhatWasRead(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newManualClock()
	var made []int64
	w.serve(func(c *customersync.Config) {
		c.Clock = clock
		w.scripted(func(ctx context.Context, o connector.Options, state connector.State,
			add addFunc) (connector.State, error) {
			if state.Progress.Calls == 2 && state.Refusals == 0 {
				state.Refusals++
				if err := o.Clock.Sleep(ctx, time.Hour); err != nil {
					return state, err
				}
			}
			made = append(made, state.Progress.Calls+1)
			return addNext(state, 3, add)
		})(c)
	})
	if _, err := w.service.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	w.waitForCount(1, "select count(*) from sync_run where status = 'queued' and calls = 2 and staged = 2 and heartbeat_at is null")
	w.waitForCount(1, `
		select count(*)
		from river.river_job
		where kind = 'sync_run' and state = 'scheduled' and scheduled_at > now() + interval '50 minutes'`)
	if n := value[int64](w, `
		select count(*)
		from sync_run
		where retry_at > now() + interval '50 minutes' and (state->>'refusals')::int = 1`); n != 1 {
		t.Errorf("runs with their retry time and one refusal: got %d, want 1", n)
	}
	// A job that is worked too soon is postponed again.
	w.makeJobsDue()
	w.waitForCount(1, "select count(*) from sync_run where status = 'queued' and attempt = 2")
	w.waitForCount(1, "select count(*) from river.river_job where kind = 'sync_run' and state = 'scheduled'")
	clock.move(2 * time.Hour)
	w.makeJobsDue()
	w.waitForCount(1, "select count(*) from sync_run where status = 'complete' and retry_at is null and added = 3")
	if fmt.Sprint(made) != "[1 2 3]" {
		t.Errorf("calls: got %v, want [1 2 3]", made)
	}
}

func testPostponedRunLeavesItsWorkerToOthers(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	const more = 24 // more than there are workers
	for range more {
		other := w.another(t)
		if _, err := other.service.Request(t.Context(), other.admin); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.service.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	w.Exec("update mssp_product set customer_id = '18' where mssp_id <> $1", w.ID)
	w.serve(func(c *customersync.Config) { c.Connectors = []connector.Connector{waitingConnector{}} })
	w.waitForCount(1, "select count(*) from sync_run where status = 'complete'")
	w.waitForCount(more, "select count(*) from sync_run where status = 'queued' and retry_at is not null")
}

// waitingConnector is a connector whose calls about customer 18 wait for an hour first.
type waitingConnector struct{ script }

func (waitingConnector) Open(s connector.Settings, _ string, o connector.Options) (connector.Reader, error) {
	return scriptReader{func(ctx context.Context, o connector.Options, state connector.State,
		add addFunc) (connector.State, error) {
		if s.CustomerID == "18" {
			if err := o.Clock.Sleep(ctx, time.Hour); err != nil {
				return state, err
			}
		}
		return addNext(state, 1, add)
	}, o}, nil
}

func testPostponedRunReturnsToQueueAfterTimeSlice(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newManualClock()
	w.serve(func(c *customersync.Config) {
		c.Clock = clock
		w.scriptedCalls(func(state connector.State, add addFunc) (connector.State, error) {
			clock.move(40 * time.Second)
			return addNext(state, 5, add)
		})(c)
	})
	if _, err := w.service.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	// A time slice of a minute ends after two calls of 40 seconds, so five calls need three slices.
	w.waitForCount(1, "select count(*) from sync_run where status = 'complete' and attempt = 3 and calls = 5")
}
