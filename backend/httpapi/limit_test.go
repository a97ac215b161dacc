package httpapi

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"fs-client-portal/backend/testkit/wait"
)

type clock struct{ at time.Time }

func newClock() *clock { return &clock{time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time        { return c.at }
func (c *clock) pass(d time.Duration)  { c.at = c.at.Add(d) }
func (c *clock) limit(rate int) *limit { return newLimit(rate, c.now) }

func TestClaimRate(t *testing.T) {
	t.Parallel()
	c := newClock()
	claims := newLimits(Config{Now: c.now}).claims
	for n := range 10 {
		if _, ok := claims.allow("user"); !ok {
			t.Fatalf("got a refusal of code %d, want 10 a minute", n+1)
		}
	}
	if _, ok := claims.allow("user"); ok {
		t.Error("code 11 may be tried, want 10 a minute")
	}
}

func TestLimitRate(t *testing.T) {
	t.Parallel()
	t.Run("allows_rate_and_returns_exact_wait", testLimitRateAllowsRateAndReturnsExactWait)
	t.Run("nil_allows_everything", testLimitRateNilAllowsEverything)
	t.Run("refund_can_be_used_again", testLimitRateRefundCanBeUsedAgain)
}

func testLimitRateAllowsRateAndReturnsExactWait(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := newClock()
		rate := rapid.IntRange(1, 2000).Draw(t, "rate")
		l := c.limit(rate)
		for i := range rate {
			if _, ok := l.allow("a"); !ok {
				t.Fatalf("request %d of %d: got a rejection, want it allowed", i+1, rate)
			}
		}
		wait, ok := l.allow("a")
		if ok || wait <= 0 || wholeSeconds(wait) < 1 || time.Duration(wholeSeconds(wait))*time.Second < wait {
			t.Fatalf("request %d: got %v and the wait %s, want a rejection with a wait", rate+1, ok, wait)
		}
		if _, ok := l.allow("b"); !ok {
			t.Fatal("got a rejection of another key, want it allowed")
		}
		const rounding = 10 * time.Nanosecond
		c.pass(wait - rounding)
		if again, ok := l.allow("a"); ok || again > 2*rounding {
			t.Fatalf("%s before the end of the wait: got %v and the wait %s, want a rejection", rounding, ok, again)
		}
		c.pass(rounding)
		if _, ok := l.allow("a"); !ok {
			t.Fatal("got a rejection after the wait, want it allowed")
		}
	})
}

func testLimitRateNilAllowsEverything(t *testing.T) {
	t.Parallel()
	l := newClock().limit(0)
	for range 10000 {
		if _, ok := l.allow("a"); !ok {
			t.Fatal("refuses")
		}
	}
	l.refund("a")
}

func testLimitRateRefundCanBeUsedAgain(t *testing.T) {
	t.Parallel()
	l := newClock().limit(1)
	for range 100 {
		if _, ok := l.allow("a"); !ok {
			t.Fatal("got a rejection after a refund, want it allowed")
		}
		l.refund("a")
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	t.Run("refunds_after_any_time", func(t *testing.T) {
		c := newClock()
		l := c.limit(2)
		l.allow("a")
		l.allow("a")
		c.pass(10 * time.Second)
		l.allow("b") // of another key
		l.refund("a")
		if _, ok := l.allow("a"); !ok {
			t.Error("got a rejection, want it allowed: one of two was refunded")
		}
		if _, ok := l.allow("a"); ok {
			t.Error("got it allowed, want a rejection: only one was refunded")
		}
	})
	t.Run("never_refunds_more_than_its_rate", func(t *testing.T) {
		l := newClock().limit(1)
		l.allow("a")
		for range 10 {
			l.refund("a")
		}
		l.allow("a")
		if _, ok := l.allow("a"); ok {
			t.Error("got it allowed, want a rejection: the rate is 1")
		}
	})
	t.Run("rejected_requests_cost_nothing", func(t *testing.T) {
		c := newClock()
		l := c.limit(60)
		for range 60 {
			l.allow("a")
		}
		var refused sync.WaitGroup
		for range 100 {
			refused.Go(func() {
				if _, ok := l.allow("a"); ok {
					t.Error("got: let through, want: refused")
				}
			})
		}
		wait.Group(t, time.Minute, "a hundred refusals", &refused)
		c.pass(time.Second)
		if wait, ok := l.allow("a"); !ok {
			t.Errorf("got: refused for another %s, want: let through after the second a request costs", wait)
		}
	})
	t.Run("keeps_key_through_60000_others", func(t *testing.T) {
		l := newClock().limit(1)
		l.allow("victim")
		for i := range 60_000 {
			l.allow(fmt.Sprint(i))
		}
		if _, ok := l.allow("victim"); ok {
			t.Error("got: let through, want: refused, for its limit is used up")
		}
	})
	t.Run("keeps_used_key_through_any_flood", func(t *testing.T) {
		l := newClock().limit(1)
		for i := range maxCachedKeys + 1000 {
			l.allow(fmt.Sprint(i))
			if _, ok := l.allow("victim"); ok && i > 0 {
				t.Fatalf("got: let through after %d other keys, want: refused", i)
			}
		}
	})
	t.Run("capacity_is_bounded", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := newLimit(600, time.Now)
			for i := range 2 * maxCachedKeys {
				l.allow(fmt.Sprint(i))
			}
			if held := l.limiters.cache.Len(); held != maxCachedKeys {
				t.Errorf("after a flood: got %d keys, want %d", held, maxCachedKeys)
			}
			time.Sleep(time.Minute + time.Second)
			l.allow("later")
			if held := l.limiters.cache.Len(); held != 1 {
				t.Errorf("a minute later: got %d keys, want 1", held)
			}
		})
	})
}

func TestMinuteCache(t *testing.T) {
	t.Parallel()
	t.Run("keeps_values_used_in_last_minute", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newMinuteCache[int]()
			r.put("a", 1)
			for range 20 {
				time.Sleep(59 * time.Second)
				if _, ok := r.get("a"); !ok {
					t.Fatal("got: forgotten, want: kept, for it was used 59 s before")
				}
			}
			time.Sleep(time.Minute + time.Second)
			if _, ok := r.get("a"); ok {
				t.Error("got: kept, want: forgotten after a minute without use")
			}
		})
	})
	t.Run("frees_values_unused_for_a_minute", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newMinuteCache[int]()
			for i := range 100 {
				r.put(fmt.Sprint(i), i)
			}
			time.Sleep(time.Minute + time.Second)
			r.put("a", 1)
			if held := len(r.cache.Keys()); held != 1 {
				t.Errorf("got %d keys, want 1", held)
			}
		})
	})
}
