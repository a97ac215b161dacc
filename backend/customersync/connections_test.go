package customersync_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit/wait"
)

func TestConnection(t *testing.T) {
	t.Parallel()
	t.Run("public_only_never_calls_private_address", testConnectionPublicOnlyNeverCallsPrivateAddress)
	t.Run("unusable_setting_fails_run", testConnectionUnusableSettingFailsRun)
	t.Run("next_run_uses_replaced_key", testConnectionNextRunUsesReplacedKey)
	t.Run("run_without_connection_is_refused", testConnectionRunWithoutConnectionIsRefused)
	t.Run("is_added_once_and_to_known_mssp", testConnectionIsAddedOnceAndToKnownMSSP)
}

func testConnectionPublicOnlyNeverCallsPrivateAddress(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	// The connection's host was public when it was set, and now resolves to this machine.
	w.Exec("update mssp_product set public_only = true where id = $1", w.connection.ID)
	run, err := w.service.RunNow(context.Background(), w.ID, nil)
	if err != nil || run.Status != portal.RunFailed || run.ErrorCode == nil || *run.ErrorCode != string(connector.Unreachable) {
		t.Errorf("run: got %s %s (%v), want failed by %s", run.Status, *run.ErrorCode, err, connector.Unreachable)
	}
	trial, err := w.service.TryConnection(context.Background(), w.admin, portal.ConnectionTrial{ID: w.connection.ID})
	if err != nil || trial.OK || trial.Code != string(connector.Unreachable) {
		t.Errorf("trial: got %+v, %v; want %s", trial, err, connector.Unreachable)
	}
	if w.fake.Calls() != 0 {
		t.Errorf("calls: got %d, want none", w.fake.Calls())
	}
}

func testConnectionUnusableSettingFailsRun(t *testing.T) {
	t.Parallel()
	const otherKey = "api_key_sealed = convert_to('mssp_product.api_key:' || mssp_id || ':' || id || 'WRONG', 'utf8')"
	for name, test := range map[string]struct{ set, want string }{
		"unreadable_secret":    {"api_key_sealed = 'sealed for something else'", "bad_secret"},
		"wrong_key":            {otherKey, "bad_key"},
		"plain_http":           {"base_url = 'http://dashboard.example.com'", "bad_connection"},
		"closed_port":          {"base_url = 'http://127.0.0.1:1'", "unreachable"},
		"https_to_http_server": {"base_url = replace(base_url, 'http:', 'https:')", "tls"},
		"unknown_path":         {"base_url = base_url || '/v9'", "not_found"},
		"wrong_customer_id":    {"customer_id = '18'", "bad_key"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTenant(t)
			w.complete(clientsOfOneMSP(3)...)
			w.Exec("update mssp_product set " + test.set)
			w.mustFail(test.want)
		})
	}
}

func testConnectionNextRunUsesReplacedKey(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.Exec(`
		update mssp_product
		set api_key_sealed = convert_to('mssp_product.api_key:' || mssp_id || ':' || id || 'OLD', 'utf8')`)
	w.mustFail("bad_key")
	w.Exec("update mssp_product set api_key_sealed = $1", w.connection.APIKeySealed)
	w.complete(clientsOfOneMSP(3)...)
}

func testConnectionRunWithoutConnectionIsRefused(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	if _, err := w.service.RunNow(t.Context(), postgres.NewID(), nil); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("unknown MSSP: got %v, want not_found", err)
	}
	if _, err := w.service.RunNow(t.Context(), "Fjord", nil); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("MSSP by name: got %v, want not_found", err)
	}
	w.Exec("update mssp_product set paused = true")
	if _, err := w.service.RunNow(t.Context(), w.ID, nil); portal.ErrorCode(err) != portal.NoProduct {
		t.Errorf("paused connection: got %v, want no_product", err)
	}
	if _, err := w.service.Request(t.Context(), w.admin); portal.ErrorCode(err) != portal.NoProduct {
		t.Errorf("request for a paused connection: got %v, want no_product", err)
	}
}

