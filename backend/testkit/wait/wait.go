// Package wait bounds what tests wait for. The bounds grow with the time that the machine takes for a fixed piece of
// work, measured once in each test process, so that a slow or busy machine fails no test. A bubble of synctest needs no
// bound, as it panics where all of it is blocked. Development only.
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

// TB is what a wait needs of a test: testing.TB has it, and so has a test of rapid.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
}

var factor = sync.OnceValue(func() float64 { return raceFactor * scale(slowestRound()) })

// Timeout returns d times the machine's factor, which is at least 1.
func Timeout(d time.Duration) time.Duration { return time.Duration(float64(d) * factor()) }

// Until returns when the condition holds. It fails the test, saying what it waited for, when it does not hold within
// Timeout(d).
func Until(t TB, d time.Duration, what string, condition func() bool) {
	t.Helper()
	limit := limitOf(t, d)
	for until := time.Now().Add(limit); !condition(); time.Sleep(poll) {
		if time.Now().After(until) {
			fail(t, limit, what)
		}
	}
}

// For returns what comes from the channel. It fails the test, saying what it waited for, when nothing comes within
// Timeout(d) or the channel is closed.
func For[T any](t TB, d time.Duration, what string, channel <-chan T) (value T) {
	t.Helper()
	value, open := receive(t, d, what, channel)
	if !open {
		t.Fatalf("the channel was closed before %s", what)
	}
	return value
}

// Signal returns when something comes from the channel or the channel is closed. It fails the test, saying what it
// waited for, when neither happens within Timeout(d).
func Signal[T any](t TB, d time.Duration, what string, channel <-chan T) {
	t.Helper()
	receive(t, d, what, channel)
}

// Group returns when the group has ended. It fails the test, saying what it waited for, when that takes longer than
// Timeout(d).
func Group(t TB, d time.Duration, what string, group *sync.WaitGroup) {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		group.Wait()
		close(ended)
	}()
	Signal(t, d, what, ended)
}

// Do returns the result of a function that blocks. It fails the test, saying what it waited for, when the function takes
// longer than Timeout(d). The function runs in a goroutine of its own, so it must not fail the test.
func Do[T any](t TB, d time.Duration, what string, function func() T) T {
	t.Helper()
	result := make(chan T, 1)
	go func() { result <- function() }()
	return For(t, d, what, result)
}

// Hold returns when the channel is closed or the test ends. It is for handlers and goroutines that a test holds up and
// that must not fail the test themselves.
func Hold(t testing.TB, channel <-chan struct{}) {
	select {
	case <-channel:
	case <-t.Context().Done():
	}
}

func receive[T any](t TB, d time.Duration, what string, channel <-chan T) (value T, open bool) {
	t.Helper()
	limit := limitOf(t, d)
	select {
	case value, open = <-channel:
	case <-time.After(limit):
		fail(t, limit, what)
	}
	return value, open
}

// limitOf returns Timeout(d), or less if the test binary's own time-out would end the wait first: that time-out does
// not say what the test waited for.
func limitOf(t TB, d time.Duration) time.Duration {
	limit := Timeout(d)
	test, ok := t.(interface{ Deadline() (time.Time, bool) })
	if !ok {
		return limit
	}
	if end, ok := test.Deadline(); ok {
		limit = min(limit, time.Until(end)*9/10)
	}
	return limit
}

func fail(t TB, limit time.Duration, what string) {
	t.Helper()
	t.Fatalf("waited %s for %s", limit.Round(time.Millisecond), what)
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
