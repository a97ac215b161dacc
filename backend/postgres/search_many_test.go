package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
)

// manyClients is more than a search reads whole.
const manyClients = 40000

// newManyClients returns a world whose own MSSP has many more clients, named Mill 1 Alpha to Mill 40000 Alpha with the
// ids 1000001 and following, and three others. All are under the first MSP.
func newManyClients(t *testing.T) *testkit.World {
	t.Helper()
	w := testkit.NewWorld(t)
	w.Exec(t, `
		insert into client (mssp_id, id, mssp_product_id, msp_id, external_id, name, type, raw, first_seen_at, last_seen_at,
		                    changed_in, name_key, keyed_name)
		select $1, new_id(), $2, $3, (1000000 + n)::text, name, 'CORP', '{}', now(), now(), 1, lower(name), name
		from generate_series(1, $4::int) n
		cross join lateral (select case n
			when 1 then 'Zephyr Quartz' when 2 then 'Western Quay' when 3 then 'Zebra Jxk'
			else 'Mill ' || n || ' Alpha' end as name) x`, w.Own.MSSPID, w.Own.ConnectionID, w.Own.MSPs[0].ID, manyClients)
	w.Exec(t, `
		insert into former_name (mssp_id, entity_id, digest, under, entity, msp_id, client_id, name, name_key, until_at)
		select c.mssp_id, c.id, c.id, c.msp_id, 'client', c.msp_id, c.id, 'Old ' || c.external_id || ' Brook',
		       'old ' || c.external_id || ' brook', now()
		from client c
		where c.external_id like '10000%'`)
	w.Exec(t, "vacuum analyze client") // which moves new entries of the index to where searches expect them
	w.Exec(t, "vacuum analyze former_name")
	return w
}

// TestSearchOfManyClients covers searches that do not read all clients.
func TestSearchOfManyClients(t *testing.T) {
	t.Parallel()
	w := newManyClients(t)
	t.Run("finds_best", func(t *testing.T) { testSearchFindsBestOfMany(t, w) })
	t.Run("reads_bounded_part", func(t *testing.T) { testSearchReadsBoundedPart(t, w) })
}

func testSearchFindsBestOfMany(t *testing.T, w *testkit.World) {
	for level, viewer := range map[string]portal.Viewer{"mssp": w.Own.Viewers[portal.MSSPAdmin], "msp": w.Own.Viewers[portal.MSPAdmin]} {
		for _, c := range []struct {
			name, q string
			want    []string
			total   int64
			more    bool
		}{
			{"exact_id", "1000002", []string{"Western Quay product_id"}, 1, false},
			{"exact_name", "mill 77 alpha", []string{"Mill 77 Alpha name"}, 1, false},
			{"beginning", "zeph", []string{"Zephyr Quartz name"}, 1, false},
			{"one_letter", "z", []string{"Zebra Jxk name", "Zephyr Quartz name"}, 2, true},
			{"two_letters_of_later_term", "qu", []string{"Western Quay name", "Zephyr Quartz name"}, 2, true},
			{"part", "ephyr", []string{"Zephyr Quartz name"}, 1, false},
			{"many", "alpha", []string{"Mill 10 Alpha name", "Mill 100 Alpha name"}, 200, true},
			{"former_name", "old 1000003 brook", []string{"Zebra Jxk former_name"}, 0, false},
			{"swapped_letters", "zepyhr", []string{"Zephyr Quartz similar"}, 0, false},
			{"omitted_letter", "westrn", []string{"Western Quay similar"}, 0, false},
			{"none", "gggg", nil, 0, false},
			{"none_of_one_letter", "ü", nil, 0, true},
		} {
			t.Run(level+"_"+c.name, func(t *testing.T) {
				result, err := w.DB.Search(t.Context(), viewer, portal.SearchQuery{Q: c.q, Limit: 2})
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, hit := range result.Items {
					if hit.Kind == portal.SearchClient {
						got = append(got, fmt.Sprint(hit.Name, " ", hit.Matched))
					}
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("clients found by %q (-want +got):\n%s", c.q, diff)
				}
				total := result.Totals[1]
				if total.Kind != portal.SearchClient || total.More != c.more || total.Total < c.total || !c.more && total.Total != c.total {
					t.Errorf("got %+v, want %d clients, more %v", total, c.total, c.more)
				}
			})
		}
	}
}

// testSearchReadsBoundedPart counts the rows of clients that the function for an MSSP reads: twice 5,000 names by their
// index, and little more.
func testSearchReadsBoundedPart(t *testing.T, w *testkit.World) {
	conn, err := pgx.Connect(t.Context(), w.URLs.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, q := range []string{"z", "ü", "qu", "zepyhr", "gggggg", "alpha", "1000002", "mill 77 alpha", "westrn quay holding"} {
		var scans, read int64
		err := pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), "select set_config('portal.mssp', $1, true)", w.Own.MSSPID); err != nil {
				return err
			}
			const counted = "select seq_scan, seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables where relname = 'client'"
			var scansBefore, readBefore int64
			if err := tx.QueryRow(t.Context(), counted).Scan(&scansBefore, &readBefore); err != nil {
				return err
			}
			trigram := len(q) > 2
			_, err := tx.Exec(t.Context(), "select search_mssp_clients($1, $1, $2, $3, $4, 3, 8)", q, trigram, []string{"%zephyr%"}, 0.4)
			if err != nil {
				return err
			}
			if err := tx.QueryRow(t.Context(), counted).Scan(&scans, &read); err != nil {
				return err
			}
			scans, read = scans-scansBefore, read-readBefore
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if most := int64(11500); scans > 0 || read > most {
			t.Errorf("search for %s: got %d scans of the table and %d rows read, want no scan and at most %d rows",
				strings.ToUpper(q), scans, read, most)
		}
	}
}
