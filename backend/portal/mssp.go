package portal

import "time"

// MSSPSummary is an MSSP in the operator's list, with counts of what is active in it.
type MSSPSummary struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	TimeZone    string    `json:"time_zone"`
	CreatedAt   time.Time `json:"created_at"`
	MSPs        int64     `json:"msps"`
	Clients     int64     `json:"clients"`
	Users       int64     `json:"users"`
	Connections int64     `json:"connections"`
	// LastSyncAt is when the last complete sync ended; nil if there was none.
	LastSyncAt *time.Time `json:"last_sync_at"`
}
