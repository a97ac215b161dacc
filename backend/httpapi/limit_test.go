package httpapi

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type clock struct{ at time.Time }

func newClock() *clock { return &clock{time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time        { return c.at }
func (c *clock) pass(d time.Duration)  { c.at = c.at.Add(d) }
func (c *clock) limit(rate int) *limit { return newLimit(rate, c.now) }
func (c *clock) recent() *recent[int]  { return newRecent[int](c.now) }

func TestALimitLetsItsRateThroughAndWhoWaitsAsLongAsItSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := newClock()
		rate := rapid.IntRange(1, 2000).Draw(t, "rate")
		l := c.limit(rate)
		for i := range rate {
			if _, ok := l.take("a"); !ok {
				t.Fatalf("request %d of %d is refused", i+1, rate)
			}
		}
		wait, ok := l.take("a")
		if ok || wait <= 0 || wholeSeconds(wait) < 1 || time.Duration(wholeSeconds(wait))*time.Second < wait {
			t.Fatalf("request %d is let through: %v, %s", rate+1, ok, wait)
		}
		if _, ok := l.take("b"); !ok {
			t.Fatal("another is refused with it")
		}
		c.pass(wait - 1)
		if _, ok := l.take("a"); ok {
			t.Fatal("is let through too soon")
		}
		c.pass(1)
		if _, ok := l.take("a"); !ok {
			t.Fatal("is refused after waiting")
		}
	})
}

func TestNoLimitLetsEverythingThrough(t *testing.T) {
	t.Parallel()
	l := newClock().limit(0)
	for range 10000 {
		if _, ok := l.take("a"); !ok {
			t.Fatal("refuses")
		}
	}
	l.giveBack("a")
}

func TestWhatIsGivenBackMayBeTakenAgain(t *testing.T) {
	t.Parallel()
	l := newClock().limit(1)
	for range 100 {
		if _, ok := l.take("a"); !ok {
			t.Fatal("refuses what was given back")
		}
		l.giveBack("a")
	}
}

func TestAFloodOfKeysKeepsMemoryBounded(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := c.limit(600)
	for i := range 4 * recentMost {
		l.take(fmt.Sprint(i))
		if held := len(l.owed.young) + len(l.owed.old); held > 2*recentMost {
			t.Fatalf("holds %d keys", held)
		}
	}
	c.pass(2 * time.Minute)
	l.take("later")
	if held := len(l.owed.young) + len(l.owed.old); held != 1 {
		t.Errorf("still holds %d keys when all are paid off", held)
	}
}

func TestWhatWasUsedInTheLastMinuteIsNotForgotten(t *testing.T) {
	t.Parallel()
	c := newClock()
	r := c.recent()
	r.put("a", 1)
	for range 20 {
		c.pass(59 * time.Second)
		if _, ok := r.get("a"); !ok {
			t.Fatal("forgets what is in use")
		}
	}
	c.pass(2 * time.Minute)
	if _, ok := r.get("a"); ok {
		t.Error("never forgets")
	}
}
