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

// addFunc receives the customers of a call.
type addFunc = func(portal.Customer) error

// script is a connector whose calls are a function of the test. It replaces Heimdal's connector where a test needs a
// call that no response of Heimdal causes.
type script func(ctx context.Context, o connector.Options, state connector.State, add addFunc) (connector.State, error)

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

func (r scriptReader) Call(ctx context.Context, state connector.State, add addFunc) (connector.State, error) {
	return r.script(ctx, r.options, state, add)
}

// scriptedClient returns a client as a script passes it on.
func scriptedClient(id int, name string) portal.Customer {
	return portal.Customer{
		Kind: portal.KindClient, ExternalID: fmt.Sprint(id), Name: name, Type: "CORP", Raw: json.RawMessage(`{}`),
	}
}

// addClients adds n clients whose ids begin at from.
func addClients(add addFunc, from, n int, name string) error {
	for i := range n {
		if err := add(scriptedClient(from+i, name)); err != nil {
			return err
		}
	}
	return nil
}

// addNext adds one customer, and returns the state after that call, which is one of total calls.
func addNext(state connector.State, total int64, add addFunc) (connector.State, error) {
	n := state.Progress.Calls + 1
	err := add(scriptedClient(int(n), fmt.Sprint("Client ", n)))
	state.Progress.Calls, state.Progress.Left, state.Progress.Seen = n, total-n, state.Progress.Seen+1
	state.Done, state.Refusals = n == total, 0
	return state, err
}

// scripted returns a change of the configuration to the connector s.
func (w *tenant) scripted(s script) func(*customersync.Config) {
	return func(c *customersync.Config) { c.Connectors = []connector.Connector{s} }
}

// scriptedCalls is scripted for calls that use neither the context nor the options.
func (w *tenant) scriptedCalls(call func(connector.State, addFunc) (connector.State, error)) func(*customersync.Config) {
	return w.scripted(func(_ context.Context, _ connector.Options, state connector.State, add addFunc) (connector.State, error) {
		return call(state, add)
	})
}

// manualClock is a clock that only move and Sleep advance. It records the durations of Sleep.
type manualClock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

func newManualClock() *manualClock { return &manualClock{now: time.Now()} }

func (c *manualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *manualClock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Sleep advances the clock by d at once.
func (c *manualClock) Sleep(ctx context.Context, d time.Duration) error {
	c.move(d)
	c.mu.Lock()
	defer c.mu.Unlock()
	if d > 0 {
		c.slept = append(c.slept, d)
	}
	return ctx.Err()
}

// untypedCall is a script of one call that adds a customer without a type.
func untypedCall(_ context.Context, _ connector.Options, state connector.State, add addFunc) (connector.State, error) {
	state.Paths = []portal.PathStats{{FieldPath: portal.FieldPath{Path: "Art", Customers: 1, Source: portal.SourceNone}}}
	state.Progress.Calls, state.Progress.Seen, state.Counted, state.Done = 1, 1, 1, true
	return state, add(portal.Customer{Kind: portal.KindClient, ExternalID: "1", Name: "A", Raw: json.RawMessage(`{"Art":"CORP"}`)})
}
