package postgres_test

import (
	"os"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// TestChangesMigration applies the migration a second time over existing changes: it is not in a transaction, so an
// interrupted one starts again. Before the trigger, an older server has written changes that no group counts.
func TestChangesMigration(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.Exec("drop trigger change_counted on change")
	w.complete(append(crowd(5), msp("2", "South")))
	moved := append(crowd(5), msp("2", "South"))
	moved[1].ParentID = "2"
	w.complete(moved)
	file, err := os.ReadFile("migrations/00034_changes.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range gooseSteps(string(file)) {
		w.Exec(step)
	}
	w.CheckCounts(t.Errorf)
	if n := value[int64](w, "select count(*) from pg_index where not indisvalid"); n != 0 {
		t.Errorf("got %d invalid indexes, want 0", n)
	}
	w.complete(crowd(7))
	w.CheckCounts(t.Errorf)
	// A server of an older version writes a change without knowing the groups.
	w.Exec(`
		insert into change (mssp_id, id, at, entity, entity_id, kind, version)
		values ($1, $2, now(), 'client', $2, 'missing', 1)`, w.ID, postgres.NewID())
	w.CheckCounts(t.Errorf)
}

// gooseSteps returns the statements of a migration.
func gooseSteps(file string) (steps []string) {
	file = strings.ReplaceAll(file, "-- +goose StatementEnd", "-- +goose StatementBegin")
	for i, part := range strings.Split(file, "-- +goose StatementBegin") {
		if i%2 == 1 {
			steps = append(steps, part)
			continue
		}
		for _, step := range strings.Split(strings.TrimSpace(part), ";\n") {
			if strings.TrimSpace(step) != "" {
				steps = append(steps, step)
			}
		}
	}
	return steps
}

// TestMovesAreRegrouped identifies the MSPs of moves that a server from before their ids has written.
func TestMovesAreRegrouped(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	world := []portal.Customer{msp("1", "North"), msp("2", "South"), client("3", "A", "1")}
	w.complete(world)
	world[2].ParentID = "2"
	w.complete(world)
	w.Exec("update change set before_msp_id = null, after_msp_id = null, msps_known = null where kind = 'moved'")
	w.Exec("update change_group set before_msp_id = $1, after_msp_id = $1 where kind = 'moved'", "00000000-0000-0000-0000-000000000000")
	if _, err := postgres.Migrate(t.Context(), w.URLs.Owner); err != nil {
		t.Fatal(err)
	}
	w.CheckCounts(t.Errorf)
	south := value[string](w, "select id::text from msp where mssp_id = $1 and external_id = '2'", w.ID)
	if _, page := w.changes(w.admin, portal.ChangeQuery{ChangeFilter: portal.ChangeFilter{MSPID: south, Kind: "moved"}}, 5); page.Total != 1 {
		t.Errorf("moves to South: got %d, want 1", page.Total)
	}
}
