package desktop

import (
	"context"
	"net/http"

	"fs-client-portal/backend/portal"
)

// Invites returns one page of invites.
func (d *Desktop) Invites(ctx context.Context, q portal.InviteQuery) (portal.InvitePage, error) {
	return read[portal.InvitePage](ctx, d, "/v1/invites", q)
}

// CreateInvite creates an invite.
func (d *Desktop) CreateInvite(ctx context.Context, n portal.NewInvite) (portal.CreatedInvite, error) {
	var created portal.CreatedInvite
	return created, d.write(ctx, request{method: http.MethodPost, path: "/v1/invites", body: n, out: &created})
}

// RevokeInvite revokes an open invite.
func (d *Desktop) RevokeInvite(ctx context.Context, id string) error {
	path, err := pathOf("/v1/invites", id)
	if err != nil {
		return err
	}
	return d.write(ctx, request{method: http.MethodDelete, path: path})
}

// ResendInvite gives an open invite a new code and a new expiry.
func (d *Desktop) ResendInvite(ctx context.Context, id string) (portal.CreatedInvite, error) {
	var resent portal.CreatedInvite
	path, err := pathOf("/v1/invites", id)
	if err != nil {
		return resent, err
	}
	return resent, d.write(ctx, request{method: http.MethodPost, path: path + "/resend", out: &resent})
}
