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

// ReviewFilter selects customers of a review.
type ReviewFilter struct {
	Q      string `query:"q" json:"q" maxLength:"100" doc:"A part of the name, of the id in the product or of the MSP's name."`
	Kind   string `query:"kind" json:"kind" enum:"msp,client"`
	MSPID  string `query:"msp_id" json:"msp_id" maxLength:"36" doc:"The clients of this MSP now; none for those directly under the MSSP."`
	Effect string `query:"effect" json:"effect" enum:"missing,removed,turned,detached,moved,renamed"`
}

// ReviewTotal is how many customers a run in review would change in the same way: MSPs, or the clients of one MSP.
type ReviewTotal struct {
	Kind      CustomerKind `json:"kind" enum:"msp,client"`
	MSPID     *string      `json:"msp_id" doc:"Of clients: their MSP now; null directly under the MSSP."`
	MSPName   *string      `json:"msp_name"`
	Effect    ReviewEffect `json:"effect" enum:"missing,removed,turned,detached,moved,renamed"`
	ToMSPName *string      `json:"to_msp_name" doc:"Of clients that would move: their MSP then."`
	Count     int64        `json:"count"`
	Of        int64        `json:"of" doc:"How many MSPs or clients of the MSP there are now, missing ones aside."`
}

// ReviewTotals are the totals of a review: those of MSPs first, then the largest, at most 100.
type ReviewTotals struct {
	Items []ReviewTotal `json:"items" nullable:"false"`
	Total int64         `json:"total" doc:"How many totals there are, also those beyond 100."`
}

// ReviewQuery asks for a page of a review.
type ReviewQuery struct {
	ReviewFilter
	Cursor string `query:"cursor" json:"cursor" maxLength:"1024"`
	Limit  int    `query:"limit" json:"limit" minimum:"1" maximum:"200" default:"50"`
}
