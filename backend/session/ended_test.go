package session_test

import (
	"context"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/session"
)

func TestWhoeverHoldsATokenOfAnEndedSessionReadsWhyItEnded(t *testing.T) {
	t.Parallel()
	told := map[string]bool{}
	for _, reason := range []portal.EndedReason{
		"", portal.EndedReuse, portal.EndedSignOut, portal.EndedByAdmin, portal.EndedElsewhere, portal.EndedDeactivated,
	} {
		if told[reason.Sentence()] {
			t.Errorf("%q is said as another reason is", reason)
		}
		told[reason.Sentence()] = true
	}
	h := newHouse(t)
	for _, reason := range []portal.EndedReason{
		portal.EndedReuse, portal.EndedSignOut, portal.EndedByAdmin, portal.EndedElsewhere, portal.EndedDeactivated,
	} {
		tokens := h.start()
		viewer, err := h.viewer(tokens.AccessToken)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.DB.EndSession(context.Background(), viewer.SessionID, viewer.UserID, viewer.Scope.MSSPID, reason); err != nil {
			t.Fatal(err)
		}
		_, err = h.viewer(tokens.AccessToken)
		wantReason(t, err, reason)
		_, err = h.sessions.Refresh(context.Background(), tokens.RefreshToken, session.Client{})
		wantReason(t, err, reason)
	}
}

func TestWhenATokenIsReusedThiefAndOwnerReadWhyWhicheverTokenTheySendFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.start()
	second := h.refresh(first.RefreshToken)
	third := h.refresh(second.RefreshToken)
	_, err := h.sessions.Refresh(context.Background(), first.RefreshToken, session.Client{})
	wantReason(t, err, portal.EndedReuse)
	_, err = h.viewer(third.AccessToken)
	wantReason(t, err, portal.EndedReuse)
	_, err = h.sessions.Refresh(context.Background(), third.RefreshToken, session.Client{})
	wantReason(t, err, portal.EndedReuse)
}

func TestASessionKeepsTheReasonItEndedForFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tokens := h.start()
	viewer, err := h.viewer(tokens.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	for _, reason := range []portal.EndedReason{portal.EndedByAdmin, portal.EndedSignOut} {
		if err := h.DB.EndSession(context.Background(), viewer.SessionID, viewer.UserID, viewer.Scope.MSSPID, reason); err != nil {
			t.Fatal(err)
		}
	}
	_, err = h.viewer(tokens.AccessToken)
	wantReason(t, err, portal.EndedByAdmin)
}

func TestSomebodyWhoseGrantsAreAllInactiveIsDeactivated(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tokens := h.start()
	h.exec("update user_role set active = false where user_id = $1", h.user().UserID)
	h.refused(tokens.RefreshToken, portal.Deactivated)
	if _, err := h.sessions.Start(context.Background(), h.user().UserID, session.Client{}); portal.ErrorCode(err) != portal.Deactivated {
		t.Errorf("start answers %v", err)
	}
	h.exec("update user_role set active = true where user_id = $1", h.user().UserID)
	h.refresh(tokens.RefreshToken)
}

func TestASessionBeginsUnderAnActiveGrantOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.user().GrantID
	h.exec("insert into user_role (mssp_id, id, user_id, role, msp_id) values ($1, gen_random_uuid(), $2, 'msp_admin', $3)",
		h.Own.MSSPID, h.user().UserID, h.Own.MSPs[1].ID)
	h.exec("update user_role set active = false where id = $1", first)
	tokens := h.start()
	for range 2 {
		viewer, err := h.viewer(tokens.AccessToken)
		if err != nil || viewer.GrantID == first {
			t.Errorf("acts under %s: %v", viewer.GrantID, err)
		}
		tokens = h.refresh(tokens.RefreshToken)
	}
}
