// Package lantern is a second product for tests, which is in no release: a connector and a server of its API. It
// differs from Heimdal in what the portal must not take for granted: a list of another shape, text ids, another rate of
// calls, and customers without types.
package lantern

import (
	"encoding/json"
	"net/url"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

// The facts about the product.
const (
	ProductID = "lantern"
	Name      = "Lantern"
	PerMinute = 30
)

// Connector opens readers of Lantern connections.
type Connector struct{}

// Product returns the facts about the product.
func (Connector) Product() connector.Product {
	return connector.Product{
		Product:    portal.Product{ID: ProductID, Name: Name, BaseURL: "https://api.lantern.example"},
		PerMinute:  PerMinute,
		RateAdvice: "Ask Lantern for a larger plan.",
	}
}

// Check returns a portal.Error that names the invalid setting.
func (Connector) Check(s connector.Settings, apiKey string) error {
	if _, err := url.Parse(s.BaseURL); err != nil {
		return portal.InvalidField("base_url", "The base URL is invalid.")
	}
	if apiKey == "" {
		return portal.InvalidField("api_key", "The API key is empty.")
	}
	return nil
}

// Open returns a reader of one connection.
func (c Connector) Open(s connector.Settings, apiKey string, o connector.Options) (connector.Reader, error) {
	if err := c.Check(s, apiKey); err != nil {
		return nil, err
	}
	return &reader{settings: s, apiKey: apiKey, options: o}, nil
}

// Interpret returns the customer of a company's JSON. No field can be chosen for a path.
func (Connector) Interpret(raw json.RawMessage, _ map[string]portal.CustomerField) (portal.Customer, error) {
	var c Company
	if err := json.Unmarshal(raw, &c); err != nil || c.Key == "" {
		return portal.Customer{}, connector.CallErrorf(connector.Garbage, "%s returned a company that cannot be read.", Name)
	}
	customer := portal.Customer{
		Kind: portal.KindClient, ExternalID: c.Key, ParentID: c.Partner, Name: c.Title, SeatsUsed: &c.Devices, Raw: raw,
	}
	if c.IsPartner {
		customer.Kind = portal.KindMSP
	}
	return customer, nil
}
