package desktop

import (
	"context"

	"fs-client-portal/backend/portal"
)

// Clients returns one page of clients.
func (d *Desktop) Clients(ctx context.Context, q portal.ClientQuery) (portal.ClientPage, error) {
	return read[portal.ClientPage](ctx, d, "/v1/clients", q)
}

// Client returns one client. The code is not_found outside the scope.
func (d *Desktop) Client(ctx context.Context, id string) (portal.ClientDetail, error) {
	return readOne[portal.ClientDetail](ctx, d, "/v1/clients", id)
}

// ClientFacets returns the values by which the clients in the scope can be filtered, with counts.
func (d *Desktop) ClientFacets(ctx context.Context, q portal.ClientFacetQuery) (portal.Facets, error) {
	return read[portal.Facets](ctx, d, "/v1/clients/facets", q)
}
