package httpapi

import (
	"context"

	"fs-client-portal/backend/portal"
)

// customerInput names an MSP or client. A malformed id yields 404.
type customerInput struct {
	Kind portal.CustomerKind `path:"kind" enum:"msp,client"`
	ID   string              `path:"id" maxLength:"100"`
}

type favouritesOutput struct{ Body portal.Favourites }

func (s *server) favourites(ctx context.Context, _ *struct{}) (*favouritesOutput, error) {
	favourites, err := s.DB.Favourites(ctx, viewerOf(ctx))
	return &favouritesOutput{favourites}, err
}

func (s *server) markFavourite(ctx context.Context, in *customerInput) (*struct{}, error) {
	return nil, s.DB.MarkFavourite(ctx, viewerOf(ctx), in.Kind, in.ID)
}

func (s *server) unmarkFavourite(ctx context.Context, in *customerInput) (*struct{}, error) {
	return nil, s.DB.UnmarkFavourite(ctx, viewerOf(ctx), in.Kind, in.ID)
}
