package session

import (
	"testing"
	"time"
)

// TestBounds asserts the constants and limits of the package.
func TestBounds(t *testing.T) {
	for name, bound := range map[string]struct{ got, want any }{
		"access_token_has_4_KiB":             {maxAccessToken, 4096},
		"clocks_differ_by_30_seconds":        {clockSkew, 30 * time.Second},
		"keys_are_fresh_30_seconds":          {keysFresh, 30 * time.Second},
		"keys_are_stale_after_a_minute":      {keysStale, time.Minute},
		"key_set_is_cached_30_seconds":       {JWKSMaxAge, 30 * time.Second},
		"keys_are_published_2_minutes_ahead": {publishedAhead, 2 * time.Minute},
		"loading_keys_takes_5_seconds":       {loadTimeout, 5 * time.Second},
		"access_tokens_last_an_hour_at_most": {MaxAccessTTL, time.Hour},
		"refresh_repeats_3_times":            {maxGraces, 3},
		"device_name_has_100_characters":     {maxDeviceName, 100},
		"verified_tokens_are_10_000":         {maxVerified, 10_000},
		"secret_key_has_32_bytes":            {keySize, 32},
	} {
		t.Run(name, func(t *testing.T) {
			if bound.got != bound.want {
				t.Errorf("got %v, want %v", bound.got, bound.want)
			}
		})
	}
}
