package heimdal

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"

	"fs-client-portal/backend/portal"
)

const (
	// mostUnnamed is after how many customers without an id an answer is not read on.
	maxWithoutID = 1000
	// mostSamples is how many customers of a failed call are kept, firstSamples how many of these are its first, and
	// heaviestSample how large each may be.
	maxSamples     = 10
	firstSamples   = 5
	maxSampleBytes = 32 << 10
)

// passUnnamed counts the paths of a customer that has no id, so that an admin can say which of them is its id. The call
// fails; one of a list is passed over until the answer ends, for the customers after it may have more paths.
func (a *envelope) skipWithoutID(c *element) error {
	a.object.customer("") // so that the paths say what they fill
	a.countPaths(clean(bytes.Clone(c.own)))
	if a.withoutID++; c.level > 0 || c.isDocument || a.withoutID == maxWithoutID {
		return errNoID
	}
	return nil
}

// untyped returns the error of a customer without a type where it needs one. Its paths count, so that an admin can say which
// of them is its type.
func (a *envelope) untypedError(c portal.Customer) error {
	a.countPaths(c.Raw)
	return errorf(portal.Unmapped, "The customer %s stands in another customer, or others stand in it, and has no type that the "+
		"portal can read, so the portal cannot know what it is. "+mapField+"type. If none is, tell Heimdal's support.",
		redact(c.ExternalID, a.secret))
}

// showsFields reports whether an error leaves an answer whose paths show what an admin may map.
func isUnmapped(err error) bool {
	var known *portal.CallError
	return errors.As(err, &known) && known.Code == portal.Unmapped
}

// count lets the paths of the customer that was read last count, and keeps the JSON of the first customers and of the last: a
// list often has all resellers before the others.
func (a *envelope) countPaths(raw json.RawMessage) {
	a.object.paths.countCustomer()
	a.counted++
	if len(raw) > maxSampleBytes {
		return
	}
	if len(a.samples) == maxSamples {
		a.samples = slices.Delete(a.samples, firstSamples, firstSamples+1)
	}
	a.samples = append(a.samples, raw)
}

// failed is the state beside the error of a call, with what its answer, which may be nil, shows of the customers.
func (a *envelope) stateOfFailure(state portal.ReadState) portal.ReadState {
	if a == nil || a.counted == 0 {
		return state
	}
	state.Paths = mergePaths(state.Paths, a.object.paths.stats())
	state.Progress.Seen += a.counted
	state.Counted += a.counted
	state.Samples = a.samples
	return state
}
