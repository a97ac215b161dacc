package fakeheimdal

import (
	"slices"
	"strconv"
	"testing"
	"time"
)

func TestRate(t *testing.T) {
	t.Parallel()
	t.Run("sends_retry_after", testRateSendsRetryAfter)
	t.Run("is_per_key", testRateIsPerKey)
	t.Run("can_be_reset", testRateCanBeReset)
	t.Run("fault_sends_retry_after_if_set", testRateFaultSendsRetryAfterIfSet)
}

func testRateSendsRetryAfter(t *testing.T) {
	s := start(t, func(c *Config) { c.PerMinute = 2 })
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	s.now = func() time.Time { return now }
	u := s.URL() + "/customers?customerId=17"
	for _, step := range []struct {
		after  time.Duration
		status int
	}{{0, 200}, {20 * time.Second, 200}, {10 * time.Second, 429}, {29 * time.Second, 429}, {time.Second, 200}, {time.Second, 429}} {
		now = now.Add(step.after)
		got := call(t, u, "Bearer KEY")
		if got.status != step.status {
			t.Fatalf("at %s: got %d, want %d", now.Format(time.TimeOnly), got.status, step.status)
		}
		seconds, err := strconv.Atoi(got.header.Get("Retry-After"))
		if step.status == 429 && (err != nil || seconds < 1 || seconds > 60) {
			t.Errorf("Retry-After is %q", got.header.Get("Retry-After"))
		}
	}
}

func testRateIsPerKey(t *testing.T) {
	s := start(t, func(c *Config) { c.PerMinute = 1 })
	u := s.URL() + "/customers?customerId=17"
	if got := []int{call(t, u, "Bearer KEY").status, call(t, u, "Bearer OTHER").status, call(t, u,
		"Bearer KEY").status}; !slices.Equal(got, []int{200, 200, 429}) {
		t.Errorf("got %v", got)
	}
}

func testRateCanBeReset(t *testing.T) {
	s := start(t, func(c *Config) { c.PerMinute = 1 })
	get(t, s, "")
	s.ResetRate()
	get(t, s, "")
}

func testRateFaultSendsRetryAfterIfSet(t *testing.T) {
	for wait, want := range map[time.Duration]string{0: "", 90 * time.Second: "90"} {
		s := holding(t, Shape{}, Rule{Fault: Status429, Wait: wait})
		if got := call(t, s.URL()+"/customers?customerId=17", "Bearer KEY"); got.status != 429 || got.header.Get("Retry-After") != want {
			t.Errorf("got %d, Retry-After %q; want 429, %v", got.status, got.header.Get("Retry-After"), want)
		}
	}
}
