package portal

import "time"

// UsageQuery is a window of whole days in a time zone.
type UsageQuery struct {
	From     string // the first day, YYYY-MM-DD
	Until    string // the day after the last
	TimeZone string // IANA name; "" for the MSSP's own
}

// Usage is the licences of a client under one MSP, or under the MSSP itself, while it was active in a window. Only the
// past part of a window counts.
type Usage struct {
	ClientID string
	MSPID    *string // nil under the MSSP itself, and for viewers of the client
	// Share is the part of the window in which the client was active there, from 0 to 1.
	Share      float64
	SeatsUsed  UsageFigures
	SeatsTotal UsageFigures
}

// UsageFigures summarize a number of licences over that time; nil if it was never known.
type UsageFigures struct {
	First, Last, Peak *int64
	// Average is weighted by time, over the time in which the number was known; Known is that time's part of the window.
	Average *float64
	Known   float64
}

// Check returns an Invalid error naming the field that is not a day or a time zone.
func (q UsageQuery) Check() error {
	from, err := time.Parse(time.DateOnly, q.From)
	if err != nil {
		return InvalidField("from", "A day is written as YYYY-MM-DD.")
	}
	until, err := time.Parse(time.DateOnly, q.Until)
	if err != nil || !from.Before(until) {
		return InvalidField("until", "A window ends on a day after its first, written as YYYY-MM-DD.")
	}
	if q.TimeZone == "" {
		return nil
	}
	return CheckTimeZone(q.TimeZone)
}
