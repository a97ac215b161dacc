package customersync_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func TestAConnectionNamedOverTheAPINeverLeadsIntoTheServersNetworkLater(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	// As if a host that was public when it was named resolved to this machine by now.
	w.Exec("update mssp_product set public_only = true where id = $1", w.connection.ID)
	run, err := w.service.RunNow(context.Background(), w.ID, nil)
	if err != nil || run.Status != portal.RunFailed || run.ErrorCode == nil || *run.ErrorCode != string(connector.Unreachable) {
		t.Errorf("the run ends as %s %s (%v)", run.Status, *run.ErrorCode, err)
	}
	said, err := w.service.TryConnection(context.Background(), w.admin, portal.ConnectionTrial{ID: w.connection.ID})
	if err != nil || said.OK || said.Code != string(connector.Unreachable) {
		t.Errorf("a test of it answers %+v (%v)", said, err)
	}
	if w.stand.Calls() != 0 {
		t.Errorf("%d calls were made", w.stand.Calls())
	}
}

// tries asks the product what it says to the stored connection.
func (w *tenant) tries(s *customersync.Service, apiKey string) error {
	w.Helper()
	said, err := s.TryConnection(context.Background(), w.admin, portal.ConnectionTrial{ID: w.connection.ID, APIKey: apiKey})
	if err == nil && !said.OK {
		w.Errorf("a test answers %+v", said)
	}
	return err
}

