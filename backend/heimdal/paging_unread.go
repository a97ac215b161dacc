package heimdal

import (
	"context"
	"errors"
	"slices"

	"fs-client-portal/backend/portal"
)

// passOver notes that the present reseller could not be read and goes on with the next, or first asks about the account
// where the key may have been revoked.
func (at *traversal) skipReseller(r *reader, state portal.ReadState, cause error) (portal.ReadState, error) {
	state.Unread = append(slices.Clone(state.Unread), unreadReseller(at.Reseller, cause))
	at.SawOtherFailure = at.SawOtherFailure || at.Page != nil || !isRefusal(cause)
	at.Page, at.SawReseller, at.ProbeClient = nil, false, ""
	if isKeyRefusal(cause) {
		at.KeyRefusals++
	}
	if at.needsKeyCheck(state) {
		at.CheckKey = true
		return at.save(state, true, 0)
	}
	return at.continueAfterSkip(r, state, cause)
}

// toBeProved reports whether refusals of the key now need a call about the account: the first in a row, some of a long
// row, and the last of the reading.
func (at *traversal) needsKeyCheck(state portal.ReadState) bool {
	return at.KeyRefusals > 0 && (!at.KeyConfirmed || at.KeyRefusals >= maxKeyRefusals || at.isLastAttempt(state))
}

// lastUnread reports whether no other reseller is asked about after one that could not be read.
func (at *traversal) isLastAttempt(state portal.ReadState) bool {
	return len(at.Pending) == 0 || at.ReadCount == 0 && len(state.Unread) >= maxRefusedResellers
}

// askNext goes on after a reseller that could not be read for this cause, nil for a key that is still accepted. Where none
// could be read at all, the reading ends.
func (at *traversal) continueAfterSkip(r *reader, state portal.ReadState, cause error) (portal.ReadState, error) {
	switch {
	case at.ReadCount > 0 || !at.isLastAttempt(state):
		more, err := at.nextReseller()
		if err != nil {
			return state, err
		}
		return at.save(state, more, 0)
	case at.HasParentField && !at.SawOtherFailure:
		// This API answers about the MSSP alone, and its customers have a field for whose they are that says nobody's.
		state.Unread = nil
		return at.save(state, false, 0)
	case cause == nil:
		return state, at.noClientsError(r)
	}
	return state, at.explainRefusal(r, cause)
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

// unreadable reports whether err is a complete answer that holds no customers and does not say that there are none: a
// refusal, no content, or an object of an unknown shape. Faults that may pass are not among them.
func isUnreadable(err error) bool {
	return isRefusal(err) || errors.Is(err, errNoContent) || errors.Is(err, errShape) || errors.Is(err, errEmpty)
}

// keyRefused reports whether err may mean that the key is no longer accepted at all.
func isKeyRefusal(err error) bool {
	var e *portal.CallError
	return errors.As(err, &e) && e.Code == portal.BadKey
}

// withoutCustomers reports whether err is an answer about a reseller that is unreadable or says, without any customers, that
// something went wrong.
func isWithoutCustomers(err error) bool {
	var failed emptyFailure
	return isUnreadable(err) || errors.As(err, &failed)
}

// mostRefused ends a reading in which so many resellers were refused and none was read: this API does not answer about
// resellers at all, and asking the others would take hours.
const maxRefusedResellers = 50

// mostUnproved is how many refusals of the key in a row are taken as being about their resellers after a call about the
// account.
const maxKeyRefusals = 20

// proveKey asks about the account. An answer shows that the refusals before it were about their resellers.
func (r *reader) checkKey(ctx context.Context, state portal.ReadState, at *traversal) (portal.ReadState, error) {
	if err := r.fetchAccount(ctx, &state); err != nil {
		return state, ctxErr(ctx, err)
	}
	at.CheckKey, at.KeyConfirmed, at.KeyRefusals = false, true, 0
	return at.continueAfterSkip(r, state, nil)
}
