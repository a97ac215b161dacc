package desktop

import (
	"context"
	"net/http"

	"fs-client-portal/backend/portal"
)

// Views returns the saved views of a list, or of all.
func (d *Desktop) Views(ctx context.Context, q portal.ViewQuery) (portal.Views, error) {
	return read[portal.Views](ctx, d, "/v1/views", q)
}

// CreateView saves a view. The code is conflict with the field name where the name is in use.
func (d *Desktop) CreateView(ctx context.Context, n portal.NewView) (portal.View, error) {
	var saved portal.View
	return saved, d.write(ctx, request{method: http.MethodPost, path: "/v1/views", body: n, out: &saved})
}

// ChangeView changes a view. The code is not_found for one that the user does not see.
func (d *Desktop) ChangeView(ctx context.Context, id string, c portal.ViewChange) (portal.View, error) {
	var changed portal.View
	path, err := pathOf("/v1/views", id)
	if err != nil {
		return changed, err
	}
	return changed, d.write(ctx, request{method: http.MethodPatch, path: path, body: c, out: &changed})
}

// DeleteView deletes a view.
func (d *Desktop) DeleteView(ctx context.Context, id string) error {
	path, err := pathOf("/v1/views", id)
	if err != nil {
		return err
	}
	return d.write(ctx, request{method: http.MethodDelete, path: path})
}
