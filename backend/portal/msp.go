package portal

import "time"

// Status is what the last complete sync found out about a customer. Missing takes precedence over Disabled.
type Status string

const (
	Active   Status = "active"
	Missing  Status = "missing"
	Removed  Status = "removed"
	Disabled Status = "disabled" // the product lists it, but says that it is not in use: see StatusReason
)

// Statuses are all statuses.
var Statuses = []Status{Active, Missing, Removed, Disabled}

// MSP is a reseller under an MSSP. Its seats are the product's own figures for it where the product sends any, else the
// sums over its active clients.
type MSP struct {
	ID                string        `json:"id"`
	Name              string        `json:"name"`
	Type              string        `json:"type" doc:"As the product sent it; empty if it sends no types."`
	Status            Status        `json:"status" enum:"active,missing,removed,disabled"`
	StatusReason      *StatusReason `json:"status_reason" enum:"deleted,inactive,disabled,demo,licence_expired" doc:"Null unless disabled."`
	Clients           int64         `json:"clients" doc:"Clients that are active."`
	LicenceType       *string       `json:"licence_type" doc:"As the product sent it."`
	SPLA              *bool         `json:"spla" doc:"Whether it is licensed under a service provider licence agreement."`
	SeatsUsed         *int64        `json:"seats_used" doc:"Active licences; null if neither the MSP nor a client has the figure."`
	SeatsTotal        *int64        `json:"seats_total" doc:"Purchased licences; null as seats_used."`
	SeatsUsedUnknown  int64         `json:"seats_used_unknown" doc:"How many clients lack the figure, if seats_used is their sum; else 0."`
	SeatsTotalUnknown int64         `json:"seats_total_unknown" doc:"As seats_used_unknown."`
	ExpiresOn         *string       `json:"expires_on" doc:"Earliest expiry among its active clients, YYYY-MM-DD."`
	NextExpiresOn     *string       `json:"next_expires_on" doc:"When the next licence of it or its active clients ends, from today on."`
	Growth            *int64        `json:"growth" doc:"Active clients more than 30 days ago; null if its connection is newer."`
	Expiring30        int64         `json:"expiring_30" doc:"Active clients whose licence ends from today to 30 days from now."`
	Expiring90        int64         `json:"expiring_90" doc:"As expiring_30, to 90 days from now."`
	Expired           int64         `json:"expired" doc:"Active clients whose licence has ended."`
	Exceeded          int64         `json:"exceeded" doc:"Active clients with more active than purchased licences."`
	Disabled          int64         `json:"disabled" doc:"Clients that are disabled."`
	Missing           int64         `json:"missing" doc:"Clients that are missing."`
	FirstSeenAt       time.Time     `json:"first_seen_at" ts_type:"string"`
	LastSeenAt        time.Time     `json:"last_seen_at" ts_type:"string"`
	ExternalID        string        `json:"external_id"`
}

// MSPPage is one page of MSPs.
type MSPPage struct {
	Items      []MSP      `json:"items" nullable:"false"`
	NextCursor *string    `json:"next_cursor"`
	Total      int64      `json:"total"`
	DataAsOf   *time.Time `json:"data_as_of" ts_type:"string"`
	HasExpiry  bool       `json:"has_expiry" doc:"Whether any client in the caller's scope has an expiry date."`
}

