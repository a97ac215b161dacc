package portal

import "encoding/json"

// Customer is one customer as a product's API describes it, before it is anybody's MSP or client.
// Nil means the product did not say.
type Customer struct {
	Kind       CustomerKind
	ExternalID string
	// ParentID is the external id of the customer this one is under; "" if it is under the MSSP itself.
	ParentID   string
	Name       string
	Type       string // the product's own word
	Products   []string
	SeatsUsed  *int64
	SeatsTotal *int64
	ExpiresOn  *string // YYYY-MM-DD
	Raw        json.RawMessage
}

// CustomerKind is what a product's customer means for us.
type CustomerKind string

const (
	KindMSP    CustomerKind = "msp"
	KindClient CustomerKind = "client"
)
