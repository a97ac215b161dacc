package identity_test

import (
	"context"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	t.Run("invited_user_with_confirmed_address", testSignInInvitedUserWithConfirmedAddress)
	t.Run("asks_for_code_if_address_not_confirmed", testSignInAsksForCodeIfAddressNotConfirmed)
	t.Run("accepts_code_at_once", testSignInAcceptsCodeAtOnce)
	t.Run("refuses_user_without_invite", testSignInRefusesUserWithoutInvite)
	t.Run("known_identity_keeps_its_user", testSignInKnownIdentityKeepsItsUser)
	t.Run("refuses_deactivated_user", testSignInRefusesDeactivatedUser)
	t.Run("reports_provider_down", testSignInReportsProviderDown)
}

func testSignInInvitedUserWithConfirmedAddress(t *testing.T) {
	t.Parallel()
	for name, who := range map[string]struct {
		provider               portal.ProviderID
		account, email, domain string
		tenant                 string
	}{
		"a Workspace account of the invite's domain": {portal.Google, "ada", "Ada@Fjord.example", "fjord.example", ""},
		"a gmail.com account":                        {portal.Google, "gil", "gil.moe@gmail.com", "", ""},
		"a member of the invite's tenant":            {portal.Entra, "tess", "tess@contoso.example", "contoso.example", contoso},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newTestEnv(t)
			h.invite(h.mspUser(who.provider, who.email, who.domain, who.tenant))
			me, err := h.signIn(who.provider, who.account, "")
			if err != nil {
				t.Fatal(err)
			}
			if me.Grant.Role != portal.MSPUser || me.Grant.Scope.MSPID != h.Own.MSPs[0].ID || me.User.Name == "" ||
				me.User.Email != strings.ToLower(who.email) || me.User.LastLoginAt == nil {
				t.Errorf("got %+v", me)
			}
			again, err := h.signIn(who.provider, who.account, "")
			if err != nil || again.User.ID != me.User.ID || len(again.Grants) != 1 {
				t.Errorf("the second time: got %+v, %v", again, err)
			}
			if n := h.count("select count(*) from audit_log where action in ('invite_accepted', 'sign_in') and actor_id = $1", me.User.ID); n != 3 {
				t.Errorf("got %d audit entries, want 3", n)
			}
		})
	}
}

func testSignInAsksForCodeIfAddressNotConfirmed(t *testing.T) {
	t.Parallel()
	entraUser := func(email string) func(*testEnv) portal.NewInvite {
		return func(h *testEnv) portal.NewInvite { return h.mspUser(portal.Entra, email, "contoso.example", contoso) }
	}
	for name, who := range map[string]struct {
		provider portal.ProviderID
		account  string
		invite   func(*testEnv) portal.NewInvite
	}{
		"an admin": {portal.Google, "ada", func(*testEnv) portal.NewInvite {
			return portal.NewInvite{Email: "ada@fjord.example", Role: portal.MSSPAdmin, Provider: portal.Google, Domain: "fjord.example"}
		}},
		"an address Google has not verified": {portal.Google, "unverified", func(h *testEnv) portal.NewInvite {
			return h.mspUser(portal.Google, "una@gmail.com", "", "")
		}},
		"a Workspace the invite does not name": {portal.Google, "ada", func(h *testEnv) portal.NewInvite {
			return h.mspUser(portal.Google, "ada@fjord.example", "", "")
		}},
		"a guest of the tenant":   {portal.Entra, "guest", entraUser("guest@contoso.example")},
		"no address in the token": {portal.Entra, "no-mail", entraUser("nora@contoso.example")},
		"a tenant without a domain attached to it": {
			portal.Entra, "tess", func(h *testEnv) portal.NewInvite { return h.mspUser(portal.Entra, "tess@contoso.example", "", contoso) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newTestEnv(t)
			created := h.invite(who.invite(h))
			grant := h.codeGrant(who.provider, who.account)
			h.nothingMade(func() {
				_, err := h.redeem(grant)
				wantCode(t, err, portal.InviteCodeRequired)
				wrong := grant
				wrong.InviteCode, _ = identity.NewInviteCode()
				_, err = h.redeem(wrong)
				wantCode(t, err, portal.InviteCodeInvalid)
			})
			grant.InviteCode = " " + strings.ToLower(strings.ReplaceAll(created.Code, "-", " "))
			tokens, err := h.redeem(grant)
			if err != nil {
				t.Fatal(err)
			}
			if me := h.me(tokens); me.Grant.Role != created.Invite.Role || me.User.Email != created.Invite.Email {
				t.Errorf("got %+v", me)
			}
			_, err = h.redeem(grant)
			wantCode(t, err, portal.AttemptExpired)
		})
	}
}

func testSignInAcceptsCodeAtOnce(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	created := h.invite(portal.NewInvite{Email: "ada@fjord.example", Role: portal.MSSPAdmin, Provider: portal.Google})
	me, err := h.signIn(portal.Google, "ada", created.Code)
	if err != nil || me.Grant.Role != portal.MSSPAdmin {
		t.Errorf("got %+v, %v", me, err)
	}
}

