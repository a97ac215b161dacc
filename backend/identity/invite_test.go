package identity_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func TestInvite(t *testing.T) {
	t.Parallel()
	t.Run("follows_the_role_table", testInviteFollowsTheRoleTable)
	t.Run("node_outside_scope_is_not_found", testInviteNodeOutsideScopeIsNotFound)
	t.Run("names_the_invalid_field", testInviteNamesTheInvalidField)
	t.Run("one_open_invite_per_address_and_node", testInviteOneOpenInvitePerAddressAndNode)
	t.Run("refuses_existing_user_of_the_scope", testInviteRefusesExistingUserOfTheScope)
	t.Run("lists_newest_first_inside_the_scope", testInviteListsNewestFirstInsideTheScope)
	t.Run("is_revoked_until_accepted", testInviteIsRevokedUntilAccepted)
}

func testInviteFollowsTheRoleTable(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	// The nodes that a role may invite to, by level of the invited role.
	inside := map[portal.Level]portal.NewInvite{
		portal.LevelMSSP:   {},
		portal.LevelMSP:    {MSPID: h.Own.MSPs[0].ID},
		portal.LevelClient: {ClientID: h.Own.MSPs[0].Clients[1].ID},
	}
	for role, viewer := range h.Own.Viewers {
		for _, rule := range portal.Roles {
			n := inside[rule.Level]
			n.Email, n.Role, n.Provider = string(role)+"."+string(rule.Role)+"@fjord.example", rule.Role, portal.Google
			created, err := h.service.Invite(context.Background(), viewer, n)
			if role.MayInvite(rule.Role) != (err == nil) {
				t.Errorf("%s invites %s: %v", role, rule.Role, err)
			}
			if err != nil {
				wantCode(t, err, portal.Forbidden)
				continue
			}
			if created.Invite.Status != portal.InviteOpen || created.Invite.Email != n.Email || created.Code == "" ||
				created.Invite.InvitedBy == "" || created.Invite.ExpiresAt.Sub(created.Invite.CreatedAt) != 72*time.Hour {
				t.Errorf("%s invites %s: %+v", role, rule.Role, created)
			}
		}
	}
	if n := h.count("select count(*) from pre_assigned_role where role = 'client_user' and msp_id = $1", h.Own.MSPs[0].ID); n != 2 {
		t.Errorf("got %d invites to a client with its MSP, want 2", n)
	}
}

func testInviteNodeOutsideScopeIsNotFound(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	msp := func(id string) portal.NewInvite { return portal.NewInvite{Role: portal.MSPUser, MSPID: id} }
	client := func(id string) portal.NewInvite { return portal.NewInvite{Role: portal.ClientUser, ClientID: id} }
	for role, outside := range map[portal.Role][]portal.NewInvite{
		portal.MSSPAdmin: {
			msp(h.Other.MSPs[0].ID), client(h.Other.Direct.ID), client(h.Other.MSPs[0].Clients[0].ID), msp(postgres.NewID()), msp("x"),
		},
		portal.MSPAdmin: {msp(h.Own.MSPs[1].ID), client(h.Own.Direct.ID), client(h.Own.MSPs[1].Clients[0].ID), msp(h.Other.MSPs[0].ID)},
	} {
		for _, n := range outside {
			n.Email, n.Provider = "bo@fjord.example", portal.Google
			_, err := h.service.Invite(context.Background(), h.Own.Viewers[role], n)
			wantCode(t, err, portal.NotFound)
		}
	}
	if n := h.count("select count(*) from pre_assigned_role"); n != 0 {
		t.Errorf("got %d invites, want 0", n)
	}
}

