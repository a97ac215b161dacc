package desktop

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

// fakeClock stops until a test moves it. asked receives every wait.
type fakeClock struct {
	mu     sync.Mutex
	now    time.Time
	timers []fakeTimer
	asked  chan time.Duration
}

type fakeTimer struct {
	at   time.Time
	ring chan time.Time
}

func newFakeClock() *fakeClock {
	return &fakeClock{now: time.Now(), asked: make(chan time.Duration, 1000)}
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	timer := fakeTimer{c.now.Add(d), make(chan time.Time, 1)}
	if d <= 0 {
		timer.ring <- c.now
		return timer.ring
	}
	c.timers = append(c.timers, timer)
	c.asked <- d
	return timer.ring
}

// set moves the clock to now and rings what is due.
func (c *fakeClock) set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
	var later []fakeTimer
	for _, timer := range c.timers {
		if now.Before(timer.at) {
			later = append(later, timer)
			continue
		}
		timer.ring <- now
	}
	c.timers = later
}

func (c *fakeClock) advance(d time.Duration) { c.set(c.Now().Add(d)) }

// nextWait returns how long the next caller waits.
func (c *fakeClock) nextWait(t *testing.T) time.Duration {
	t.Helper()
	return wait.For(t, time.Minute, "a caller to wait", c.asked)
}

func withClock(c clock) func(*Options) { return func(o *Options) { o.clock = c } }

// limited refuses the first calls of a path with a status and a Retry-After, and counts all of them.
func (f *fakeAPI) limited(path string, refused int32, status int, after string) *atomic.Int32 {
	next := f.Config.Handler
	var asked atomic.Int32
	f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path || asked.Add(1) > refused {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Retry-After", after)
		refuse(w, status, portal.Errorf(portal.TooManyRequests, "Slow down."))
	})
	return &asked
}

func TestRateLimit(t *testing.T) {
	t.Run("short_is_waited_for", testRateLimitShortIsWaitedFor)
	t.Run("is_waited_for_once", testRateLimitIsWaitedForOnce)
	t.Run("long_is_left_to_the_user", testRateLimitLongIsLeftToTheUser)
	t.Run("wait_can_be_cancelled", testRateLimitWaitCanBeCancelled)
	t.Run("is_reported_after_a_timeout", testRateLimitIsReportedAfterATimeout)
	t.Run("does_not_break_a_sign_in", testRateLimitDoesNotBreakASignIn)
	t.Run("repeats_no_call_with_effects", testRateLimitRepeatsNoCallWithEffects)
	t.Run("accepts_seconds_and_dates", testRateLimitAcceptsSecondsAndDates)
}

func testRateLimitShortIsWaitedFor(t *testing.T) {
	for status, what := range map[int]string{http.StatusTooManyRequests: "limit", http.StatusServiceUnavailable: "unavailable"} {
		clock := newFakeClock()
		b := newTestApp(t, withClock(clock))
		asked := b.api.limited("/v1/auth/providers", 1, status, "7")
		done := make(chan error, 1)
		go func() { _, err := b.Providers(t.Context()); done <- err }()
		if waits := clock.nextWait(t); waits != 7*time.Second {
			t.Errorf("%d: waits %v", status, waits)
		}
		if got := b.emitted(EventWaiting); len(got) != 1 || got[0] != (Waiting{Seconds: 7, What: what}) {
			t.Errorf("%d: got events %v", status, got)
		}
		clock.advance(7*time.Second - 1)
		if n := asked.Load(); n != 1 {
			t.Errorf("%d: asked %d times before the wait was over", status, n)
		}
		clock.advance(1)
		if err := wait.For(t, time.Minute, "the providers", done); err != nil || asked.Load() != 2 {
			t.Errorf("%d: %v after %d calls", status, err, asked.Load())
		}
	}
}

// hastyClock lets no wait last.
type hastyClock struct{ systemClock }

func (hastyClock) After(time.Duration) <-chan time.Time { return time.After(0) }

func TestReadThroughAGateway(t *testing.T) {
	for _, c := range []struct {
		name    string
		method  string
		status  int
		refused int32
		asked   int32
		success bool
	}{
		{"is_made_again_after_502", "GET", 502, 1, 2, true},
		{"is_made_again_after_503", "GET", 503, 1, 2, true},
		{"is_made_again_after_504", "GET", 504, 1, 2, true},
		{"is_made_again_once_only", "GET", 502, 9, 2, false},
		{"is_not_made_again_after_500", "GET", 500, 1, 1, false},
		{"a_change_is_not_made_again", "POST", 502, 1, 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) <= c.refused {
					webPage(c.status)(w, r)
					return
				}
				reply(w, 200, map[string]any{})
			}))
			defer server.Close()
			api := newAPIClient(server.URL, "1", nil, slog.New(slog.DiscardHandler))
			api.clock = hastyClock{}
			api.emit = func(event string, _ any) { t.Errorf("got event %s for a wait nobody asked for", event) }
			err := api.do(t.Context(), request{method: c.method, path: "/"})
			if (err == nil) != c.success || asked.Load() != c.asked {
				t.Errorf("asked %d times, want %d: %v", asked.Load(), c.asked, err)
			}
		})
	}
}

