package main

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

func TestProducts(t *testing.T) {
	t.Run("are_complete_and_unique", testProductsAreCompleteAndUnique)
	t.Run("migrate_inserts_and_keeps_rows", testProductsMigrateInsertsAndKeepsRows)
}

func testProductsAreCompleteAndUnique(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range products() {
		if seen[p.ID] || p.ID == "" || p.Name == "" || p.BaseURL == "" {
			t.Errorf("got the product %+v, want a unique id, a name and a URL", p)
		}
		seen[p.ID] = true
	}
}

func testProductsMigrateInsertsAndKeepsRows(t *testing.T) {
	urls := testkit.Database(t)
	owner, err := pgxpool.New(t.Context(), urls.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	if _, err := owner.Exec(t.Context(), "insert into product (id, name) values ('former', 'Former'); update product set name = 'Old "+
		"name' where id = 'heimdal'"); err != nil {
		t.Fatal(err)
	}
	marks := map[string]bool{}
	for range 2 {
		if output, code := capture(t, func() int { return run([]string{"migrate", "up", "--database-url=" + urls.Owner}) }); code != 0 {
			t.Fatalf("migrate up: exit %d: %s", code, output)
		}
		var rows, mark string
		err := owner.QueryRow(t.Context(), "select string_agg(id || ' ' || name, ', ' order by id), string_agg(xmin::text, ' ' order "+
			"by id) from product").Scan(&rows, &mark)
		if err != nil || rows != "former Former, heimdal Heimdal" {
			t.Errorf("got the products %s, %v, want former Former, heimdal Heimdal", rows, err)
		}
		marks[mark] = true
	}
	if len(marks) != 1 {
		t.Error("got unchanged products written again, want them kept")
	}
	if err := postgres.SetProducts(t.Context(), urls.Server, products()); err == nil {
		t.Error("got no error for the server's login, want one")
	}
}
