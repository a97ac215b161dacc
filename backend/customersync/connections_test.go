package customersync_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func TestConnection(t *testing.T) {
	t.Parallel()
	t.Run("public_only_never_calls_private_address", testConnectionPublicOnlyNeverCallsPrivateAddress)
	t.Run("unusable_setting_fails_the_run", testConnectionUnusableSettingFailsTheRun)
	t.Run("next_run_uses_replaced_key", testConnectionNextRunUsesReplacedKey)
	t.Run("run_without_connection_is_refused", testConnectionRunWithoutConnectionIsRefused)
	t.Run("is_added_once_and_to_known_mssp", testConnectionIsAddedOnceAndToKnownMSSP)
}

func testConnectionPublicOnlyNeverCallsPrivateAddress(t *testing.T) {
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

// interruptingClock is a clock during whose longer sleeps something happens.
type interruptingClock struct {
	*skippingClock
	beforeSleep func()
}

func testConnectionUnusableSettingFailsTheRun(t *testing.T) {
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
		w.complete(clientsOfOneMSP(3)...)
		w.Exec("update mssp_product set " + column)
		w.mustFail(want)
	}
}

func testConnectionNextRunUsesReplacedKey(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.Exec("update mssp_product set api_key_sealed = convert_to('mssp_product.api_key:' || mssp_id || ':' || id || 'OLD', 'utf8')")
	w.mustFail("bad_key")
	w.Exec("update mssp_product set api_key_sealed = $1", w.connection.APIKeySealed)
	w.complete(clientsOfOneMSP(3)...)
}

func testConnectionRunWithoutConnectionIsRefused(t *testing.T) {
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

func testConnectionIsAddedOnceAndToKnownMSSP(t *testing.T) {
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

func TestConnectionChange(t *testing.T) {
	t.Parallel()
	t.Run("restarts_reading", testConnectionChangeRestartsReading)
	t.Run("during_merge_queues_another_run", testConnectionChangeDuringMergeQueuesAnotherRun)
	t.Run("invalidates_accepted_review", testConnectionChangeInvalidatesAcceptedReview)
}

func testConnectionChangeRestartsReading(t *testing.T) {
	t.Parallel()
	number, address, key := "99", "https://dashboard.example.com", "ANOTHERKEY0123456789"
	for name, change := range map[string]portal.ConnectionChange{
		"another customer": {CustomerID: &number}, "another key": {APIKey: &key}, "another address": {BaseURL: &address, APIKey: &key},
	} {
		for _, during := range []int64{2, 3} { // in the middle, and at the last call
			w := newTenant(t)
			var made []int64
			w.service = w.newService(w.scripted(func(ctx context.Context, _ connector.Options, state connector.State, add addFunc) (connector.State, error) {
				made = append(made, state.Progress.Calls+1)
				if len(made) == int(during) {
					if _, err := w.service.ChangeConnection(ctx, w.admin, w.connection.ID, change); err != nil {
						t.Error(err)
					}
				}
				if len(made) == 2 && during == 2 { // another process goes on
					return state, &connector.Postponed{}
				}
				return addNext(state, 3, add)
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

func testConnectionChangeDuringMergeQueuesAnotherRun(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.stand.SetCustomers(clientsOfOneMSP(3))
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
		w.waitForCount(1, "select count(*) from pg_locks l join pg_stat_activity a on a.pid = l.pid where a.datname = current_database() and not l.granted")
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
		w.stand.SetCustomers(clientsOfOneMSP(4))
	}
}

func testConnectionChangeInvalidatesAcceptedReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(clientsOfOneMSP(60)...)
	review := w.sync(clientsOfOneMSP(30)...)
	w.stand.SetCustomers(clientsOfOneMSP(60))
	if _, err := w.service.Accept(t.Context(), w.admin, review.ID); err != nil {
		t.Fatal(err)
	}
	w.Exec("update mssp_product set api_key_sealed = api_key_sealed || ''::bytea, base_url = base_url || '/' where id = $1", w.connection.ID)
	run := w.syncNow()
	if run.ID != review.ID || run.Status != portal.RunComplete || run.Missing != 0 || run.ReviewedAt != nil {
		t.Errorf("the run is %+v", run)
	}
}
