package postgres_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

func TestReadTime(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	db := w.DB.WithReadTime(200 * time.Millisecond)
	t.Run("ends_a_statement_that_takes_longer", func(t *testing.T) {
		err := db.As(w.admin).Read(t.Context(), func(batch *pgx.Batch) { batch.Queue("select pg_sleep(60)") })
		const want = "invalid: This took longer than 200ms. Use fewer filters, or narrower ones."
		if portal.ErrorCode(err) != portal.Invalid || err.Error() != want {
			t.Errorf("got the error %v, want %s", err, want)
		}
	})
	t.Run("is_the_statement_timeout", func(t *testing.T) {
		var limit string
		err := db.As(w.admin).Read(t.Context(), func(batch *pgx.Batch) {
			batch.Queue("select current_setting('statement_timeout')").QueryRow(func(row pgx.Row) error { return row.Scan(&limit) })
		})
		if err != nil || limit != "200ms" {
			t.Errorf("got the limit %q and the error %v, want 200ms and none", limit, err)
		}
	})
	t.Run("is_not_of_writes", func(t *testing.T) {
		var limit string
		err := db.As(w.admin).Write(t.Context(), func(tx pgx.Tx) error {
			return tx.QueryRow(t.Context(), "select current_setting('statement_timeout')").Scan(&limit)
		})
		if err != nil || limit != "0" {
			t.Errorf("got the limit %q and the error %v, want 0 and none", limit, err)
		}
	})
}
