package portal

import "time"

// RunStatus is the state of a sync run. Only complete and partial runs change MSPs and clients. A run that NeedsReview
// has read everything and waits for an admin's decision, because more customers would go missing or move than is
// plausible. A partial run could not read some resellers: their clients keep their state, all others are up to date.
type RunStatus string

const (
	RunQueued   RunStatus = "queued"
	RunRunning  RunStatus = "running"
	RunComplete RunStatus = "complete"
	RunPartial  RunStatus = "partial"
	RunFailed   RunStatus = "failed"

	RunNeedsReview RunStatus = "needs_review"
	RunDiscarded   RunStatus = "discarded"
)

// RunStatuses are the values of RunStatus.
var RunStatuses = []RunStatus{RunQueued, RunRunning, RunComplete, RunPartial, RunFailed, RunNeedsReview, RunDiscarded}

// RunTriggers are the values of SyncRun.Trigger.
var RunTriggers = []string{"schedule", "manual", "command"}

// Ended reports whether no worker works on a run in this status. A run in review has ended until an admin accepts it.
func (s RunStatus) Ended() bool { return s != RunQueued && s != RunRunning }

// SyncRun is the record of one sync.
type SyncRun struct {
	ID            string     `json:"id"`
	ConnectionID  string     `json:"connection_id"`
	Product       string     `json:"product"`
	ProductName   string     `json:"product_name"`
	Status        RunStatus  `json:"status" enum:"queued,running,complete,partial,failed,needs_review,discarded"`
	Trigger       string     `json:"trigger" enum:"schedule,manual,command"`
	RequesterName *string    `json:"requester_name" doc:"Name of the user who started it; null without a user or a known name."`
	CreatedAt     time.Time  `json:"created_at" ts_type:"string"`
	StartedAt     *time.Time `json:"started_at" ts_type:"string"`
	FinishedAt    *time.Time `json:"finished_at" ts_type:"string"`
	// Calls counts the calls that have ended, CallsLeft the calls left, null while that is unknown. RetryAt is the time
	// until which the run waits for the product's pace.
	Calls     int64      `json:"calls"`
	CallsLeft *int64     `json:"calls_left"`
	RetryAt   *time.Time `json:"retry_at" ts_type:"string"`
	// Seen counts the customers that were read, of which MSPs and Clients. Other counts the Clients whose type is not that
	// of an ordinary client of the product; 0 if the product has no types.
	Seen    int64 `json:"seen"`
	MSPs    int64 `json:"msps"`
	Clients int64 `json:"clients"`
	Other   int64 `json:"other"`
	Added   int64 `json:"added"`
	Changed int64 `json:"changed"`
	Missing int64 `json:"missing"`
	// Removed counts customers that had been missing for long enough. Moved and Returned are among Changed: clients now
	// under another MSP, and customers that were missing or removed. Duplicates counts equal rows of a customer.
	Removed    int64 `json:"removed"`
	Moved      int64 `json:"moved"`
	Returned   int64 `json:"returned"`
	Duplicates int64 `json:"duplicates"`
	// UnknownParents counts clients whose parent is no customer in the responses; they are directly under the MSSP.
	UnknownParents int64 `json:"unknown_parents"`
	// Absent counts known customers that a paged reading lacked. Checked of them were asked for by their own id, and Found
	// still exist. Undecided are left for the next complete run, because there were too many of them or no response about
	// them could be read. The others are missing.
	Absent    int64 `json:"absent" doc:"Known customers that a paged reading lacked."`
	Checked   int64 `json:"checked" doc:"Absent customers that were asked for by their own id."`
	Found     int64 `json:"found" doc:"Checked customers that the product still has."`
	Undecided int64 `json:"undecided" doc:"Absent customers that keep their state until the next complete run."`
	// Unread are the resellers that a partial run could not read.
	Unread []UnreadReseller `json:"unread" nullable:"false"`
	// Notices are what the run noticed about the product's fields.
	Notices []FieldNotice `json:"notices" nullable:"false"`
	// Remapped are the fields whose paths an admin has changed since the last run that was merged.
	Remapped []CustomerField `json:"remapped" nullable:"false"`
	// Sign is the name in a response that makes the run incomplete; an admin can declare it harmless.
	Sign *string `json:"sign"`
	// WouldMiss is how many customers would go missing; set once a run needed review. ReviewedBy is the id of the user who
	// accepted or discarded it, ReviewerName their name where one is known.
	WouldMiss    *int64     `json:"would_miss"`
	ReviewedBy   *string    `json:"reviewed_by"`
	ReviewerName *string    `json:"reviewer_name"`
	ReviewedAt   *time.Time `json:"reviewed_at" ts_type:"string"`
	// ErrorCode and Error are why a run failed, needs review or was discarded. Error is a sentence for an admin, without
	// any secret.
	ErrorCode *string `json:"error_code"`
	Error     *string `json:"error"`
}

// SyncRequest asks for a sync: of one connection, or of the one that has waited longest.
type SyncRequest struct {
	ConnectionID string `json:"connection_id,omitempty" minLength:"1" maxLength:"100" doc:"Default: the connection that has waited longest."`
}

// SyncPage is the latest runs, newest first.
type SyncPage struct {
	Items      []SyncRun  `json:"items" nullable:"false"`
	NextCursor *string    `json:"next_cursor"`
	Total      int64      `json:"total"`
	DataAsOf   *time.Time `json:"data_as_of" ts_type:"string"`
}

// SyncFilter says which runs a list holds; an empty field does not narrow it.
type SyncFilter struct {
	Status       string `query:"status" json:"status" maxLength:"200" doc:"Values of status: failed,partial or !complete."`
	Trigger      string `query:"trigger" json:"trigger" maxLength:"100" doc:"Values of trigger."`
	ConnectionID string `query:"connection_id" json:"connection_id" maxLength:"36"`
	StartedAt    string `query:"started_at" json:"started_at" maxLength:"400" doc:"Days in the MSSP's time zone; of creation if it waits."`
}

// SyncQuery asks for a page of runs.
type SyncQuery struct {
	SyncFilter
	Cursor string `query:"cursor" json:"cursor" maxLength:"1024"`
	Limit  int    `query:"limit" json:"limit" minimum:"1" maximum:"200" default:"50"`
}

// UnreadReseller is a reseller whose customers could not be read. Detail tells an admin why.
type UnreadReseller struct {
	ExternalID string `json:"external_id"`
	Name       string `json:"name"`
	Code       string `json:"code"`
	Detail     string `json:"detail"`
}
