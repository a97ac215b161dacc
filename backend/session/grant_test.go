package session_test

import (
	"context"
	"testing"

	"fs-client-portal/backend/portal"
)

// stranger gives the user a grant of another tenant that is older than all others, as from an invite that came first.
func (h *testEnv) stranger() (grantID string) {
	h.Helper()
	grantID = h.Grant(h, h.user().UserID, portal.MSPUser, h.Other.At(portal.MSPUser, 0))
	older := "00000000" + grantID[8:]
	h.exec("update user_role set id = $2 where id = $1", grantID, older)
	return older
}

// under uses another grant, as a request with Portal-Grant does.
func (h *testEnv) under(tokens portal.Tokens, grantID string) {
	h.Helper()
	if _, err := h.sessions.VerifyAs(context.Background(), tokens.AccessToken, grantID); err != nil {
		h.Fatalf("act under %s: %v", grantID, err)
	}
}

// wantGrant fails unless a session's access token names this grant.
func (h *testEnv) wantGrant(tokens portal.Tokens, want, when string) {
	h.Helper()
	viewer, err := h.viewer(tokens.AccessToken)
	if err != nil || viewer.GrantID != want {
		h.Errorf("%s the session is under %s, %v, want %s", when, viewer.GrantID, err, want)
	}
}

// unused reports whether a grant was not used in the last hour.
func (h *testEnv) unused(grantID string) bool {
	h.Helper()
	return h.count(
		"select count(*) from user_role where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 hour')",
		grantID,
	) == 1
}

// longAgo moves every use of a grant back by days, and keeps their order.
func (h *testEnv) longAgo() {
	h.Helper()
	h.exec("update user_role set last_used_at = last_used_at - interval '3 days'")
	h.exec("update session_grant set last_used_at = last_used_at - interval '3 days'")
}

func TestSessionGrant(t *testing.T) {
	t.Parallel()
	for name, check := range map[string]func(h *testEnv, own, strangers string){
		"starts_under_the_grant_used_last": func(h *testEnv, own, strangers string) {
			first := h.start()
			h.wantGrant(first, strangers, "Where no grant was ever used")
			h.under(first, own)
			h.longAgo()
			next := h.start()
			h.wantGrant(next, own, "After the own grant was chosen")
			if !h.unused(strangers) {
				h.Error("the sign-in was recorded as a use of the other tenant's grant")
			}
		},
		"starts_under_another_while_that_is_inactive": func(h *testEnv, own, strangers string) {
			h.under(h.start(), own)
			h.exec("update user_role set active = false where id = $1", own)
			h.wantGrant(h.start(), strangers, "While the own grant is inactive")
		},
		"is_kept_whatever_another_session_uses": func(h *testEnv, own, strangers string) {
			first := h.start()
			h.under(first, own)
			tokens := h.start()
			h.under(h.start(), strangers)
			for range 2 {
				h.wantGrant(tokens, own, "While another session is under the stranger's grant")
				tokens = h.refresh(tokens.RefreshToken)
			}
		},
		"is_another_once_it_may_not_be_used": func(h *testEnv, own, strangers string) {
			third := h.promoted()
			tokens := h.start()
			h.under(tokens, third)
			h.under(tokens, own)
			tokens = h.start()
			h.exec("update user_role set active = false where id = $1", own)
			for range 2 {
				tokens = h.refresh(tokens.RefreshToken)
				h.wantGrant(tokens, third, "Once the own grant is inactive")
			}
		},
		"of_an_older_server_is_the_oldest": func(h *testEnv, own, strangers string) {
			tokens := h.start()
			h.under(tokens, own)
			h.exec("update session set grant_id = null")
			for range 2 {
				tokens = h.refresh(tokens.RefreshToken)
				h.wantGrant(tokens, strangers, "Where the app still acts under the older server's token")
			}
		},
		"is_used_by_a_refresh": func(h *testEnv, own, strangers string) {
			tokens := h.start()
			h.under(tokens, own)
			h.longAgo()
			h.refresh(tokens.RefreshToken)
			if h.unused(own) || !h.unused(strangers) {
				h.Errorf("after the refresh of a session that acts under the own grant, that is unused: %v, the stranger's: %v",
					h.unused(own), h.unused(strangers))
			}
		},
		"is_not_used_by_a_refresh_once_inactive": func(h *testEnv, own, _ string) {
			tokens := h.start()
			h.under(tokens, own)
			h.longAgo()
			h.exec("update user_role set active = false where id = $1", own)
			h.refresh(tokens.RefreshToken)
			if !h.unused(own) {
				h.Error("a refresh was recorded as a use of a grant that the session may not use")
			}
		},
		"is_whose_audit_log_has_the_end": func(h *testEnv, own, strangers string) {
			for _, end := range []func(portal.Viewer) error{
				func(v portal.Viewer) error { return h.sessions.End(context.Background(), v) },
				func(v portal.Viewer) error { return h.DB.EndOwnSession(context.Background(), v, v.SessionID) },
			} {
				tokens, viewer := h.signedIn()
				h.under(tokens, strangers)
				h.under(tokens, own)
				if err := end(viewer); err != nil {
					h.Fatal(err)
				}
				if n := h.count(
					"select count(*) from audit_log where action = 'session_ended' and target = $1 and mssp_id = $2", viewer.SessionID, h.Own.MSSPID,
				); n != 1 {
					h.Errorf("the own MSSP's audit log has %d entries of the end, want 1", n)
				}
				h.under(h.start(), strangers) // the next sign-in starts there
			}
		},
		"is_noted_at_every_change": func(h *testEnv, own, strangers string) {
			tokens := h.start()
			h.under(tokens, own)
			h.wantGrant(tokens, strangers, "Back under the token's own grant")
			h.wantGrant(h.start(), strangers, "After a switch there and back within a minute")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newTestEnv(t)
			check(h, h.user().GrantID, h.stranger())
		})
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	t.Run("does_not_wait_for_change_of_its_grant", testRefreshDoesNotWaitForChangeOfItsGrant)
	t.Run("uses_each_token_once", testRefreshUsesEachTokenOnce)
	t.Run("repeats_lost_response", testRefreshRepeatsLostResponse)
	t.Run("reused_token_ends_the_session", testRefreshReusedTokenEndsTheSession)
	t.Run("concurrent_repeats_get_one_successor", testRefreshConcurrentRepeatsGetOneSuccessor)
	t.Run("returns_a_changed_role", testRefreshReturnsAChangedRole)
	t.Run("refuses_malformed_token", testRefreshRefusesMalformedToken)
}

// A refresh neither waits for an administrator who is changing the grant, nor fails.
func testRefreshDoesNotWaitForChangeOfItsGrant(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	tokens := h.start()
	h.exec("begin")
	h.exec("select from user_role where user_id = $1 for update", h.user().UserID)
	done := make(chan error, 1)
	go func() {
		_, err := h.sessions.Refresh(t.Context(), portal.RefreshGrant{RefreshToken: tokens.RefreshToken})
		done <- err
	}()
	h.within(done, "the refresh beside a change of the grant")
	h.exec("rollback")
}
