package portal

// CustomerProduct is the product from which an MSP or client was read.
type CustomerProduct struct {
	ID   string `json:"-"`
	Name string `json:"name"`
	// BaseURL is the address of the API of the connection; "" for users of a client.
	BaseURL      string  `json:"-"`
	DashboardURL *string `json:"dashboard_url" doc:"The product's dashboard; null where it is not known, and for users of a client."`
}
