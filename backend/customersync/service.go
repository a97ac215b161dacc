package customersync

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// Sealer encrypts the secrets that the portal keeps, and decrypts them.
type Sealer interface {
	Seal(plain, aad []byte) []byte
	Open(sealed, aad []byte) ([]byte, error)
}

// APIKeyContext returns the associated data that a connection's API key is sealed with: a sealed key that is moved to
// another connection cannot be decrypted.
func APIKeyContext(c portal.Connection) []byte {
	return []byte("mssp_product.api_key:" + c.MSSPID + ":" + c.ID)
}

// Config says how to sync.
type Config struct {
	Connectors []connector.Connector // one for each product
	Every      time.Duration         // how often each connection is synced by itself; 0: 1 h
	HTTPClient *http.Client          // nil: one of its own
	// Rates are, by product id, the calls a minute per connection and endpoint that replace the product's own; 0: no
	// limit.
	Rates map[string]int
	// AllowPrivate: admins may name private and loopback addresses of products, on a developer's machine.
	AllowPrivate bool
	Log          *slog.Logger // nil: none
	Jobs         bool         // work jobs in this process; else it only queues them
	// Rules are the limits of the plausibility check.
	Rules postgres.MergeRules
	// Takeover is the age of a heartbeat after which another worker takes the run over; 0: 30 s. All replicas must use the
	// same.
	Takeover time.Duration
	// WatchEvery is how often a watched run is read; 0: 1 s.
	WatchEvery time.Duration
	Clock      connector.Clock // nil: the real one
	// Chores run every hour on one replica, each under its name.
	Chores map[string]func(context.Context) error
	// Deliver mails an invite; after an error it is called again later. Nil: this process delivers no mail.
	Deliver func(ctx context.Context, msspID, inviteID string) error
	// Alert mails an admin about syncs that need attention; after an error it is called again later. Nil: no alerts are
	// mailed. It is called for a run that needs review, and once for every AlertAfter consecutive failures; 0: never.
	Alert      func(context.Context, portal.SyncAlert) error
	AlertAfter int
	// Record, if set, gets the shape of every response that this process reads, as in connector.Options.
	Record io.Writer
	// Finished, if set, is called with every run that ended in this process.
	Finished func(portal.SyncRun)
}

const (
	defaultEvery    = time.Hour
	defaultTakeover = 30 * time.Second
	// heartbeats is how many heartbeats a worker sends within Takeover.
	heartbeats = 6
	// workers is the greatest number of runs at work in one process. A run that waits for its product is not at work.
	workers = 20
	// maxWait is the longest wait a worker sleeps through, slice how long one run has a worker while others wait.
	maxWait = 3 * time.Second
	slice   = time.Minute
	// staleAfter is after how many of its periods a connection without a merged run needs attention.
	staleAfter = 3
)

// Service syncs. Its methods may be called from many goroutines.
type Service struct {
	db     *postgres.DB
	sealer Sealer
	config Config
	jobs   *river.Client[pgx.Tx]
	places places
	// merging are the MSSPs with a merge at work: another merge would only wait for it, and hold a connection of the pool
	// meanwhile.
	merging merging
	// applying limits the number of concurrent merges, so that requests get connections of the pool.
	applying chan struct{}

	// public calls products at public addresses only. proofs remembers the connections that were tested successfully.
	public *http.Client
	proofs *proofs

	watches watches

	stopWatch context.CancelFunc
	onWatch   sync.WaitGroup
}

