package sync_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	stdsync "sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/sync"
	"fs-client-portal/backend/testkit/heimdalstand"
)

func TestEveryFaultFailsTheRunByNameAndChangesNothing(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.service = w.newService(func(c *sync.Config) { c.HTTPClient = &http.Client{Timeout: 500 * time.Millisecond} })
	w.complete(many(30)...)
	before := w.everything()
	for _, test := range []struct {
		fault heimdalstand.Fault
		want  string
	}{
		{heimdalstand.Garbage, "garbage"}, {heimdalstand.Truncated, "truncated"}, {heimdalstand.HTML, "garbage"},
		{heimdalstand.Message200, "bad_key"}, {heimdalstand.Status500, "server_error"}, {heimdalstand.Slow, "timeout"},
	} {
		w.stand.Misbehave(test.fault)
		w.mustFail(test.want)
	}
	w.stand.Misbehave(heimdalstand.None)
	w.stand.SetCustomers([]customer{{"name": "no id", "type": "CORP"}})
	w.mustFail("garbage")
	w.stand.SetCustomers([]customer{corp(1, "A", nil), corp(1, "B", nil)})
	w.mustFail("duplicate_id")
	if w.everything() != before {
		t.Error("a failed run wrote rows")
	}
	w.complete(many(30)...)
	if strings.Contains(w.log.String(), apiKey) {
		t.Error("the key is in the log")
	}
}

func (w *tenant) mustFail(code string) {
	w.t.Helper()
	run := w.again()
	if run.Status != portal.RunFailed || run.ErrorCode == nil || *run.ErrorCode != code || run.Error == nil || *run.Error == "" || run.FinishedAt == nil {
		w.t.Errorf("the run ended as %s, %q; want %s", run.Status, said(run), code)
	}
	if strings.Contains(said(run), apiKey) {
		w.t.Errorf("the run shows the key: %s", said(run))
	}
}

func TestAConnectionThatCannotBeUsedFailsTheRunByName(t *testing.T) {
	t.Parallel()
	for column, want := range map[string]string{
		"api_key_sealed = 'sealed for something else'":                                                    "bad_secret",
		"api_key_sealed = convert_to('mssp_product.api_key:' || mssp_id || ':' || id || 'WRONG', 'utf8')": "bad_key",
		"base_url = 'http://dashboard.example.com'":                                                       "bad_connection",
		"base_url = 'http://127.0.0.1:1'":                                                                 "unreachable",
		"base_url = replace(base_url, 'http:', 'https:')":                                                 "tls",
		"base_url = base_url || '/v9'":                                                                    "not_found",
		"customer_id = '18'":                                                                              "bad_key",
	} {
		w := newTenant(t)
		w.complete(many(3)...)
		w.exec("update mssp_product set " + column)
		w.mustFail(want)
	}
}

func TestAReplacedKeyIsUsedByTheNextRun(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.exec("update mssp_product set api_key_sealed = convert_to('mssp_product.api_key:' || mssp_id || ':' || id || 'OLD', 'utf8')")
	w.mustFail("bad_key")
	w.exec("update mssp_product set api_key_sealed = $1", w.connection.APIKeySealed)
	w.complete(many(3)...)
}

func TestWithoutAConnectionThereIsNothingToSync(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	if _, err := w.service.RunNow(t.Context(), postgres.NewID(), nil); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("an unknown MSSP: %v", err)
	}
	if _, err := w.service.RunNow(t.Context(), "Fjord", nil); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("an MSSP by name: %v", err)
	}
	w.exec("update mssp_product set paused = true")
	if _, err := w.service.RunNow(t.Context(), w.connection.MSSPID, nil); portal.ErrorCode(err) != portal.NoProduct {
		t.Errorf("a paused connection: %v", err)
	}
	if _, err := w.service.Request(t.Context(), w.admin); portal.ErrorCode(err) != portal.NoProduct {
		t.Errorf("a paused connection, requested: %v", err)
	}
}

