package customersync

import (
	"testing"
	"time"
)

// TestLimits asserts the constants of the package that TestBounds does not name.
func TestLimits(t *testing.T) {
	for name, bound := range map[string]struct{ got, want any }{
		"alert_is_tried_80_times":           {alertTries, 80},
		"checked_are_20":                    {maxChecked, 20},
		"proof_lasts_2_minutes":             {proofTTL, 2 * time.Minute},
		"proofs_are_1000":                   {maxProofs, 1000},
		"previewed_are_10":                  {maxPreviewed, 10},
		"slice_of_a_job_takes_90_minutes":   {runTimeout, 90 * time.Minute},
		"jobs_listed_are_10_000":            {maxListed, 10_000},
		"job_is_rescued_after_5_minutes":    {rescueAfter, 5 * time.Minute},
		"mail_takes_a_minute":               {mailTimeout, time.Minute},
		"mail_is_tried_1000_times":          {mailTries, 1000},
		"mail_is_tried_every_hour":          {mailInterval, time.Hour},
		"release_takes_5_seconds":           {releaseTime, 5 * time.Second},
		"run_takes_a_day":                   {longestRun, 24 * time.Hour},
		"progress_is_recorded_every_second": {recordEvery, time.Second},
		"sync_runs_every_hour":              {defaultEvery, time.Hour},
		"takeover_is_after_30_seconds":      {defaultTakeover, 30 * time.Second},
		"heartbeats_of_a_lease_are_6":       {heartbeats, 6},
		"stale_after_3_periods":             {staleAfter, 3},
		"chunk_has_5000_customers":          {chunkCustomers, 5000},
		"chunk_has_4_MiB":                   {chunkBytes, 4 << 20},
		"watch_takes_10_seconds":            {watchTimeout, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			if bound.got != bound.want {
				t.Errorf("got %v, want %v", bound.got, bound.want)
			}
		})
	}
}
