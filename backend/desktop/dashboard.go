package desktop

import (
	"context"

	"fs-client-portal/backend/portal"
)

// OpenDashboard opens the dashboard of the product of an MSP or client in the system's browser. The address is read from
// the API, so that the page cannot choose it. The code is not_found outside the scope and where the address is not
// known, and browser_failed if the browser cannot be opened.
func (d *Desktop) OpenDashboard(ctx context.Context, kind portal.CustomerKind, id string) error {
	product, err := d.productOf(ctx, kind, id)
	if err != nil {
		return err
	}
	if product.DashboardURL == nil {
		return problem(portal.NotFound, "The address of the dashboard of "+product.Name+" is not known.")
	}
	return d.openBrowser(*product.DashboardURL)
}

func (d *Desktop) productOf(ctx context.Context, kind portal.CustomerKind, id string) (portal.CustomerProduct, error) {
	switch kind {
	case portal.KindMSP:
		detail, err := d.MSP(ctx, id)
		return detail.Product, err
	case portal.KindClient:
		detail, err := d.Client(ctx, id)
		return detail.Product, err
	default:
		return portal.CustomerProduct{}, problem(portal.Invalid, "The kind of a customer is msp or client.")
	}
}
