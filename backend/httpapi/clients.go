package httpapi

import (
	"context"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// idInput is the {id} path parameter. A malformed id yields 404.
type idInput struct {
	ID string `path:"id" maxLength:"100"`
}

type clientsInput struct {
	portal.ClientQuery
	Conditional
}

func (s *server) clients(ctx context.Context, in *clientsInput) (*conditionalOutput[portal.ClientPage], error) {
	return conditionally(ctx, s, in.Conditional, in.ClientQuery, func(v portal.Viewer) (portal.ClientPage, postgres.Stamp, error) {
		return s.DB.Clients(ctx, v, in.ClientQuery)
	})
}

type clientOutput struct{ Body portal.ClientDetail }

func (s *server) client(ctx context.Context, in *idInput) (*clientOutput, error) {
	detail, err := s.DB.Client(ctx, viewerOf(ctx), in.ID)
	detail.Product.DashboardURL = s.Sync.DashboardURL(detail.Product)
	return &clientOutput{detail}, err
}

type clientFacetsInput struct {
	portal.ClientFacetQuery
	Conditional
}

func (s *server) clientFacets(ctx context.Context, in *clientFacetsInput) (*conditionalOutput[portal.Facets], error) {
	return conditionally(ctx, s, in.Conditional, in.ClientFacetQuery, func(v portal.Viewer) (portal.Facets, postgres.Stamp, error) {
		return s.DB.ClientFacets(ctx, v, in.ClientFacetQuery)
	})
}
