package desktop

import (
	"context"

	"fs-client-portal/backend/portal"
)

// Search returns the best matches of a text over MSPs, clients and, for those who manage them, users.
func (d *Desktop) Search(ctx context.Context, q portal.SearchQuery) (portal.SearchResult, error) {
	return read[portal.SearchResult](ctx, d, "/v1/search", q)
}
