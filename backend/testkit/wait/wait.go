// Package wait bounds what tests wait for. The bounds grow with the time that the machine takes for a fixed piece of
// work, measured once in each test process, so that a slow or busy machine fails no test. Development only.
package wait

import (
	"runtime"
	"sync"
	"testing"
	"time"
)

const (
	// usual is how long the work of one round takes on a developer's idle machine.
	usual  = 4 * time.Millisecond
	rounds = 5
	// most bounds the factor: a test that hangs still ends.
	most = 20.0
	poll = 5 * time.Millisecond
)

var factor = sync.OnceValue(func() float64 { return raceFactor * scale(slowestRound()) })

// Timeout returns d times the machine's factor, which is at least 1.
func Timeout(d time.Duration) time.Duration { return time.Duration(float64(d) * factor()) }

// Until returns when the condition holds. It fails the test, saying what it waited for, when it does not hold within
// Timeout(d).
func Until(t testing.TB, d time.Duration, what string, condition func() bool) {
	t.Helper()
	limit := Timeout(d)
	for until := time.Now().Add(limit); !condition(); time.Sleep(poll) {
		if time.Now().After(until) {
			t.Fatalf("waited %s for %s", limit.Round(time.Millisecond), what)
		}
	}
}

// For returns what comes from the channel. It fails the test, saying what it waited for, when nothing comes within
// Timeout(d) or the channel is closed.
func For[T any](t testing.TB, d time.Duration, what string, channel <-chan T) (value T) {
	t.Helper()
	limit := Timeout(d)
	select {
	case value, ok := <-channel:
		if !ok {
			t.Fatalf("the channel was closed before %s", what)
		}
		return value
	case <-time.After(limit):
		t.Fatalf("waited %s for %s", limit.Round(time.Millisecond), what)
	}
	return value
}

func scale(round time.Duration) float64 { return min(max(float64(round)/float64(usual), 1), most) }

// slowestRound measures work of the processor in several rounds, between which other processes get their turn.
func slowestRound() (slowest time.Duration) {
	for range rounds {
		began := time.Now()
		work()
		slowest = max(slowest, time.Since(began))
		time.Sleep(time.Millisecond)
	}
	return slowest
}

// work is a chain of operations that no processor runs side by side.
func work() {
	x := uint64(88172645463325252)
	for range 2_000_000 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	runtime.KeepAlive(x)
}
