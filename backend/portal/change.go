package portal

import "time"

// ListedChange is a line of the list of all changes: one change, or, in a grouped list, one of several that are alike.
type ListedChange struct {
	Change
	ID       string  `json:"id"`
	Entity   string  `json:"entity" enum:"msp,client"`
	EntityID string  `json:"entity_id"`
	Name     string  `json:"name" doc:"Of the MSP or client, as it is now, or when it left the caller's MSP; empty if unknown."`
	Left     bool    `json:"left" doc:"The MSP or client has left the caller's scope."`
	MSPID    *string `json:"msp_id" doc:"The MSP that the client was under; null for an MSP, a move, and a client directly under the MSSP."`
	MSPName  *string `json:"msp_name"`
	// SeatsTotal is the client's as it is now.
	SeatsTotal *int64 `json:"seats_total" doc:"Licences the client has purchased."`
	GroupID    string `json:"group_id" doc:"The changes that are alike: of one run, kind, MSP and field."`
	// Alike is 1 where the line is one change.
	Alike int64 `json:"alike" doc:"How many changes of the group the line counts."`
}

// ChangePage is one page of changes, newest first.
type ChangePage struct {
	Items      []ListedChange `json:"items" nullable:"false"`
	NextCursor *string        `json:"next_cursor"`
	Total      int64          `json:"total" doc:"The number of changes, not of lines."`
	DataAsOf   *time.Time     `json:"data_as_of" ts_type:"string"`
	Since      *time.Time     `json:"since" ts_type:"string" doc:"The beginning of the span as a time; null for all."`
	Until      *time.Time     `json:"until" ts_type:"string" doc:"The end of the span as a time; null: open."`
	NewestAt   *time.Time     `json:"newest_at" ts_type:"string" doc:"The newest change in the caller's scope, in the list or not."`
}

// ChangeKinds are the values of Change.Kind.
var ChangeKinds = []string{"added", "changed", "missing", "returned", "moved", "removed"}

// ChangeFields are the values of Change.Field.
var ChangeFields = []string{
	"name", "type", "status_reason", "products", "licence_type", "spla", "seats_used", "seats_total", "expires_on", "msp", "details",
}

// ChangeFilter says which changes a list holds; an empty field does not narrow it.
type ChangeFilter struct {
	Kind       string `query:"kind" json:"kind" logged:"yes" maxLength:"100" doc:"Values of kind: added,removed or !changed."`
	Field      string `query:"field" json:"field" logged:"yes" maxLength:"200" doc:"Names of fields: seats_total,expires_on or !details."`
	MSPID      string `query:"msp_id" json:"msp_id" maxLength:"36" doc:"An MSP's id, with its moves; none: directly under the MSSP."`
	RunID      string `query:"run_id" json:"run_id" maxLength:"36"`
	GroupID    string `query:"group_id" json:"group_id" maxLength:"36"`
	CustomerID string `query:"customer_id" json:"customer_id" maxLength:"36" doc:"The id of an MSP or client."`
}

// ChangeQuery asks for a page of changes from Since up to but without Until. Grouped shows many that are alike as one
// line.
type ChangeQuery struct {
	ChangeFilter
	Since   string `query:"since" json:"since" maxLength:"40" doc:"RFC 3339; a date or 7d (days ago) in the MSSP's time zone; last_visit."`
	Until   string `query:"until" json:"until" maxLength:"40" doc:"RFC 3339, or a date in the MSSP's time zone, which is included."`
	Grouped string `query:"grouped" json:"grouped" enum:"yes" doc:"Show many changes that are alike as one line."`
	Cursor  string `query:"cursor" json:"cursor" maxLength:"1024"`
	Limit   int    `query:"limit" json:"limit" minimum:"1" maximum:"200" default:"50"`
}

// ChangeVisit says which changes a user has seen.
type ChangeVisit struct {
	SeenTo time.Time `json:"seen_to" ts_type:"string" doc:"newest_at of the list that was shown."`
}
