package customersync_test

import (
	"context"
	"testing"
	"time"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
)

// watchingService is a service that looks often, so that a test need not wait.
func (w *tenant) watchingService() *customersync.Service {
	return w.newService(func(c *customersync.Config) { c.WatchEvery = time.Millisecond })
}

func (w *tenant) watch(ctx context.Context, s *customersync.Service, viewer portal.Viewer, run portal.SyncRun) <-chan portal.SyncRun {
	w.Helper()
	runs, err := s.Watch(ctx, viewer, run.ID)
	if err != nil {
		w.Fatal(err)
	}
	return runs
}

func (w *tenant) request() portal.SyncRun {
	w.Helper()
	run, err := w.service.Request(context.Background(), w.admin)
	if err != nil {
		w.Fatal(err)
	}
	return run
}

// next answers what a watcher is told next; false if that is the end.
func (w *tenant) next(runs <-chan portal.SyncRun) (portal.SyncRun, bool) {
	w.Helper()
	select {
	case run, more := <-runs:
		return run, more
	case <-time.After(30 * time.Second):
		w.Fatal("a watcher is told nothing")
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
		if told, _ := w.next(runs); told.Status != portal.RunQueued || told.ID != run.ID {
			t.Errorf("told at first %+v", told)
		}
	}
	lease := w.takeLease()
	if _, err := w.DB.RecordSeen(t.Context(), lease, 7); err != nil {
		t.Fatal(err)
	}
	for _, runs := range []<-chan portal.SyncRun{first, second} {
		for told, more := w.next(runs); told.Seen != 7; told, more = w.next(runs) {
			if !more || told.Status != portal.RunRunning {
				t.Fatalf("told %+v", told)
			}
		}
	}
	if _, err := w.DB.FailRun(t.Context(), lease, "timeout", "It took too long."); err != nil {
		t.Fatal(err)
	}
	for _, runs := range []<-chan portal.SyncRun{first, second} {
		told, _ := w.next(runs)
		if _, more := w.next(runs); more || told.Status != portal.RunFailed || *told.Error != "It took too long." {
			t.Errorf("told in the end %+v, and more: %t", told, more)
		}
	}
	late := w.watch(t.Context(), service, w.admin, run)
	if told, _ := w.next(late); told.Status != portal.RunFailed {
		t.Errorf("who comes late is told %+v", told)
	}
	if _, more := w.next(late); more {
		t.Error("who comes late is kept waiting")
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
	for told, more := w.next(runs); more; told, more = w.next(runs) {
		if told.Status == last.Status && told.Seen == last.Seen && told.Status == portal.RunRunning {
			t.Errorf("told twice: %+v", told)
		}
		last = told
	}
	if last.Status != portal.RunFailed {
		t.Errorf("the end was not told: %+v", last)
	}
}

func testWatchEndsWhenAccessIsLost(t *testing.T) {
	t.Parallel()
	for name, ends := range map[string]string{
		"signed out":   "update session set revoked_at = now(), revoked_reason = 'logout' where id = $1",
		"expired":      "update session set idle_expires_at = now() where id = $1",
		"deactivated":  "update user_role g set active = false from session s where s.user_id = g.user_id and s.id = $1",
		"another role": "update user_role g set role = 'mssp_staff' from session s where s.user_id = g.user_id and s.id = $1",
	} {
		w := newTenant(t)
		other := w.SignIn(portal.MSSPAdmin)
		service := w.watchingService()
		run := w.request()
		ended, stays := w.watch(t.Context(), service, w.admin, run), w.watch(t.Context(), service, other, run)
		w.next(ended)
		w.next(stays)
		w.Exec(ends, w.admin.SessionID)
		if told, more := w.next(ended); more {
			t.Errorf("%s: is still told %+v", name, told)
		}
		w.takeLease()
		if told, more := w.next(stays); !more || told.Status != portal.RunRunning {
			t.Errorf("%s: another is told %+v", name, told)
		}
	}
}

func testWatchRefusesRunOfAnotherMSSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := w.another(t)
	if _, err := w.service.Watch(t.Context(), other.admin, w.request().ID); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("another MSSP's run: %v", err)
	}
}

func testWatchEndsWithRequestAndServer(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	service := w.watchingService()
	run := w.request()
	ctx, cancel := context.WithCancel(t.Context())
	gone, here := w.watch(ctx, service, w.admin, run), w.watch(t.Context(), service, w.admin, run)
	w.next(gone)
	w.next(here)
	cancel()
	if told, more := w.next(gone); more {
		t.Errorf("who has gone is told %+v", told)
	}
	service.EndWatches()
	if told, more := w.next(here); more {
		t.Errorf("a server that ends tells %+v", told)
	}
	after := w.watch(t.Context(), service, w.admin, run)
	if told, _ := w.next(after); told.Status != portal.RunQueued {
		t.Errorf("told %+v", told)
	}
	if _, more := w.next(after); more {
		t.Error("a server that ends keeps somebody waiting")
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
	if told, more := w.next(runs); more {
		t.Errorf("is still told %+v", told)
	}
}

func testWatchResumesAfterAllWatchersLeft(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	service, run := w.watchingService(), w.request()
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		gone := w.watch(ctx, service, w.admin, run)
		cancel()
		for _, more := w.next(gone); more; _, more = w.next(gone) {
		}
		time.Sleep(5 * time.Millisecond) // who reads for the watchers finds none
	}
	runs := w.watch(t.Context(), service, w.admin, run)
	w.next(runs)
	w.takeLease()
	if told, more := w.next(runs); !more || told.Status != portal.RunRunning {
		t.Errorf("told %+v", told)
	}
}
