package customersync_test

import (
	"context"
	"testing"
	"time"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

// watchingService returns a service that reads watched runs every millisecond.
func (w *tenant) watchingService() *customersync.Service {
	return w.newService(func(c *customersync.Config) { c.WatchEvery = time.Millisecond })
}

// watch starts to watch a run as the viewer.
func (w *tenant) watch(ctx context.Context, s *customersync.Service, viewer portal.Viewer, run portal.SyncRun) <-chan portal.SyncRun {
	w.Helper()
	runs, err := s.Watch(ctx, viewer, run.ID)
	if err != nil {
		w.Fatal(err)
	}
	return runs
}

// request requests a run as the admin.
func (w *tenant) request() portal.SyncRun {
	w.Helper()
	run, err := w.service.Request(context.Background(), w.admin)
	if err != nil {
		w.Fatal(err)
	}
	return run
}

// next returns the next state that a watch sends, and false if the watch has ended.
func (w *tenant) next(runs <-chan portal.SyncRun) (portal.SyncRun, bool) {
	w.Helper()
	select {
	case run, more := <-runs:
		return run, more
	case <-time.After(wait.Timeout(30 * time.Second)):
		w.Fatal("timed out waiting for the next state of a watched run")
		return portal.SyncRun{}, false
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	t.Run("sends_state_then_changes_then_end", testWatchSendsStateThenChangesThenEnd)
	t.Run("sends_no_state_twice", testWatchSendsNoStateTwice)
	t.Run("ends_when_access_is_lost", testWatchEndsWhenAccessIsLost)
	t.Run("refuses_run_of_another_mssp", testWatchRefusesRunOfAnotherMSSP)
	t.Run("ends_with_request_and_server", testWatchEndsWithRequestAndServer)
	t.Run("hides_change_made_as_access_ends", testWatchHidesChangeMadeAsAccessEnds)
	t.Run("resumes_after_all_watchers_left", testWatchResumesAfterAllWatchersLeft)
}

func testWatchSendsStateThenChangesThenEnd(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	service := w.watchingService()
	run := w.request()
	first, second := w.watch(t.Context(), service, w.admin, run), w.watch(t.Context(), service, w.admin, run)
	for _, runs := range []<-chan portal.SyncRun{first, second} {
		if state, _ := w.next(runs); state.Status != portal.RunQueued || state.ID != run.ID {
			t.Errorf("first state: got %+v, want queued", state)
		}
	}
	lease := w.takeLease()
	if _, err := w.DB.RecordSeen(t.Context(), lease, 7); err != nil {
		t.Fatal(err)
	}
	for _, runs := range []<-chan portal.SyncRun{first, second} {
		for state, more := w.next(runs); state.Seen != 7; state, more = w.next(runs) {
			if !more || state.Status != portal.RunRunning {
				t.Fatalf("state: got %+v, want running with 7 seen in the end", state)
			}
		}
	}
	if _, err := w.DB.FailRun(t.Context(), lease, "timeout", "It took too long."); err != nil {
		t.Fatal(err)
	}
	for _, runs := range []<-chan portal.SyncRun{first, second} {
		state, _ := w.next(runs)
		if _, more := w.next(runs); more || state.Status != portal.RunFailed || *state.Error != "It took too long." {
			t.Errorf("last state: got %+v, more %t; want failed and no more", state, more)
		}
	}
	late := w.watch(t.Context(), service, w.admin, run)
	if state, _ := w.next(late); state.Status != portal.RunFailed {
		t.Errorf("state of an ended run: got %+v, want failed", state)
	}
	if _, more := w.next(late); more {
		t.Error("watch of an ended run: got a second state, want its end")
	}
}

func testWatchSendsNoStateTwice(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	run := w.request()
	runs := w.watch(t.Context(), w.watchingService(), w.admin, run)
	lease := w.takeLease()
	go func() {
		for seen := range int64(200) {
			if _, err := w.DB.RecordSeen(context.Background(), lease, seen/10); err != nil {
				t.Error(err)
			}
		}
		if _, err := w.DB.FailRun(context.Background(), lease, "timeout", "It took too long."); err != nil {
			t.Error(err)
		}
	}()
	var last portal.SyncRun
	for state, more := w.next(runs); more; state, more = w.next(runs) {
		if state.Status == last.Status && state.Seen == last.Seen && state.Status == portal.RunRunning {
			t.Errorf("state: got %+v twice, want each once", state)
		}
		last = state
	}
	if last.Status != portal.RunFailed {
		t.Errorf("last state: got %+v, want failed", last)
	}
}

func testWatchEndsWhenAccessIsLost(t *testing.T) {
	t.Parallel()
	for name, ends := range map[string]string{
		"sign_out":       "update session set revoked_at = now(), revoked_reason = 'logout' where id = $1",
		"expiry":         "update session set idle_expires_at = now() where id = $1",
		"deactivation":   "update user_role g set active = false from session s where s.user_id = g.user_id and s.id = $1",
		"change_of_role": "update user_role g set role = 'mssp_staff' from session s where s.user_id = g.user_id and s.id = $1",
	} {
		t.Run("by_"+name, func(t *testing.T) {
			w := newTenant(t)
			other := w.SignIn(portal.MSSPAdmin)
			service := w.watchingService()
			run := w.request()
			ended, stays := w.watch(t.Context(), service, w.admin, run), w.watch(t.Context(), service, other, run)
			w.next(ended)
			w.next(stays)
			w.Exec(ends, w.admin.SessionID)
			if state, more := w.next(ended); more {
				t.Errorf("watch of a user without access: got %+v, want its end", state)
			}
			w.takeLease()
			if state, more := w.next(stays); !more || state.Status != portal.RunRunning {
				t.Errorf("watch of another admin: got %+v, want running", state)
			}
		})
	}
}

func testWatchRefusesRunOfAnotherMSSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := w.another(t)
	if _, err := w.service.Watch(t.Context(), other.admin, w.request().ID); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("watch of another MSSP's run: got %v, want %s", err, portal.NotFound)
	}
}

