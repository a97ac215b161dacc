package identity_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
)

// signedIn signs tess in as an MSP's user and returns her tokens and viewer.
func (h *testEnv) signedIn() (portal.Tokens, portal.Viewer) {
	h.Helper()
	h.tess()
	tokens, err := h.redeem(h.codeGrant(portal.Entra, "tess"))
	if err != nil {
		h.Fatal(err)
	}
	return tokens, h.viewerOf(tokens)
}

func (h *testEnv) viewerOf(tokens portal.Tokens) portal.Viewer {
	h.Helper()
	viewer, err := h.sessions.Verify(context.Background(), tokens.AccessToken)
	if err != nil {
		h.Fatal(err)
	}
	return viewer
}

// othersStaff returns an invite of tess by the other MSSP.
func (h *testEnv) othersStaff() portal.CreatedInvite {
	h.Helper()
	return h.invitedBy(h.Other.Viewers[portal.MSSPAdmin], portal.NewInvite{
		Email: "tess@contoso.example", Role: portal.MSSPStaff, Provider: portal.Entra, Domain: "contoso.example", Tenant: contoso,
	})
}

func (h *testEnv) claimAs(v portal.Viewer, code string) (portal.Grant, error) {
	return h.service.Claim(context.Background(), v, portal.InviteClaim{InviteCode: code})
}