func TestProgressIsToldStepByStep(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.stand.SetCustomers(many(3))
	var told []string
	_, err := w.service.RunNow(t.Context(), w.connection.MSSPID, func(r portal.SyncRun) {
		told = append(told, string(r.Status)+map[bool]string{true: " seen", false: ""}[r.Seen == 4])
	})
	if diff := cmp.Diff([]string{"running", "running seen", "running seen", "complete seen"}, told); diff != "" || err != nil {
		t.Errorf("%v, progress (-want +got):\n%s", err, diff)
	}
}

func TestOfManyRequestsAtOnceOneRuns(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var group stdsync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		group.Go(func() { _, errs[i] = w.service.Request(t.Context(), w.admin) })
	}
	group.Wait()
	accepted := 0
	for _, err := range errs {
		if err == nil {
			accepted++
		} else if portal.ErrorCode(err) != portal.SyncRunning {
			t.Errorf("refused as %v", err)
		}
	}
	jobs := value[int64](w, "select count(*) from river.river_job where kind = 'sync_run'")
	runs := value[int64](w, "select count(*) from sync_run where status = 'queued' and trigger = 'manual' and requested_by is not null")
	if accepted != 1 || jobs != 1 || runs != 1 {
		t.Errorf("%d accepted, %d jobs, %d runs", accepted, jobs, runs)
	}
}

func TestACommandTakesUpAQueuedRunButNotARunningOne(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.stand.SetCustomers(many(3))
	queued, err := w.service.Request(t.Context(), w.admin)
	if err != nil {
		t.Fatal(err)
	}
	if run := w.again(); run.ID != queued.ID || run.Status != portal.RunComplete || run.Trigger != "manual" {
		t.Errorf("the queued run ended as %+v", run)
	}
	if _, err = w.service.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	w.take()
	if _, err := w.service.RunNow(t.Context(), w.connection.MSSPID, nil); portal.ErrorCode(err) != portal.SyncRunning {
		t.Errorf("beside a running run: %v", err)
	}
	if _, err := w.service.Request(t.Context(), w.admin); portal.ErrorCode(err) != portal.SyncRunning {
		t.Errorf("beside a running run, requested: %v", err)
	}
}

// take takes up the queued run as another process would.
func (w *tenant) take() postgres.Lease {
	w.t.Helper()
	id, err := w.db.QueuedRun(context.Background(), w.connection.MSSPID)
	if err != nil {
		w.t.Fatal(err)
	}
	lease, taken, err := w.db.TakeRun(context.Background(), w.connection.MSSPID, id)
	if err != nil || !taken {
		w.t.Fatalf("take up %q: %t, %v", id, taken, err)
	}
	return lease
}

// die stops the heart of whoever works on a run.
func (w *tenant) die() {
	w.t.Helper()
	w.exec("update sync_run set heartbeat_at = now() - interval '1 minute' where status = 'running'")
}

func TestARunWhoseProcessDiedIsOutOfTheWayOfTheNext(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]func(*tenant) error{
		"command": func(w *tenant) error { w.complete(many(3)...); return nil },
		"request": func(w *tenant) error { _, err := w.service.Request(context.Background(), w.admin); return err },
	} {
		w := newTenant(t)
		dead, err := w.service.Request(t.Context(), w.admin)
		if err != nil {
			t.Fatal(err)
		}
		lease := w.take()
		w.die()
		if err := next(w); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		run, err := w.db.Run(t.Context(), w.admin, dead.ID)
		if err != nil || run.Status != portal.RunFailed || run.ErrorCode == nil || *run.ErrorCode != "interrupted" {
			t.Errorf("%s: the dead run is %+v, %v", name, run, err)
		}
		w.mayWriteNothing(lease)
	}
}

