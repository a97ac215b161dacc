package desktop

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"time"

	"fs-client-portal/backend/portal"
)

const (
	// patience is the longest wait the app makes for the user; a longer one is shown to them.
	patience = 10
	// longestWait limits the wait that a response can ask for, so that a faulty proxy cannot lock the user out.
	longestWait = 3600
	// gatewayPause is after how many seconds a read is made again that a gateway could not pass on.
	gatewayPause = 1
)

// gatewayDown are the statuses of a gateway that cannot reach the portal.
var gatewayDown = []int{http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}

// repeats are the calls besides GET that may be repeated after a response with one of these statuses. A 429 is sent
// before a call has any effect; starting a sign-in and renewing a session may have had their effect.
var repeats = map[string][]int{
	"POST /v1/auth/attempts": {http.StatusTooManyRequests, http.StatusServiceUnavailable},
	"POST /v1/auth/refresh":  {http.StatusTooManyRequests, http.StatusServiceUnavailable},
	"POST /v1/auth/token":    {http.StatusTooManyRequests},
}

// do makes one call, and repeats it once after a short wait that the API asked for. Every error is a *Problem. If the
// wait was not enough or would be long, its RetryAfter is the remaining number of seconds.
func (c *apiClient) do(ctx context.Context, call request) error {
	err := c.ask(ctx, call)
	seconds, worth := worthWaiting(call, err)
	if !worth {
		return err
	}
	c.log.InfoContext(ctx, "api waits", slog.String("call", call.method+" "+call.path), slog.Int("seconds", seconds))
	if p := ProblemOf(err); p.RetryAfter > 0 {
		c.emit(EventWaiting, Waiting{Seconds: seconds, What: whatFor(p)})
	}
	select {
	case <-c.clock.After(time.Duration(seconds) * time.Second):
		return c.ask(ctx, call)
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.Canceled) {
			return c.unreachable(ctx, ctx.Err())
		}
		return err
	}
}

// whatFor names the reason of a wait as EventWaiting does.
func whatFor(p *Problem) string {
	if p.status == http.StatusServiceUnavailable {
		return "unavailable"
	}
	return "limit"
}

// worthWaiting returns how many seconds to wait before the call is repeated.
func worthWaiting(call request, err error) (seconds int, worth bool) {
	if err == nil {
		return 0, false
	}
	p := ProblemOf(err)
	if p.RetryAfter == 0 && p.Cause == causeGateway && call.method == http.MethodGet && call.event == nil {
		return gatewayPause, slices.Contains(gatewayDown, p.status)
	}
	if p.RetryAfter < 1 || p.RetryAfter > patience {
		return 0, false
	}
	after := repeats[call.method+" "+call.path]
	if call.method == http.MethodGet {
		after = []int{http.StatusTooManyRequests, http.StatusServiceUnavailable}
	}
	return p.RetryAfter, slices.Contains(after, p.status)
}

// retryAfter returns the seconds of a Retry-After header, or 0. A date is compared with the server's clock, because
// this computer's may be wrong.
func retryAfter(header http.Header, now time.Time) int {
	if sent, err := http.ParseTime(header.Get("Date")); err == nil {
		now = sent
	}
	wait, _ := portal.RetryAfter(header.Get("Retry-After"), now)
	return int(min(math.Ceil(wait.Seconds()), longestWait))
}
