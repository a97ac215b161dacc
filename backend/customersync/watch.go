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

// watches are the runs somebody looks at: each is read once an interval, however many look.
type watches struct {
	mu    sync.Mutex
	ended bool
	of    map[string]map[*listener]struct{} // by run
}

// listener is one who looks. Its channel holds the newest state that has not been taken yet, and no older one.
type listener struct {
	viewer portal.Viewer
	out    chan portal.SyncRun
	last   portal.SyncRun
}

// tell puts a state in place of one that was not taken.
func (l *listener) tell(run portal.SyncRun) {
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

// Watch tells how a run stands: at once, and then whenever that has changed. The channel is closed once the run has
// ended, ctx has, the viewer is no longer in good standing, or EndWatches was called. Errors as of a run that is read.
func (s *Service) Watch(ctx context.Context, viewer portal.Viewer, runID string) (<-chan portal.SyncRun, error) {
	run, err := s.db.Run(ctx, viewer, runID)
	if err != nil {
		return nil, err
	}
	l := &listener{viewer: viewer, out: make(chan portal.SyncRun, 1)}
	l.tell(run)
	if over(run) || !s.watches.add(run.ID, l, func() { s.poll(viewer.Scope.MSSPID, run.ID) }) {
		close(l.out)
		return l.out, nil
	}
	context.AfterFunc(ctx, func() { s.watches.remove(run.ID, l) })
	return l.out, nil
}

// EndWatches closes every channel of Watch, and from now on each as soon as it has told the present state: a server that
// ends waits for nobody who only looks.
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

// over reports whether nothing more happens to a run by itself.
func over(run portal.SyncRun) bool {
	return run.Status != portal.RunQueued && run.Status != portal.RunRunning
}

// poll reads a run until nobody looks any more.
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
		run, standing, err := s.db.WatchRun(ctx, msspID, runID, viewers)
		cancel()
		if err != nil {
			s.config.Log.Warn("run not read for those who watch it", "run_id", runID, "error", err)
			continue
		}
		for i, l := range listeners {
			s.watches.tell(l, run, standing[i])
		}
	}
}

const watchTimeout = 10 * time.Second

// add makes l a listener of a run, and begins poll for the first of them; false once all watches have ended.
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

// listeners answers who looks at a run. Where nobody does, the run is forgotten in the same moment, so that the next one
// to come begins a poll of their own.
func (w *watches) listeners(run string) []*listener {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.of[run]) == 0 {
		delete(w.of, run)
	}
	return slices.Collect(maps.Keys(w.of[run]))
}

func (w *watches) tell(l *listener, run portal.SyncRun, standing error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, still := w.of[run.ID][l]; !still {
		return
	}
	if standing == nil {
		l.tell(run)
	}
	if standing != nil || over(run) {
		w.drop(run.ID, l)
	}
}

func (w *watches) remove(run string, l *listener) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, still := w.of[run][l]; still {
		w.drop(run, l)
	}
}

// drop ends a listener; mu is held.
func (w *watches) drop(run string, l *listener) {
	delete(w.of[run], l)
	close(l.out)
}
