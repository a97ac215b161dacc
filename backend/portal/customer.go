package portal

import "encoding/json"

// Customer is one customer as a product's API describes it, before it is an MSP or a client of the portal. A nil field
// means that the product did not send it. The postgres package lists these fields as columns; its tests fail when a
// field is missing there.
type Customer struct {
	Kind       CustomerKind
	ExternalID string
	// ParentID is the external id of the customer this one is under; "" if it is under the MSSP itself.
	ParentID string
	Name     string
	Type     string // as sent; "" if the product sends no types
	// StatusReason says why the product does not count the customer as active; nil if it does.
	StatusReason *StatusReason
	Products     []string
	LicenceType  *string // as sent
	SPLA         *bool   // licensed under a service provider licence agreement, billed monthly
	SeatsUsed    *int64  // active licences
	SeatsTotal   *int64  // purchased licences
	ExpiresOn    *string // YYYY-MM-DD
	Raw          json.RawMessage
}

// CustomerKind is whether a product's customer is an MSP or a client of the portal. The connector decides it.
type CustomerKind string

const (
	KindMSP    CustomerKind = "msp"
	KindClient CustomerKind = "client"
)

// StatusReason is why a customer that the product still lists is disabled.
type StatusReason string

const (
	ReasonDeleted        StatusReason = "deleted"
	ReasonInactive       StatusReason = "inactive"
	ReasonDisabled       StatusReason = "disabled"
	ReasonDemo           StatusReason = "demo"
	ReasonLicenceExpired StatusReason = "licence_expired"
)

// StatusReasons are all reasons.
var StatusReasons = []StatusReason{ReasonDeleted, ReasonInactive, ReasonDisabled, ReasonDemo, ReasonLicenceExpired}

// YesNo is a value of a filter by what is true, false or unknown.
type YesNo string

const (
	Yes     YesNo = "yes"
	No      YesNo = "no"
	Unknown YesNo = "unknown"
)

// YesNoValues are all values of YesNo.
var YesNoValues = []YesNo{Yes, No, Unknown}
