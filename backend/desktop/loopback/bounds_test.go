package loopback

import (
	"testing"
	"time"
)

// TestBounds asserts the constants and limits of the package.
func TestBounds(t *testing.T) {
	for name, bound := range map[string]struct{ got, want any }{
		"body_has_8_KiB":               {maxBody, 8 << 10},
		"code_has_4_KiB":               {maxCode, 4096},
		"error_code_has_256_bytes":     {maxErrorCode, 256},
		"page_waits_600_milliseconds":  {pageWait, 600 * time.Millisecond},
		"flush_waits_200_milliseconds": {flushWait, 200 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			if bound.got != bound.want {
				t.Errorf("got %v, want %v", bound.got, bound.want)
			}
		})
	}
}
