package httpapi

import (
	"context"

	"fs-client-portal/backend/portal"
)

type syncsOutput struct{ Body portal.SyncPage }

func (s *server) syncs(ctx context.Context, in *portal.SyncQuery) (*syncsOutput, error) {
	page, err := s.DB.Runs(ctx, viewerOf(ctx), *in)
	return &syncsOutput{page}, err
}

type syncOutput struct{ Body portal.SyncRun }

func (s *server) startSync(ctx context.Context, _ *struct{}) (*syncOutput, error) {
	run, err := s.Sync.Request(ctx, viewerOf(ctx))
	return &syncOutput{run}, err
}

func (s *server) sync(ctx context.Context, in *one) (*syncOutput, error) {
	run, err := s.DB.Run(ctx, viewerOf(ctx), in.ID)
	return &syncOutput{run}, err
}
