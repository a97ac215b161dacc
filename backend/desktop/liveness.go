package desktop

import (
	"context"
	"crypto/rand"
	"sync"
)

// liveness waits for the page to reply, which it can only while window and page both work.
type liveness struct {
	mu      sync.Mutex
	waiting map[string]chan struct{}
}

// Prove lets ping send a token to the page and returns once the page has returned it by Alive.
func (d *Desktop) Prove(ctx context.Context, ping func(token string)) error {
	token, replied := rand.Text()+rand.Text(), make(chan struct{})
	d.liveness.mu.Lock()
	if d.liveness.waiting == nil {
		d.liveness.waiting = map[string]chan struct{}{}
	}
	d.liveness.waiting[token] = replied
	d.liveness.mu.Unlock()
	defer d.removeToken(token)
	go ping(token)
	select {
	case <-replied:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Alive is called by the page in reply to Prove. An unknown token has no effect.
func (d *Desktop) Alive(token string) {
	d.liveness.mu.Lock()
	defer d.liveness.mu.Unlock()
	if replied := d.liveness.waiting[token]; replied != nil {
		close(replied)
		delete(d.liveness.waiting, token)
	}
}

func (d *Desktop) removeToken(token string) {
	d.liveness.mu.Lock()
	defer d.liveness.mu.Unlock()
	delete(d.liveness.waiting, token)
}
