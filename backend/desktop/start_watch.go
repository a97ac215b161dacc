package desktop

import (
	"context"
	"sync"
	"time"
)

const (
	// startWait is how long the page may take from the window's opening to its call of Startup.
	startWait = 10 * time.Second
	// replyWait is how long a page that has not called Startup may take to reply.
	replyWait = 2 * time.Second
)

// Causes of a page that does not start.
const (
	startEnded  = "web_view_ended"
	startUnread = "page_not_loaded"
	startHung   = "page_hangs"
	startFailed = "page_failed"
)

// startCauses tell the user the cause as far as it is known.
var startCauses = map[string]string{
	startEnded:  "The process that shows the page has ended or did not start.",
	startUnread: "The page was not loaded.",
	startHung:   "The page was loaded, but does not respond.",
	startFailed: "The page was loaded and responds, but could not start.",
}

// Page is the page in the window as package main sees it.
type Page struct {
	// Loaded reports whether the page was loaded. Ping sends the page a token, which it returns by Alive.
	Loaded func() bool
	Ping   func(token string)
	// Running reports whether the process that shows the page runs, if that is known.
	Running func() (running, known bool)
	// Show shows a notice without the window.
	Show func(Notice) error
}

// started is closed by the page's first call of Startup.
type started struct {
	once   sync.Once
	called chan struct{}
}

func newStarted() *started { return &started{called: make(chan struct{})} }

func (s *started) note() { s.once.Do(func() { close(s.called) }) }

// WatchStart must be called when the window has opened. If the page does not call Startup within startWait, it shows
// one notice with the cause and the log's path; it returns when that is closed, the page has started or the app closes.
func (d *Desktop) WatchStart(page Page) {
	select {
	case <-d.started.called:
		return
	case <-d.closed.Done():
		return
	case <-d.clock.After(startWait):
	}
	cause := d.startCause(page)
	if cause == "" {
		return
	}
	d.options.Log.Error("page did not start", "cause", cause)
	if err := page.Show(NotStartedNotice(cause, d.options.StateDir)); err != nil {
		d.options.Log.Warn("dialog", "error", err.Error())
	}
}

// startCause returns why the page has not started, or "" if it has meanwhile or the app closes.
func (d *Desktop) startCause(page Page) string {
	running, known := page.Running()
	cause := startUnread
	switch {
	case known && !running:
		cause = startEnded
	case page.Loaded() && d.replies(page.Ping):
		cause = startFailed
	case page.Loaded():
		cause = startHung
	}
	select {
	case <-d.started.called:
		return ""
	case <-d.closed.Done():
		return ""
	default:
		return cause
	}
}

// replies reports whether the page replies within replyWait.
func (d *Desktop) replies(ping func(token string)) bool {
	ctx, cancel := context.WithCancel(d.closed)
	defer cancel()
	late := d.clock.After(replyWait)
	go func() {
		select {
		case <-late:
			cancel()
		case <-ctx.Done():
		}
	}()
	return d.Prove(ctx, ping) == nil
}
