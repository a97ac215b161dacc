package connector

import "testing"

func TestDashboardURL(t *testing.T) {
	t.Parallel()
	product := Product{DashboardDomain: "product.example"}
	for base, want := range map[string]string{
		"https://rc-dashboard.product.example/api/v1":  "https://rc-dashboard.product.example/",
		"https://Dashboard.Product.Example":            "https://dashboard.product.example/",
		"https://product.example/api":                  "https://product.example/",
		"https://user:key@product.example/api?key=1#x": "https://product.example/",
		"https://product.example:8443/api":             "",
		"https://product.example.evil.example/api":     "",
		"https://otherproduct.example/api":             "",
		"http://product.example/api":                   "",
		"http://127.0.0.1:8080/api":                    "",
		"https://[::1]/api":                            "",
		"":                                             "",
		"https://product.example/%zz":                  "",
	} {
		got, ok := product.DashboardURL(base)
		if got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %t, want %q", base, got, ok, want)
		}
	}
	if got, ok := (Product{}).DashboardURL("https://product.example/api"); ok {
		t.Errorf("got the dashboard %q of a product without a domain", got)
	}
}
