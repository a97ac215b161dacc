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
	// Notices are set where a run noticed a change of the product's fields and neither failed nor waits.
	Notices []FieldNotice
	// Count is how many runs failed in a row, or how many customers would vanish or be elsewhere with the run in review.
	Count int64
	// Since is when the first of them failed, or when the run began to wait.
	Since time.Time
	// Detail is the latest run's own sentence, in English.
	Detail string
}
