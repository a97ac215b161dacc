package customersync_test

import (
	"context"
	"slices"
	"testing"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

// TestRunSavesPaths: the paths of a run's customers are saved when it ends, and before that only with a call that has a
// path or a type of one which is not yet saved.
func TestRunSavesPaths(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	type saved struct{ counted, inState int64 }
	var before []saved
	paths := []string{"id", "", "seats", "", ""}
	w.service = w.newService(w.scripted(func(_ context.Context, _ connector.Options, s connector.State, add addFunc) (connector.State, error) {
		before = append(before, saved{
			value[int64](w, "select coalesce((select (paths->>'counted')::bigint from sync_run where status = 'running'), 0)"),
			value[int64](w, "select count(*) from sync_run where state ? 'paths'"),
		})
		s.Counted++
		for i := range s.Paths {
			s.Paths[i].Customers++
		}
		if path := paths[s.Progress.Calls]; path != "" {
			s.Paths = append(slices.Clone(s.Paths), portal.PathStats{
				FieldPath: portal.FieldPath{Path: path, Customers: 1, Source: portal.SourceNone}, TypeCounts: map[string]int64{"text": 1},
			})
		}
		return addNext(s, int64(len(paths)), add)
	}))
	run := w.syncNow()
	if run.Status != portal.RunComplete {
		t.Fatalf("run: got %s (%s), want complete", run.Status, errorText(run))
	}
	if want := []saved{{0, 0}, {1, 0}, {1, 0}, {3, 0}, {3, 0}}; !slices.Equal(before, want) {
		t.Errorf("saved before each call: got %v, want %v", before, want)
	}
	if m := w.fieldMap(); m.Customers != 5 || w.path("id").Customers != 5 || w.path("seats").Customers != 3 {
		t.Errorf("field map: got %d customers with %+v, want 5, all with an id, 3 with seats", m.Customers, m.Items)
	}
	if n := value[int64](w, "select count(*) from sync_run where paths is not null"); n != 0 {
		t.Errorf("ended runs with paths: got %d, want none", n)
	}
}
