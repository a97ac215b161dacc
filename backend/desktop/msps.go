package desktop

import (
	"context"

	"fs-client-portal/backend/portal"
)

// MSPs returns one page of MSPs.
func (d *Desktop) MSPs(ctx context.Context, q portal.MSPQuery) (portal.MSPPage, error) {
	return read[portal.MSPPage](ctx, d, "/v1/msps", q)
}

// MSP returns one MSP. The code is not_found outside the scope.
func (d *Desktop) MSP(ctx context.Context, id string) (portal.MSPDetail, error) {
	return readOne[portal.MSPDetail](ctx, d, "/v1/msps", id)
}

// MSPFacets returns the values by which the MSPs in the scope can be filtered, with counts.
func (d *Desktop) MSPFacets(ctx context.Context, q portal.MSPFacetQuery) (portal.Facets, error) {
	return read[portal.Facets](ctx, d, "/v1/msps/facets", q)
}
