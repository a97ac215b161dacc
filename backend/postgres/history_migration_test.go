package postgres_test

import (
	"os"
	"strings"
	"testing"
)

// TestHistoryMigration repeats the migration after an interruption at every step: no transaction undoes the steps before.
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
	if len(steps) < 20 || w.Everything() != before {
		t.Errorf("repeating %d steps changed rows", len(steps))
	}
	invalid := value[int64](w, "select count(*) from pg_index where not indisvalid")
	if invalid != 0 {
		t.Errorf("%d indexes are not valid", invalid)
	}
	w.complete(crowd(4))
	w.CheckSpans(t.Errorf)
}
