package postgres_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/postgres"
)

// TestHistoryMigration applies the migration a second time: it is not in a transaction, so an interrupted one starts
// again with steps that were applied before.
func TestHistoryMigration(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	file, err := os.ReadFile("migrations/00016_history.sql")
	if err != nil {
		t.Fatal(err)
	}
	w.complete(crowd(3))
	before := w.Everything()
	steps := strings.Split(strings.TrimSpace(string(file)), ";\n")
	for _, step := range steps {
		w.Exec(step)
	}
	if len(steps) < 20 {
		t.Errorf("got %d steps, want at least 20", len(steps))
	}
	if w.Everything() != before {
		t.Error("got changed rows after repeating the steps, want none")
	}
	invalid := value[int64](w, "select count(*) from pg_index where not indisvalid")
	if invalid != 0 {
		t.Errorf("got %d invalid indexes, want 0", invalid)
	}
	w.complete(crowd(4))
	w.CheckSpans(t.Errorf)
}

// TestHistoryFill completes what older servers have written, however much it is.
func TestHistoryFill(t *testing.T) {
	t.Parallel()
	t.Run("completes_more_moves_than_a_batch", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.Exec(`
			insert into change (mssp_id, id, at, entity, entity_id, kind, field, before, after, version)
			select $1, gen_random_uuid(), now(), 'client', gen_random_uuid(), 'moved', 'msp', 'North', 'South', 1
			from generate_series(1, 5001)`, w.ID)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		if _, err := postgres.Migrate(ctx, w.URLs.Owner); err != nil {
			t.Fatalf("migrate within two minutes: %v", err)
		}
		left := value[int64](w, "select count(*) from change where kind = 'moved' and msps_known is null")
		if left != 0 {
			t.Errorf("got %d moves whose MSPs were not looked up, want 0", left)
		}
	})
}
