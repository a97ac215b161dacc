package postgres_test

import (
	"strings"
	"testing"

	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

func TestReady(t *testing.T) {
	w := testkit.NewWorld(t)
	all, err := postgres.MigrationStatus(t.Context(), w.URLs.Owner)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.DB.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, step := range all {
		w.Exec(t, "delete from goose_db_version where version_id = $1", step.Version)
		if err := w.DB.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "migrate up") {
			t.Errorf("without step %d (%s) got %v, want an error that names migrate up", step.Version, step.Name, err)
		}
		w.Exec(t, "insert into goose_db_version (version_id, is_applied) values ($1, true)", step.Version)
	}
}
