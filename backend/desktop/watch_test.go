package desktop

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"fs-client-portal/backend/portal"
)

// fakeRun is a run of the API, with a stream and a state as in the portal.
type fakeRun struct {
	mu      sync.Mutex
	run     portal.SyncRun
	changed chan struct{} // closed when run changes
	streams atomic.Int32
	open    atomic.Int32
	polls   atomic.Int32
}

func (f *fakeAPI) newRun() *fakeRun {
	r := &fakeRun{run: portal.SyncRun{ID: uuid.NewString(), Status: portal.RunRunning}, changed: make(chan struct{})}
	f.mux.HandleFunc("GET /v1/syncs/"+r.run.ID, f.signedIn(func(w http.ResponseWriter, _ *http.Request) {
		r.polls.Add(1)
		run, _ := r.now()
		reply(w, 200, run)
	}))
	f.mux.HandleFunc("GET /v1/syncs/"+r.run.ID+"/events", f.signedIn(r.stream))
	return r
}

func (r *fakeRun) now() (portal.SyncRun, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.run, r.changed
}

func (r *fakeRun) change(change func(*portal.SyncRun)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.run)
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *fakeRun) see(n int64) { r.change(func(run *portal.SyncRun) { run.Seen = n }) }
func (r *fakeRun) end() {
	r.change(func(run *portal.SyncRun) { run.Status = portal.RunComplete })
}

func (r *fakeRun) stream(w http.ResponseWriter, request *http.Request) {
	r.streams.Add(1)
	r.open.Add(1)
	defer r.open.Add(-1)
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	for {
		run, changed := r.now()
		data, _ := json.Marshal(run)
		fmt.Fprintf(w, ": a comment\n\nevent: run\ndata: %s\n\n", data)
		w.(http.Flusher).Flush()
		if run.Status.Ended() {
			return
		}
		select {
		case <-changed:
		case <-request.Context().Done():
			return
		}
	}
}

// counts returns the number of customers of each event, -1 for the end.
func (b *testApp) counts() []int64 {
	var seen []int64
	for _, e := range b.emitted(EventSyncRun) {
		run := e.(SyncRun).Run
		if run.Status.Ended() {
			run.Seen = -1
		}
		seen = append(seen, run.Seen)
	}
	return seen
}

func (b *testApp) wantTold(t *testing.T, want ...int64) {
	t.Helper()
	eventually(t, "the states of the run", func() bool { return fmt.Sprint(b.counts()) == fmt.Sprint(want) })
}

// connectThrough puts something between the app and the API.
func (b *testApp) connectThrough(t *testing.T, proxy func(next http.Handler) http.Handler) {
	t.Helper()
	b.connect(b.api.between(t, proxy), nil)
}

func (b *testApp) watching() int {
	b.watches.mu.Lock()
	defer b.watches.mu.Unlock()
	return len(b.watches.all)
}

func (b *testApp) wantNobodyWatching(t *testing.T, r *fakeRun) {
	t.Helper()
	eventually(t, "watch and stream to end", func() bool { return b.watching() == 0 && r.open.Load() == 0 })
}

// hurry ends every later wait at once, except that for a silent stream, and returns their lengths.
func (c *fakeClock) hurry(t *testing.T) *waits {
	for len(c.asked) > 0 {
		c.nextWait(t)
	}
	w := &waits{}
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	go func() {
		for {
			select {
			case d := <-c.asked:
				if d != streamSilence {
					w.add(d)
					c.advance(d)
				}
			case <-done:
				return
			}
		}
	}()
	return w
}

type waits struct {
	mu  sync.Mutex
	all []time.Duration
}

func (w *waits) add(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, d)
}

