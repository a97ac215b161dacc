package portal_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fs-client-portal/backend/portal"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for _, c := range []struct {
		name, value string
		wait        time.Duration
		ok          bool
	}{
		{"seconds", "11", 11 * time.Second, true},
		{"no seconds", "0", 0, true},
		{"seconds with blanks", " 7\t", 7 * time.Second, true},
		{"more seconds than a year", "99999999", year, true},
		{"more seconds than a duration holds", strings.Repeat("9", 400), year, true},
		{"a date", at(90 * time.Second), 90 * time.Second, true},
		{"a date that has passed", at(-time.Hour), 0, true},
		{"a date in another century", "Fri, 31 Dec 9999 23:59:59 GMT", year, true},
		{"the first date", "Sat, 01 Jan 0001 00:00:00 GMT", 0, true},
		{"nothing", "", 0, false},
		{"a word", "soon", 0, false},
		{"a fraction", "1.5", 0, false},
		{"a negative number", "-1", 0, false},
		{"a unit", "5s", 0, false},
		{"digits of another script", "٣", 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if wait, ok := portal.RetryAfter(c.value, now); wait != c.wait || ok != c.ok {
				t.Errorf("RetryAfter(%.40q): got %v, %v, want %v, %v", c.value, wait, ok, c.wait, c.ok)
			}
		})
	}
}

func FuzzRetryAfter(f *testing.F) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for _, seed := range []string{"1", "", "Fri, 31 Dec 9999 23:59:59 GMT", "99999999999999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		wait, ok := portal.RetryAfter(value, now)
		if wait < 0 || wait > 365*24*time.Hour || !ok && wait != 0 {
			t.Errorf("RetryAfter(%q): got %v, %v, want at most a year and nothing without a value", value, wait, ok)
		}
	})
}

func TestSleep(t *testing.T) {
	t.Parallel()
	t.Run("waits", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			if err := portal.Sleep(t.Context(), time.Hour); err != nil || time.Since(begun) != time.Hour {
				t.Errorf("got %v after %v, want nil after an hour", err, time.Since(begun))
			}
		})
	})
	t.Run("ends with its context", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if err := portal.Sleep(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Minute {
				t.Errorf("got %v after %v, want %v after a minute", err, time.Since(begun), context.DeadlineExceeded)
			}
		})
	})
}
