package main

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/heimdal"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/lantern"
)

func TestProducts(t *testing.T) {
	t.Run("are_complete_and_unique", testProductsAreCompleteAndUnique)
	t.Run("are_chosen_by_id_or_as_the_only_one", testProductsAreChosenByIDOrAsTheOnlyOne)
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

func testProductsAreChosenByIDOrAsTheOnlyOne(t *testing.T) {
	t.Parallel()
	one := []connector.Connector{lantern.Connector{}}
	two := append([]connector.Connector{heimdal.NewConnector()}, one...)
	for name, test := range map[string]struct {
		all      []connector.Connector
		id, want string
	}{
		"the only one":      {one, "", "lantern"},
		"the only one's id": {one, "lantern", "lantern"},
		"one of two":        {two, "lantern", "lantern"},
		"none of two":       {two, "", ""},
		"an unknown id":     {two, "aurora", ""},
		"another's id":      {one, "heimdal", ""},
	} {
		chosen, err := connectorOf(test.all, test.id)
		if test.want != "" && (err != nil || chosen.Product().ID != test.want) {
			t.Errorf("%s: got %v, %v, want %s", name, chosen, err, test.want)
		}
		if test.want == "" && (portal.ErrorCode(err) != portal.Invalid || !strings.Contains(err.Error(), "lantern")) {
			t.Errorf("%s: got %v, want an error that lists the products", name, err)
		}
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
