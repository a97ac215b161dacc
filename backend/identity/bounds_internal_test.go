package identity

import (
	"testing"
	"time"

	"fs-client-portal/backend/portal"
)

// TestBounds asserts the constants and limits of the package.
func TestBounds(t *testing.T) {
	for name, bound := range map[string]struct{ got, want any }{
		"attempt_lasts_10_minutes":      {attemptTTL, 10 * time.Minute},
		"clocks_differ_by_5_minutes":    {clockSkew, 5 * time.Minute},
		"id_token_is_10_minutes_old":    {oldestIDToken, 10 * time.Minute},
		"skew_is_logged_from_5_seconds": {skewLogged, 5 * time.Second},
		"skew_is_credible_for_366_days": {skewCredible, 366 * 24 * time.Hour},
		"code_has_30_characters":        {codeLength, 30},
		"code_has_groups_of_5":          {codeGroupSize, 5},
		"code_has_32_symbols":           {len(codeAlphabet), 32},
		"provider_has_10_seconds":       {providerTimeout, 10 * time.Second},
		"provider_document_has_512_KiB": {maxDocument, 512 << 10},
		"discovery_is_fresh_an_hour":    {discoveryFresh, time.Hour},
		"keys_are_fresh_an_hour":        {keysFresh, time.Hour},
		"id_token_has_16_KiB":           {maxIDToken, 16 << 10},
		"subject_has_255_bytes":         {maxSubject, 255},
		"RSA_keys_have_2048_bits":       {minRSA, 2048},
		"invite_lasts_3_days":           {defaultInviteHours, 72},
		"invite_lasts_30_days_at_most":  {maxInviteHours, 720},
		"name_has_120_characters":       {maxName, 120},
		"code_is_submitted_5_times":     {maxResubmissions, 5},
		"code_is_tried_10_times":        {portal.MaxCodeTries, 10},
	} {
		t.Run(name, func(t *testing.T) {
			if bound.got != bound.want {
				t.Errorf("got %v, want %v", bound.got, bound.want)
			}
		})
	}
}
