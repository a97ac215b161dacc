package postgres

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

func TestExpiresOn(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"expired", "none", "0d", "30d", "3660d"} {
		t.Run("accepts_"+value, func(t *testing.T) {
			if sql, err := expiresOn("expires_on", value, pgx.NamedArgs{}); err != nil || !strings.HasPrefix(sql, "c.status = 'active' and ") {
				t.Errorf("got %q, %v, want a condition on active clients", sql, err)
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

func FuzzExpiresOn(f *testing.F) {
	for _, value := range []string{"expired", "none", "30d", "-1d", "d"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		args := pgx.NamedArgs{}
		sql, err := expiresOn("expires_on", value, args)
		typed := strings.TrimLeft(strings.TrimSuffix(value, "d"), "0")
		days, number := args["expires_on"].(int)
		switch {
		case err != nil && (portal.ErrorCode(err) != portal.Invalid || sql != ""):
			t.Errorf("%q: got %q, %v, want %s", value, sql, err, portal.Invalid)
		case number && (days < 0 || days > maxExpiryDays || fmt.Sprint(days) != typed && days != 0):
			t.Errorf("%q: got %d days", value, days)
		}
	})
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
