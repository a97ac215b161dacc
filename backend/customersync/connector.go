package customersync

import (
	"encoding/json"

	"fs-client-portal/backend/portal"
)

// Connector speaks one product's API. A product's folder holds its connector, and nothing else knows that product; the
// command that runs the server lists the connectors it has. A connector stands on portal alone, so its words are portal's.
type Connector interface {
	Product() portal.Product
	// Check answers a portal.Error that names the setting at fault. It calls nobody.
	Check(s portal.ConnectionSettings, apiKey string) error
	// Open makes a reader of one connection; the error is Check's. Readers of one connector share their pace where they
	// share endpoint and key, so a process keeps one connector.
	Open(s portal.ConnectionSettings, apiKey string, o Options) (Reader, error)
	// Interpret returns the customer that a reader with these Options.Fields makes of the JSON it once kept as Raw.
	Interpret(raw json.RawMessage, fields map[string]portal.CustomerField) (portal.Customer, error)
}

type (
	Reader    = portal.Reader
	State     = portal.ReadState
	Progress  = portal.ReadProgress
	Options   = portal.ReadOptions
	Clock     = portal.Clock
	CallError = portal.CallError
)
