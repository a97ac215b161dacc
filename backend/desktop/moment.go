package desktop

import "time"

// moment is a point in time by two clocks, because each fails in its own way: the computer's may be wrong and be
// set, and that of the running program stands still while the computer sleeps.
type moment struct {
	wall    time.Time
	running time.Duration
}

var programStart = time.Now()

func thisMoment() moment {
	now := time.Now()
	return moment{wall: now.Round(0), running: now.Sub(programStart)}
}

// since is how long ago earlier was, by the clock that says longer: a clock set back hides nothing.
func (m moment) since(earlier moment) time.Duration {
	return max(m.wall.Sub(earlier.wall), m.running-earlier.running)
}
