package heimdal

import (
	"encoding/json"
	"errors"
	"slices"

	"fs-client-portal/backend/connector"
)

// maxCheckPages is how many pages are read about one customer: an API with more returns a list of others.
const maxCheckPages = 2

// isPermanent reports whether the next run would get the same error, so that no run would ever complete. Errors of the
// network are not permanent: they fail the run and may be over by the next.
func isPermanent(err error) bool {
	var e *connector.CallError
	if !errors.As(err, &e) || errors.Is(err, errProxy) {
		return false
	}
	switch e.Code {
	case connector.RateLimited, connector.Redirected, connector.Unreachable, connector.TimedOut, connector.Insecure:
		return false
	}
	return true
}

// finishCheck ends the calls about the first customer of state.Check, which was found or no longer exists.
func (t *traversal) finishCheck(state connector.State, found int64) (connector.State, error) {
	t.Refused = append(t.Refused, state.Check[0])
	return t.nextCheck(state, found)
}

// checkNextPage goes on with another page about the first customer of state.Check, unless there have been too many.
func (t *traversal) checkNextPage(state connector.State, page *pageState) (connector.State, error) {
	if page.Pages == maxCheckPages {
		state.Unchecked = append(slices.Clone(state.Unchecked), state.Check[0])
		return t.nextCheck(state, 0)
	}
	t.Page = page
	return t.saveCheck(state, 0)
}

// nextCheck goes on with the next customer after a response, which shows that the refusals before it concerned only
// their customers.
func (t *traversal) nextCheck(state connector.State, found int64) (connector.State, error) {
	state.Checked = slices.Concat(state.Checked, t.Refused)
	state.Check, t.Page, t.Refused, t.CheckKey = state.Check[1:], nil, nil, false
	return t.saveCheck(state, found)
}

// refuseCheck records that the first customer of state.Check was refused. After the last customer, the next call asks
// about the account.
func (t *traversal) refuseCheck(state connector.State) (connector.State, error) {
	t.Page = nil
	if len(state.Check) == 1 {
		t.CheckKey = true
		return t.saveCheck(state, 0)
	}
	t.Refused = append(t.Refused, state.Check[0])
	state.Check = state.Check[1:]
	return t.saveCheck(state, 0)
}

// abandonChecks ends all checks. Nothing is known of the remaining customers, nor of those refused since the last
// response.
func (t *traversal) abandonChecks(state connector.State) (connector.State, error) {
	state.Unchecked = slices.Concat(state.Unchecked, t.Refused, state.Check)
	state.Check = nil
	return t.saveCheck(state, 0)
}

// saveCheck returns the state after a call of a check that emitted so many customers.
func (t *traversal) saveCheck(state connector.State, found int64) (connector.State, error) {
	state.Progress.Calls++
	state.Progress.Seen += found
	state.Progress.Left = int64(len(state.Check))
	state.Done, state.Data = len(state.Check) == 0, nil
	if state.Done {
		return state, nil
	}
	if t.Page != nil {
		state.Progress.Left += t.Page.remaining() - 1
	}
	var err error
	state.Data, err = json.Marshal(t)
	return state, err
}
