package postgres_test

import (
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

func TestARunThatChangesNothingWritesNothingButItsRecord(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(20), []portal.Customer{client("9", "Direct", "")})
	w.complete(crowd(19), []portal.Customer{client("9", "Direct", "")})
	before := w.Everything()
	run := w.complete(crowd(19), []portal.Customer{client("9", "Direct", "")})
	if w.Everything() != before {
		t.Error("the unchanged run wrote rows")
	}
	if run.Seen != 21 || run.MSPs != 1 || run.Clients != 20 || run.Added+run.Changed+run.Missing+run.Removed != 0 || run.Calls != 2 {
		t.Errorf("the unchanged run says %+v", run)
	}
	if n := value[int64](w, "select count(*) from sync_customer"); n != 0 {
		t.Errorf("%d rows of what was read are left", n)
	}
}

func TestMovesAreCounted(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	two := []portal.Customer{msp("1", "North"), msp("2", "South")}
	w.complete(append(two, client("3", "A", "1"), client("4", "B", "1")))
	if run := w.complete(append(two, client("3", "A", "2"), client("4", "B", "1"))); run.Moved != 1 || run.Changed != 1 {
		t.Errorf("a move is counted as %+v", run)
	}
}

func TestAnMSPDoesNotTurnForWantOfAType(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(3))
	before := w.Everything()
	world := crowd(3)
	world[0].Kind, world[0].Type = portal.KindClient, ""
	run, err := w.sync(world)
	if err == nil || run.Status != portal.RunFailed || *run.ErrorCode != "garbage" || !strings.Contains(*run.Error, `"1"`) || w.Everything() != before {
		t.Errorf("an MSP without a type ended as %+v: %v", run, err)
	}
	world[0].Type = "CORP"
	world[1].Type = ""
	if run := w.complete(world); run.Moved != 3 {
		t.Errorf("an MSP that is a CORP now: %+v", run)
	}
}

func TestTwoConnectionsOfOneMSSPNeverTouchEachOthersCustomers(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := w.second()
	w.complete(crowd(20))
	theirs := func() string {
		return value[string](w, "select json_agg(array[c::text, c.xmin::text] order by c.id)::text from client c where mssp_product_id = $1", w.connection)
	}
	before := theirs()
	run := other.complete([]portal.Customer{msp("1", "Elsewhere"), client("100", "Same id", "1")})
	if theirs() != before || run.Added != 2 || run.Missing != 0 {
		t.Errorf("the other connection's run says %+v", run)
	}
	if n := value[int64](w, "select count(*) from client c join msp m on m.id = c.msp_id where m.mssp_product_id <> c.mssp_product_id"); n != 0 {
		t.Errorf("%d clients hang under an MSP of the other connection", n)
	}
	if w.complete(crowd(20)); theirs() != before {
		t.Error("the first connection's own run changed its rows")
	}
	review, err := w.sync()
	if err != nil || review.Status != portal.RunNeedsReview {
		t.Fatalf("an empty answer ended as %s: %v", review.Status, err)
	}
	other.complete([]portal.Customer{msp("1", "Elsewhere"), client("100", "Same id", "1")})
	if status := value[string](w, "select status from sync_run where id = $1", review.ID); status != "needs_review" {
		t.Errorf("the other connection's run left this one's review %s", status)
	}
	w.CheckCounts(t.Errorf)
}
