package identity_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
)

// observation is everything that a caller can learn from a refusal.
type observation struct {
	Public     portal.Error
	Statements int64
	Trips      int64
	Audited    int
}

// observe returns what a user whose address is not confirmed learns from a sign-in, without a code and with wrong ones.
func (h *testEnv) observe(statements, trips func() int64, account string) (seen []observation) {
	h.Helper()
	grant := h.codeGrant(portal.Entra, account)
	for try := range 4 {
		if try > 0 {
			grant.InviteCode, _ = identity.NewInviteCode()
		}
		audited, before, tripsBefore := h.count("select count(*) from audit_log"), statements(), trips()
		_, err := h.redeem(grant)
		var public *portal.Error
		if !errors.As(err, &public) {
			h.Fatalf("%s: got error %v", account, err)
		}
		seen = append(seen, observation{
			*public, statements() - before, trips() - tripsBefore, h.count("select count(*) from audit_log") - audited,
		})
	}
	return seen
}

func TestAddressEnumeration(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	counter := h.counted()
	const address = "missing@contoso.example"
	h.observe(counter.Statements, counter.Trips, "edov-missing") // prepares the statements
	states := []struct {
		name string
		make func()
	}{
		{"unknown", func() {}},
		{"invited", func() { h.invite(h.mspUser(portal.Entra, address, "contoso.example", contoso)) }},
		{"invited as an admin, by two tenants", func() {
			n := h.mspUser(portal.Entra, address, "contoso.example", contoso)
			n.Role, n.MSPID = portal.MSPAdmin, h.Own.MSPs[1].ID
			h.invite(n)
			_, err := h.service.Invite(t.Context(), h.Other.Viewers[portal.MSSPAdmin], portal.NewInvite{
				Email: address, Role: portal.MSSPAdmin, Provider: portal.Entra, Tenant: contoso,
			})
			if err != nil {
				t.Fatal(err)
			}
		}},
		{"invited, the invite closed", func() { h.exec("update pre_assigned_role set code_tries = 10") }},
		{"known to another tenant", func() { h.confirm(h.Other.Viewers[portal.MSSPStaff].UserID, address) }},
	}
	var first []observation
	for _, state := range states {
		state.make()
		seen := h.observe(counter.Statements, counter.Trips, "edov-missing")
		if first == nil {
			first = seen
			for i, want := range []portal.Code{
				portal.InviteCodeRequired, portal.InviteCodeInvalid, portal.InviteCodeInvalid, portal.InviteCodeInvalid,
			} {
				if seen[i].Public.Code != want || seen[i].Public.Address != address {
					t.Errorf("try %d: got %+v, want %s and the address", i, seen[i].Public, want)
				}
			}
		}
		if diff := cmp.Diff(first, seen); diff != "" {
			t.Errorf("an address that is %s can be distinguished from one that is %s (-%[2]s +%[1]s):\n%s", state.name, states[0].name, diff)
		}
	}
}
