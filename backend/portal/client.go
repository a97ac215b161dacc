package portal

import "time"

// Client is a company protected by a product.
type Client struct {
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	Type         string        `json:"type" doc:"As the product sent it; empty if it sends no types."`
	MSPID        *string       `json:"msp_id" doc:"Null directly under the MSSP."`
	MSPName      *string       `json:"msp_name"`
	Status       Status        `json:"status" enum:"active,missing,removed,disabled"`
	StatusReason *StatusReason `json:"status_reason" enum:"deleted,inactive,disabled,demo,licence_expired" doc:"Null unless disabled."`
	Products     []string      `json:"products" nullable:"false"`
	LicenceType  *string       `json:"licence_type" doc:"As the product sent it."`
	SPLA         *bool         `json:"spla" doc:"Whether it is licensed under a service provider licence agreement."`
	SeatsUsed    *int64        `json:"seats_used" doc:"Active licences; null where the product did not send them."`
	SeatsTotal   *int64        `json:"seats_total" doc:"Purchased licences; null where the product did not send them."`
	ExpiresOn    *string       `json:"expires_on" doc:"YYYY-MM-DD; null for monthly and perpetual licences."`
	FirstSeenAt  time.Time     `json:"first_seen_at" ts_type:"string"`
	LastSeenAt   time.Time     `json:"last_seen_at" ts_type:"string"`
	ExternalID   string        `json:"external_id"`
}

// ClientPage is one page of clients.
type ClientPage struct {
	Items      []Client   `json:"items" nullable:"false"`
	NextCursor *string    `json:"next_cursor"`
	Total      int64      `json:"total"`
	DataAsOf   *time.Time `json:"data_as_of" ts_type:"string"`
	HasExpiry  bool       `json:"has_expiry" doc:"Whether any client in the caller's scope has an expiry date."`
	// Groups are the MSPs of the items, in their order.
	Groups []ClientGroup `json:"groups" nullable:"false" doc:"The MSPs on this page; empty unless group is msp."`
}

// ClientGroup is one MSP among clients in groups, with the sums over those of its clients that match the filter.
type ClientGroup struct {
	MSPID             *string `json:"msp_id" doc:"Null for clients directly under the MSSP."`
	MSPName           *string `json:"msp_name"`
	Clients           int64   `json:"clients"`
	SeatsUsed         *int64  `json:"seats_used" doc:"Active licences; null where no client has the figure."`
	SeatsTotal        *int64  `json:"seats_total" doc:"Purchased licences; null as seats_used."`
	SeatsUsedUnknown  int64   `json:"seats_used_unknown" doc:"How many clients lack the figure."`
	SeatsTotalUnknown int64   `json:"seats_total_unknown" doc:"As seats_used_unknown."`
	SeatsExceeded     int64   `json:"seats_exceeded" doc:"Clients with more active than purchased licences."`
}

// ClientFilter says which clients a list has; an empty field does not narrow it. Each field but expires_within has
// values separated by commas: a row matches if it has one of them. "!" in front of all selects the rows that have none
// of them. A comma followed by a space is part of a value, and a backslash makes the next character literal. Every
// field has one row in the filter table of the postgres package.
type ClientFilter struct {
	Q             string `query:"q" json:"q" maxLength:"100" doc:"A part of the name, of the id or, for the MSSP, of the MSP's name."`
	Name          string `query:"name" json:"name" maxLength:"1000" doc:"A part; ^x: begins with x; =x: is x. Without case and accents."`
	ExternalID    string `query:"external_id" json:"external_id" maxLength:"1000" doc:"As name, without case."`
	MSPID         string `query:"msp_id" json:"msp_id" logged:"yes" maxLength:"2000" doc:"Ids of MSPs; none: directly under the MSSP."`
	MSPName       string `query:"msp_name" json:"msp_name" maxLength:"1000" doc:"As name; none as in msp_id."`
	Status        string `query:"status" json:"status" logged:"yes" maxLength:"100" doc:"Values of status: active,missing or !removed."`
	StatusReason  string `query:"status_reason" json:"status_reason" logged:"yes" maxLength:"100" doc:"Values of status_reason; none."`
	Type          string `query:"type" json:"type" maxLength:"4000" doc:"Compared without case; none for clients without one."`
	LicenceType   string `query:"licence_type" json:"licence_type" maxLength:"4000" doc:"As type."`
	Products      string `query:"products" json:"products" maxLength:"4000" doc:"Clients that have one of these, compared without case; none."`
	SPLA          string `query:"spla" json:"spla" logged:"yes" maxLength:"40" doc:"Of yes, no, unknown."`
	SeatsUsed     string `query:"seats_used" json:"seats_used" logged:"yes" maxLength:"400" doc:"5, 5.., ..5, 5..10; none: without it."`
	SeatsTotal    string `query:"seats_total" json:"seats_total" logged:"yes" maxLength:"400" doc:"As seats_used."`
	SeatsExceeded string `query:"seats_exceeded" json:"seats_exceeded" logged:"yes" maxLength:"40" doc:"yes, no, unknown."`
	ExpiresOn     string `query:"expires_on" json:"expires_on" logged:"yes" maxLength:"400" doc:"As first_seen_at; expired, 30d, none."`
	ExpiresWithin int    `query:"expires_within" json:"expires_within" logged:"yes" minimum:"0" maximum:"3660" doc:"Of older apps."`
	FirstSeenAt   string `query:"first_seen_at" json:"first_seen_at" logged:"yes" maxLength:"400" doc:"Days: 2026-12-01.. or ..2026-12-01."`
	LastSeenAt    string `query:"last_seen_at" json:"last_seen_at" logged:"yes" maxLength:"400" doc:"As first_seen_at."`
}

