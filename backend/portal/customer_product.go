package portal

// CustomerProduct is the product from which an MSP or client was read.
type CustomerProduct struct {
	ID   string `json:"-"`
	Name string `json:"name"`
	// Host is the host of the connection's API; nil where it is not https on the usual port, and for users of a client.
	Host         *string `json:"-"`
	DashboardURL *string `json:"dashboard_url" doc:"The product's dashboard; null where it is not known, and for users of a client."`
}
