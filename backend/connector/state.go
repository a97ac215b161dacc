package connector

import (
	"encoding/json"
	"time"

	"fs-client-portal/backend/portal"
)

// State is the state of a run's reading after a call. It is saved together with the customers of the call, so that a
// run can be resumed. Its JSON is kept in the database: a field may be added, but none renamed.
type State struct {
	// Done: no call is left, and the responses do not contradict each other.
	Done     bool     `json:"done,omitzero"`
	Progress Progress `json:"progress"`
	// Total, once Done, is the number of distinct customers that the product states, if it states one. A run with another
	// number of distinct external ids is incomplete.
	Total *int64 `json:"total,omitempty"`
	// Refusals is how many times in a row the next call was refused for calling too often. Tries and pauses continue from
	// it.
	Refusals int `json:"refusals,omitzero"`
	// Check are external ids of known customers that a paged reading lacked. Each of the calls that follow asks about one
	// of them. The caller sets it, with Done false; Call removes an id when the calls about it have ended. Call passes
	// that customer alone to add, or none if it no longer exists.
	Check []string `json:"check,omitempty"`
	// Checked are the ids of Check that were either read or no longer exist.
	Checked []string `json:"checked,omitempty"`
	// Unchecked are the ids of Check about which no response could be read.
	Unchecked []string `json:"unchecked,omitempty"`
	// Paged, once Done: the customers came on several pages, so that one that is not among them may still exist.
	Paged bool `json:"paged,omitzero"`
	// Unread are the resellers that could not be read so far, without their names. Their customers are not missing.
	Unread []portal.UnreadReseller `json:"unread,omitempty"`
	// Account is what the response says of the MSSP's own account; nil if the account is not in it.
	Account *portal.ConnectionAccount `json:"account,omitempty"`
	// Paths are the paths of the customers' JSON so far, in the order in which they were first seen, and Counted how many
	// customers they were counted in. After the death of a run's process that can be fewer than Progress.Seen: paths are
	// saved when the reading is done or postponed, and with a call that has a new path or a new type of one.
	Paths   []portal.PathStats `json:"paths,omitempty"`
	Counted int64              `json:"counted,omitzero"`
	// Samples are up to ten customers of a call that failed, as they were received; they are not saved with the state.
	Samples []json.RawMessage `json:"-"`
	// Of is the fingerprint of the source that was read; the caller sets it. What was read of another source is discarded.
	Of string `json:"of,omitempty"`
	// Fields are the Options.Fields that the customers were read with. The caller sets them.
	Fields map[string]portal.CustomerField `json:"fields,omitempty"`
	// Data is the connector's own state; at most some hundred kilobytes.
	Data json.RawMessage `json:"data,omitempty"`
}

// Progress is how far a reading is, as users see it.
type Progress struct {
	Calls int64 `json:"calls"`
	// Left is how many calls are known to be left.
	Left int64 `json:"left"`
	// Seen is how many customers were read so far; one that was read twice counts twice.
	Seen int64 `json:"seen"`
	// LastCall is the time of the last call: a run that is resumed keeps the pace.
	LastCall time.Time `json:"last_call,omitzero"`
}
