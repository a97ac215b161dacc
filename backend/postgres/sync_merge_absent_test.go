package postgres_test

import (
	"testing"
)

func TestAbsence(t *testing.T) {
	t.Parallel()
	t.Run("becomes_missing_after_second_paged_run_in_a_row", testAbsenceBecomesMissingAfterSecondPagedRunInARow)
	t.Run("counts_from_zero_after_run_of_older_server", testAbsenceCountsFromZeroAfterRunOfOlderServer)
}

// checkAbsence plays two paged runs without client 103 and checks that it is missing after the second only.
func (w *tenant) checkAbsence() {
	w.Helper()
	for run, want := range []string{"active", "missing"} {
		w.paged(nil, crowd(3))
		got := value[string](w, "select status from client where external_id = '103' and mssp_product_id = $1", w.connection)
		if got != want {
			w.Errorf("status of the client after paged run %d without it: got %s, want %s", run+1, got, want)
		}
	}
}

func testAbsenceBecomesMissingAfterSecondPagedRunInARow(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(4))
	w.checkAbsence()
}

func testAbsenceCountsFromZeroAfterRunOfOlderServer(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(4))
	w.paged(nil, crowd(3))
	since := value[string](w, "select absent_since::text from client where external_id = '103'")
	// An older server reads the client, but leaves absent_since and stale_fields as they are.
	run := w.complete(crowd(4))
	w.Exec("update sync_run set merged_with = 0 where id = $1", run.ID)
	w.Exec("update client set absent_since = $1::timestamptz, stale_fields = '{seats_used}' where external_id = '103'", since)
	w.checkAbsence()
	if got := value[int64](w, "select count(*) from client where stale_fields is not null"); got != 0 {
		t.Errorf("clients with stale fields: got %d, want 0", got)
	}
}
