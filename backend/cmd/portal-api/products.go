package main

import (
	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/heimdal"
	"fs-client-portal/backend/portal"
)

// connectors returns the connectors of all products. portal-api migrate up inserts the row of each product.
func connectors() []connector.Connector {
	return []connector.Connector{
		heimdal.NewConnector(),
	}
}

func products() []portal.Product {
	var all []portal.Product
	for _, each := range connectors() {
		all = append(all, each.Product().Product)
	}
	return all
}