func TestTestsKeepThePaceOfTheConnectionInAnyProcessAndSayHowLongToWait(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newLeaping()
	w.paced(5, clock, crowd(3))
	for range 8 {
		// Each time another process, which has never called before.
		process := w.newService(func(c *customersync.Config) { c.Rates, c.Clock = heimdalRate(5), clock })
		err := w.tries(process, "")
		var refused *portal.Error
		if errors.As(err, &refused) {
			if refused.Code != portal.TooManyRequests || refused.Wait != 12*time.Second || !strings.Contains(refused.Detail, "12 seconds") {
				t.Fatalf("a test too soon is refused with %+v", refused)
			}
			clock.Sleep(t.Context(), refused.Wait)
			err = w.tries(process, "")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := w.stand.Calls(); n != 8 {
		t.Errorf("%d calls, want 8", n)
	}
	w.neverMore(5)
}

func TestATestWaitsForATurnThatIsNear(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newLeaping()
	w.paced(5, clock, crowd(3))
	for range 2 {
		if err := w.tries(w.newService(func(c *customersync.Config) { c.Rates, c.Clock = heimdalRate(5), clock }), ""); err != nil {
			t.Fatal(err)
		}
		clock.Sleep(t.Context(), 8*time.Second)
	}
	w.apart(2, 12*time.Second)
}

// apart looks that at least so many calls were made, each that long after the one before.
func (w *tenant) apart(atLeast int, distance time.Duration) {
	w.Helper()
	calls := w.stand.Log()
	if len(calls) < atLeast {
		w.Errorf("%d calls, want %d", len(calls), atLeast)
	}
	for i := range calls[1:] {
		if d := calls[i+1].At.Sub(calls[i].At); d < distance {
			w.Errorf("call %d comes %s after the one before", i+2, d)
		}
	}
}

// TestRunsAndTestsKeepTheirDistanceFromEachOther tests a connection from another process while a run waits for its turn:
// the test takes the turn that the run has booked in its own.
func TestRunsAndTestsKeepTheirDistanceFromEachOther(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newLeaping()
	w.paced(5, clock, crowd(16))
	waits := 0
	another := meddling{clock, func() {
		if waits++; waits%2 == 0 {
			return
		}
		clock.Sleep(t.Context(), 8*time.Second)
		if err := w.tries(w.newService(func(c *customersync.Config) { c.Rates, c.Clock = heimdalRate(5), clock }), ""); err != nil {
			t.Errorf("a test is refused: %v", err)
		}
	}}
	w.service = w.newService(func(c *customersync.Config) { c.Rates, c.Clock = heimdalRate(5), another })
	if run := w.again(); run.Status != portal.RunComplete {
		t.Fatalf("the run ended as %s: %s", run.Status, said(run))
	}
	w.apart(8+3, 12*time.Second)
}

// meddling is a clock during whose longer sleeps something happens.
type meddling struct {
	*leaping
	meanwhile func()
}

func (m meddling) Sleep(ctx context.Context, d time.Duration) error {
	end := m.Now().Add(d)
	if d > 10*time.Second {
		m.meanwhile()
	}
	return m.leaping.Sleep(ctx, max(0, end.Sub(m.Now())))
}

func TestANewConnectionsFirstRunKeepsItsDistanceFromTheTestBeforeIt(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newLeaping()
	w.paced(5, clock, crowd(3))
	w.Exec("delete from mssp_product where mssp_id = $1", w.ID)
	loopback := func(c *customersync.Config) { c.Rates, c.Clock, c.AllowPrivate = heimdalRate(5), clock, true }
	_, err := w.newService(loopback).CreateConnection(context.Background(), w.admin, portal.NewConnection{
		Product: "heimdal", CustomerID: customerID, BaseURL: w.stand.URL(), APIKey: apiKey,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.service = w.newService(loopback)
	if run := w.again(); run.Status != portal.RunComplete {
		t.Fatalf("the run ended as %s: %s", run.Status, said(run))
	}
	w.apart(3, 12*time.Second)
}

func TestAnotherKeyWaitsForNoOther(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.service = w.newService(func(c *customersync.Config) { c.Rates = heimdalRate(1) })
	if err := w.tries(w.service, ""); err != nil {
		t.Fatal(err)
	}
	said, err := w.service.TryConnection(context.Background(), w.admin, portal.ConnectionTrial{ID: w.connection.ID, APIKey: "another-key-01"})
	if err != nil || said.Code != string(connector.BadKey) {
		t.Errorf("another key is answered %+v (%v)", said, err)
	}
}

func TestAConnectionThatCannotBeUsedFailsTheRunByName(t *testing.T) {
	t.Parallel()
	for column, want := range map[string]string{
		"api_key_sealed = 'sealed for something else'":                                                    "bad_secret",
		"api_key_sealed = convert_to('mssp_product.api_key:' || mssp_id || ':' || id || 'WRONG', 'utf8')": "bad_key",
		"base_url = 'http://dashboard.example.com'":                                                       "bad_connection",
		"base_url = 'http://127.0.0.1:1'":                                                                 "unreachable",
		"base_url = replace(base_url, 'http:', 'https:')":                                                 "tls",
		"base_url = base_url || '/v9'":                                                                    "not_found",
		"customer_id = '18'":                                                                              "bad_key",
	} {
		w := newTenant(t)
		w.complete(many(3)...)
		w.Exec("update mssp_product set " + column)
		w.mustFail(want)
	}
}

func TestAReplacedKeyIsUsedByTheNextRun(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.Exec("update mssp_product set api_key_sealed = convert_to('mssp_product.api_key:' || mssp_id || ':' || id || 'OLD', 'utf8')")
	w.mustFail("bad_key")
	w.Exec("update mssp_product set api_key_sealed = $1", w.connection.APIKeySealed)
	w.complete(many(3)...)
}

func TestWithoutAConnectionThereIsNothingToSync(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	if _, err := w.service.RunNow(t.Context(), postgres.NewID(), nil); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("an unknown MSSP: %v", err)
	}
	if _, err := w.service.RunNow(t.Context(), "Fjord", nil); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("an MSSP by name: %v", err)
	}
	w.Exec("update mssp_product set paused = true")
	if _, err := w.service.RunNow(t.Context(), w.ID, nil); portal.ErrorCode(err) != portal.NoProduct {
		t.Errorf("a paused connection: %v", err)
	}
	if _, err := w.service.Request(t.Context(), w.admin); portal.ErrorCode(err) != portal.NoProduct {
		t.Errorf("a paused connection, requested: %v", err)
	}
}

func TestAConnectionIsAddedOnceAndOnlyToAnMSSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	again := w.connection
	again.ID = postgres.NewID()
	if err := w.DB.AddConnection(t.Context(), again); portal.ErrorCode(err) != portal.Conflict {
		t.Errorf("the same customer twice: %v", err)
	}
	again.ProductID = "abacus"
	if err := w.DB.AddConnection(t.Context(), again); portal.ErrorCode(err) != portal.Invalid {
		t.Errorf("an unknown product: %v", err)
	}
	again.ProductID, again.MSSPID = "heimdal", postgres.NewID()
	if err := w.DB.AddConnection(t.Context(), again); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("an unknown MSSP: %v", err)
	}
	if _, err := w.DB.Connection(t.Context(), w.ID, postgres.NewID()); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("an unknown connection: %v", err)
	}
}

