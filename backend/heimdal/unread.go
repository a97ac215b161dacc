package heimdal

import (
	"errors"
	"slices"

	"fs-client-portal/backend/portal"
)

// mostRefused ends a reading in which so many resellers were refused and none was read: this API does not answer about
// resellers at all, and asking the others would take hours.
const mostRefused = 50

// unreadable reports whether err is a complete answer that holds no customers and does not say that there are none: a
// refusal, no content, or an object of an unknown shape. Faults that may pass are not among them.
func unreadable(err error) bool {
	return refused(err) || errors.Is(err, errNoContent) || errors.Is(err, errShape) || errors.Is(err, errEmpty)
}

// holdsNobody reports whether err is an answer about a reseller that is unreadable or says, without any customers, that
// something went wrong.
func holdsNobody(err error) bool {
	var failed failedEmpty
	return unreadable(err) || errors.As(err, &failed)
}

// passOver notes that the present reseller could not be read and goes on with the next. The error is the reading's own
// where no reseller could be read at all.
func (at *reading) passOver(r *reader, state portal.ReadState, cause error) (portal.ReadState, error) {
	unread := append(slices.Clone(state.Unread), unreadReseller(at.Of, cause))
	failed := at.explain(r, cause)
	at.Page, at.Itself, at.Leaf = nil, false, ""
	more, err := at.nextReseller()
	if err != nil {
		return state, err
	}
	if at.Read == 0 && (!more || len(unread) >= mostRefused) {
		return state, failed
	}
	state.Unread = unread
	return at.save(state, more, 0)
}

func unreadReseller(id string, cause error) portal.UnreadReseller {
	var known *portal.CallError
	errors.As(cause, &known)
	u := portal.UnreadReseller{ExternalID: id, Code: string(known.Code)}
	switch {
	case known.Code == portal.NoEndpoint:
		u.Detail = "Heimdal does not know this reseller when asked for its customers (status 404). Check the reseller " +
			"in Heimdal's dashboard."
	case known.Code == portal.Garbage:
		u.Detail = "Heimdal answered without customers and did not say that the reseller has none. Tell Heimdal's support."
	default:
		u.Detail = "Heimdal does not return this reseller's customers. " + known.Detail
	}
	return u
}
