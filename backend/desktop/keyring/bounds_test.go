package keyring

import (
	"testing"
	"time"
)

// TestBounds asserts the constants and limits of the package.
func TestBounds(t *testing.T) {
	for name, bound := range map[string]struct{ got, want any }{
		"call_takes_30_seconds": {Wait, 30 * time.Second},
		"secret_has_2560_bytes": {maxSecret, 2560},
		"format_has_version_1":  {Version, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if bound.got != bound.want {
				t.Errorf("got %v, want %v", bound.got, bound.want)
			}
		})
	}
}
