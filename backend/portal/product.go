package portal

// Product is a product that an MSSP resells and whose customers the portal can read.
type Product struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// BaseURL is the address of its API for connections that name no other.
	BaseURL string `json:"base_url" doc:"The address of its API for connections that name no other."`
}