// mayWriteNothing checks that a process which was only thought dead cannot write any more.
func (w *tenant) mayWriteNothing(lease postgres.Lease) {
	w.t.Helper()
	before := w.everything()
	ctx := context.Background()
	writes := map[string]error{
		"stage": w.db.Stage(ctx, lease, 1, []portal.Customer{{Kind: portal.KindClient, ExternalID: "66", Name: "Ghost", Raw: []byte("{}")}}),
		"beat":  w.db.Heartbeat(ctx, lease), "hand back": w.db.HandBackRun(ctx, lease),
		"put off": w.db.PutOffRun(ctx, lease, sync.State{}, time.Now()),
	}
	_, writes["fail"] = w.db.FailRun(ctx, lease, "x", "x")
	_, writes["finish a call"] = w.db.FinishCall(ctx, lease, sync.State{Done: true})
	_, writes["tell what was seen"] = w.db.NoteSeen(ctx, lease, 1)
	_, writes["tell of a wait"] = w.db.NoteWaiting(ctx, lease, time.Now())
	_, writes["resume"] = w.db.ResumeReading(ctx, lease)
	for name, err := range writes {
		if !errors.Is(err, postgres.ErrLostRun) {
			w.t.Errorf("a lost lease may %s: %v", name, err)
		}
	}
	if w.everything() != before {
		w.t.Error("a lost lease wrote rows")
	}
}

func TestARunTakenOverWhileItWasBeingAppliedIsRolledBack(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(many(3)...)
	before := w.everything()
	w.stand.SetCustomers(many(9))
	held, err := w.owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := held.Exec(t.Context(), "select from mssp for update"); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		_, err := w.service.RunNow(t.Context(), w.connection.MSSPID, nil)
		done <- err
	}()
	defer held.Rollback(t.Context()) //nolint:errcheck // it is committed by then, unless the test has failed
	w.wait(1, `
		select count(distinct l.pid)
		from pg_locks l
		where not l.granted
		and l.pid in (select a.pid from pg_stat_activity a where a.datname = current_database())`)
	// The run's row is free meanwhile, for the heartbeat as for another process.
	w.exec("update sync_run set attempt = attempt + 1 where status = 'running'")
	if err := held.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; !errors.Is(err, postgres.ErrLostRun) || w.everything() != before {
		t.Errorf("the run that was taken over ended with %v", err)
	}
}

func TestAForegroundRunThatIsStoppedIsInterrupted(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(many(3)...)
	before := w.everything()
	w.stand.Misbehave(heimdalstand.Slow)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for w.stand.Calls() < 2 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	run, err := w.service.RunNow(ctx, w.connection.MSSPID, nil)
	if err != nil || run.Status != portal.RunFailed || *run.ErrorCode != "interrupted" || w.everything() != before {
		t.Errorf("the stopped run is %+v, %v", run, err)
	}
}

// serve starts a server's share of the work and stops it with the test.
func (w *tenant) serve(change func(*sync.Config)) *sync.Service {
	w.t.Helper()
	service := w.newService(func(c *sync.Config) {
		c.Jobs = true
		change(c)
	})
	if err := service.Start(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := service.Stop(ctx); err != nil {
			w.t.Error(err)
		}
		// The engine runs as a login that may do little: what it may not do would show here.
		if log := w.log.String(); strings.Contains(log, `"component":"jobs"`) {
			w.t.Errorf("the job engine complains:\n%s", log)
		}
	})
	return service
}

