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

// claim starts an attempt of a new identity and reads its invites, as a sign-in does before it claims them.
func (h *testEnv) claim(p portal.ProviderID, email, tenant string) postgres.Claim {
	h.Helper()
	ctx := context.Background()
	attempt := postgres.Attempt{ID: postgres.NewID(), Provider: p, RedirectURI: redirects[p], CodeChallenge: "c", Nonce: "n"}
	if _, err := h.DB.CreateAttempt(ctx, attempt, time.Hour); err != nil {
		h.Fatal(err)
	}
	who := postgres.Identity{Provider: p, Issuer: "issuer" + tenant, Subject: postgres.NewID(), Tenant: tenant, Email: email, Confirmed: true}
	known, err := h.DB.Recognise(ctx, who, attempt.ID, nil, true, newSession())
	if err != nil || len(known.ByAddress) == 0 {
		h.Fatalf("Recognise: got %+v, %v", known, err)
	}
	return postgres.Claim{Identity: who, AttemptID: attempt.ID, Invites: known.ByAddress}
}

func newSession() postgres.NewSession {
	return postgres.NewSession{ID: postgres.NewID(), TokenHash: []byte(postgres.NewID()), Idle: time.Hour, Absolute: time.Hour}
}

func TestClaimInvites(t *testing.T) {
	t.Parallel()
	t.Run("one_of_several_providers_wins_address", testClaimInvitesOneOfSeveralProvidersWinsAddress)
	t.Run("skips_invite_closed_meanwhile", testClaimInvitesSkipsInviteClosedMeanwhile)
	t.Run("refuses_claimant_who_sent_it_again", testClaimInvitesRefusesClaimantWhoSentItAgain)
	t.Run("identity_that_became_a_user_meanwhile", testClaimInvitesIdentityThatBecameAUserMeanwhile)
	t.Run("gives_a_role_once", testClaimInvitesGivesARoleOnce)
	t.Run("refuses_code_closed_or_replaced_meanwhile", testClaimInvitesRefusesCodeClosedOrReplacedMeanwhile)
}

func testClaimInvitesOneOfSeveralProvidersWinsAddress(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	for round := range 20 {
		email := fmt.Sprintf("everywhere%d@contoso.example", round)
		second := h.mspUser(portal.Entra, email, "contoso.example", contoso)
		second.MSPID = h.Own.MSPs[1].ID
		h.invite(second)
		h.invite(h.mspUser(portal.Google, email, "contoso.example", ""))
		both := []postgres.Claim{h.claim(portal.Google, email, ""), h.claim(portal.Entra, email, contoso)}
		holders, errs := make([]*postgres.Holder, 2), make([]error, 2)
		start := make(chan struct{})
		var ended sync.WaitGroup
		for i, claim := range both {
			ended.Go(func() {
				wait.Hold(t, start)
				holders[i], errs[i] = h.DB.ClaimInvites(context.Background(), claim, newSession())
			})
		}
		close(start)
		wait.Group(t, time.Minute, "both claims", &ended)
		if n := h.count("select count(*) from app_user where email = $1", email); n != 1 || (holders[0] == nil) == (holders[1] == nil) {
			t.Fatalf("round %d: got %d users for the address, want 1: %v", round, n, errs)
		}
	}
}

func testClaimInvitesSkipsInviteClosedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	for name, meanwhile := range map[string]string{
		"accepted":              "update pre_assigned_role set accepted_at = now() where id = $1",
		"revoked":               "update pre_assigned_role set revoked_at = now() where id = $1",
		"expired":               "update pre_assigned_role set expires_at = now() where id = $1",
		"the attempt has ended": "update login_attempt set finished_at = now() where $1::uuid is not null",
	} {
		email := fmt.Sprintf("late%d@contoso.example", len(name))
		created := h.invite(h.mspUser(portal.Entra, email, "contoso.example", contoso))
		claim := h.claim(portal.Entra, email, contoso)
		h.exec(meanwhile, created.ID)
		for _, byCode := range []bool{true, false} {
			claim.Invites[0].ByCode = byCode
			h.nothingMade(func() {
				if holder, err := h.DB.ClaimInvites(context.Background(), claim, newSession()); err != nil || holder != nil {
					t.Errorf("%s, by code %v: got %+v, %v, want nothing", name, byCode, holder, err)
				}
			})
		}
	}
}

