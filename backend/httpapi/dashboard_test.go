package httpapi_test

import (
	"testing"

	"fs-client-portal/backend/portal"
)

func TestDashboardOfProduct(t *testing.T) {
	h := newAPITest(t)
	msp := h.Own.MSPs[0]
	dashboard := func(path string, role portal.Role) string {
		t.Helper()
		body := decode[struct{ Product portal.CustomerProduct }](h, h.wants(h.get(path, h.as(role)), ok))
		if body.Product.Name != "Heimdal" {
			t.Errorf("%s: got the product %q for %s, want Heimdal", path, body.Product.Name, role)
		}
		if body.Product.DashboardURL == nil {
			return ""
		}
		return *body.Product.DashboardURL
	}
	for base, want := range map[string]string{
		"https://rc-dashboard.heimdalsecurity.com/api/heimdalapi": "https://rc-dashboard.heimdalsecurity.com/",
		"https://RC-Dashboard.heimdalsecurity.com":                "https://rc-dashboard.heimdalsecurity.com/",
		"https://proxy.northwind.example/heimdal?key=secret":      "",
		"https://rc-dashboard.heimdalsecurity.com:8443/api":       "",
		"https://heimdalsecurity.com@evil.example/api":            "",
		"http://rc-dashboard.heimdalsecurity.com/api":             "",
		"https://rc-dashboard.heimdalsecurity.com.evil.example/a": "",
	} {
		h.Exec("update mssp_product set base_url = $2 where id = $1", h.Own.ConnectionID, base)
		for role, ofRole := range map[portal.Role]string{
			portal.MSSPAdmin: want, portal.MSSPStaff: want, portal.MSPAdmin: want, portal.MSPUser: want, portal.ClientUser: "",
		} {
			if got := dashboard("/v1/clients/"+msp.Clients[0].ID, role); got != ofRole {
				t.Errorf("a client read from %s: got the dashboard %q for %s, want %q", base, got, role, ofRole)
			}
			if role == portal.ClientUser {
				continue
			}
			if got := dashboard("/v1/msps/"+msp.ID, role); got != ofRole {
				t.Errorf("an MSP read from %s: got the dashboard %q for %s, want %q", base, got, role, ofRole)
			}
		}
	}
}
