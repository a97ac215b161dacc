package portal

import (
	"testing"
	"time"
)

// TestBounds asserts the constants and limits of the package.
func TestBounds(t *testing.T) {
	for name, bound := range map[string]struct{ got, want any }{
		"harmless_names_are_20":            {MostHarmless, 20},
		"harmless_name_has_100_characters": {LongestHarmless, 100},
		"shared_fields_are_200":            {MostShared, 200},
		"new_path_is_at_5_percent":         {newPathPercent, 5},
		"known_paths_are_2000":             {maxKnownPaths, 2000},
		"notices_are_200":                  {maxNotices, 200},
		"code_is_tried_10_times":           {MaxCodeTries, 10},
		"Retry-After_is_a_year_at_most":    {maxRetryAfter, 365 * 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			if bound.got != bound.want {
				t.Errorf("got %v, want %v", bound.got, bound.want)
			}
		})
	}
}
