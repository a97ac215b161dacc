package heimdal

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/time/rate"
)

const (
	tries      = 5
	firstPause = time.Minute
	longPause  = 2 * time.Minute
	// patience is the longest Retry-After that is worth waiting for inside one run.
	patience = 10 * time.Minute
)

// clock is time as the client feels it; tests bring their own.
type clock interface {
	Now() time.Time
	// Sleep waits for d, or answers ctx's error as soon as it ends.
	Sleep(ctx context.Context, d time.Duration) error
}

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

func (realClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// newPace spaces calls evenly: a burst would use up a minute that another process on this address counts on.
func newPace(perMinute int) *rate.Limiter {
	if perMinute <= 0 {
		return rate.NewLimiter(rate.Inf, 1)
	}
	return rate.NewLimiter(rate.Every(time.Minute/time.Duration(perMinute)), 1)
}

// turn waits until the pace allows another call.
func (c *Client) turn(ctx context.Context) error {
	now := c.clock.Now()
	booked := c.pace.ReserveN(now, 1)
	if wait := booked.DelayFrom(now); wait > 0 {
		if err := c.clock.Sleep(ctx, wait); err != nil {
			booked.CancelAt(c.clock.Now())
			return err
		}
	}
	return ctx.Err()
}

// pause is how long to wait after the n-th refusal for calling too often, counted from 0: what the answer asks for,
// else a minute doubled up to two; a little more, so that several callers do not come back at once.
func (c *Client) pause(response *http.Response, n int) time.Duration {
	wait, told := retryAfter(response.Header.Get("Retry-After"), c.clock.Now())
	if !told {
		wait = min(firstPause<<n, longPause)
	}
	return wait + time.Duration(rand.Int64N(int64(max(wait/10, time.Second))))
}

// retryAfter reads seconds or a date (RFC 9110, 10.2.3).
func retryAfter(value string, now time.Time) (time.Duration, bool) {
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, date.Sub(now)), true
	}
	return 0, false
}
