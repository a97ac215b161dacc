package postgres

import "fs-client-portal/backend/portal"

// productRow has the columns of productColumns.
type productRow struct {
	ProductID   string
	ProductName string
	ProductHost *string
}

func (r productRow) product() portal.CustomerProduct {
	return portal.CustomerProduct{ID: r.ProductID, Name: r.ProductName, Host: r.ProductHost}
}

// productColumns selects the product d of a connection p. Users of a client may not read the host of its API.
func productColumns(scope portal.Scope) string {
	columns := "p.product_id, d.name as product_name, "
	if scope.Level == portal.LevelClient {
		return columns + "null::text as product_host"
	}
	return columns + "p.api_host as product_host"
}
