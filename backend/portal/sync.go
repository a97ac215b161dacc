package portal

import "time"

// RunStatus is how a sync run stands. Only complete runs change MSPs and clients.
type RunStatus string

const (
	RunQueued   RunStatus = "queued"
	RunRunning  RunStatus = "running"
	RunComplete RunStatus = "complete"
	RunFailed   RunStatus = "failed"
)

// SyncRun is the record of one sync.
type SyncRun struct {
	ID         string     `json:"id"`
	Product    string     `json:"product"`
	Status     RunStatus  `json:"status" enum:"queued,running,complete,failed"`
	Trigger    string     `json:"trigger" enum:"schedule,manual,command"`
	CreatedAt  time.Time  `json:"created_at" ts_type:"string"`
	StartedAt  *time.Time `json:"started_at" ts_type:"string"`
	FinishedAt *time.Time `json:"finished_at" ts_type:"string"`
	// Seen counts customers in the answer, of which MSPs and Clients; Other counts types that are neither
	// RESELLER nor CORP and are kept as clients.
	Seen    int64 `json:"seen"`
	MSPs    int64 `json:"msps"`
	Clients int64 `json:"clients"`
	Other   int64 `json:"other"`
	Added   int64 `json:"added"`
	Changed int64 `json:"changed"`
	Missing int64 `json:"missing"`
	// ErrorCode and Error say why a failed run failed, in words for an admin and without any secret.
	ErrorCode *string `json:"error_code"`
	Error     *string `json:"error"`
}

// SyncPage is the latest runs, newest first.
type SyncPage struct {
	Items      []SyncRun  `json:"items" nullable:"false"`
	NextCursor *string    `json:"next_cursor"`
	Total      int64      `json:"total"`
	DataAsOf   *time.Time `json:"data_as_of" ts_type:"string"`
}

// SyncQuery asks for a page of runs.
type SyncQuery struct {
	Cursor string `query:"cursor" json:"cursor" maxLength:"1024"`
	Limit  int    `query:"limit" json:"limit" minimum:"1" maximum:"200" default:"50"`
}
