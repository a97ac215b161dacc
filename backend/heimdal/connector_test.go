package heimdal

import (
	"errors"
	"testing"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

func TestConnector(t *testing.T) {
	t.Parallel()
	t.Run("names_invalid_setting", testConnectorNamesInvalidSetting)
	t.Run("builds_address", testConnectorBuildsAddress)
}

func testConnectorNamesInvalidSetting(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ base, customer, key, field string }{
		{"http://dashboard.example.com/api", "17", key, "base_url"},
		{"ftp://127.0.0.1/api", "17", key, "base_url"},
		{"https://user:pass@example.com/api", "17", key, "base_url"},
		{"https://example.com/api?x=1", "17", key, "base_url"},
		{"https://example.com/api#x", "17", key, "base_url"},
		{"https://", "17", key, "base_url"},
		{"::", "17", key, "base_url"},
		{"", "17", key, "base_url"},
		{"https://example.com/api", " ", key, "customer_id"},
		{"https://example.com/api", "17", "", "api_key"},
		{"https://example.com/api", "17", "two words", "api_key"},
		{"https://example.com/api", "17", "a\r\nX-Evil: 1", "api_key"},
	} {
		err := NewConnector().Check(connector.Settings{CustomerID: test.customer, BaseURL: test.base}, test.key)
		var e *portal.Error
		if !errors.As(err, &e) || e.Field != test.field {
			t.Errorf("%q %q: got error %v, want one about %s", test.base, test.customer, err, test.field)
		}
	}
	for _, base := range []string{"https://example.com/api/", "http://127.0.0.1:8080", "http://[::1]:1/x", "http://localhost:1"} {
		if err := NewConnector().Check(connector.Settings{CustomerID: "17", BaseURL: base}, key+"\n"); err != nil {
			t.Errorf("%s: %v", base, err)
		}
	}
}

func testConnectorBuildsAddress(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"http://10.1.2.3/api", "http://192.168.0.1", "http://[fe80::1]/", "http://localhost.example.com",
		"http://127.0.0.1.example.com"} {
		err := NewConnector().Check(connector.Settings{CustomerID: "17", BaseURL: base}, key)
		if portal.ErrorCode(err) == "" {
			t.Errorf("%s: got no error, want one", base)
		}
	}
	if err := NewConnector().Check(connector.Settings{CustomerID: "17", BaseURL: "https://example.com"}, "kéy"); err == nil {
		t.Error("a key beyond ASCII is accepted")
	}
	address, err := customersURL("https://EXAMPLE.com", " 1 7&startDate=x#y ")
	if err != nil || address.String() != "https://example.com/customers?customerId=1+7%26startDate%3Dx%23y" {
		t.Errorf("got address %s, error %v; want %v", address, err, "https://example.com/customers?customerId=1+7%26startDate%3Dx%23y")
	}
}
