package customersync_test

import (
	"fmt"
	"slices"
	"testing"

	"fs-client-portal/backend/portal"
)

func testPartialRunDoesNotMoveClientsWithoutParent(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	top := b.responses[customerID].([]customer)
	for id := 1; id <= 3; id++ {
		top = append(top, b.responses[fmt.Sprint(id)].([]customer)...)
	}
	b.responses[customerID] = top
	w.mustEnd(portal.RunComplete)
	before := w.clientRows()
	b.setHandler(2, respondStatus(403))
	run := w.mustEnd(portal.RunPartial)
	if run.Moved != 0 || run.Missing != 0 || w.clientRows() != before {
		t.Errorf("run: got %+v, want none moved or missing, no client written", run)
	}
}

func testPartialRunAddsNoClientOfPossiblyUnreadMSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	list := func(to string, id int) {
		b.responses[to] = append(b.responses[to].([]customer), parentless(id, fmt.Sprint("Client ", id), "CORP"))
	}
	for reseller := 1; reseller <= 3; reseller++ {
		for i := range 4 {
			list(customerID, 100*reseller+i)
		}
	}
	w.mustEnd(portal.RunComplete)
	list(customerID, 901)
	for reseller := 1; reseller <= 2; reseller++ {
		list(customerID, 100*reseller+50)
		list(fmt.Sprint(reseller), 100*reseller+50)
	}
	// One client is gone from a reseller that is read. It may now be under the unread one.
	b.responses["1"] = slices.DeleteFunc(b.responses["1"].([]customer), func(c customer) bool { return c["id"] == 103 })
	b.setHandler(2, respondStatus(404))
	run := w.mustEnd(portal.RunPartial)
	if run.Added != 1 || run.Moved != 0 || w.statusOf(150) != "active" {
		t.Errorf("run: got %+v, want only the client of the read reseller added, and none moved", run)
	}
	w.CheckCounts(t.Errorf)
	b.setHandler(2, nil)
	list("2", 103)
	run = w.mustEnd(portal.RunComplete)
	if run.Added != 2 || run.Moved != 1 {
		t.Errorf("run: got %+v, want 250 and 901 added and 103 moved", run)
	}
	under := value[string](w, `
		select string_agg(c.external_id || ' ' || coalesce(m.external_id, 'none'), ', ' order by c.external_id)
		from client c
		left join msp m on m.id = c.msp_id
		where c.external_id in ('103', '250', '901')`)
	if want := "103 2, 250 2, 901 none"; under != want {
		t.Errorf("MSPs of the clients: got %s, want %s", under, want)
	}
}

func testPartialRunAddsNoSuchClientAfterAReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	b.setClients(1, 1000, 40)
	b.responses[customerID] = append(b.responses[customerID].([]customer), parentless(200, "Client 200", "CORP"))
	w.mustEnd(portal.RunComplete)
	b.responses[customerID] = append(b.responses[customerID].([]customer), parentless(901, "New", "CORP"))
	b.setClients(1, 1000, 1)
	b.setHandler(2, respondStatus(404))
	run := w.mustEnd(portal.RunNeedsReview)
	if _, err := w.service.Accept(t.Context(), w.admin, run.ID); err != nil {
		t.Fatal(err)
	}
	if run = w.mustEnd(portal.RunPartial); run.Missing != 39 || run.Added != 0 || run.Moved != 0 {
		t.Errorf("run: got %+v, want 39 missing, none added and none moved", run)
	}
	w.CheckCounts(t.Errorf)
}

func testPartialRunAddsOwnClientsOfTheMSSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	w.mustEnd(portal.RunComplete)
	b.responses[customerID] = append(b.responses[customerID].([]customer), parentless(901, "Own too", "CORP"))
	b.setHandler(2, respondStatus(404))
	if run := w.mustEnd(portal.RunPartial); run.Added != 1 || w.statusOf(901) != "active" {
		t.Errorf("run: got %+v, want 901 added", run)
	}
}

func testPartialRunKeepsMSPsKnownOnlyUnderUnreadMSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	b.responses["2"] = append(b.responses["2"].([]customer), parentless(21, "Sub", "RESELLER"))
	b.setClients(21, 2100, 3)
	w.mustEnd(portal.RunComplete)
	b.setHandler(2, respondText("{}"))
	b.responses[customerID] = slices.DeleteFunc(b.responses[customerID].([]customer), func(c customer) bool { return c["id"] == 3 })
	run := w.mustEnd(portal.RunPartial)
	if w.statusOf(21) != "active" || w.statusOf(2100) != "active" || w.statusOf(203) != "active" {
		t.Errorf("got sub-reseller %s, its client %s, client 203 %s; want all active", w.statusOf(21), w.statusOf(2100), w.statusOf(203))
	}
	if w.statusOf(3) != "missing" || w.statusOf(300) != "missing" || run.Missing != 5 {
		t.Errorf("got reseller 3 %s, its client %s, %d missing; want it and its four clients missing",
			w.statusOf(3), w.statusOf(300), run.Missing)
	}
	if n := value[int64](w, "select count(*) from msp where unread_since is not null"); n != 2 || unread(run) != "2 Reseller 2 garbage" {
		t.Errorf("got %d unread MSPs and %s in the run, want 2 and only the first", n, unread(run))
	}
}

func testPartialRunRemovesNoClientOfUnreadMSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	w.mustEnd(portal.RunComplete)
	b.setClients(1, 100, 3)
	b.setClients(2, 200, 3)
	w.mustEnd(portal.RunComplete)
	b.setHandler(2, respondStatus(404))
	for range 11 {
		w.mustEnd(portal.RunPartial)
	}
	if w.statusOf(103) != "removed" || w.statusOf(203) != "missing" {
		t.Errorf("clients of a read and an unread reseller: got %s and %s, want removed and missing", w.statusOf(103), w.statusOf(203))
	}
	b.setHandler(2, nil)
	for n := range 11 {
		run := w.mustEnd(portal.RunComplete)
		if want := map[bool]int64{true: 1}[n == 10]; run.Removed != want {
			t.Errorf("removed by run %d after the reseller is read again: got %d, want %d", n, run.Removed, want)
		}
	}
}

func testPartialRunKeepsClientsIfFirstMSPIsRefused(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	var top []customer
	for _, c := range b.responses[customerID].([]customer) {
		top = append(top, with(c, customer{"resellerId": nil}))
	}
	b.responses[customerID] = top
	w.mustEnd(portal.RunComplete)
	before := w.clientRows()
	b.setHandler(1, respondStatus(404))
	run := w.mustEnd(portal.RunPartial)
	if unread(run) != "1 Reseller 1 not_found" || run.Missing+run.Moved != 0 || w.clientRows() != before {
		t.Errorf("run: got %+v, want partial, reseller 1 unread, and no client written", run)
	}
}
