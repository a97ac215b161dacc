package desktop

import (
	"testing"

	"fs-client-portal/backend/portal"
)

func TestEntraIDsIssuerMayNameAnyTenantButNothingElse(t *testing.T) {
	r := newRedirect(portal.Entra, "1")
	r.issuer = "https://login.example/{tenantid}/v2.0"
	for issuer, ours := range map[string]bool{
		"https://login.example/11111111-2222-3333-4444-555555555555/v2.0":   true,
		"https://login.example/11111111-2222-3333-4444-555555555555/v2.0/x": false,
		"https://login.example/x/11111111-2222-3333-4444-555555555555/v2.0": false,
		"https://login.example/{11111111-2222-3333-4444-555555555555}/v2.0": false,
		"https://login.example//v2.0":                                       false,
		"https://login.example/v2.0":                                        false,
		"https://login.example/common/v2.0":                                 false,
		"":                                                                  false,
	} {
		if r.ourIssuer(issuer) != ours {
			t.Errorf("%q is ours: %v", issuer, !ours)
		}
	}
}

func TestBothLoopbackAddressesOfOnePortAreOurs(t *testing.T) {
	listeners, err := listenLoopback(portal.Entra)
	if err != nil {
		t.Fatal(err)
	}
	defer closePort(listeners)
	for _, l := range listeners {
		if portOf(l) != portOf(listeners[0]) {
			t.Errorf("two ports: %s and %s", l.Addr(), listeners[0].Addr())
		}
	}
}
