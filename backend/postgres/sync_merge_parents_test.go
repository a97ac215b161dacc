package postgres_test

import (
	"slices"
	"testing"

	"fs-client-portal/backend/portal"
)

// under returns the external id of the MSP a client is under, "-" for none.
func (w *tenant) under(id string) string {
	w.Helper()
	return value[string](w, `
		select coalesce(m.external_id, '-')
		from client c
		left join msp m on m.id = c.msp_id
		where c.mssp_product_id = $1
		and c.external_id = $2`, w.connection, id)
}

func TestParent(t *testing.T) {
	t.Parallel()
	t.Run("found_by_id_then_by_unique_name", testParentFoundByIDThenByUniqueName)
	t.Run("unknown_is_counted_in_review", testParentUnknownIsCountedInReview)
	t.Run("removed_msp_leaves_new_client_without_msp", testParentRemovedMSPLeavesNewClientWithoutMSP)
	t.Run("of_later_call_replaces_earlier", testParentOfLaterCallReplacesEarlier)
}

func testParentFoundByIDThenByUniqueName(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	world := []portal.Customer{
		msp("1", "North"), msp("2", "South"), msp("3", "Twin"), msp("4", "Twin"), msp("5", "2"), msp("6", "Late"),
		client("10", "By id", "1"), client("11", "By name", "South"), client("12", "An id comes before a name", "2"),
		client("13", "Two of that name", "Twin"), client("14", "Nearly the name", "south"), client("15", "No such id", "99"),
		client("16", "No parent", ""), client("17", "Under a client", "10"), client("18", "By a client's name", "By id"),
		client("19", "Under an MSP that goes missing", "6"),
	}
	run := w.complete(world)
	for id, want := range map[string]string{
		"10": "1", "11": "2", "12": "2", "13": "-", "14": "-", "15": "-", "16": "-", "17": "-", "18": "-", "19": "6",
	} {
		if got := w.under(id); got != want {
			t.Errorf("MSP of client %s: got %s, want %s", id, got, want)
		}
	}
	if run.UnknownParents != 4 {
		t.Errorf("unknown parents: got %d, want 4 (of clients 13, 14, 15 and 18)", run.UnknownParents)
	}
	before := w.Everything()
	if again := w.complete(world); again.UnknownParents != 4 || w.Everything() != before {
		t.Errorf("run without changes: got %d unknown parents, want 4 and no row written", again.UnknownParents)
	}
	absent := slices.DeleteFunc(slices.Clone(world), func(c portal.Customer) bool { return c.ExternalID == "6" })
	if run := w.complete(absent); run.UnknownParents != 4 || w.under("19") != "6" {
		t.Errorf("MSP 6 is missing: got client 19 under %s and %d unknown parents, want 6 and 4", w.under("19"), run.UnknownParents)
	}
}

func testParentUnknownIsCountedInReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40))
	run := w.reviewed([]portal.Customer{msp("1", "Partner"), client("100", "Client", "Partner"), client("101", "Client", "Unknown")})
	if run.UnknownParents != 1 {
		t.Fatalf("unknown parents of a run that needs review: got %d, want 1", run.UnknownParents)
	}
	if run = w.accepted(run); run.UnknownParents != 1 {
		t.Errorf("unknown parents of the accepted run: got %d, want 1", run.UnknownParents)
	}
	for id, want := range map[string]string{"100": "1", "101": "-"} {
		if got := w.under(id); got != want {
			t.Errorf("MSP of client %s: got %s, want %s", id, got, want)
		}
	}
}

func testParentRemovedMSPLeavesNewClientWithoutMSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.rules.RemoveAfterRuns = 1
	w.complete([]portal.Customer{msp("1", "North"), client("3", "Direct", "")})
	for range 2 {
		w.complete([]portal.Customer{client("3", "Direct", "")})
	}
	w.complete([]portal.Customer{client("3", "Direct", ""), client("4", "Late", "1")})
	if got := value[string](w, "select status from msp"); got != "removed" {
		t.Errorf("status of the MSP: got %s, want removed", got)
	}
	if got := w.under("4"); got != "-" {
		t.Errorf("MSP of the client: got %s, want none", got)
	}
	w.CheckCounts(t.Errorf)
}

func testParentOfLaterCallReplacesEarlier(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	sub := msp("2", "Sub")
	sub.ParentID = "1"
	w.complete([]portal.Customer{msp("1", "North"), sub, client("5", "A", "1")}, []portal.Customer{client("5", "A", "2")},
		[]portal.Customer{client("5", "A", "")})
	if got := w.under("5"); got != "2" {
		t.Errorf("MSP of the client: got %s, want 2, which was named last", got)
	}
}
