package heimdal

import (
	"context"
	"errors"
	"slices"

	"fs-client-portal/backend/portal"
)

// mostRefused ends a reading in which so many resellers were refused and none was read: this API does not answer about
// resellers at all, and asking the others would take hours.
const mostRefused = 50

// mostUnproved is how many refusals of the key in a row are taken as being about their resellers after a call about the
// account.
const mostUnproved = 20

// unreadable reports whether err is a complete answer that holds no customers and does not say that there are none: a
// refusal, no content, or an object of an unknown shape. Faults that may pass are not among them.
func unreadable(err error) bool {
	return refused(err) || errors.Is(err, errNoContent) || errors.Is(err, errShape) || errors.Is(err, errEmpty)
}

// keyRefused reports whether err may mean that the key is no longer accepted at all.
func keyRefused(err error) bool {
	var e *portal.CallError
	return errors.As(err, &e) && e.Code == portal.BadKey
}

// withoutCustomers reports whether err is an answer about a reseller that is unreadable or says, without any customers, that
// something went wrong.
func withoutCustomers(err error) bool {
	var failed failedEmpty
	return unreadable(err) || errors.As(err, &failed)
}

// passOver notes that the present reseller could not be read and goes on with the next, or first asks about the account
// where the key may have been revoked.
func (at *reading) passOver(r *reader, state portal.ReadState, cause error) (portal.ReadState, error) {
	state.Unread = append(slices.Clone(state.Unread), unreadReseller(at.Of, cause))
	at.Answered = at.Answered || at.Page != nil || !refused(cause)
	at.Page, at.Itself, at.Leaf = nil, false, ""
	if keyRefused(cause) {
		at.Unproved++
	}
	if at.toBeProved(state) {
		at.Doubt = true
		return at.save(state, true, 0)
	}
	return at.askNext(r, state, cause)
}

// toBeProved reports whether refusals of the key now need a call about the account: the first in a row, some of a long
// row, and the last of the reading.
func (at *reading) toBeProved(state portal.ReadState) bool {
	return at.Unproved > 0 && (!at.Proved || at.Unproved >= mostUnproved || at.lastUnread(state))
}

// proveKey asks about the account. An answer shows that the refusals before it were about their resellers.
func (r *reader) proveKey(ctx context.Context, state portal.ReadState, at *reading) (portal.ReadState, error) {
	if err := r.askAccount(ctx, &state); err != nil {
		return state, ownEnd(ctx, err)
	}
	at.Doubt, at.Proved, at.Unproved = false, true, 0
	return at.askNext(r, state, nil)
}

// lastUnread reports whether no other reseller is asked about after one that could not be read.
func (at *reading) lastUnread(state portal.ReadState) bool {
	return len(at.Left) == 0 || at.Read == 0 && len(state.Unread) >= mostRefused
}

// askNext goes on after a reseller that could not be read for this cause, nil for a key that is still accepted. Where none
// could be read at all, the reading ends.
func (at *reading) askNext(r *reader, state portal.ReadState, cause error) (portal.ReadState, error) {
	switch {
	case at.Read > 0 || !at.lastUnread(state):
		more, err := at.nextReseller()
		if err != nil {
			return state, err
		}
		return at.save(state, more, 0)
	case at.Parented && !at.Answered:
		// This API answers about the MSSP alone, and its customers have a field for whose they are that says nobody's.
		state.Unread = nil
		return at.save(state, false, 0)
	case cause == nil:
		return state, at.unknownClients(r)
	}
	return state, at.explain(r, cause)
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
