package httpapi

import (
	"context"

	"fs-client-portal/backend/portal"
)

type searchOutput struct{ Body portal.SearchResult }

func (s *server) search(ctx context.Context, in *portal.SearchQuery) (*searchOutput, error) {
	result, err := s.DB.Search(ctx, viewerOf(ctx), *in)
	return &searchOutput{result}, err
}
