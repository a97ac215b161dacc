package desktop

import (
	"context"
	"net/http"

	"fs-client-portal/backend/portal"
)

// Sessions returns the user's own sessions that have not ended.
func (d *Desktop) Sessions(ctx context.Context) (portal.OwnSessions, error) {
	return read[portal.OwnSessions](ctx, d, "/v1/sessions", struct{}{})
}

// EndSession ends one of the user's own sessions. The code is not_found for a session of another user.
func (d *Desktop) EndSession(ctx context.Context, id string) error {
	path, err := pathOf("/v1/sessions", id)
	if err != nil {
		return err
	}
	return d.write(ctx, request{method: http.MethodDelete, path: path})
}
