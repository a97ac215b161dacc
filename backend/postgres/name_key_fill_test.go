package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

// asOlderServer writes clients without keys, as an older server does: count clients with descending names.
func asOlderServer(t *testing.T, w *testkit.World, count int) {
	t.Helper()
	w.Exec(t, `
		insert into client (mssp_id, id, mssp_product_id, external_id, name, type, raw, first_seen_at, last_seen_at, changed_in)
		select $1, new_id(), $2, 'old' || n, 'Österreich ' || to_char(100000 - n, '000000'), 'CORP', '{}', now(), now(), 1
		from generate_series(1, $3::int) n`, w.Own.MSSPID, w.Own.ConnectionID, count)
}

// clientNames returns the names of all clients in a list, page by page.
func clientNames(t *testing.T, w *testkit.World, q portal.ClientQuery) []string {
	t.Helper()
	var names []string
	for q.Limit = 150; ; {
		page, _, err := w.DB.Clients(t.Context(), w.Own.Viewers[portal.MSSPAdmin], q)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			names = append(names, item.Name)
		}
		if page.NextCursor == nil {
			return names
		}
		q.Cursor = *page.NextCursor
	}
}

func version(t *testing.T, w *testkit.World) string {
	t.Helper()
	return w.Text(t, "select version::text from mssp where id = $1", w.Own.MSSPID)
}

// unkeyed returns the number of clients whose key is not of their name.
func unkeyed(t *testing.T, w *testkit.World) string {
	t.Helper()
	return w.Text(t, "select count(*)::text from client where keyed_name is distinct from name")
}

