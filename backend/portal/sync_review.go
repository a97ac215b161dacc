package portal

// ReviewEffect is what a run in review would do to a customer.
type ReviewEffect string

const (
	EffectMissing  ReviewEffect = "missing"
	EffectRemoved  ReviewEffect = "removed"  // it has the MSSP's own customer id
	EffectTurned   ReviewEffect = "turned"   // an MSP would be a client, or a client an MSP
	EffectDetached ReviewEffect = "detached" // a client would be directly under the MSSP
	EffectMoved    ReviewEffect = "moved"    // a client would be under another MSP
	EffectRenamed  ReviewEffect = "renamed"
)

// ReviewItem is a customer that a run in review would mark as missing, move or rename.
type ReviewItem struct {
	Kind       CustomerKind `json:"kind" enum:"msp,client"`
	ID         string       `json:"id"`
	Name       string       `json:"name"`
	Type       string       `json:"type" doc:"The product's own word."`
	MSPName    *string      `json:"msp_name"`
	Effect     ReviewEffect `json:"effect" enum:"missing,removed,turned,detached,moved,renamed" doc:"What accepting the run would do to it."`
	ToMSPName  *string      `json:"to_msp_name" doc:"Of a client that would move: its MSP then."`
	ToName     *string      `json:"to_name" doc:"Of one that would be renamed: its name then; of one that would turn: its type then."`
	SeatsUsed  *int64       `json:"seats_used"`
	ExternalID string       `json:"external_id"`
}

// Review is a page of the customers that a run in review would mark as missing, move or rename, by name.
type Review struct {
	Items      []ReviewItem `json:"items" nullable:"false"`
	NextCursor *string      `json:"next_cursor"`
	Total      int64        `json:"total"`
}

// ReviewQuery asks for a page of a review.
type ReviewQuery struct {
	Cursor string `query:"cursor" json:"cursor" maxLength:"1024"`
	Limit  int    `query:"limit" json:"limit" minimum:"1" maximum:"200" default:"50"`
}
