package httpapi

import (
	"context"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

type changesInput struct {
	portal.ChangeQuery
	Conditional
}

func (s *server) changes(ctx context.Context, in *changesInput) (*conditionalOutput[portal.ChangePage], error) {
	return conditionally(ctx, s, in.Conditional, in.ChangeQuery, func(v portal.Viewer) (portal.ChangePage, postgres.Stamp, error) {
		return s.DB.Changes(ctx, v, in.ChangeQuery)
	})
}

type visitInput struct{ Body portal.ChangeVisit }

func (s *server) visitChanges(ctx context.Context, in *visitInput) (*struct{}, error) {
	return nil, s.DB.VisitChanges(ctx, viewerOf(ctx), in.Body)
}
