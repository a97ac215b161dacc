package sync

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"maps"
	"slices"
	stdsync "sync"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

const (
	// handBackTime is how long giving a run back may take once there is no more time for the run itself.
	handBackTime = 5 * time.Second
	// longestRun is the age at which a run that still has calls to make counts as one that never ends.
	longestRun = 24 * time.Hour
)

// turn is how one goes about a run.
type turn struct {
	// progress hears of each step.
	progress func(portal.SyncRun)
	// patience is the longest wait that is slept through, and slice the time after which others have their turn; then
	// work answers a *portal.Postponed. 0: as long as it takes.
	patience, slice time.Duration
}

// work does a run, or goes on with it: read call by call, merge. A fault of the product or its answer ends the run as
// failed and is no error. An error means that the run has not ended here: ctx has, the lease was lost, or, as a
// *portal.Postponed, the run is back in the queue with all that it has read.
func (s *Service) work(ctx context.Context, lease postgres.Lease, t turn) (portal.SyncRun, error) {
	leased, stop := s.keepAlive(ctx, lease)
	defer stop()
	s.log(lease).Info("sync at work", "trigger", lease.Run.Trigger, "calls", lease.Run.Calls)
	t.progress(lease.Run)
	state, run, err := s.readAndMerge(ctx, leased, lease, t)
	if err == nil {
		s.readNext(ctx, lease, state)
		return s.ended(lease, run, t), nil
	}
	var later *portal.Postponed
	if errors.As(err, &later) {
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), handBackTime)
		defer cancel()
		return portal.SyncRun{}, errors.Join(err, s.db.PostponeRun(after, lease, state, later.Until))
	}
	if run, err = s.fail(leased, lease, state, err); err != nil {
		return portal.SyncRun{}, err
	}
	return s.ended(lease, run, t), nil
}

func (s *Service) readAndMerge(ctx, leased context.Context, lease postgres.Lease, t turn) (State, portal.SyncRun, error) {
	state, err := s.read(leased, lease, t)
	if err != nil {
		return state, portal.SyncRun{}, err
	}
	// Not under leased: the transaction sees for itself whether the run is still ours, and once it has ended the run a
	// late heartbeat finds none.
	run, err := s.merge(ctx, lease, t)
	return state, run, err
}

// readNext queues another run where the connection's source or field map has changed since this one was read. Names that
// were declared harmless meanwhile wait for the next run.
func (s *Service) readNext(ctx context.Context, lease postgres.Lease, state State) {
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

func (s *Service) ended(lease postgres.Lease, run portal.SyncRun, t turn) portal.SyncRun {
	s.finished(lease, run)
	t.progress(run)
	return run
}

// keepAlive beats the lease's heart until stopped, and ends the context it answers once the lease is lost.
func (s *Service) keepAlive(ctx context.Context, lease postgres.Lease) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(s.config.Takeover / beats)
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

// read makes the calls that are left, from where the run was. What was read of a connection that has been changed since,
// if only while the last call was made, is read anew: one answer of each of two would be of neither.
func (s *Service) read(ctx context.Context, lease postgres.Lease, t turn) (State, error) {
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
		if state.Of != "" && state.Of != whatIsRead(connection) {
			if err := s.db.StartOver(ctx, lease); err != nil {
				return state, err
			}
			state = State{}
		}
		if state, err = s.lookAgain(ctx, lease, state); err != nil || state.Done {
			return state, err
		}
		if state, err = s.readOn(ctx, lease, connection, state, t, began); err != nil {
			return state, err
		}
	}
}

