package heimdal

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

const (
	// maxWithoutID is after how many customers without an id the reading stops.
	maxWithoutID = 1000
	// maxSamples is how many customers of a failed call are kept. The first firstSamples of them are those that
	// arrived first, and none is larger than maxSampleBytes.
	maxSamples     = 10
	keptFirst      = 5
	maxSampleBytes = 32 << 10
)

// skipWithoutID counts the paths of a customer that has no id, so that an admin can map one of them to the id. The
// call fails, but the rest of a list is read first, since later customers may have more paths.
func (d *decoder) skipWithoutID(c *element) error {
	d.object.customer("") // marks the paths that fill a field
	d.countPaths(clean(bytes.Clone(c.own)))
	if d.withoutID++; c.level > 0 || c.isDocument || d.withoutID == maxWithoutID {
		return errNoID
	}
	return nil
}

// untypedError returns the error for a customer without a type that needs one. Its paths are counted, so that an admin
// can map one of them to the type.
func (d *decoder) untypedError(c portal.Customer) error {
	d.countPaths(c.Raw)
	return errorf(connector.Unmapped, "The customer %s is inside another customer, or contains others, and has no type that the "+
		"portal can read, so the portal cannot know what it is. "+chooseField+"type. If none is, "+tellSupport+".",
		redact(c.ExternalID, d.secret))
}

// isUnmapped reports whether err is about a field that an admin can map.
func isUnmapped(err error) bool {
	var known *connector.CallError
	return errors.As(err, &known) && known.Code == connector.Unmapped
}

// countPaths counts the paths of the customer that was read last, and keeps the JSON of the first and the last
// customers: a list often has all resellers before the clients.
func (d *decoder) countPaths(raw json.RawMessage) {
	d.paths.countCustomer()
	d.counted++
	if len(raw) > maxSampleBytes {
		return
	}
	if len(d.samples) == maxSamples {
		d.samples = slices.Delete(d.samples, keptFirst, keptFirst+1)
	}
	d.samples = append(d.samples, raw)
}

// stateOfFailure returns the state beside the error of a call, with the paths and samples of its customers. e may be
// nil.
func (e *envelope) stateOfFailure(state connector.State) connector.State {
	if e == nil || e.counted == 0 {
		return state
	}
	state.Paths = mergePaths(state.Paths, e.paths.stats())
	state.Progress.Seen += e.counted
	state.Counted += e.counted
	state.Samples = e.samples
	return state
}
