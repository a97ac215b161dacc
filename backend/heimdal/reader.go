package heimdal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"fs-client-portal/backend/portal"
)

// enough is how long a test counts customers once the first has come.
const enough = 3 * time.Second

var errEnough = errors.New("enough was seen")

// Test asks about the MSSP once. One customer that can be read proves key and customer id.
func (r *reader) Test(ctx context.Context) (*int64, error) {
	once := *r
	once.tries = 1
	begin := r.clock.Now()
	at := reading{}
	var seen int64
	var state portal.ReadState
	a, err := once.ask(ctx, &state, r.address, func(c portal.Customer) error {
		if r.clock.Now().Sub(begin) > enough {
			return errEnough
		}
		return at.take(r, c, func(portal.Customer) error { seen++; return nil })
	})
	if errors.Is(err, errEnough) {
		return nil, nil
	}
	if err != nil {
		return nil, ownEnd(ctx, err)
	}
	more, err := at.after(r, a)
	switch {
	case err != nil:
		return nil, err
	case at.Page != nil && at.Page.Total != nil && (at.settled(r) || len(at.Left) == 0):
		return at.Page.customers(), nil
	case more:
		return nil, nil
	}
	return &seen, nil
}

// Call makes the next call.
func (r *reader) Call(ctx context.Context, state portal.ReadState, add func(portal.Customer) error) (portal.ReadState, error) {
	if len(state.Check) > 0 {
		return r.check(ctx, state, add)
	}
	at, err := resume(state.Data)
	if err != nil {
		return state, err
	}
	if at.Doubt {
		return r.proveKey(ctx, state, at)
	}
	address, err := at.question(r)
	if err != nil {
		return state, err
	}
	var seen int64
	a, err := r.ask(ctx, &state, address, func(c portal.Customer) error {
		before := seen
		err := at.take(r, c, func(c portal.Customer) error {
			seen++
			return add(c)
		})
		if err == nil && seen == before {
			return errNotKept
		}
		return err
	})
	if at.takesForAnswer(err) {
		a, err = &answer{}, nil
	}
	if seen == 0 && at.Of != "" && at.Probe == "" && withoutCustomers(err) {
		return at.passOver(r, state, err)
	}
	if err != nil {
		return a.failed(state), ownEnd(ctx, at.explain(r, err))
	}
	more, err := at.after(r, a)
	if err != nil {
		return a.failed(state), err
	}
	state.Paths = mergePaths(state.Paths, a.object.paths.stats())
	state.Counted += seen
	return at.save(state, more, seen)
}

// ownEnd prefers the caller's own end of ctx to whatever it broke.
func ownEnd(ctx context.Context, err error) error {
	var postponed *portal.Postponed
	if ctx.Err() != nil && !errors.As(err, &postponed) {
		return ctx.Err()
	}
	return err
}

func resume(data json.RawMessage) (*reading, error) {
	at := &reading{}
	if data == nil {
		return at, nil
	}
	if err := json.Unmarshal(data, at); err != nil {
		return nil, fmt.Errorf("heimdal: the state of a reading: %w", err)
	}
	return at, nil
}

// save is the state after a call that handed over so many customers.
func (at *reading) save(state portal.ReadState, more bool, seen int64) (portal.ReadState, error) {
	state.Progress.Calls++
	state.Progress.Seen += seen
	state.Progress.Left = at.left(more)
	state.Done, state.Data, state.Account = !more, nil, at.account()
	if !more {
		state.Total, state.Paged = at.Total, at.Paged
		return state, nil
	}
	var err error
	state.Data, err = json.Marshal(at)
	return state, err
}

// question is the address of the next call.
func (at *reading) question(r *reader) (*url.URL, error) {
	address := r.address
	switch {
	case at.Probe != "":
		address = about(address, at.Leaf)
	case at.Of != "":
		address = about(address, at.Of)
	}
	if at.Page == nil {
		return address, nil
	}
	return at.Page.query(address, r.apiKey)
}
