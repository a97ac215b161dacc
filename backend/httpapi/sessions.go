package httpapi

import (
	"context"

	"fs-client-portal/backend/portal"
)

type sessionsOutput struct{ Body portal.OwnSessions }

func (s *server) ownSessions(ctx context.Context, _ *struct{}) (*sessionsOutput, error) {
	own, err := s.DB.OwnSessions(ctx, viewerOf(ctx))
	return &sessionsOutput{own}, err
}

func (s *server) endSession(ctx context.Context, in *idInput) (*struct{}, error) {
	return nil, s.DB.EndOwnSession(ctx, viewerOf(ctx), in.ID)
}
