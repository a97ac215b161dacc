package portal

import "time"

// Overview is the content of the first screen: figures, a trend and what needs attention, inside the viewer's scope.
type Overview struct {
	MSPs              int64       `json:"msps"`
	Clients           int64       `json:"clients" doc:"Active clients."`
	ClientsMissing    int64       `json:"clients_missing"`
	ClientsDisabled   int64       `json:"clients_disabled"`
	SeatsUsed         *int64      `json:"seats_used" doc:"Active licences of the active clients; null where the product sent none."`
	SeatsTotal        *int64      `json:"seats_total" doc:"Purchased licences of the active clients; null where the product sent none."`
	SeatsUsedUnknown  int64       `json:"seats_used_unknown" doc:"Of how many active clients seats_used is unknown."`
	SeatsTotalUnknown int64       `json:"seats_total_unknown" doc:"Of how many active clients seats_total is unknown."`
	SeatsExceeded     int64       `json:"seats_exceeded" doc:"Active clients with more active than purchased licences."`
	EmptyMSPs         int64       `json:"msps_without_clients" doc:"Active MSPs without an active client; 0 for viewers of one MSP."`
	ExpiringSoon      *int64      `json:"expiring_soon" doc:"Active clients whose licence ends from today to 30 days on; null: no dates."`
	Expired           *int64      `json:"expired" doc:"Active clients whose licence has ended; null: no dates."`
	Products          []string    `json:"products" nullable:"false" doc:"Names of the MSSP's connected products."`
	Trend             []TrendDay  `json:"trend" nullable:"false" doc:"One point a day, oldest first, at most 90."`
	Attention         []Attention `json:"attention" nullable:"false" doc:"Most urgent first, at most 20, without what is snoozed."`
	Snoozed           []KindCount `json:"snoozed" nullable:"false" doc:"How many of each kind are snoozed; a kind without any is absent."`
	ChangesSinceVisit *int64      `json:"changes_since_visit" doc:"The total of changes since=last_visit; null before the first visit."`
	DataAsOf          *time.Time  `json:"data_as_of" ts_type:"string" doc:"When the last complete sync ended; null before the first."`
}

// TrendDay is one day of the trend.
type TrendDay struct {
	Day        string `json:"day" doc:"YYYY-MM-DD"`
	Clients    int64  `json:"clients"`
	SeatsUsed  *int64 `json:"seats_used" doc:"Null where the product sent none."`
	SeatsTotal *int64 `json:"seats_total" doc:"Null where the product sent none."`
}

// Attention is something that a user should look at.
type Attention struct {
	Kind     string  `json:"kind" enum:"needs_review,sync_failed,sync_partial,fields_changed,sync_never,sync_stale,licence_expired,licence_expiring,seats_exceeded,client_missing,msp_without_clients"`
	Severity string  `json:"severity" enum:"error,warning,info"`
	MSPID    *string `json:"msp_id"`
	ClientID *string `json:"client_id"`
	RunID    *string `json:"run_id"`
	Name     string  `json:"name" doc:"Of the client, MSP or product it is about."`
	Detail   string  `json:"detail" doc:"A date, a count or a reason; the app adds the text around it."`
	At       *string `json:"at" doc:"YYYY-MM-DD or RFC 3339 where the kind has a moment."`
	// Count and Since describe consecutive failures. Count alone is the customers that a run in review would mark as
	// missing, or the fields that have changed, or all fields in the first run.
	Count *int64  `json:"count" doc:"How many runs failed in a row, how many customers would go missing, or how many fields changed."`
	Since *string `json:"since" doc:"RFC 3339: when the first of them failed."`
	// Handler and Snooze are marks of the users of the caller's MSSP or MSP.
	Handler *Handler `json:"handler" doc:"Who handles it; null for nobody."`
	Snooze  *Snooze  `json:"snooze" doc:"Null for what is not snoozed."`
}
