package postgres_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

func TestMerge(t *testing.T) {
	t.Parallel()
	t.Run("of_unchanged_customers_writes_no_rows", testMergeOfUnchangedCustomersWritesNoRows)
	t.Run("counts_moves", testMergeCountsMoves)
	t.Run("rejects_known_msp_without_type", testMergeRejectsKnownMSPWithoutType)
	t.Run("rejects_customers_without_any_type", testMergeRejectsCustomersWithoutAnyType)
	t.Run("rejects_other_number_than_announced_total", testMergeRejectsOtherNumberThanAnnouncedTotal)
	t.Run("counts_clients_of_other_types", testMergeCountsClientsOfOtherTypes)
	t.Run("leaves_customers_of_other_connections", testMergeLeavesCustomersOfOtherConnections)
}

func testMergeOfUnchangedCustomersWritesNoRows(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(20), []portal.Customer{client("9", "Direct", "")})
	w.complete(crowd(19), []portal.Customer{client("9", "Direct", "")})
	before := w.Everything()
	run := w.complete(crowd(19), []portal.Customer{client("9", "Direct", "")})
	if w.Everything() != before {
		t.Error("a run without changes wrote rows, want none")
	}
	if run.Seen != 21 || run.MSPs != 1 || run.Clients != 20 || run.Added+run.Changed+run.Missing+run.Removed != 0 || run.Calls != 2 {
		t.Errorf("run: got %+v, want 21 customers, 1 MSP and 20 clients of 2 calls, and no change", run)
	}
	if got := value[int64](w, "select count(*) from sync_customer"); got != 0 {
		t.Errorf("staged rows after the merge: got %d, want 0", got)
	}
}

func testMergeCountsMoves(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	two := []portal.Customer{msp("1", "North"), msp("2", "South")}
	w.complete(append(two, client("3", "A", "1"), client("4", "B", "1")))
	run := w.complete(append(two, client("3", "A", "2"), client("4", "B", "1")))
	if run.Moved != 1 || run.Changed != 1 {
		t.Errorf("got %d moved and %d changed customers, want 1 and 1", run.Moved, run.Changed)
	}
}

func testMergeRejectsKnownMSPWithoutType(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(3))
	before := w.Everything()
	world := crowd(3)
	world[0].Kind, world[0].Type = portal.KindClient, ""
	run, err := w.sync(world)
	if err == nil || run.Status != portal.RunFailed || *run.ErrorCode != "garbage" || !strings.Contains(*run.Error, `"1"`) ||
		w.Everything() != before {
		t.Errorf("run with an untyped MSP: got %+v (%v), want failed with garbage that names customer 1, and no row written", run, err)
	}
	world[0].Type = "CORP"
	world[1].Type = ""
	if run := w.complete(world); run.Moved != 3 {
		t.Errorf("customers moved by a run in which the MSP is a CORP: got %d, want 3", run.Moved)
	}
}

func testMergeRejectsCustomersWithoutAnyType(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	untyped := client("1", "A", "")
	untyped.Type = ""
	_, err := w.sync([]portal.Customer{untyped})
	var refused *connector.CallError
	if !errors.As(err, &refused) || refused.Code != connector.Unmapped {
		t.Errorf("got %v, want %s", err, connector.Unmapped)
	}
}

func testMergeRejectsOtherNumberThanAnnouncedTotal(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	for total, accepted := range map[int64]bool{21: true, 20: false, 22: false} {
		lease := w.sibling().lease()
		w.stage(lease, 1, crowd(20))
		state := connector.State{Done: true, Total: &total, Progress: connector.Progress{Calls: 1, Seen: 21}}
		if _, err := w.DB.FinishCall(context.Background(), lease, state); err != nil {
			t.Fatal(err)
		}
		_, err := w.DB.Merge(context.Background(), lease, w.rules, clientTypes)
		var refused *connector.CallError
		if accepted != (err == nil) || err != nil && (!errors.As(err, &refused) || refused.Code != connector.Incomplete) {
			t.Errorf("21 customers, announced total %d: got %v, want accepted %v, else %s", total, err, accepted, connector.Incomplete)
		}
	}
}

func testMergeCountsClientsOfOtherTypes(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var all []portal.Customer
	for _, name := range []string{"CORP", "corp", "Corp", "DEMO"} {
		c := client(name, name, "")
		c.Type = name
		all = append(all, c)
	}
	if run := w.complete(all); run.Other != 1 || run.Clients != 4 {
		t.Errorf("got %d clients of other types among %d, want 1 (DEMO) among 4", run.Other, run.Clients)
	}
}

func testMergeLeavesCustomersOfOtherConnections(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := w.second()
	w.complete(crowd(20))
	clients := func() string {
		return value[string](w, `
			select json_agg(array[c::text, c.xmin::text] order by c.id)::text
			from client c
			where mssp_product_id = $1`, w.connection)
	}
	before := clients()
	run := other.complete([]portal.Customer{msp("1", "Elsewhere"), client("100", "Same id", "1")})
	if clients() != before || run.Added != 2 || run.Missing != 0 {
		t.Errorf("run of the other connection: got %+v, want 2 added, 0 missing, and no row of the first connection written", run)
	}
	foreign := value[int64](w, `
		select count(*)
		from client c
		join msp m on m.id = c.msp_id
		where m.mssp_product_id <> c.mssp_product_id`)
	if foreign != 0 {
		t.Errorf("clients under an MSP of another connection: got %d, want 0", foreign)
	}
	if w.complete(crowd(20)); clients() != before {
		t.Error("the first connection's run without changes wrote rows, want none")
	}
	review := w.reviewed()
	other.complete([]portal.Customer{msp("1", "Elsewhere"), client("100", "Same id", "1")})
	if got := value[string](w, "select status from sync_run where id = $1", review.ID); got != "needs_review" {
		t.Errorf("status of the review after the other connection's run: got %s, want needs_review", got)
	}
	w.CheckCounts(t.Errorf)
}