// wait waits until a query counts n.
func (w *tenant) wait(n int64, sql string) {
	w.t.Helper()
	for range 3000 {
		if value[int64](w, sql) == n {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Fatalf("still not %d: %s\n%s", n, sql, w.log.String())
}

func TestARequestedRunIsWorkedByAServer(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.stand.SetCustomers(many(3))
	finished := make(chan portal.SyncRun, 1)
	w.serve(func(c *sync.Config) { c.Finished = func(r portal.SyncRun) { finished <- r } })
	// Another process, which only queues.
	run, err := w.service.Request(t.Context(), w.admin)
	if err != nil || run.Status != portal.RunQueued {
		t.Fatalf("requested %+v, %v", run, err)
	}
	w.wait(1, "select count(*) from sync_run where status = 'complete'")
	if done := <-finished; done.ID != run.ID || done.Added != 4 {
		t.Errorf("finished %+v", done)
	}
	if n := value[int64](w, "select count(*) from sync_run"); n != 1 {
		t.Errorf("%d runs; a new connection should be left to its operator for a minute", n)
	}
}

func TestTheScheduleSyncsEveryConnectionThatIsDueAndNoOther(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	paused := addTenant(t, w.db, w.owner)
	recent := addTenant(t, w.db, w.owner)
	other := addTenant(t, w.db, w.owner)
	recent.complete(many(3)...)
	w.exec("update mssp_product set created_at = now() - interval '1 day'")
	w.exec("update mssp_product set paused = true where mssp_id = $1", paused.connection.MSSPID)
	ran := make(chan struct{}, 8)
	w.serve(func(c *sync.Config) {
		c.Chores = map[string]func(context.Context) error{"tidy": func(context.Context) error { ran <- struct{}{}; return nil }}
	})
	w.wait(2, "select count(*) from sync_run where status = 'complete' and trigger = 'schedule'")
	<-ran
	for _, tenant := range []*tenant{w, paused, recent, other} {
		want := map[bool]int64{true: 1, false: 0}[tenant == w || tenant == other]
		if n := value[int64](w, "select count(*) from sync_run where trigger = 'schedule' and mssp_id = $1", tenant.connection.MSSPID); n != want {
			t.Errorf("%d scheduled runs, want %d", n, want)
		}
	}
}

func TestAServerTakesUpRunsThatDiedOrLostTheirJob(t *testing.T) {
	t.Parallel()
	died := newTenant(t)
	lost, fetched := addTenant(t, died.db, died.owner), addTenant(t, died.db, died.owner)
	command, cursed := addTenant(t, died.db, died.owner), addTenant(t, died.db, died.owner)
	for _, w := range []*tenant{died, lost, fetched, command, cursed} {
		w.stand.SetCustomers(many(3))
		if _, err := w.service.Request(t.Context(), w.admin); err != nil {
			t.Fatal(err)
		}
		if w != lost && w != fetched {
			w.take()
		}
	}
	died.die()
	died.exec("update river.river_job set state = 'running', attempted_at = now() - interval '1 minute', attempt = 1")
	lost.exec("delete from river.river_job where args->>'mssp_id' = $1", lost.connection.MSSPID)
	lost.exec("update sync_run set created_at = now() - interval '1 minute' where status = 'queued'")
	command.exec("update sync_run set trigger = 'command' where mssp_id = $1", command.connection.MSSPID)
	cursed.exec("update sync_run set deaths = 2 where mssp_id = $1", cursed.connection.MSSPID)
	died.serve(func(*sync.Config) {})
	for w, want := range map[*tenant]portal.RunStatus{
		died: portal.RunComplete, lost: portal.RunComplete, fetched: portal.RunComplete, command: portal.RunFailed, cursed: portal.RunFailed,
	} {
		w.wait(1, "select count(*) from sync_run where status = '"+string(want)+"' and mssp_id = '"+w.connection.MSSPID+"'")
	}
}

func TestARunThatWaitsForItsTurnHasOneJob(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	if _, err := w.service.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	w.exec("update sync_run set created_at = now() - interval '1 hour'")
	for _, state := range []string{"state = 'available'", "state = 'scheduled'", "state = 'running', attempted_at = now()"} {
		w.exec("update river.river_job set " + state)
		if err := w.service.ReplaceLostJobs(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := value[int64](w, "select count(*) from river.river_job"); n != 1 {
			t.Fatalf("%d jobs where one has %s", n, state)
		}
	}
	// Those that are over will not take it up: of an accepted run's first reading, of a run a command had taken up.
	for i, state := range []string{"completed", "cancelled", "discarded"} {
		w.exec("update river.river_job set state = '" + state + "', finalized_at = now()")
		if err := w.service.ReplaceLostJobs(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := value[int64](w, "select count(*) from river.river_job where state = 'available'"); n != 1 {
			t.Errorf("%d jobs are to do a run that had %d others, %s", n, i+1, state)
		}
	}
}

func TestTheScheduleOutlivesAProcessThatDiedKeepingIt(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.stand.SetCustomers(many(3))
	w.exec("update mssp_product set paused = true")
	first := w.newService(func(c *sync.Config) { c.Jobs, c.Every = true, time.Second })
	if err := first.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.wait(1, "select least(count(*), 1) from river.river_job where kind = 'sync_schedule' and state = 'completed'")
	if err := first.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.exec("update river.river_job set state = 'running', attempted_at = now(), finalized_at = null where kind = 'sync_schedule'")
	w.exec("update mssp_product set paused = false, created_at = now() - interval '1 day'")
	w.serve(func(c *sync.Config) { c.Every = time.Second })
	w.wait(1, "select least(count(*), 1) from sync_run where status = 'complete' and trigger = 'schedule'")
}

func TestAServerThatStopsHandsItsRunToTheNext(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.stand.SetCustomers(many(3))
	w.stand.Misbehave(heimdalstand.Slow)
	first := w.newService(func(c *sync.Config) { c.Jobs = true })
	if err := first.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	w.wait(1, "select count(*) from sync_run where status = 'running'")
	for w.stand.Calls() == 0 {
		time.Sleep(time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := first.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
	if n := value[int64](w, "select count(*) from sync_run where status = 'queued'"); n != 1 {
		t.Fatalf("%d runs were handed back\n%s", n, w.log.String())
	}
	w.stand.Misbehave(heimdalstand.None)
	w.serve(func(*sync.Config) {})
	w.wait(1, "select count(*) from sync_run where status = 'complete' and attempt = 2")
}

func TestAServerThatStopsLetsAShortRunFinish(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.stand.SetCustomers(many(3))
	w.stand.Misbehave(heimdalstand.Slow)
	server := w.newService(func(c *sync.Config) {
		c.Jobs, c.HTTPClient = true, &http.Client{Timeout: 300 * time.Millisecond}
	})
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	w.wait(1, "select count(*) from sync_run where status = 'running'")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := server.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
	if n := value[int64](w, "select count(*) from sync_run where status = 'failed' and error_code = 'timeout'"); n != 1 {
		t.Errorf("the run was not ended\n%s", w.log.String())
	}
}

func TestRunsAreListedNewestFirstAndOnlyToTheirMSSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := addTenant(t, w.db, w.owner)
	theirs := other.complete(many(1)...)
	var want []string
	for range 3 {
		want = append([]string{w.complete(many(2)...).ID}, want...)
	}
	var got []string
	q := portal.SyncQuery{Limit: 2}
	for {
		page, err := w.db.Runs(t.Context(), w.admin, q)
		if err != nil || page.Total != 3 || page.DataAsOf == nil {
			t.Fatalf("page %+v, %v", page, err)
		}
		for _, run := range page.Items {
			got = append(got, run.ID)
		}
		if page.NextCursor == nil {
			break
		}
		q.Cursor = *page.NextCursor
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
	for _, id := range []string{theirs.ID, postgres.NewID(), "x"} {
		if _, err := w.db.Run(t.Context(), w.admin, id); portal.ErrorCode(err) != portal.NotFound {
			t.Errorf("run %q: %v", id, err)
		}
	}
	if _, err := w.db.Runs(t.Context(), w.admin, portal.SyncQuery{Limit: 2, Cursor: "forged"}); portal.ErrorCode(err) != portal.Invalid {
		t.Errorf("a forged cursor: %v", err)
	}
}

func TestAConnectionIsAddedOnceAndOnlyToAnMSSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	again := w.connection
	again.ID = postgres.NewID()
	if err := w.db.AddConnection(t.Context(), again); portal.ErrorCode(err) != portal.Conflict {
		t.Errorf("the same customer twice: %v", err)
	}
	again.ProductID = "abacus"
	if err := w.db.AddConnection(t.Context(), again); portal.ErrorCode(err) != portal.Invalid {
		t.Errorf("an unknown product: %v", err)
	}
	again.ProductID, again.MSSPID = "heimdal", postgres.NewID()
	if err := w.db.AddConnection(t.Context(), again); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("an unknown MSSP: %v", err)
	}
	if _, err := w.db.Connection(t.Context(), w.connection.MSSPID, postgres.NewID()); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("an unknown connection: %v", err)
	}
}
