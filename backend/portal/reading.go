package portal

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// Reader reads every customer of a product by one call after another. It is made for one connection and one run.
type Reader interface {
	// Test makes the cheapest call that proves key and customer id, and waits for nothing but its own turn. It answers
	// how many customers there are, or nil if one call does not tell. Errors as of Call.
	Test(ctx context.Context) (*int64, error)
	// Call makes the next call that state asks for (the zero state for the first), hands each customer to add, and
	// answers the state after it. It waits for its turn, and tries again while it is told to wait. Nothing that was
	// handed over counts unless it ends without an error. The error is a *CallError, ctx's own, or add's. The state
	// returned beside a *CallError has the paths of what was read all the same, how many customers that was, and Samples.
	//
	// What the calls of one run hand over is read like this. Rows of one call with the same external id are duplicates:
	// equal ones count once, others contradict each other. Of rows of several calls the latest counts, for it was read
	// last; but a parent is never lost: a row without one keeps the parent an earlier call gave. Two parents contradict
	// each other unless the earlier is itself the parent of the later, in whatever call that was said.
	//
	// Where Options.Clock answers a *Postponed instead of sleeping, so does Call, with the state it was given but for
	// Refusals: the same call is asked for again later, with that state, perhaps by another process.
	Call(ctx context.Context, state ReadState, add func(Customer) error) (ReadState, error)
}

// Postponed is a wait that nobody wants to sleep through: go on at Until.
type Postponed struct{ Until time.Time }

func (p *Postponed) Error() string { return "to be continued at " + p.Until.Format(time.RFC3339) }

// ReadState is where a run's reading stands after a call. It is saved with what the call handed over, so that a run
// goes on where it was.
type ReadState struct {
	// Done: no call is left, and all that the answers say of themselves agrees.
	Done     bool         `json:"done,omitzero"`
	Progress ReadProgress `json:"progress"`
	// Total, once Done, is how many distinct customers the product says there are, where it says so. A run that holds
	// another number of distinct external ids is incomplete.
	Total *int64 `json:"total,omitempty"`
	// Refusals is how often in a row the next call was refused for calling too often: tries and pauses count on from it.
	Refusals int `json:"refusals,omitzero"`
	// Check are external ids of known customers that a paged answer lacked: the calls that follow ask about one of them
	// each. Its caller sets it, with Done false; Call removes an id when the calls about it have ended. Call hands over
	// that customer alone, or nothing if it is gone.
	Check []string `json:"check,omitempty"`
	// Checked are those that were asked about and either came or are gone.
	Checked []string `json:"checked,omitempty"`
	// Unchecked are those that no answer said anything about: Call takes an id from Check without knowing more than before.
	Unchecked []string `json:"unchecked,omitempty"`
	// Paged, once Done: the customers came on several pages, so that one who is not among them may still exist.
	Paged bool `json:"paged,omitzero"`
	// Unread are the resellers that could not be read so far, without their names. The absence of their customers means
	// nothing.
	Unread []UnreadReseller `json:"unread,omitempty"`
	// Account is what the answer says of the account that was asked about; nil if it is not in its own answer.
	Account *ConnectionAccount `json:"account,omitempty"`
	// Paths is what the paths of the customers' JSON look like so far, in the order in which they were first seen, and
	// Counted how many customers that is of. Where a run's process was killed it can be fewer than Progress.Seen: Paths are
	// saved when the reading is done or put off, or a call has brought a path or a type that was not among them.
	Paths   []PathStats `json:"paths,omitempty"`
	Counted int64       `json:"counted,omitzero"`
	// Samples are up to ten customers of a call that failed, as they were received; they are not saved with the state.
	Samples []json.RawMessage `json:"-"`
	// Of is what connection was read, in whose words only its writer knows: what was read of another does not count.
	Of string `json:"of,omitempty"`
	// Fields is Options.Fields, as the customers were read with them. Its caller keeps it, as it does Of.
	Fields map[string]CustomerField `json:"fields,omitempty"`
	// Data is the connector's own; at most some hundred kilobytes.
	Data json.RawMessage `json:"data,omitempty"`
}

// PathStats is a path of the customers' JSON and how often it had which type.
type PathStats struct {
	FieldPath
	TypeCounts map[string]int64 `json:"type_counts"`
}

// ReadProgress is what people are told of a reading.
type ReadProgress struct {
	Calls int64 `json:"calls"`
	// Left is how many calls are known to be left.
	Left int64 `json:"left"`
	// Seen is how many customers were handed over by the calls so far, those seen twice too.
	Seen int64 `json:"seen"`
	// LastCall is when the last call was made: a run that is taken up again keeps the pace.
	LastCall time.Time `json:"last_call,omitzero"`
}

// ReadOptions is how to read.
type ReadOptions struct {
	PerMinute  int          // calls a minute per endpoint and key; 0: no pace
	HTTPClient *http.Client // copied, never changed; nil: one of the connector's own
	// Fields says which path fills which field where an admin has decided that; "" is nothing.
	Fields map[string]CustomerField
	// Harmless are names of members and headers that an admin has declared harmless, written as CallError.Sign: they do not
	// make an answer incomplete.
	Harmless []string
	// Record, if set, gets one line of JSON for each call: the shape of the answer, without any value that may be personal.
	// It must remember its own errors.
	Record io.Writer
	Clock  Clock // nil: the real one
	// Waiting, if set, hears until when a call will wait for its turn or after a refusal for calling too often, and the
	// zero time when it goes on. Waits under two seconds are not told.
	Waiting func(until time.Time)
	// Calling, if set, hears of each call before it is made, with the time that becomes Progress.LastCall.
	Calling func(at time.Time)
}

// Clock is time as a reader feels it; tests bring their own.
type Clock interface {
	Now() time.Time
	// Sleep waits for d, or answers ctx's error as soon as it ends, or a *Postponed at once.
	Sleep(ctx context.Context, d time.Duration) error
}

// RealClock is time itself.
type RealClock struct{}

func (RealClock) Now() time.Time { return time.Now() }

func (RealClock) Sleep(ctx context.Context, d time.Duration) error { return Sleep(ctx, d) }
