package portal

import "time"

// SyncAlert is the content of a mail to an admin about an MSSP's sync.
type SyncAlert struct {
	RunID    string
	Email    string
	Language string // nearest of MailLanguages; "" is the default
	MSSP     string
	Product  string
	// Review: a run waits for an admin's decision.
	Review bool
	// Unread: the run could not read some resellers, about which the admins have not been mailed yet.
	Unread bool
	// Fields: the alert is only about a change of the product's fields, which Notices lists.
	Fields bool
	// Notices are what the run noticed about the product's fields, which may be why it failed or waits.
	Notices []FieldNotice
	// Count is how many runs failed in a row, how many customers the run in review would mark as missing or move, or how
	// many resellers are unread.
	Count int64
	// Since is when the first of the runs failed, when the review began, or when the run with unread resellers ended.
	Since time.Time
	// Detail is the error of the latest run, or of each unread reseller, in English.
	Detail string
}
