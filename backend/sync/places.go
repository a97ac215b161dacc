package sync

import (
	stdsync "sync"
	"time"
)

// How the workers are shared: queues are in the order of time, so that one MSSP whose product is slow could hold all
// workers with its many connections. A run that may not begin goes to the end of the queue.
const (
	// mostOfOne bounds the runs of one MSSP that are at work in all processes together.
	mostOfOne = 4
	// nextTurn is when a run that found no place looks again.
	nextTurn = 2 * time.Second
)

// places are the workers of one process. The first run of an MSSP may have any of them, further ones of all MSSPs
// together no more than half: the other half is left to MSSPs of which none is at work.
type places struct {
	mu   stdsync.Mutex
	held int
	of   map[string]int
}

// enter reports whether a run of the MSSP may begin; each that may has to leave.
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
	mu stdsync.Mutex
	of map[string]bool
}

// begin reports whether none is at work for the MSSP; then one is, until its end.
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