// New makes a Service. It does nothing by itself before Start.
func New(db *postgres.DB, sealer Sealer, c Config) (*Service, error) {
	if c.Every <= 0 {
		c.Every = defaultEvery
	}
	if c.Takeover <= 0 {
		c.Takeover = defaultTakeover
	}
	if c.WatchEvery <= 0 {
		c.WatchEvery = time.Second
	}
	if c.Clock == nil {
		c.Clock = connector.RealClock{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{
		db: db.WithTakeover(c.Takeover), sealer: sealer, config: c, public: newPublicClient(), proofs: newProofs(),
		watches:  watches{of: map[string]map[*listener]struct{}{}},
		applying: make(chan struct{}, max(1, db.Pool().Config().MaxConns/2)),
	}
	var err error
	s.jobs, err = s.newJobs()
	return s, err
}

// Every is how often each connection is synced by itself.
func (s *Service) Every() time.Duration { return s.config.Every }

// StaleAfter is how long a connection may be without a complete run before that needs attention.
func (s *Service) StaleAfter() time.Duration { return staleAfter * s.config.Every }

// Start begins to work jobs and to keep the schedule, if Config.Jobs is set.
func (s *Service) Start(ctx context.Context) error {
	if !s.config.Jobs {
		return nil
	}
	// The engine would end all work at once when ctx ends; Stop ends it in an orderly way.
	if err := s.jobs.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	var watch context.Context
	watch, s.stopWatch = context.WithCancel(context.WithoutCancel(ctx))
	s.onWatch.Go(func() { s.watchDeadRuns(watch) })
	return nil
}

// Stop takes no new jobs and waits for those at work until ctx ends; then it returns their runs to the queue.
func (s *Service) Stop(ctx context.Context) error {
	if !s.config.Jobs {
		return nil
	}
	s.stopWatch()
	s.onWatch.Wait()
	if err := s.jobs.Stop(ctx); err == nil || ctx.Err() == nil {
		return err
	}
	hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime+5*time.Second)
	defer cancel()
	return s.jobs.StopAndCancel(hard)
}

// Request queues a run for a viewer, of the connection whose last run is the oldest. Errors: portal.SyncRunning while
// each connection has a run queued or running, portal.NoProduct without a connection.
func (s *Service) Request(ctx context.Context, viewer portal.Viewer) (portal.SyncRun, error) {
	return s.RequestOf(ctx, viewer, "")
}

// RequestOf is Request for the connection with this id, or as Request if it is "". Errors: also portal.NotFound if
// there is no such connection in the viewer's scope, portal.Conflict if it is paused.
func (s *Service) RequestOf(ctx context.Context, viewer portal.Viewer, connectionID string) (portal.SyncRun, error) {
	run, err := s.db.RequestRun(ctx, viewer, connectionID, s.enqueueFor(viewer.Scope.MSSPID))
	if portal.ErrorCode(err) != portal.SyncRunning {
		return run, err
	}
	if err := s.db.EndDeadRuns(ctx, viewer.Scope.MSSPID); err != nil {
		return portal.SyncRun{}, err
	}
	return s.db.RequestRun(ctx, viewer, connectionID, s.enqueueFor(viewer.Scope.MSSPID))
}

// RunNow runs one sync of an MSSP in this process and returns the run when it has ended; progress, if not nil, is
// called after each step. A queued run is used if there is one. Errors: portal.SyncRunning while a run is at work,
// portal.NoProduct without a connection, portal.NotFound if there is no such MSSP. When ctx ends, the run fails as
// interrupted.
func (s *Service) RunNow(ctx context.Context, msspID string, progress func(portal.SyncRun)) (portal.SyncRun, error) {
	if progress == nil {
		progress = func(portal.SyncRun) {}
	}
	runID, err := s.foregroundRun(ctx, msspID)
	if err != nil {
		return portal.SyncRun{}, err
	}
	lease, taken, err := s.db.TakeRun(ctx, msspID, runID)
	if err != nil {
		return portal.SyncRun{}, err
	}
	if !taken {
		return portal.SyncRun{}, portal.Errorf(portal.SyncRunning, "A sync is already running. Wait for it to end.")
	}
	run, err := s.work(ctx, lease, runOptions{progress: progress})
	if ctx.Err() != nil && err != nil {
		return s.giveUp(ctx, lease, "interrupted", "The sync was stopped before its end. Nothing was changed.")
	}
	return run, err
}

// Accept accepts a run that needs review for a viewer, and queues it to be merged. Errors as postgres.DB.AcceptRun.
func (s *Service) Accept(ctx context.Context, viewer portal.Viewer, runID string) (portal.SyncRun, error) {
	return s.db.AcceptRun(ctx, viewer, runID, s.enqueueFor(viewer.Scope.MSSPID))
}

// Discard ends a run that needs review, for a viewer; it changes no customer. Errors as postgres.DB.DiscardRun.
func (s *Service) Discard(ctx context.Context, viewer portal.Viewer, runID string) (portal.SyncRun, error) {
	return s.db.DiscardRun(ctx, viewer, runID)
}

func (s *Service) foregroundRun(ctx context.Context, msspID string) (string, error) {
	run, err := s.db.CreateRun(ctx, msspID, "", "command", nil)
	if portal.ErrorCode(err) != portal.SyncRunning {
		return run.ID, err
	}
	if err := s.db.EndDeadRuns(ctx, msspID); err != nil {
		return "", err
	}
	queued, queuedErr := s.db.QueuedRun(ctx, msspID)
	if queuedErr != nil || queued != "" {
		return queued, queuedErr
	}
	run, err = s.db.CreateRun(ctx, msspID, "", "command", nil)
	return run.ID, err
}

// giveUp ends a run as failed after its context has ended.
func (s *Service) giveUp(ctx context.Context, lease postgres.Lease, code, detail string) (portal.SyncRun, error) {
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
	defer cancel()
	run, err := s.db.FailRun(after, lease, code, detail)
	if err == nil {
		s.finished(lease, run)
	}
	return run, err
}
