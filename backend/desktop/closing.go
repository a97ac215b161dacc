package desktop

import "time"

const (
	// closeWait bounds each piece of work that is still to be done while the window closes.
	closeWait = 2 * time.Second
	// leaveWithin bounds the whole closing, the window library's part included.
	leaveWithin = 6 * time.Second
)

// Leave must be called when the user closes the window, which measure describes. Its size is stored for the next start.
// From then on the app ends within leaveWithin, whatever still hangs.
func (d *Desktop) Leave(measure func() Window) {
	d.leaving.Do(func() {
		late := d.clock.After(leaveWithin)
		go func() {
			<-late
			d.options.Log.Error("closing", "error", "it did not end by itself")
			d.options.exit(0)
		}()
	})
	d.atMost(d.closeWait, "the window's size", func() { d.saveWindow(measure()) })
}

// Close ends all work in progress, so that no port stays open, and lets a renewed session reach the keyring, because
// its previous refresh token is used up. It waits at most closeWait.
func (d *Desktop) Close() {
	d.close()
	d.atMost(d.closeWait, "what was under way", func() {
		_ = d.CancelSignIn()
		d.unwatch()
		d.exports.stop(problem(Cancelled, "The app is closing."))
		if current, err := d.currentEndpoint(); err == nil {
			current.session.settled()
		}
	})
	_ = d.options.LogFile.Close()
}

// atMost does work and waits for it, but no longer than the limit.
func (d *Desktop) atMost(limit time.Duration, what string, work func()) {
	late := d.clock.After(limit)
	done := make(chan struct{})
	go func() {
		defer close(done)
		work()
	}()
	select {
	case <-done:
	case <-late:
		d.options.Log.Warn("closing", "not waited for", what)
	}
}

// settled waits for a renewal in progress and does not start one.
func (s *session) settled() {
	<-s.renewals.DoChan("renew", func() (any, error) { return "", signedOut() })
}

func (d *Desktop) saveWindow(w Window) {
	if err := SaveWindow(d.options.StateDir, w); err != nil {
		d.options.Log.Warn("window not kept", "error", err.Error())
	}
}
