package testkit

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

// WorldTest is a test with a world of its own, which it reads and changes as the database's owner, to whom no row-level
// policy applies. Packages embed it in their own fixtures.
type WorldTest struct {
	*World
	*testing.T
	Owner *pgx.Conn
}

// NewWorldTest returns a test with a new world.
func NewWorldTest(t *testing.T) *WorldTest {
	t.Helper()
	return WorldTestIn(t, Database(t))
}

// WorldTestIn returns a test with a new world in a migrated database.
func WorldTestIn(t *testing.T, urls URLs) *WorldTest {
	t.Helper()
	w := WorldIn(t, urls)
	owner, err := pgx.Connect(context.Background(), w.URLs.Owner)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { owner.Close(context.Background()) })
	return &WorldTest{World: w, T: t, Owner: owner}
}

// Exec runs a statement.
func (w *WorldTest) Exec(sql string, args ...any) {
	w.Helper()
	if _, err := w.Owner.Exec(context.Background(), sql, args...); err != nil {
		w.Fatalf("%v\n%s", err, sql)
	}
}

// Text returns the single text that a query selects.
func (w *WorldTest) Text(sql string, args ...any) (text string) {
	w.Helper()
	w.scan(&text, sql, args)
	return text
}

// Count returns the single number that a query selects.
func (w *WorldTest) Count(sql string, args ...any) (n int) {
	w.Helper()
	w.scan(&n, sql, args)
	return n
}

func (w *WorldTest) scan(into any, sql string, args []any) {
	w.Helper()
	if err := w.Owner.QueryRow(context.Background(), sql, args...).Scan(into); err != nil {
		w.Fatalf("%v\n%s", err, sql)
	}
}
