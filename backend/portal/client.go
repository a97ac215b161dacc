package portal

import "time"

// Client is a company protected by a product.
type Client struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Type        string    `json:"type" doc:"The product's own word, CORP for most of Heimdal's."`
	MSPID       *string   `json:"msp_id" doc:"Null directly under the MSSP."`
	MSPName     *string   `json:"msp_name"`
	Status      Status    `json:"status" enum:"active,missing,removed"`
	Products    []string  `json:"products" nullable:"false"`
	SeatsUsed   *int64    `json:"seats_used"`
	SeatsTotal  *int64    `json:"seats_total"`
	ExpiresOn   *string   `json:"expires_on" doc:"YYYY-MM-DD; null for monthly and perpetual licences."`
	FirstSeenAt time.Time `json:"first_seen_at" ts_type:"string"`
	LastSeenAt  time.Time `json:"last_seen_at" ts_type:"string"`
	ExternalID  string    `json:"external_id"`
}

// ClientPage is one page of clients.
type ClientPage struct {
	Items      []Client   `json:"items" nullable:"false"`
	NextCursor *string    `json:"next_cursor"`
	Total      int64      `json:"total"`
	DataAsOf   *time.Time `json:"data_as_of" ts_type:"string"`
}

// ClientQuery asks for a page of clients. Sort is a comma-separated list of name, status, type, seats_used,
// seats_total, expires_on, first_seen_at, last_seen_at; a leading minus descends.
// MSPID may be "none": clients directly under the MSSP. ExpiresWithin counts days from today.
type ClientQuery struct {
	Q             string `query:"q" json:"q" maxLength:"100"`
	Sort          string `query:"sort" json:"sort" maxLength:"100"`
	Cursor        string `query:"cursor" json:"cursor" maxLength:"1024"`
	Limit         int    `query:"limit" json:"limit" minimum:"1" maximum:"200" default:"50"`
	Status        string `query:"status" json:"status" enum:"active,missing,removed"`
	Type          string `query:"type" json:"type" maxLength:"64"`
	MSPID         string `query:"msp_id" json:"msp_id" maxLength:"36"`
	ExpiresWithin int    `query:"expires_within" json:"expires_within" minimum:"0" maximum:"3660"`
}

// ClientDetail is one client with what is known beyond the list.
type ClientDetail struct {
	Client
	Fields  []Field  `json:"fields" nullable:"false" doc:"Everything the product sent, by its own names and in its own order."`
	History []Change `json:"history" nullable:"false"`
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
	// Actor is told to the MSSP's own people alone.
	Actor *Actor `json:"actor" doc:"Who accepted the run or asked for it, where somebody did."`
}

// Actor is who did something.
type Actor struct {
	Name string `json:"name"`
}
