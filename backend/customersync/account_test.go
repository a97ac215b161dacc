package customersync_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/fakeheimdal"
)

// account returns a customer with the tenant's own customer id.
func account(kind string) customer {
	return customer{"id": 17, "name": "Us", "type": kind, "seatsUsed": 400, "seatsTotal": 500}
}

// connectionItem returns the tenant's connection as its admin sees it.
func (w *tenant) connectionItem() portal.ConnectionItem {
	w.Helper()
	item, err := w.DB.ConnectionItem(context.Background(), w.admin, w.connection.ID, 0)
	if err != nil {
		w.Fatal(err)
	}
	return item
}

// lists returns the status of each MSP and the MSP of each client that the admin sees and that are not removed.
func (w *tenant) lists() (msps, clients map[string]string) {
	w.Helper()
	msps, clients = map[string]string{}, map[string]string{}
	m, _, err := w.DB.MSPs(context.Background(), w.admin, portal.MSPQuery{Limit: 50})
	if err != nil {
		w.Fatal(err)
	}
	for _, msp := range m.Items {
		if msp.Status != "removed" {
			msps[msp.Name] = string(msp.Status)
		}
	}
	c, _, err := w.DB.Clients(context.Background(), w.admin, portal.ClientQuery{Limit: 50})
	if err != nil {
		w.Fatal(err)
	}
	for _, client := range c.Items {
		if client.Status == "removed" {
			continue
		}
		under := ""
		if client.MSPName != nil {
			under = *client.MSPName
		}
		clients[client.Name] = under
	}
	return msps, clients
}

func TestAccount(t *testing.T) {
	t.Parallel()
	forms := map[string]fakeheimdal.Form{
		"flat": fakeheimdal.Array, "nested": fakeheimdal.Nested, "paged": fakeheimdal.Pages, "enveloped": fakeheimdal.Envelope,
	}
	for _, kind := range []string{"DISTRIBUTOR", "RESELLER", "CORP"} {
		t.Run(strings.ToLower(kind), func(t *testing.T) {
			t.Parallel()
			for name, form := range forms {
				t.Run("is_no_customer_of_"+name+"_response", func(t *testing.T) { testAccountIsNoCustomer(t, kind, form) })
			}
			t.Run("may_be_alone", func(t *testing.T) { testAccountMayBeAlone(t, kind) })
			t.Run("stored_as_customer_needs_review", func(t *testing.T) { testAccountStoredAsCustomerNeedsReview(t, kind) })
		})
	}
}

func testAccountIsNoCustomer(t *testing.T, kind string, form fakeheimdal.Form) {
	t.Parallel()
	w := newTenant(t)
	w.fake.SetShape(fakeheimdal.Shape{Form: form, PageSize: 2})
	run := w.complete(account(kind), reseller(1, "Partner"), corp(11, "A", 1), corp(12, "B", 17), corp(13, "C", nil))
	if run.Seen != 4 || run.MSPs != 1 || run.Clients != 3 || run.Added != 4 || run.UnknownParents != 0 {
		t.Errorf("run: got %+v, want 4 seen and added, 1 MSP, 3 clients, no unknown parent", run)
	}
	msps, clients := w.lists()
	if diff := cmp.Diff(map[string]string{"Partner": "active"}, msps); diff != "" {
		t.Errorf("MSPs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"A": "Partner", "B": "", "C": ""}, clients); diff != "" {
		t.Errorf("clients (-want +got):\n%s", diff)
	}
	if seats := value[int64](w, "select sum(seats_used)::bigint from client_count"); seats != 9 {
		t.Errorf("seats in use: got %d, want 9", seats)
	}
	used, total := int64(400), int64(500)
	want := &portal.ConnectionAccount{Name: "Us", Type: kind, SeatsUsed: &used, SeatsTotal: &total}
	if diff := cmp.Diff(want, w.connectionItem().Account); diff != "" {
		t.Errorf("account (-want +got):\n%s", diff)
	}
	w.complete(reseller(1, "Partner"), corp(11, "A", 1), corp(12, "B", 17), corp(13, "C", nil))
	if a := w.connectionItem().Account; a != nil {
		t.Errorf("account after a response without it: got %+v, want none", a)
	}
}

func testAccountMayBeAlone(t *testing.T, kind string) {
	t.Parallel()
	w := newTenant(t)
	run := w.complete(account(kind))
	if run.Seen != 0 || run.Added != 0 {
		t.Errorf("run: got %+v, want none seen and none added", run)
	}
	if a := w.connectionItem().Account; a == nil || !a.Alone || a.Type != kind {
		t.Errorf("account: got %+v, want %s, alone", a, kind)
	}
	trial, err := w.service.TryConnection(context.Background(), w.admin, portal.ConnectionTrial{ID: w.connection.ID})
	if err != nil || !trial.OK || trial.Customers == nil || *trial.Customers != 0 {
		t.Errorf("trial: got %+v, %v; want ok with 0 customers", trial, err)
	}
}

// testAccountStoredAsCustomerNeedsReview: an earlier version stored the account as a customer.
func testAccountStoredAsCustomerNeedsReview(t *testing.T, kind string) {
	t.Parallel()
	w := newTenant(t)
	var known []customer
	for i := range 30 {
		known = append(known, corp(100+i, "Client", 18))
	}
	before := account(kind)
	before["id"] = 18
	w.complete(append(known, before)...)
	// From now on 18 is the account's own id.
	w.Exec("update mssp_product set customer_id = '18'")
	w.fake = nil
	w.replaceHeimdal(func(c *fakeheimdal.Config) { c.CustomerID = "18" })
	run := w.sync(append(known, before)...)
	if run.Status != portal.RunNeedsReview || *run.ErrorCode != "account_known" {
		t.Fatalf("run: got %s (%s), want needs_review by account_known", run.Status, errorText(run))
	}
	if _, err := w.service.Accept(t.Context(), w.admin, run.ID); err != nil {
		t.Fatal(err)
	}
	if run = w.mustEnd(portal.RunComplete); run.Removed != 1 || run.Missing != 0 {
		t.Errorf("accepted run: got %+v, want one removed and none missing", run)
	}
	msps, clients := w.lists()
	if _, kept := clients["Us"]; kept || len(msps) != 0 {
		t.Errorf("lists: got the MSPs %v and the clients %v, want no account", msps, clients)
	}
	if n := value[int64](w, "select count(*) from client where msp_id is not null and status = 'active'"); n != 0 {
		t.Errorf("clients under the account: got %d, want none", n)
	}
	if next := w.complete(append(known, before)...); next.Removed != 0 || next.Changed != 0 {
		t.Errorf("next run: got %+v, want none removed and none changed", next)
	}
}
