package httpapi

import (
	"log/slog"
	"os"
	"regexp"
	"slices"
	"testing"

	"fs-client-portal/backend/portal"
)

// TestStatuses asserts the status of every error code. A new code needs a row.
func TestStatuses(t *testing.T) {
	want := map[portal.Code]int{
		portal.Invalid: 422, portal.Unauthenticated: 401, portal.SessionRevoked: 401, portal.GrantChanged: 401,
		portal.Forbidden: 403, portal.NotFound: 404, portal.Conflict: 409, portal.SyncRunning: 409, portal.NoProduct: 409,
		portal.ProductRefused: 422, portal.NoInvite: 403, portal.InviteCodeRequired: 403, portal.InviteCodeInvalid: 403,
		portal.InviteChoice: 409, portal.InviteClosed: 403, portal.TenantNotAllowed: 403, portal.Deactivated: 403,
		portal.AttemptExpired: 400, portal.ProviderDown: 502, portal.ProviderRefused: 400, portal.TooManyRequests: 429,
		portal.TooLarge: 413, portal.Unavailable: 503, portal.Internal: 500,
	}
	s := &server{Config: Config{Log: slog.New(slog.DiscardHandler)}}
	source, err := os.ReadFile("../portal/error.go")
	if err != nil {
		t.Fatal(err)
	}
	var declared []portal.Code
	for _, match := range regexp.MustCompile(`Code\s+= "(\w+)"`).FindAllSubmatch(source, -1) {
		declared = append(declared, portal.Code(match[1]))
	}
	if len(declared) < 20 {
		t.Fatalf("got %d codes in error.go, want all", len(declared))
	}
	for _, code := range declared {
		t.Run(string(code), func(t *testing.T) {
			if got := s.problem(t.Context(), portal.Errorf(code, "x")); got.Status != want[code] || got.Code != code {
				t.Errorf("got %d, %s, want %d", got.Status, got.Code, want[code])
			}
		})
	}
	for code := range statuses {
		if !slices.Contains(declared, code) {
			t.Errorf("got a status of %q, which is no code", code)
		}
	}
}
