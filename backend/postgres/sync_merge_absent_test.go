package postgres_test

import (
	"testing"
)

func TestAbsence(t *testing.T) {
	t.Parallel()
	status := func(w *tenant) string {
		return value[string](w, "select status from client where external_id = '103' and mssp_product_id = $1", w.connection)
	}
	t.Run("makes a customer missing in the second paged run in a row", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.complete(crowd(4))
		for _, want := range []string{"active", "missing"} {
			if w.paged(nil, crowd(3)); status(w) != want {
				t.Errorf("the customer is %s, want %s", status(w), want)
			}
		}
	})
	t.Run("counts anew after a run of an older server", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.complete(crowd(4))
		w.paged(nil, crowd(3))
		since := value[string](w, "select absent_since::text from client where external_id = '103'")
		// As a server leaves it that knows nothing of absent_since and stale_fields, although it has read the customer.
		run := w.complete(crowd(4))
		w.Exec("update sync_run set merged_with = 0 where id = $1", run.ID)
		w.Exec("update client set absent_since = $1::timestamptz, stale_fields = '{seats_used}' where external_id = '103'", since)
		for _, want := range []string{"active", "missing"} {
			if w.paged(nil, crowd(3)); status(w) != want {
				t.Errorf("the customer is %s, want %s", status(w), want)
			}
		}
		if n := value[int64](w, "select count(*) from client where stale_fields is not null"); n != 0 {
			t.Errorf("%d customers still have stale fields, want none", n)
		}
	})
}