func TestWhatWasReadOfAConnectionThatHasChangedSinceIsReadAnew(t *testing.T) {
	t.Parallel()
	number, address, key := "99", "https://dashboard.example.com", "ANOTHERKEY0123456789"
	for name, change := range map[string]portal.ConnectionChange{
		"another customer": {CustomerID: &number}, "another key": {APIKey: &key}, "another address": {BaseURL: &address, APIKey: &key},
	} {
		for _, during := range []int64{2, 3} { // in the middle, and at the last call
			w := newTenant(t)
			var made []int64
			w.service = w.newService(w.playing(func(ctx context.Context, _ connector.Options, state connector.State, add func(portal.Customer) error) (connector.State, error) {
				made = append(made, state.Progress.Calls+1)
				if len(made) == int(during) {
					if _, err := w.service.ChangeConnection(ctx, w.admin, w.connection.ID, change); err != nil {
						t.Error(err)
					}
				}
				if len(made) == 2 && during == 2 { // another process goes on
					return state, &connector.Postponed{}
				}
				return bring(state, 3, add)
			}))
			run, err := w.service.RunNow(t.Context(), w.ID, nil)
			want := "[1 2 3 1 2 3]"
			if during == 2 {
				var postponed *connector.Postponed
				if !errors.As(err, &postponed) {
					t.Errorf("%s: %v", name, err)
				}
				run, err = w.service.RunNow(t.Context(), w.ID, nil)
				want = "[1 2 1 2 3]"
			}
			if err != nil || run.Status != portal.RunComplete || run.Calls != 3 || run.Added != 3 || fmt.Sprint(made) != want {
				t.Errorf("%s: the calls made are %v, and the run is %+v: %v", name, made, run, err)
			}
		}
	}
}

func TestAConnectionThatChangesWhileItsRunIsMergedIsReadAgain(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.stand.SetCustomers(many(3))
	for _, change := range []string{"paused = paused", "customer_id = customer_id || '9'"} {
		merging, err := w.Owner.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer merging.Rollback(context.Background()) //nolint:errcheck // it has ended, or the test has failed
		if _, err := merging.Exec(t.Context(), "select from mssp where id = $1 for no key update", w.ID); err != nil {
			t.Fatal(err)
		}
		ended := make(chan portal.RunStatus, 1)
		go func() {
			run, err := w.service.RunNow(t.Context(), w.ID, nil)
			if err != nil {
				t.Error(err)
			}
			ended <- run.Status
		}()
		w.wait(1, "select count(*) from pg_locks l join pg_stat_activity a on a.pid = l.pid where a.datname = current_database() and not l.granted")
		w.Exec("update mssp_product set " + change)
		if err := merging.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if status := <-ended; status != portal.RunComplete {
			t.Errorf("%s: the run is %s", change, status)
		}
		want := int64(1)
		if change == "paused = paused" {
			want = 0
		}
		if n := value[int64](w, "select count(*) from sync_run where status = 'queued'"); n != want {
			t.Errorf("%s: %d runs are queued", change, n)
		}
		w.stand.SetCustomers(many(4))
	}
}

func TestAnAdminsWordIsNotForAConnectionThatHasChangedSince(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(many(60)...)
	review := w.sync(many(30)...)
	w.stand.SetCustomers(many(60))
	if _, err := w.service.Accept(t.Context(), w.admin, review.ID); err != nil {
		t.Fatal(err)
	}
	w.Exec("update mssp_product set api_key_sealed = api_key_sealed || ''::bytea, base_url = base_url || '/' where id = $1", w.connection.ID)
	run := w.again()
	if run.ID != review.ID || run.Status != portal.RunComplete || run.Missing != 0 || run.ReviewedAt != nil {
		t.Errorf("the run is %+v", run)
	}
}
