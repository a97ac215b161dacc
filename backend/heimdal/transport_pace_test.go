package heimdal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"fs-client-portal/backend/connector"
)

func TestPace(t *testing.T) {
	t.Parallel()
	t.Run("spaces_calls_evenly", testPaceSpacesCallsEvenly)
	t.Run("is_shared_by_key", testPaceIsSharedByKey)
	t.Run("continues_in_resumed_run", testPaceContinuesInResumedRun)
	t.Run("releases_unused_slot", testPaceReleasesUnusedSlot)
	t.Run("keeps_later_slot", testPaceKeepsLaterSlot)
	t.Run("bounds_memory", testPaceBoundsMemory)
	t.Run("reports_each_call", testPaceReportsEachCall)
	t.Run("reports_long_wait", testPaceReportsLongWait)
	t.Run("hides_short_wait", testPaceHidesShortWait)
	t.Run("wait_ends_with_context", testPaceWaitEndsWithContext)
}

func testPaceSpacesCallsEvenly(t *testing.T) {
	t.Parallel()
	c, clock := newReader(t, 5, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("[]")) })
	begin := clock.now
	for range 6 {
		if _, err := c.all(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if took := clock.now.Sub(begin); took != time.Minute {
		t.Errorf("six calls at five a minute took %s, want a minute", took)
	}
}

func testPaceIsSharedByKey(t *testing.T) {
	t.Parallel()
	clock := &fakeClock{now: noon}
	c := NewConnector()
	open := func(key, url string) *reader {
		r, err := c.Open(connector.Settings{CustomerID: "17", BaseURL: url}, key, connector.Options{
			PerMinute: 5, Clock: clock,
			HTTPClient: &http.Client{Transport: fakeTransport(func(*http.Request) *http.Response { return jsonResponse(`[]`) })},
		})
		if err != nil {
			t.Fatal(err)
		}
		return r.(*reader)
	}
	for _, other := range []struct {
		key, url string
		waits    time.Duration
	}{
		{key, "https://a.example.com", 0},
		{key, "https://a.example.com/", 12 * time.Second},
		{key, "HTTPS://A.Example.com", 12 * time.Second},
		{key + "x", "https://a.example.com", 0},
		{key, "https://b.example.com", 0},
	} {
		before := clock.now
		if _, err := open(other.key, other.url).all(t.Context()); err != nil {
			t.Fatal(err)
		}
		if waited := clock.now.Sub(before); waited != other.waits {
			t.Errorf("%+v waited %s; want %v", other, waited, other.waits)
		}
	}
	if _, err := open(key, "https://b.example.com").Test(t.Context()); err != nil || clock.now.Sub(noon) < 24*time.Second {
		t.Errorf("a test kept no pace: %s, error %v", clock.now.Sub(noon), err)
	}
}

func testPaceContinuesInResumedRun(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		last time.Time
		want time.Duration
	}{
		{noon.Add(-5 * time.Second), 7 * time.Second}, {noon, 12 * time.Second}, {noon.Add(-time.Minute), 0}, {time.Time{}, 0},
		{noon.Add(time.Second), 13 * time.Second}, // a clock that is a little ahead
		{noon.Add(time.Hour), 0},                  // or wrong
	} {
		r, clock, _ := readerInTurn(t, respondWith(`[]`))
		r.transport.interval = 12 * time.Second
		state, err := r.Call(t.Context(), connector.State{Progress: connector.Progress{LastCall: test.last}}, nil)
		if waited := clock.now.Sub(noon); err != nil || waited != test.want || !state.Progress.LastCall.Equal(clock.now) {
			t.Errorf("last call at %s: waited %s, error %v; want %v", test.last, waited, err, test.want)
		}
	}
}

