package httpapi

import (
	"context"

	"fs-client-portal/backend/portal"
)

type connectionsOutput struct{ Body portal.Connections }

func (s *server) connections(ctx context.Context, _ *struct{}) (*connectionsOutput, error) {
	all, err := s.Sync.Connections(ctx, viewerOf(ctx))
	return &connectionsOutput{all}, err
}

type connectionOutput struct{ Body portal.ConnectionItem }

type newConnectionInput struct{ Body portal.NewConnection }

func (s *server) createConnection(ctx context.Context, in *newConnectionInput) (*connectionOutput, error) {
	created, err := s.Sync.CreateConnection(ctx, viewerOf(ctx), in.Body)
	return &connectionOutput{created}, err
}

type trialInput struct{ Body portal.ConnectionTrial }

type trialOutput struct{ Body portal.ConnectionTest }

func (s *server) tryConnection(ctx context.Context, in *trialInput) (*trialOutput, error) {
	result, err := s.Sync.TryConnection(ctx, viewerOf(ctx), in.Body)
	return &trialOutput{result}, err
}

type changeConnectionInput struct {
	ID   string `path:"id" maxLength:"100"`
	Body portal.ConnectionChange
}

func (s *server) changeConnection(ctx context.Context, in *changeConnectionInput) (*connectionOutput, error) {
	if in.Body.NeedsTrial() {
		if err := limitMSSP(ctx, s.limits.trials); err != nil {
			return nil, err
		}
	}
	changed, err := s.Sync.ChangeConnection(ctx, viewerOf(ctx), in.ID, in.Body)
	return &connectionOutput{changed}, err
}