// MSPFilter says which MSPs a list has; an empty field does not narrow it. The fields have the grammar of ClientFilter.
// Every field has one row in the filter table of the postgres package.
type MSPFilter struct {
	Q             string `query:"q" json:"q" maxLength:"100" doc:"A part of the name or of the id in the product."`
	Name          string `query:"name" json:"name" maxLength:"1000" doc:"A part; ^x: begins with x; =x: is x. Without case and accents."`
	ExternalID    string `query:"external_id" json:"external_id" maxLength:"1000" doc:"As name, without case."`
	Status        string `query:"status" json:"status" logged:"yes" maxLength:"100" doc:"Values of status: active,missing or !removed."`
	StatusReason  string `query:"status_reason" json:"status_reason" logged:"yes" maxLength:"100" doc:"Values of status_reason; none."`
	Type          string `query:"type" json:"type" maxLength:"4000" doc:"Compared without case; none for MSPs without one."`
	LicenceType   string `query:"licence_type" json:"licence_type" maxLength:"4000" doc:"As type."`
	SPLA          string `query:"spla" json:"spla" logged:"yes" maxLength:"40" doc:"Of yes, no, unknown."`
	Clients       string `query:"clients" json:"clients" logged:"yes" maxLength:"400" doc:"A number or a range: 5, 5.., ..5, 5..10."`
	SeatsUsed     string `query:"seats_used" json:"seats_used" logged:"yes" maxLength:"400" doc:"5, 5.., ..5, 5..10; none: without it."`
	SeatsTotal    string `query:"seats_total" json:"seats_total" logged:"yes" maxLength:"400" doc:"As seats_used."`
	ExpiresOn     string `query:"expires_on" json:"expires_on" logged:"yes" maxLength:"400" doc:"As first_seen_at; expired, 30d, none."`
	NextExpiresOn string `query:"next_expires_on" json:"next_expires_on" logged:"yes" maxLength:"400" doc:"As expires_on."`
	Growth        string `query:"growth" json:"growth" logged:"yes" maxLength:"400" doc:"As clients, also negative: ..-1; none."`
	Expiring30    string `query:"expiring_30" json:"expiring_30" logged:"yes" maxLength:"400" doc:"As clients."`
	Expiring90    string `query:"expiring_90" json:"expiring_90" logged:"yes" maxLength:"400" doc:"As clients."`
	Expired       string `query:"expired" json:"expired" logged:"yes" maxLength:"400" doc:"As clients."`
	Exceeded      string `query:"exceeded" json:"exceeded" logged:"yes" maxLength:"400" doc:"As clients."`
	Disabled      string `query:"disabled" json:"disabled" logged:"yes" maxLength:"400" doc:"As clients."`
	Missing       string `query:"missing" json:"missing" logged:"yes" maxLength:"400" doc:"As clients."`
	FirstSeenAt   string `query:"first_seen_at" json:"first_seen_at" logged:"yes" maxLength:"400" doc:"Days: 2026-12-01.. or ..2026-12-01."`
	LastSeenAt    string `query:"last_seen_at" json:"last_seen_at" logged:"yes" maxLength:"400" doc:"As first_seen_at."`
}

// MSPQuery asks for a page of MSPs. Sort is a comma-separated list of at most three of name, clients, type,
// licence_type, spla, seats_used, seats_total, expires_on, next_expires_on, growth, expiring_30, expiring_90, expired,
// exceeded, disabled, missing, status, first_seen_at, last_seen_at, external_id; a leading minus descends.
type MSPQuery struct {
	MSPFilter
	Sort   string `query:"sort" json:"sort" maxLength:"100"`
	Cursor string `query:"cursor" json:"cursor" maxLength:"1024"`
	Limit  int    `query:"limit" json:"limit" minimum:"1" maximum:"200" default:"50"`
}

// MSPFacetQuery asks for the values of MSPs and how many MSPs have each.
type MSPFacetQuery struct {
	MSPFilter
	Columns string `query:"columns" json:"columns" maxLength:"200" doc:"Of status, status_reason, type, licence_type, spla; default all."`
}

// MSPDetail is one MSP with what is known beyond the list.
type MSPDetail struct {
	MSP
	OwnSeats     Seats           `json:"own_seats" doc:"The product's own figures for the MSP."`
	ClientsSeats SeatSums        `json:"clients_seats" doc:"The sums over its active clients."`
	Fields       []Field         `json:"fields" nullable:"false" doc:"What else the product sent."`
	History      []Change        `json:"history" nullable:"false"`
	Product      CustomerProduct `json:"product"`
	Trend        []TrendDay      `json:"trend" nullable:"false" doc:"Its clients and their licences, day by day, oldest first."`
}

// Seats are the licence figures of one customer; null where the product did not send them.
type Seats struct {
	Used  *int64 `json:"used"`
	Total *int64 `json:"total"`
}

// SeatSums are licence figures summed over customers, and of how many of them each figure is unknown. A sum is null
// where all are unknown, or there are none.
type SeatSums struct {
	Used         *int64 `json:"used"`
	Total        *int64 `json:"total"`
	UsedUnknown  int64  `json:"used_unknown"`
	TotalUnknown int64  `json:"total_unknown"`
}
