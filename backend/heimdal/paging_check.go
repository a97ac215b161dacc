package heimdal

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"fs-client-portal/backend/portal"
)

// mostPages is how many pages are read about one customer: an API with more returns a list of others.
const maxCheckPages = 2

// check asks about the first customer of state.Check and hands over that customer alone. An answer in which it is on no
// page means that it is gone; so does a refusal, once a later answer shows that the API still accepts the key.
func (r *reader) checkCustomer(ctx context.Context, state portal.ReadState, add func(portal.Customer) error) (portal.ReadState, error) {
	at, err := loadTraversal(state.Data)
	if err != nil {
		return state, err
	}
	if at.CheckKey {
		if err := r.fetchAccount(ctx, &state); err != nil {
			return state, ctxErr(ctx, err)
		}
		return at.finishCheck(state, 0)
	}
	id, next := state.Check[0], at.Page
	if next == nil {
		next = &pageState{}
	}
	address, err := next.url(customerURL(r.address, id), r.apiKey)
	if err != nil {
		return state, err
	}
	var found []portal.Customer
	a, err := r.fetch(ctx, &state, address, func(c portal.Customer) error {
		if c.ExternalID != id {
			return errNotKept
		}
		found = append(found, r.underMSSP(c))
		return nil
	})
	more := false
	if err == nil && len(found) == 0 {
		more, err = next.add(a)
	}
	switch {
	case len(found) == 0 && isUnreadable(err):
		return at.refuseCheck(state)
	case ctx.Err() == nil && isPermanent(err):
		return at.abandonChecks(state)
	case err != nil:
		return state, ctxErr(ctx, err)
	case more && next.Pages == maxCheckPages:
		return at.skipCheck(state)
	case more:
		at.Page = next
		return at.saveCheck(state, 0)
	}
	for _, c := range found {
		if err := add(c); err != nil {
			return state, err
		}
	}
	if len(found) > 0 {
		state.Paths = mergePaths(state.Paths, a.object.paths.stats())
		state.Counted += int64(len(found))
	}
	return at.finishCheck(state, int64(len(found)))
}

// failsForGood reports whether err is an answer that would be the same in the next run, so that no run would ever end well.
// A fault on the way to the API is none: it fails the run, and may be over by the next.
func isPermanent(err error) bool {
	var e *portal.CallError
	if !errors.As(err, &e) || errors.Is(err, errProxy) {
		return false
	}
	switch e.Code {
	case portal.RateLimited, portal.Redirected, portal.Unreachable, portal.TimedOut, portal.Insecure:
		return false
	}
	return true
}

// giveUp ends the checks. Nothing is known of those that are left, and nothing of those refused since the last answer.
func (at *traversal) abandonChecks(state portal.ReadState) (portal.ReadState, error) {
	state.Unchecked = slices.Concat(state.Unchecked, at.Refused, state.Check)
	state.Check = nil
	return at.saveCheck(state, 0)
}

// checked ends the calls about the first customer of state.Check, which came or is gone.
func (at *traversal) finishCheck(state portal.ReadState, found int64) (portal.ReadState, error) {
	at.Refused = append(at.Refused, state.Check[0])
	return at.nextCheck(state, found)
}

// tooManyPages ends the calls about the first customer of state.Check without having seen the whole answer.
func (at *traversal) skipCheck(state portal.ReadState) (portal.ReadState, error) {
	state.Unchecked = append(slices.Clone(state.Unchecked), state.Check[0])
	return at.nextCheck(state, 0)
}

// answered goes on with the next customer after an answer, which shows that the refusals before it were about their
// customers.
func (at *traversal) nextCheck(state portal.ReadState, found int64) (portal.ReadState, error) {
	state.Checked = slices.Concat(state.Checked, at.Refused)
	state.Check, at.Page, at.Refused, at.CheckKey = state.Check[1:], nil, nil, false
	return at.saveCheck(state, found)
}

// checkRefused notes that there was no answer about the first customer of state.Check. After the last, the next call asks
// about the account.
func (at *traversal) refuseCheck(state portal.ReadState) (portal.ReadState, error) {
	at.Page = nil
	if len(state.Check) == 1 {
		at.CheckKey = true
		return at.saveCheck(state, 0)
	}
	at.Refused = append(at.Refused, state.Check[0])
	state.Check = state.Check[1:]
	return at.saveCheck(state, 0)
}

// saveCheck is the state after a call of check that handed over so many rows.
func (at *traversal) saveCheck(state portal.ReadState, found int64) (portal.ReadState, error) {
	state.Progress.Calls++
	state.Progress.Seen += found
	state.Progress.Left = int64(len(state.Check))
	state.Done, state.Data = len(state.Check) == 0, nil
	if state.Done {
		return state, nil
	}
	if at.Page != nil {
		state.Progress.Left += at.Page.remaining() - 1
	}
	var err error
	state.Data, err = json.Marshal(at)
	return state, err
}

// askAccount asks about the account until the first customer comes. It had customers when this run began, so an answer
// without any is as much an error as a refusal: the refusals before it say nothing of whom they were about.
func (r *reader) fetchAccount(ctx context.Context, state *portal.ReadState) error {
	_, err := r.fetch(ctx, state, r.address, func(c portal.Customer) error {
		if sameID(c.ExternalID, r.customerID) {
			return nil
		}
		return errStopTest
	})
	if errors.Is(err, errStopTest) {
		return nil
	}
	if err == nil {
		return incompletef("Heimdal returned customers when this sync began, and none when it was asked again after a refusal.")
	}
	return err
}

// underMSSP clears a parent that is the MSSP or the customer itself.
func (r *reader) underMSSP(c portal.Customer) portal.Customer {
	if sameID(c.ParentID, r.customerID) || c.ParentID == c.ExternalID {
		c.ParentID = ""
	}
	return c
}
