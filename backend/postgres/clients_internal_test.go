package postgres

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

func TestExpiresOn(t *testing.T) {
	t.Parallel()
	expiresOn := clientFilters["expires_on"].rows
	for _, value := range []string{"expired", "0d", "30d", "3660d"} {
		t.Run("of_active_clients_"+value, func(t *testing.T) {
			if sql, err := expiresOn("expires_on", value, pgx.NamedArgs{}); err != nil || !strings.Contains(sql, "c.status = 'active' and ") {
				t.Errorf("got %q, %v, want a condition on active clients", sql, err)
			}
		})
	}
	for _, value := range []string{"none", "2026-12-01", "2026-12-01..2026-12-31"} {
		t.Run("of_any_client_"+value, func(t *testing.T) {
			if sql, err := expiresOn("expires_on", value, pgx.NamedArgs{}); err != nil || strings.Contains(sql, "status") {
				t.Errorf("got %q, %v, want a condition on clients of any status", sql, err)
			}
		})
	}
	for _, value := range []string{"30", "d", "-1d", "+1d", "3661d", "99999999999999999999d", "1.5d", "٣d", " 3d", "past", "30dd"} {
		t.Run("refuses_"+value, func(t *testing.T) {
			if _, err := expiresOn("expires_on", value, pgx.NamedArgs{}); portal.ErrorCode(err) != portal.Invalid {
				t.Errorf("got %v, want %s", err, portal.Invalid)
			}
		})
	}
}

func TestHasTrigram(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"abc": true, "a1b": true, "x & abc": true, "": false, "ab": false, "ab c": false, "a-b-c": false, "абв": false, "%%%": false,
	} {
		t.Run("of_"+text, func(t *testing.T) {
			if got := hasTrigram(text); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}
