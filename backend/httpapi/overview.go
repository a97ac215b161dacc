package httpapi

import (
	"context"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func (s *server) overview(ctx context.Context, in *struct{ Conditional }) (*answer[portal.Overview], error) {
	return conditionally(ctx, s, in.Conditional, "overview", func(v portal.Viewer) (portal.Overview, postgres.Stamp, error) {
		return s.DB.Overview(ctx, v)
	})
}