func TestWatch(t *testing.T) {
	t.Run("sends_every_change_until_the_run_ends", testWatchSendsEveryChangeUntilTheRunEnds)
	t.Run("sends_an_ended_run_once", testWatchSendsAnEndedRunOnce)
	t.Run("shares_a_stream_between_screens", testWatchSharesAStreamBetweenScreens)
	t.Run("ends_with_screen_session_role_and_window", testWatchEndsWithScreenSessionRoleAndWindow)
	t.Run("sends_nothing_after_the_session", testWatchSendsNothingAfterTheSession)
	t.Run("renews_the_token_for_the_next_stream", testWatchRenewsTheTokenForTheNextStream)
	t.Run("polls_behind_a_proxy_without_streams", testWatchPollsBehindAProxyWithoutStreams)
	t.Run("gives_up_a_silent_stream", testWatchGivesUpASilentStream)
	t.Run("continues_after_an_interruption", testWatchContinuesAfterAnInterruption)
	t.Run("does_not_poll_a_forbidden_run", testWatchDoesNotPollAForbiddenRun)
	t.Run("polls_less_often_while_offline", testWatchPollsLessOftenWhileOffline)
	t.Run("accepts_only_ids", testWatchAcceptsOnlyIds)
}

func testWatchSendsEveryChangeUntilTheRunEnds(t *testing.T) {
	b := newTestApp(t, withClock(newFakeClock()))
	b.signIn(t)
	r := b.api.newRun()
	if err := b.WatchSync(t.Context(), r.run.ID); err != nil {
		t.Fatal(err)
	}
	b.wantTold(t, 0)
	r.see(5000)
	b.wantTold(t, 0, 5000)
	r.end()
	b.wantTold(t, 0, 5000, -1)
	b.wantNobodyWatching(t, r)
	if r.streams.Load() != 1 || r.polls.Load() != 0 {
		t.Errorf("%d streams and %d polls were made", r.streams.Load(), r.polls.Load())
	}
}

func testWatchSendsAnEndedRunOnce(t *testing.T) {
	b := newTestApp(t, withClock(newFakeClock()))
	b.signIn(t)
	r := b.api.newRun()
	r.end()
	if err := b.WatchSync(t.Context(), r.run.ID); err != nil {
		t.Fatal(err)
	}
	b.wantTold(t, -1)
	b.wantNobodyWatching(t, r)
}

func testWatchSharesAStreamBetweenScreens(t *testing.T) {
	b := newTestApp(t, withClock(newFakeClock()))
	b.signIn(t)
	r := b.api.newRun()
	for _, want := range [][]int64{{0}, {0, 0}} {
		if err := b.WatchSync(t.Context(), r.run.ID); err != nil {
			t.Fatal(err)
		}
		b.wantTold(t, want...)
	}
	if err := b.UnwatchSync(r.run.ID); err != nil {
		t.Fatal(err)
	}
	r.see(7)
	b.wantTold(t, 0, 0, 7)
	if err := b.UnwatchSync(r.run.ID); err != nil {
		t.Fatal(err)
	}
	b.wantNobodyWatching(t, r)
	if r.streams.Load() != 1 {
		t.Errorf("%d streams were opened", r.streams.Load())
	}
	if err := b.UnwatchSync(r.run.ID); err != nil {
		t.Errorf("to stop watching what is not watched: %v", err)
	}
}

func testWatchEndsWithScreenSessionRoleAndWindow(t *testing.T) {
	for name, end := range map[string]func(*testApp, *fakeRun) error{
		"unwatch":  func(b *testApp, r *fakeRun) error { return b.UnwatchSync(r.run.ID) },
		"sign-out": func(b *testApp, _ *fakeRun) error { return b.SignOut(t.Context()) },
		"close":    func(b *testApp, _ *fakeRun) error { b.Close(); return nil },
		"role":     func(b *testApp, _ *fakeRun) error { _, err := b.UseGrant(t.Context(), uuid.NewString()); return err },
	} {
		t.Run(name, func(t *testing.T) {
			b := newTestApp(t, withClock(newFakeClock()))
			b.signIn(t)
			r := b.api.newRun()
			if err := b.WatchSync(t.Context(), r.run.ID); err != nil {
				t.Fatal(err)
			}
			b.wantTold(t, 0)
			if err := end(b, r); err != nil {
				t.Fatal(err)
			}
			r.see(7)
			b.wantNobodyWatching(t, r)
			if got := b.counts(); len(got) != 1 {
				t.Errorf("got events %v after the end", got)
			}
		})
	}
}

