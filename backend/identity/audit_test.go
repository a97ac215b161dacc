package identity_test

import (
	"context"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/hostile"
)

func TestARefusalTheAuditLogDoesNotTakeIsToldToTheOperatorAndNoOtherForTheUser(t *testing.T) {
	t.Parallel()
	court := newCourtroom(t)
	k := court.newCase(t, portal.Google, "")
	court.exec(t, "revoke insert on audit_log from portal_auth")
	k.provider.Play(hostile.Script{Claims: map[string]any{"aud": "another"}})
	if err := k.signIn(context.Background()); portal.ErrorCode(err) != portal.ProviderRefused {
		t.Errorf("answers %v", err)
	}
	if !strings.Contains(k.log.String(), "audit") {
		t.Errorf("the operator reads only %s", k.log.String())
	}
}
