package httpapi

import (
	"context"

	"fs-client-portal/backend/portal"
)

type viewsOutput struct{ Body portal.Views }

func (s *server) views(ctx context.Context, in *portal.ViewQuery) (*viewsOutput, error) {
	views, err := s.DB.Views(ctx, viewerOf(ctx), *in)
	return &viewsOutput{views}, err
}

type viewOutput struct{ Body portal.View }

type newViewInput struct{ Body portal.NewView }

func (s *server) createView(ctx context.Context, in *newViewInput) (*viewOutput, error) {
	view, err := s.DB.CreateView(ctx, viewerOf(ctx), in.Body)
	return &viewOutput{view}, err
}

type changeViewInput struct {
	ID   string `path:"id" maxLength:"100"`
	Body portal.ViewChange
}

func (s *server) changeView(ctx context.Context, in *changeViewInput) (*viewOutput, error) {
	view, err := s.DB.ChangeView(ctx, viewerOf(ctx), in.ID, in.Body)
	return &viewOutput{view}, err
}

func (s *server) deleteView(ctx context.Context, in *idInput) (*struct{}, error) {
	return nil, s.DB.DeleteView(ctx, viewerOf(ctx), in.ID)
}
