package customersync_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit/wait"
)

func TestLease(t *testing.T) {
	t.Parallel()
	t.Run("heartbeat_continues_during_long_call", testLeaseHeartbeatContinuesDuringLongCall)
	t.Run("loss_cancels_the_call", testLeaseLossCancelsTheCall)
	t.Run("rows_of_interrupted_call_count_once", testLeaseRowsOfInterruptedCallCountOnce)
	t.Run("dead_run_does_not_block_the_next", testLeaseDeadRunDoesNotBlockTheNext)
	t.Run("merge_rolls_back_after_takeover", testLeaseMergeRollsBackAfterTakeover)
	t.Run("takeover_repeats_interrupted_call", testLeaseTakeoverRepeatsInterruptedCall)
}

func testLeaseHeartbeatContinuesDuringLongCall(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.service = w.newService(func(c *customersync.Config) {
		c.Takeover = 600 * time.Millisecond
		w.scriptedCalls(func(state connector.State, add addFunc) (connector.State, error) {
			w.Exec("update sync_run set heartbeat_at = now() - interval '1 second'")
			w.waitForCount(1, "select count(*) from sync_run where heartbeat_at > now() - interval '600 milliseconds'")
			return addNext(state, 1, add)
		})(c)
	})
	if run := w.syncNow(); run.Status != portal.RunComplete {
		t.Errorf("run: got %s (%s), want complete", run.Status, errorText(run))
	}
}

func testLeaseLossCancelsTheCall(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.service = w.newService(func(c *customersync.Config) {
		c.Takeover = 600 * time.Millisecond
		w.scripted(func(ctx context.Context, _ connector.Options, state connector.State, _ addFunc) (connector.State, error) {
			w.Exec("update sync_run set attempt = attempt + 1")
			select {
			case <-ctx.Done():
				return state, ctx.Err()
			case <-time.After(wait.Timeout(30 * time.Second)):
				t.Error("timed out waiting for the call to be cancelled")
				return state, errors.New("the call was not cancelled")
			}
		})(c)
	})
	if run, err := w.service.RunNow(t.Context(), w.ID, nil); !errors.Is(err, postgres.ErrLeaseLost) {
		t.Errorf("got %+v, %v; want %v", run, err, postgres.ErrLeaseLost)
	}
	if status := value[string](w, "select status from sync_run"); status != "running" {
		t.Errorf("run after the loss of its lease: got %s, want running", status)
	}
}

func testLeaseRowsOfInterruptedCallCountOnce(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var made []int64
	w.service = w.newService(w.scriptedCalls(func(state connector.State, add addFunc) (connector.State, error) {
		made = append(made, state.Progress.Calls+1)
		if len(made) == 2 {
			if err := addClients(add, 100, 7000, "Client"); err != nil {
				return state, err
			}
			w.waitForCount(1, `
				select count(*)
				from sync_run
				where heartbeat_at is not null and (select count(*) from sync_customer) > 5000`)
			w.Exec("update sync_run set attempt = attempt + 1")
			return state, postgres.ErrLeaseLost
		}
		return addNext(state, 3, add)
	}))
	if _, err := w.service.RunNow(t.Context(), w.ID, nil); !errors.Is(err, postgres.ErrLeaseLost) {
		t.Fatal(err)
	}
	w.Exec("update sync_run set status = 'queued'")
	if run := w.syncNow(); run.Status != portal.RunComplete || run.Seen != 3 || fmt.Sprint(made) != "[1 2 2 3]" {
		t.Errorf("got %+v after the calls %v, want 3 customers after [1 2 2 3]", run, made)
	}
}

// takeLease takes the lease of the queued run as another process.
func (w *tenant) takeLease() postgres.Lease {
	w.Helper()
	id, err := w.DB.QueuedRun(context.Background(), w.ID)
	if err != nil {
		w.Fatal(err)
	}
	lease, taken, err := w.DB.TakeRun(context.Background(), w.ID, id)
	if err != nil || !taken {
		w.Fatalf("lease of run %q: got %t, %v; want it", id, taken, err)
	}
	return lease
}

// expireHeartbeats sets the heartbeats of running runs a minute back, as if their processes had died.
func (w *tenant) expireHeartbeats() {
	w.Helper()
	w.Exec("update sync_run set heartbeat_at = now() - interval '1 minute' where status = 'running'")
}

