package httpapi

import (
	"context"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

type mspsInput struct {
	portal.MSPQuery
	Conditional
}

func (s *server) msps(ctx context.Context, in *mspsInput) (*conditionalOutput[portal.MSPPage], error) {
	return conditionally(ctx, s, in.Conditional, in.MSPQuery, func(v portal.Viewer) (portal.MSPPage, postgres.Stamp, error) {
		return s.DB.MSPs(ctx, v, in.MSPQuery)
	})
}

type mspOutput struct{ Body portal.MSPDetail }

func (s *server) msp(ctx context.Context, in *idInput) (*mspOutput, error) {
	detail, err := s.DB.MSP(ctx, viewerOf(ctx), in.ID)
	detail.Product.DashboardURL = s.Sync.DashboardURL(detail.Product)
	return &mspOutput{detail}, err
}

type mspFacetsInput struct {
	portal.MSPFacetQuery
	Conditional
}

func (s *server) mspFacets(ctx context.Context, in *mspFacetsInput) (*conditionalOutput[portal.Facets], error) {
	return conditionally(ctx, s, in.Conditional, in.MSPFacetQuery, func(v portal.Viewer) (portal.Facets, postgres.Stamp, error) {
		return s.DB.MSPFacets(ctx, v, in.MSPFacetQuery)
	})
}
