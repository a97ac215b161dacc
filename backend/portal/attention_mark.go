package portal

import "time"

// AttentionMark is the kind of a mark that users put on what needs attention of an MSP or client.
type AttentionMark string

const (
	MarkSnoozed AttentionMark = "snoozed"
	MarkHandled AttentionMark = "handled"
)

const (
	// MaxMarks is how many marks the users of one MSSP or MSP can have together.
	MaxMarks = 500
	// MaxSnooze is the longest time for which something can be snoozed: 30 days, to the end of the last.
	MaxSnooze = 31 * 24 * time.Hour
)

// KindCount is how many items of a kind of attention there are.
type KindCount struct {
	Kind  string `json:"kind" enum:"licence_expired,licence_expiring,seats_exceeded,client_missing,msp_without_clients"`
	Count int64  `json:"count"`
}

// Handler is the user who handles something.
type Handler struct {
	UserID string    `json:"user_id"`
	Name   *string   `json:"name" doc:"Null for a user without one."`
	Since  time.Time `json:"since" ts_type:"string"`
}

// Snooze is until when something is left out of the overview, and who has decided that.
type Snooze struct {
	Until time.Time `json:"until" ts_type:"string"`
	By    *string   `json:"by" doc:"The name of the user; null for one without a name."`
}

// SnoozedAttention is everything that is snoozed, most urgent first.
type SnoozedAttention struct {
	Items []Attention `json:"items" nullable:"false"`
}

// NewSnooze snoozes something.
type NewSnooze struct {
	Until time.Time `json:"until" ts_type:"string" doc:"In the future, at most 31 days from now."`
}

// NewHandler says who handles something.
type NewHandler struct {
	UserID string `json:"user_id,omitempty" maxLength:"100" doc:"A user of the caller's own MSSP or MSP; absent: the caller."`
}
