package heimdal

import (
	"context"
	"encoding/json"
	"errors"

	"fs-client-portal/backend/portal"
)

// check asks about the first customer of state.Check and hands over that customer alone. A refusal, or an answer in which
// it is on no page, means that it is gone.
func (r *reader) check(ctx context.Context, state portal.ReadState, add func(portal.Customer) error) (portal.ReadState, error) {
	at, err := resume(state.Data)
	if err != nil {
		return state, err
	}
	id, next := state.Check[0], at.Page
	if next == nil {
		next = &page{}
	}
	address, err := next.query(about(r.address, id), r.apiKey)
	if err != nil {
		return state, err
	}
	var found int64
	a, err := r.ask(ctx, &state, address, func(c portal.Customer) error {
		if c.ExternalID != id {
			return nil
		}
		found++
		return add(r.underMSSP(c))
	})
	if found == 0 && unreadable(err) {
		if len(state.Check) == 1 && keyRefused(err) {
			if err := r.stillAccepted(ctx, &state); err != nil {
				return state, ownEnd(ctx, err)
			}
		}
		return checked(state, nil, 0)
	}
	if err != nil {
		return state, ownEnd(ctx, err)
	}
	if found > 0 {
		return checked(state, nil, found)
	}
	more, err := next.after(a)
	if err != nil {
		return state, err
	}
	if !more {
		next = nil
	}
	return checked(state, next, 0)
}

// keyRefused reports whether err may mean that the key is no longer accepted at all.
func keyRefused(err error) bool {
	var e *portal.CallError
	return errors.As(err, &e) && e.Code == portal.BadKey
}

// stillAccepted asks about the account once more after the last check was refused: if the key has been revoked since the
// pages came, refusals say nothing of the customers. An earlier refusal needs no such call, since a later answer or this
// one shows that the key was good.
func (r *reader) stillAccepted(ctx context.Context, state *portal.ReadState) error {
	if _, err := r.ask(ctx, state, r.address, func(portal.Customer) error { return errEnough }); err != nil && !errors.Is(err, errEnough) {
		return err
	}
	state.Progress.Calls++
	return nil
}

// checked is the state after a call of check. A next page means that the same customer is asked about again.
func checked(state portal.ReadState, next *page, found int64) (portal.ReadState, error) {
	state.Progress.Calls++
	state.Progress.Seen += found
	if next == nil {
		state.Check, state.Data = state.Check[1:], nil
		state.Progress.Left = int64(len(state.Check))
		state.Done = len(state.Check) == 0
		return state, nil
	}
	state.Progress.Left = int64(len(state.Check)) + next.left() - 1
	var err error
	state.Data, err = json.Marshal(reading{Page: next})
	return state, err
}

// underMSSP clears a parent that is the MSSP or the customer itself.
func (r *reader) underMSSP(c portal.Customer) portal.Customer {
	if c.ParentID == r.customerID || c.ParentID == c.ExternalID {
		c.ParentID = ""
	}
	return c
}
