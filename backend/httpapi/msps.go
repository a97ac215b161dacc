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
	return &mspOutput{detail}, err
}

func (s *server) mspFacets(ctx context.Context, in *facetsInput) (*conditionalOutput[portal.Facets], error) {
	return conditionally(ctx, s, in.Conditional, "MSP facets", func(v portal.Viewer) (portal.Facets, postgres.Stamp, error) {
		return s.DB.MSPFacets(ctx, v)
	})
}
