package customersync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// The queues. The schedule has its own, because runs can keep their workers for minutes.
const (
	runQueue      = "sync"
	scheduleQueue = "schedule"
)

// runTimeout is longer than a worker's slice, a slow call and a large merge together.
const runTimeout = 90 * time.Minute

// maxListed is the greatest number of jobs listed at once, which is the engine's limit.
const maxListed = 10_000

// rescueAfter is when the engine gives a job of a process that may be dead to another; it is longer than the timeout of
// all jobs but runs. Runs do not wait for it: see watchDeadRuns.
const rescueAfter = 5 * time.Minute

// runArgs is the job that works on a run.
type runArgs struct {
	MSSPID string `json:"mssp_id"`
	RunID  string `json:"run_id"`
}

func (runArgs) Kind() string { return "sync_run" }

// scheduleArgs is the job that queues the runs that are due.
type scheduleArgs struct{}

func (scheduleArgs) Kind() string { return "sync_schedule" }

// choresArgs is the job that runs the chores.
type choresArgs struct{}

func (choresArgs) Kind() string { return "chores" }

func (s *Service) newJobs() (*river.Client[pgx.Tx], error) {
	registry := river.NewWorkers()
	river.AddWorker(registry, &runWorker{service: s})
	river.AddWorker(registry, river.WorkFunc(func(ctx context.Context, _ *river.Job[scheduleArgs]) error { return s.schedule(ctx) }))
	river.AddWorker(registry, river.WorkFunc(func(ctx context.Context, _ *river.Job[choresArgs]) error { return s.chores(ctx) }))
	if s.config.Deliver != nil {
		river.AddWorker(registry, &mailWorker{deliver: s.config.Deliver})
	}
	if s.config.Alert != nil {
		river.AddWorker(registry, &alertWorker{service: s})
	}
	config := &river.Config{
		Schema:   postgres.JobSchema,
		PollOnly: true,
		Logger:   s.engineLog(),
		Workers:  registry,

		RescueStuckJobsAfter: rescueAfter,
		// The server's login owns no index it could rebuild.
		ReindexerSchedule: river.NeverSchedule(),
	}
	if s.config.Jobs {
		config.FetchPollInterval = 500 * time.Millisecond
		config.Queues = map[string]river.QueueConfig{runQueue: {MaxWorkers: workers}, scheduleQueue: {MaxWorkers: 2}}
		config.PeriodicJobs = s.periodicJobs()
		if s.config.Deliver != nil || s.config.Alert != nil {
			config.Queues[mailQueue] = river.QueueConfig{MaxWorkers: 4}
		}
	}
	return river.NewClient(riverpgxv5.New(s.db.Pool()), config)
}

// engineLog returns a log without the engine's messages below warnings.
func (s *Service) engineLog() *slog.Logger {
	return slog.New(atLeast{s.config.Log.Handler(), slog.LevelWarn}).With("component", "jobs")
}

// atLeast is a handler that drops records below a level.
type atLeast struct {
	slog.Handler
	level slog.Level
}

func (h atLeast) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= h.level && h.Handler.Enabled(ctx, level)
}

func (h atLeast) WithAttrs(attrs []slog.Attr) slog.Handler {
	return atLeast{h.Handler.WithAttrs(attrs), h.level}
}

func (h atLeast) WithGroup(name string) slog.Handler {
	return atLeast{h.Handler.WithGroup(name), h.level}
}

func (s *Service) periodicJobs() []*river.PeriodicJob {
	return []*river.PeriodicJob{periodic("sync_schedule", s.schedulePeriod(), scheduleArgs{}), periodic("chores", time.Hour, choresArgs{})}
}

// periodic repeats a job once a period, whether or not the last has ended: its process may have died.
func periodic(id string, every time.Duration, args river.JobArgs) *river.PeriodicJob {
	options := &river.InsertOpts{Queue: scheduleQueue, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByPeriod: every}}
	return river.NewPeriodicJob(river.PeriodicInterval(every),
		func() (river.JobArgs, *river.InsertOpts) { return args, options }, &river.PeriodicJobOpts{ID: id, RunOnStart: true})
}

// schedulePeriod returns how often due runs are looked for.
func (s *Service) schedulePeriod() time.Duration {
	return min(30*time.Second, max(time.Second, s.config.Every/4))
}