func testLeaseDeadRunDoesNotBlockTheNext(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]func(*tenant) error{
		"command": func(w *tenant) error { w.complete(clientsOfOneMSP(3)...); return nil },
		"request": func(w *tenant) error { _, err := w.service.Request(context.Background(), w.admin); return err },
	} {
		w := newTenant(t)
		dead, err := w.service.Request(t.Context(), w.admin)
		if err != nil {
			t.Fatal(err)
		}
		lease := w.takeLease()
		w.expireHeartbeats()
		if err := next(w); err != nil {
			t.Errorf("%s after the death: got %v, want no error", name, err)
		}
		run, err := w.DB.Run(t.Context(), w.admin, dead.ID)
		if err != nil || run.Status != portal.RunFailed || run.ErrorCode == nil || *run.ErrorCode != "interrupted" {
			t.Errorf("%s: got the dead run %+v, %v; want failed by interrupted", name, run, err)
		}
		w.wantNoWrites(lease)
	}
}

// wantNoWrites checks that a process which has lost its lease cannot write.
func (w *tenant) wantNoWrites(lease postgres.Lease) {
	w.Helper()
	before := w.Everything()
	ctx := context.Background()
	writes := map[string]error{
		"stage":     w.DB.Stage(ctx, lease, 1, []portal.Customer{{Kind: portal.KindClient, ExternalID: "66", Name: "Ghost", Raw: []byte("{}")}}),
		"heartbeat": w.DB.Heartbeat(ctx, lease), "release": w.DB.ReleaseRun(ctx, lease),
		"postpone": w.DB.PostponeRun(ctx, lease, connector.State{}, time.Now()),
	}
	_, writes["fail"] = w.DB.FailRun(ctx, lease, "x", "x")
	_, writes["finish a call"] = w.DB.FinishCall(ctx, lease, connector.State{Done: true})
	_, writes["record the customers seen"] = w.DB.RecordSeen(ctx, lease, 1)
	_, writes["record a wait"] = w.DB.RecordWaiting(ctx, lease, time.Now())
	_, writes["resume"] = w.DB.ResumeReading(ctx, lease)
	for name, err := range writes {
		if !errors.Is(err, postgres.ErrLeaseLost) {
			w.Errorf("%s with a lost lease: got %v, want %v", name, err, postgres.ErrLeaseLost)
		}
	}
	if w.Everything() != before {
		w.Error("a lost lease wrote rows, want none")
	}
}

func testLeaseMergeRollsBackAfterTakeover(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(clientsOfOneMSP(3)...)
	before := w.Everything()
	w.fake.SetCustomers(clientsOfOneMSP(9))
	held, err := w.Owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := held.Exec(t.Context(), "select from mssp for update"); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := w.service.RunNow(t.Context(), w.ID, nil)
		done <- err
	}()
	defer held.Rollback(t.Context()) //nolint:errcheck // it is committed by then, unless the test has failed
	w.waitForCount(1, `
		select count(distinct l.pid)
		from pg_locks l
		where not l.granted
		and l.pid in (select a.pid from pg_stat_activity a where a.datname = current_database())`)
	// The run's row is not locked meanwhile, so heartbeats and other processes can write it.
	w.Exec("update sync_run set attempt = attempt + 1 where status = 'running'")
	if err := held.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := wait.For(t, time.Minute, "the run to end", done); !errors.Is(err, postgres.ErrLeaseLost) || w.Everything() != before {
		t.Errorf("got %v, or rows were written; want %v and no rows", err, postgres.ErrLeaseLost)
	}
}

func testLeaseTakeoverRepeatsInterruptedCall(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var mu sync.Mutex
	var made []int64
	died := make(chan struct{})
	play := w.scripted(func(ctx context.Context, _ connector.Options, state connector.State,
		add addFunc) (connector.State, error) {
		mu.Lock()
		made = append(made, state.Progress.Calls+1)
		first := len(made) == 3
		mu.Unlock()
		if first {
			if _, err := addNext(state, 4, add); err != nil {
				return state, err
			}
			close(died)
			<-ctx.Done()
			return state, ctx.Err()
		}
		return addNext(state, 4, add)
	})
	first := w.newService(func(c *customersync.Config) { c.Jobs, c.Takeover = true, time.Hour; play(c) })
	if err := first.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	wait.Signal(t, 30*time.Second, "the third call", died)
	w.expireHeartbeats()
	w.serve(play)
	w.waitForCount(1, `
		select count(*)
		from sync_run
		where status = 'complete' and added = 4 and seen = 4 and duplicates = 0 and deaths = 0 and attempt = 2`)
	mu.Lock()
	defer mu.Unlock()
	if fmt.Sprint(made) != "[1 2 3 3 4]" {
		t.Errorf("calls: got %v, want [1 2 3 3 4]", made)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := first.Stop(ctx); err != nil {
		t.Error(err)
	}
}
