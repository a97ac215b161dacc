package fakeheimdal

import (
	"fmt"
	"maps"
	"slices"
)

// Form is how a response contains its customers.
type Form string

const (
	// Array is the known form of the real API: one bare array.
	Array Form = ""
	// Envelope is one object, {items, totalCount}.
	Envelope Form = "envelope"
	// Pages are envelopes of pageSize customers, requested with pageNumber from 1.
	Pages Form = "pages"
	// Links are envelopes of PageSize customers with the address of the next one.
	Links Form = "links"
	// Object is the first customer only.
	Object Form = "object"
	// Nested is an array in which each reseller contains its customers.
	Nested Form = "nested"
	// Split returns a customer's own customers only: each reseller must be requested by its customerId.
	Split Form = "split"
)

// Forms are all forms.
var Forms = []Form{Array, Envelope, Pages, Links, Object, Nested, Split}

// Shape is the shape of a response: its form and its names.
type Shape struct {
	Form Form `json:"form"`
	// PageSize is the maximum number of customers on a page; 0: 1000.
	PageSize int `json:"page_size,omitempty"`
	// Names rename fields: those of a customer, items, totalCount, nextLink and children. Only customers that are set
	// with SetCustomers are renamed.
	Names map[string]string `json:"names,omitempty"`
	// NumbersAsText quotes numbers.
	NumbersAsText bool `json:"numbers_as_text,omitempty"`
	// Beside are members beside the customers of an envelope, Headers those of any response.
	Beside  map[string]any    `json:"beside,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
}

// Spellings are plausible names of fields, for Shape.Names.
var Spellings = map[string]map[string]string{
	"camel": {},
	// listed are the field names of earlier printed lists of Heimdal's customers.
	"listed": {
		"type": "customer_type", "resellerId": "reseller_id", "licenseType": "license_type", "splaLicense": "spla_license",
		"seatsTotal": "purchased_licenses", "seatsUsed": "active_licenses", "expirationDate": "expiration_date",
		"createdDate":  "created_date",
		"contactEmail": "contact_email", "monthlyBilling": "monthly_billing", "lastSeen": "last_seen",
		"isActive": "is_active", "isDemo": "is_demo",
		"totalCount": "total_count", "nextLink": "next_link",
	},
	"snake": {
		"id": "customer_id", "name": "customer_name", "type": "customer_type", "resellerId": "reseller_id", "products": "modules",
		"seatsUsed": "seats_used", "seatsTotal": "seats_total", "expirationDate": "expiration_date", "createdDate": "created_at",
		"totalCount": "total_count", "nextLink": "next_link",
	},
	"pascal": {
		"id": "Id", "name": "Name", "type": "Type", "resellerId": "ParentId", "products": "Products",
		"seatsUsed": "SeatsUsed", "seatsTotal": "SeatsTotal", "expirationDate": "ExpirationDate", "createdDate": "CreatedDate",
		"items": "Items", "totalCount": "TotalCount", "nextLink": "NextLink", "children": "Customers",
	},
	"licences": {
		"id": "clientId", "name": "companyName", "type": "accountType", "resellerId": "parentCustomerId", "products": "licensedModules",
		"seatsUsed": "licensesUsed", "seatsTotal": "numberOfLicenses", "expirationDate": "licenseExpirationDate",
		"createdDate": "dateAdded",
		"items":       "customers", "totalCount": "total",
	},
}

func (s Shape) name(field string) string {
	if name, other := s.Names[field]; other {
		return name
	}
	return field
}

func (s Shape) rename(fields Customer) Customer {
	renamed := Customer{}
	for name, value := range fields {
		renamed[s.name(name)] = value
	}
	return renamed
}

func (s Shape) pageSize() int {
	if s.PageSize <= 0 {
		return 1000
	}
	return s.PageSize
}

// nest moves every customer whose parent exists into that parent, and removes its parent's id.
func nest(customers list) list {
	parents := map[string]bool{}
	for _, c := range customers {
		parents[fmt.Sprint(c["id"])] = true
	}
	children := map[string][]Customer{}
	var roots list
	for _, c := range customers {
		parent := fmt.Sprint(c["resellerId"])
		if !parents[parent] {
			roots = append(roots, c)
			continue
		}
		orphan := maps.Clone(c)
		delete(orphan, "resellerId")
		children[parent] = append(children[parent], orphan)
	}
	return within(roots, children)
}

func within(customers list, children map[string][]Customer) list {
	made := make(list, 0, len(customers))
	for _, c := range customers {
		if own := children[fmt.Sprint(c["id"])]; own != nil {
			c = maps.Clone(c)
			c["children"] = []Customer(within(own, children))
		}
		made = append(made, c)
	}
	return made
}

// under returns the customers directly below a customer, without their parent's id. Those of the MSSP are the ones
// whose parent does not exist.
func under(customers list, customerID, own string) (list, bool) {
	known := map[string]bool{}
	for _, c := range customers {
		known[fmt.Sprint(c["id"])] = true
	}
	if customerID != own && !known[customerID] {
		return nil, false
	}
	var below list
	for _, c := range customers {
		parent := fmt.Sprint(c["resellerId"])
		if parent == customerID || customerID == own && !known[parent] {
			c = maps.Clone(c)
			delete(c, "resellerId")
			below = append(below, c)
		}
	}
	return slices.Clip(below), true
}
