package desktop

import (
	"context"
	"net/http"

	"fs-client-portal/backend/portal"
)

// FieldMap returns which path of a connection's JSON fills which field.
func (d *Desktop) FieldMap(ctx context.Context, connectionID string) (portal.FieldMap, error) {
	path, err := fieldsPath(connectionID)
	if err != nil {
		return portal.FieldMap{}, err
	}
	return read[portal.FieldMap](ctx, d, path, struct{}{})
}

// ChangeFieldMap changes which paths fill which fields from the next run on.
func (d *Desktop) ChangeFieldMap(ctx context.Context, connectionID string, c portal.FieldMapChange) (portal.FieldMap, error) {
	var changed portal.FieldMap
	path, err := fieldsPath(connectionID)
	if err != nil {
		return changed, err
	}
	return changed, d.write(ctx, request{method: http.MethodPatch, path: path, body: c, out: &changed})
}

// PreviewFieldMap returns what a change would do to ten customers.
func (d *Desktop) PreviewFieldMap(ctx context.Context, connectionID string, c portal.FieldMapChange) (portal.FieldMapPreview, error) {
	var preview portal.FieldMapPreview
	path, err := fieldsPath(connectionID)
	if err != nil {
		return preview, err
	}
	return preview, d.write(ctx, request{method: http.MethodPost, path: path + "/preview", body: c, out: &preview})
}

// SeeFieldMap notes that the field map of a run was looked at.
func (d *Desktop) SeeFieldMap(ctx context.Context, connectionID, runID string) error {
	path, err := fieldsPath(connectionID)
	if err != nil {
		return err
	}
	return d.write(ctx, request{method: http.MethodPost, path: path + "/seen", body: portal.FieldMapSeen{RunID: runID}})
}

func fieldsPath(connectionID string) (string, error) {
	path, err := pathOf("/v1/connections", connectionID)
	return path + "/fields", err
}
