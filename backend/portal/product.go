package portal

// ProductHeimdal is the id of the first product in table product.
const ProductHeimdal = "heimdal"

// Product is something an MSSP resells and the portal can read the customers of.
type Product struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// BaseURL is where its API is, unless a connection says otherwise.
	BaseURL string `json:"base_url" doc:"Where its API is, unless a connection says otherwise."`
}
