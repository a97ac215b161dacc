package postgres_test

import (
	"os"
	"strings"
	"testing"
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
