package session_test

import (
	"context"
	"testing"

	"fs-client-portal/backend/portal"
)

func TestEndedSession(t *testing.T) {
	t.Parallel()
	t.Run("reports_its_reason", testEndedSessionReportsItsReason)
	t.Run("reports_reuse_to_both_holders", testEndedSessionReportsReuseToBothHolders)
	t.Run("keeps_its_first_reason", testEndedSessionKeepsItsFirstReason)
}

func testEndedSessionReportsItsReason(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, reason := range []portal.EndedReason{
		"", portal.EndedReuse, portal.EndedSignOut, portal.EndedByAdmin, portal.EndedElsewhere, portal.EndedDeactivated,
	} {
		if seen[reason.Sentence()] {
			t.Errorf("the sentence of %q is that of another reason", reason)
		}
		seen[reason.Sentence()] = true
	}
	h := newTestEnv(t)
	for _, reason := range []portal.EndedReason{
		portal.EndedReuse, portal.EndedSignOut, portal.EndedByAdmin, portal.EndedElsewhere, portal.EndedDeactivated,
	} {
		tokens, viewer := h.signedIn()
		h.end(viewer, reason)
		h.wantEndedReason(tokens, reason)
	}
}

func testEndedSessionReportsReuseToBothHolders(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	first := h.start()
	second := h.refresh(first.RefreshToken)
	third := h.refresh(second.RefreshToken)
	_, err := h.sessions.Refresh(context.Background(), portal.RefreshGrant{RefreshToken: first.RefreshToken})
	wantReason(t, err, portal.EndedReuse)
	h.wantEndedReason(third, portal.EndedReuse)
}

func testEndedSessionKeepsItsFirstReason(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	tokens, viewer := h.signedIn()
	h.end(viewer, portal.EndedByAdmin)
	h.end(viewer, portal.EndedSignOut)
	h.wantEndedReason(tokens, portal.EndedByAdmin)
}

func TestStart(t *testing.T) {
	t.Parallel()
	t.Run("refuses_user_with_inactive_grants_only", testStartRefusesUserWithInactiveGrantsOnly)
	t.Run("uses_an_active_grant", testStartUsesAnActiveGrant)
	t.Run("refuses_deactivated_user", testStartRefusesDeactivatedUser)
	t.Run("refuses_user_without_role", testStartRefusesUserWithoutRole)
	t.Run("returns_user_and_grant", testStartReturnsUserAndGrant)
}

func testStartRefusesUserWithInactiveGrantsOnly(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	tokens := h.start()
	h.exec("update user_role set active = false where user_id = $1", h.user().UserID)
	h.wantRefused(tokens.RefreshToken, portal.Deactivated)
	h.wantNoSession(portal.Deactivated)
	h.exec("update user_role set active = true where user_id = $1", h.user().UserID)
	h.refresh(tokens.RefreshToken)
}

func testStartUsesAnActiveGrant(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	first := h.user().GrantID
	h.promoted()
	h.exec("update user_role set active = false where id = $1", first)
	tokens := h.start()
	for range 2 {
		viewer, err := h.viewer(tokens.AccessToken)
		if err != nil || viewer.GrantID == first {
			t.Errorf("session under %s, %v, want the active grant", viewer.GrantID, err)
		}
		tokens = h.refresh(tokens.RefreshToken)
	}
}
