package connector

import (
	"encoding/json"

	"fs-client-portal/backend/portal"
)

// Connector calls one product's API. Only its package knows that product.
type Connector interface {
	Product() Product
	// Check returns a portal.Error that names the invalid setting. It makes no call.
	Check(s Settings, apiKey string) error
	// Open returns a reader of one connection. The error is Check's. Readers of one Connector share their pace where they
	// share endpoint and key, so a process needs one Connector.
	Open(s Settings, apiKey string, o Options) (Reader, error)
	// Interpret returns the customer that a reader with these Options.Fields makes of the JSON it once returned as Raw.
	Interpret(raw json.RawMessage, fields map[string]portal.CustomerField) (portal.Customer, error)
}

// Settings are the settings of a connection, without its API key.
type Settings struct {
	ProductID  string
	CustomerID string
	BaseURL    string
}

// SettingsOf returns the settings of a connection.
func SettingsOf(c portal.Connection) Settings {
	return Settings{ProductID: c.ProductID, CustomerID: c.CustomerID, BaseURL: c.BaseURL}
}
