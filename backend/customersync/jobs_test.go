package customersync_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/fakeheimdal"
	"fs-client-portal/backend/testkit/wait"
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
	w.fake.SetCustomers(clientsOfOneMSP(3))
	finished := make(chan portal.SyncRun, 1)
	w.serve(func(c *customersync.Config) { c.Finished = func(r portal.SyncRun) { finished <- r } })
	// Another process queues the run, and works on none.
	run, err := w.service.Request(t.Context(), w.admin)
	if err != nil || run.Status != portal.RunQueued {
		t.Fatalf("request: got %+v, %v; want queued", run, err)
	}
	w.waitForCount(1, "select count(*) from sync_run where status = 'complete'")
	if done := wait.For(t, 30*time.Second, "a call of Config.Finished", finished); done.ID != run.ID || done.Added != 4 {
		t.Errorf("finished run: got %+v, want %s with 4 added", done, run.ID)
	}
	if n := value[int64](w, "select count(*) from sync_run"); n != 1 {
		t.Errorf("runs: got %d, want 1; the schedule omits new connections for a minute", n)
	}
}

func testJobServerRecoversDeadRunsAndLostJobs(t *testing.T) {
	t.Parallel()
	died := newTenant(t)
	lost, fetched := died.another(t), died.another(t)
	command, fatal := died.another(t), died.another(t)
	for _, w := range []*tenant{died, lost, fetched, command, fatal} {
		w.fake.SetCustomers(clientsOfOneMSP(3))
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
	fatal.Exec("update sync_run set deaths = 2 where mssp_id = $1", fatal.ID)
	died.serve(func(*customersync.Config) {})
	for w, want := range map[*tenant]portal.RunStatus{
		died: portal.RunComplete, lost: portal.RunComplete, fetched: portal.RunComplete, command: portal.RunFailed, fatal: portal.RunFailed,
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
			t.Fatalf("jobs of a run whose job has %s: got %d, want 1", state, n)
		}
	}
	// A job that has ended cannot work on the run: that of the reading before a review, or that of a run a command
	// continued.
	for i, state := range []string{"completed", "cancelled", "discarded"} {
		w.Exec("update river.river_job set state = '" + state + "', finalized_at = now()")
		if err := w.service.ReplaceLostJobs(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := value[int64](w, "select count(*) from river.river_job where state = 'available'"); n != 1 {
			t.Errorf("available jobs after %d that are %s: got %d, want 1", i+1, state, n)
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
	w.fake.SetCustomers(clientsOfOneMSP(3))
	w.fake.SetFault(fakeheimdal.Slow)
	first := w.newService(func(c *customersync.Config) { c.Jobs = true })
	if err := first.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	w.waitForCount(1, "select count(*) from sync_run where status = 'running'")
	w.waitUntil("the first call", func() bool { return w.fake.Calls() > 0 })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := first.Stop(ctx); err != nil {
		t.Errorf("stop: got %v, want no error", err)
	}
	if n := value[int64](w, "select count(*) from sync_run where status = 'queued'"); n != 1 {
		t.Fatalf("queued runs after the stop: got %d, want 1\n%s", n, w.log.String())
	}
	w.fake.SetFault(fakeheimdal.None)
	w.serve(func(*customersync.Config) {})
	w.waitForCount(1, "select count(*) from sync_run where status = 'complete' and attempt = 2")
}

func testServerStopLetsAShortRunFinish(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.fake.SetCustomers(clientsOfOneMSP(3))
	w.fake.SetFault(fakeheimdal.Slow)
	server := w.newService(func(c *customersync.Config) {
		c.Jobs, c.HTTPClient = true, &http.Client{Timeout: wait.Timeout(300 * time.Millisecond)}
	})
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	w.waitForCount(1, "select count(*) from sync_run where status = 'running'")
	w.stop(server)
	if n := value[int64](w, "select count(*) from sync_run where status = 'failed' and error_code = 'timeout'"); n != 1 {
		t.Errorf("runs failed by timeout: got %d, want 1\n%s", n, w.log.String())
	}
}
