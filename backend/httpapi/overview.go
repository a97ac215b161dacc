package httpapi

import (
	"context"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func (s *server) overview(ctx context.Context, in *struct{ conditional }) (*answer[portal.Overview], error) {
	return conditionally(ctx, s, in.conditional, "overview", func(v portal.Viewer) (portal.Overview, postgres.Stamp, error) {
		return s.DB.Overview(ctx, v)
	})
}