func testInviteNamesTheInvalidField(t *testing.T) {
	t.Parallel()
	good := portal.NewInvite{Email: "tess@contoso.example", Role: portal.MSSPStaff, Provider: portal.Entra, Tenant: contoso}
	for field, spoil := range map[string][]func(*portal.NewInvite){
		"email":  {func(n *portal.NewInvite) { n.Email = "tess" }, func(n *portal.NewInvite) { n.Email = "tеss@contoso.example" }},
		"role":   {func(n *portal.NewInvite) { n.Role = "root" }, func(n *portal.NewInvite) { n.Role = "" }},
		"msp_id": {func(n *portal.NewInvite) { n.MSPID = postgres.NewID() }, func(n *portal.NewInvite) { n.Role = portal.MSPUser }},
		"client_id": {
			func(n *portal.NewInvite) { n.ClientID = postgres.NewID() }, func(n *portal.NewInvite) { n.Role = portal.ClientUser },
		},
		"provider": {func(n *portal.NewInvite) { n.Provider = "okta" }},
		"domain":   {func(n *portal.NewInvite) { n.Domain = "localhost" }, func(n *portal.NewInvite) { n.Domain = "other.example" }},
		"tenant": {
			func(n *portal.NewInvite) { n.Tenant = stranger }, func(n *portal.NewInvite) { n.Tenant = "" },
			func(n *portal.NewInvite) { n.Provider = portal.Google },
		},
		"expires_in_hours": {func(n *portal.NewInvite) { n.ExpiresInHours = -1 }, func(n *portal.NewInvite) { n.ExpiresInHours = 721 }},
	} {
		for _, change := range spoil {
			n := good
			change(&n)
			_, err := identity.CheckInvite(n, []string{contoso, fabrikam})
			var wrong *portal.Error
			if !errors.As(err, &wrong) || wrong.Code != portal.Invalid || wrong.Field != field {
				t.Errorf("%+v: %v, want the field %s named", n, err, field)
			}
		}
	}
	one, err := identity.CheckInvite(
		portal.NewInvite{Email: " Tess@Contoso.example", Role: portal.MSSPStaff, Provider: portal.Entra, Domain: "CONTOSO.example"},
		[]string{contoso},
	)
	if err != nil || one.Tenant != contoso || one.Email != "tess@contoso.example" || one.Domain != "contoso.example" ||
		one.ExpiresInHours != 72 {
		t.Errorf("got %+v, %v", one, err)
	}
}

func testInviteOneOpenInvitePerAddressAndNode(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	n := h.mspUser(portal.Google, "bo@fjord.example", "", "")
	first := h.invite(n)
	again := func(viewer portal.Viewer, n portal.NewInvite) error {
		_, err := h.service.Invite(context.Background(), viewer, n)
		return err
	}
	n.Email = "BO@fjord.example"
	wantCode(t, again(h.Own.Viewers[portal.MSSPAdmin], n), portal.Conflict)
	wantCode(t, again(h.Own.Viewers[portal.MSPAdmin], n), portal.Conflict)
	if err := again(
		h.Other.Viewers[portal.MSSPAdmin],
		portal.NewInvite{Email: n.Email, Role: portal.MSSPStaff, Provider: portal.Google},
	); err != nil {
		t.Errorf("in another MSSP: got error %v, want nil", err)
	}
	h.exec("update pre_assigned_role set expires_at = now() - interval '1 second' where id = $1", first.Invite.ID)
	if err := again(h.Own.Viewers[portal.MSPAdmin], n); err != nil {
		t.Errorf("after the invite expired: got error %v, want nil", err)
	}
	page, err := h.DB.Invites(context.Background(), h.Own.Viewers[portal.MSSPAdmin], portal.InviteQuery{})
	if err != nil || page.Total != 2 || page.Items[0].Status != portal.InviteOpen || page.Items[1].Status != portal.InviteExpired {
		t.Errorf("got invites %+v, %v", page, err)
	}
}

func testInviteRefusesExistingUserOfTheScope(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	h.confirm(h.Own.Viewers[portal.MSPUser].UserID, "bo@fjord.example")
	_, err := h.service.Invite(context.Background(), h.Own.Viewers[portal.MSPAdmin], h.mspUser(portal.Google, "bo@fjord.example", "", ""))
	wantCode(t, err, portal.Conflict)
	_, err = h.service.Invite(context.Background(), h.Other.Viewers[portal.MSSPAdmin],
		portal.NewInvite{Email: "bo@fjord.example", Role: portal.MSSPStaff, Provider: portal.Google})
	if err != nil {
		t.Errorf("in another MSSP: got error %v, want nil", err)
	}
	sibling := h.Person(t, portal.MSPAdmin, h.Own.At(portal.MSPAdmin, 1))
	n := h.mspUser(portal.Google, "bo@fjord.example", "", "")
	n.MSPID = h.Own.MSPs[1].ID
	if _, err := h.service.Invite(context.Background(), sibling, n); err != nil {
		t.Errorf("in another MSP: got error %v, want nil", err)
	}
}

