package identity_test

import (
	"context"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/hostile"
)

func TestUnconfirmedAddress(t *testing.T) {
	t.Parallel()
	t.Run("missing_at_Google_claims_nothing", func(t *testing.T) {
		t.Parallel()
		court := newProviderTest(t)
		k := court.newSignInTest(t, portal.Google, "")
		k.provider.Play(hostile.Script{Claims: map[string]any{"email": hostile.Missing}})
		grant, err := k.codeGrant(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		_, err = k.service.Redeem(context.Background(), grant, "")
		checkRefusal(t, err, portal.InviteCodeRequired, "did not name an e-mail address")
		grant.InviteCode = k.invite.Code
		before := k.made()
		_, err = k.service.Redeem(context.Background(), grant, "")
		checkRefusal(t, err, portal.InviteCodeInvalid, "did not name an e-mail address")
		if !k.open() || before["app_user"] != k.made()["app_user"] {
			t.Error("the invite was claimed")
		}
	})
	t.Run("at_Entra_claims_by_code_and_blocks_no_owner", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		admin := h.Own.Viewers[portal.MSSPAdmin]
		squat := h.invite(h.mspUser(portal.Entra, "tess@contoso.example", "contoso.example", contoso))
		if _, err := h.signIn(portal.Entra, "no-mail", squat.Code); err != nil {
			t.Fatal(err)
		}
		if got := h.confirmedAt(admin, "tess@contoso.example"); len(got) != 1 || got[0] {
			t.Fatalf("the address is confirmed: %v", got)
		}
		h.invite(h.mspUser(portal.Entra, "tess@contoso.example", "contoso.example", contoso))
		me, err := h.signIn(portal.Entra, "tess", "")
		if err != nil || len(me.Grants) != 1 {
			t.Fatalf("the owner of the address: %+v, %v", me, err)
		}
		if got := h.confirmedAt(admin, "tess@contoso.example"); len(got) != 2 || got[0] == got[1] {
			t.Errorf("the addresses are confirmed: %v, want the owner's alone", got)
		}
		_, err = h.service.Invite(context.Background(), admin, h.mspUser(portal.Entra, "tess@contoso.example", "", contoso))
		wantCode(t, err, portal.Conflict)
	})
	t.Run("known_to_another_tenant_claims_by_code", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		h.confirm(h.Other.Viewers[portal.MSSPStaff].UserID, "missing@contoso.example")
		created := h.invite(h.mspUser(portal.Entra, "missing@contoso.example", "contoso.example", contoso))
		if _, err := h.signIn(portal.Entra, "edov-missing", created.Code); err != nil {
			t.Errorf("the right code: got error %v, want nil", err)
		}
	})
	t.Run("blocks_neither_new_invite_nor_owner", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		const address = "missing@contoso.example"
		squat := h.invite(h.mspUser(portal.Entra, address, "contoso.example", contoso))
		if _, err := h.signIn(portal.Entra, "edov-missing", squat.Code); err != nil {
			t.Fatal(err)
		}
		if n := h.count("select count(*) from identity where email = $1 and not email_confirmed", address); n != 1 {
			t.Fatalf("got %d identities with the address that are not confirmed, want 1", n)
		}
		h.invite(h.mspUser(portal.Entra, address, "contoso.example", contoso))
		owner := h.claim(portal.Entra, address, contoso)
		if owner.Invites[0].Taken {
			t.Error("the invite is taken, want it open to the owner of the address")
		}
		if holder, err := h.DB.ClaimInvites(context.Background(), owner, newSession()); err != nil || holder == nil {
			t.Errorf("the owner of the address gets %+v, %v, want a session", holder, err)
		}
	})
	t.Run("of_another_tenants_invite_is_not_shown", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		first := h.invitedBy(h.Other.Viewers[portal.MSSPAdmin], portal.NewInvite{
			Email: "alias@contoso.example", Role: portal.MSSPStaff, Provider: portal.Entra, Tenant: contoso,
		})
		if _, err := h.signIn(portal.Entra, "no-mail", first.Code); err != nil {
			t.Fatal(err)
		}
		second := h.invite(h.mspUser(portal.Entra, "nora@contoso.example", "", contoso))
		if _, err := h.signIn(portal.Entra, "no-mail", second.Code); err != nil {
			t.Fatal(err)
		}
		if len(h.confirmedAt(h.Own.Viewers[portal.MSSPAdmin], "nora@contoso.example")) != 1 ||
			len(h.confirmedAt(h.Own.Viewers[portal.MSSPAdmin], "alias@contoso.example")) != 0 {
			t.Error("the tenant does not see the user with the address of its own invite")
		}
	})
}

// confirmedAt returns, for each user with this address that an administrator sees, whether it is confirmed.
func (h *testEnv) confirmedAt(viewer portal.Viewer, email string) (confirmed []bool) {
	h.Helper()
	page, err := h.DB.Users(context.Background(), viewer, portal.UserQuery{})
	if err != nil {
		h.Fatal(err)
	}
	for _, u := range page.Items {
		if u.Email == email {
			confirmed = append(confirmed, u.EmailConfirmed)
		}
	}
	return confirmed
}
