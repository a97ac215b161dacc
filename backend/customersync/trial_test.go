package customersync_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
)

// tryConnection tests the stored connection, with another key if apiKey is not empty. The result must be ok.
func (w *tenant) tryConnection(s *customersync.Service, apiKey string) error {
	w.Helper()
	trial, err := s.TryConnection(context.Background(), w.admin, portal.ConnectionTrial{ID: w.connection.ID, APIKey: apiKey})
	if err == nil && !trial.OK {
		w.Errorf("trial: got %+v, want ok", trial)
	}
	return err
}

// wantInterval checks that at least so many calls were made, each at least distance after the one before.
func (w *tenant) wantInterval(atLeast int, distance time.Duration) {
	w.Helper()
	calls := w.fake.Log()
	if len(calls) < atLeast {
		w.Errorf("calls: got %d, want at least %d", len(calls), atLeast)
	}
	for i := range calls[1:] {
		if d := calls[i+1].At.Sub(calls[i].At); d < distance {
			w.Errorf("call %d: got %s after the one before, want at least %s", i+2, d, distance)
		}
	}
}

func TestTrial(t *testing.T) {
	t.Parallel()
	t.Run("keeps_rate_across_processes", testTrialKeepsRateAcrossProcesses)
	t.Run("waits_when_next_call_is_near", testTrialWaitsWhenNextCallIsNear)
	t.Run("shares_rate_with_a_run", testTrialSharesRateWithARun)
	t.Run("delays_first_run_of_new_connection", testTrialDelaysFirstRunOfNewConnection)
	t.Run("with_another_key_does_not_wait", testTrialWithAnotherKeyDoesNotWait)
}

func testTrialKeepsRateAcrossProcesses(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newSkippingClock()
	w.limitRate(5, clock, numberedCustomers(3))
	for range 8 {
		// Each trial is made by a new process, which knows nothing of the earlier calls.
		process := w.newService(rateAndClock(5, clock))
		err := w.tryConnection(process, "")
		var refused *portal.Error
		if errors.As(err, &refused) {
			if refused.Code != portal.TooManyRequests || refused.Wait != 12*time.Second || !strings.Contains(refused.Detail, "12 seconds") {
				t.Fatalf("trial too soon: got %+v, want too_many_requests for 12 seconds", refused)
			}
			clock.Sleep(t.Context(), refused.Wait)
			err = w.tryConnection(process, "")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := w.fake.Calls(); n != 8 {
		t.Errorf("calls: got %d, want 8", n)
	}
	w.wantRate(5)
}

func testTrialWaitsWhenNextCallIsNear(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newSkippingClock()
	w.limitRate(5, clock, numberedCustomers(3))
	for range 2 {
		if err := w.tryConnection(w.newService(rateAndClock(5, clock)), ""); err != nil {
			t.Fatal(err)
		}
		clock.Sleep(t.Context(), 8*time.Second)
	}
	w.wantInterval(2, 12*time.Second)
}

// testTrialSharesRateWithARun: another process tests a connection while a run waits for its next call, and uses the
// time that the run had reserved for it.
func testTrialSharesRateWithARun(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newSkippingClock()
	w.limitRate(5, clock, numberedCustomers(16))
	waits := 0
	another := interruptingClock{clock, func() {
		if waits++; waits%2 == 0 {
			return
		}
		clock.Sleep(t.Context(), 8*time.Second)
		if err := w.tryConnection(w.newService(rateAndClock(5, clock)), ""); err != nil {
			t.Errorf("trial beside a run: got %v, want ok", err)
		}
	}}
	w.service = w.newService(rateAndClock(5, another))
	w.mustEnd(portal.RunComplete)
	w.wantInterval(8+3, 12*time.Second)
}

func testTrialDelaysFirstRunOfNewConnection(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newSkippingClock()
	w.limitRate(5, clock, numberedCustomers(3))
	w.Exec("delete from mssp_product where mssp_id = $1", w.ID)
	loopback := func(c *customersync.Config) { c.Rates, c.Clock, c.AllowPrivate = heimdalRate(5), clock, true }
	_, err := w.newService(loopback).CreateConnection(context.Background(), w.admin, portal.NewConnection{
		Product: "heimdal", CustomerID: customerID, BaseURL: w.fake.URL(), APIKey: apiKey,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.service = w.newService(loopback)
	w.mustEnd(portal.RunComplete)
	w.wantInterval(3, 12*time.Second)
}

func testTrialWithAnotherKeyDoesNotWait(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.service = w.newService(func(c *customersync.Config) { c.Rates = heimdalRate(1) })
	if err := w.tryConnection(w.service, ""); err != nil {
		t.Fatal(err)
	}
	another := portal.ConnectionTrial{ID: w.connection.ID, APIKey: "another-key-01"}
	trial, err := w.service.TryConnection(context.Background(), w.admin, another)
	if err != nil || trial.Code != string(connector.BadKey) {
		t.Errorf("trial with another key: got %+v, %v; want %s at once", trial, err, connector.BadKey)
	}
}

// interruptingClock calls beforeSleep before each sleep of more than ten seconds. The sleep still ends at the same
// time.
type interruptingClock struct {
	*skippingClock
	beforeSleep func()
}

func (m interruptingClock) Sleep(ctx context.Context, d time.Duration) error {
	end := m.Now().Add(d)
	if d > 10*time.Second {
		m.beforeSleep()
	}
	return m.skippingClock.Sleep(ctx, max(0, end.Sub(m.Now())))
}
