package desktop

import (
	"context"
	"net/http"
	"net/url"

	"fs-client-portal/backend/portal"
)

// Favourites returns the MSPs and clients that the user has marked.
func (d *Desktop) Favourites(ctx context.Context) (portal.Favourites, error) {
	return read[portal.Favourites](ctx, d, "/v1/favourites", struct{}{})
}

// SetFavourite marks an MSP or client, or removes the mark. The code is not_found outside the scope.
func (d *Desktop) SetFavourite(ctx context.Context, kind portal.CustomerKind, id string, on bool) error {
	method := http.MethodPut
	if !on {
		method = http.MethodDelete
	}
	return d.writeForCustomer(ctx, method, "/v1/favourites", kind, id)
}

// Recents returns the MSPs and clients that the user has opened last.
func (d *Desktop) Recents(ctx context.Context) (portal.Recents, error) {
	return read[portal.Recents](ctx, d, "/v1/recents", struct{}{})
}

// SaveRecent saves that the user has opened an MSP or client. The code is not_found outside the scope.
func (d *Desktop) SaveRecent(ctx context.Context, kind portal.CustomerKind, id string) error {
	return d.writeForCustomer(ctx, http.MethodPut, "/v1/recents", kind, id)
}

func (d *Desktop) writeForCustomer(ctx context.Context, method, collection string, kind portal.CustomerKind, id string) error {
	path, err := pathOf(collection+"/"+url.PathEscape(string(kind)), id)
	if err != nil {
		return err
	}
	return d.write(ctx, request{method: method, path: path})
}
