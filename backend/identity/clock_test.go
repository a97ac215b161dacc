package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"fs-client-portal/backend/portal"
)

// TestClockFault puts each time of a token at its limit and just beyond. It uses no constant of the code.
func TestClockFault(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	const second = time.Second
	for name, test := range map[string]struct {
		issued, expires time.Duration // from now on
		notBefore       string
		fault           string
		ahead           time.Duration
	}{
		"agrees":                            {0, time.Hour, "", "", 0},
		"of_a_token_ten_minutes_old":        {-10 * time.Minute, time.Hour, "", "", 0},
		"a_second_behind_by_issue":          {-10*time.Minute - second, time.Hour, "", "", -10*time.Minute - second},
		"five_minutes_behind_by_issue":      {-15 * time.Minute, time.Hour, "", "", -15 * time.Minute},
		"more_than_five_behind_by_issue":    {-15*time.Minute - second, time.Hour, "", "token_issued_at", -15*time.Minute - second},
		"five_minutes_ahead_by_issue":       {5 * time.Minute, time.Hour, "", "", 5 * time.Minute},
		"more_than_five_ahead_by_issue":     {5*time.Minute + second, time.Hour, "", "token_issued_at", 5*time.Minute + second},
		"five_minutes_behind_by_expiry":     {0, -5 * time.Minute, "", "", -5 * time.Minute},
		"behind_by_issue_that_expires_now":  {-11 * time.Minute, 0, "", "", -11 * time.Minute},
		"more_than_five_behind_by_expiry":   {0, -5*time.Minute - second, "", "token_expired", -5*time.Minute - second},
		"five_minutes_ahead_by_not_before":  {0, time.Hour, "1800000300", "", 5 * time.Minute},
		"more_than_five_ahead_by_it":        {0, time.Hour, "1800000301", "token_not_before", 301 * second},
		"that_holds_since_long_ago":         {0, time.Hour, "1", "", 0},
		"that_holds_from_a_number_of_tens":  {0, time.Hour, "1e300", "token_not_before", 0},
		"that_holds_since_before_all_times": {0, time.Hour, "-1e300", "", 0},
		"without_a_time_of_issue":           {-1_800_000_000 * second, time.Hour, "", "token_issued_at", 0},
	} {
		t.Run(name, func(t *testing.T) {
			c := claims{}
			if test.notBefore != "" {
				c["nbf"] = json.RawMessage(test.notBefore)
			}
			fault, ahead := clockFault(now, &oidc.IDToken{IssuedAt: now.Add(test.issued), Expiry: now.Add(test.expires)}, c)
			if fault != test.fault || test.notBefore != "1e300" && ahead != test.ahead {
				t.Errorf("got %q, %s, want %q, %s", fault, ahead, test.fault, test.ahead)
			}
		})
	}
	t.Run("of_a_token_without_times", func(t *testing.T) {
		if fault, ahead := clockFault(now, &oidc.IDToken{Expiry: now.Add(time.Hour)}, claims{}); fault != "token_issued_at" || ahead != 0 {
			t.Errorf("got %q, %s", fault, ahead)
		}
	})
}

// TestCheckClock checks what the user and the operator are shown.
func TestCheckClock(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	for name, test := range map[string]struct {
		issued  time.Duration
		logged  string // "" for nothing
		message string // "" for no refusal
	}{
		"ignores_four_seconds":           {4 * time.Second, "", ""},
		"logs_five_seconds":              {5 * time.Second, "provider_ahead_seconds=5 refused=false", ""},
		"logs_what_is_behind":            {-11 * time.Minute, "provider_ahead_seconds=-660 refused=false", ""},
		"refuses_minutes":                {90 * time.Minute, "provider_ahead_seconds=5400 refused=true", "differ by 90 minutes."},
		"refuses_hours":                  {-47 * time.Hour, "provider_ahead_seconds=-169200 refused=true", "differ by 47 hours."},
		"refuses_days":                   {366 * 24 * time.Hour, "refused=true", "differ by 366 days."},
		"blames_no_clock_beyond_a_year":  {367 * 24 * time.Hour, "", "."},
		"blames_no_clock_where_it_is_no": {-1_800_000_000 * time.Second, "", "."},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			calls := newTransport(Config{Now: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(&log, nil))}.withDefaults())
			i := newIssuer(&discovery{issuer: "https://provider.example", calls: calls}, "", "client")
			err := i.checkClock(
				context.Background(),
				&oidc.IDToken{IssuedAt: now.Add(test.issued), Expiry: now.Add(1000 * 24 * time.Hour)},
				claims{},
			)
			if (test.logged == "") != (log.Len() == 0) || !strings.Contains(log.String(), test.logged) {
				t.Errorf("logged %q, want %q", log.String(), test.logged)
			}
			if test.logged != "" && !strings.Contains(log.String(), "https://provider.example") {
				t.Errorf("logged %q, want the issuer's name", log.String())
			}
			if (err == nil) != (test.message == "") {
				t.Fatalf("got %v, want a refusal: %t", err, test.message != "")
			}
			if err == nil {
				return
			}
			var refused *portal.Error
			if !errors.As(err, &refused) || refused.Code != portal.ProviderRefused || !strings.Contains(refused.Detail, test.message) {
				t.Errorf("got %v, want %s that says %q", err, portal.ProviderRefused, test.message)
			}
			if clocks := strings.Contains(fmt.Sprint(err), "clock"); clocks != (test.logged != "") {
				t.Errorf("got %v, want clocks named: %t", err, test.logged != "")
			}
		})
	}
}

func TestInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		5 * time.Minute: "5 minutes", 119 * time.Minute: "119 minutes", 2 * time.Hour: "2 hours", 47*time.Hour + 59*time.Minute: "47 hours",
		48 * time.Hour: "2 days",
	} {
		if got := roundedDuration(d); got != want {
			t.Errorf("%s: got %q, want %q", d, got, want)
		}
	}
}
