package heimdal

import (
	"crypto/sha256"
	"sync"
	"time"
)

const (
	maxTries   = 5
	firstPause = time.Minute
	maxPause   = 2 * time.Minute
	// patience is the longest Retry-After that is worth waiting for inside one run.
	maxRetryAfter = 10 * time.Minute
	// longestAsked is what any longer wait is taken for.
	maxAskedPause = 365 * 24 * time.Hour
	// worthTelling is the shortest wait that people hear of.
	minReportedWait = 2 * time.Second
)

// pace spaces the calls of one endpoint with one key evenly: a burst would use up a minute that another process on this
// address counts on.
type pace struct {
	mu   sync.Mutex
	next time.Time
}

// book answers when the next call may be made, and takes that turn; last is a call that may not have been booked here.
func (p *pace) reserve(now, last time.Time, every time.Duration) time.Time {
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
func (p *pace) release(at time.Time, every time.Duration) {
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

const maxPaces = 10_000

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
