package heimdal

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

func TestRetry(t *testing.T) {
	t.Parallel()
	t.Run("waits_for_retry_after", testRetryWaitsForRetryAfter)
	t.Run("stops_after_five_tries", testRetryStopsAfterFiveTries)
	t.Run("postponed_call_keeps_count", testRetryPostponedCallKeepsCount)
	t.Run("resets_count_after_response", testRetryResetsCountAfterResponse)
	t.Run("repeats_temporary_errors", testRetryRepeatsTemporaryErrors)
	t.Run("leaves_long_wait_to_next_run", testRetryLeavesLongWaitToNextRun)
	t.Run("ignores_past_retry_after", testRetryIgnoresPastRetryAfter)
	t.Run("repeats_temporary_connection_errors", testRetryRepeatsTemporaryConnectionErrors)
	t.Run("stops_with_context", testRetryStopsWithContext)
	t.Run("adds_jitter", testRetryAddsJitter)
	t.Run("waits_up_to_limit", testRetryWaitsUpToLimit)
	t.Run("waits_after_message_with_status_200", testRetryWaitsAfterMessageWithStatus200)
	t.Run("not_after_response_began", testRetryNotAfterResponseBegan)
}

func testRetryWaitsForRetryAfter(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	c, clock := newReader(t, 0, func(w http.ResponseWriter, _ *http.Request) {
		switch calls.Add(1) {
		case 1:
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
		case 2:
			w.WriteHeader(http.StatusTooManyRequests)
		case 3:
			w.Header().Set("Retry-After", "soon")
			w.WriteHeader(http.StatusTooManyRequests)
		default:
			w.Write([]byte("[]"))
		}
	})
	if _, err := c.all(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, least := range []time.Duration{7 * time.Second, 2 * time.Minute, 2 * time.Minute} {
		if len(clock.slept) != 3 || clock.slept[i] < least || clock.slept[i] > least+least/10+time.Second {
			t.Fatalf("waited %v; the wait %d should be %s and a little; want 3", clock.slept, i, least)
		}
	}
}

func testRetryStopsAfterFiveTries(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	c, clock := newReader(t, 0, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusTooManyRequests)
	})
	_, err := c.all(t.Context())
	wantCode(t, err, connector.RateLimited)
	if calls.Load() != 5 || len(clock.slept) != 4 {
		t.Errorf("%d calls and %d waits; want 5, 4", calls.Load(), len(clock.slept))
	}
}

func testRetryPostponedCallKeepsCount(t *testing.T) {
	t.Parallel()
	r, clock, calls := readerInTurn(t, respondStatus(429))
	r.transport.clock = stoppingClock{clock}
	state := connector.State{}
	for n := range 5 {
		var err error
		state, err = r.Call(t.Context(), state, nil)
		var postponed *connector.Postponed
		if n+1 == 5 {
			wantCode(t, err, connector.RateLimited)
			break
		}
		if !errors.As(err, &postponed) || state.Refusals != n+1 || *calls != n+1 {
			t.Fatalf("after %d calls: %v, %+v; want %v, %v", *calls, err, state, n+1, n+1)
		}
		least := []time.Duration{time.Minute, 2 * time.Minute, 2 * time.Minute, 2 * time.Minute}[n]
		if wait := postponed.Until.Sub(clock.now); wait < least || wait > least+least/10+time.Second {
			t.Errorf("the wait %d is %s", n, wait)
		}
		clock.now = postponed.Until
	}
}

func testRetryResetsCountAfterResponse(t *testing.T) {
	t.Parallel()
	r, _, _ := readerInTurn(t, respondStatus(429), respondStatus(429), respondWith(`{"items":[`+clientsJSON(1, 1)+`],"totalCount":2}`))
	state, err := r.Call(t.Context(), connector.State{}, func(portal.Customer) error { return nil })
	if err != nil || state.Refusals != 0 || state.Progress.Calls != 1 {
		t.Errorf("%+v, error %v; want 0, 1", state, err)
	}
}

func testRetryRepeatsTemporaryErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		respond func() *http.Response
		before  int64 // calls of the run that were completed before
		waits   bool
		want    connector.CallCode
	}{
		"too many requests":              {respondStatus(429), 0, true, connector.RateLimited},
		"too many requests with a 200":   {respondWith(`{"message":"Too many requests"}`), 0, true, connector.RateLimited},
		"unavailable until":              {respondStatus(503, "Retry-After", "20"), 0, true, connector.ServerError},
		"unavailable":                    {respondStatus(503), 0, false, connector.ServerError},
		"unavailable in the middle":      {respondStatus(503), 3, true, connector.ServerError},
		"an error":                       {respondStatus(500), 0, false, connector.ServerError},
		"an error in the middle":         {respondStatus(502), 3, true, connector.ServerError},
		"a bad key in the middle":        {respondStatus(401), 3, false, connector.BadKey},
		"a bad key with a time":          {respondStatus(403, "Retry-After", "20"), 3, false, connector.BadKey},
		"a key refused with a 200":       {respondWith(refusedHere), 3, false, connector.BadKey},
		"no such endpoint in the middle": {respondStatus(404), 3, false, connector.NoEndpoint},
		"a bad request in the middle":    {respondStatus(400), 3, false, connector.Refused},
		"sent on in the middle":          {respondStatus(302, "Location", "https://evil.example.com/"), 3, false, connector.Redirected},
		"no server":                      {nil, 0, false, connector.Unreachable},
		"no server in the middle":        {nil, 3, true, connector.Unreachable},
		"a web page in the middle":       {respondWith(`<html>`), 3, false, connector.Garbage},
		"broken off in the middle":       {respondWith(`[{"id":1`), 3, false, connector.Truncated},
	} {
		t.Run(name, func(t *testing.T) {
			r, clock, calls := readerInTurn(t, test.respond)
			state := connector.State{Progress: connector.Progress{Calls: test.before}}
			_, err := r.Call(t.Context(), state, nil)
			wantCode(t, err, test.want)
			want := 1
			if test.waits {
				want = 5
			}
			if *calls != want || len(clock.slept) != want-1 {
				t.Errorf("%d calls and waits %v; want %v, %v", *calls, clock.slept, want, want-1)
			}
		})
	}
}

func testRetryLeavesLongWaitToNextRun(t *testing.T) {
	t.Parallel()
	for _, asked := range []string{"3600", "2147483647", "Sun, 01 Nov 2026 13:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"} {
		r, clock, calls := readerInTurn(t, respondStatus(429, "Retry-After", asked))
		_, err := r.all(t.Context())
		wantCode(t, err, connector.RateLimited)
		if *calls != 1 || len(clock.slept) != 0 {
			t.Errorf("%s: %d calls and waits %v; want 1, 0", asked, *calls, clock.slept)
		}
	}
}

func testRetryIgnoresPastRetryAfter(t *testing.T) {
	t.Parallel()
	for asked, least := range map[string]time.Duration{"-5": time.Minute, "soon": time.Minute, "": time.Minute, "1e9": time.Minute,
		"99999999999999999999": time.Minute, "9223372036854775807": time.Minute, "0": 0, "Sun, 01 Nov 2020 12:00:00 GMT": 0} {
		r, clock, calls := readerInTurn(t, respondStatus(429, "Retry-After", asked), respondWith(`[]`))
		if _, err := r.all(t.Context()); err != nil {
			t.Fatal(err)
		}
		if *calls != 2 || len(clock.slept) != 1 || clock.slept[0] < least || clock.slept[0] > least+least/10+time.Second {
			t.Errorf("%q: %d calls and waits %v; want 2, 1", asked, *calls, clock.slept)
		}
	}
}

func testRetryRepeatsTemporaryConnectionErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cause error
		waits bool
		want  connector.CallCode
	}{
		"refused":                     {errors.New("connection refused"), true, connector.Unreachable},
		"no such host":                {&net.DNSError{IsNotFound: true}, true, connector.Unreachable},
		"a name server that is":       {&net.DNSError{IsTimeout: true}, true, connector.TimedOut},
		"too slow":                    {context.DeadlineExceeded, true, connector.TimedOut},
		"certificate of another host": {x509.HostnameError{Certificate: &x509.Certificate{}, Host: "x"}, false, connector.Insecure},
	} {
		t.Run(name, func(t *testing.T) {
			r, clock, calls := readerInTurn(t)
			r.transport.http.Transport = causeTransport{test.cause, calls}
			_, err := r.Call(t.Context(), connector.State{Progress: connector.Progress{Calls: 1}}, nil)
			wantCode(t, err, test.want)
			want := 1
			if test.waits {
				want = 5
			}
			if *calls != want || len(clock.slept) != want-1 {
				t.Errorf("%d calls and waits %v; want %v, %v", *calls, clock.slept, want, want-1)
			}
		})
	}
}

func testRetryStopsWithContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r, clock, calls := readerInTurn(t, func() *http.Response {
		cancel()
		return status(429)
	})
	if _, err := r.Call(ctx, connector.State{}, nil); !errors.Is(err, context.Canceled) || *calls != 1 || len(clock.slept) != 0 {
		t.Errorf("%d calls, waits %v, error %v; want 1, 0", *calls, clock.slept, err)
	}
}

func testRetryAddsJitter(t *testing.T) {
	t.Parallel()
	r, _, _ := readerInTurn(t, respondWith(`[]`))
	for asked, least := range map[string]time.Duration{"": time.Minute, "7": 7 * time.Second, "500": 500 * time.Second} {
		pauses := map[time.Duration]bool{}
		for range 50 {
			pause := r.transport.pauseAfter(asked, 0)
			pauses[pause] = true
			if pause < least || pause > least+max(least/10, time.Second) {
				t.Errorf("%q: a pause of %s", asked, pause)
			}
		}
		if len(pauses) < 10 {
			t.Errorf("%q: only the pauses %v", asked, pauses)
		}
	}
}

func testRetryWaitsUpToLimit(t *testing.T) {
	t.Parallel()
	for asked, waits := range map[string]int{"540": 1, "601": 0, "Sun, 01 Nov 2026 12:09:00 GMT": 1, "Sun, 01 Nov 2026 12:10:01 GMT": 0} {
		r, clock, _ := readerInTurn(t, respondStatus(429, "Retry-After", asked), respondWith(`[]`))
		_, err := r.all(t.Context())
		if len(clock.slept) != waits || (err == nil) != (waits == 1) {
			t.Errorf("%s: waits %v, error %v; want %v, %v", asked, clock.slept, err, waits, (waits == 1))
		}
		if err != nil && !strings.Contains(err.Error(), "asks to wait until 1 Nov 12:1") {
			t.Errorf("%s: got error %v", asked, err)
		}
	}
}

func testRetryWaitsAfterMessageWithStatus200(t *testing.T) {
	t.Parallel()
	limited := func() *http.Response {
		a := jsonResponse(`{"message":"Rate limit exceeded"}`)
		a.Header.Set("Retry-After", "7")
		return a
	}
	r, clock, _ := readerInTurn(t, limited, respondWith(`[]`))
	if _, err := r.all(t.Context()); err != nil || len(clock.slept) != 1 || clock.slept[0] < 7*time.Second ||
		clock.slept[0] > 8*time.Second {
		t.Errorf("waits %v, error %v; want 1", clock.slept, err)
	}
}

func testRetryNotAfterResponseBegan(t *testing.T) {
	t.Parallel()
	r, clock, calls := readerInTurn(t, func() *http.Response {
		a := jsonResponse("")
		a.Body = io.NopCloser(io.MultiReader(strings.NewReader(`[`+clientsJSON(1, 1)+`,`), timedOutBody{}))
		return a
	})
	emitted := 0
	_, err := r.Call(t.Context(), connector.State{Progress: connector.Progress{Calls: 3}},
		func(portal.Customer) error { emitted++; return nil })
	wantCode(t, err, connector.TimedOut)
	if *calls != 1 || emitted != 1 || len(clock.slept) != 0 {
		t.Errorf("%d calls emitted %d customers, with the waits %v; want 1, 1, 0", *calls, emitted, clock.slept)
	}
}

// stoppingClock postpones every wait.
type stoppingClock struct{ *fakeClock }

func (s stoppingClock) Sleep(_ context.Context, d time.Duration) error {
	return &connector.Postponed{Until: s.now.Add(d)}
}

func status(code int, header ...string) *http.Response {
	r := jsonResponse("busy")
	r.StatusCode = code
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// readerInTurn returns a reader of an API with these responses in turn; it repeats the last one.
func readerInTurn(t testing.TB, responses ...func() *http.Response) (*reader, *fakeClock, *int) {
	t.Helper()
	calls := new(int)
	r := readerWith(t, func(*http.Request) *http.Response {
		*calls++
		if respond := responses[min(*calls, len(responses))-1]; respond != nil {
			return respond()
		}
		return nil
	})
	return r, r.transport.clock.(*fakeClock), calls
}

func respondWith(text string) func() *http.Response {
	return func() *http.Response { return jsonResponse(text) }
}

func respondStatus(code int, header ...string) func() *http.Response {
	return func() *http.Response { return status(code, header...) }
}

// causeTransport fails with this cause.
type causeTransport struct {
	error
	calls *int
}

func (c causeTransport) RoundTrip(*http.Request) (*http.Response, error) {
	*c.calls++
	return nil, c.error
}
