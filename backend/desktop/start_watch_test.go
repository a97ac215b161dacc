package desktop

import (
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/testkit/wait"
)

// watched is a page that an App watches, on a clock that the test moves.
type watched struct {
	*testApp
	clock *fakeClock
	page  Page
	shown chan Notice
	ended chan struct{}
}

func watchStart(t *testing.T, change func(*watched)) *watched {
	t.Helper()
	w := &watched{clock: newFakeClock(), shown: make(chan Notice, 10), ended: make(chan struct{})}
	w.testApp = newTestApp(t, func(o *Options) { o.clock = w.clock })
	w.page = Page{
		Loaded: func() bool { return true }, Ping: func(string) {},
		Running: func() (running, known bool) { return true, true },
		Show:    func(n Notice) error { w.shown <- n; return nil },
	}
	change(w)
	go func() {
		w.WatchStart(w.page)
		close(w.ended)
	}()
	return w
}

// awaitTimer waits until the clock is asked to wait for d.
func (w *watched) awaitTimer(t *testing.T, d time.Duration) {
	t.Helper()
	for {
		if got := wait.For(t, time.Minute, "the timer", w.clock.asked); got == d {
			return
		}
	}
}

func TestStart(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*watched)
		hangs  bool
		cause  string
	}{
		"says_that_the_web_view_has_ended": {func(w *watched) {
			w.page.Running = func() (running, known bool) { return false, true }
		}, false, startEnded},
		"says_that_the_page_was_not_loaded": {func(w *watched) { w.page.Loaded = func() bool { return false } }, false, startUnread},
		"says_that_the_page_was_not_loaded_where_processes_are_not_known": {func(w *watched) {
			w.page.Running = func() (running, known bool) { return false, false }
			w.page.Loaded = func() bool { return false }
		}, false, startUnread},
		"says_that_the_page_hangs":        {func(*watched) {}, true, startHung},
		"says_that_the_page_cannot_start": {func(w *watched) { w.page.Ping = w.Alive }, false, startFailed},
	} {
		t.Run(name, func(t *testing.T) {
			w := watchStart(t, test.change)
			w.awaitTimer(t, startWait)
			w.clock.advance(startWait)
			if test.hangs {
				w.awaitTimer(t, replyWait)
				w.clock.advance(replyWait)
			}
			wait.Signal(t, time.Minute, "the end", w.ended)
			if len(w.shown) != 1 {
				t.Fatalf("%d notices were shown, want 1", len(w.shown))
			}
			text := wait.For(t, time.Minute, "the notice", w.shown).plain()
			if !strings.Contains(text, startCauses[test.cause]) || !strings.Contains(text, logPath(w.options.StateDir)) {
				t.Errorf("the notice says %q, want %q and the log's path", text, startCauses[test.cause])
			}
		})
	}
	t.Run("in_time_shows_nothing", func(t *testing.T) {
		w := watchStart(t, func(*watched) {})
		w.awaitTimer(t, startWait)
		w.Startup(t.Context())
		wait.Signal(t, time.Minute, "the end", w.ended)
		w.clock.advance(startWait)
		if len(w.shown) != 0 {
			t.Errorf("got %v, want no notice", wait.For(t, time.Minute, "the notice", w.shown))
		}
	})
	t.Run("before_the_watch_shows_nothing", func(t *testing.T) {
		w := watchStart(t, func(w *watched) { w.Startup(t.Context()) })
		wait.Signal(t, time.Minute, "the end", w.ended)
		if len(w.shown) != 0 {
			t.Errorf("got %v, want no notice", wait.For(t, time.Minute, "the notice", w.shown))
		}
	})
	t.Run("while_the_cause_is_looked_for_shows_nothing", func(t *testing.T) {
		w := watchStart(t, func(w *watched) {
			w.page.Loaded = func() bool { w.Startup(t.Context()); return false }
		})
		w.awaitTimer(t, startWait)
		w.clock.advance(startWait)
		wait.Signal(t, time.Minute, "the end", w.ended)
		if len(w.shown) != 0 {
			t.Errorf("got %v, want no notice", wait.For(t, time.Minute, "the notice", w.shown))
		}
	})
	t.Run("of_an_app_that_closes_shows_nothing", func(t *testing.T) {
		w := watchStart(t, func(*watched) {})
		w.awaitTimer(t, startWait)
		w.Close()
		wait.Signal(t, time.Minute, "the end", w.ended)
		if len(w.shown) != 0 {
			t.Errorf("got %v, want no notice", wait.For(t, time.Minute, "the notice", w.shown))
		}
	})
}
