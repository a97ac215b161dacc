package portal

import "time"

// LicenceSpan is a span of time in which the status and the licences of a client stayed the same.
type LicenceSpan struct {
	From       time.Time  `json:"from" ts_type:"string"`
	Until      *time.Time `json:"until" ts_type:"string" doc:"Null for the current span."`
	Status     Status     `json:"status" enum:"active,missing,removed,disabled"`
	SeatsUsed  *int64     `json:"seats_used" doc:"Active licences; null where the product did not send them."`
	SeatsTotal *int64     `json:"seats_total" doc:"Purchased licences; null where the product did not send them."`
}
