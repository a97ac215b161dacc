package postgres_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

// searchedWorld returns a world in which every customer has a former name, and the ids of all its clients.
func searchedWorld(t testing.TB) (w *testkit.World, clients []string) {
	t.Helper()
	w = testkit.NewWorld(t)
	w.Exec(t, `
		insert into former_name (mssp_id, entity_id, digest, under, entity, msp_id, client_id, name, name_key, until_at)
		select c.mssp_id, c.id, md5(c.name)::uuid, coalesce(c.msp_id, c.mssp_id), 'client', c.msp_id, c.id,
		       split_part(c.name, ' ', 1) || ' Former', lower(split_part(c.name, ' ', 1)) || ' former', now()
		from client c
		union all
		select m.mssp_id, m.id, md5(m.name)::uuid, m.id, 'msp', m.id, null,
		       split_part(m.name, ' ', 1) || ' Former', lower(split_part(m.name, ' ', 1)) || ' former', now()
		from msp m`)
	all := w.Text(t, "select string_agg(id::text, ',') from client")
	return w, strings.Split(all, ",")
}

// searchTexts find the names, former names, similar names and addresses of testkit's worlds, in both tenants.
var searchTexts = []string{"o", "works", "partner 2", "former", "other", "fjord", "ot" + "ehr wroks", "direct", "example.com", "%", "0"}

// wantedCustomers is how many MSPs and clients a role sees in a world.
var wantedCustomers = map[portal.Role]map[portal.SearchKind]int{
	portal.MSSPAdmin: {portal.SearchMSP: 2, portal.SearchClient: 7}, portal.MSSPStaff: {portal.SearchMSP: 2, portal.SearchClient: 7},
	portal.MSPAdmin: {portal.SearchMSP: 1, portal.SearchClient: 3}, portal.MSPUser: {portal.SearchMSP: 1, portal.SearchClient: 3},
	portal.ClientUser: {portal.SearchClient: 1},
}

// checkInScope fails for hits and totals beyond what the role sees.
func checkInScope(t *testing.T, w *testkit.World, role portal.Role, q string, result portal.SearchResult) {
	t.Helper()
	text, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	hidden := []string{"Other"}
	if role.Level() != portal.LevelMSSP {
		hidden = append(hidden, "Fjord Partner 2", "Fjord Direct", w.Own.Viewers[portal.MSSPAdmin].UserID)
	}
	if role.Level() == portal.LevelClient {
		hidden = append(hidden, "Fjord Works 2", "Fjord Works 3", `"msp"`)
	}
	for _, name := range hidden {
		if strings.Contains(string(text), name) {
			t.Errorf("%s searches %q: got %s, want nothing of %s", role, q, text, name)
		}
	}
	found := map[portal.SearchKind]int{}
	for _, hit := range result.Items {
		found[hit.Kind]++
	}
	for _, total := range result.Totals {
		if total.Kind == portal.SearchUser {
			if !role.May(portal.ManageUsers) {
				t.Errorf("%s searches %q: got users, want none", role, q)
			}
			continue
		}
		if most := wantedCustomers[role][total.Kind]; total.Total > int64(most) || found[total.Kind] > most {
			t.Errorf("%s searches %q: got %d hits and a total of %d of kind %s, want at most %d", role, q, found[total.Kind],
				total.Total, total.Kind, most)
		}
	}
	if q == "former" && (found[portal.SearchClient] != wantedCustomers[role][portal.SearchClient] ||
		found[portal.SearchMSP] != wantedCustomers[role][portal.SearchMSP]) {
		t.Errorf("%s searches %q: got %v, want all of the scope, %v", role, q, found, wantedCustomers[role])
	}
}

func TestSearchScope(t *testing.T) {
	t.Parallel()
	w, clients := searchedWorld(t)
	each := func(t *testing.T, search func(portal.Viewer, portal.SearchQuery) (portal.SearchResult, error)) {
		for role, viewer := range w.Own.Viewers {
			for _, q := range searchTexts {
				result, err := search(viewer, portal.SearchQuery{Q: q, Limit: 20})
				if err != nil {
					t.Fatal(err)
				}
				checkInScope(t, w, role, q, result)
			}
		}
	}
	t.Run("both_layers", func(t *testing.T) {
		each(t, func(viewer portal.Viewer, q portal.SearchQuery) (portal.SearchResult, error) {
			return w.DB.Search(t.Context(), viewer, q)
		})
	})
	t.Run("policies_alone", func(t *testing.T) {
		layer := postgres.SearchLayer{WithoutConditions: true, Proposed: clients}
		each(t, func(viewer portal.Viewer, q portal.SearchQuery) (portal.SearchResult, error) {
			return layer.Search(t.Context(), w.DB, viewer, q)
		})
	})
	t.Run("conditions_alone", func(t *testing.T) { testSearchConditionsAlone(t, w, clients, each) })
	t.Run("functions_serve_their_role_only", func(t *testing.T) { testSearchFunctionsServeTheirRole(t, w) })
}

// testSearchConditionsAlone runs the statements as the owner, to whom no policy applies. The views of users have their
// own condition on the scope.
func testSearchConditionsAlone(
	t *testing.T, w *testkit.World, clients []string,
	each func(*testing.T, func(portal.Viewer, portal.SearchQuery) (portal.SearchResult, error)),
) {
	conn, err := pgx.Connect(t.Context(), w.URLs.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	each(t, func(viewer portal.Viewer, q portal.SearchQuery) (result portal.SearchResult, err error) {
		err = pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), "select set_config('portal.mssp', $1, true), set_config('portal.msp', $2, true)",
				viewer.Scope.MSSPID, viewer.Scope.MSPID)
			if err != nil {
				return err
			}
			result, err = postgres.SearchLayer{Owner: tx, Proposed: clients}.Search(t.Context(), w.DB, viewer, q)
			return err
		})
		return result, err
	})
}

// testSearchFunctionsServeTheirRole covers the functions that row-level security does not limit.
func testSearchFunctionsServeTheirRole(t *testing.T, w *testkit.World) {
	const call = "select cardinality(ids)::text from %s('o', 'o', false, '{}', null, 3, 8)"
	for role, want := range map[portal.Role][2]string{
		portal.MSSPAdmin: {"8 7", "refused"}, portal.MSPUser: {"refused", "3"}, portal.ClientUser: {"refused", "refused"},
	} {
		for i, function := range []string{"search_mssp_clients", "search_msp_clients", "search_clients_under"} {
			got := "refused"
			err := w.DB.As(w.Own.Viewers[role]).Write(t.Context(), func(tx pgx.Tx) error {
				sql := strings.Replace(call, "%s", function, 1)
				if function == "search_clients_under" {
					sql = strings.Replace(sql, "('o'", "('"+w.Other.MSSPID+"', null, 'o'", 1)
				} else {
					sql = strings.Replace(sql, "cardinality(ids)", "count(distinct id)", 1) + " s cross join unnest(s.ids) id"
				}
				return tx.QueryRow(t.Context(), sql).Scan(&got)
			})
			wanted := "refused"
			if i < 2 {
				wanted = strings.TrimPrefix(want[i], "8 ")
			}
			if got != wanted || (err != nil) != (wanted == "refused") {
				t.Errorf("%s calls %s: got %s clients, %v, want %s", role, function, got, err, wanted)
			}
		}
	}
}