func TestFurtherInvite(t *testing.T) {
	t.Parallel()
	t.Run("is_claimed_by_code_at_sign_in", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		tokens, _ := h.signedIn()
		created := h.othersStaff()
		me, err := h.signIn(portal.Entra, "tess", "")
		if err != nil || len(me.Grants) != 1 {
			t.Fatalf("without the code: %+v, %v", me.Grants, err)
		}
		me, err = h.signIn(portal.Entra, "tess", created.Code)
		if err != nil || len(me.Grants) != 2 || me.User.ID != tokens.User.ID || me.Grants[1].MSSP != h.Other.Name {
			t.Errorf("with it: %+v, %v", me.Grants, err)
		}
		if me.Grant.Scope.MSSPID != h.Other.MSSPID {
			t.Errorf("the sign-in starts under %+v, want the grant it has claimed", me.Grant)
		}
		if n := h.count("select count(*) from audit_log where target = $1 and detail->>'by_code' = 'true'", created.ID); n != 1 {
			t.Errorf("got %d audit entries of a claim by code, want 1", n)
		}
	})
	t.Run("is_at_another_node_than_the_held_role", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		_, viewer := h.signedIn()
		sibling := h.mspUser(portal.Entra, "tess@contoso.example", "contoso.example", contoso)
		sibling.MSPID = h.Own.MSPs[1].ID
		atClient := func(i int) portal.NewInvite {
			return portal.NewInvite{Email: "tess@contoso.example", Role: portal.ClientUser, ClientID: h.Own.MSPs[0].Clients[i].ID,
				Provider: portal.Entra, Tenant: contoso}
		}
		// The address belongs to a user, whom administrators cannot invite again.
		h.exec("update identity set email_confirmed = false")
		for _, n := range []portal.NewInvite{sibling, atClient(0), atClient(1)} {
			created := h.invite(n)
			if _, err := h.claimAs(viewer, created.Code); err != nil {
				t.Errorf("as %s of MSP %q, client %q: %v", n.Role, n.MSPID, n.ClientID, err)
			}
		}
	})
	t.Run("is_no_sign_in_for_a_signed_in_user", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		_, viewer := h.signedIn()
		h.exec("update identity set last_login_at = '2020-01-01'")
		if _, err := h.claimAs(viewer, h.othersStaff().Code); err != nil {
			t.Fatal(err)
		}
		if n := h.count("select count(*) from identity where user_id = $1 and last_login_at = '2020-01-01'", viewer.UserID); n != 1 {
			t.Error("the time of the last sign-in changed")
		}
	})
	t.Run("is_not_closed_by_wrong_codes_of_known_user", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		h.signedIn()
		created := h.othersStaff()
		checkRefusal(t, h.guess(h.codeGrant(portal.Entra, "tess")), portal.InviteCodeInvalid, "5 tries left")
		if n := h.count("select code_tries from pre_assigned_role where id = $1", created.ID); n != 0 {
			t.Errorf("counted %d tries against the invite, want 0", n)
		}
	})
	t.Run("cannot_be_claimed_if_role_is_held_or_deactivated", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		_, viewer := h.signedIn()
		if _, err := h.claimAs(viewer, h.othersStaff().Code); err != nil {
			t.Fatal(err)
		}
		h.exec("update identity set email_confirmed = false")
		_, err := h.claimAs(viewer, h.othersStaff().Code)
		checkRefusal(t, err, portal.Conflict, "gives you nothing")
		h.exec("update user_role set active = false where mssp_id = $1 and user_id = $2", h.Other.MSSPID, viewer.UserID)
		h.exec("update pre_assigned_role set revoked_at = now() where accepted_at is null")
		higher := h.invitedBy(h.Other.Viewers[portal.MSSPAdmin],
			portal.NewInvite{Email: "tess@contoso.example", Role: portal.MSSPAdmin, Provider: portal.Entra, Tenant: contoso, ExpiresInHours: 1})
		_, err = h.claimAs(viewer, higher.Code)
		checkRefusal(t, err, portal.Conflict, "gives you nothing")
	})
	t.Run("is_claimed_by_code_when_signed_in", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		tokens, viewer := h.signedIn()
		created := h.othersStaff()
		grant, err := h.claimAs(viewer, created.Code)
		if err != nil || grant.Role != portal.MSSPStaff || grant.MSSP != h.Other.Name || grant.Node != h.Other.Name {
			t.Fatalf("got grant %+v, %v", grant, err)
		}
		if me := h.me(tokens); len(me.Grants) != 2 || me.Grants[1].ID != grant.ID {
			t.Errorf("got grants %+v", me.Grants)
		}
		if n := h.count(`
			select count(*) from audit_log
			where mssp_id = $1 and action = 'invite_accepted'
			and target = $2 and detail->>'by_code' = 'true'`, h.Other.MSSPID, created.ID); n != 1 {
			t.Errorf("got %d entries in the tenant's audit log", n)
		}
		_, err = h.claimAs(viewer, created.Code)
		checkRefusal(t, err, portal.InviteCodeInvalid, "no open invite with this code")
	})
	t.Run("is_refused_with_a_reason", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		_, viewer := h.signedIn()
		unused, _ := identity.NewInviteCode()
		another := h.invite(h.mspUser(portal.Entra, "bo@contoso.example", "contoso.example", contoso))
		google := h.invitedBy(h.Other.Viewers[portal.MSSPAdmin],
			portal.NewInvite{Email: "tess@contoso.example", Role: portal.MSSPStaff, Provider: portal.Google})
		for name, c := range map[string]struct{ code, signedIn, atSignIn string }{
			"of no invite":         {unused, "no open invite with this code", "5 tries left"},
			"mistyped":             {unused[1:], "typing error", "typing error"},
			"for another address":  {another.Code, "another e-mail address", "another e-mail address"},
			"for another provider": {google.Code, "Google account", "Google account"},
		} {
			_, err := h.claimAs(viewer, c.code)
			checkRefusal(t, err, portal.InviteCodeInvalid, c.signedIn)
			var refused *portal.Error
			if another := name == "for another address"; another && errors.As(err, &refused) && refused.Address != "tess@contoso.example" {
				t.Errorf("%s: names %q, want the address that signed in", name, refused.Address)
			}
			grant := h.codeGrant(portal.Entra, "tess")
			grant.InviteCode = c.code
			_, err = h.redeem(grant)
			checkRefusal(t, err, portal.InviteCodeInvalid, c.atSignIn)
			grant.InviteCode = ""
			if _, err := h.redeem(grant); err != nil {
				t.Errorf("%s: the same sign-in without the code: %v", name, err)
			}
		}
		if n := h.count("select count(*) from user_role where user_id = $1", viewer.UserID); n != 1 {
			t.Errorf("got %d roles", n)
		}
	})
	t.Run("cannot_be_claimed_at_sign_in_for_a_held_role", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		created := h.invite(h.mspUser(portal.Entra, "nora@contoso.example", "contoso.example", contoso))
		if _, err := h.signIn(portal.Entra, "no-mail", created.Code); err != nil {
			t.Fatal(err)
		}
		again := h.invite(h.mspUser(portal.Entra, "nora@contoso.example", "contoso.example", contoso))
		_, err := h.signIn(portal.Entra, "no-mail", again.Code)
		checkRefusal(t, err, portal.InviteCodeInvalid, "gives you nothing")
		h.exec("update user_role set active = false where email = 'nora@contoso.example'")
		_, err = h.signIn(portal.Entra, "no-mail", again.Code)
		checkRefusal(t, err, portal.InviteCodeInvalid, "gives you nothing")
	})
	t.Run("is_not_claimed_by_its_inviters", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		admin := h.invite(portal.NewInvite{Email: "admin@contoso.example", Role: portal.MSSPAdmin, Provider: portal.Entra, Tenant: contoso})
		tokens, err := h.redeem(withCode(h.codeGrant(portal.Entra, "no-mail"), admin.Code))
		if err != nil {
			t.Fatal(err)
		}
		viewer := h.viewerOf(tokens)
		made := h.invitedBy(viewer, h.mspUser(portal.Entra, "ceo@contoso.example", "contoso.example", contoso))
		others := h.invite(h.mspUser(portal.Entra, "cfo@contoso.example", "contoso.example", contoso))
		resent, err := h.service.Resend(context.Background(), viewer, others.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range []string{made.Code, resent.Code} {
			_, err := h.claimAs(viewer, code)
			checkRefusal(t, err, portal.InviteCodeInvalid, "made this invite or sent it again")
			_, err = h.signIn(portal.Entra, "no-mail", code)
			checkRefusal(t, err, portal.InviteCodeInvalid, "made this invite or sent it again")
		}
	})
}

