package desktop

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"sync"
	"time"

	"fs-client-portal/backend/portal"
)

const (
	// pollEvery is the interval of polling a run without a stream.
	pollEvery = 3 * time.Second
	// pollAtMost is the longest interval of polling while calls fail.
	pollAtMost = 30 * time.Second
	// streamCuts is how many streams in a row may end early before the app assumes that a proxy cuts them, and polls.
	streamCuts = 3
	// streamAgain is after how many polls a stream is tried again.
	streamAgain = 20
)

// watches are the runs that screens follow. Each run is followed once, for any number of screens.
type watches struct {
	mu  sync.Mutex
	all map[string]*watch
}

// watch follows one run.
type watch struct {
	desktop  *Desktop
	endpoint *endpoint
	path     string
	// endings is the session's endCount when the watch began. After the session has ended, nothing is reported.
	endings int
	cancel  context.CancelFunc

	mu      sync.Mutex
	wanted  int // by how many screens
	last    *portal.SyncRun
	stopped bool
}

// WatchSync sends the state of a run by EventSyncRun until it ends: at once, and then at every change. A second call
// for the same run sends the state again.
func (d *Desktop) WatchSync(ctx context.Context, id string) error {
	path, err := pathOf("/v1/syncs", id)
	if err != nil {
		return err
	}
	current, err := d.currentEndpoint()
	if err != nil {
		return err
	}
	d.watches.mu.Lock()
	defer d.watches.mu.Unlock()
	if known := d.watches.all[id]; known != nil {
		known.again()
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	w := &watch{
		desktop: d, endpoint: current, path: path, endings: current.session.endCount(), cancel: cancel, wanted: 1,
	}
	if d.watches.all == nil {
		d.watches.all = map[string]*watch{}
	}
	d.watches.all[id] = w
	go func() {
		w.follow(ctx)
		d.watches.remove(id, w)
	}()
	return nil
}

// UnwatchSync undoes one WatchSync. After the last one no event of the run is sent.
func (d *Desktop) UnwatchSync(id string) error {
	d.watches.mu.Lock()
	defer d.watches.mu.Unlock()
	w := d.watches.all[id]
	if w == nil {
		return nil
	}
	if w.release() {
		delete(d.watches.all, id)
	}
	return nil
}

// unwatch ends every watch. After another sign-in, or in another role, the screens call WatchSync again.
func (d *Desktop) unwatch() {
	d.watches.mu.Lock()
	defer d.watches.mu.Unlock()
	for id, w := range d.watches.all {
		w.stop()
		delete(d.watches.all, id)
	}
}

func (all *watches) remove(id string, w *watch) {
	all.mu.Lock()
	defer all.mu.Unlock()
	w.stop()
	if all.all[id] == w {
		delete(all.all, id)
	}
}

func (w *watch) again() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wanted++
	if w.last != nil && !w.stopped {
		w.desktop.options.Emit(EventSyncRun, SyncRun{*w.last})
	}
}

func (w *watch) release() (last bool) {
	w.mu.Lock()
	w.wanted--
	last = w.wanted == 0
	w.mu.Unlock()
	if last {
		w.stop()
	}
	return last
}

func (w *watch) stop() {
	w.cancel()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
}

// follow reads the run's events, and polls the run if they do not arrive, until the run has ended or is no longer
// watched or allowed.
func (w *watch) follow(ctx context.Context) {
	cuts, failures := 0, 0
	for polls := 0; ; polls++ {
		if cuts < streamCuts || polls%streamAgain == 0 {
			events, err := w.listen(ctx)
			if w.finished(ctx) || final(err) {
				return
			}
			if cuts++; events > 1 {
				cuts = 0
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-w.desktop.clock.After(min(pollEvery<<min(failures, 4), pollAtMost)):
		}
		run, err := w.poll(ctx)
		if failures++; err == nil {
			failures = 0
			w.emit(run)
		}
		if w.finished(ctx) || final(err) {
			return
		}
	}
}

// listen reads one stream of events to its end and returns how many events it had.
func (w *watch) listen(ctx context.Context) (events int, err error) {
	err = w.endpoint.session.call(ctx, request{method: http.MethodGet, path: w.path + "/events", event: func(name string, data []byte) error {
		var run portal.SyncRun
		if name != "run" {
			return nil
		}
		if json.Unmarshal(data, &run) != nil || checkID(run.ID) != nil {
			return notOurAPI()
		}
		fillLists(&run) // as a poll does, so that the same state is reported once
		events++
		w.emit(run)
		return nil
	}})
	return events, err
}

func (w *watch) poll(ctx context.Context) (portal.SyncRun, error) {
	var run portal.SyncRun
	return run, w.endpoint.get(ctx, w.path, nil, &run)
}

// emit sends the run's state if it has changed and is still watched.
func (w *watch) emit(run portal.SyncRun) {
	if w.endpoint.session.endCount() != w.endings {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped || w.last != nil && reflect.DeepEqual(*w.last, run) {
		return
	}
	w.last = &run
	w.desktop.options.Emit(EventSyncRun, SyncRun{run})
}

// finished reports whether the run, the watch or the session has ended.
func (w *watch) finished(ctx context.Context) bool {
	if ctx.Err() != nil || w.endpoint.session.endCount() != w.endings {
		return true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last != nil && w.last.Status.Ended()
}

// final reports whether an error will not change by trying again.
func final(err error) bool {
	return hasCode(err, SignedOut, portal.SessionRevoked, portal.Unauthenticated, portal.Deactivated, portal.Forbidden, portal.NotFound)
}
