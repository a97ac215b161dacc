package portal

import "time"

// Status is what the last complete sync said of a customer.
type Status string

const (
	Active  Status = "active"
	Missing Status = "missing"
	Removed Status = "removed"
)

// MSP is a reseller under an MSSP.
type MSP struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Type        string    `json:"type" doc:"The product's own word, RESELLER for Heimdal."`
	Status      Status    `json:"status" enum:"active,missing,removed"`
	Clients     int64     `json:"clients" doc:"Clients that are active."`
	SeatsUsed   *int64    `json:"seats_used"`
	SeatsTotal  *int64    `json:"seats_total"`
	ExpiresOn   *string   `json:"expires_on" doc:"Earliest expiry among its active clients, YYYY-MM-DD."`
	FirstSeenAt time.Time `json:"first_seen_at" ts_type:"string"`
	LastSeenAt  time.Time `json:"last_seen_at" ts_type:"string"`
	ExternalID  string    `json:"external_id"`
}

// MSPPage is one page of MSPs.
type MSPPage struct {
	Items      []MSP      `json:"items" nullable:"false"`
	NextCursor *string    `json:"next_cursor"`
	Total      int64      `json:"total"`
	DataAsOf   *time.Time `json:"data_as_of" ts_type:"string"`
}

// MSPQuery asks for a page of MSPs. Sort is a comma-separated list of name, clients, seats_used,
// seats_total, status, last_seen_at; a leading minus descends.
type MSPQuery struct {
	Q      string `query:"q" json:"q" maxLength:"100"`
	Sort   string `query:"sort" json:"sort" maxLength:"100"`
	Cursor string `query:"cursor" json:"cursor" maxLength:"1024"`
	Limit  int    `query:"limit" json:"limit" minimum:"1" maximum:"200" default:"50"`
	Status string `query:"status" json:"status" enum:"active,missing,removed"`
}

// MSPDetail is one MSP with what is known beyond the list.
type MSPDetail struct {
	MSP
	Fields  []Field  `json:"fields" nullable:"false"`
	History []Change `json:"history" nullable:"false"`
}
