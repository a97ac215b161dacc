package customersync

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

const (
	// releaseTime is how long returning a run to the queue may take after the worker's context has ended.
	releaseTime = 5 * time.Second
	// longestRun is the age at which a run that still has calls to make fails.
	longestRun = 24 * time.Hour
)

// runOptions is how to work on a run.
type runOptions struct {
	// progress is called with the run after each step.
	progress func(portal.SyncRun)
	// maxWait is the longest wait that the worker sleeps through, slice the longest time before the worker is given to
	// another run; work returns a *connector.Postponed if one is exceeded. 0: no limit.
	maxWait, slice time.Duration
}

// work starts or resumes a run: it reads call by call, then merges. A fault of the product or its response ends the run
// as failed and is no error. An error means that the run has not ended: ctx has ended, the lease is lost, or, with a
// *connector.Postponed, the run is back in the queue with all that it has read.
func (s *Service) work(ctx context.Context, lease postgres.Lease, t runOptions) (portal.SyncRun, error) {
	leased, stop := s.keepAlive(ctx, lease)
	defer stop()
	s.log(lease).Info("sync at work", "trigger", lease.Run.Trigger, "calls", lease.Run.Calls)
	t.progress(lease.Run)
	state, run, err := s.readAndMerge(ctx, leased, lease, t)
	if err == nil {
		s.readNext(ctx, lease, state)
		return s.ended(lease, run, t), nil
	}
	var later *connector.Postponed
	if errors.As(err, &later) {
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
		defer cancel()
		return portal.SyncRun{}, errors.Join(err, s.db.PostponeRun(after, lease, state, later.Until))
	}
	if run, err = s.fail(leased, lease, state, err); err != nil {
		return portal.SyncRun{}, err
	}
	return s.ended(lease, run, t), nil
}

func (s *Service) readAndMerge(ctx, leased context.Context, lease postgres.Lease, t runOptions) (connector.State, portal.SyncRun, error) {
	state, err := s.read(leased, lease, t)
	if err != nil {
		return state, portal.SyncRun{}, err
	}
	// The merge uses ctx and not leased: its transaction checks the lease itself, and a heartbeat after the run has ended
	// would cancel leased.
	run, err := s.merge(ctx, lease, t)
	return state, run, err
}

// readNext queues another run if the connection's source or field map has changed since this one was read. Names that
// were declared harmless meanwhile apply from the next run on.
func (s *Service) readNext(ctx context.Context, lease postgres.Lease, state connector.State) {
	connection, err := s.db.Connection(ctx, lease.MSSPID, lease.ConnectionID)
	if err == nil && isOfSource(state.Of, connection) {
		return
	}
	if err == nil {
		_, err = s.db.CreateRun(ctx, lease.MSSPID, lease.ConnectionID, "schedule", s.enqueueFor(lease.MSSPID))
	}
	if err != nil && portal.ErrorCode(err) != portal.SyncRunning {
		s.log(lease).Warn("run of a changed connection not queued", "error", err)
	}
}

func (s *Service) ended(lease postgres.Lease, run portal.SyncRun, t runOptions) portal.SyncRun {
	s.finished(lease, run)
	t.progress(run)
	return run
}

// keepAlive sends heartbeats until the returned function is called. It returns a context that ends when the lease is
// lost.
func (s *Service) keepAlive(ctx context.Context, lease postgres.Lease) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(s.config.Takeover / heartbeats)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if err := s.db.Heartbeat(ctx, lease); errors.Is(err, postgres.ErrLeaseLost) {
				cancel(err)
			}
		}
	}()
	return ctx, func() {
		cancel(nil)
		<-done
	}
}

// read makes the calls that are left. If the connection was changed since the first call, the run begins anew, because
// the responses would be of two different connections.
func (s *Service) read(ctx context.Context, lease postgres.Lease, t runOptions) (connector.State, error) {
	began := s.config.Clock.Now()
	state, err := s.db.ResumeReading(ctx, lease)
	if err != nil {
		return state, err
	}
	for {
		connection, err := s.db.Connection(ctx, lease.MSSPID, lease.ConnectionID)
		if err != nil {
			return state, err
		}
		if state.Of != "" && state.Of != sourceFingerprint(connection) {
			if err := s.db.StartOver(ctx, lease); err != nil {
				return state, err
			}
			state = connector.State{}
		}
		if state, err = s.checkAbsent(ctx, lease, state); err != nil || state.Done {
			return state, err
		}
		if state, err = s.readOn(ctx, lease, connection, state, t, began); err != nil {
			return state, err
		}
	}
}

