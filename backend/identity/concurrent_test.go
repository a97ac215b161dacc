package identity_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit/wait"
)

// replicas returns n portals on one database; a different user with the same address signs in at each.
func (c *providerTest) replicas(t *testing.T, n int, email string) []*signInTest {
	t.Helper()
	replicas := make([]*signInTest, n)
	for i := range replicas {
		db, err := postgres.Open(context.Background(), c.URLs.Server)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(db.Close)
		replicas[i] = c.portal(t, db, portal.Google, email)
	}
	return replicas
}

func TestConcurrentSignIn(t *testing.T) {
	t.Parallel()
	t.Run("one_claims_all_invites_of_an_address", testConcurrentSignInOneClaimsAllInvitesOfAnAddress)
	t.Run("two_attempts_create_one_user", testConcurrentSignInTwoAttemptsCreateOneUser)
	t.Run("pending_sign_in_starts_one_session", testConcurrentSignInPendingSignInStartsOneSession)
}

func testConcurrentSignInOneClaimsAllInvitesOfAnAddress(t *testing.T) {
	t.Parallel()
	const claimants = 16
	court := newProviderTest(t)
	for round := range 4 {
		email := fmt.Sprintf("wanted%d@kite.example", round)
		claims := court.replicas(t, claimants, email)
		invites := []portal.CreatedInvite{
			claims[0].invites(court.Own.MSPs[0].ID), claims[0].invites(court.Own.MSPs[1].ID), claims[0].invites(""),
		}
		grants := make([]portal.CodeGrant, claimants)
		for i, k := range claims {
			var err error
			if grants[i], err = k.codeGrant(context.Background()); err != nil {
				t.Fatal(err)
			}
			for _, invite := range invites {
				grants[i].InviteIDs = append(grants[i].InviteIDs, invite.ID)
			}
			if i%2 == 1 { // half of them have read a code over the person's shoulder
				grants[i].InviteCode = invites[i%len(invites)].Code
			}
		}
		before := claims[0].made()
		start := make(chan struct{})
		var ended sync.WaitGroup
		won, errs := make([]portal.Tokens, claimants), make([]error, claimants)
		for i, k := range claims {
			ended.Go(func() {
				wait.Hold(t, start)
				won[i], errs[i] = k.service.Redeem(context.Background(), grants[i], "")
			})
		}
		close(start)
		wait.Group(t, time.Minute, "the concurrent claims", &ended)

		winner, winners := "", 0
		for i, err := range errs {
			if err == nil {
				winner, winners = won[i].User.ID, winners+1
			} else if portal.ErrorCode(err) != portal.NoInvite {
				t.Errorf("the later request: got error %v", err)
			}
		}
		after := claims[0].made()
		if winners != 1 || after["app_user"] != before["app_user"]+1 || after["identity"] != before["identity"]+1 ||
			after["session"] != before["session"]+1 {
			t.Errorf("%d of %d sign-ins succeeded, want 1; rows before: %v, after: %v", winners, claimants, before, after)
		}
		taken := court.count(t, "select count(*) from pre_assigned_role where email = $1 and accepted_by::text = $2", email, winner)
		if given := after["user_role"] - before["user_role"]; taken != len(invites) || given != len(invites) {
			t.Errorf("the winner claimed %d invites and has %d roles", taken, given)
		}
	}
}

func testConcurrentSignInTwoAttemptsCreateOneUser(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	h.tess()
	grants := []portal.CodeGrant{h.codeGrant(portal.Entra, "tess"), h.codeGrant(portal.Entra, "tess")}
	users := make([]string, len(grants))
	var redeemed sync.WaitGroup
	for i := range grants {
		redeemed.Go(func() {
			tokens, err := h.redeem(grants[i])
			if err != nil {
				t.Error(err)
			}
			users[i] = tokens.User.ID
		})
	}
	wait.Group(t, time.Minute, "the concurrent sign-ins", &redeemed)
	if users[0] != users[1] {
		t.Errorf("got users %v, want one", users)
	}
}

func testConcurrentSignInPendingSignInStartsOneSession(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	created := h.invite(h.mspUser(portal.Entra, "guest@contoso.example", "contoso.example", contoso))
	grant := h.codeGrant(portal.Entra, "guest")
	_, err := h.redeem(grant)
	wantCode(t, err, portal.InviteCodeRequired)
	grant.InviteCode = created.Code
	before := h.count("select count(*) from session")
	var redeemed sync.WaitGroup
	for range 4 {
		redeemed.Go(func() { h.redeem(grant) }) //nolint:errcheck // all but one are refused
	}
	wait.Group(t, time.Minute, "the concurrent sign-ins", &redeemed)
	if n := h.count("select count(*) from session") - before; n != 1 {
		t.Errorf("got %d sessions, want 1", n)
	}
}
