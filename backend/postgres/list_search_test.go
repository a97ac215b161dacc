package postgres_test

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
)

// searchCases are the customers and cases of testdata/search.json. The viewer "msp" is a user of the first MSP; the
// others see the whole MSSP.
type searchCases struct {
	MSPs    []struct{ ID, Name string }
	Clients []struct {
		ID, Name string
		MSP      *string
	}
	Cases []struct {
		Name, Viewer, Q string
		Clients, MSPs   []string
	}
}

func readSearchCases(t *testing.T) (all searchCases) {
	t.Helper()
	content, err := os.ReadFile("testdata/search.json")
	if err == nil {
		err = json.Unmarshal(content, &all)
	}
	if err != nil || len(all.Cases) == 0 {
		t.Fatalf("got %d cases, %v", len(all.Cases), err)
	}
	return all
}

func (all searchCases) world() (world []portal.Customer) {
	for _, m := range all.MSPs {
		world = append(world, msp(m.ID, m.Name))
	}
	for _, c := range all.Clients {
		parent := ""
		if c.MSP != nil {
			parent = *c.MSP
		}
		world = append(world, client(c.ID, c.Name, parent))
	}
	return world
}

func TestSearch(t *testing.T) {
	t.Parallel()
	all := readSearchCases(t)
	w := newTenant(t)
	w.complete(all.world())
	w.sibling().complete(all.world()) // nothing of another MSSP is found
	mspUser := w.atMSP(all.MSPs[0].ID)
	search := func(t *testing.T) {
		for _, c := range all.Cases {
			t.Run(c.Name, func(t *testing.T) {
				viewer := w.admin
				if c.Viewer == "msp" {
					viewer = mspUser
				}
				w.checkSearch(t, viewer, c.Q, c.Clients, c.MSPs)
			})
		}
	}
	t.Run("keyed", search)
	t.Run("with_other_filters", func(t *testing.T) {
		q := portal.ClientQuery{ClientFilter: portal.ClientFilter{Q: "silverbirch", SeatsUsed: "4.."}, Limit: 10}
		page, _, err := w.DB.Clients(t.Context(), w.admin, q)
		if err != nil || page.Total != 0 || len(page.Items) != 0 {
			t.Errorf("got %d of %d clients, %v, want none", len(page.Items), page.Total, err)
		}
	})
}

// checkSearch compares the ids of the MSPs and clients that a search finds, and the lists' totals.
func (w *tenant) checkSearch(t *testing.T, viewer portal.Viewer, q string, clients, msps []string) {
	t.Helper()
	cs, _, err := w.DB.Clients(t.Context(), viewer, portal.ClientQuery{ClientFilter: portal.ClientFilter{Q: q}, Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	ms, _, err := w.DB.MSPs(t.Context(), viewer, portal.MSPQuery{MSPFilter: portal.MSPFilter{Q: q}, Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	ids := names(cs.Items, func(c portal.Client) string { return c.ExternalID })
	slices.Sort(ids)
	if diff := cmp.Diff(clients, ids); diff != "" || cs.Total != int64(len(ids)) {
		t.Errorf("search for %q: got a total of %d; clients (-want +got):\n%s", q, cs.Total, diff)
	}
	ids = names(ms.Items, func(m portal.MSP) string { return m.ExternalID })
	slices.Sort(ids)
	if diff := cmp.Diff(msps, ids); diff != "" || ms.Total != int64(len(ids)) {
		t.Errorf("search for %q: got a total of %d; MSPs (-want +got):\n%s", q, ms.Total, diff)
	}
}

// TestSearchFunction covers the function that row-level security does not limit.
func TestSearchFunction(t *testing.T) {
	t.Parallel()
	t.Run("stays_in_scope", func(t *testing.T) {
		w := testkit.NewWorld(t)
		want := map[portal.Role]string{portal.MSSPAdmin: "7", portal.MSPUser: "refused", portal.ClientUser: "refused"}
		for role, want := range want {
			got := "refused"
			err := w.DB.As(w.Own.Viewers[role]).Write(t.Context(), func(tx pgx.Tx) error {
				return tx.QueryRow(t.Context(), "select count(*)::text from search_clients('%', '%', '%')").Scan(&got)
			})
			if got != want || (err != nil) != (want == "refused") {
				t.Errorf("%s: got %s clients, %v, want %s", role, got, err, want)
			}
		}
	})
	t.Run("uses_index", testSearchFunctionUsesIndex)
}

// testSearchFunctionUsesIndex explains the function's own statement, because a plan shows only that the function is
// called.
func testSearchFunctionUsesIndex(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	asOlderServer(t, w, 5000)
	if _, err := w.DB.KeyNames(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Exec(t, "vacuum analyze client") // which moves new entries of the index to where the planner expects them
	conn, err := pgx.Connect(t.Context(), w.URLs.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	source := w.Text(t, "select prosrc from pg_proc where proname = 'search_clients'")
	for _, sql := range []string{
		"prepare search (text, text, text) as " + source, "set plan_cache_mode = force_generic_plan",
		"set portal.mssp = '" + w.Own.MSSPID + "'",
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := conn.Query(t.Context(), "explain execute search ('%osterreich  097%', '%', '%12%')", pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(plan, "\n"); strings.Count(text, "Bitmap Index Scan on client_search_idx") != 2 {
		t.Errorf("got the plan\n%s\nwant client_search_idx for names and for ids", text)
	}
}

func TestSearchOfOlderServer(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete([]portal.Customer{msp("1", "North"), client("10", "Heron Legal", "1")})
	w.Exec("update client set name = 'ZÜRICH Holding'")
	w.Exec("update msp set name = 'Süd'")
	for _, q := range []string{"holding", "zürich", "10"} {
		w.checkSearch(t, w.admin, q, []string{"10"}, []string{})
	}
	w.checkSearch(t, w.admin, "süd", []string{"10"}, []string{"1"})
	for _, q := range []string{"heron", "north"} {
		w.checkSearch(t, w.admin, q, []string{}, []string{})
	}
}