func testWatchSendsNothingAfterTheSession(t *testing.T) {
	b := newTestApp(t, withClock(newFakeClock()))
	b.signIn(t)
	r := b.api.newRun()
	if err := b.WatchSync(t.Context(), r.run.ID); err != nil {
		t.Fatal(err)
	}
	b.wantTold(t, 0)
	b.endpoint.session.clear()
	r.see(7)
	r.end()
	b.wantNobodyWatching(t, r)
	if got := b.counts(); len(got) != 1 {
		t.Errorf("got events %v after the session ended", got)
	}
}

func testWatchRenewsTheTokenForTheNextStream(t *testing.T) {
	clock := newFakeClock()
	b := newTestApp(t, withClock(clock))
	b.signIn(t)
	r := b.api.newRun()
	b.api.expireAccess()
	if err := b.WatchSync(t.Context(), r.run.ID); err != nil {
		t.Fatal(err)
	}
	b.wantTold(t, 0)
	if n := b.api.count(&b.api.refreshes); n != 1 {
		t.Errorf("%d renewals", n)
	}
}

// between puts something between app and API.
func (f *fakeAPI) between(t *testing.T, change func(http.Handler) http.Handler) (address string) {
	t.Helper()
	target, _ := url.Parse(f.URL)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.FlushInterval = -1
	server := httptest.NewServer(change(proxy))
	t.Cleanup(server.Close)
	return server.URL
}

// events replaces the response of a stream and nothing else.
func events(instead http.HandlerFunc) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if len(r.URL.Path) > 7 && r.URL.Path[len(r.URL.Path)-7:] == "/events" {
				instead(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// cut is a proxy's response writer that breaks the connection after a number of events.
type cut struct {
	http.ResponseWriter
	left int
}

func (c *cut) Write(p []byte) (int, error) {
	if c.left > 0 {
		_, _ = c.ResponseWriter.Write(p)
		c.ResponseWriter.(http.Flusher).Flush()
	}
	if c.left--; c.left <= 0 {
		panic(http.ErrAbortHandler)
	}
	return len(p), nil
}

func testWatchPollsBehindAProxyWithoutStreams(t *testing.T) {
	cuts := func(events int) func(http.Handler) http.Handler {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Accept") == "application/json, application/problem+json" {
					next.ServeHTTP(w, r)
					return
				}
				next.ServeHTTP(&cut{w, events}, r)
			})
		}
	}
	for name, proxy := range map[string]func(http.Handler) http.Handler{
		"cuts at once":              cuts(0),
		"cuts after the first word": cuts(1),
		"responds by itself": events(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "<html>",
				http.StatusGatewayTimeout)
		}),
		"responds with a page": events(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }),
		"ends every stream at once": events(func(w http.ResponseWriter,
			_ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
		}),
	} {
		t.Run(name, func(t *testing.T) {
			clock := newFakeClock()
			b := newTestApp(t, withClock(clock))
			b.connectThrough(t, proxy)
			b.signIn(t)
			waited := clock.hurry(t)
			r := b.api.newRun()
			if err := b.WatchSync(t.Context(), r.run.ID); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the polls", func() bool { return r.polls.Load() > 2*streamAgain })
			r.see(7)
			eventually(t, "the last state", func() bool { got := b.counts(); return got[len(got)-1] == 7 })
			r.end()
			b.wantTold(t, 0, 7, -1)
			b.wantNobodyWatching(t, r)
			waited.mu.Lock()
			defer waited.mu.Unlock()
			for _, wait := range waited.all {
				if wait != pollEvery {
					t.Errorf("waited %v", wait)
				}
			}
			// Go's transport tries once more by itself where a connection it used before breaks without a word.
			if most := 2 * (r.polls.Load()/streamAgain + streamCuts + 1); r.streams.Load() > most {
				t.Errorf("%d streams were tried beside %d polls", r.streams.Load(), r.polls.Load())
			}
		})
	}
}

