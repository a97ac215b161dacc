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

// startSyncInput has an optional body.
type startSyncInput struct{ Body *portal.SyncRequest }

func (s *server) startSync(ctx context.Context, in *startSyncInput) (*syncOutput, error) {
	var want portal.SyncRequest
	if in.Body != nil {
		want = *in.Body
	}
	run, err := s.Sync.RequestOf(ctx, viewerOf(ctx), want.ConnectionID)
	return &syncOutput{run}, err
}

func (s *server) sync(ctx context.Context, in *idInput) (*syncOutput, error) {
	run, err := s.DB.Run(ctx, viewerOf(ctx), in.ID)
	return &syncOutput{run}, err
}

func (s *server) acceptSync(ctx context.Context, in *idInput) (*syncOutput, error) {
	run, err := s.Sync.Accept(ctx, viewerOf(ctx), in.ID)
	return &syncOutput{run}, err
}

func (s *server) discardSync(ctx context.Context, in *idInput) (*syncOutput, error) {
	run, err := s.Sync.Discard(ctx, viewerOf(ctx), in.ID)
	return &syncOutput{run}, err
}

type runChangesInput struct {
	ID string `path:"id" maxLength:"100"`
	portal.RunChangeQuery
}

type runChangesOutput struct{ Body portal.RunChanges }

func (s *server) syncChanges(ctx context.Context, in *runChangesInput) (*runChangesOutput, error) {
	page, err := s.DB.RunChanges(ctx, viewerOf(ctx), in.ID, in.RunChangeQuery)
	return &runChangesOutput{page}, err
}

type reviewInput struct {
	ID string `path:"id" maxLength:"100"`
	portal.ReviewQuery
}

type reviewOutput struct{ Body portal.Review }

func (s *server) syncReview(ctx context.Context, in *reviewInput) (*reviewOutput, error) {
	page, err := s.DB.Review(ctx, viewerOf(ctx), in.ID, in.ReviewQuery)
	return &reviewOutput{page}, err
}

type reviewTotalsOutput struct{ Body portal.ReviewTotals }

func (s *server) syncReviewTotals(ctx context.Context, in *idInput) (*reviewTotalsOutput, error) {
	totals, err := s.DB.ReviewTotals(ctx, viewerOf(ctx), in.ID)
	return &reviewTotalsOutput{totals}, err
}
