package desktop

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

// TestResponseLimit reads the longest response that is allowed, and one of a byte more. Both are valid, so that only
// the limit can refuse one.
func TestResponseLimit(t *testing.T) {
	for name, test := range map[string]struct {
		size int
		want portal.Code
	}{
		"reads_16_MiB":   {16 << 20, ""},
		"refuses_a_byte": {16<<20 + 1, portal.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			b := signedInWith(t, "GET /v1/overview", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, _ = fmt.Fprintf(w, `{}%s`, strings.Repeat(" ", test.size-len(`{}`)))
			})
			_, err := b.Overview(t.Context())
			var got portal.Code
			if err != nil {
				got = ProblemOf(err).Code
			}
			if got != test.want {
				t.Errorf("%d bytes: got %v, want code %q", test.size, err, test.want)
			}
		})
	}
}