func (s *Service) readOn(
	ctx context.Context, lease postgres.Lease, connection portal.Connection, state connector.State, t runOptions, began time.Time,
) (connector.State, error) {
	clock := boundedClock{s.config.Clock, t.maxWait}
	if at := lease.Run.RetryAt; at != nil {
		if err := clock.Sleep(ctx, at.Sub(clock.Now())); err != nil {
			return state, err
		}
	}
	product, err := s.connector(connection.ProductID)
	if err != nil {
		return state, err
	}
	record := &recorder{service: s, lease: lease, product: product.Product(), options: t, kinds: kindsOf(state)}
	reader, err := s.reader(connection, connector.Options{
		Clock: clock, Waiting: func(until time.Time) { record.waiting(ctx, until) }, Calling: func(time.Time) { record.calling(ctx) },
	})
	if err != nil {
		return state, err
	}
	last, err := s.db.LastCall(ctx, lease)
	if err != nil {
		return state, err
	}
	if last.After(state.Progress.LastCall) {
		state.Progress.LastCall = last
	}
	state.Of, state.Fields = sourceFingerprint(connection), connection.Fields
	for !state.Done {
		if state, err = s.call(ctx, lease, reader, state, record); err != nil {
			return state, hidePort(connection.PublicOnly, connection.BaseURL, err)
		}
		if err := s.checkTime(lease, product.Product(), state, t, began); err != nil {
			return state, err
		}
	}
	return state, nil
}

// checkTime returns an error if the run is too old, and a *connector.Postponed if its time slice is over.
func (s *Service) checkTime(
	lease postgres.Lease, product connector.Product, state connector.State, t runOptions, began time.Time,
) error {
	now := s.config.Clock.Now()
	switch {
	case state.Done:
		return nil
	case lease.Run.StartedAt != nil && now.Sub(*lease.Run.StartedAt) > longestRun:
		return endless(product)
	case t.slice > 0 && now.Sub(began) > t.slice:
		return &connector.Postponed{Until: now}
	}
	return nil
}

// endless is the error of a run that has taken too long.
func endless(product connector.Product) error {
	detail := "The sync did not end within a day. Nothing was changed."
	if product.RateAdvice != "" {
		detail += " " + product.RateAdvice
	}
	return connector.CallErrorf(connector.TimedOut, "%s", detail)
}

// merge merges what was read. The number of concurrent merges is limited, so that requests get connections of the pool;
// a run that waits too long for its merge is returned to the queue.
func (s *Service) merge(ctx context.Context, lease postgres.Lease, t runOptions) (portal.SyncRun, error) {
	var timeout <-chan time.Time
	if t.maxWait > 0 {
		if !s.merging.begin(lease.MSSPID) {
			return portal.SyncRun{}, &connector.Postponed{Until: s.config.Clock.Now().Add(t.maxWait)}
		}
		defer s.merging.end(lease.MSSPID)
		timer := time.NewTimer(t.maxWait)
		defer timer.Stop()
		timeout = timer.C
	}
	select {
	case <-ctx.Done():
		return portal.SyncRun{}, ctx.Err()
	case <-timeout:
		return portal.SyncRun{}, &connector.Postponed{Until: s.config.Clock.Now().Add(t.maxWait)}
	case s.applying <- struct{}{}:
	}
	defer func() { <-s.applying }()
	product, err := s.connector(lease.Run.Product)
	if err != nil {
		return portal.SyncRun{}, err
	}
	return s.db.Merge(ctx, lease, s.config.Rules, product.Product().ClientTypes)
}

// boundedClock is a clock whose Sleep returns a *connector.Postponed for waits longer than maxWait.
type boundedClock struct {
	connector.Clock
	maxWait time.Duration // 0: no limit
}

func (c boundedClock) Sleep(ctx context.Context, d time.Duration) error {
	if c.maxWait > 0 && d > c.maxWait {
		return &connector.Postponed{Until: c.Now().Add(d)}
	}
	return c.Clock.Sleep(ctx, max(0, d))
}

// recorder writes the progress of the reading to the run's row, at most once a second.
type recorder struct {
	service *Service
	lease   postgres.Lease
	product connector.Product
	options runOptions

	// kinds is the fingerprint of the paths and types that were saved last.
	kinds uint64

	mu   sync.Mutex
	last time.Time
}