func testPaceReleasesUnusedSlot(t *testing.T) {
	t.Parallel()
	r, clock, calls := readerInTurn(t, respondWith(`[]`))
	r.transport.interval = 12 * time.Second
	if _, err := r.all(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.transport.clock = stoppingClock{clock}
	var postponed *connector.Postponed
	for range 3 {
		state, err := r.Call(t.Context(), connector.State{}, nil)
		if !errors.As(err, &postponed) || !postponed.Until.Equal(noon.Add(12*time.Second)) || state.Refusals != 0 || *calls != 1 {
			t.Errorf("postponed with %v after %d calls: %+v; want 0, 1", err, *calls, state)
		}
	}
}

func testPaceKeepsLaterSlot(t *testing.T) {
	t.Parallel()
	var p pace
	const every = 12 * time.Second
	first := p.reserve(noon, time.Time{}, every)
	second := p.reserve(noon, time.Time{}, every)
	p.release(first, every)
	if third := p.reserve(noon, time.Time{}, every); !third.Equal(second.Add(every)) {
		t.Errorf("second slot %s, third %s", second, third)
	}
}

func testPaceBoundsMemory(t *testing.T) {
	t.Parallel()
	var p paces
	for i := range maxPaces + 10 {
		p.get("https://a.example.com", fmt.Sprint(i))
	}
	if len(p.all) != 10 {
		t.Errorf("%d are kept; want 10", len(p.all))
	}
}

func testPaceReportsEachCall(t *testing.T) {
	t.Parallel()
	r, clock, calls := readerInTurn(t, respondStatus(429), respondWith(`[]`))
	r.transport.interval = 12 * time.Second
	var reported []time.Time
	r.transport.calling = func(at time.Time) {
		if *calls != len(reported) || !at.Equal(clock.now) {
			t.Errorf("after %d calls the next is reported at %s; want %v", *calls, at, len(reported))
		}
		reported = append(reported, at)
	}
	state, err := r.Call(t.Context(), connector.State{}, nil)
	if err != nil || len(reported) != 2 || !state.Progress.LastCall.Equal(reported[1]) {
		t.Errorf("reported %v, state %+v, error %v; want 2", reported, state, err)
	}
	r.transport.clock = stoppingClock{clock}
	if _, err := r.Call(t.Context(), connector.State{}, nil); err == nil || len(reported) != 2 {
		t.Errorf("a postponed call: reported %v, error %v; want 2", reported, err)
	}
}

func testPaceReportsLongWait(t *testing.T) {
	t.Parallel()
	r, clock, _ := readerInTurn(t, respondStatus(429, "Retry-After", "30"), respondStatus(429, "Retry-After",
		"Sun, 01 Nov 2026 12:05:00 GMT"), respondWith(`[]`))
	var reported []time.Time
	r.transport.waiting = func(until time.Time) { reported = append(reported, until) }
	if _, err := r.all(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(reported) != 4 || reported[0].Before(noon.Add(30*time.Second)) || !reported[1].IsZero() ||
		reported[2].Before(noon.Add(5*time.Minute)) || !reported[3].IsZero() || reported[2].After(clock.now) {
		t.Errorf("reported %v; want 4", reported)
	}
	r.transport.clock, reported = stoppingClock{clock}, nil
	r.transport.interval = time.Minute
	_, _ = r.Call(t.Context(), connector.State{Progress: connector.Progress{LastCall: clock.now}}, nil)
	if len(reported) != 1 || !reported[0].Equal(clock.now.Add(time.Minute)) {
		t.Errorf("a postponed wait: reported %v; want 1", reported)
	}
}

func testPaceHidesShortWait(t *testing.T) {
	t.Parallel()
	r, clock, _ := readerInTurn(t, respondWith(`[]`))
	r.transport.interval = time.Second
	r.transport.waiting = func(until time.Time) { t.Errorf("reported %s", until) }
	state := connector.State{Progress: connector.Progress{LastCall: noon}}
	if _, err := r.Call(t.Context(), state, nil); err != nil || len(clock.slept) != 1 {
		t.Errorf("waits %v, error %v; want 1", clock.slept, err)
	}
}

func testPaceWaitEndsWithContext(t *testing.T) {
	t.Parallel()
	c, clock := newReader(t, 0, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) })
	ctx, cancel := context.WithCancel(t.Context())
	clock.onSleep = cancel
	if _, err := c.all(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v", err)
	}
	if err := (connector.RealClock{}).Sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("sleeping with an ended context: %v", err)
	}
}
