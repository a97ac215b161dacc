package desktop

import (
	"context"
	"net/http"

	"fs-client-portal/backend/portal"
)

// Connections returns the connections to products.
func (d *Desktop) Connections(ctx context.Context) (portal.Connections, error) {
	return read[portal.Connections](ctx, d, "/v1/connections", struct{}{})
}

// TestConnection returns the product's response to a connection.
func (d *Desktop) TestConnection(ctx context.Context, t portal.ConnectionTrial) (portal.ConnectionTest, error) {
	var tested portal.ConnectionTest
	return tested, d.write(ctx, request{method: http.MethodPost, path: "/v1/connections/test", body: t, out: &tested})
}

// CreateConnection saves a connection, code product_refused for one the product does not accept.
func (d *Desktop) CreateConnection(ctx context.Context, n portal.NewConnection) (portal.ConnectionItem, error) {
	var created portal.ConnectionItem
	return created, d.write(ctx, request{method: http.MethodPost, path: "/v1/connections", body: n, out: &created})
}

// ChangeConnection changes a connection. The code is product_refused if the product does not accept the change.
func (d *Desktop) ChangeConnection(ctx context.Context, id string, c portal.ConnectionChange) (portal.ConnectionItem, error) {
	var changed portal.ConnectionItem
	path, err := pathOf("/v1/connections", id)
	if err != nil {
		return changed, err
	}
	return changed, d.write(ctx, request{method: http.MethodPatch, path: path, body: c, out: &changed})
}
