package customersync_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/heimdalstand"
)

// account is the account with the tenant's own customer id.
func account(kind string) customer {
	return customer{"id": 17, "name": "Us", "type": kind, "seatsUsed": 400, "seatsTotal": 500}
}

// connectionItem is the tenant's connection as its admin sees it.
func (w *tenant) connectionItem() portal.ConnectionItem {
	w.Helper()
	item, err := w.DB.ConnectionItem(context.Background(), w.admin, w.connection.ID, 0)
	if err != nil {
		w.Fatal(err)
	}
	return item
}

// lists are the MSPs and clients that the tenant's admin sees and that are not removed, with the MSP of each client.
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
	for _, kind := range []string{"DISTRIBUTOR", "RESELLER", "CORP"} {
		for name, form := range map[string]heimdalstand.Form{
			"flat": heimdalstand.Array, "nested": heimdalstand.Nested, "paged": heimdalstand.Pages, "enveloped": heimdalstand.Envelope,
		} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				t.Parallel()
				w := newTenant(t)
				w.stand.SetShape(heimdalstand.Shape{Form: form, PageSize: 2})
				run := w.complete(account(kind), reseller(1, "Partner"), corp(11, "A", 1), corp(12, "B", 17), corp(13, "C", nil))
				if run.Seen != 4 || run.MSPs != 1 || run.Clients != 3 || run.Added != 4 || run.UnknownParents != 0 {
					t.Errorf("the run counts %+v", run)
				}
				msps, clients := w.lists()
				if diff := cmp.Diff(map[string]string{"Partner": "active"}, msps); diff != "" {
					t.Errorf("MSPs differ (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(map[string]string{"A": "Partner", "B": "", "C": ""}, clients); diff != "" {
					t.Errorf("clients differ (-want +got):\n%s", diff)
				}
				if seats := value[int64](w, "select sum(seats_used)::bigint from client_count"); seats != 9 {
					t.Errorf("%d seats are counted, want 9", seats)
				}
				used, total := int64(400), int64(500)
				want := &portal.ConnectionAccount{Name: "Us", Type: kind, SeatsUsed: &used, SeatsTotal: &total}
				if diff := cmp.Diff(want, w.connectionItem().Account); diff != "" {
					t.Errorf("the account differs (-want +got):\n%s", diff)
				}
				w.complete(reseller(1, "Partner"), corp(11, "A", 1), corp(12, "B", 17), corp(13, "C", nil))
				if a := w.connectionItem().Account; a != nil {
					t.Errorf("the account that is in its answer no more is still kept: %+v", a)
				}
			})
		}
		t.Run(kind+"/alone", func(t *testing.T) {
			t.Parallel()
			w := newTenant(t)
			run := w.complete(account(kind))
			if run.Seen != 0 || run.Added != 0 {
				t.Errorf("the run counts %+v", run)
			}
			if a := w.connectionItem().Account; a == nil || !a.Alone || a.Type != kind {
				t.Errorf("the account is %+v, want it alone", a)
			}
			said, err := w.service.TryConnection(context.Background(), w.admin, portal.ConnectionTrial{ID: w.connection.ID})
			if err != nil || !said.OK || said.Customers == nil || *said.Customers != 0 {
				t.Errorf("a test answers %+v, %v", said, err)
			}
		})
		t.Run(kind+"/kept by an earlier version", func(t *testing.T) {
			t.Parallel()
			w := newTenant(t)
			var known []customer
			for i := range 30 {
				known = append(known, corp(100+i, "Client", 18))
			}
			before := account(kind)
			before["id"] = 18
			w.complete(append(known, before)...)
			// As if 18 had been the account's id all along, and the account had been kept as a customer.
			w.Exec("update mssp_product set customer_id = '18'")
			w.stand = nil
			w.replaceStandIn(func(c *heimdalstand.Config) { c.CustomerID = "18" })
			run := w.sync(append(known, before)...)
			if run.Status != portal.RunNeedsReview || *run.ErrorCode != "account_known" {
				t.Fatalf("the run is %s (%s), want a review", run.Status, errorText(run))
			}
			if _, err := w.service.Accept(t.Context(), w.admin, run.ID); err != nil {
				t.Fatal(err)
			}
			if run = w.mustEnd(portal.RunComplete); run.Removed != 1 || run.Missing != 0 {
				t.Errorf("the run counts %+v, want one removed", run)
			}
			msps, clients := w.lists()
			if _, kept := clients["Us"]; kept || len(msps) != 0 {
				t.Errorf("the account is still listed: MSPs %v, clients %v", msps, clients)
			}
			if under := value[int64](w, "select count(*) from client where msp_id is not null and status = 'active'"); under != 0 {
				t.Errorf("%d clients are under the account", under)
			}
			if again := w.complete(append(known, before)...); again.Removed != 0 || again.Changed != 0 {
				t.Errorf("the next run counts %+v", again)
			}
		})
	}
}
