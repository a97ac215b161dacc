package heimdal

import (
	"testing"
	"time"
)

// TestBounds asserts the constants and limits of the package.
func TestBounds(t *testing.T) {
	for name, bound := range map[string]struct{ got, want any }{
		"id_has_200_characters":             {maxIDLength, 200},
		"name_has_400_characters":           {maxNameLength, 400},
		"type_has_64_characters":            {maxTypeLength, 64},
		"licence_type_has_100_characters":   {maxLicenceTypeLength, 100},
		"customer_has_2000_members":         {maxMembers, 2000},
		"licences_nest_2_levels":            {maxLicenceDepth, 2},
		"example_has_80_characters":         {maxExample, 80},
		"paths_are_500":                     {maxPaths, 500},
		"path_has_6_levels":                 {maxPathDepth, 6},
		"names_are_64":                      {maxNames, 64},
		"map_of_data_has_4_names":           {minDataNames, 4},
		"products_are_500":                  {maxProducts, 500},
		"metadata_nest_3_levels":            {maxMetaDepth, 3},
		"metadata_are_2000_fields":          {maxMetaFields, 2000},
		"sign_has_100_characters":           {maxSignLength, 100},
		"window_has_64_KiB":                 {windowSize, 64 << 10},
		"envelopes_nest_32_levels":          {maxNesting, 32},
		"held_bytes_are_8_MiB":              {maxHeldBytes, 8 << 20},
		"without_id_are_1000":               {maxWithoutID, 1000},
		"samples_are_10":                    {maxSamples, 10},
		"first_samples_are_5":               {keptFirst, 5},
		"samples_have_32_KiB":               {maxSampleBytes, 32 << 10},
		"JSON_nests_64_levels":              {maxDepth, 64},
		"value_has_1_MiB":                   {maxValueBytes, 1 << 20},
		"key_has_1_KiB":                     {maxKeyBytes, 1 << 10},
		"seats_are_2_to_the_40":             {int64(maxSeats), int64(1 << 40)},
		"check_reads_2_pages":               {maxCheckPages, 2},
		"resellers_are_5000":                {maxResellers, 5000},
		"probed_clients_are_8":              {maxProbeClients, 8},
		"calls_are_20_000":                  {maxCalls, 20_000},
		"refused_resellers_are_50":          {maxRefusedResellers, 50},
		"refusals_of_the_key_are_20":        {maxKeyRefusals, 20},
		"calls_of_a_minute_are_5":           {perMinute, 5},
		"test_takes_3_seconds":              {testDuration, 3 * time.Second},
		"redacted_piece_has_5_characters":   {minPiece, 5},
		"redacted_text_has_4000_characters": {maxRedactedText, 4000},
		"shape_lists_50_elements":           {maxListElements, 50},
		"shape_words_are_20":                {maxWords, 20},
		"refusal_body_has_64_KiB":           {maxRefusalBody, 64 << 10},
		"response_has_512_MiB":              {maxResponseBytes, 512 << 20},
		"call_takes_20_minutes":             {callTimeout, 20 * time.Minute},
		"header_takes_2_minutes":            {defaultHeaderTimeout, 2 * time.Minute},
		"body_is_idle_a_minute":             {defaultIdleTimeout, time.Minute},
		"throughput_is_4_KiB":               {minThroughput, 4 << 10},
		"reported_wait_is_2_seconds":        {minReportedWait, 2 * time.Second},
		"paces_are_10_000":                  {maxPaces, 10_000},
		"call_is_tried_5_times":             {maxTries, 5},
		"first_pause_is_a_minute":           {firstPause, time.Minute},
		"pause_is_2_minutes_at_most":        {maxPause, 2 * time.Minute},
		"Retry-After_is_10_minutes_at_most": {maxRetryAfter, 10 * time.Minute},
		"asked_pause_is_a_year_at_most":     {maxAskedPause, 365 * 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			if bound.got != bound.want {
				t.Errorf("got %v, want %v", bound.got, bound.want)
			}
		})
	}
}
