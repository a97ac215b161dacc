package identity_test

import (
	"context"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

// atBothMSPs invites tess to both MSPs and to the other tenant. She signs in with the first invite.
func (h *testEnv) atBothMSPs() (user portal.User, second, elsewhere portal.CreatedInvite) {
	h.Helper()
	n := h.mspUser(portal.Entra, "tess@contoso.example", "contoso.example", contoso)
	first := h.invite(n)
	n.MSPID = h.Own.MSPs[1].ID
	second, elsewhere = h.invite(n), h.othersStaff()
	grant := h.codeGrant(portal.Entra, "tess")
	grant.InviteIDs = []string{first.ID}
	tokens, err := h.redeem(grant)
	if err != nil {
		h.Fatal(err)
	}
	return tokens.User, second, elsewhere
}

func (h *testEnv) change(by portal.Viewer, userID string, change portal.UserChange) {
	h.Helper()
	if _, err := h.DB.ChangeUser(context.Background(), by, userID, change); err != nil {
		h.Fatal(err)
	}
}

func (h *testEnv) open(invite portal.CreatedInvite) bool {
	h.Helper()
	return h.count("select count(*) from pre_assigned_role where id = $1 and revoked_at is null and accepted_at is null", invite.ID) == 1
}

func TestInvitesOfDeactivatedUser(t *testing.T) {
	t.Parallel()
	off := false
	t.Run("of_the_scope_are_revoked", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		user, second, elsewhere := h.atBothMSPs()
		admin := h.Own.Viewers[portal.MSSPAdmin]
		h.change(admin, user.ID, portal.UserChange{Active: &off})
		_, err := h.signIn(portal.Entra, "tess", second.Code)
		wantCode(t, err, portal.InviteCodeInvalid)
		if n := h.count(`
			select count(*) from audit_log
			where action = 'invite_revoked' and mssp_id = $1 and actor_id = $2 and target = $3 and detail->>'reason' = 'user_deactivated'`,
			h.Own.MSSPID, admin.UserID, second.ID); n != 1 {
			t.Errorf("the audit log has %d entries of the revoked invite, want 1", n)
		}
		me, err := h.signIn(portal.Entra, "tess", elsewhere.Code)
		if err != nil || len(me.Grants) != 1 || me.Grant.Scope.MSSPID != h.Other.MSSPID {
			t.Errorf("signed in with the other tenant's invite: got %+v, %v", me.Grants, err)
		}
	})
	t.Run("outside_the_scope_stay_open", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		user, second, elsewhere := h.atBothMSPs()
		h.change(h.Own.Viewers[portal.MSPAdmin], user.ID, portal.UserChange{Active: &off})
		if !h.open(second) || !h.open(elsewhere) {
			t.Errorf("open of the sister MSP: %v, of the other tenant: %v, want both", h.open(second), h.open(elsewhere))
		}
	})
	t.Run("stay_open_if_a_role_is_left", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		user, second, _ := h.atBothMSPs()
		client := h.Grant(t, user.ID, portal.ClientUser, h.Own.At(portal.ClientUser, 0))
		admin := h.Own.Viewers[portal.MSSPAdmin]
		h.change(admin, user.ID, portal.UserChange{Active: &off, GrantID: client})
		if !h.open(second) {
			t.Error("the invite was revoked after one of two roles was lost, want it open")
		}
		h.change(admin, user.ID, portal.UserChange{Active: &off})
		if h.open(second) {
			t.Error("the invite is open after the last role was lost, want it revoked")
		}
	})
	t.Run("of_another_address_stay_open", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		user, second, _ := h.atBothMSPs()
		bo := h.invite(h.mspUser(portal.Entra, "bo@contoso.example", "contoso.example", contoso))
		h.exec("update identity set email_confirmed = false where user_id = $1", user.ID)
		h.change(h.Own.Viewers[portal.MSSPAdmin], user.ID, portal.UserChange{Active: &off})
		if !h.open(bo) || !h.open(second) {
			t.Errorf("open for another user: %v, for an address that is not confirmed: %v, want both", h.open(bo), h.open(second))
		}
	})
	t.Run("claimed_concurrently_give_no_role", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		user, second, _ := h.atBothMSPs()
		grant := withCode(h.codeGrant(portal.Entra, "tess"), second.Code)
		// The first request waits for this lock on the invite, the second for the lock on the user.
		h.exec("begin")
		h.exec("select from pre_assigned_role where id = $1 for update", second.ID)
		claimed, changed := make(chan error, 1), make(chan error, 1)
		go func() {
			_, err := h.redeem(grant)
			claimed <- err
		}()
		h.waiting(1, "the claim to wait for the invite")
		go func() {
			_, err := h.DB.ChangeUser(context.Background(), h.Own.Viewers[portal.MSSPAdmin], user.ID, portal.UserChange{Active: &off})
			changed <- err
		}()
		h.waiting(2, "the change to wait for the claim")
		h.exec("commit")
		if err := wait.For(h, time.Minute, "the claim", claimed); err != nil {
			t.Errorf("the first claim: got error %v, want nil", err)
		}
		if err := wait.For(h, time.Minute, "the deactivation", changed); err != nil {
			t.Errorf("the deactivation: got error %v, want nil", err)
		}
		if n := h.count("select count(*) from user_role where user_id = $1 and mssp_id = $2 and active", user.ID, h.Own.MSSPID); n != 0 {
			t.Errorf("got %d roles inside the scope, want 0", n)
		}
	})
}

// waiting returns when this many connections wait for a lock.
func (h *testEnv) waiting(connections int, what string) {
	h.Helper()
	wait.Until(h, time.Minute, what, func() bool {
		h.exec("select pg_stat_clear_snapshot()") // statistics are a snapshot within a transaction
		return h.count(`
			select count(*) from pg_stat_activity
			where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`) >= connections
	})
}
