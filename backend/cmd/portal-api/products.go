package main

import (
	"strings"

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

// connectorOf returns the connector of a product; without an id, that of the only product.
func connectorOf(all []connector.Connector, productID string) (connector.Connector, error) {
	if productID == "" && len(all) == 1 {
		return all[0], nil
	}
	var ids []string
	for _, each := range all {
		id := each.Product().ID
		if id == productID {
			return each, nil
		}
		ids = append(ids, id)
	}
	choice := strings.Join(ids, ", ")
	if productID == "" {
		return nil, portal.InvalidField("product", "--product must be one of: %s.", choice)
	}
	return nil, portal.InvalidField("product", "--product must be one of: %s. The product %q does not exist.", choice, productID)
}
