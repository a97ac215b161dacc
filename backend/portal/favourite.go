package portal

import "time"

// NamedCustomer names an MSP or client as the caller sees it now.
type NamedCustomer struct {
	Kind    CustomerKind `json:"kind" enum:"msp,client"`
	ID      string       `json:"id"`
	Name    string       `json:"name"`
	Context string       `json:"context" doc:"The name of a client's MSP; may be empty."`
	Status  Status       `json:"status" enum:"active,missing,removed,disabled"`
}

// Favourite is an MSP or client that the caller has marked.
type Favourite struct {
	NamedCustomer
	MarkedAt time.Time `json:"marked_at" ts_type:"string"`
}

// Favourites are all favourites in the caller's scope, by name.
type Favourites struct {
	Items []Favourite `json:"items" nullable:"false"`
}

// Recent is an MSP or client that the caller has opened.
type Recent struct {
	NamedCustomer
	OpenedAt time.Time `json:"opened_at" ts_type:"string"`
}

// Recents are the last opened MSPs and clients in the caller's scope, the latest first.
type Recents struct {
	Items []Recent `json:"items" nullable:"false"`
}

const (
	// MaxFavourites is how many favourites a user can have.
	MaxFavourites = 200
	// MaxRecents is how many of the last opened MSPs and clients are kept.
	MaxRecents = 20
)
