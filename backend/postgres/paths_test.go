package postgres_test

import (
	"testing"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

func TestPaths(t *testing.T) {
	t.Parallel()
	ids := func(n int64) []portal.PathStats {
		return []portal.PathStats{{FieldPath: portal.FieldPath{Path: "id", Customers: n, Source: portal.SourceNone}}}
	}
	t.Run("takeover_restores_paths_saved_last", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		lease := w.lease()
		finish := w.DB.FinishCallWithPaths
		for call := range int64(2) {
			w.stage(lease, call+1, crowd(2)[call:call+1])
			state := connector.State{
				Progress: connector.Progress{Calls: call + 1, Seen: call + 1}, Counted: call + 1, Paths: ids(call + 1),
			}
			if _, err := finish(t.Context(), lease, state); err != nil {
				t.Fatal(err)
			}
			finish = w.DB.FinishCall
		}
		w.die(lease)
		lease = w.take(lease.Run.ID)
		state, err := w.DB.ResumeReading(t.Context(), lease)
		if err != nil || state.Progress.Seen != 2 || state.Counted != 1 || len(state.Paths) != 1 || state.Paths[0].Customers != 1 {
			t.Fatalf("resumed reading: got %+v, %v, want two customers and the paths of one", state, err)
		}
		w.stage(lease, 3, crowd(2)[2:])
		state.Done, state.Progress.Calls, state.Progress.Seen, state.Counted, state.Paths = true, 3, 3, 2, ids(2)
		if _, err := w.DB.FinishCall(t.Context(), lease, state); err != nil {
			t.Fatal(err)
		}
		if run, err := w.merge(lease); err != nil || run.Status != portal.RunComplete {
			t.Fatalf("run: got status %s, %v, want complete", run.Status, err)
		}
		if m := w.fieldMap(); m.Customers != 2 || m.Items[0].Customers != 2 {
			t.Errorf("field map: got %d customers, want the 2 whose paths are known: %+v", m.Customers, m.Items)
		}
	})
	t.Run("run_of_older_server_keeps_all_paths", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		lease := w.lease()
		w.stage(lease, 1, crowd(1))
		w.Exec(`
			update sync_run
			set calls = 1, staged = 2, state = '{"progress": {"calls": 1, "seen": 2}, "paths": [{"path": "id", "customers": 2, "type_counts": {}}]}'
			where id = $1`, lease.Run.ID)
		w.die(lease)
		lease = w.take(lease.Run.ID)
		for range 2 { // at every takeover
			state, err := w.DB.ResumeReading(t.Context(), lease)
			if err != nil || state.Counted != 2 || len(state.Paths) != 1 {
				t.Errorf("resumed reading: got %+v, %v, want the path of two customers", state, err)
			}
		}
	})
}
