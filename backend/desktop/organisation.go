package desktop

import (
	"context"
	"net/http"

	"fs-client-portal/backend/portal"
)

// Organisation returns the MSSP and its settings.
func (d *Desktop) Organisation(ctx context.Context) (portal.Organisation, error) {
	return read[portal.Organisation](ctx, d, "/v1/organisation", struct{}{})
}

// ChangeOrganisation changes the MSSP, code invalid for a time zone that is not known.
func (d *Desktop) ChangeOrganisation(ctx context.Context, c portal.OrganisationChange) (portal.Organisation, error) {
	var changed portal.Organisation
	return changed, d.write(ctx, request{method: http.MethodPatch, path: "/v1/organisation", body: c, out: &changed})
}
