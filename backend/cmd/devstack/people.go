package main

import (
	"strings"

	"fs-client-portal/backend/testkit/fakeheimdal"
	"fs-client-portal/backend/testkit/provider"
)

const (
	msspName   = "Northwind Security"
	msspDomain = "northwind-security.example"

	mspDomain   = "nordlys.example"
	mspTenant   = "5d2f6c1e-8a44-4b0b-9a6e-3f1c7e2b9d01"
	otherTenant = "b7e0c9a4-1f53-4c8e-8d21-6a90f4e3c502"
	// foreignTenant is none the portal lets in.
	foreignTenant = "e1a3d5c7-2b46-4f68-9a0c-7d8e6f5a4b03"

	googleClient = "devstack-desktop.apps.google.example"
	// googleSecret is no secret, as none is that a desktop app holds.
	googleSecret = "devstack"
	entraClient  = "9f3b7a52-4c1d-4e6f-8b2a-0d5c6e7f8a04"

	heimdalKey      = "DEVSTACKHEIMDALKEY0123456789ABCD"
	heimdalCustomer = "17"
	sampleSeed      = 1
)

// The accounts to sign in with.
var (
	admin = provider.Account{
		ID: "alice", Name: "Alice Lindqvist", Email: "alice@" + msspDomain, EmailVerified: true, HostedDomain: msspDomain,
	}
	staff = provider.Account{
		ID: "sam", Name: "Sam Okafor", Email: "sam@" + msspDomain, EmailVerified: true, HostedDomain: msspDomain,
	}
	stranger = provider.Account{
		ID: "casey", Name: "Casey Marlowe", Email: "casey@post.example", EmailVerified: true, HostedDomain: "post.example",
	}

	mspUser = provider.Account{
		ID: "mia", Name: "Mia Holm", Email: "mia@" + mspDomain, TenantID: mspTenant, EDOV: true,
	}
	colleague = provider.Account{
		ID: "jonas", Name: "Jonas Ravn", Email: "jonas@" + mspDomain, TenantID: mspTenant, EDOV: true,
	}
	// nameless is a member whose tenant names no address: the claim is optional in Entra ID.
	nameless = provider.Account{ID: "noor", Name: "Noor Haddad", TenantID: mspTenant}

	other = provider.Account{
		ID: "petra", Name: "Petra Novak", Email: "petra@kestrel.example", TenantID: otherTenant, EDOV: true,
	}
	outsider = provider.Account{
		ID: "otto", Name: "Otto Brandt", Email: "otto@elsewhere.example", TenantID: foreignTenant, EDOV: true,
	}
)

var (
	googleAccounts = []provider.Account{admin, staff, stranger}
	entraAccounts  = []provider.Account{mspUser, colleague, nameless, other, outsider}
	entraTenants   = []string{mspTenant, otherTenant}
)

// mspOf returns the name of the reseller the MSP user works for.
func mspOf(customers []fakeheimdal.Customer) string {
	for _, c := range customers {
		name, _ := c["name"].(string)
		if c["type"] == "RESELLER" && strings.HasPrefix(name, "Nordlys ") {
			return name
		}
	}
	return ""
}
