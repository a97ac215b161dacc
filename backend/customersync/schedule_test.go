package customersync_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/testkit/wait"
)

func TestSchedule(t *testing.T) {
	t.Parallel()
	t.Run("syncs_due_connections_only", testScheduleSyncsDueConnectionsOnly)
	t.Run("continues_after_death_of_its_process", testScheduleContinuesAfterDeathOfItsProcess)
	t.Run("starts_with_longest_overdue", testScheduleStartsWithLongestOverdue)
	t.Run("failing_connection_blocks_no_other", testScheduleFailingConnectionBlocksNoOther)
	t.Run("failing_chore_blocks_no_other", testScheduleFailingChoreBlocksNoOther)
}

func testScheduleSyncsDueConnectionsOnly(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	paused := w.another(t)
	recent := w.another(t)
	other := w.another(t)
	recent.complete(clientsOfOneMSP(3)...)
	w.Exec("update mssp_product set created_at = now() - interval '1 day'")
	w.Exec("update mssp_product set paused = true where mssp_id = $1", paused.ID)
	ran := make(chan struct{}, 8)
	w.serve(func(c *customersync.Config) {
		c.Chores = map[string]func(context.Context) error{
			"tidy": func(context.Context) error { ran <- struct{}{}; return nil },
		}
	})
	w.waitForCount(2, "select count(*) from sync_run where status = 'complete' and trigger = 'schedule'")
	wait.Signal(t, 30*time.Second, "the chore", ran)
	for _, tenant := range []*tenant{w, paused, recent, other} {
		want := map[bool]int64{true: 1, false: 0}[tenant == w || tenant == other]
		if n := value[int64](w, "select count(*) from sync_run where trigger = 'schedule' and mssp_id = $1", tenant.ID); n != want {
			t.Errorf("scheduled runs: got %d, want %d", n, want)
		}
	}
}

func testScheduleContinuesAfterDeathOfItsProcess(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.fake.SetCustomers(clientsOfOneMSP(3))
	w.Exec("update mssp_product set paused = true")
	first := w.newService(func(c *customersync.Config) { c.Jobs, c.Every = true, time.Second })
	if err := first.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.waitForCount(1, "select least(count(*), 1) from river.river_job where kind = 'sync_schedule' and state = 'completed'")
	w.stop(first)
	w.Exec("update river.river_job set state = 'running', attempted_at = now(), finalized_at = null where kind = 'sync_schedule'")
	w.Exec("update mssp_product set paused = false, created_at = now() - interval '1 day'")
	w.serve(func(c *customersync.Config) { c.Every = time.Second })
	w.waitForCount(1, "select least(count(*), 1) from sync_run where status = 'complete' and trigger = 'schedule'")
}

func testScheduleStartsWithLongestOverdue(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	tenants := []*tenant{w.another(t), w, w.another(t), w.another(t)}
	w.Exec("update mssp_product set created_at = now() - interval '10 days'")
	for i, tenant := range tenants[1:] {
		tenant.complete(clientsOfOneMSP(1)...)
		w.Exec("update sync_run set created_at = now() - make_interval(hours => $2) where mssp_id = $1", tenant.ID, 9-i*3)
	}
	due, err := w.DB.Overdue(t.Context(), time.Hour)
	if err != nil || len(due) != len(tenants) {
		t.Fatalf("overdue connections: got %+v, %v; want %d", due, err, len(tenants))
	}
	for i, tenant := range tenants {
		if due[i].MSSPID != tenant.ID {
			t.Errorf("overdue connection %d: got MSSP %s, want %s", i+1, due[i].MSSPID, tenant.ID)
		}
	}
}

func testScheduleFailingConnectionBlocksNoOther(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := w.another(t)
	w.enableMail(1)
	w.fail(1)
	w.Exec("update mssp_product set created_at = now() - interval '1 day'")
	w.Exec("update sync_run set created_at = now() - interval '1 day'")
	w.Exec("alter table sync_run add constraint no_schedule check (trigger <> 'schedule' or mssp_id <> '" + other.ID + "')")
	if err := w.service.Schedule(t.Context()); err == nil {
		t.Error("schedule with a failing connection: got no error, want one")
	}
	due := value[int64](w, "select count(*) from sync_run where trigger = 'schedule' and mssp_id = $1", w.ID)
	mails := value[int64](w, "select count(*) from river.river_job where kind = 'sync_mail'")
	if due != 1 || mails != 1 {
		t.Errorf("got %d scheduled runs and %d mails, want one of each", due, mails)
	}
}

func testScheduleFailingChoreBlocksNoOther(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var done int
	fails := func(context.Context) error { done++; return errors.New("broken") }
	service := w.newService(func(c *customersync.Config) {
		c.Chores = map[string]func(context.Context) error{"one": fails, "another": fails, "third": fails}
	})
	if err := service.DoChores(t.Context()); err == nil || done != 3 {
		t.Errorf("got %d chores done, %v; want 3 and an error", done, err)
	}
}
