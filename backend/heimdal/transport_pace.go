package heimdal

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"fs-client-portal/backend/connector"
)

// minReportedWait is the shortest wait that is reported to connector.Options.Waiting.
const minReportedWait = 2 * time.Second

// pace spaces the requests to one endpoint with one key evenly: a burst would use up the rate limit that another
// process at this address shares.
type pace struct {
	mu   sync.Mutex
	next time.Time
}

// reserve returns when the next request may be sent and reserves that slot. last is the last request of the run, which
// another process may have sent.
func (p *pace) reserve(now, last time.Time, interval time.Duration) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := now
	if p.next.After(at) {
		at = p.next
	}
	// A last request in the future comes from another computer's clock; it delays at most one slot.
	if after := last.Add(interval); after.After(at) && !last.After(now.Add(interval)) {
		at = after
	}
	p.next = at.Add(interval)
	return at
}

// release returns an unused slot, unless a later one has been reserved.
func (p *pace) release(at time.Time, interval time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next.Equal(at.Add(interval)) {
		p.next = at
	}
}

// paces are the paces of a process, by endpoint and key.
type paces struct {
	mu  sync.Mutex
	all map[[sha256.Size]byte]*pace
}

// maxPaces bounds the memory of paces; beyond it they start anew.
const maxPaces = 10_000

// get returns the pace of an endpoint and a key.
func (p *paces) get(endpoint, key string) *pace {
	id := sha256.Sum256([]byte(endpoint + "\n" + key))
	p.mu.Lock()
	defer p.mu.Unlock()
	if one, ok := p.all[id]; ok {
		return one
	}
	if p.all == nil || len(p.all) >= maxPaces {
		p.all = map[[sha256.Size]byte]*pace{}
	}
	p.all[id] = &pace{}
	return p.all[id]
}

// waitTurn waits until the pace allows another request.
func (t *transport) waitTurn(ctx context.Context, progress *connector.Progress) error {
	if t.interval > 0 {
		at := t.pace.reserve(t.clock.Now(), progress.LastCall, t.interval)
		if err := t.wait(ctx, at); err != nil {
			t.pace.release(at, t.interval)
			return err
		}
	}
	progress.LastCall = t.clock.Now()
	t.calling(progress.LastCall)
	return ctx.Err()
}

// wait sleeps until a time, and reports that it does where the wait is long enough.
func (t *transport) wait(ctx context.Context, until time.Time) error {
	d := until.Sub(t.clock.Now())
	if d <= 0 {
		return ctx.Err()
	}
	if d >= minReportedWait {
		t.waiting(until)
	}
	err := t.clock.Sleep(ctx, d)
	var postponed *connector.Postponed
	if d >= minReportedWait && !errors.As(err, &postponed) {
		t.waiting(time.Time{})
	}
	return err
}