const recordEvery = time.Second

func (r *recorder) seen(ctx context.Context, customers int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.service.config.Clock.Now()
	if now.Sub(r.last) < recordEvery {
		return nil
	}
	r.last = now
	run, err := r.service.db.RecordSeen(ctx, r.lease, customers)
	if err == nil {
		r.options.progress(run)
	}
	return err
}

// waiting records until when a call waits; the zero time when it goes on. An error is ignored: the call will fail for
// the same reason.
func (r *recorder) waiting(ctx context.Context, until time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if run, err := r.service.db.RecordWaiting(ctx, r.lease, until); err == nil {
		r.options.progress(run)
	}
}

// calling records a call before it is made, so that a worker which takes over the run keeps the rate limit. It waits if
// the connection was tested meanwhile.
func (r *recorder) calling(ctx context.Context) {
	call := postgres.Call{
		MSSPID: r.lease.MSSPID, ConnectionID: r.lease.ConnectionID, RunID: r.lease.Run.ID, Every: r.service.interval(r.product),
	}
	if err := r.service.claim(ctx, call, r.service.config.Clock); err != nil && ctx.Err() == nil {
		r.service.log(r.lease).Warn("call not recorded", "error", err)
	}
}

// newPaths reports whether the state has a path, or a type of one, that is not saved yet. The paths are saved only with
// such a call: if the run is taken over, the counts of the last calls may be lost, but no path.
func (r *recorder) newPaths(state connector.State) bool {
	was := r.kinds
	r.kinds = kindsOf(state)
	return r.kinds != was
}

// kindsOf returns a fingerprint of the paths of a state and their types, without their counts.
func kindsOf(state connector.State) uint64 {
	h := fnv.New64a()
	for _, p := range state.Paths {
		fmt.Fprintf(h, "%q %v %v %q", p.Path, slices.Sorted(maps.Keys(p.TypeCounts)), p.Unreadable > 0, p.Source)
	}
	return h.Sum64()
}

func (r *recorder) progress(run portal.SyncRun) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = r.service.config.Clock.Now()
	r.options.progress(run)
}

// fail ends the run as failed with the cause, unless the worker has to stop or its lease is lost.
func (s *Service) fail(ctx context.Context, lease postgres.Lease, state connector.State, cause error) (portal.SyncRun, error) {
	if lost := context.Cause(ctx); lost != nil {
		return portal.SyncRun{}, lost
	}
	if errors.Is(cause, postgres.ErrLeaseLost) {
		return portal.SyncRun{}, cause
	}
	code, detail := explain(cause)
	if code == "internal" {
		s.log(lease).Error("sync broke", "error", cause)
	}
	failure := postgres.Failure{Code: code, Detail: detail, State: state}
	var callErr *connector.CallError
	if errors.As(cause, &callErr) {
		failure.Sign = callErr.Sign
	}
	return s.db.FailReading(ctx, lease, failure)
}

// explain returns the error code and a sentence for an admin.
func explain(cause error) (code, detail string) {
	var callErr *connector.CallError
	var setting *portal.Error
	switch {
	case errors.As(cause, &callErr):
		return string(callErr.Code), callErr.Detail
	case errors.Is(cause, postgres.ErrStagedLost):
		return "lost", "The database has lost customers that this sync had read; it may have crashed meanwhile. Nothing was changed; " +
			"the next sync reads everything again."
	case errors.Is(cause, errSealed):
		return "bad_secret", "The stored API key cannot be decrypted with this server's secret key. Replace the key, or restore the " +
			"secret key file."
	case errors.As(cause, &setting) && setting.Code == portal.Invalid:
		return "bad_connection", setting.Detail
	}
	return "internal", "The portal could not finish this sync because of an internal error. Nothing was changed; the server's log " +
		"has the details."
}

func (s *Service) log(lease postgres.Lease) *slog.Logger {
	return s.config.Log.With("mssp_id", lease.MSSPID, "run_id", lease.Run.ID, "product", lease.Run.Product)
}

func (s *Service) finished(lease postgres.Lease, run portal.SyncRun) {
	log := s.log(lease).With("status", run.Status, "seen", run.Seen, "added", run.Added, "changed", run.Changed, "missing", run.Missing)
	if run.ErrorCode != nil {
		log.Warn("sync not complete", "error_code", *run.ErrorCode)
	} else {
		log.Info("sync finished")
	}
	if s.config.Finished != nil {
		s.config.Finished(run)
	}
}
