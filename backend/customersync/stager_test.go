package customersync_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
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
		w := newTenant(t)
		reached, release := make(chan struct{}), make(chan struct{})
		w.service = w.newService(w.scriptedCalls(func(state connector.State, add addFunc) (connector.State, error) {
			for i := range test.customers {
				c := portal.Customer{Kind: portal.KindClient, ExternalID: fmt.Sprint(i), Name: "Client", Type: "CORP", Raw: json.RawMessage(test.raw)}
				if err := add(c); err != nil {
					return state, err
				}
			}
			close(reached)
			<-release
			return connector.State{Done: true, Progress: connector.Progress{Calls: 1, Seen: int64(test.customers)}}, nil
		}))
		done := make(chan portal.SyncRun)
		go func() {
			run, err := w.service.RunNow(context.Background(), w.ID, nil)
			if err != nil {
				t.Error(err)
			}
			done <- run
		}()
		<-reached
		// Whatever was written so far was written in transactions of its own, each with one chunk.
		if largest := value[int64](w, "select coalesce(max(n), 0) from (select count(*) as n from sync_customer group by xmin::text) chunks"); largest > int64(test.most) {
			t.Errorf("%s: a chunk holds %d customers", name, largest)
		}
		// All but the chunk that is being written and the one that is being filled.
		if written := value[int64](w, "select count(*) from sync_customer"); written < int64(test.customers-2*test.most) {
			t.Errorf("%s: only %d of %d customers are written: the rest is held in memory", name, written, test.customers)
		}
		close(release)
		if run := <-done; run.Status != portal.RunComplete || run.Seen != int64(test.customers) {
			t.Errorf("%s: the run is %+v: %s", name, run, errorText(run))
		}
	}
}

func testStagingFailedCallLeavesNoRows(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(clientsOfOneMSP(3)...)
	before := w.Everything()
	for code, fault := range map[string]error{"truncated": connector.CallErrorf(connector.Truncated, "It broke off."), "internal": errors.New("broken")} {
		w.service = w.newService(w.scriptedCalls(func(state connector.State, add addFunc) (connector.State, error) {
			if state.Progress.Calls == 1 {
				for i := range 7000 {
					if err := add(scriptedClient(100+i, "Ghost")); err != nil {
						return state, err
					}
				}
				return state, fault
			}
			return addNext(state, 2, add)
		}))
		w.mustFail(code)
		if n := value[int64](w, "select count(*) from sync_customer"); n != 0 || w.Everything() != before {
			t.Errorf("%s: %d rows are left, or rows were written", code, n)
		}
	}
}

func testStagingWrongCountFailsTheRun(t *testing.T) {
	t.Parallel()
	for name, meddle := range map[string]func(*tenant, *connector.State){
		"some are lost while others are read": func(w *tenant, s *connector.State) {
			if s.Done {
				w.Exec("delete from sync_customer where mssp_id = $1", w.ID)
			}
		},
		"the product's connector counts more":  func(_ *tenant, s *connector.State) { s.Progress.Seen++ },
		"the product's connector counts fewer": func(_ *tenant, s *connector.State) { s.Progress.Seen-- },
	} {
		w := newTenant(t)
		before := w.Everything()
		w.service = w.newService(w.scriptedCalls(func(state connector.State, add addFunc) (connector.State, error) {
			next, err := addNext(state, 3, add)
			meddle(w, &next)
			return next, err
		}))
		run := w.syncNow()
		if run.Status != portal.RunFailed || run.ErrorCode == nil || *run.ErrorCode != "lost" || *run.Error == "" {
			t.Errorf("%s: the run ends as %s, %q", name, run.Status, errorText(run))
		}
		if w.Everything() != before {
			t.Errorf("%s: rows were written", name)
		}
	}
}