func testClaimInvitesRefusesClaimantWhoSentItAgain(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	_, viewer := h.signedIn()
	created := h.othersStaff()
	claim := h.claim(portal.Entra, "tess@contoso.example", contoso)
	claim.UserID, claim.Identity.Confirmed = viewer.UserID, false
	h.exec("update pre_assigned_role set inviters = array[$2::uuid] where id = $1", created.ID, viewer.UserID)
	if _, err := h.DB.ClaimAsUser(t.Context(), viewer, claim); portal.ErrorCode(err) != portal.Conflict {
		t.Errorf("got %v, want %s", err, portal.Conflict)
	}
	h.exec("update pre_assigned_role set inviters = '{}' where id = $1", created.ID)
	if _, err := h.DB.ClaimAsUser(t.Context(), viewer, claim); err != nil {
		t.Errorf("another user's invite: got error %v, want nil", err)
	}
}

func testClaimInvitesIdentityThatBecameAUserMeanwhile(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	claims := make([]postgres.Claim, 2)
	for i := range claims {
		email := fmt.Sprintf("twice%d@contoso.example", i)
		h.invite(h.mspUser(portal.Entra, email, "contoso.example", contoso))
		claims[i] = h.claim(portal.Entra, email, contoso)
	}
	if holder, err := h.DB.ClaimInvites(t.Context(), claims[0], newSession()); err != nil || holder == nil {
		t.Fatalf("the first claim: %+v, %v", holder, err)
	}
	claims[1].Identity = claims[0].Identity
	claims[1].Identity.Confirmed = false
	h.nothingMade(func() {
		if holder, err := h.DB.ClaimInvites(t.Context(), claims[1], newSession()); err != nil || holder != nil {
			t.Errorf("got %+v, %v, want nothing, so that the identity is looked up again", holder, err)
		}
	})
}

func testClaimInvitesGivesARoleOnce(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	_, viewer := h.signedIn()
	h.exec("update identity set email = '', email_confirmed = false where user_id = $1", viewer.UserID)
	codes := make([]string, 2)
	for i := range codes {
		codes[i] = h.invitedBy(h.Other.Viewers[portal.MSSPAdmin], portal.NewInvite{
			Email: fmt.Sprintf("alias%d@contoso.example", i), Role: portal.MSSPStaff, Provider: portal.Entra, Tenant: contoso,
		}).Code
	}
	h.exec("begin")
	h.exec("select from app_user where id = $1 for update", viewer.UserID)
	errs := make([]error, 2)
	var ended sync.WaitGroup
	for i, code := range codes {
		ended.Go(func() { _, errs[i] = h.claimAs(viewer, code) })
	}
	h.waiting(2, "both claims to wait for the person")
	h.exec("commit")
	wait.Group(h, time.Minute, "both claims", &ended)
	if n := h.count("select count(*) from user_role where user_id = $1 and mssp_id = $2", viewer.UserID, h.Other.MSSPID); n != 1 {
		t.Errorf("got %d roles from two concurrent invites, want 1: %v", n, errs)
	}
}

func testClaimInvitesRefusesCodeClosedOrReplacedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	for name, meanwhile := range map[string]func(id string){
		"wrong codes closed it": func(id string) {
			h.exec("update pre_assigned_role set code_tries = $2 where id = $1", id, portal.MaxCodeTries)
		},
		"it was sent again": func(id string) {
			if _, err := h.service.Resend(t.Context(), h.Own.Viewers[portal.MSPAdmin], id); err != nil {
				t.Fatal(err)
			}
		},
	} {
		email := fmt.Sprintf("late%d@contoso.example", len(name))
		created := h.invite(h.mspUser(portal.Entra, email, "contoso.example", contoso))
		claim := h.claim(portal.Entra, email, contoso)
		claim.Invites[0].ByCode = true
		meanwhile(created.Invite.ID)
		if holder, err := h.DB.ClaimInvites(context.Background(), claim, newSession()); err != nil || holder != nil {
			t.Errorf("%s: got error %v, want the code refused", name, err)
		}
		claim.Invites[0].ByCode = false
		if holder, err := h.DB.ClaimInvites(context.Background(), claim, newSession()); err != nil || holder == nil {
			t.Errorf("%s: got error %v, want the confirmed address accepted", name, err)
		}
	}
}
