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
	// pollEvery is how soon a run is asked for again where no stream tells of it.
	pollEvery = 3 * time.Second
	// pollAtMost is how long the app waits between polls while nobody answers.
	pollAtMost = 30 * time.Second
	// streamCuts is how many streams in a row may end early before the app takes it that something on the way cuts
	// them, and polls.
	streamCuts = 3
	// streamAgain is after how many polls a stream is tried once more.
	streamAgain = 20
)

// watches are the runs the screens want to hear of, each followed once, however many screens do.
type watches struct {
	mu  sync.Mutex
	all map[string]*watch
}

// watch follows one run.
type watch struct {
	desktop  *Desktop
	endpoint *endpoint
	path     string
	// generation is the session's: what is heard after its end is nobody's any more.
	generation int
	cancel     context.CancelFunc

	mu      sync.Mutex
	wanted  int // by how many screens
	last    *portal.SyncRun
	stopped bool
}

// WatchSync tells the screens of a run by EventSyncRun until it ends: how it stands at once, and then whenever that
// changes. A second call for the same run tells how it stands once more.
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
		desktop: d, endpoint: current, path: path, generation: current.session.generation(), cancel: cancel, wanted: 1,
	}
	if d.watches.all == nil {
		d.watches.all = map[string]*watch{}
	}
	d.watches.all[id] = w
	go func() {
		w.follow(ctx)
		d.watches.forget(id, w)
	}()
	return nil
}

// UnwatchSync takes one WatchSync back. After the last one no event of the run follows.
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

// unwatch ends every watch: whoever signs in next, or acts in another role, asks anew.
func (d *Desktop) unwatch() {
	d.watches.mu.Lock()
	defer d.watches.mu.Unlock()
	for id, w := range d.watches.all {
		w.stop()
		delete(d.watches.all, id)
	}
}

func (all *watches) forget(id string, w *watch) {
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

// follow listens to the run's events, and asks for the run itself wherever they do not come through, until the run has
// ended or nobody may or wants to hear of it.
func (w *watch) follow(ctx context.Context) {
	cuts, failures := 0, 0
	for polls := 0; ; polls++ {
		if cuts < streamCuts || polls%streamAgain == 0 {
			heard, err := w.listen(ctx)
			if w.over(ctx) || final(err) {
				return
			}
			if cuts++; heard > 1 {
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
			w.tell(run)
		}
		if w.over(ctx) || final(err) {
			return
		}
	}
}

// listen reads one stream of events to its end and answers how many it heard.
func (w *watch) listen(ctx context.Context) (heard int, err error) {
	err = w.endpoint.session.call(ctx, request{method: http.MethodGet, path: w.path + "/events", event: func(name string, data []byte) error {
		var run portal.SyncRun
		if name != "run" {
			return nil
		}
		if json.Unmarshal(data, &run) != nil || checkID(run.ID) != nil {
			return notOurAPI()
		}
		fillLists(&run) // as a poll does, so that the same state is reported once
		heard++
		w.tell(run)
		return nil
	}})
	return heard, err
}

func (w *watch) poll(ctx context.Context) (portal.SyncRun, error) {
	var run portal.SyncRun
	return run, w.endpoint.get(ctx, w.path, nil, &run)
}

// tell emits how the run stands, if that is news and anybody still wants to hear it.
func (w *watch) tell(run portal.SyncRun) {
	if w.endpoint.session.generation() != w.generation {
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

// over reports whether there is nothing left to hear: the run has ended, or the watch or the session has.
func (w *watch) over(ctx context.Context) bool {
	if ctx.Err() != nil || w.endpoint.session.generation() != w.generation {
		return true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last != nil && w.last.Status.Ended()
}

// final reports an answer that will not change by asking again.
func final(err error) bool {
	return hasCode(err, SignedOut, portal.SessionRevoked, portal.Unauthenticated, portal.Deactivated, portal.Forbidden, portal.NotFound)
}
