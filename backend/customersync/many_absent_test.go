package customersync_test

import (
	"context"
	"slices"
	"testing"

	"fs-client-portal/backend/portal"
)

// absent returns n ids from 110 on.
func absent(n int) []int {
	var ids []int
	for i := range n {
		ids = append(ids, 110+i)
	}
	return ids
}

func TestManyAbsent(t *testing.T) {
	t.Parallel()
	t.Run("keep_their_state_until_the_next_run", testManyAbsentKeepTheirStateUntilTheNextRun)
	t.Run("are_decided_by_a_run_without_pages", testManyAbsentAreDecidedByARunWithoutPages)
	t.Run("are_marked_once", testManyAbsentAreMarkedOnce)
}

func testManyAbsentKeepTheirStateUntilTheNextRun(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	d := w.pagedAPI(clientsOfOneMSP(139)...)
	w.mustEnd(portal.RunComplete)
	version := value[int64](w, "select version from mssp where id = $1", w.ID)
	d.checks()
	all := slices.Clone(d.customers)
	d.remove(absent(21)...)
	run := w.mustEnd(portal.RunComplete)
	if got := d.checks(); len(got) != 0 || run.Checked != 0 || run.Missing != 0 {
		t.Errorf("got %v checked, run %+v; want none checked and none missing", got, run)
	}
	if got, want := absence(run), [4]int64{21, 0, 0, 21}; got != want {
		t.Errorf("absent, checked, found, undecided: got %v, want %v", got, want)
	}
	if n := value[int64](w, "select count(*) from client where absent_since is not null and status = 'active'"); n != 21 {
		t.Errorf("clients with absent_since: got %d, want 21", n)
	}
	if got := value[int64](w, "select version from mssp where id = $1", w.ID); got != version {
		t.Errorf("version: got %d, want %d, as no visible data changed", got, version)
	}
	// One of them is in the next response, which clears its absence.
	d.customers = append(d.customers, all[11])
	run = w.mustEnd(portal.RunComplete)
	if n := value[int64](w, "select count(*) from client where absent_since is not null"); n != 0 || run.Missing != 20 || run.Checked != 20 {
		t.Errorf("got %d clients with absent_since, run %+v; want none, and 20 missing", n, run)
	}
	if w.statusOf(110) != "active" || w.statusOf(111) != "missing" {
		t.Errorf("status of 110 and 111: got %s and %s, want active and missing", w.statusOf(110), w.statusOf(111))
	}
	if late := value[bool](w, "select bool_or(last_seen_at > (select read_at from sync_run order by created_at limit "+
		"1)) from client where status = 'missing'"); late {
		t.Error("got a missing client last seen after the only run that read it, want none")
	}
	w.CheckCounts(t.Errorf)
}

func testManyAbsentAreDecidedByARunWithoutPages(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	d := w.pagedAPI(clientsOfOneMSP(139)...)
	w.mustEnd(portal.RunComplete)
	d.remove(absent(21)...)
	w.mustEnd(portal.RunComplete)
	w.setBaseURL(w.fake.URL())
	if run := w.complete(d.customers...); run.Missing != 21 || run.Checked != 0 {
		t.Errorf("run: got %+v, want 21 missing and none checked", run)
	} else if got, want := absence(run), [4]int64{}; got != want {
		t.Errorf("absent, checked, found, undecided without pages: got %v, want %v", got, want)
	}
}

func testManyAbsentAreMarkedOnce(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	d := w.pagedAPI(clientsOfOneMSP(40)...)
	w.mustEnd(portal.RunComplete)
	before := w.Everything()
	w.mustEnd(portal.RunComplete)
	if w.Everything() != before {
		t.Error("a paged run without a difference wrote rows, want none")
	}
	d.remove(absent(25)...)
	if run := w.mustEnd(portal.RunComplete); run.Missing != 0 {
		t.Errorf("run: got %+v, want none missing", run)
	}
	if run := w.mustEnd(portal.RunNeedsReview); run.WouldMiss == nil || *run.WouldMiss != 25 {
		t.Errorf("run: got %+v, want a review of 25", run)
	} else if got, want := absence(run), [4]int64{25, 0, 0, 0}; got != want {
		t.Errorf("absent, checked, found, undecided of the review: got %v, want %v", got, want)
	}
	before = w.Everything()
	run := w.mustEnd(portal.RunNeedsReview)
	if w.Everything() != before {
		t.Error("a run in review wrote rows, want none")
	}
	d.checks()
	if _, err := w.service.Accept(context.Background(), w.admin, run.ID); err != nil {
		t.Fatal(err)
	}
	if run = w.mustEnd(portal.RunComplete); run.Missing != 25 || len(d.checks()) != 0 {
		t.Errorf("accepted run: got %+v, want 25 missing and no further call", run)
	}
}
