package customersync_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/heimdal"
	"fs-client-portal/backend/portal"
)

// script is a product whose calls do what a test says. It stands in for Heimdal where a call itself is to do something
// that no answer of Heimdal's makes it do.
type script func(ctx context.Context, o connector.Options, state connector.State, add func(portal.Customer) error) (connector.State, error)

func (script) Product() connector.Product { return heimdal.NewConnector().Product() }

func (script) Check(connector.Settings, string) error { return nil }

func (s script) Open(_ connector.Settings, _ string, o connector.Options) (connector.Reader, error) {
	return scriptReader{s, o}, nil
}

func (script) Interpret(raw json.RawMessage, fields map[string]portal.CustomerField) (portal.Customer, error) {
	return portal.Customer{}, nil
}

type scriptReader struct {
	script  script
	options connector.Options
}

func (scriptReader) Test(context.Context) (*int64, error) { return nil, nil }

func (r scriptReader) Call(ctx context.Context, state connector.State, add func(portal.Customer) error) (connector.State, error) {
	return r.script(ctx, r.options, state, add)
}

// bring hands over the n-th customer and ends the call, the last of so many.
func bring(state connector.State, of int64, add func(portal.Customer) error) (connector.State, error) {
	n := state.Progress.Calls + 1
	err := add(portal.Customer{Kind: portal.KindClient, ExternalID: fmt.Sprint(n), Name: fmt.Sprint("Client ", n), Type: "CORP", Raw: json.RawMessage(`{}`)})
	state.Progress.Calls, state.Progress.Left, state.Progress.Seen = n, of-n, state.Progress.Seen+1
	state.Done, state.Refusals = n == of, 0
	return state, err
}

// playing is the service of a product that follows a script.
func (w *tenant) playing(s script) func(*customersync.Config) {
	return func(c *customersync.Config) { c.Connectors = []connector.Connector{s} }
}

// handClock is a clock that stands still until it is moved, and notes what it was to sleep.
type handClock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

func newHandClock() *handClock { return &handClock{now: time.Now()} }

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Sleep moves the clock on.
func (c *handClock) Sleep(ctx context.Context, d time.Duration) error {
	c.move(d)
	c.mu.Lock()
	defer c.mu.Unlock()
	if d > 0 {
		c.slept = append(c.slept, d)
	}
	return ctx.Err()
}

// untypedCall is a script of one call that brings a customer without a type.
func untypedCall(_ context.Context, _ connector.Options, state connector.State, add func(portal.Customer) error) (connector.State, error) {
	state.Paths = []portal.PathStats{{FieldPath: portal.FieldPath{Path: "Art", Customers: 1, Source: portal.SourceNone}}}
	state.Progress.Calls, state.Progress.Seen, state.Counted, state.Done = 1, 1, 1, true
	return state, add(portal.Customer{Kind: portal.KindClient, ExternalID: "1", Name: "A", Raw: json.RawMessage(`{"Art":"CORP"}`)})
}
