package connector

import "testing"

func TestDashboardURL(t *testing.T) {
	t.Parallel()
	product := Product{DashboardDomain: "product.example"}
	for host, want := range map[string]string{
		"rc-dashboard.product.example": "https://rc-dashboard.product.example/",
		"product.example":              "https://product.example/",
		"product.example.evil.example": "",
		"otherproduct.example":         "",
		"127.0.0.1":                    "",
		"":                             "",
	} {
		got, ok := product.DashboardURL(host)
		if got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %t, want %q", host, got, ok, want)
		}
	}
	if got, ok := (Product{}).DashboardURL("product.example"); ok {
		t.Errorf("got the dashboard %q of a product without a domain", got)
	}
}
