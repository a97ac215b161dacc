package customersync

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"fs-client-portal/backend/portal"
)

// watches are the watched runs. Each is read once an interval for all its listeners.
type watches struct {
	mu    sync.Mutex
	ended bool
	of    map[string]map[*listener]struct{} // by run id
}

// listener receives the states of a run. Its channel holds the newest state only, until it is received.
type listener struct {
	viewer portal.Viewer
	out    chan portal.SyncRun
	last   portal.SyncRun
}

// send replaces a state that was not received yet. It does nothing if the state is the last one sent.
func (l *listener) send(run portal.SyncRun) {
	if reflect.DeepEqual(run, l.last) {
		return
	}
	l.last = run
	select {
	case <-l.out:
	default:
	}
	l.out <- run
}

// Watch returns a channel of the states of a run: the present one, and each that differs from it. The channel is closed
// when the run or ctx ends, when the viewer loses access, or by EndWatches. Errors as of postgres.DB.Run.
func (s *Service) Watch(ctx context.Context, viewer portal.Viewer, runID string) (<-chan portal.SyncRun, error) {
	run, err := s.db.Run(ctx, viewer, runID)
	if err != nil {
		return nil, err
	}
	l := &listener{viewer: viewer, out: make(chan portal.SyncRun, 1)}
	l.send(run)
	if run.Status.Ended() || !s.watches.add(run.ID, l, func() { s.poll(viewer.Scope.MSSPID, run.ID) }) {
		close(l.out)
		return l.out, nil
	}
	context.AfterFunc(ctx, func() { s.watches.remove(run.ID, l) })
	return l.out, nil
}

// EndWatches closes every channel of Watch. Channels of later calls are closed after the present state. A server that
// stops calls it, because open channels would keep requests alive.
func (s *Service) EndWatches() {
	s.watches.mu.Lock()
	defer s.watches.mu.Unlock()
	s.watches.ended = true
	for run, listeners := range s.watches.of {
		for l := range listeners {
			s.watches.drop(run, l)
		}
	}
}

// poll reads a run once an interval until it has no listeners.
func (s *Service) poll(msspID, runID string) {
	tick := time.NewTicker(s.config.WatchEvery)
	defer tick.Stop()
	for range tick.C {
		listeners := s.watches.listeners(runID)
		if len(listeners) == 0 {
			return
		}
		viewers := make([]portal.Viewer, len(listeners))
		for i, l := range listeners {
			viewers[i] = l.viewer
		}
		ctx, cancel := context.WithTimeout(context.Background(), watchTimeout)
		run, access, err := s.db.WatchRun(ctx, msspID, runID, viewers)
		cancel()
		if err != nil {
			s.config.Log.Warn("watched run not read", "run_id", runID, "error", err)
			continue
		}
		for i, l := range listeners {
			s.watches.send(l, run, access[i])
		}
	}
}

// watchTimeout is the longest time that one reading of a run may take.
const watchTimeout = 10 * time.Second

// add adds a listener of a run and starts poll for the first one. It returns false after EndWatches.
func (w *watches) add(run string, l *listener, poll func()) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return false
	}
	if w.of[run] == nil {
		w.of[run] = map[*listener]struct{}{}
		go poll()
	}
	w.of[run][l] = struct{}{}
	return true
}

// listeners returns the listeners of a run. A run without any is deleted under the same lock, so that the next listener
// starts a new poll.
func (w *watches) listeners(run string) []*listener {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.of[run]) == 0 {
		delete(w.of, run)
	}
	return slices.Collect(maps.Keys(w.of[run]))
}

// send sends the run to a listener, and closes its channel if the run has ended or the viewer has lost access.
func (w *watches) send(l *listener, run portal.SyncRun, access error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, still := w.of[run.ID][l]; !still {
		return
	}
	if access == nil {
		l.send(run)
	}
	if access != nil || run.Status.Ended() {
		w.drop(run.ID, l)
	}
}

// remove removes a listener whose context has ended.
func (w *watches) remove(run string, l *listener) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, still := w.of[run][l]; still {
		w.drop(run, l)
	}
}

// drop closes the channel of a listener and deletes it; the caller holds mu.
func (w *watches) drop(run string, l *listener) {
	delete(w.of[run], l)
	close(l.out)
}
