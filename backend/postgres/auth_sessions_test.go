package postgres_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
)

func TestEndSession(t *testing.T) {
	t.Parallel()
	t.Run("without_a_known_tenant_is_in_no_tenants_audit_log", testEndSessionWithoutAKnownTenant)
}

func testEndSessionWithoutAKnownTenant(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	user := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
	w.Exec(t, "update session_grant set last_used_at = null where session_id = $1", user.SessionID)
	if err := w.DB.EndSession(context.Background(), user.SessionID, user.UserID, "", portal.EndedReuse); err != nil {
		t.Fatal(err)
	}
	got := w.Text(t, `
		select concat_ws(' ', s.revoked_reason, a.action, a.mssp_id)
		from session s
		join audit_log a on a.target = s.id::text
		where s.id = $1`, user.SessionID)
	if want := "reuse session_ended " + uuid.Nil.String(); got != want {
		t.Errorf("reason, audited action and tenant: got %q, want %q", got, want)
	}
}
