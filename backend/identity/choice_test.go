package identity_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
)

// invitedBy creates an invite as the given administrator.
func (h *testEnv) invitedBy(viewer portal.Viewer, n portal.NewInvite) portal.CreatedInvite {
	h.Helper()
	created, err := h.service.Invite(context.Background(), viewer, n)
	if err != nil {
		h.Fatal(err)
	}
	return created
}

// tessTwice invites tess twice: as a user of another tenant's MSP, and as a user of the own MSSP.
func (h *testEnv) tessTwice() (strangers, own portal.CreatedInvite) {
	h.Helper()
	strangers = h.invitedBy(h.Other.Viewers[portal.MSPAdmin], portal.NewInvite{
		Email: "tess@contoso.example", Role: portal.MSPUser, MSPID: h.Other.MSPs[0].ID, Provider: portal.Entra,
		Domain: "contoso.example", Tenant: contoso,
	})
	own = h.invite(portal.NewInvite{
		Email: "tess@contoso.example", Role: portal.MSSPAdmin, Provider: portal.Entra, Domain: "contoso.example", Tenant: contoso,
	})
	return strangers, own
}

func TestInviteChoice(t *testing.T) {
	t.Parallel()
	t.Run("offers_first_invite_of_each_tenant_first", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		for _, msp := range h.Other.MSPs[1:] {
			h.invitedBy(h.Other.Viewers[portal.MSSPAdmin], portal.NewInvite{
				Email: "tess@contoso.example", Role: portal.MSPUser, MSPID: msp.ID, Provider: portal.Entra,
				Domain: "contoso.example", Tenant: contoso,
			})
		}
		_, own := h.tessTwice()
		_, err := h.redeem(h.codeGrant(portal.Entra, "tess"))
		var choice *portal.Error
		if !errors.As(err, &choice) || len(choice.Invites) < 3 {
			t.Fatalf("got %v, want a choice of several invites", err)
		}
		if first, second := choice.Invites[0].ID, choice.Invites[1].ID; first != own.ID && second != own.ID {
			t.Errorf("got invites %s and %s first, want %s of the second tenant among them", first, second, own.ID)
		}
	})
	t.Run("is_offered_for_several_open_invites", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		strangers, own := h.tessTwice()
		grant := h.codeGrant(portal.Entra, "tess")
		h.nothingMade(func() {
			_, err := h.redeem(grant)
			var choice *portal.Error
			if !errors.As(err, &choice) || choice.Code != portal.InviteChoice {
				t.Fatalf("got error %v, want a choice of invites", err)
			}
			want := []portal.InviteOffer{
				{ID: strangers.ID, Organisation: h.Other.MSPs[0].Name, Role: portal.MSPUser, MSSP: h.Other.Name},
				{ID: own.ID, Organisation: h.Own.Name, Role: portal.MSSPAdmin, MSSP: h.Own.Name, NeedsCode: true},
			}
			if diff := cmp.Diff(want, choice.Invites); diff != "" {
				t.Errorf("offered invites (-want +got):\n%s", diff)
			}
			grant.InviteIDs = []string{own.ID}
			_, err = h.redeem(grant)
			wantCode(t, err, portal.InviteCodeRequired)
			grant.InviteCode = strangers.Code
			_, err = h.redeem(grant)
			wantCode(t, err, portal.InviteCodeInvalid)
		})
		grant.InviteCode = own.Code
		tokens, err := h.redeem(grant)
		if err != nil {
			t.Fatal(err)
		}
		if me := h.me(tokens); len(me.Grants) != 1 || me.Grant.Role != portal.MSSPAdmin || me.Grant.Scope.MSSPID != h.Own.MSSPID {
			t.Errorf("got grants %+v", me.Grants)
		}
		if n := h.count(
			"select count(*) from pre_assigned_role where id = $1 and accepted_at is null and code_tries = 0",
			strangers.ID,
		); n != 1 {
			t.Error("the invite that was not chosen has changed, want it unchanged")
		}
	})
	t.Run("of_all_gives_all_roles", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		strangers, own := h.tessTwice()
		grant := h.codeGrant(portal.Entra, "tess")
		grant.InviteIDs, grant.InviteCode = []string{own.ID, strangers.ID}, own.Code
		tokens, err := h.redeem(grant)
		if err != nil {
			t.Fatal(err)
		}
		if me := h.me(tokens); len(me.Grants) != 2 {
			t.Errorf("got grants %+v", me.Grants)
		}
	})
	t.Run("starts_session_under_first_chosen", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		var ids []string
		for _, msp := range h.Own.MSPs {
			n := h.mspUser(portal.Entra, "tess@contoso.example", "contoso.example", contoso)
			n.MSPID = msp.ID
			ids = append(ids, h.invite(n).ID)
		}
		grant := h.codeGrant(portal.Entra, "tess")
		grant.InviteIDs = []string{ids[1], ids[0]}
		tokens, err := h.redeem(grant)
		if err != nil {
			t.Fatal(err)
		}
		if me := h.me(tokens); me.Grant.Node != h.Own.MSPs[1].Name || len(me.Grants) != 2 {
			t.Errorf("session started under %+v of %+v, want the first chosen", me.Grant, me.Grants)
		}
	})
	t.Run("may_be_repeated_and_is_not_audited", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		_, own := h.tessTwice()
		grant := h.codeGrant(portal.Entra, "tess")
		audited := h.count("select count(*) from audit_log")
		grant.InviteIDs = []string{own.ID}
		for range 8 {
			_, err := h.redeem(grant)
			wantCode(t, err, portal.InviteCodeRequired)
		}
		grant.InviteIDs = nil
		_, err := h.redeem(grant)
		wantCode(t, err, portal.InviteChoice)
		if n := h.count("select count(*) from audit_log") - audited; n != 0 {
			t.Errorf("got %d audit entries, want 0", n)
		}
	})
	t.Run("never_claims_unchosen_invite", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		strangers, own := h.tessTwice()
		grant := h.codeGrant(portal.Entra, "tess")
		_, err := h.redeem(grant)
		wantCode(t, err, portal.InviteChoice)
		if err := h.DB.RevokeInvite(context.Background(), h.Own.Viewers[portal.MSSPAdmin], own.ID); err != nil {
			t.Fatal(err)
		}
		grant.InviteIDs = []string{own.ID}
		h.nothingMade(func() {
			_, err := h.redeem(grant)
			var choice *portal.Error
			if !errors.As(err, &choice) || choice.Code != portal.InviteChoice || len(choice.Invites) != 1 || choice.Invites[0].ID != strangers.ID {
				t.Errorf("with the chosen invite revoked: got %v, want the choice of the one that is left", err)
			}
		})
	})
	t.Run("counts_wrong_code_against_chosen_invite_only", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		strangers, own := h.tessTwice()
		colleague := h.invite(h.mspUser(portal.Entra, "bo@contoso.example", "contoso.example", contoso))
		grant := h.codeGrant(portal.Entra, "tess")
		grant.InviteIDs = []string{own.ID}
		grant.InviteCode, _ = identity.NewInviteCode()
		_, err := h.redeem(grant)
		wantCode(t, err, portal.InviteCodeInvalid)
		const tries = "select code_tries from pre_assigned_role where id = $1"
		if n := h.count(tries, colleague.ID); n != 0 {
			t.Errorf("counted %d tries against the invite of another person, want 0", n)
		}
		if chosen, other := h.count(tries, own.ID), h.count(tries, strangers.ID); chosen != 1 || other != 0 {
			t.Errorf("counted %d tries against the chosen invite and %d against another tenant's, want 1 and 0", chosen, other)
		}
	})
	t.Run("reports_tries_of_invite_with_most_left", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		strangers, own := h.tessTwice()
		const tries = "update pre_assigned_role set code_tries = $2 where id = $1"
		h.exec(tries, own.ID, portal.MaxCodeTries-1)
		h.exec(tries, strangers.ID, portal.MaxCodeTries-3)
		checkRefusal(t, h.guess(h.codeGrant(portal.Entra, "tess")), portal.InviteCodeInvalid, "2 tries left")
	})
	for closed, set := range map[string]string{
		"accepted": "accepted_at = now()", "revoked": "revoked_at = now()", "expired": "expires_at = now() - interval '1 minute'",
	} {
		t.Run("offers_open_invite_after_those_"+closed, func(t *testing.T) {
			t.Parallel()
			h := newTestEnv(t)
			own := h.invite(h.mspUser(portal.Entra, "tess@contoso.example", "contoso.example", contoso))
			h.flood(own, h.Own.MSPs[0].Clients[0].ID, 10)
			h.exec("update pre_assigned_role set "+set+" where id <> $1", own.ID)
			if me, err := h.signIn(portal.Entra, "tess", ""); err != nil || len(me.Grants) != 1 {
				t.Errorf("got grants %+v, %v, want the role of the open invite", me.Grants, err)
			}
		})
	}
	t.Run("is_not_hidden_by_another_tenants_invites", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		flood := h.mspUser(portal.Entra, "tess@contoso.example", "contoso.example", contoso)
		created := h.invitedBy(h.Other.Viewers[portal.MSPAdmin], portal.NewInvite{
			Email: flood.Email, Role: portal.MSPUser, MSPID: h.Other.MSPs[0].ID, Provider: portal.Entra, Domain: "contoso.example", Tenant: contoso,
		})
		h.flood(created, h.Other.MSPs[0].Clients[0].ID, 60)
		own := h.invite(flood)
		grant := h.codeGrant(portal.Entra, "tess")
		_, err := h.redeem(grant)
		var choice *portal.Error
		if !errors.As(err, &choice) || len(choice.Invites) != 11 || choice.Invites[0].ID != own.ID && choice.Invites[1].ID != own.ID {
			t.Fatalf("got offers %v", choice)
		}
		grant.InviteCode = own.Code
		tokens, err := h.redeem(grant)
		if err != nil {
			t.Fatal(err)
		}
		if me := h.me(tokens); me.Grant.Scope.MSPID != h.Own.MSPs[0].ID {
			t.Errorf("got grants %+v", me.Grants)
		}
	})
}

// flood creates n copies of an invite, at clients of the same MSP, with ids that sort before it.
func (h *testEnv) flood(created portal.CreatedInvite, client string, n int) {
	h.Helper()
	for i := range n {
		h.exec(`
			insert into client (mssp_id, id, msp_id, mssp_product_id, external_id, name, type, raw, first_seen_at, last_seen_at, changed_in)
			select mssp_id, $2::uuid, msp_id, mssp_product_id, $2::uuid::text, name, type, raw, now(), now(), 1 from client where id = $1`,
			client, clientID(i))
		h.exec(`
			insert into pre_assigned_role (mssp_id, id, email, role, msp_id, client_id, provider, domain, tenant, code_hash, invited_by, expires_at)
			select mssp_id, $2::uuid, email, 'client_user', msp_id, $2::uuid, provider, domain, tenant, '', 'x', expires_at
			from pre_assigned_role where id = $1`, created.ID, clientID(i))
	}
}

// clientID returns an id that sorts before every generated one.
func clientID(i int) string {
	return "00000000-0000-7000-8000-0000000000" + string("0123456789abcdef"[i/16]) + string("0123456789abcdef"[i%16])
}
