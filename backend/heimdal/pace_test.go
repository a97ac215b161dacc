package heimdal

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
)

// stops is a clock on which nobody sleeps: a wait is put off.
type stops struct{ *clockwork }

func (s stops) Sleep(_ context.Context, d time.Duration) error {
	return &portal.Postponed{Until: s.now.Add(d)}
}

func status(code int, header ...string) *http.Response {
	r := body("busy")
	r.StatusCode = code
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// inTurn is a reader of an API that answers with these in turn, and goes on with the last.
func inTurn(t testing.TB, answers ...func() *http.Response) (*reader, *clockwork, *int) {
	t.Helper()
	calls := new(int)
	r := asking(t, func(*http.Request) *http.Response {
		*calls++
		if answer := answers[min(*calls, len(answers))-1]; answer != nil {
			return answer()
		}
		return nil
	})
	return r, r.transport.clock.(*clockwork), calls
}

func saying(text string) func() *http.Response { return func() *http.Response { return body(text) } }

func fails(code int, header ...string) func() *http.Response {
	return func() *http.Response { return status(code, header...) }
}

func TestReadersOfOneKeyShareItsPaceAndOthersDoNot(t *testing.T) {
	t.Parallel()
	clock := &clockwork{now: noon}
	c := NewConnector()
	open := func(key, url string) *reader {
		r, err := c.Open(portal.ConnectionSettings{CustomerID: "17", BaseURL: url}, key, portal.ReadOptions{
			PerMinute: 5, Clock: clock, HTTPClient: &http.Client{Transport: web(func(*http.Request) *http.Response { return body(`[]`) })},
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
			t.Errorf("%+v waited %s", other, waited)
		}
	}
	if _, err := open(key, "https://b.example.com").Test(t.Context()); err != nil || clock.now.Sub(noon) < 24*time.Second {
		t.Errorf("a test kept no pace: %s, %v", clock.now.Sub(noon), err)
	}
}

func TestARunThatIsTakenUpAgainKeepsThePace(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		last time.Time
		want time.Duration
	}{
		{noon.Add(-5 * time.Second), 7 * time.Second}, {noon, 12 * time.Second}, {noon.Add(-time.Minute), 0}, {time.Time{}, 0},
		{noon.Add(time.Second), 13 * time.Second}, // a clock that is a little ahead
		{noon.Add(time.Hour), 0},                  // or wrong
	} {
		r, clock, _ := inTurn(t, saying(`[]`))
		r.transport.interval = 12 * time.Second
		state, err := r.Call(t.Context(), portal.ReadState{Progress: portal.ReadProgress{LastCall: test.last}}, nil)
		if waited := clock.now.Sub(noon); err != nil || waited != test.want || !state.Progress.LastCall.Equal(clock.now) {
			t.Errorf("last call at %s: waited %s, %v", test.last, waited, err)
		}
	}
}

func TestATurnThatIsNotTakenIsSomebodyElses(t *testing.T) {
	t.Parallel()
	r, clock, calls := inTurn(t, saying(`[]`))
	r.transport.interval = 12 * time.Second
	if _, err := r.all(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.transport.clock = stops{clock}
	var postponed *portal.Postponed
	for range 3 {
		state, err := r.Call(t.Context(), portal.ReadState{}, nil)
		if !errors.As(err, &postponed) || !postponed.Until.Equal(noon.Add(12*time.Second)) || state.Refusals != 0 || *calls != 1 {
			t.Errorf("put off as %v after %d calls: %+v", err, *calls, state)
		}
	}
}

func TestAPostponedCallGoesOnCountingItsRefusals(t *testing.T) {
	t.Parallel()
	r, clock, calls := inTurn(t, fails(429))
	r.transport.clock = stops{clock}
	state := portal.ReadState{}
	for n := range 5 {
		var err error
		state, err = r.Call(t.Context(), state, nil)
		var postponed *portal.Postponed
		if n+1 == 5 {
			wantCode(t, err, portal.RateLimited)
			break
		}
		if !errors.As(err, &postponed) || state.Refusals != n+1 || *calls != n+1 {
			t.Fatalf("after %d calls: %v, %+v", *calls, err, state)
		}
		least := []time.Duration{time.Minute, 2 * time.Minute, 2 * time.Minute, 2 * time.Minute}[n]
		if wait := postponed.Until.Sub(clock.now); wait < least || wait > least+least/10+time.Second {
			t.Errorf("the wait %d is %s", n, wait)
		}
		clock.now = postponed.Until
	}
}

func TestRefusalsAreForgottenOnceACallIsAnswered(t *testing.T) {
	t.Parallel()
	r, _, _ := inTurn(t, fails(429), fails(429), saying(`{"items":[`+corps(1, 1)+`],"totalCount":2}`))
	state, err := r.Call(t.Context(), portal.ReadState{}, func(portal.Customer) error { return nil })
	if err != nil || state.Refusals != 0 || state.Progress.Calls != 1 {
		t.Errorf("%+v, %v", state, err)
	}
}

func TestWhatMayPassIsWaitedOut(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer func() *http.Response
		before int64 // calls of the run that were answered already
		waits  bool
		want   portal.CallCode
	}{
		"too many requests":                  {fails(429), 0, true, portal.RateLimited},
		"too many requests, said with a 200": {saying(`{"message":"Too many requests"}`), 0, true, portal.RateLimited},
		"unavailable until":                  {fails(503, "Retry-After", "20"), 0, true, portal.ServerError},
		"unavailable":                        {fails(503), 0, false, portal.ServerError},
		"unavailable in the middle":          {fails(503), 3, true, portal.ServerError},
		"an error":                           {fails(500), 0, false, portal.ServerError},
		"an error in the middle":             {fails(502), 3, true, portal.ServerError},
		"a bad key in the middle":            {fails(401), 3, false, portal.BadKey},
		"a bad key with a time":              {fails(403, "Retry-After", "20"), 3, false, portal.BadKey},
		"a key refused with a 200":           {saying(refusedHere), 3, false, portal.BadKey},
		"no such endpoint in the middle":     {fails(404), 3, false, portal.NoEndpoint},
		"a bad request in the middle":        {fails(400), 3, false, portal.Refused},
		"sent on in the middle":              {fails(302, "Location", "https://evil.example.com/"), 3, false, portal.Redirected},
		"nobody there":                       {nil, 0, false, portal.Unreachable},
		"nobody there in the middle":         {nil, 3, true, portal.Unreachable},
		"a web page in the middle":           {saying(`<html>`), 3, false, portal.Garbage},
		"broken off in the middle":           {saying(`[{"id":1`), 3, false, portal.Truncated},
	} {
		r, clock, calls := inTurn(t, test.answer)
		state := portal.ReadState{Progress: portal.ReadProgress{Calls: test.before}}
		_, err := r.Call(t.Context(), state, nil)
		wantCode(t, err, test.want)
		want := 1
		if test.waits {
			want = 5
		}
		if *calls != want || len(clock.slept) != want-1 {
			t.Errorf("%s: %d calls and waits %v", name, *calls, clock.slept)
		}
	}
}

func TestPeopleHearHowLongAWaitIs(t *testing.T) {
	t.Parallel()
	r, clock, _ := inTurn(t, fails(429, "Retry-After", "30"), fails(429, "Retry-After", "Sun, 01 Nov 2026 12:05:00 GMT"), saying(`[]`))
	var heard []time.Time
	r.transport.waiting = func(until time.Time) { heard = append(heard, until) }
	if _, err := r.all(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(heard) != 4 || heard[0].Before(noon.Add(30*time.Second)) || !heard[1].IsZero() || heard[2].Before(noon.Add(5*time.Minute)) || !heard[3].IsZero() || heard[2].After(clock.now) {
		t.Errorf("heard %v", heard)
	}
	r.transport.clock, heard = stops{clock}, nil
	r.transport.interval = time.Minute
	_, _ = r.Call(t.Context(), portal.ReadState{Progress: portal.ReadProgress{LastCall: clock.now}}, nil)
	if len(heard) != 1 || !heard[0].Equal(clock.now.Add(time.Minute)) {
		t.Errorf("of a wait that is put off people heard %v", heard)
	}
}

func TestALongWaitIsLeftToTheNextRun(t *testing.T) {
	t.Parallel()
	for _, asked := range []string{"3600", "2147483647", "Sun, 01 Nov 2026 13:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"} {
		r, clock, calls := inTurn(t, fails(429, "Retry-After", asked))
		_, err := r.all(t.Context())
		wantCode(t, err, portal.RateLimited)
		if *calls != 1 || len(clock.slept) != 0 {
			t.Errorf("%s: %d calls and waits %v", asked, *calls, clock.slept)
		}
	}
}

func TestARetryAfterThatIsOverOrNoneIsNoReasonToHurry(t *testing.T) {
	t.Parallel()
	for asked, least := range map[string]time.Duration{"-5": time.Minute, "soon": time.Minute, "": time.Minute, "1e9": time.Minute, "99999999999999999999": time.Minute, "9223372036854775807": time.Minute, "0": 0, "Sun, 01 Nov 2020 12:00:00 GMT": 0} {
		r, clock, calls := inTurn(t, fails(429, "Retry-After", asked), saying(`[]`))
		if _, err := r.all(t.Context()); err != nil {
			t.Fatal(err)
		}
		if *calls != 2 || len(clock.slept) != 1 || clock.slept[0] < least || clock.slept[0] > least+least/10+time.Second {
			t.Errorf("%q: %d calls and waits %v", asked, *calls, clock.slept)
		}
	}
}

func TestEachCallIsToldBeforeItIsMade(t *testing.T) {
	t.Parallel()
	r, clock, calls := inTurn(t, fails(429), saying(`[]`))
	r.transport.interval = 12 * time.Second
	var told []time.Time
	r.transport.calling = func(at time.Time) {
		if *calls != len(told) || !at.Equal(clock.now) {
			t.Errorf("after %d calls the next is told at %s", *calls, at)
		}
		told = append(told, at)
	}
	state, err := r.Call(t.Context(), portal.ReadState{}, nil)
	if err != nil || len(told) != 2 || !state.Progress.LastCall.Equal(told[1]) {
		t.Errorf("told %v, %+v, %v", told, state, err)
	}
	r.transport.clock = stops{clock}
	if _, err := r.Call(t.Context(), portal.ReadState{}, nil); err == nil || len(told) != 2 {
		t.Errorf("a call that was put off was told: %v, %v", told, err)
	}
}

// cause is a connection that comes to nothing for this reason.
type cause struct {
	error
	calls *int
}

func (c cause) RoundTrip(*http.Request) (*http.Response, error) {
	*c.calls++
	return nil, c.error
}

func TestOnlyAConnectionThatMayComeAboutIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cause error
		waits bool
		want  portal.CallCode
	}{
		"refused":               {errors.New("connection refused"), true, portal.Unreachable},
		"no such host":          {&net.DNSError{IsNotFound: true}, true, portal.Unreachable},
		"a name server that is": {&net.DNSError{IsTimeout: true}, true, portal.TimedOut},
		"too slow":              {context.DeadlineExceeded, true, portal.TimedOut},
		"another's certificate": {x509.HostnameError{Certificate: &x509.Certificate{}, Host: "x"}, false, portal.Insecure},
	} {
		r, clock, calls := inTurn(t)
		r.transport.http.Transport = cause{test.cause, calls}
		_, err := r.Call(t.Context(), portal.ReadState{Progress: portal.ReadProgress{Calls: 1}}, nil)
		wantCode(t, err, test.want)
		want := 1
		if test.waits {
			want = 5
		}
		if *calls != want || len(clock.slept) != want-1 {
			t.Errorf("%s: %d calls and waits %v", name, *calls, clock.slept)
		}
	}
}

func TestACallThatEndsWithItsContextIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r, clock, calls := inTurn(t, func() *http.Response {
		cancel()
		return status(429)
	})
	if _, err := r.Call(ctx, portal.ReadState{}, nil); !errors.Is(err, context.Canceled) || *calls != 1 || len(clock.slept) != 0 {
		t.Errorf("%d calls, waits %v, %v", *calls, clock.slept, err)
	}
}

func TestSeveralCallersDoNotComeBackAtOnce(t *testing.T) {
	t.Parallel()
	r, _, _ := inTurn(t, saying(`[]`))
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

func TestAWaitThatIsWorthItIsWaited(t *testing.T) {
	t.Parallel()
	for asked, waits := range map[string]int{"540": 1, "601": 0, "Sun, 01 Nov 2026 12:09:00 GMT": 1, "Sun, 01 Nov 2026 12:10:01 GMT": 0} {
		r, clock, _ := inTurn(t, fails(429, "Retry-After", asked), saying(`[]`))
		_, err := r.all(t.Context())
		if len(clock.slept) != waits || (err == nil) != (waits == 1) {
			t.Errorf("%s: waits %v, %v", asked, clock.slept, err)
		}
		if err != nil && !strings.Contains(err.Error(), "asks to wait until 1 Nov 12:1") {
			t.Errorf("%s is told as %v", asked, err)
		}
	}
}

func TestARetryAfterCountsForARefusalWithA200Too(t *testing.T) {
	t.Parallel()
	limited := func() *http.Response {
		a := body(`{"message":"Rate limit exceeded"}`)
		a.Header.Set("Retry-After", "7")
		return a
	}
	r, clock, _ := inTurn(t, limited, saying(`[]`))
	if _, err := r.all(t.Context()); err != nil || len(clock.slept) != 1 || clock.slept[0] < 7*time.Second || clock.slept[0] > 8*time.Second {
		t.Errorf("waits %v, %v", clock.slept, err)
	}
}

func TestPeopleDoNotHearOfAShortWait(t *testing.T) {
	t.Parallel()
	r, clock, _ := inTurn(t, saying(`[]`))
	r.transport.interval = time.Second
	r.transport.waiting = func(until time.Time) { t.Errorf("heard %s", until) }
	state := portal.ReadState{Progress: portal.ReadProgress{LastCall: noon}}
	if _, err := r.Call(t.Context(), state, nil); err != nil || len(clock.slept) != 1 {
		t.Errorf("waits %v, %v", clock.slept, err)
	}
}

func TestATurnBehindOneThatIsGivenBackStaysWhereItIs(t *testing.T) {
	t.Parallel()
	var p pace
	const every = 12 * time.Second
	first := p.reserve(noon, time.Time{}, every)
	second := p.reserve(noon, time.Time{}, every)
	p.release(first, every)
	if third := p.reserve(noon, time.Time{}, every); !third.Equal(second.Add(every)) {
		t.Errorf("after %s came %s", second, third)
	}
}

func TestThePacesOfManyKeysTakeUpNoMoreThanTheirRoom(t *testing.T) {
	t.Parallel()
	var p paces
	for i := range maxPaces + 10 {
		p.get("https://a.example.com", fmt.Sprint(i))
	}
	if len(p.all) != 10 {
		t.Errorf("%d are kept", len(p.all))
	}
}
