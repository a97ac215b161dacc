package customersync_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/heimdalstand"
)

func TestJob(t *testing.T) {
	t.Parallel()
	t.Run("server_works_on_requested_run", testJobServerWorksOnRequestedRun)
	t.Run("server_recovers_dead_runs_and_lost_jobs", testJobServerRecoversDeadRunsAndLostJobs)
	t.Run("queued_run_has_one_job", testJobQueuedRunHasOneJob)
}

func testJobServerWorksOnRequestedRun(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.stand.SetCustomers(clientsOfOneMSP(3))
	finished := make(chan portal.SyncRun, 1)
	w.serve(func(c *customersync.Config) { c.Finished = func(r portal.SyncRun) { finished <- r } })
	// Another process, which only queues.
	run, err := w.service.Request(t.Context(), w.admin)
	if err != nil || run.Status != portal.RunQueued {
		t.Fatalf("requested %+v, %v", run, err)
	}
	w.waitForCount(1, "select count(*) from sync_run where status = 'complete'")
	if done := <-finished; done.ID != run.ID || done.Added != 4 {
		t.Errorf("finished %+v", done)
	}
	if n := value[int64](w, "select count(*) from sync_run"); n != 1 {
		t.Errorf("%d runs; a new connection should be left to its operator for a minute", n)
	}
}

func testJobServerRecoversDeadRunsAndLostJobs(t *testing.T) {
	t.Parallel()
	died := newTenant(t)
	lost, fetched := died.another(t), died.another(t)
	command, cursed := died.another(t), died.another(t)
	for _, w := range []*tenant{died, lost, fetched, command, cursed} {
		w.stand.SetCustomers(clientsOfOneMSP(3))
		if _, err := w.service.Request(t.Context(), w.admin); err != nil {
			t.Fatal(err)
		}
		if w != lost && w != fetched {
			w.takeLease()
		}
	}
	died.expireHeartbeats()
	died.Exec("update river.river_job set state = 'running', attempted_at = now() - interval '1 minute', attempt = 1")
	lost.Exec("delete from river.river_job where args->>'mssp_id' = $1", lost.ID)
	lost.Exec("update sync_run set created_at = now() - interval '1 minute' where status = 'queued'")
	command.Exec("update sync_run set trigger = 'command' where mssp_id = $1", command.ID)
	cursed.Exec("update sync_run set deaths = 2 where mssp_id = $1", cursed.ID)
	died.serve(func(*customersync.Config) {})
	for w, want := range map[*tenant]portal.RunStatus{
		died: portal.RunComplete, lost: portal.RunComplete, fetched: portal.RunComplete, command: portal.RunFailed, cursed: portal.RunFailed,
	} {
		w.waitForCount(1, "select count(*) from sync_run where status = '"+string(want)+"' and mssp_id = '"+w.ID+"'")
	}
}

func testJobQueuedRunHasOneJob(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	if _, err := w.service.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	w.Exec("update sync_run set created_at = now() - interval '1 hour'")
	for _, state := range []string{"state = 'available'", "state = 'scheduled'", "state = 'running', attempted_at = now()"} {
		w.Exec("update river.river_job set " + state)
		if err := w.service.ReplaceLostJobs(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := value[int64](w, "select count(*) from river.river_job"); n != 1 {
			t.Fatalf("%d jobs where one has %s", n, state)
		}
	}
	// Those that are over will not take it up: of an accepted run's first reading, of a run a command had taken up.
	for i, state := range []string{"completed", "cancelled", "discarded"} {
		w.Exec("update river.river_job set state = '" + state + "', finalized_at = now()")
		if err := w.service.ReplaceLostJobs(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := value[int64](w, "select count(*) from river.river_job where state = 'available'"); n != 1 {
			t.Errorf("%d jobs are to do a run that had %d others, %s", n, i+1, state)
		}
	}
}

func TestServerStop(t *testing.T) {
	t.Parallel()
	t.Run("returns_its_run_to_the_queue", testServerStopReturnsItsRunToTheQueue)
	t.Run("lets_a_short_run_finish", testServerStopLetsAShortRunFinish)
}

func testServerStopReturnsItsRunToTheQueue(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.stand.SetCustomers(clientsOfOneMSP(3))
	w.stand.Misbehave(heimdalstand.Slow)
	first := w.newService(func(c *customersync.Config) { c.Jobs = true })
	if err := first.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	w.waitForCount(1, "select count(*) from sync_run where status = 'running'")
	w.waitUntil("the first call", func() bool { return w.stand.Calls() > 0 })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := first.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
	if n := value[int64](w, "select count(*) from sync_run where status = 'queued'"); n != 1 {
		t.Fatalf("%d runs were handed back\n%s", n, w.log.String())
	}
	w.stand.Misbehave(heimdalstand.None)
	w.serve(func(*customersync.Config) {})
	w.waitForCount(1, "select count(*) from sync_run where status = 'complete' and attempt = 2")
}

func testServerStopLetsAShortRunFinish(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.stand.SetCustomers(clientsOfOneMSP(3))
	w.stand.Misbehave(heimdalstand.Slow)
	server := w.newService(func(c *customersync.Config) {
		c.Jobs, c.HTTPClient = true, &http.Client{Timeout: 300 * time.Millisecond}
	})
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	w.waitForCount(1, "select count(*) from sync_run where status = 'running'")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := server.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
	if n := value[int64](w, "select count(*) from sync_run where status = 'failed' and error_code = 'timeout'"); n != 1 {
		t.Errorf("the run was not ended\n%s", w.log.String())
	}
}
