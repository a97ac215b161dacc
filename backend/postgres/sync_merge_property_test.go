package postgres_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// modelTest compares the rows of one connection with a model of them, after each of a sequence of random runs.
type modelTest struct {
	*tenant
	model model
	ids   map[string]string // external id → row id when first seen
	types map[string]string // row id → type when first seen
	calm  bool              // customers come and go; nothing else changes, and no faults occur
	away  map[string]bool   // calm: external id → absent from the previous world, and likely from the next
}

func newModelTest(w *tenant) *modelTest {
	w.rules = propertyRules
	return &modelTest{tenant: w, model: model{}, ids: map[string]string{}, types: map[string]string{}, away: map[string]bool{}}
}

// TestMergeProperty checks for random sequences of runs that the rows are those of the last world that a run applied,
// that no customer is lost or changes its id, that counts are right, that the spans of a client follow each other
// without gaps up to its present state, that its history leads to its present state, and that a run without changes, or
// one that is not merged, writes no row.
func TestMergeProperty(t *testing.T) {
	t.Parallel()
	t.Run("rows_equal_last_applied_world", testMergePropertyRowsEqualLastAppliedWorld)
	t.Run("rows_follow_long_absence", testMergePropertyRowsFollowLongAbsence)
}

// Any world and any fault, on two connections of one MSSP.
func testMergePropertyRowsEqualLastAppliedWorld(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	rapid.Check(t, func(r *rapid.T) {
		first := newModelTest(base.sibling())
		tests := []*modelTest{first, newModelTest(first.second())}
		for range rapid.IntRange(1, 5).Draw(r, "runs") {
			tests[rapid.IntRange(0, 1).Draw(r, "connection")].step(r)
			for _, each := range tests {
				each.check(r)
			}
			first.CheckCounts(r.Fatalf)
			first.CheckSpans(r.Fatalf)
		}
	})
}

// More runs of one connection, in which customers come and go and some resellers cannot be read: whether a customer is
// absent, missing, removed or back depends on several runs before.
func testMergePropertyRowsFollowLongAbsence(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	rapid.Check(t, func(r *rapid.T) {
		s := newModelTest(base.sibling())
		s.calm = true
		for range rapid.IntRange(4, 6).Draw(r, "runs") {
			s.step(r)
			s.check(r)
		}
		s.CheckCounts(r.Fatalf)
		s.CheckSpans(r.Fatalf)
	})
}

// step performs one run with random customers and a random fault, and updates the model.
func (s *modelTest) step(r *rapid.T) {
	read, calls := s.drawReading(r, s.drawWorld(r))
	read = s.model.resolved(read, listsWithAndWithoutParent(calls))
	before := s.Everything()
	fault := ""
	if !s.calm {
		fault = rapid.SampledFrom([]string{"", "", "", "", "call fails", "killed", "killed in merge", "emptied"}).Draw(r, "fault")
	}
	run, err := s.play(r, read, calls, fault)
	if err != nil {
		r.Fatal(err)
	}
	want := read.status()
	switch {
	case fault == "call fails":
		want = portal.RunFailed
	case s.model.needsReview(read):
		want = portal.RunNeedsReview
	}
	if run.Status != want {
		r.Fatalf("run: got %s (%s), want %s", run.Status, text(run.Error), want)
	}
	if unknown := s.model.unknownParents(read.customers); want != portal.RunFailed && run.UnknownParents != unknown {
		r.Fatalf("unknown parents: got %d, want %d", run.UnknownParents, unknown)
	}
	if got := [4]int64{run.Absent, run.Checked, run.Found, run.Undecided}; want != portal.RunFailed && got != s.model.absence(read) {
		r.Fatalf("absent, checked, found, undecided: got %v, want %v", got, s.model.absence(read))
	}
	if want == portal.RunNeedsReview {
		if s.Everything() != before {
			r.Fatal("a run that needs review wrote rows, want none")
		}
		if run = s.decide(r, run, read); run.Status != read.status() {
			return
		}
		want = read.status()
	}
	if want != read.status() {
		if s.Everything() != before {
			r.Fatal("a failed run wrote rows, want none")
		}
		return
	}
	next := s.model.after(read)
	if got, want := s.Everything() == before, s.model.equal(next); got != want {
		r.Fatalf("rows are the same as before: got %v, want %v", got, want)
	}
	left := value[int64](s.tenant, `
		select (select count(*) from sync_customer c join sync_run u on u.id = c.run_id where u.mssp_product_id = $1)
		     + (select count(*) from sync_vanishing v join sync_run u on u.id = v.run_id where u.mssp_product_id = $1)
		     + (select count(*) from sync_run u where u.mssp_product_id = $1 and u.status = 'needs_review')`, s.connection)
	if left > 0 {
		r.Fatalf("staged rows, and rows and runs of reviews, after the merge: got %d, want 0", left)
	}
	s.model = next
}

