package heimdal

import (
	"context"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"fs-client-portal/backend/portal"
)

const (
	tries      = 5
	firstPause = time.Minute
	longPause  = 2 * time.Minute
	// patience is the longest Retry-After that is worth waiting for inside one run.
	patience = 10 * time.Minute
	// longestAsked is what any longer wait is taken for.
	longestAsked = 365 * 24 * time.Hour
	// worthTelling is the shortest wait that people hear of.
	worthTelling = 2 * time.Second
)

// pace spaces the calls of one endpoint with one key evenly: a burst would use up a minute that another process on this
// address counts on.
type pace struct {
	mu   sync.Mutex
	next time.Time
}

// book answers when the next call may be made, and takes that turn; last is a call that may not have been booked here.
func (p *pace) book(now, last time.Time, every time.Duration) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := now
	if p.next.After(at) {
		at = p.next
	}
	// A last call that lies ahead is another computer's clock; it holds nobody up for longer than one turn.
	if after := last.Add(every); after.After(at) && !last.After(now.Add(every)) {
		at = after
	}
	p.next = at.Add(every)
	return at
}

// giveBack returns a turn that was not taken, if nobody has booked after it.
func (p *pace) giveBack(at time.Time, every time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next.Equal(at.Add(every)) {
		p.next = at
	}
}

// paces are those of a process, by endpoint and key.
type paces struct {
	mu  sync.Mutex
	all map[[sha256.Size]byte]*pace
}

const manyPaces = 10_000

func (p *paces) of(endpoint, key string) *pace {
	id := sha256.Sum256([]byte(endpoint + "\n" + key))
	p.mu.Lock()
	defer p.mu.Unlock()
	if one, ok := p.all[id]; ok {
		return one
	}
	if p.all == nil || len(p.all) >= manyPaces {
		p.all = map[[sha256.Size]byte]*pace{}
	}
	p.all[id] = &pace{}
	return p.all[id]
}

// turn waits until the pace allows another call.
func (r *reader) turn(ctx context.Context, progress *portal.ReadProgress) error {
	if r.every > 0 {
		at := r.pace.book(r.clock.Now(), progress.LastCall, r.every)
		if err := r.wait(ctx, at); err != nil {
			r.pace.giveBack(at, r.every)
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
	if d >= worthTelling {
		r.waiting(until)
	}
	err := r.clock.Sleep(ctx, d)
	var postponed *portal.Postponed
	if d >= worthTelling && !errors.As(err, &postponed) {
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
	case pause > patience:
		return errorf(cause.Code, "%s asks to wait until %s. The next run after that tries again.", r.address.Host, until.UTC().Format("2 Jan 15:04 UTC"))
	}
	return r.wait(ctx, until)
}

// pause is how long to wait after the n-th refusal, counted from 0: what the answer asks for, else a minute doubled up
// to two; a little more, so that several callers do not come back at once.
func (r *reader) pause(asked string, n int) time.Duration {
	wait, told := retryAfter(asked, r.clock.Now())
	if !told {
		wait = min(firstPause<<min(n, 10), longPause)
	}
	return wait + time.Duration(rand.Int64N(int64(max(wait/10, time.Second))))
}

// retryAfter reads seconds or a date (RFC 9110, 10.2.3).
func retryAfter(value string, now time.Time) (time.Duration, bool) {
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(value); err == nil {
		return min(max(0, date.Sub(now)), longestAsked), true
	}
	return 0, false
}
