package postgres_test

import (
	"context"
	"encoding/json"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func TestSampleCustomers(t *testing.T) {
	t.Parallel()
	t.Run("prefers_customers_with_the_name", testSampleCustomersPrefersCustomersWithTheName)
}

func testSampleCustomersPrefersCustomersWithTheName(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	const coloured = `{"id":7,"colour":"red \u0026 \"blue\" \\"}`
	all := crowd(30)
	all[7].Raw = json.RawMessage(coloured)
	w.complete(all)
	sample := func(db *postgres.DB, name string) []postgres.RawCustomer {
		found, err := db.SampleCustomers(context.Background(), w.admin, w.connection, []string{name})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	found := sample(w.DB, "colour")
	if len(found) != 1 || string(found[0].Raw) != coloured || found[0].Kind != portal.KindClient {
		t.Errorf("sample for colour: got %+v, want the only client with a colour", found)
	}
	if got := len(sample(w.DB, "unknown name")); got != 31 {
		t.Errorf("customers in the sample for a name that none has: got %d, want all 31", got)
	}
	db, trips := counted(t, w.URLs)
	cost := func(name string) int64 {
		sample(db, name) // prepares the statements
		before := trips()
		sample(db, name)
		return trips() - before
	}
	if found, others := cost("colour"), cost("unknown name"); found >= others {
		t.Errorf("round trips for a name that a customer has: got %d, want fewer than the %d for one that none has", found, others)
	}
	w.Exec("update client set status = 'missing' where external_id <> $1", all[7].ExternalID)
	if got := len(sample(w.DB, "unknown name")); got != 2 {
		t.Errorf("customers in the sample where all other clients are missing: got %d, want the MSP and one client", got)
	}
}

func TestCustomersByID(t *testing.T) {
	t.Parallel()
	t.Run("omits_removed_and_unknown_customers", testCustomersByIDOmitsRemovedAndUnknownCustomers)
	t.Run("hidden_from_other_mssps", testCustomersByIDHiddenFromOtherMSSPs)
}

func testCustomersByIDOmitsRemovedAndUnknownCustomers(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(3))
	ids := value[[]string](w, "select array_agg(external_id) from client where status <> 'removed'")
	w.Exec("update client set status = 'removed' where external_id = $1", ids[0])
	known, err := w.DB.CustomersByID(context.Background(), w.admin, w.connection, append(ids, "unknown id"))
	if err != nil || len(known) != len(ids)-1 || known[ids[1]].ExternalID != ids[1] || known[ids[1]].Kind != portal.KindClient {
		t.Errorf("customers: got %+v (%v), want the clients %q", known, err, ids[1:])
	}
}

func testCustomersByIDHiddenFromOtherMSSPs(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(3))
	ids := value[[]string](w, "select array_agg(external_id) from client")
	known, err := w.DB.CustomersByID(context.Background(), w.sibling().admin, w.connection, ids)
	if err != nil || len(known) != 0 {
		t.Errorf("customers for another MSSP's admin: got %+v (%v), want none", known, err)
	}
}