func testInviteListsNewestFirstInsideTheScope(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	for _, name := range []string{"a", "b", "c"} {
		h.invite(h.mspUser(portal.Google, name+"@fjord.example", "", ""))
	}
	sibling := h.mspUser(portal.Google, "d@fjord.example", "", "")
	sibling.MSPID = h.Own.MSPs[1].ID
	h.invite(sibling)
	read := func(viewer portal.Viewer, q portal.InviteQuery) portal.InvitePage {
		t.Helper()
		page, err := h.DB.Invites(context.Background(), viewer, q)
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	emails := func(page portal.InvitePage) (list string) {
		for _, invite := range page.Items {
			list += invite.Email[:1]
		}
		return list
	}
	admin := h.Own.Viewers[portal.MSSPAdmin]
	first := read(admin, portal.InviteQuery{Limit: 3})
	second := read(admin, portal.InviteQuery{Limit: 3, Cursor: *first.NextCursor})
	if emails(first) != "dcb" || emails(second) != "a" || first.Total != 4 || second.NextCursor != nil {
		t.Errorf("pages %s and %s of %d", emails(first), emails(second), first.Total)
	}
	if page := read(
		h.Own.Viewers[portal.MSPAdmin],
		portal.InviteQuery{},
	); emails(page) != "cba" || page.Total != 3 ||
		*page.Items[0].MSPName != h.Own.MSPs[0].Name {
		t.Errorf("as an MSP's administrator: got %+v", page)
	}
	if page := read(h.Other.Viewers[portal.MSSPAdmin], portal.InviteQuery{}); page.Total != 0 || page.Items == nil {
		t.Errorf("as another MSSP: got %+v", page)
	}
	if page := read(admin, portal.InviteQuery{Q: "B@", Status: "open"}); emails(page) != "b" {
		t.Errorf("search: got %s", emails(page))
	}
	for _, q := range []portal.InviteQuery{{Cursor: "x"}, {Cursor: "e30"}, {Status: "lost"}} {
		_, err := h.DB.Invites(context.Background(), admin, q)
		wantCode(t, err, portal.Invalid)
	}
}

func testInviteIsRevokedUntilAccepted(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	created := h.invite(h.mspUser(portal.Google, "bo@fjord.example", "", ""))
	revoke := func(viewer portal.Viewer, id string) error {
		return h.DB.RevokeInvite(context.Background(), viewer, id)
	}
	wantCode(t, revoke(h.Other.Viewers[portal.MSSPAdmin], created.Invite.ID), portal.NotFound)
	wantCode(t, revoke(h.Own.Viewers[portal.MSPAdmin], "x"), portal.NotFound)
	wantCode(t, revoke(h.Own.Viewers[portal.MSPAdmin], postgres.NewID()), portal.NotFound)
	for range 2 {
		if err := revoke(h.Own.Viewers[portal.MSPAdmin], created.Invite.ID); err != nil {
			t.Errorf("revoking: %v", err)
		}
	}
	page, err := h.DB.Invites(context.Background(), h.Own.Viewers[portal.MSSPAdmin], portal.InviteQuery{Status: "revoked"})
	if err != nil || page.Total != 1 || page.Items[0].Status != portal.InviteRevoked {
		t.Errorf("got invites %+v, %v", page, err)
	}
	h.invite(h.mspUser(portal.Google, "gil.moe@gmail.com", "", ""))
	if _, err := h.signIn(portal.Google, "gil", ""); err != nil {
		t.Fatal(err)
	}
	accepted, err := h.DB.Invites(context.Background(), h.Own.Viewers[portal.MSSPAdmin], portal.InviteQuery{Status: "accepted"})
	if err != nil || accepted.Total != 1 {
		t.Fatalf("got invites %+v, %v", accepted, err)
	}
	wantCode(t, revoke(h.Own.Viewers[portal.MSSPAdmin], accepted.Items[0].ID), portal.Conflict)
}

func TestBootstrap(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	n, err := identity.CheckInvite(portal.NewInvite{
		Email:    "tess@contoso.example",
		Role:     portal.MSSPAdmin,
		Provider: portal.Entra,
		Tenant:   strings.ToUpper(contoso),
		Domain:   "contoso.example",
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	code, hash := identity.NewInviteCode()
	if len(hash) != sha256.Size {
		t.Fatal("the code's hash is not stored")
	}
	inviteID := postgres.NewID()
	msspID, _, err := h.DB.Bootstrap(context.Background(), "New MSSP", portal.DefaultTimeZone, inviteID, n, hash)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.signIn(portal.Entra, "tess", ""); portal.ErrorCode(err) != portal.InviteCodeRequired {
		t.Errorf("an administrator without the code: got error %v", err)
	}
	me, err := h.signIn(portal.Entra, "tess", code)
	if err != nil || me.Grant.Scope.MSSPID != msspID || me.Grant.Role != portal.MSSPAdmin || me.Grant.MSSP != "New MSSP" {
		t.Errorf("signed in: got %+v, %v", me, err)
	}
	if n := h.count("select count(*) from audit_log where mssp_id = $1 and target = $2", msspID, inviteID); n != 2 {
		t.Errorf("got %d audit entries", n)
	}
}