func TestKeyNames(t *testing.T) {
	t.Run("fills_in_keys_of_older_server", func(t *testing.T) {
		t.Parallel()
		w := testkit.NewWorld(t)
		const count = 2500 // more than two batches
		asOlderServer(t, w, count)
		w.Exec(t, "update app_user set name = 'Zoë' where id = $1", w.Own.Viewers[portal.MSPUser].UserID)
		w.Exec(t, "update msp set name = 'Ähnlich & Co' where id = $1", w.Own.MSPs[0].ID)
		before := version(t, w)
		if made, err := w.DB.KeyNames(t.Context()); err != nil || made != count+2 {
			t.Fatalf("got %d keys, %v, want %d", made, err, count+2)
		}
		if n := unkeyed(t, w); n != "0" {
			t.Errorf("got %s clients without a key, want 0", n)
		}
		names := clientNames(t, w, portal.ClientQuery{})
		if len(names) != count+7 || !slices.IsSorted(names[8:]) || names[7] != "Österreich  097500" {
			t.Errorf("got %d names that begin with %q, want %d in order with the older server's after 7", len(names), names[:9], count+7)
		}
		after := version(t, w)
		if after == before {
			t.Errorf("got version %s after the order of lists changed, want a new one", after)
		}
		if made, err := w.DB.KeyNames(t.Context()); err != nil || made != 0 || version(t, w) != after {
			t.Errorf("second call: got %d keys, %v, version %s, want 0 keys and version %s", made, err, version(t, w), after)
		}
	})
	t.Run("continues_after_an_interruption", func(t *testing.T) {
		t.Parallel()
		w := testkit.NewWorld(t)
		asOlderServer(t, w, 3500)
		w.Exec(t, `
			create function interrupt() returns trigger language plpgsql as $$
			begin
				if new.name like '%098000' then raise 'interrupted'; end if;
				return new;
			end $$;
			create trigger interrupt before update on client for each row execute function interrupt()`)
		if _, err := w.DB.KeyNames(t.Context()); err == nil || !strings.Contains(err.Error(), "interrupted") {
			t.Fatalf("got %v, want the interruption", err)
		}
		if n := unkeyed(t, w); n == "0" || n == "3500" {
			t.Errorf("after the interruption: got %s clients without a key, want some of 3500", n)
		}
		if names := clientNames(t, w, portal.ClientQuery{}); len(names) != 3507 {
			t.Errorf("after the interruption: got %d clients in the list, want 3507", len(names))
		}
		w.Exec(t, "drop trigger interrupt on client")
		if _, err := w.DB.KeyNames(t.Context()); err != nil || unkeyed(t, w) != "0" {
			t.Errorf("second call: got %s clients without a key, %v, want 0", unkeyed(t, w), err)
		}
	})
	t.Run("ends_with_its_context", func(t *testing.T) {
		t.Parallel()
		w := testkit.NewWorld(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := w.DB.KeyNames(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
	})
	t.Run("is_part_of_migrating", func(t *testing.T) {
		t.Parallel()
		w := testkit.NewWorld(t)
		asOlderServer(t, w, 10)
		if _, err := postgres.Migrate(t.Context(), w.URLs.Owner); err != nil || unkeyed(t, w) != "0" {
			t.Errorf("after migrating: got %s clients without a key, %v, want 0", unkeyed(t, w), err)
		}
	})
	t.Run("finds_name_that_older_server_changed", func(t *testing.T) {
		t.Parallel()
		w := testkit.NewWorld(t)
		id := w.Own.Direct.ID
		w.Exec(t, "update client set name = 'ZÜRICH Holding' where id = $1", id)
		if names := clientNames(t, w, portal.ClientQuery{ClientFilter: portal.ClientFilter{Q: "holding"}}); len(names) != 1 {
			t.Errorf("search for the new name: got %q, want one client", names)
		}
		if names := clientNames(t, w, portal.ClientQuery{ClientFilter: portal.ClientFilter{Q: "direct"}}); len(names) != 0 {
			t.Errorf("search for the former name: got %q, want none", names)
		}
		if names := clientNames(t, w, portal.ClientQuery{Sort: "-name"}); len(names) != 7 {
			t.Errorf("list by name: got %d clients, want 7", len(names))
		}
		if _, err := w.DB.KeyNames(t.Context()); err != nil {
			t.Fatal(err)
		}
		if names := clientNames(t, w, portal.ClientQuery{ClientFilter: portal.ClientFilter{Q: "zurich"}}); len(names) != 1 {
			t.Errorf("search for the folded name: got %q, want one client", names)
		}
	})
}

func TestMergeKeysNames(t *testing.T) {
	// check compares the stored keys of all customers with the keys of their names.
	check := func(t *testing.T, w *tenant, want int) {
		t.Helper()
		rows, err := w.Owner.Query(t.Context(), `
			select name, name_key, name_rest, keyed_name from client
			union all
			select name, name_key, name_rest, keyed_name from msp`)
		if err != nil {
			t.Fatal(err)
		}
		type keyed struct {
			Name, NameKey       string
			NameRest, KeyedName *string
		}
		all, err := pgx.CollectRows(rows, pgx.RowToStructByName[keyed])
		if err != nil || len(all) != want {
			t.Fatalf("got %d customers, %v, want %d", len(all), err, want)
		}
		for _, row := range all {
			key, rest := postgres.NameKey(row.Name)
			if row.KeyedName == nil || *row.KeyedName != row.Name || row.NameKey != key || !cmp.Equal(row.NameRest, rest) {
				t.Errorf("got the row %+v, want the key %q, %v", row, key, rest)
			}
		}
	}
	long := strings.Repeat("Ü", 400)
	t.Run("of_new_and_renamed_customers", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.complete([]portal.Customer{msp("1", "Süd"), client("2", "Große Straße", "1"), client("3", long, "1")})
		check(t, w, 3)
		w.complete([]portal.Customer{msp("1", long), client("2", "Kleine Gasse", "1"), client("3", "Kurz", "1")})
		check(t, w, 3)
	})
	t.Run("not_of_customers_staged_by_older_server", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.complete([]portal.Customer{msp("1", "Süd"), client("2", "Älter", "1")})
		lease := w.lease()
		w.read(lease, []portal.Customer{msp("1", "Süd"), client("2", "Jünger", "1"), client("3", long, "1")})
		w.Exec("update sync_customer set name_key = null, name_rest = null")
		if _, err := w.merge(lease); err != nil {
			t.Fatal(err)
		}
		if made, err := w.DB.KeyNames(t.Context()); err != nil || made != 2 {
			t.Errorf("got %d keys, %v, want 2", made, err)
		}
		check(t, w, 3)
	})
}

func TestClientPageUsesNameIndex(t *testing.T) {
	w := testkit.NewWorld(t)
	asOlderServer(t, w, 5000)
	if _, err := w.DB.KeyNames(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Exec(t, "analyze client")
	conn, err := pgx.Connect(t.Context(), w.URLs.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "select set_config('role', 'portal_mssp', false), set_config('portal.mssp', $1, false)", w.Own.MSSPID)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := conn.Query(t.Context(), fmt.Sprintf(`
		explain select c.id
		from client c
		where c.mssp_id = '%s'
		and (c.name_key, c.id) > ('osterreich  097000'::text::text collate "C", '%s'::text::uuid)
		order by c.name_key, c.id
		limit 51`, w.Own.MSSPID, w.Own.Direct.ID))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(plan, "\n"); !strings.Contains(text, "client_name_key_idx") ||
		!strings.Contains(text, "Index Cond: ((mssp_id") || !strings.Contains(text, "ROW(name_key, id)") || strings.Contains(text, "Sort") {
		t.Errorf("got the plan\n%s\nwant a condition on client_name_key_idx and no sort", text)
	}
}
