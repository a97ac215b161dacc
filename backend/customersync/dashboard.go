package customersync

import "fs-client-portal/backend/portal"

// DashboardURL returns the address of the dashboard of a customer's product, or nil if it is not known.
func (s *Service) DashboardURL(of portal.CustomerProduct) *string {
	for _, connector := range s.config.Connectors {
		if product := connector.Product(); of.Host != nil && product.ID == of.ID {
			if dashboard, ok := product.DashboardURL(*of.Host); ok {
				return &dashboard
			}
		}
	}
	return nil
}
