package heimdal

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"fs-client-portal/backend/connector"
)

const (
	maxTries   = 5
	firstPause = time.Minute
	maxPause   = 2 * time.Minute
	// maxRetryAfter is the longest Retry-After that is waited for within one run.
	maxRetryAfter = 10 * time.Minute
	// maxAskedPause replaces any longer Retry-After.
	maxAskedPause = 365 * 24 * time.Hour
)

// retryable is an error after which the same request may be sent again.
type retryable struct {
	*connector.CallError
	retryAfter string // the value of the header
	// midRun is set where only a run in progress retries, so that its completed calls are not lost.
	midRun bool
}

// Unwrap returns the error that is reported when it is not retried.
func (e *retryable) Unwrap() error { return e.CallError }

// retryMidRun makes an error retryable within a run if it may be temporary.
func retryMidRun(err error) error {
	var e *connector.CallError
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code {
	case connector.ServerError, connector.TimedOut, connector.Unreachable:
		return &retryable{CallError: e, midRun: true}
	}
	return err
}

// backOff waits before a request is sent again. It returns the error of the last response when there is no further
// try.
func (t *transport) backOff(ctx context.Context, state *connector.State, retry *retryable) error {
	if retry.midRun && state.Progress.Calls == 0 {
		return retry.CallError
	}
	pause := t.pauseAfter(retry.retryAfter, state.Refusals)
	state.Refusals++
	until := t.clock.Now().Add(pause)
	switch {
	case state.Refusals >= t.tries:
		return retry.CallError
	case pause > maxRetryAfter:
		return errorf(retry.Code, "%s asks to wait until %s. The next run after that tries again.", t.host,
			until.UTC().Format("2 Jan 15:04 UTC"))
	}
	return t.wait(ctx, until)
}

// pauseAfter returns how long to wait after n earlier refusals: as long as the response asks, otherwise one minute,
// then two. It adds some jitter so that several callers do not retry at the same moment.
func (t *transport) pauseAfter(header string, n int) time.Duration {
	pause, ok := retryAfter(header, t.clock.Now())
	if !ok {
		pause = min(firstPause<<min(n, 10), maxPause)
	}
	return pause + time.Duration(rand.Int64N(int64(max(pause/10, time.Second))))
}

// retryAfter parses seconds or a date (RFC 9110, section 10.2.3).
func retryAfter(value string, now time.Time) (time.Duration, bool) {
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(value); err == nil {
		return min(max(0, date.Sub(now)), maxAskedPause), true
	}
	return 0, false
}
