package desktop

import (
	"context"

	"fs-client-portal/backend/portal"
)

// Overview returns the figures of the first screen.
func (d *Desktop) Overview(ctx context.Context) (portal.Overview, error) {
	return read[portal.Overview](ctx, d, "/v1/overview", struct{}{})
}
