package wait

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// recorder is a test that keeps why it failed.
type recorder struct {
	testing.TB
	failure string
}

func (*recorder) Helper() {}

func (r *recorder) Fatalf(format string, values ...any) {
	r.failure = fmt.Sprintf(format, values...)
	runtime.Goexit()
}

// failure returns why a test failed, "" if it did not.
func failure(test func(t testing.TB)) string {
	r := &recorder{}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		test(r)
	}()
	select {
	case <-ended:
		return r.failure
	case <-time.After(Timeout(time.Minute)):
		return "none within a minute"
	}
}

func TestTimeout(t *testing.T) {
	if got := Timeout(time.Second); got < time.Second || got > most*raceFactor*time.Second {
		t.Errorf("got %s, want one second or a longer time that is bounded", got)
	}
	for round, want := range map[time.Duration]float64{0: 1, usual / 2: 1, usual: 1, 3 * usual: 3, time.Hour: most} {
		if got := scale(round); got != want {
			t.Errorf("a round of %s: got the factor %v, want %v", round, got, want)
		}
	}
	if got := slowestRound(); got <= 0 {
		t.Errorf("got %s for a round, want the time it took", got)
	}
}

func TestUntil(t *testing.T) {
	t.Run("returns_when_the_condition_holds", func(t *testing.T) {
		calls := 0
		got := failure(func(t testing.TB) {
			Until(t, time.Minute, "three calls", func() bool { calls++; return calls == 3 })
		})
		if got != "" || calls != 3 {
			t.Errorf("got the failure %q after %d calls, want none after 3", got, calls)
		}
	})
	t.Run("says_what_it_waited_for", func(t *testing.T) {
		got := failure(func(t testing.TB) {
			Until(t, time.Millisecond, "the end of time", func() bool { return false })
		})
		if !strings.Contains(got, "the end of time") {
			t.Errorf("got the failure %q, want one with what was waited for", got)
		}
	})
}

func TestFor(t *testing.T) {
	values := make(chan int, 1)
	values <- 7
	if got := For(t, time.Minute, "a value", values); got != 7 {
		t.Errorf("got %d, want 7", got)
	}
	silent := failure(func(t testing.TB) { For(t, time.Millisecond, "a value", values) })
	close(values)
	closed := failure(func(t testing.TB) { For(t, time.Minute, "a value", values) })
	for _, got := range []string{silent, closed} {
		if !strings.Contains(got, "a value") {
			t.Errorf("got the failure %q, want one with what was waited for", got)
		}
	}
}

func TestSignal(t *testing.T) {
	values := make(chan int, 1)
	values <- 7
	Signal(t, time.Minute, "a value", values)
	if got := failure(func(t testing.TB) { Signal(t, time.Millisecond, "the end", values) }); !strings.Contains(got, "the end") {
		t.Errorf("got the failure %q, want one with what was waited for", got)
	}
	close(values)
	Signal(t, time.Minute, "the end", values)
}

func TestDo(t *testing.T) {
	if got := Do(t, time.Minute, "a value", func() int { return 7 }); got != 7 {
		t.Errorf("got %d, want 7", got)
	}
	got := failure(func(failing testing.TB) {
		Do(failing, time.Millisecond, "a value", func() error { <-t.Context().Done(); return nil })
	})
	if !strings.Contains(got, "a value") {
		t.Errorf("got the failure %q, want one with what was waited for", got)
	}
}

func TestHold(t *testing.T) {
	held := make(chan struct{})
	t.Run("until_the_channel_is_closed", func(t *testing.T) {
		released := make(chan struct{})
		go func() {
			defer close(released)
			Hold(t, held)
		}()
		close(held)
		Signal(t, time.Minute, "the goroutine to go on", released)
	})
	t.Run("until_the_test_ends", func(t *testing.T) {
		released := make(chan struct{})
		go func() {
			defer close(released)
			Hold(t, make(chan struct{}))
		}()
		t.Cleanup(func() { Signal(t, time.Minute, "the goroutine to go on", released) })
	})
}

func TestGroup(t *testing.T) {
	var group sync.WaitGroup
	group.Add(1)
	if got := failure(func(t testing.TB) { Group(t, time.Millisecond, "the end", &group) }); !strings.Contains(got, "the end") {
		t.Errorf("got the failure %q, want one with what was waited for", got)
	}
	group.Done()
	Group(t, time.Minute, "the end", &group)
}

// limited is a test of a binary with a time-out.
type limited struct {
	testing.TB
	end time.Time
}

func (l limited) Deadline() (time.Time, bool) { return l.end, true }

func TestWaitsEndBeforeTheTestBinary(t *testing.T) {
	binary := limited{t, time.Now().Add(time.Hour)}
	if got := limitOf(binary, 10*time.Hour); got > time.Hour*9/10 || got < time.Minute {
		t.Errorf("got a limit of %s, want less than what is left of an hour", got)
	}
	if got, want := limitOf(binary, time.Second), Timeout(time.Second); got != want {
		t.Errorf("got a limit of %s, want %s", got, want)
	}
}