func testWatchGivesUpASilentStream(t *testing.T) {
	clock := newFakeClock()
	b := newTestApp(t, withClock(clock))
	hold := make(chan struct{})
	t.Cleanup(func() { close(hold) })
	b.connectThrough(t, events(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	}))
	b.signIn(t)
	r := b.api.newRun()
	if err := b.WatchSync(t.Context(), r.run.ID); err != nil {
		t.Fatal(err)
	}
	clock.awaitAsked(t, streamSilence)
	clock.advance(streamSilence)
	if d := clock.nextWait(t); d != pollEvery {
		t.Fatalf("then it waits %v", d)
	}
	clock.advance(pollEvery)
	b.wantTold(t, 0)
}

func testWatchContinuesAfterAnInterruption(t *testing.T) {
	clock := newFakeClock()
	b := newTestApp(t, withClock(clock))
	var seen atomic.Int32
	b.connectThrough(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Accept") != "application/json, application/problem+json" && seen.Add(1) == 1 {
				w = &cut{w, 2}
			}
			next.ServeHTTP(w, r)
		})
	})
	b.signIn(t)
	clock.hurry(t)
	r := b.api.newRun()
	if err := b.WatchSync(t.Context(), r.run.ID); err != nil {
		t.Fatal(err)
	}
	b.wantTold(t, 0)
	r.see(1)
	b.wantTold(t, 0, 1)
	r.see(2)
	b.wantTold(t, 0, 1, 2)
	eventually(t, "the second stream", func() bool { return r.streams.Load() == 2 && r.open.Load() == 1 })
	polls := r.polls.Load()
	r.end()
	b.wantTold(t, 0, 1, 2, -1)
	if r.polls.Load() != polls {
		t.Error("the run was asked for although a stream reported it")
	}
}

func testWatchDoesNotPollAForbiddenRun(t *testing.T) {
	for _, code := range []portal.Code{portal.NotFound, portal.Forbidden} {
		clock := newFakeClock()
		b := newTestApp(t, withClock(clock))
		b.signIn(t)
		waited := clock.hurry(t)
		id := uuid.NewString()
		var asked atomic.Int32
		b.api.mux.HandleFunc("GET /v1/syncs/"+id+"/events", b.api.signedIn(func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			refuse(w, map[portal.Code]int{portal.NotFound: 404, portal.Forbidden: 403}[code], portal.Errorf(code, "No."))
		}))
		if err := b.WatchSync(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the watch to end", func() bool { return b.watching() == 0 })
		if asked.Load() != 1 || len(waited.all) != 0 || len(b.counts()) != 0 {
			t.Errorf("%s: asked %d times, waited %v", code, asked.Load(), waited.all)
		}
	}
}

func testWatchPollsLessOftenWhileOffline(t *testing.T) {
	clock := newFakeClock()
	b := newTestApp(t, withClock(clock))
	b.signIn(t)
	waited := clock.hurry(t)
	id := uuid.NewString()
	b.api.Close()
	if err := b.WatchSync(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	eventually(t, "seven waits", func() bool {
		waited.mu.Lock()
		defer waited.mu.Unlock()
		return len(waited.all) > 6
	})
	b.unwatch()
	waited.mu.Lock()
	defer waited.mu.Unlock()
	want := []time.Duration{3, 6, 12, 24, 30, 30}
	for i, wait := range want {
		if waited.all[i] != wait*time.Second {
			t.Errorf("waits %v, want %v at first", waited.all, want)
			break
		}
	}
}

func testWatchAcceptsOnlyIds(t *testing.T) {
	b := newTestApp(t)
	wantCode(t, b.WatchSync(t.Context(), "../me"), portal.NotFound)
}