// watchDeadRuns requeues dead runs and replaces lost jobs until ctx ends. Every replica does so from its start: the
// replica that kept the schedule may be the one that died, and the engine needs a while to choose another.
func (s *Service) watchDeadRuns(ctx context.Context) {
	tick := time.NewTicker(max(s.config.Takeover/3, 200*time.Millisecond))
	defer tick.Stop()
	for {
		if err := errors.Join(s.requeueDead(ctx), s.replaceLostJobs(ctx)); err != nil && ctx.Err() == nil {
			s.config.Log.Warn("search for dead runs failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Service) requeueDead(ctx context.Context) error {
	dead, err := s.db.DeadRuns(ctx)
	for _, ref := range dead {
		err = errors.Join(err, s.db.RequeueDeadRun(ctx, ref, s.enqueueFor(ref.MSSPID)))
	}
	return err
}

// replaceLostJobs inserts another job for queued runs that no worker will lease: their job is lost, or the process that
// had it has died.
func (s *Service) replaceLostJobs(ctx context.Context) error {
	waiting, err := s.db.WaitingRuns(ctx)
	if err != nil || len(waiting) == 0 {
		return err
	}
	held, err := s.heldRuns(ctx, waiting)
	for _, ref := range waiting {
		if err != nil {
			return err
		}
		if !held[ref.ID] {
			_, err = s.jobs.Insert(ctx, runArgs{ref.MSSPID, ref.ID}, &river.InsertOpts{Queue: runQueue})
		}
	}
	return err
}

// unfinished are the states of a job that has not ended. A run may have other jobs that have: of its first reading, if
// an admin has accepted it, or from before a command leased it.
var unfinished = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending,
	rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
}

// heldRuns returns which of the runs have a job that waits for a worker, or that a worker has had for at most Takeover.
func (s *Service) heldRuns(ctx context.Context, runs []postgres.RunRef) (map[string]bool, error) {
	ids := make([]string, 0, len(runs))
	for _, ref := range runs {
		ids = append(ids, ref.ID)
	}
	jobs, err := s.jobs.JobList(ctx, river.NewJobListParams().Kinds(runArgs{}.Kind()).States(unfinished...).First(maxListed).
		Where("args->>'run_id' = any(@runs)", river.NamedArgs{"runs": ids}).
		Where("(state <> 'running' or attempted_at > clock_timestamp() - make_interval(secs => @silence))",
			river.NamedArgs{"silence": s.config.Takeover.Seconds()}))
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	held := map[string]bool{}
	for _, job := range jobs.Jobs {
		var args runArgs
		if err := json.Unmarshal(job.EncodedArgs, &args); err != nil {
			return nil, fmt.Errorf("read job %d: %w", job.ID, err)
		}
		held[args.RunID] = true
	}
	return held, nil
}

// enqueueFor returns a function that inserts the job of a run of the MSSP in the run's own transaction.
func (s *Service) enqueueFor(msspID string) postgres.Enqueue {
	return func(ctx context.Context, tx pgx.Tx, run portal.SyncRun) error {
		_, err := s.jobs.InsertTx(ctx, tx, runArgs{msspID, run.ID}, &river.InsertOpts{Queue: runQueue})
		return err
	}
}

type runWorker struct {
	river.WorkerDefaults[runArgs]
	service *Service
}

func (w *runWorker) Timeout(*river.Job[runArgs]) time.Duration { return runTimeout }

// Work leases the run if it is queued, and works on it. A job whose run failed has succeeded; a run without a free
// place is tried again later.
func (w *runWorker) Work(ctx context.Context, job *river.Job[runArgs]) error {
	s := w.service
	if !s.places.enter(job.Args.MSSPID) {
		return river.JobSnooze(retryPlace)
	}
	defer s.places.leave(job.Args.MSSPID)
	lease, taken, err := s.db.TakeRunWithin(ctx, job.Args.MSSPID, job.Args.RunID, maxPerMSSP)
	if errors.Is(err, postgres.ErrRunLimit) {
		return river.JobSnooze(retryPlace)
	}
	if err != nil || !taken {
		return err
	}
	_, err = s.work(ctx, lease, runOptions{progress: func(portal.SyncRun) {}, maxWait: maxWait, slice: slice})
	var later *connector.Postponed
	switch {
	case err == nil || errors.Is(err, postgres.ErrLeaseLost):
		return nil
	case errors.As(err, &later):
		return river.JobSnooze(max(0, later.Until.Sub(s.config.Clock.Now())))
	case ctx.Err() == nil:
		return err
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		_, err := s.giveUp(ctx, lease, "timeout", "The sync did not end in time. Nothing was changed.")
		return err
	}
	return s.release(ctx, lease)
}

// release returns the run to the queue, so that another process can resume it at once.
func (s *Service) release(ctx context.Context, lease postgres.Lease) error {
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
	defer cancel()
	if err := s.db.ReleaseRun(after, lease); err != nil {
		if errors.Is(err, postgres.ErrLeaseLost) {
			return nil
		}
		return err
	}
	s.log(lease).Info("sync returned to the queue")
	return river.JobSnooze(0)
}

// schedule queues the overdue runs, the longest overdue first. An error of one connection does not stop it.
func (s *Service) schedule(ctx context.Context) error {
	overdue, err := s.db.Overdue(ctx, s.config.Every)
	if err != nil {
		return err
	}
	for _, ref := range overdue {
		_, createErr := s.db.CreateRun(ctx, ref.MSSPID, ref.ID, "schedule", s.enqueueFor(ref.MSSPID))
		if portal.ErrorCode(createErr) != portal.SyncRunning {
			err = errors.Join(err, createErr)
		}
	}
	return errors.Join(err, s.raiseAlerts(ctx))
}

// chores runs every chore, also if another has failed.
func (s *Service) chores(ctx context.Context) error {
	var all error
	for name, chore := range s.config.Chores {
		if err := chore(ctx); err != nil {
			s.config.Log.Error("chore failed", "chore", name, "error", err)
			all = errors.Join(all, err)
		}
	}
	return all
}
