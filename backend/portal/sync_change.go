package portal

// RunChange is one change by a run.
type RunChange struct {
	Change
	Entity   string `json:"entity" enum:"msp,client"`
	EntityID string `json:"entity_id"`
	Name     string `json:"name" doc:"Of the MSP or client, as it is now."`
	// MSPName and SeatsTotal are those of the client as it is now: names alone are not unique.
	MSPName    *string `json:"msp_name" doc:"The MSP of the client; null for an MSP and for a client directly under the MSSP."`
	SeatsTotal *int64  `json:"seats_total" doc:"Licences the client has purchased."`
}

// RunChanges is a page of the changes by a run, by kind and in the order in which they were written.
type RunChanges struct {
	Items      []RunChange `json:"items" nullable:"false"`
	NextCursor *string     `json:"next_cursor"`
}

// RunChangeQuery asks for a page of the changes by a run.
type RunChangeQuery struct {
	Kind   string `query:"kind" json:"kind" enum:"added,changed,missing,returned,moved,removed"`
	Cursor string `query:"cursor" json:"cursor" maxLength:"1024"`
	Limit  int    `query:"limit" json:"limit" minimum:"1" maximum:"200" default:"50"`
}