func withCode(g portal.CodeGrant, code string) portal.CodeGrant {
	g.InviteCode = code
	return g
}

func TestOtherTenant(t *testing.T) {
	t.Parallel()
	t.Run("that_invited_first_sees_no_later_use", testOtherTenantThatInvitedFirstSeesNoLaterUse)
	t.Run("ends_nothing_elsewhere_by_deactivation", testOtherTenantEndsNothingElsewhereByDeactivation)
}

// A tenant that invited first has the oldest grant, but a session does not start under it.
func testOtherTenantThatInvitedFirstSeesNoLaterUse(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	stranger := h.Other.Viewers[portal.MSPAdmin]
	h.invitedBy(stranger, portal.NewInvite{
		Email: "tess@contoso.example", Role: portal.MSPUser, MSPID: h.Other.MSPs[0].ID, Provider: portal.Entra,
		Domain: "contoso.example", Tenant: contoso,
	})
	if me, err := h.signIn(portal.Entra, "tess", ""); err != nil || me.Grant.Scope.MSSPID != h.Other.MSSPID {
		t.Fatalf("the stranger's invite is claimed as %+v: %v", me.Grant, err)
	}
	own := h.invite(portal.NewInvite{
		Email: "tess@contoso.example", Role: portal.MSSPAdmin, Provider: portal.Entra, Domain: "contoso.example", Tenant: contoso,
	})
	before := h.seenBy(stranger)
	for _, code := range []string{own.Code, "", ""} {
		h.exec("update user_role set last_used_at = last_used_at - interval '1 day'")
		before = before.AddDate(0, 0, -1)
		me, err := h.signIn(portal.Entra, "tess", code)
		if err != nil || me.Grant.Scope.MSSPID != h.Own.MSSPID {
			t.Fatalf("with the code %q: signed in under %+v, %v, want their own MSSP", code, me.Grant, err)
		}
		if seen := h.seenBy(stranger); !seen.Equal(before) {
			t.Errorf("with the code %q: the stranger sees a use at %s, want %s as before", code, seen, before)
		}
	}
	if n := h.count("select count(*) from audit_log where action = 'sign_in' and mssp_id = $1", h.Other.MSSPID); n != 1 {
		t.Errorf("the stranger's audit log has %d sign-ins, want the one that was theirs", n)
	}
}

