package desktop

import "time"

// moment is a point in time by two clocks, because each can fail: the wall clock may be wrong and be set, and the
// monotonic one stops while the computer sleeps.
type moment struct {
	wall    time.Time
	running time.Duration
}

var programStart = time.Now()

func thisMoment() moment {
	now := time.Now()
	return moment{wall: now.Round(0), running: now.Sub(programStart)}
}

// since returns the time from earlier to m by the clock that measures more, so that a clock set back hides nothing.
func (m moment) since(earlier moment) time.Duration {
	return max(m.wall.Sub(earlier.wall), m.running-earlier.running)
}
