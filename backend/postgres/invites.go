package postgres

import (
	"context"
	"errors"

	"fs-client-portal/backend/portal"
)

var errUnfinished = errors.New("not written yet")

func (db *DB) Me(ctx context.Context, viewer portal.Viewer) (portal.Me, error) {
	return portal.Me{}, errUnfinished
}
func (db *DB) Invites(ctx context.Context, viewer portal.Viewer, q portal.InviteQuery) (portal.InvitePage, error) {
	return portal.InvitePage{}, errUnfinished
}
func (db *DB) RevokeInvite(ctx context.Context, viewer portal.Viewer, id, requestID string) error {
	return errUnfinished
}
func (db *DB) Bootstrap(ctx context.Context, msspName string, n portal.NewInvite, codeHash []byte) (msspID, inviteID string, err error) {
	return "", "", errUnfinished
}
