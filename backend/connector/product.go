package connector

import (
	"strings"

	"fs-client-portal/backend/portal"
)

// Product is a product, and what the portal must know to sync its customers.
type Product struct {
	portal.Product
	// PerMinute is how many calls a minute the product allows for one endpoint and key; 0: no limit. The operator may
	// configure another rate for a product.
	PerMinute int
	// RateAdvice is a sentence that tells an admin how to get more calls a minute; it ends the error of a run that takes
	// too long. May be "".
	RateAdvice string
	// DashboardDomain is the domain of the product's dashboard: where the host of a connection's API has it, the
	// dashboard is that host's start page. May be "".
	DashboardDomain string
	// ClientTypes are the types of ordinary clients, in any case: clients of any other type are counted as other. Empty:
	// the product has no types, and Customer.Kind is all that is known.
	ClientTypes []string
}

// DashboardURL returns the address of the dashboard that belongs to the host of a connection's API; ok is false if it is
// not known.
func (p Product) DashboardURL(host string) (dashboard string, ok bool) {
	if p.DashboardDomain == "" || host != p.DashboardDomain && !strings.HasSuffix(host, "."+p.DashboardDomain) {
		return "", false
	}
	return "https://" + host + "/", true
}
