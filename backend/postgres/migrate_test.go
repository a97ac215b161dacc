package postgres_test

import (
	"context"
	"database/sql"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/wait"
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

const nameKeysStep = "00015_name_keys.sql"

// testMigrateRepeatsNameKeys repeats the migration after an interruption: its statements are not in one transaction.
func testMigrateRepeatsNameKeys(t *testing.T) {
	w := testkit.NewWorld(t)
	w.Exec(t, `
		delete from goose_db_version where version_id = 15;
		drop view person_of_mssp, person_of_msp; -- which a later step gave another column
		drop index client_unkeyed_idx;
		create index client_name_idx on client (mssp_id, search_name, id);
		alter table msp drop column name_rest`)
	files := fstest.MapFS{}
	content, err := os.ReadFile("migrations/" + nameKeysStep)
	if err != nil {
		t.Fatal(err)
	}
	files[nameKeysStep] = &fstest.MapFile{Data: content}
	db, err := sql.Open("pgx", w.URLs.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithAllowOutofOrder(true),
		goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if applied, err := provider.Up(t.Context()); err != nil || len(applied) != 1 {
		t.Fatalf("got migrations %v, %v, want one", applied, err)
	}
	indexes := w.Text(t, "select string_agg(indexname, ' ' order by indexname) from pg_indexes where tablename in "+
		"('msp', 'client') and (indexname like '%name%' or indexname like '%unkeyed%')")
	want := "client_msp_name_key_idx client_name_key_idx client_unkeyed_idx msp_name_key_idx msp_unkeyed_idx"
	if !strings.HasPrefix(indexes, want) {
		t.Errorf("indexes: got %s, want %s", indexes, want)
	}
}

func TestMigrate(t *testing.T) {
	t.Run("repeats_interrupted_name_keys", testMigrateRepeatsNameKeys)
	t.Run("lets_requests_pass_while_it_waits_for_a_lock", testMigrateLetsRequestsPass)
	// A branch with a lower number can be merged after one with a higher number.
	t.Run("applies_migration_below_the_newest", func(t *testing.T) {
		w := testkit.NewWorld(t)
		w.Exec(t, `
			alter table refresh_token drop column request_hash;
			alter table session drop column uses_request_ids, drop column graces;
			delete from goose_db_version where version_id = 25`)
		applied, err := postgres.Migrate(t.Context(), w.URLs.Owner)
		if err != nil || len(applied) != 1 || applied[0].Version != 25 {
			t.Fatalf("got migrations %v, %v, want 25", applied, err)
		}
		if err := w.DB.Ready(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// testMigrateLetsRequestsPass holds a lock of a table, as an export does, until a request has passed a waiting migration.
func testMigrateLetsRequestsPass(t *testing.T) {
	w := testkit.NewWorld(t)
	w.Exec(t, `
		alter table mssp_product drop column filled_paths;
		delete from goose_db_version where version_id = 41`)
	holder, err := pgx.Connect(t.Context(), w.URLs.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close(context.Background())
	export, err := holder.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := export.Exec(t.Context(), "lock table mssp_product in access share mode"); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := postgres.Migrate(t.Context(), w.URLs.Owner)
		done <- err
	}()
	wait.Until(t, time.Minute, "the migration to wait for the table", func() bool {
		return w.Text(t, "select count(*)::text from pg_locks where relation = 'mssp_product'::regclass and not granted") == "1"
	})
	request, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := w.DB.Stamp(request, w.Own.Viewers[portal.MSSPAdmin]); err != nil {
		t.Errorf("a request while the migration waits: %v, want no error", err)
	}
	select {
	case err := <-done:
		t.Fatalf("the migration ended with %v while the table was locked, want it to try again", err)
	default:
	}
	if err := export.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := wait.For(t, time.Minute, "the migration to end", done); err != nil {
		t.Error(err)
	}
	if err := w.DB.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}
