package customersync

import (
	"errors"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

// job is a job of a queued run, with the service that works on it.
type job struct {
	*testing.T
	world   *testkit.World
	service *Service
	args    runArgs
}

func newJob(t *testing.T) *job {
	t.Helper()
	w := testkit.NewWorld(t)
	service, err := New(w.DB, nil, Config{})
	if err != nil {
		t.Fatal(err)
	}
	j := &job{T: t, world: w, service: service, args: runArgs{MSSPID: w.Own.MSSPID, RunID: postgres.NewID()}}
	j.run(j.args.RunID, "queued")
	return j
}

// run adds a run of the tenant, of a connection of its own.
func (j *job) run(id, status string) {
	j.Helper()
	j.world.Exec(j.T, `
		with connection as (
			insert into mssp_product (mssp_id, id, product_id, customer_id, base_url, api_key_sealed, api_key_last4)
			values ($1, $2::uuid, 'heimdal', ($2::uuid)::text, 'http://127.0.0.1:1', '', '')
			returning id)
		insert into sync_run (mssp_id, id, mssp_product_id, status, trigger, heartbeat_at)
		select $1, $2::uuid, id, $3, 'manual', now()
		from connection`, j.args.MSSPID, id, status)
}

// wantsSnooze fails unless the job is tried again in two seconds.
func (j *job) wantsSnooze() {
	j.Helper()
	err := (&runWorker{service: j.service}).Work(j.Context(), &river.Job[runArgs]{Args: j.args})
	var snooze *river.JobSnoozeError
	if !errors.As(err, &snooze) || snooze.Duration != 2*time.Second {
		j.Errorf("got %v, want another try in 2s", err)
	}
}

// TestBounds checks the limits of one MSSP's share of the workers and of the time of a trial.
func TestBounds(t *testing.T) {
	for name, bound := range map[string]struct{ got, want any }{
		"workers":              {workers, 20},
		"runs_of_an_mssp":      {maxPerMSSP, 4},
		"next_try_of_a_run":    {retryPlace, 2 * time.Second},
		"wait_within_a_worker": {maxWait, 3 * time.Second},
		"time_with_a_worker":   {slice, time.Minute},
		"time_of_a_trial":      {trialTimeout, 25 * time.Second},
		"wait_of_a_trial":      {maxTrialWait, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			if bound.got != bound.want {
				t.Errorf("got %v, want %v", bound.got, bound.want)
			}
		})
	}
}

func TestRunWorker(t *testing.T) {
	t.Parallel()
	t.Run("waits_while_no_place_is_free", testRunWorkerWaitsWhileNoPlaceIsFree)
	t.Run("waits_while_the_mssp_has_four_runs", testRunWorkerWaitsWhileTheMSSPHasFourRuns)
	t.Run("leaves_its_place", testRunWorkerLeavesItsPlace)
	t.Run("takes_no_run_that_is_at_work", testRunWorkerTakesNoRunThatIsAtWork)
}

func testRunWorkerWaitsWhileNoPlaceIsFree(t *testing.T) {
	t.Parallel()
	j := newJob(t)
	for range workers / 2 {
		j.service.places.enter(j.args.MSSPID)
	}
	j.wantsSnooze()
	if held := j.service.places.held; held != workers/2 {
		t.Errorf("places held afterwards: got %d, want %d", held, workers/2)
	}
}

func testRunWorkerWaitsWhileTheMSSPHasFourRuns(t *testing.T) {
	t.Parallel()
	j := newJob(t)
	for range 4 {
		j.run(postgres.NewID(), "running")
	}
	j.wantsSnooze()
	if status := j.world.Text(t, "select status from sync_run where id = $1", j.args.RunID); status != "queued" {
		t.Errorf("run: got %s, want queued", status)
	}
}

func testRunWorkerLeavesItsPlace(t *testing.T) {
	t.Parallel()
	j := newJob(t)
	j.args.RunID = postgres.NewID() // of no run
	if err := (&runWorker{service: j.service}).Work(t.Context(), &river.Job[runArgs]{Args: j.args}); err != nil {
		t.Error(err)
	}
	if held := j.service.places.held; held != 0 {
		t.Errorf("places held afterwards: got %d, want none", held)
	}
}

func testRunWorkerTakesNoRunThatIsAtWork(t *testing.T) {
	t.Parallel()
	j := newJob(t)
	j.world.Exec(t, "update sync_run set status = 'running' where id = $1", j.args.RunID)
	if _, taken, err := j.world.DB.TakeRunWithin(t.Context(), j.args.MSSPID, j.args.RunID, 1); taken || err != nil {
		t.Errorf("got taken %t, %v; want neither, as the run does not count against its own limit", taken, err)
	}
}

func TestMergeLimit(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	lease := postgres.Lease{MSSPID: w.Own.MSSPID}
	postponed := func(t *testing.T, s *Service) {
		t.Helper()
		var later *connector.Postponed
		if _, err := s.merge(t.Context(), lease, runOptions{maxWait: time.Millisecond}); !errors.As(err, &later) {
			t.Errorf("got %v, want the merge postponed", err)
		}
	}
	newService := func(t *testing.T) *Service {
		t.Helper()
		s, err := New(w.DB, nil, Config{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	t.Run("waits_for_another_of_its_mssp", func(t *testing.T) {
		s := newService(t)
		if !s.merging.begin(lease.MSSPID) {
			t.Fatal("first merge of the MSSP: got no lock, want it")
		}
		postponed(t, s)
	})
	t.Run("leaves_half_of_the_pool_to_requests", func(t *testing.T) {
		s := newService(t)
		if got, want := cap(s.applying), max(1, int(w.DB.Pool().Config().MaxConns)/2); got != want {
			t.Errorf("concurrent merges: got %d, want %d", got, want)
		}
		for range cap(s.applying) {
			s.applying <- struct{}{}
		}
		postponed(t, s)
		if !s.merging.begin(lease.MSSPID) {
			t.Error("merge after a postponed one: got no lock, want it")
		}
	})
}
