package portal

// ProductHeimdal is the id of the first product in table product.
const ProductHeimdal = "heimdal"

// Connection is an MSSP's access to a product's API (table mssp_product), its key still sealed.
type Connection struct {
	ID           string
	MSSPID       string
	ProductID    string
	CustomerID   string
	BaseURL      string
	APIKeySealed []byte
	APIKeyLast4  string
}