// ClientQuery asks for a page of clients. Sort is a comma-separated list of at most three of name, msp_name, status,
// type, licence_type, spla, seats_used, seats_total, seats_over, expires_on, first_seen_at, last_seen_at, external_id; a
// leading minus descends. In groups, clients are sorted by their MSP first, and by at most two fields.
type ClientQuery struct {
	ClientFilter
	Group  string `query:"group" json:"group" enum:"msp" doc:"msp: by MSP, with subtotals; clients directly under the MSSP last."`
	Sort   string `query:"sort" json:"sort" maxLength:"100"`
	Cursor string `query:"cursor" json:"cursor" maxLength:"1024"`
	Limit  int    `query:"limit" json:"limit" minimum:"1" maximum:"200" default:"50"`
}

// ClientDetail is one client with what is known beyond the list.
type ClientDetail struct {
	Client
	Fields   []Field         `json:"fields" nullable:"false" doc:"What else the product sent; users of a client get the shared paths."`
	History  []Change        `json:"history" nullable:"false"`
	Product  CustomerProduct `json:"product"`
	Licences []LicenceSpan   `json:"licences" nullable:"false" doc:"The newest spans, the current one first."`
}

// ClientFacetQuery asks for the values of clients and how many clients have each.
type ClientFacetQuery struct {
	ClientFilter
	Columns string `query:"columns" json:"columns" maxLength:"200" doc:"Names of filters whose values are choices, with commas; default all."`
}

// Facets are the values by which a list can be filtered in the caller's scope. Each is counted under the filters of the
// other columns, so that choosing it yields that many rows.
type Facets struct {
	Facets       []Facet  `json:"facets" nullable:"false"`
	Types        []string `json:"types" nullable:"false" doc:"The names of the types, sorted; for older apps."`
	LicenceTypes []string `json:"licence_types" nullable:"false" doc:"As types."`
}

// Facet is the values of one column, the most frequent first.
type Facet struct {
	Column string       `json:"column" doc:"The parameter that filters by it."`
	Values []FacetValue `json:"values" nullable:"false" doc:"At most 100."`
	Others int64        `json:"others" doc:"How many further values there are."`
}

// FacetValue is one value and how many rows have it.
type FacetValue struct {
	Value string `json:"value" doc:"As a value of the parameter, escaped where necessary."`
	Name  string `json:"name" doc:"The product's text or an MSP's name; empty for others."`
	Count int64  `json:"count"`
}

// Field is one value as the product sent it, by the product's own name.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Change is one line of a customer's history.
type Change struct {
	At     time.Time `json:"at" ts_type:"string"`
	Kind   string    `json:"kind" enum:"added,changed,missing,returned,moved,removed"`
	Field  *string   `json:"field"`
	Before *string   `json:"before"`
	After  *string   `json:"after"`
	RunID  *string   `json:"run_id"`
	// Reason says why a value changed where the product did not change it.
	Reason *string `json:"reason" enum:"field_map" doc:"field_map: an administrator changed which of the product's fields fills this one."`
	// Elsewhere is for users of an MSP, who see no other MSP and not what a client was like there.
	Elsewhere *string `json:"elsewhere" enum:"before,after" doc:"before: the client came from elsewhere; after: it left."`
	// Actor is shown to the MSSP's users only.
	Actor *Actor `json:"actor" doc:"Who accepted the run or asked for it, if it was a user."`
}

// Actor is who did something.
type Actor struct {
	Name string `json:"name"`
}