func testWatchEndsWithRequestAndServer(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	service := w.watchingService()
	run := w.request()
	ctx, cancel := context.WithCancel(t.Context())
	cancelled, open := w.watch(ctx, service, w.admin, run), w.watch(t.Context(), service, w.admin, run)
	w.next(cancelled)
	w.next(open)
	cancel()
	if state, more := w.next(cancelled); more {
		t.Errorf("watch of a cancelled request: got %+v, want its end", state)
	}
	service.EndWatches()
	if state, more := w.next(open); more {
		t.Errorf("watch of a server that stops: got %+v, want its end", state)
	}
	after := w.watch(t.Context(), service, w.admin, run)
	if state, _ := w.next(after); state.Status != portal.RunQueued {
		t.Errorf("watch begun after EndWatches: got %+v, want queued", state)
	}
	if _, more := w.next(after); more {
		t.Error("watch begun after EndWatches: got a second state, want its end")
	}
}

func testWatchHidesChangeMadeAsAccessEnds(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	runs := w.watch(t.Context(), w.watchingService(), w.admin, w.request())
	w.next(runs)
	w.Exec(`
		with ended as (update session set revoked_at = now(), revoked_reason = 'logout' where id = $1)
		update sync_run set seen = 7`, w.admin.SessionID)
	if state, more := w.next(runs); more {
		t.Errorf("got %+v, want the end of the watch", state)
	}
}

func testWatchResumesAfterAllWatchersLeft(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	service, run := w.watchingService(), w.request()
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		ended := w.watch(ctx, service, w.admin, run)
		cancel()
		for _, more := w.next(ended); more; _, more = w.next(ended) {
		}
		time.Sleep(5 * time.Millisecond) // the reader of the run finds no watcher and ends
	}
	runs := w.watch(t.Context(), service, w.admin, run)
	w.next(runs)
	w.takeLease()
	if state, more := w.next(runs); !more || state.Status != portal.RunRunning {
		t.Errorf("state: got %+v, want running", state)
	}
}
