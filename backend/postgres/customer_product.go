package postgres

import "fs-client-portal/backend/portal"

// productRow has the columns of productColumns.
type productRow struct {
	ProductID      string
	ProductName    string
	ProductBaseURL string
}

func (r productRow) product() portal.CustomerProduct {
	return portal.CustomerProduct{ID: r.ProductID, Name: r.ProductName, BaseURL: r.ProductBaseURL}
}

// productColumns selects the product d of a connection p. Users of a client may not read the connection's base URL.
func productColumns(scope portal.Scope) string {
	columns := "p.product_id, d.name as product_name, "
	if scope.Level == portal.LevelClient {
		return columns + "'' as product_base_url"
	}
	return columns + "p.base_url as product_base_url"
}