func (s *Service) readOn(ctx context.Context, lease postgres.Lease, connection portal.Connection, state State, t turn, began time.Time) (State, error) {
	clock := hurried{s.config.Clock, t.patience}
	if at := lease.Run.RetryAt; at != nil {
		if err := clock.Sleep(ctx, at.Sub(clock.Now())); err != nil {
			return state, err
		}
	}
	told := &telling{service: s, lease: lease, turn: t, kinds: kindsOf(state)}
	reader, err := s.reader(connection, Options{
		Clock: clock, Waiting: func(until time.Time) { told.waiting(ctx, until) }, Calling: func(time.Time) { told.calling(ctx) },
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
	state.Of, state.Fields = whatIsRead(connection), connection.Fields
	for !state.Done {
		if state, err = s.call(ctx, lease, reader, state, told); err != nil {
			return state, veiled(connection.PublicOnly, connection.BaseURL, err)
		}
		if err := s.mayGoOn(lease, state, t, began); err != nil {
			return state, err
		}
	}
	return state, nil
}

var errEndless = portal.CallErrorf(portal.TimedOut, "The sync did not end within a day. Nothing was changed. Ask for a higher rate of calls at the product, or raise PORTAL_HEIMDAL_RATE.")

// mayGoOn lets others have their turn once this one has had its own.
func (s *Service) mayGoOn(lease postgres.Lease, state State, t turn, began time.Time) error {
	now := s.config.Clock.Now()
	switch {
	case state.Done:
		return nil
	case lease.Run.StartedAt != nil && now.Sub(*lease.Run.StartedAt) > longestRun:
		return errEndless
	case t.slice > 0 && now.Sub(began) > t.slice:
		return &portal.Postponed{Until: now}
	}
	return nil
}

// merge writes what was read. Few do at once, so that some of the pool's connections are left to others; who waits for
// that waits in the queue.
func (s *Service) merge(ctx context.Context, lease postgres.Lease, t turn) (portal.SyncRun, error) {
	var enough <-chan time.Time
	if t.patience > 0 {
		if !s.merging.begin(lease.MSSPID) {
			return portal.SyncRun{}, &portal.Postponed{Until: s.config.Clock.Now().Add(t.patience)}
		}
		defer s.merging.end(lease.MSSPID)
		timer := time.NewTimer(t.patience)
		defer timer.Stop()
		enough = timer.C
	}
	select {
	case <-ctx.Done():
		return portal.SyncRun{}, ctx.Err()
	case <-enough:
		return portal.SyncRun{}, &portal.Postponed{Until: s.config.Clock.Now().Add(t.patience)}
	case s.applying <- struct{}{}:
	}
	defer func() { <-s.applying }()
	return s.db.Merge(ctx, lease, s.config.Rules)
}

// hurried is a clock that sleeps through short waits alone.
type hurried struct {
	Clock
	patience time.Duration // 0: any wait
}

func (h hurried) Sleep(ctx context.Context, d time.Duration) error {
	if h.patience > 0 && d > h.patience {
		return &portal.Postponed{Until: h.Now().Add(d)}
	}
	return h.Clock.Sleep(ctx, max(0, d))
}

// telling writes into a run's record, at most once a second, how far the reading is.
type telling struct {
	service *Service
	lease   postgres.Lease
	turn    turn

	// kinds identifies the paths and types that were saved last.
	kinds uint64

	mu   stdsync.Mutex
	last time.Time
}

const tellEvery = time.Second

func (t *telling) seen(ctx context.Context, customers int64) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.service.config.Clock.Now()
	if now.Sub(t.last) < tellEvery {
		return nil
	}
	t.last = now
	run, err := t.service.db.RecordSeen(ctx, t.lease, customers)
	if err == nil {
		t.turn.progress(run)
	}
	return err
}

// waiting tells until when a call waits, zero when it goes on. Where that fails the call fails soon for the same reason.
func (t *telling) waiting(ctx context.Context, until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if run, err := t.service.db.RecordWaiting(ctx, t.lease, until); err == nil {
		t.turn.progress(run)
	}
}

// calling notes a call before it is made, so that even who takes over from the dead keeps the pace. It waits where somebody
// has had the connection tried meanwhile.
func (t *telling) calling(ctx context.Context) {
	call := postgres.Call{MSSPID: t.lease.MSSPID, ConnectionID: t.lease.ConnectionID, RunID: t.lease.Run.ID}
	if err := t.service.claim(ctx, call, t.service.config.Clock); err != nil && ctx.Err() == nil {
		t.service.log(t.lease).Warn("a call was not noted", "error", err)
	}
}

// newPaths reports whether a call has brought a path, or a type of one, that is not saved yet. Only these are saved with the
// call: of a run that is taken over, the counts of the last calls may be lost, but no path.
func (t *telling) newPaths(state State) bool {
	was := t.kinds
	t.kinds = kindsOf(state)
	return t.kinds != was
}

// kindsOf identifies the paths of a state and their types, whatever their counts.
func kindsOf(state State) uint64 {
	h := fnv.New64a()
	for _, p := range state.Paths {
		fmt.Fprintf(h, "%q %v %v %q", p.Path, slices.Sorted(maps.Keys(p.TypeCounts)), p.Unreadable > 0, p.Source)
	}
	return h.Sum64()
}

func (t *telling) progress(run portal.SyncRun) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = t.service.config.Clock.Now()
	t.turn.progress(run)
}

// fail ends the run as failed and says why, unless its worker has to stop or the run is no longer ours.
func (s *Service) fail(ctx context.Context, lease postgres.Lease, state State, cause error) (portal.SyncRun, error) {
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
	var answer *CallError
	if errors.As(cause, &answer) {
		failure.Sign = answer.Sign
	}
	return s.db.FailReading(ctx, lease, failure)
}

// explain puts a cause into a code and a sentence for an admin.
func explain(cause error) (code, detail string) {
	var answer *CallError
	var setting *portal.Error
	switch {
	case errors.As(cause, &answer):
		return string(answer.Code), answer.Detail
	case errors.Is(cause, postgres.ErrStagedLost):
		return "lost", "What this sync had kept of the answers is not as many customers as it had read: the database may have broken down meanwhile. Nothing was changed; the next sync reads everything again."
	case errors.Is(cause, errSealed):
		return "bad_secret", "The stored API key cannot be opened with this server's secret key. Replace the key, or restore the secret key file."
	case errors.As(cause, &setting) && setting.Code == portal.Invalid:
		return "bad_connection", setting.Detail
	}
	return "internal", "The portal could not finish this sync because of an error of its own. Nothing was changed; its log says more."
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
