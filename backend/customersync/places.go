package customersync

import (
	"sync"
	"time"
)

// Workers are shared fairly between MSSPs. Queues are ordered by time, so one MSSP with a slow product and many
// connections could otherwise keep all workers. A run without a place returns to the queue.
const (
	// maxPerMSSP is the greatest number of running runs of one MSSP, in all processes together.
	maxPerMSSP = 4
	// retryPlace is how long a run without a place waits.
	retryPlace = 2 * time.Second
)

// places are the workers of one process. The first run of an MSSP may have any of them; the further runs of all MSSPs
// together have at most half, so that the rest is left to MSSPs without a run at work.
type places struct {
	mu   sync.Mutex
	held int
	of   map[string]int
}

// enter reports whether a run of the MSSP may begin. If so, the caller must call leave when it ends.
func (p *places) enter(msspID string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of[msspID] > 0 && p.held >= workers/2 {
		return false
	}
	if p.of == nil {
		p.of = map[string]int{}
	}
	p.held++
	p.of[msspID]++
	return true
}

func (p *places) leave(msspID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held--
	if p.of[msspID]--; p.of[msspID] == 0 {
		delete(p.of, msspID)
	}
}

// merging are the MSSPs for which a merge is at work in this process.
type merging struct {
	mu sync.Mutex
	of map[string]bool
}

// begin reports whether a merge may begin, because none is at work for the MSSP. If so, the caller must call end.
func (m *merging) begin(msspID string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of[msspID] {
		return false
	}
	if m.of == nil {
		m.of = map[string]bool{}
	}
	m.of[msspID] = true
	return true
}

func (m *merging) end(msspID string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.of, msspID)
}