// decide accepts or discards a run that needs review, or leaves it to be superseded.
func (s *modelTest) decide(r *rapid.T, run portal.SyncRun, read reading) portal.SyncRun {
	switch rapid.SampledFrom([]string{"accept", "accept", "accept after loss", "discard", "leave"}).Draw(r, "decision") {
	case "accept":
		return s.accepted(run)
	case "accept after loss": // the acceptance does not cover the rows that are read then
		if len(read.customers) == 0 || len(read.unread) > 0 {
			return s.accepted(run) // no rows to lose; or clients would be placed differently if all came in one call
		}
		s.Exec("delete from sync_customer where mssp_id = $1 and run_id = $2", s.ID, run.ID)
		if _, err := s.DB.AcceptRun(context.Background(), s.admin, run.ID, noJob); err != nil {
			r.Fatal(err)
		}
		lease := s.take(run.ID)
		s.readAs(lease, read.state, slices.Collect(maps.Values(read.customers)))
		again, err := s.merge(lease)
		if err != nil || again.Status != portal.RunNeedsReview {
			r.Fatalf("accepted run that was read again: got %s (%v), want needs_review", again.Status, err)
		}
		return s.discarded(r, again)
	case "discard":
		return s.discarded(r, run)
	}
	return run // the next run that completes or needs review supersedes it
}

// discarded discards a run that needs review, and returns it.
func (s *modelTest) discarded(r *rapid.T, run portal.SyncRun) portal.SyncRun {
	run, err := s.DB.DiscardRun(context.Background(), s.admin, run.ID)
	if err != nil {
		r.Fatal(err)
	}
	return run
}

// play reads the calls and merges them, with at most one fault between.
func (s *modelTest) play(r *rapid.T, read reading, calls [][]portal.Customer, fault string) (portal.SyncRun, error) {
	lease := s.lease()
	switch fault {
	case "call fails":
		s.stage(lease, 1, calls[0])
		return s.DB.FailRun(context.Background(), lease, "truncated", "The response ends early.")
	case "killed": // in the middle of a call, after staging half of its rows
		at := rapid.IntRange(0, len(calls)-1).Draw(r, "killed in call")
		s.readSome(r, lease, calls, at)
		half := calls[at][:len(calls[at])/2]
		s.stage(lease, int64(at+1), half)
		s.die(lease)
		late := lease
		lease = s.take(lease.Run.ID)
		if err := s.DB.Stage(context.Background(), late, int64(at+1), calls[at]); !errors.Is(err, postgres.ErrLeaseLost) {
			r.Fatalf("staging by a dead worker: got %v, want %v", err, postgres.ErrLeaseLost)
		}
	}
	s.readAs(lease, read.state, calls...)
	switch fault {
	case "killed in merge": // before its transaction is committed
		s.die(lease)
		late := lease
		lease = s.take(lease.Run.ID)
		if _, err := s.DB.Merge(context.Background(), late, s.rules, clientTypes); !errors.Is(err, postgres.ErrLeaseLost) {
			r.Fatalf("merge by a dead worker: got %v, want %v", err, postgres.ErrLeaseLost)
		}
		s.readAs(lease, read.state, calls...)
	case "emptied":
		s.Exec("delete from sync_customer where mssp_id = $1 and run_id = $2", s.ID, lease.Run.ID)
		if len(slices.Concat(calls...)) > 0 {
			if _, err := s.DB.Merge(context.Background(), lease, s.rules, clientTypes); !errors.Is(err, postgres.ErrStagedLost) {
				r.Fatalf("merge of lost rows: got %v, want %v", err, postgres.ErrStagedLost)
			}
		}
		s.readAs(lease, read.state, calls...)
	}
	return s.merge(lease)
}

// readSome reads the first n calls.
func (s *modelTest) readSome(r *rapid.T, lease postgres.Lease, calls [][]portal.Customer, n int) {
	var seen int64
	for i, call := range calls[:n] {
		s.stage(lease, int64(i+1), call)
		seen += int64(len(call))
		state := connector.State{Progress: connector.Progress{Calls: int64(i + 1), Seen: seen}}
		if _, err := s.DB.FinishCall(context.Background(), lease, state); err != nil {
			r.Fatal(err)
		}
	}
}
