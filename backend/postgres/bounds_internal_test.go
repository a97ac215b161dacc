package postgres

import (
	"testing"
	"time"
)

// TestBounds asserts the constants and limits of the package.
func TestBounds(t *testing.T) {
	for name, bound := range map[string]struct{ got, want any }{
		"invites_offered_of_a_tenant_are_10":   {maxOffersPerTenant, 10},
		"transaction_is_tried_3_times":         {attempts, 3},
		"history_is_filled_by_5000":            {fillBatch, 5000},
		"facets_are_100":                       {maxFacets, 100},
		"sort_key_has_200_bytes":               {maxKeyLength, 200},
		"names_are_filled_by_1000":             {keyBatch, 1000},
		"connection_is_acquired_in_10_seconds": {acquireWait, 10 * time.Second},
		"statement_of_a_read_takes_15_seconds": {readTime, 15 * time.Second},
		"trend_has_90_days":                    {trendDays, 90},
		"licence_ends_soon_within_30_days":     {expiringDays, 30},
		"attention_has_20_rows":                {attentionRows, 20},
		"attention_has_6_rows_of_a_kind":       {attentionEach, 6},
		"new_connection_has_a_minute":          {newConnectionGrace, time.Minute},
		"connections_are_50":                   {mostConnections, 50},
		"customers_sampled_are_20_000":         {sampled, 20_000},
		"rows_sampled_are_200":                 {sampleRows, 200},
		"takeover_is_after_30_seconds":         {defaultTakeover, 30 * time.Second},
		"runs_waiting_are_1000":                {maxWaiting, 1000},
		"run_survives_3_workers":               {maxDeaths, 3},
		"export_has_15_minutes":                {exportTime, 15 * time.Minute},
		"msps_exported_at_once_are_200":        {mspsAtOnce, 200},
	} {
		t.Run(name, func(t *testing.T) {
			if bound.got != bound.want {
				t.Errorf("got %v, want %v", bound.got, bound.want)
			}
		})
	}
}
