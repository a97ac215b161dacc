package portal

import (
	"strings"
	"unicode/utf8"
)

// SearchKind is the kind of what a search finds.
type SearchKind string

const (
	SearchMSP    SearchKind = "msp"
	SearchClient SearchKind = "client"
	SearchUser   SearchKind = "user"
)

// SearchMatch is what of a hit matches the text.
type SearchMatch string

const (
	MatchName       SearchMatch = "name"
	MatchFormerName SearchMatch = "former_name"
	MatchProductID  SearchMatch = "product_id"
	MatchMSP        SearchMatch = "msp"
	MatchEmail      SearchMatch = "email"
	MatchSimilar    SearchMatch = "similar"
)

// SearchHit is an MSP, client or user that a search found.
type SearchHit struct {
	Kind    SearchKind  `json:"kind" enum:"msp,client,user"`
	ID      string      `json:"id"`
	Name    string      `json:"name" doc:"Of a user without a name the address."`
	Context string      `json:"context" doc:"The name of a client's MSP, the address of a user; may be empty."`
	Status  string      `json:"status" enum:"active,missing,removed,disabled,deactivated"`
	Matched SearchMatch `json:"matched" enum:"name,former_name,product_id,msp,email,similar"`
	Text    string      `json:"text" doc:"What matches: the name, the former name, the id in the product, the MSP's name or the address."`
}

// SearchTotal is how many of one kind the list of that kind finds with the text. Hits by a former name and similar names
// do not count, because lists do not find them.
type SearchTotal struct {
	Kind  SearchKind `json:"kind" enum:"msp,client,user"`
	Total int64      `json:"total"`
	More  bool       `json:"more" doc:"Whether there may be more than the total: it is not counted beyond a few hundred."`
}

// SearchResult is the result of a search over what the caller may see. The best hits come first.
type SearchResult struct {
	Items  []SearchHit   `json:"items" nullable:"false"`
	Totals []SearchTotal `json:"totals" nullable:"false" doc:"Of each kind that the caller may search."`
}

// SearchQuery asks for the best matches of a text.
type SearchQuery struct {
	Q     string `query:"q" json:"q" doc:"Part of a name, former name, product id, MSP's name or address; 1 to 100 characters."`
	Limit int    `query:"limit" json:"limit" minimum:"1" maximum:"20" default:"8" doc:"The greatest number of hits of each kind."`
}

// maxSearchLength is the greatest length of a text to search for, in characters.
const maxSearchLength = 100

// Check returns an Invalid error for a text that is empty or too long. The space around it does not count.
func (q SearchQuery) Check() error {
	if n := utf8.RuneCountInString(strings.TrimSpace(q.Q)); n < 1 || n > maxSearchLength {
		return InvalidField("q", "Send q with 1 to %d characters to search for.", maxSearchLength)
	}
	return nil
}
