package main

import (
	"fs-client-portal/backend/heimdal"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/sync"
)

// connectors are the products an MSSP can be connected to: one line each. A line makes the product's row at the next
// portal-api migrate up.
func connectors() []sync.Connector {
	return []sync.Connector{
		heimdal.NewConnector(),
	}
}

func products() []portal.Product {
	var all []portal.Product
	for _, connector := range connectors() {
		all = append(all, connector.Product())
	}
	return all
}