func testRateLimitIsWaitedForOnce(t *testing.T) {
	clock := newFakeClock()
	b := newTestApp(t, withClock(clock))
	asked := b.api.limited("/v1/auth/providers", 9, 429, "10")
	done := make(chan error, 1)
	go func() { _, err := b.Providers(t.Context()); done <- err }()
	clock.nextWait(t)
	clock.advance(10 * time.Second)
	if p := wantCode(t, wait.For(t, time.Minute, "the providers", done), portal.TooManyRequests); p.RetryAfter != 10 || asked.Load() != 2 {
		t.Errorf("retry after %d, %d calls", p.RetryAfter, asked.Load())
	}
}

func testRateLimitLongIsLeftToTheUser(t *testing.T) {
	for after, seconds := range map[string]int{"11": 11, "99999999999999999999999": longestWait, "": 0, "soon": 0} {
		clock := newFakeClock()
		b := newTestApp(t, withClock(clock))
		asked := b.api.limited("/v1/auth/providers", 9, 429, after)
		_, err := b.Providers(t.Context())
		if p := wantCode(t, err, portal.TooManyRequests); p.RetryAfter != seconds || asked.Load() != 1 {
			t.Errorf("%q: retry after %d, %d calls", after, p.RetryAfter, asked.Load())
		}
		if got := b.emitted(EventWaiting); len(got) != 0 {
			t.Errorf("%q: got events %v", after, got)
		}
	}
}

func testRateLimitWaitCanBeCancelled(t *testing.T) {
	clock := newFakeClock()
	b := newTestApp(t, withClock(clock))
	asked := b.api.limited("/v1/auth/attempts", 9, 429, "10")
	done := make(chan error, 1)
	go func() { _, err := b.SignIn(t.Context(), "google"); done <- err }()
	clock.nextWait(t)
	if err := b.CancelSignIn(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, wait.For(t, time.Minute, "the sign-in to end", done), Cancelled)
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
}

// expiring is a context whose deadline passes when the test decides.
type expiring struct {
	context.Context
	over chan struct{}
}

func (e expiring) Done() <-chan struct{} { return e.over }

func (e expiring) Err() error {
	select {
	case <-e.over:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

func testRateLimitIsReportedAfterATimeout(t *testing.T) {
	clock := newFakeClock()
	b := newTestApp(t, withClock(clock))
	b.api.limited("/v1/auth/providers", 9, 429, "10")
	ctx := expiring{t.Context(), make(chan struct{})}
	done := make(chan error, 1)
	go func() { _, err := b.Providers(ctx); done <- err }()
	clock.nextWait(t)
	close(ctx.over)
	if p := wantCode(t, wait.For(t, time.Minute, "the providers", done), portal.TooManyRequests); p.RetryAfter != 10 {
		t.Errorf("retry after %d", p.RetryAfter)
	}
}

// Each call of a sign-in finds the limit once; the user notices nothing but the wait.
func testRateLimitDoesNotBreakASignIn(t *testing.T) {
	clock := newFakeClock()
	b := newTestApp(t, withClock(clock))
	counts := map[string]*atomic.Int32{}
	for _, path := range []string{"/v1/auth/attempts", "/v1/auth/token", "/v1/auth/refresh", "/v1/me"} {
		counts[path] = b.api.limited(path, 1, 429, "5")
	}
	over := make(chan struct{})
	defer close(over)
	go func() {
		for {
			select {
			case d := <-clock.asked:
				if d == 5*time.Second {
					clock.advance(d)
				}
			case <-over:
				return
			}
		}
	}()
	b.signIn(t)
	b.api.expireAccess()
	if _, err := b.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	for path, asked := range counts {
		if asked.Load() < 2 {
			t.Errorf("%s was asked %d times", path, asked.Load())
		}
	}
	if got := b.emitted(EventWaiting); len(got) != 4 {
		t.Errorf("got events %v", got)
	}
}

func testRateLimitRepeatsNoCallWithEffects(t *testing.T) {
	for call, status := range map[string]int{
		"POST /v1/auth/token": 503, "POST /v1/invites": 429, "DELETE /v1/sessions": 429, "PATCH /v1/users": 503,
		"GET /v1/clients": 500, "POST /v1/auth/attempts": 500,
	} {
		method, path, _ := strings.Cut(call, " ")
		err := &Problem{Code: portal.TooManyRequests, RetryAfter: 2, status: status}
		if _, worth := worthWaiting(request{method: method, path: path}, err); worth {
			t.Errorf("%s is made again after %d", call, status)
		}
	}
}

func testRateLimitAcceptsSecondsAndDates(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	at := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for _, c := range []struct {
		value, date string
		want        int
	}{
		{"", "", 0}, {"12", "", 12}, {" 12 ", "", 12}, {"0", "", 0}, {"-3", "", 0}, {"+3", "", 0}, {"1.5", "", 0}, {"x", "", 0},
		{"3601", "", longestWait}, {strings.Repeat("9", 400), "", longestWait},
		{at(time.Minute), "", 60}, {at(-time.Minute), "", 0}, {at(1000 * time.Hour), "", longestWait},
		{"Fri, 31 Dec 9999 23:59:59 GMT", "", longestWait}, {"Sat, 01 Jan 0001 00:00:00 GMT", "", 0},
		// This computer's clock is a day behind the server's.
		{at(24*time.Hour + 5*time.Second), at(24 * time.Hour), 5},
	} {
		header := http.Header{"Retry-After": {c.value}, "Date": {c.date}}
		if got := retryAfter(header, now); got != c.want {
			t.Errorf("%q of %q is %d, want %d", c.value, c.date, got, c.want)
		}
	}
}