func testConnectionIsAddedOnceAndToKnownMSSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	again := w.connection
	again.ID = postgres.NewID()
	if err := w.DB.AddConnection(t.Context(), again); portal.ErrorCode(err) != portal.Conflict {
		t.Errorf("second connection of the customer: got %v, want conflict", err)
	}
	again.ProductID = "abacus"
	if err := w.DB.AddConnection(t.Context(), again); portal.ErrorCode(err) != portal.Invalid {
		t.Errorf("unknown product: got %v, want invalid", err)
	}
	again.ProductID, again.MSSPID = "heimdal", postgres.NewID()
	if err := w.DB.AddConnection(t.Context(), again); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("unknown MSSP: got %v, want not_found", err)
	}
	if _, err := w.DB.Connection(t.Context(), w.ID, postgres.NewID()); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("unknown connection: got %v, want not_found", err)
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
		"id": {CustomerID: &number}, "key": {APIKey: &key}, "address": {BaseURL: &address, APIKey: &key},
	} {
		t.Run(name+"_between_workers", func(t *testing.T) {
			w := newTenant(t)
			made := w.changeConnectionDuringCall(2, change, true)
			var postponed *connector.Postponed
			if _, err := w.service.RunNow(t.Context(), w.ID, nil); !errors.As(err, &postponed) {
				t.Errorf("first worker: got %v, want the run postponed", err)
			}
			w.wantThreeCalls(made, "[1 2 1 2 3]")
		})
		t.Run(name+"_in_last_call", func(t *testing.T) {
			w := newTenant(t)
			w.wantThreeCalls(w.changeConnectionDuringCall(3, change, false), "[1 2 3 1 2 3]")
		})
	}
}

// changeConnectionDuringCall scripts a run of three calls and changes the connection in the n-th call that is made. It
// returns the numbers of the calls. If postpone is set, the second call ends with the run postponed.
func (w *tenant) changeConnectionDuringCall(n int, change portal.ConnectionChange, postpone bool) *[]int64 {
	var made []int64
	w.service = w.newService(w.scripted(func(ctx context.Context, _ connector.Options, state connector.State,
		add addFunc) (connector.State, error) {
		made = append(made, state.Progress.Calls+1)
		if len(made) == n {
			if _, err := w.service.ChangeConnection(ctx, w.admin, w.connection.ID, change); err != nil {
				w.Error(err)
			}
		}
		if len(made) == 2 && postpone {
			return state, &connector.Postponed{}
		}
		return addNext(state, 3, add)
	}))
	return &made
}

// wantThreeCalls runs a sync that must complete with the customers of three calls, and checks the calls made until
// then.
func (w *tenant) wantThreeCalls(made *[]int64, want string) {
	w.Helper()
	run, err := w.service.RunNow(w.Context(), w.ID, nil)
	if err != nil || run.Status != portal.RunComplete || run.Calls != 3 || run.Added != 3 {
		w.Errorf("run: got %+v, %v; want complete after 3 calls with 3 added", run, err)
	}
	if got := fmt.Sprint(*made); got != want {
		w.Errorf("calls: got %s, want %s", got, want)
	}
}

func testConnectionChangeDuringMergeQueuesAnotherRun(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.fake.SetCustomers(clientsOfOneMSP(3))
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
		w.waitForCount(1, `
			select count(*)
			from pg_locks l
			join pg_stat_activity a on a.pid = l.pid
			where a.datname = current_database() and not l.granted`)
		w.Exec("update mssp_product set " + change)
		if err := merging.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if status := wait.For(t, time.Minute, "the run to end", ended); status != portal.RunComplete {
			t.Errorf("%s: got %s, want complete", change, status)
		}
		want := int64(1)
		if change == "paused = paused" {
			want = 0
		}
		if n := value[int64](w, "select count(*) from sync_run where status = 'queued'"); n != want {
			t.Errorf("%s: got %d queued runs, want %d", change, n, want)
		}
		w.fake.SetCustomers(clientsOfOneMSP(4))
	}
}

func testConnectionChangeInvalidatesAcceptedReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(clientsOfOneMSP(60)...)
	review := w.sync(clientsOfOneMSP(30)...)
	w.fake.SetCustomers(clientsOfOneMSP(60))
	if _, err := w.service.Accept(t.Context(), w.admin, review.ID); err != nil {
		t.Fatal(err)
	}
	w.Exec(`
		update mssp_product
		set api_key_sealed = api_key_sealed || ''::bytea, base_url = base_url || '/'
		where id = $1`, w.connection.ID)
	run := w.syncNow()
	if run.ID != review.ID || run.Status != portal.RunComplete || run.Missing != 0 || run.ReviewedAt != nil {
		t.Errorf("run: got %+v, want %s complete, none missing, without a review", run, review.ID)
	}
}
