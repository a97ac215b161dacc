package connector

import (
	"context"
	"io"
	"net/http"
	"time"

	"fs-client-portal/backend/portal"
)

// Reader reads every customer of a product, one call after another. It is made for one connection and one run.
type Reader interface {
	// Test makes the cheapest call that shows whether the key and the customer id are valid; it waits for nothing but the
	// pace. It returns the number of customers, or nil if one call does not tell it. Errors as of Call.
	Test(ctx context.Context) (*int64, error)
	// Call makes the call that comes after state (the zero state before the first), passes each customer to add and
	// returns the state after the call. It waits for the pace, and tries again while the product asks it to wait. The
	// customers that it has passed count only if it returns no error. The error is a *CallError, ctx's or add's. The state
	// that is returned with a *CallError has the Paths and the number of the customers that were read, and Samples.
	//
	// The calls of one run are combined like this. Rows of one call with the same external id are duplicates: equal ones
	// count once, others are a contradiction. Of rows of several calls the latest counts. A parent is never lost: a row
	// without one keeps the parent of an earlier call. Two parents are a contradiction unless the earlier is the parent of
	// the later, in whatever call that was read.
	//
	// If Options.Clock returns a *Postponed instead of sleeping, Call returns it with the state that it was given; only
	// Refusals may differ. The same call is made later with that state, perhaps by another process.
	Call(ctx context.Context, state State, add func(portal.Customer) error) (State, error)
}

// Options say how to read.
type Options struct {
	PerMinute  int          // calls a minute per endpoint and key; 0: no limit
	HTTPClient *http.Client // copied, never changed; nil: one of the connector's own
	// Fields are the paths that an admin has chosen for fields; "" is none.
	Fields map[string]portal.CustomerField
	// Harmless are names of members and headers that an admin has declared harmless, written as CallError.Sign. They do
	// not make a response incomplete.
	Harmless []string
	// Record, if set, gets one line of JSON for each call: the shape of the response, without any value that may be
	// personal. It must keep its own errors.
	Record io.Writer
	Clock  Clock // nil: RealClock
	// Waiting, if set, is called with the time until which a call waits for the pace, or after a refusal for calling too
	// often, and with the zero time when the call goes on. It is not called for waits under two seconds.
	Waiting func(until time.Time)
	// Calling, if set, is called before each call with the time that becomes Progress.LastCall.
	Calling func(at time.Time)
}