func testSignInRefusesUserWithoutInvite(t *testing.T) {
	t.Parallel()
	for name, invite := range map[string]func(h *testEnv){
		"no invite at all":     func(*testEnv) {},
		"for another provider": func(h *testEnv) { h.invite(h.mspUser(portal.Google, "tess@contoso.example", "", "")) },
		"for another tenant":   func(h *testEnv) { h.invite(h.mspUser(portal.Entra, "tess@contoso.example", "", fabrikam)) },
		"for another address":  func(h *testEnv) { h.invite(h.mspUser(portal.Entra, "bo@contoso.example", "contoso.example", contoso)) },
		"expired":              func(h *testEnv) { h.expired(func(*testEnv) {}) },
		"revoked":              func(h *testEnv) { h.revoked() },
		"the address is taken": func(h *testEnv) { h.taken() },
		"accepted by another":  func(h *testEnv) { h.accepted() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newTestEnv(t)
			invite(h)
			var plain, coded error
			h.nothingMade(func() {
				_, plain = h.signIn(portal.Entra, "tess", "")
				code, _ := identity.NewInviteCode()
				_, coded = h.signIn(portal.Entra, "tess", code)
			})
			wantCode(t, plain, portal.NoInvite)
			if coded == nil || plain == nil || coded.Error() != plain.Error() {
				t.Errorf("got %q without a code and %q with one, want the same", plain, coded)
			}
			reason := "no_invite"
			if name == "the address is taken" {
				reason = "address_taken"
			}
			if n := h.count("select count(*) from audit_log where action = 'sign_in_refused' and detail ->> 'reason' = $1", reason); n != 2 {
				t.Errorf("got %d audit entries of the refusals", n)
			}
			if n := h.count("select count(*) from audit_log where detail::text like '%@%'"); n != 0 {
				t.Error("the audit log contains an address, want none")
			}
		})
	}
}

func (h *testEnv) tess() portal.CreatedInvite {
	h.Helper()
	return h.invite(h.mspUser(portal.Entra, "tess@contoso.example", "contoso.example", contoso))
}

func (h *testEnv) expired(func(*testEnv)) {
	h.tess()
	h.exec("update pre_assigned_role set expires_at = now() - interval '1 second'")
}

func (h *testEnv) revoked() {
	created := h.tess()
	if err := h.DB.RevokeInvite(context.Background(), h.Own.Viewers[portal.MSSPAdmin], created.Invite.ID); err != nil {
		h.Fatal(err)
	}
}

// taken confirms the address for another user through another provider, after the invite was created.
func (h *testEnv) taken() {
	h.tess()
	h.confirm(h.Own.Viewers[portal.MSSPStaff].UserID, "tess@contoso.example")
}

// confirm gives a user a Google account with a confirmed address.
func (h *testEnv) confirm(userID, email string) {
	h.Helper()
	h.exec(`
		insert into identity (provider, issuer, subject, user_id, email, email_confirmed)
		values ('google', 'google', $1::text, $1::uuid, $2, true)`, userID, email)
}

func (h *testEnv) accepted() {
	h.tess()
	h.exec("update pre_assigned_role set accepted_at = now(), accepted_by = $1", h.Own.Viewers[portal.MSSPStaff].UserID)
}

func testSignInKnownIdentityKeepsItsUser(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	h.invite(h.mspUser(portal.Google, "gil.moe@gmail.com", "", ""))
	first, err := h.signIn(portal.Google, "gil", "")
	if err != nil {
		t.Fatal(err)
	}
	// The same user's account at Google gets the address of a user who is invited as an administrator.
	h.exec("update identity set subject = $1 where user_id = $2", h.google.Subject("ada"), first.User.ID)
	admin := h.invite(portal.NewInvite{Email: "ada@fjord.example", Role: portal.MSSPAdmin, Provider: portal.Google, Domain: "fjord.example"})
	me, err := h.signIn(portal.Google, "ada", "")
	if err != nil {
		t.Fatal(err)
	}
	if me.User.ID != first.User.ID || len(me.Grants) != 1 || me.User.Email != "gil.moe@gmail.com" {
		t.Errorf("got %+v", me)
	}
	if n := h.count("select count(*) from pre_assigned_role where id = $1 and accepted_at is null", admin.Invite.ID); n != 1 {
		t.Error("the invite was claimed without its code, want it open")
	}
}

func testSignInRefusesDeactivatedUser(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	h.tess()
	me, err := h.signIn(portal.Entra, "tess", "")
	if err != nil {
		t.Fatal(err)
	}
	h.exec("update app_user set active = false where id = $1", me.User.ID)
	h.nothingMade(func() {
		_, err = h.signIn(portal.Entra, "tess", "")
		wantCode(t, err, portal.Deactivated)
	})
}

func testSignInReportsProviderDown(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	h.tess()
	grant := h.codeGrant(portal.Entra, "tess")
	h.entra.Close()
	h.nothingMade(func() {
		_, err := h.redeem(grant)
		wantCode(t, err, portal.ProviderDown)
	})
	_, fresh := h.serve()
	_, err := fresh.Begin(context.Background(), portal.NewAttempt{
		Provider: portal.Entra, RedirectURI: redirects[portal.Entra], CodeChallenge: oauth2.S256ChallengeFromVerifier(oauth2.GenerateVerifier()),
	})
	wantCode(t, err, portal.ProviderDown)
	if _, err := h.signIn(portal.Google, "gil", ""); portal.ErrorCode(err) != portal.NoInvite {
		t.Errorf("with the other provider: got error %v, want nil", err)
	}
}
