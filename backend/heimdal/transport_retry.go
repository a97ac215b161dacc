package heimdal

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"fs-client-portal/backend/portal"
)

// later is why to ask again later.
type later struct {
	cause      *portal.CallError
	retryAfter string
	unless     bool // only if there were calls before
}

// passing says that an error may pass, nil if it does not.
func passing(err error) *later {
	var e *portal.CallError
	if !errors.As(err, &e) {
		return nil
	}
	switch e.Code {
	case portal.ServerError, portal.TimedOut, portal.Unreachable:
		return &later{cause: e, unless: true}
	}
	return nil
}

// turn waits until the pace allows another call.
func (r *reader) waitTurn(ctx context.Context, progress *portal.ReadProgress) error {
	if r.interval > 0 {
		at := r.pace.reserve(r.clock.Now(), progress.LastCall, r.interval)
		if err := r.wait(ctx, at); err != nil {
			r.pace.release(at, r.interval)
			return err
		}
	}
	progress.LastCall = r.clock.Now()
	r.calling(progress.LastCall)
	return ctx.Err()
}

// wait sleeps until then, and lets people know.
func (r *reader) wait(ctx context.Context, until time.Time) error {
	d := until.Sub(r.clock.Now())
	if d <= 0 {
		return ctx.Err()
	}
	if d >= minReportedWait {
		r.waiting(until)
	}
	err := r.clock.Sleep(ctx, d)
	var postponed *portal.Postponed
	if d >= minReportedWait && !errors.As(err, &postponed) {
		r.waiting(time.Time{})
	}
	return err
}

// backOff waits after a refusal that asks to wait, and gives up after enough of them.
func (r *reader) backOff(ctx context.Context, state *portal.ReadState, retryAfter string, cause *portal.CallError) error {
	pause := r.pause(retryAfter, state.Refusals)
	state.Refusals++
	until := r.clock.Now().Add(pause)
	switch {
	case state.Refusals >= r.tries:
		return cause
	case pause > maxRetryAfter:
		return errorf(cause.Code, "%s asks to wait until %s. The next run after that tries again.", r.address.Host, until.UTC().Format("2 Jan 15:04 UTC"))
	}
	return r.wait(ctx, until)
}

// pause is how long to wait after the n-th refusal, counted from 0: what the answer asks for, else a minute doubled up
// to two; a little more, so that several callers do not come back at once.
func (r *reader) pause(asked string, n int) time.Duration {
	wait, told := retryAfter(asked, r.clock.Now())
	if !told {
		wait = min(firstPause<<min(n, 10), maxPause)
	}
	return wait + time.Duration(rand.Int64N(int64(max(wait/10, time.Second))))
}

// retryAfter reads seconds or a date (RFC 9110, 10.2.3).
func retryAfter(value string, now time.Time) (time.Duration, bool) {
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(value); err == nil {
		return min(max(0, date.Sub(now)), maxAskedPause), true
	}
	return 0, false
}
