package portal

import "time"

// SyncAlert is what a mail about an MSSP's sync tells one of its admins.
type SyncAlert struct {
	RunID    string
	Email    string
	Language string // nearest of MailLanguages; "" is everybody else's
	MSSP     string
	Product  string
	// Review says that a run waits for an admin's word; else syncs fail.
	Review bool
	// Unread says that the run could not read some resellers, of which the admins have not been mailed before.
	Unread bool
	// Fields says that the alert is about a change of the product's fields alone; they are Notices.
	Fields bool
	// Notices are what the run noticed about the product's fields, which may be why it failed or waits.
	Notices []FieldNotice
	// Count is how many runs failed in a row, how many customers would vanish or be elsewhere with the run in review, or
	// how many resellers are unread.
	Count int64
	// Since is when the first of them failed, when the run began to wait, or when it ended without the resellers.
	Since time.Time
	// Detail is the latest run's own sentence, or what it says of each reseller, in English.
	Detail string
}
