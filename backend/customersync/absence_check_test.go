package customersync_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
)

func TestAbsenceCheck(t *testing.T) {
	t.Parallel()
	t.Run("resumes_after_death_of_its_process", testAbsenceCheckResumesAfterDeathOfItsProcess)
	t.Run("keeps_the_rate", testAbsenceCheckKeepsTheRate)
	t.Run("ends_after_refusals_with_postponed_waits", testAbsenceCheckEndsAfterRefusalsWithPostponedWaits)
	t.Run("undecided_are_left_to_next_run", testAbsenceCheckUndecidedAreLeftToNextRun)
}

func testAbsenceCheckResumesAfterDeathOfItsProcess(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	d := w.pagedAPI(clientsOfOneMSP(60)...)
	w.mustEnd(portal.RunComplete)
	d.checks()
	d.remove(110, 111, 112)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	d.before = func(d *pagedAPI, _ int) {
		if d.requested[len(d.requested)-1] == "111" {
			cancel()
		}
	}
	service := w.newService(func(c *customersync.Config) { c.Takeover = time.Second })
	// The context ends during the second check, as if the process were killed: it writes nothing more.
	lease, taken, err := w.DB.TakeRun(t.Context(), w.ID, w.queued())
	if err != nil || !taken {
		t.Fatal(err)
	}
	if err := service.Work(ctx, lease); err == nil {
		t.Fatal("got no error of the killed process, want one")
	}
	d.before = nil
	if left := value[string](w, "select (state->'check')::text from sync_run where id = $1", lease.Run.ID); left != `["111", "112"]` {
		t.Errorf("ids left to check: got %s, want 111 and 112", left)
	}
	w.Exec("update sync_run set heartbeat_at = now() - interval '1 hour' where id = $1", lease.Run.ID)
	lease, taken, err = w.DB.TakeRun(t.Context(), w.ID, lease.Run.ID)
	if err != nil || !taken {
		t.Fatalf("second lease: got %t, %v; want it", taken, err)
	}
	if err := service.Work(t.Context(), lease); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(d.checks()); got != "[110 111 111 112]" {
		t.Errorf("ids checked: got %s, want 110 once, 111 twice, 112 once", got)
	}
	if n := value[int64](w, "select checked from sync_run where id = $1 and status = 'complete' and missing = 3", lease.Run.ID); n != 3 {
		t.Errorf("checked: got %d, want 3", n)
	}
}

// queued creates a queued run without a job.
func (w *tenant) queued() string {
	w.Helper()
	run, err := w.DB.CreateRun(context.Background(), w.ID, w.connection.ID, "schedule", nil)
	if err != nil {
		w.Fatal(err)
	}
	return run.ID
}

func testAbsenceCheckKeepsTheRate(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newManualClock()
	d := w.pagedAPI(clientsOfOneMSP(30)...)
	w.service = w.newService(func(c *customersync.Config) { c.Clock, c.Rates = clock, heimdalRate(5) })
	w.mustEnd(portal.RunComplete)
	d.checks()
	d.remove(110, 111, 112)
	var at []time.Time
	d.before = func(*pagedAPI, int) { at = append(at, clock.Now()) }
	run := w.mustEnd(portal.RunComplete)
	if run.Checked != 3 || len(at) != 7 {
		t.Fatalf("got %+v with %d calls, want three checked in seven, the last about the account", run, len(at))
	}
	for i, call := range at[1:] {
		if gap := call.Sub(at[i]); gap < 12*time.Second {
			t.Errorf("call %d: got %s after the one before, want at least 12s", i+2, gap)
		}
	}
}

func testAbsenceCheckEndsAfterRefusalsWithPostponedWaits(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newManualClock()
	d := w.pagedAPI(clientsOfOneMSP(30)...)
	w.mustEnd(portal.RunComplete)
	d.checks()
	d.remove(110, 111)
	d.single = func(rw http.ResponseWriter, _ string) { rw.WriteHeader(http.StatusForbidden) }
	w.serve(func(c *customersync.Config) { c.Clock, c.Rates = clock, heimdalRate(5) })
	id := w.queuedJob()
	w.waitUntil("the end of the run", func() bool {
		clock.move(12 * time.Second)
		w.makeJobsDue()
		time.Sleep(50 * time.Millisecond)
		if n := len(d.requestedIDs()); n > 20 {
			t.Fatalf("calls: got %d, %v; want at most 20", n, d.requestedIDs())
		}
		return value[bool](w, "select status <> 'queued' and status <> 'running' from sync_run where id = $1", id)
	})
	if n := value[int64](w, `
		select count(*)
		from sync_run
		where id = $1 and status = 'complete' and checked = 2 and missing = 2`, id); n != 1 {
		run := value[string](w, "select r::text from sync_run r where id = $1", id)
		t.Errorf("run: got %s, want complete with two checked and missing", run)
	}
	if got := fmt.Sprint(d.requestedIDs()); got != "[17 17 17 110 111 17]" {
		t.Errorf("requests: got %s, want each customer once, and the account at the end", got)
	}
}

// queuedJob requests a run as the admin, and returns its id.
func (w *tenant) queuedJob() string {
	w.Helper()
	run, err := w.service.Request(context.Background(), w.admin)
	if err != nil {
		w.Fatal(err)
	}
	return run.ID
}

// requestedIDs returns the ids of all requests since the last call of checks.
func (d *pagedAPI) requestedIDs() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.requested)
}

func testAbsenceCheckUndecidedAreLeftToNextRun(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"status_500": respondStatus(500),
		"web_page":   respondText("<html>"),
		"failure":    respondText(`{"success":false,"data":[]}`),
		"three_pages": func(rw http.ResponseWriter, r *http.Request) {
			number, _ := strconv.Atoi(r.URL.Query().Get("pageNumber"))
			_ = json.NewEncoder(rw).Encode(map[string]any{"items": []customer{corp(5000+max(1, number), "Other", 1)}, "totalCount": 500})
		},
	} {
		t.Run("after_"+name, func(t *testing.T) {
			t.Parallel()
			w := newTenant(t)
			w.service = w.newService(func(c *customersync.Config) { c.Clock = newSkippingClock() })
			d := w.pagedAPI(clientsOfOneMSP(30)...)
			w.mustEnd(portal.RunComplete)
			d.checks()
			d.remove(110, 111)
			d.single = func(rw http.ResponseWriter, id string) {
				handler(rw, d.request)
			}
			run := w.mustEnd(portal.RunComplete)
			if run.Checked != 0 || run.Missing != 0 || w.statusOf(110) != "active" || w.statusOf(111) != "active" {
				t.Errorf("run: got %+v, want none checked and none missing", run)
			}
			if got, want := absence(run), [4]int64{2, 0, 0, 2}; got != want {
				t.Errorf("absent, checked, found, undecided: got %v, want %v", got, want)
			}
			if n := value[int64](w, "select count(*) from client where absent_since is not null"); n != 2 {
				t.Errorf("clients with absent_since: got %d, want 2", n)
			}
			if n := len(d.checks()); n > 5 {
				t.Errorf("calls about customers: got %d, want at most 5", n)
			}
			if run := w.mustEnd(portal.RunComplete); run.Missing != 2 {
				t.Errorf("next run: got %+v, want both missing", run)
			}
			w.CheckCounts(t.Errorf)
		})
	}
}
