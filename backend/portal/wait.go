package portal

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// maxRetryAfter is the wait that any longer one is taken for.
const maxRetryAfter = 365 * 24 * time.Hour

// RetryAfter returns the wait that a Retry-After header asks for, in seconds or until a date (RFC 9110, 10.2.3);
// ok is false where the value is neither.
func RetryAfter(value string, now time.Time) (wait time.Duration, ok bool) {
	value = strings.TrimSpace(value)
	if value != "" && strings.Trim(value, "0123456789") == "" {
		seconds, err := time.ParseDuration(value + "s")
		if err != nil { // more than a duration holds
			return maxRetryAfter, true
		}
		return min(seconds, maxRetryAfter), true
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return min(max(0, date.Sub(now)), maxRetryAfter), true
}

// Sleep waits for d, or returns ctx's error as soon as it ends.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
