package sync_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/sync"
)

func TestPagedRunResumesAnInterruptedCheck(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	d := w.directory(many(60)...)
	w.ends(portal.RunComplete)
	d.checks()
	d.remove(110, 111, 112)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	d.before = func(d *directory, _ int) {
		if d.asked[len(d.asked)-1] == "111" {
			cancel()
		}
	}
	service := w.newService(func(c *sync.Config) { c.Takeover = time.Second })
	// The process is killed in the middle of its second check: it writes nothing of what it would write at its end.
	lease, taken, err := w.DB.TakeRun(t.Context(), w.ID, w.queued())
	if err != nil || !taken {
		t.Fatal(err)
	}
	if err := service.Work(ctx, lease); err == nil {
		t.Fatal("the run ended though its process died")
	}
	d.before = nil
	if left := value[string](w, "select (state->'check')::text from sync_run where id = $1", lease.Run.ID); left != `["111", "112"]` {
		t.Errorf("left to check: %s, want 111 and 112", left)
	}
	w.Exec("update sync_run set heartbeat_at = now() - interval '1 hour' where id = $1", lease.Run.ID)
	lease, taken, err = w.DB.TakeRun(t.Context(), w.ID, lease.Run.ID)
	if err != nil || !taken {
		t.Fatalf("taken up again: %t, %v", taken, err)
	}
	if err := service.Work(t.Context(), lease); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(d.checks()); got != "[110 111 111 112]" {
		t.Errorf("checked %s, want 110 once, 111 again, 112", got)
	}
	if n := value[int64](w, "select checked from sync_run where id = $1 and status = 'complete' and missing = 3", lease.Run.ID); n != 3 {
		t.Errorf("checked: got %d, want 3", n)
	}
}

// queued makes a run that no worker has taken up yet.
func (w *tenant) queued() string {
	w.Helper()
	run, err := w.DB.CreateRun(context.Background(), w.ID, w.connection.ID, "schedule", nil)
	if err != nil {
		w.Fatal(err)
	}
	return run.ID
}

func TestChecksKeepThePace(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newHandClock()
	d := w.directory(many(30)...)
	w.service = w.newService(func(c *sync.Config) { c.Clock, c.PerMinute = clock, 5 })
	w.ends(portal.RunComplete)
	d.checks()
	d.remove(110, 111, 112)
	var at []time.Time
	d.before = func(*directory, int) { at = append(at, clock.Now()) }
	run := w.ends(portal.RunComplete)
	if run.Checked != 3 || len(at) != 6 {
		t.Fatalf("run %+v with %d calls, want three checked in six", run, len(at))
	}
	for i, call := range at[1:] {
		if gap := call.Sub(at[i]); gap < 12*time.Second {
			t.Errorf("call %d came %s after the one before, want 12s", i+2, gap)
		}
	}
}
