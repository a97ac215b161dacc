package desktop

import (
	"context"
	"net/http"

	"fs-client-portal/backend/portal"
)

// read answers a path of the connected API as a T.
func read[T any](ctx context.Context, d *Desktop, path string, query any) (T, error) {
	var out T
	connected, err := d.connected()
	if err != nil {
		return out, err
	}
	err = connected.get(ctx, path, queryOf(query), &out)
	return out, err
}

// readOne answers one thing of a collection as a T.
func readOne[T any](ctx context.Context, d *Desktop, collection, id string) (T, error) {
	path, err := pathOf(collection, id)
	if err != nil {
		var none T
		return none, err
	}
	return read[T](ctx, d, path, struct{}{})
}

// Overview answers the figures of the first screen.
func (d *Desktop) Overview(ctx context.Context) (portal.Overview, error) {
	return read[portal.Overview](ctx, d, "/v1/overview", struct{}{})
}

// MSPs answers one page of MSPs.
func (d *Desktop) MSPs(ctx context.Context, q portal.MSPQuery) (portal.MSPPage, error) {
	return read[portal.MSPPage](ctx, d, "/v1/msps", q)
}

// MSP answers one MSP, code not_found for one outside the scope.
func (d *Desktop) MSP(ctx context.Context, id string) (portal.MSPDetail, error) {
	return readOne[portal.MSPDetail](ctx, d, "/v1/msps", id)
}

// MSPFacets returns the values by which the MSPs in the scope can be filtered.
func (d *Desktop) MSPFacets(ctx context.Context) (portal.Facets, error) {
	return read[portal.Facets](ctx, d, "/v1/msps/facets", struct{}{})
}

// Clients answers one page of clients.
func (d *Desktop) Clients(ctx context.Context, q portal.ClientQuery) (portal.ClientPage, error) {
	return read[portal.ClientPage](ctx, d, "/v1/clients", q)
}

// Client answers one client, code not_found for one outside the scope.
func (d *Desktop) Client(ctx context.Context, id string) (portal.ClientDetail, error) {
	return readOne[portal.ClientDetail](ctx, d, "/v1/clients", id)
}

// ClientFacets returns the values by which the clients in the scope can be filtered.
func (d *Desktop) ClientFacets(ctx context.Context) (portal.Facets, error) {
	return read[portal.Facets](ctx, d, "/v1/clients/facets", struct{}{})
}

// Invites answers one page of invites.
func (d *Desktop) Invites(ctx context.Context, q portal.InviteQuery) (portal.InvitePage, error) {
	return read[portal.InvitePage](ctx, d, "/v1/invites", q)
}

// CreateInvite invites somebody.
func (d *Desktop) CreateInvite(ctx context.Context, n portal.NewInvite) (portal.CreatedInvite, error) {
	var created portal.CreatedInvite
	return created, d.write(ctx, request{method: http.MethodPost, path: "/v1/invites", body: n, out: &created})
}

// RevokeInvite ends an open invite.
func (d *Desktop) RevokeInvite(ctx context.Context, id string) error {
	path, err := pathOf("/v1/invites", id)
	if err != nil {
		return err
	}
	return d.write(ctx, request{method: http.MethodDelete, path: path})
}

// ResendInvite gives an open invite a fresh code and a fresh expiry.
func (d *Desktop) ResendInvite(ctx context.Context, id string) (portal.CreatedInvite, error) {
	var resent portal.CreatedInvite
	path, err := pathOf("/v1/invites", id)
	if err != nil {
		return resent, err
	}
	return resent, d.write(ctx, request{method: http.MethodPost, path: path + "/resend", out: &resent})
}

// Users answers one page of the people who hold a grant inside the scope.
func (d *Desktop) Users(ctx context.Context, q portal.UserQuery) (portal.UserPage, error) {
	return read[portal.UserPage](ctx, d, "/v1/users", q)
}

// ChangeUser changes what a person may do inside the scope, code not_found for one outside it.
func (d *Desktop) ChangeUser(ctx context.Context, id string, c portal.UserChange) (portal.UserItem, error) {
	var changed portal.UserItem
	path, err := pathOf("/v1/users", id)
	if err != nil {
		return changed, err
	}
	return changed, d.write(ctx, request{method: http.MethodPatch, path: path, body: c, out: &changed})
}

// SignOutUser ends every session of a person, code not_found for one outside the scope.
func (d *Desktop) SignOutUser(ctx context.Context, id string) error {
	path, err := pathOf("/v1/users", id)
	if err != nil {
		return err
	}
	return d.write(ctx, request{method: http.MethodDelete, path: path + "/sessions"})
}

// Sessions answers the user's own sessions that have not ended.
func (d *Desktop) Sessions(ctx context.Context) (portal.OwnSessions, error) {
	return read[portal.OwnSessions](ctx, d, "/v1/sessions", struct{}{})
}

// EndSession ends one of the user's own sessions, code not_found for anybody else's.
func (d *Desktop) EndSession(ctx context.Context, id string) error {
	path, err := pathOf("/v1/sessions", id)
	if err != nil {
		return err
	}
	return d.write(ctx, request{method: http.MethodDelete, path: path})
}

func (d *Desktop) write(ctx context.Context, r request) error {
	connected, err := d.connected()
	if err != nil {
		return err
	}
	return connected.session.call(ctx, r)
}
