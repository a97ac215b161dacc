package postgres_test

import (
	"context"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

func TestLicenceEnds(t *testing.T) {
	t.Parallel()
	t.Run("are_counted_in_merge_of_older_server", testLicenceEndsAreCountedInMergeOfOlderServer)
	t.Run("are_counted_by_migration", testLicenceEndsAreCountedByMigration)
	t.Run("are_summed_after_midnight", testLicenceEndsAreSummedAfterMidnight)
	t.Run("are_left_to_running_merge", testLicenceEndsAreLeftToRunningMerge)
}

// datedCrowd returns an MSP with clients whose licences end around today.
func datedCrowd(w *tenant, days ...int) []portal.Customer {
	all := crowd(len(days))
	for i, later := range days {
		day := w.today("UTC", later)
		all[i+1].ExpiresOn = &day
	}
	return all
}

// An older server knows neither table. It gives the MSSP its new version before it writes the clients.
func testLicenceEndsAreCountedInMergeOfOlderServer(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(datedCrowd(w, -3, -1, 0, 5, 40, 80, 200))
	w.CheckCounts(t.Errorf)
	err := pgx.BeginFunc(t.Context(), w.Owner, func(tx pgx.Tx) error {
		for _, sql := range []string{
			"update mssp set version = version + 1",
			"update client set expires_on = expires_on + 35 where external_id in ('100', '103')",
			"update client set msp_id = null where external_id in ('101', '104')",
			"update client set expires_on = null where external_id = '106'",
		} {
			if _, err := tx.Exec(t.Context(), sql); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.CheckCounts(func(format string, args ...any) {
		if count := args[0]; count == "client_end" || count == "client_end_sum" { // the others are not written here
			t.Errorf(format, args...)
		}
	})
}

// The migration is not in a transaction, so an interrupted one starts again.
func testLicenceEndsAreCountedByMigration(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := w.sibling()
	w.Exec("drop trigger client_ends_counted on mssp")
	w.complete(datedCrowd(w, -3, 0, 40))
	other.complete(datedCrowd(w, 1, 1, 90))
	if n := value[int64](w, "select count(*) from client_end"); n != 0 {
		t.Fatalf("without the trigger: got %d rows, want 0", n)
	}
	file, err := os.ReadFile("migrations/00035_scorecards.sql")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, step := range gooseSteps(string(file)) {
			w.Exec(step)
		}
		w.CheckCounts(t.Errorf)
		other.CheckCounts(t.Errorf)
	}
	w.complete(datedCrowd(w, -3, 0, 40, 41))
	w.CheckCounts(t.Errorf)
}

func testLicenceEndsAreSummedAfterMidnight(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(datedCrowd(w, -3, -1, 0, 5, 40, 80, 200))
	w.sumAsOf(-2)
	if err := w.DB.SumLicenceEnds(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.CheckCounts(t.Errorf)
	if day := value[string](w, "select to_char(day, 'YYYY-MM-DD') from client_end_sum"); day != w.today("UTC", 0) {
		t.Errorf("got sums as of %s, want of today, %s", day, w.today("UTC", 0))
	}
	t.Run("and_not_again_on_the_same_day", func(t *testing.T) {
		before := w.Everything()
		if err := w.DB.SumLicenceEnds(t.Context()); err != nil || w.Everything() != before {
			t.Errorf("got %v, or rows that were written again, want neither", err)
		}
	})
}

func testLicenceEndsAreLeftToRunningMerge(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(datedCrowd(w, -3, 0))
	w.sumAsOf(-2)
	merging, err := w.Owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer merging.Rollback(context.Background()) //nolint:errcheck // only its lock is needed
	if _, err := merging.Exec(t.Context(), "update mssp set version = version + 1 where id = $1", w.ID); err != nil {
		t.Fatal(err)
	}
	before := w.today("UTC", -2)
	if err := w.DB.SumLicenceEnds(t.Context()); err != nil {
		t.Fatal(err)
	}
	if day := value[string](w, "select to_char(day, 'YYYY-MM-DD') from client_end_sum"); day != before {
		t.Errorf("got sums as of %s, want those of %s, as before", day, before)
	}
}
