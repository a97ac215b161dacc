package identity

import (
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func TestAnInviteIsClaimedByItsCodeOnlyWhereTheProvidersWordDoesNotDo(t *testing.T) {
	t.Parallel()
	domain := "fjord.example"
	who := person{Issuer: "google", Subject: "1", Email: "ada@fjord.example", Verified: true, HostedDomain: domain}
	for role, byCode := range map[portal.Role]bool{portal.MSPUser: false, portal.MSPAdmin: true} {
		invite := postgres.OpenInvite{ID: "1", Email: who.Email, Role: role, Domain: &domain, CodeHash: hashCode("x")}
		claimed, err := pair(who, []postgres.OpenInvite{invite}, true, hashCode("x"))
		if err != nil || len(claimed) != 1 || claimed[0].ByCode != byCode {
			t.Errorf("as %s: %+v, %v", role, claimed, err)
		}
	}
}
