package customersync_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

func TestStaging(t *testing.T) {
	t.Parallel()
	t.Run("writes_chunks_of_bounded_size", testStagingWritesChunksOfBoundedSize)
	t.Run("failed_call_leaves_no_rows", testStagingFailedCallLeavesNoRows)
	t.Run("wrong_count_fails_the_run", testStagingWrongCountFailsTheRun)
}

func testStagingWritesChunksOfBoundedSize(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		customers, most int
		raw             string
	}{
		"many":  {12_001, 5000, `{}`},
		"heavy": {300, 70, `{"note":"` + strings.Repeat("x", 64<<10) + `"}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTenant(t)
			reached, release := make(chan struct{}), make(chan struct{})
			w.service = w.newService(w.scriptedCalls(func(state connector.State, add addFunc) (connector.State, error) {
				for i := range test.customers {
					c := scriptedClient(i, "Client")
					c.Raw = json.RawMessage(test.raw)
					if err := add(c); err != nil {
						return state, err
					}
				}
				close(reached)
				wait.Hold(t, release)
				return connector.State{Done: true, Progress: connector.Progress{Calls: 1, Seen: int64(test.customers)}}, nil
			}))
			done := make(chan portal.SyncRun, 1)
			go func() {
				run, err := w.service.RunNow(context.Background(), w.ID, nil)
				if err != nil {
					t.Error(err)
				}
				done <- run
			}()
			wait.Signal(t, time.Minute, "the end of the call", reached)
			// Each chunk is written in its own transaction.
			if largest := value[int64](w, `
				select coalesce(max(n), 0)
				from (select count(*) as n from sync_customer group by xmin::text) chunks`); largest > int64(test.most) {
				t.Errorf("customers in the largest chunk: got %d, want at most %d", largest, test.most)
			}
			// Memory holds at most the chunk that is being written and the one that is being filled.
			written, want := value[int64](w, "select count(*) from sync_customer"), int64(test.customers-2*test.most)
			if written < want {
				t.Errorf("customers written before the end of the call: got %d, want at least %d", written, want)
			}
			close(release)
			if run := wait.For(t, time.Minute, "the run to end", done); run.Status != portal.RunComplete || run.Seen != int64(test.customers) {
				t.Errorf("run: got %+v (%s), want complete with %d seen", run, errorText(run), test.customers)
			}
		})
	}
}

func testStagingFailedCallLeavesNoRows(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(clientsOfOneMSP(3)...)
	before := w.Everything()
	for code, fault := range map[string]error{
		"truncated": connector.CallErrorf(connector.Truncated, "It broke off."), "internal": errors.New("broken"),
	} {
		w.service = w.newService(w.scriptedCalls(func(state connector.State, add addFunc) (connector.State, error) {
			if state.Progress.Calls == 1 {
				if err := addClients(add, 100, 7000, "Ghost"); err != nil {
					return state, err
				}
				return state, fault
			}
			return addNext(state, 2, add)
		}))
		w.mustFail(code)
		if n := value[int64](w, "select count(*) from sync_customer"); n != 0 || w.Everything() != before {
			t.Errorf("%s: got %d staged rows, or other rows were written; want neither", code, n)
		}
	}
}

func testStagingWrongCountFailsTheRun(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*tenant, *connector.State){
		"staged_rows_are_lost": func(w *tenant, s *connector.State) {
			if s.Done {
				w.Exec("delete from sync_customer where mssp_id = $1", w.ID)
			}
		},
		"connector_counts_more":  func(_ *tenant, s *connector.State) { s.Progress.Seen++ },
		"connector_counts_fewer": func(_ *tenant, s *connector.State) { s.Progress.Seen-- },
	} {
		t.Run(name, func(t *testing.T) {
			w := newTenant(t)
			before := w.Everything()
			w.service = w.newService(w.scriptedCalls(func(state connector.State, add addFunc) (connector.State, error) {
				next, err := addNext(state, 3, add)
				change(w, &next)
				return next, err
			}))
			run := w.syncNow()
			if run.Status != portal.RunFailed || run.ErrorCode == nil || *run.ErrorCode != "lost" || *run.Error == "" {
				t.Errorf("run: got %s (%s), want failed by lost", run.Status, errorText(run))
			}
			if w.Everything() != before {
				t.Error("the run wrote rows, want none")
			}
		})
	}
}
