package desktop

import (
	"context"
	"net/http"

	"fs-client-portal/backend/portal"
)

// Users returns one page of the users with a grant inside the scope.
func (d *Desktop) Users(ctx context.Context, q portal.UserQuery) (portal.UserPage, error) {
	return read[portal.UserPage](ctx, d, "/v1/users", q)
}

// User returns one user. The code is not_found outside the scope.
func (d *Desktop) User(ctx context.Context, id string) (portal.UserItem, error) {
	return readOne[portal.UserItem](ctx, d, "/v1/users", id)
}

// ChangeUser changes what a user may do inside the scope. The code is not_found for a user outside it.
func (d *Desktop) ChangeUser(ctx context.Context, id string, c portal.UserChange) (portal.UserItem, error) {
	var changed portal.UserItem
	path, err := pathOf("/v1/users", id)
	if err != nil {
		return changed, err
	}
	return changed, d.write(ctx, request{method: http.MethodPatch, path: path, body: c, out: &changed})
}

// SignOutUser ends every session of a user. The code is not_found for a user outside the scope.
func (d *Desktop) SignOutUser(ctx context.Context, id string) error {
	path, err := pathOf("/v1/users", id)
	if err != nil {
		return err
	}
	return d.write(ctx, request{method: http.MethodDelete, path: path + "/sessions"})
}