// seenBy returns tess's last use that an administrator sees.
func (h *testEnv) seenBy(admin portal.Viewer) time.Time {
	h.Helper()
	page, err := h.DB.Users(context.Background(), admin, portal.UserQuery{Q: "tess@contoso.example"})
	if err != nil || len(page.Items) != 1 || page.Items[0].LastLoginAt == nil {
		h.Fatalf("the administrator is shown %+v: %v", page.Items, err)
	}
	return page.Items[0].LastLoginAt.UTC()
}

func testOtherTenantEndsNothingElsewhereByDeactivation(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	strangers := h.invitedBy(h.Other.Viewers[portal.MSPAdmin], portal.NewInvite{
		Email: "tess@contoso.example", Role: portal.MSPUser, MSPID: h.Other.MSPs[0].ID, Provider: portal.Entra,
		Domain: "contoso.example", Tenant: contoso,
	})
	tokens, err := h.redeem(h.codeGrant(portal.Entra, "tess"))
	if err != nil {
		t.Fatalf("the stranger's invite %s: %v", strangers.ID, err)
	}
	own := h.invite(portal.NewInvite{
		Email: "tess@contoso.example", Role: portal.MSSPAdmin, Provider: portal.Entra, Domain: "contoso.example", Tenant: contoso,
	})
	off := false
	deactivate := func() {
		t.Helper()
		if _, err := h.DB.ChangeUser(
			context.Background(),
			h.Other.Viewers[portal.MSPAdmin],
			tokens.User.ID,
			portal.UserChange{Active: &off},
		); err != nil {
			t.Fatal(err)
		}
	}
	deactivate()
	// The user is asked for a code, and the same attempt continues with it.
	grant := h.codeGrant(portal.Entra, "tess")
	_, err = h.redeem(grant)
	wantCode(t, err, portal.Deactivated)
	tokens, err = h.redeem(withCode(grant, own.Code))
	if err != nil {
		t.Fatalf("their own MSSP's code: %v", err)
	}
	deactivate()
	me := h.me(tokens)
	if len(me.Grants) != 1 || me.Grant.Role != portal.MSSPAdmin || me.Grant.Scope.MSSPID != h.Own.MSSPID {
		t.Errorf("got grants %+v", me.Grants)
	}
	if _, err := h.sessions.Refresh(
		context.Background(),
		portal.RefreshGrant{RefreshToken: tokens.RefreshToken},
	); err != nil {
		t.Errorf("got error %v, want the session to continue", err)
	}
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	t.Run("names_the_address_that_signed_in", testRefusalNamesTheAddressThatSignedIn)
}

func testRefusalNamesTheAddressThatSignedIn(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	for account, want := range map[string]struct {
		code    portal.Code
		address string
	}{
		"tess":         {portal.NoInvite, "tess@contoso.example"},
		"edov-missing": {portal.InviteCodeRequired, "missing@contoso.example"},
		"no-mail":      {portal.InviteCodeRequired, ""},
	} {
		_, err := h.signIn(portal.Entra, account, "")
		var refused *portal.Error
		if !errors.As(err, &refused) || refused.Code != want.code || refused.Address != want.address {
			t.Errorf("%s: got %+v, want %s for %q", account, refused, want.code, want.address)
		}
	}
	if n := h.count("select count(*) from audit_log where detail::text like '%@%'"); n != 0 {
		t.Error("the audit log contains an address, want none")
	}
}
