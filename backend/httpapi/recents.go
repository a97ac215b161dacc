package httpapi

import (
	"context"

	"fs-client-portal/backend/portal"
)

type recentsOutput struct{ Body portal.Recents }

func (s *server) recents(ctx context.Context, _ *struct{}) (*recentsOutput, error) {
	recents, err := s.DB.Recents(ctx, viewerOf(ctx))
	return &recentsOutput{recents}, err
}

func (s *server) saveRecent(ctx context.Context, in *customerInput) (*struct{}, error) {
	return nil, s.DB.SaveRecent(ctx, viewerOf(ctx), in.Kind, in.ID)
}
