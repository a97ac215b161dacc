package desktop

import (
	"context"
	"net/http"

	"fs-client-portal/backend/portal"
)

// Changes returns one page of the changes in the scope.
func (d *Desktop) Changes(ctx context.Context, q portal.ChangeQuery) (portal.ChangePage, error) {
	return read[portal.ChangePage](ctx, d, "/v1/changes", q)
}

// VisitChanges saves which changes the user has seen.
func (d *Desktop) VisitChanges(ctx context.Context, visit portal.ChangeVisit) error {
	return d.write(ctx, request{method: http.MethodPost, path: "/v1/changes/visit", body: visit})
}
