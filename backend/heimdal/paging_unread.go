package heimdal

import (
	"errors"
	"slices"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

// maxRefusedResellers is how many resellers may be refused, while none was read, before the reading ends: such an API
// responds about the MSSP only, and asking about the others would take hours.
const maxRefusedResellers = 50

// maxKeyRefusals is how many refusals of the key in a row are attributed to their resellers after a call about the
// account.
const maxKeyRefusals = 20

// canSkip reports whether err, in a response without customers, concerns the current reseller only.
func (t *traversal) canSkip(err error) bool {
	return t.Reseller != "" && t.Probing == "" && isWithoutCustomers(err)
}

// skipReseller records that the current reseller could not be read. It goes on with the next one, or with the account
// where the key may have been revoked.
func (t *traversal) skipReseller(s *source, state connector.State, cause error) (connector.State, error) {
	state.Unread = append(slices.Clone(state.Unread), unreadReseller(t.Reseller, cause))
	t.SawOtherFailure = t.SawOtherFailure || t.Page != nil || !isRefusal(cause)
	t.Page, t.SawReseller, t.ProbeClient = nil, false, ""
	if isKeyRefusal(cause) {
		t.KeyRefusals++
	}
	if t.needsKeyCheck(state) {
		t.CheckKey = true
		return t.save(state, true, 0)
	}
	return t.continueAfterSkip(s, state, cause)
}

// needsKeyCheck reports whether a call about the account is needed to tell refusals of resellers from a revoked key:
// after the first in a row, again within a long row, and after the last of the reading.
func (t *traversal) needsKeyCheck(state connector.State) bool {
	return t.KeyRefusals > 0 && (!t.KeyConfirmed || t.KeyRefusals >= maxKeyRefusals || t.isLastAttempt(state))
}

// isLastAttempt reports whether no further reseller is asked about.
func (t *traversal) isLastAttempt(state connector.State) bool {
	return len(t.Pending) == 0 || t.ReadCount == 0 && len(state.Unread) >= maxRefusedResellers
}

// continueAfterSkip goes on after a reseller that could not be read because of cause; nil means that the key has been
// confirmed since. Where no reseller could be read at all, the reading ends.
func (t *traversal) continueAfterSkip(s *source, state connector.State, cause error) (connector.State, error) {
	switch {
	case t.ReadCount > 0 || !t.isLastAttempt(state):
		more, err := t.nextReseller()
		if err != nil {
			return state, err
		}
		return t.save(state, more, 0)
	case t.HasParentField && !t.SawOtherFailure:
		// This API returns the MSSP only, and its customers have a field for a parent, which is empty.
		state.Unread = nil
		return t.save(state, false, 0)
	case cause == nil:
		return state, t.noClientsError(s)
	}
	return state, t.explainRefusal(s, cause)
}

// unreadReseller returns the report about a reseller that could not be read.
func unreadReseller(id string, cause error) portal.UnreadReseller {
	var known *connector.CallError
	errors.As(cause, &known)
	u := portal.UnreadReseller{ExternalID: id, Code: string(known.Code)}
	switch {
	case known.Code == connector.NoEndpoint:
		u.Detail = product + " does not know this reseller when asked for its customers (status 404). Check the reseller in " +
			product + "'s dashboard."
	case known.Code == connector.Garbage:
		u.Detail = product + " responded without customers and did not say that the reseller has none. Tell " + product + "'s support."
	default:
		u.Detail = product + " does not return this reseller's customers. " + known.Detail
	}
	return u
}

// isUnreadable reports whether err is a complete response that has no customers and does not say that there are none:
// a refusal, no content, or an object of an unknown shape. Temporary errors are not among them.
func isUnreadable(err error) bool {
	return isRefusal(err) || errors.Is(err, errNoContent) || errors.Is(err, errShape) || errors.Is(err, errEmpty)
}

// isKeyRefusal reports whether err may mean that the key is no longer accepted at all.
func isKeyRefusal(err error) bool {
	var e *connector.CallError
	return errors.As(err, &e) && e.Code == connector.BadKey
}

// isWithoutCustomers reports whether err is unreadable, or a response that reports a failure and contains no
// customers.
func isWithoutCustomers(err error) bool {
	var failed emptyFailure
	return isUnreadable(err) || errors.As(err, &failed)
}
