package postgres_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// rankedSearch are the customers, users and cases of testdata/ranked_search.json. The viewer "msp" administers the first
// MSP, "client" is a user of the first client, "staff" sees the whole MSSP but no users.
type rankedSearch struct {
	MSPs    []searchedCustomer
	Clients []searchedCustomer
	Users   []struct {
		ID, Name, Email, MSP string
		Active               *bool
	}
	Cases []rankedCase
}

type searchedCustomer struct {
	ID, Name string
	MSP      *string
	Status   portal.Status
	Former   []string
}

type rankedCase struct {
	Name, Viewer, Q string
	Hits            []string
	Totals          map[portal.SearchKind]int64
}

func readRankedSearch(t *testing.T) (all rankedSearch) {
	t.Helper()
	content, err := os.ReadFile("testdata/ranked_search.json")
	if err == nil {
		err = json.Unmarshal(content, &all)
	}
	if err != nil || len(all.Cases) == 0 {
		t.Fatalf("got %d cases, %v", len(all.Cases), err)
	}
	return all
}

// world returns the customers with their former names of an age, or with their present names at the age of 0.
func (all rankedSearch) world(age int) (world []portal.Customer) {
	named := func(c searchedCustomer) string {
		if age == 0 || len(c.Former) < age {
			return c.Name
		}
		return c.Former[len(c.Former)-age]
	}
	for _, m := range all.MSPs {
		world = append(world, msp(m.ID, named(m)))
	}
	for _, c := range all.Clients {
		parent := ""
		if c.MSP != nil {
			parent = *c.MSP
		}
		world = append(world, client(c.ID, named(c), parent))
	}
	return world
}

// fill syncs the customers with each of their names, sets their status, and adds the users.
func (all rankedSearch) fill(w *tenant) {
	w.Helper()
	for age := 2; age >= 0; age-- {
		w.complete(all.world(age))
	}
	for table, customers := range map[string][]searchedCustomer{"msp": all.MSPs, "client": all.Clients} {
		for _, c := range customers {
			if c.Status != "" {
				w.Exec("update "+table+" set status = $3 where mssp_id = $1 and external_id = $2", w.ID, c.ID, c.Status)
			}
		}
	}
	for _, u := range all.Users {
		viewer := w.atMSP(u.MSP)
		name := u.Name
		if name == "" {
			name = u.Email
		}
		key, _ := postgres.NameKey(name)
		w.Exec("update app_user set name = $2, email = $3, name_key = $4, keyed_name = $5 where id = $1",
			viewer.UserID, u.Name, u.Email, key, name)
		if u.Active != nil {
			w.Exec("update user_role set active = $2 where user_id = $1", viewer.UserID, *u.Active)
		}
	}
}

// viewers returns the viewers of the cases. Their own names are found by no case.
func (all rankedSearch) viewers(w *tenant) map[string]portal.Viewer {
	w.Helper()
	atMSP := w.atMSP(all.MSPs[0].ID).Scope
	return map[string]portal.Viewer{
		"mssp": w.admin, "staff": w.SignIn(portal.MSSPStaff), "msp": w.SignInAt(portal.MSPAdmin, atMSP),
		"client": w.atClient(all.Clients[0].ID),
	}
}

// shown returns the hits as the cases have them: kind, id in the product or the users' id in the cases, match, and text.
func (all rankedSearch) shown(w *tenant, hits []portal.SearchHit) []string {
	w.Helper()
	shown := make([]string, len(hits))
	for i, hit := range hits {
		id := ""
		switch hit.Kind {
		case portal.SearchUser:
			email := value[string](w, "select email from app_user where id = $1", hit.ID)
			for _, u := range all.Users {
				if u.Email == email {
					id = u.ID
				}
			}
		default:
			id = value[string](w, "select external_id from "+string(hit.Kind)+" where mssp_id = $1 and id = $2", w.ID, hit.ID)
		}
		shown[i] = fmt.Sprintf("%s %s %s %s", hit.Kind, id, hit.Matched, hit.Text)
	}
	return shown
}

func TestRankedSearch(t *testing.T) {
	t.Parallel()
	all := readRankedSearch(t)
	w := newTenant(t)
	all.fill(w)
	all.fill(w.sibling()) // nothing of another MSSP is found
	viewers := all.viewers(w)
	for _, c := range all.Cases {
		t.Run(c.Name, func(t *testing.T) {
			result, err := w.DB.Search(t.Context(), viewers[c.Viewer], portal.SearchQuery{Q: c.Q, Limit: 20})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.Hits, all.shown(w, result.Items)); diff != "" {
				t.Errorf("hits of %q (-want +got):\n%s", c.Q, diff)
			}
			totals := map[portal.SearchKind]int64{}
			for _, total := range result.Totals {
				totals[total.Kind] = total.Total
				if total.More {
					t.Errorf("%s: got more than the total, want the exact total", total.Kind)
				}
			}
			if diff := cmp.Diff(c.Totals, totals); diff != "" {
				t.Errorf("totals of %q (-want +got):\n%s", c.Q, diff)
			}
		})
	}
}
