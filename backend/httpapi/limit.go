package httpapi

import (
	"net"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/go-chi/httprate"
)

func humaUnwrap(ctx huma.Context) (*http.Request, http.ResponseWriter) { return humago.Unwrap(ctx) }

// limits bounds requests a minute: by address before sign-in, by session after.
type limits struct {
	address, session limit
}

func newLimits(addressRate, sessionRate int) limits {
	return limits{address: newLimit(addressRate), session: newLimit(sessionRate)}
}

// limit is a sliding window of a minute; the zero limit lets everything pass.
type limit struct {
	counter httprate.LimitCounter
	rate    int
}

func newLimit(rate int) limit {
	if rate <= 0 {
		return limit{}
	}
	counter := httprate.NewLocalLimitCounter(time.Minute)
	counter.Config(rate, time.Minute)
	return limit{counter: counter, rate: rate}
}

// take counts one request of key, or answers how long it must wait.
func (l limit) take(key string) (time.Duration, bool) {
	if l.counter == nil {
		return 0, true
	}
	now := time.Now().UTC()
	current := now.Truncate(time.Minute)
	here, before, err := l.counter.Get(key, current, current.Add(-time.Minute))
	if err != nil {
		return time.Minute, false
	}
	elapsed := now.Sub(current)
	weighted := float64(before)*float64(time.Minute-elapsed)/float64(time.Minute) + float64(here)
	if weighted >= float64(l.rate) {
		return time.Minute - elapsed, false
	}
	return 0, l.counter.Increment(key, current) == nil
}

// address is the caller's, without the port.
func address(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return remote
	}
	return host
}
