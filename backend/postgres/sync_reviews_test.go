package postgres_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit/wait"
)

// accept accepts a run as the admin, and returns the accepted run.
func (w *tenant) accept(run portal.SyncRun) (portal.SyncRun, error) {
	return w.DB.AcceptRun(context.Background(), w.admin, run.ID, noJob)
}

func TestReview(t *testing.T) {
	t.Parallel()
	t.Run("lists_msps_first_and_no_missing_customers", testReviewListsMSPsFirstAndNoMissingCustomers)
	t.Run("hidden_from_other_mssps", testReviewHiddenFromOtherMSSPs)
	t.Run("discarded_run_cannot_be_accepted", testReviewDiscardedRunCannotBeAccepted)
	t.Run("accepted_run_applies_reviewed_rows", testReviewAcceptedRunAppliesReviewedRows)
	t.Run("keeps_number_of_duplicates", testReviewKeepsNumberOfDuplicates)
	t.Run("first_of_concurrent_decisions_wins", testReviewFirstOfConcurrentDecisionsWins)
	t.Run("cannot_be_accepted_during_another_run", testReviewCannotBeAcceptedDuringAnotherRun)
	t.Run("superseded_by_complete_run_and_newer_review", testReviewSupersededByCompleteRunAndNewerReview)
	t.Run("accepted_data_dates_from_its_reading", testReviewAcceptedDataDatesFromItsReading)
	t.Run("accepted_run_is_queued_like_new", testReviewAcceptedRunIsQueuedLikeNew)
	t.Run("undecided_does_not_delay_next_sync", testReviewUndecidedDoesNotDelayNextSync)
	t.Run("acceptance_does_not_cover_rows_read_later", testReviewAcceptanceDoesNotCoverRowsReadLater)
	t.Run("stores_effect_on_each_customer", testReviewStoresEffectOnEachCustomer)
}

func testReviewListsMSPsFirstAndNoMissingCustomers(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40), []portal.Customer{msp("2", "Zeta"), msp("3", "Gone"), client("9", "Gone", "")})
	w.complete(crowd(40), []portal.Customer{msp("2", "Zeta")})
	run := w.reviewed(crowd(2))
	page, err := w.DB.Review(context.Background(), w.admin, run.ID, portal.ReviewQuery{Limit: 100})
	if err != nil || page.Total != 39 || len(page.Items) != 39 || *run.WouldMiss != 39 || page.Items[0].Name != "Zeta" {
		t.Errorf("review: got %+v (%v) of run %+v, want 39 customers, Zeta first", page, err, run)
	}
}

func testReviewKeepsNumberOfDuplicates(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40))
	run := w.reviewed(append(crowd(2), client("100", "Client", "1")))
	if done := w.accepted(run); run.Duplicates != 1 || done.Duplicates != 1 || done.Seen != 3 {
		t.Errorf("duplicates: got %d in review and %d of %d customers when accepted, want 1 and 1 of 3",
			run.Duplicates, done.Duplicates, done.Seen)
	}
}

func testReviewFirstOfConcurrentDecisionsWins(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40))
	run := w.reviewed(crowd(2))
	var group sync.WaitGroup
	results := make(chan error, 8)
	for i := range cap(results) {
		group.Go(func() {
			var err error
			if i%2 == 0 {
				_, err = w.accept(run)
			} else {
				_, err = w.DB.DiscardRun(context.Background(), w.admin, run.ID)
			}
			results <- err
		})
	}
	wait.Group(t, time.Minute, "the concurrent decisions", &group)
	close(results)
	decided := 0
	for err := range results {
		if err == nil {
			decided++
		} else if portal.ErrorCode(err) != portal.Conflict {
			t.Errorf("later decision: got %v, want a conflict", err)
		}
	}
	if logged := value[int64](w, "select count(*) from audit_log where target = $1", run.ID); decided != 1 || logged != 1 {
		t.Errorf("got %d decisions and %d audit entries, want 1 and 1", decided, logged)
	}
}

func testReviewCannotBeAcceptedDuringAnotherRun(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40))
	run := w.reviewed(crowd(2))
	w.failed()
	newer := w.lease()
	if _, err := w.accept(run); portal.ErrorCode(err) != portal.SyncRunning {
		t.Errorf("accepting during another run: got %v, want %s", err, portal.SyncRunning)
	}
	if got := value[string](w, "select status from sync_run where id = $1", run.ID); got != "needs_review" {
		t.Errorf("status after the rejected decision: got %s, want needs_review", got)
	}
	w.read(newer, crowd(40))
	if _, err := w.merge(newer); err != nil {
		t.Fatal(err)
	}
	if _, err := w.DB.DiscardRun(context.Background(), w.admin, run.ID); portal.ErrorCode(err) != portal.Conflict {
		t.Errorf("discarding a superseded run: got %v, want a conflict", err)
	}
	if _, err := w.accept(run); portal.ErrorCode(err) != portal.Conflict {
		t.Errorf("accepting a superseded run: got %v, want a conflict", err)
	}
	got := value[string](w, "select concat_ws(' ', status, reviewed_by) from sync_run where id = $1", run.ID)
	if want := "discarded"; got != want {
		t.Errorf("status and reviewer of the superseded run: got %q, want %q", got, want)
	}
}

func testReviewAcceptedDataDatesFromItsReading(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40))
	run := w.reviewed(crowd(2))
	w.Exec(`
		update sync_run
		set created_at = created_at - interval '3 days',
		    finished_at = finished_at - interval '3 days',
		    read_at = read_at - interval '3 days'`)
	if _, err := w.accept(run); err != nil {
		t.Fatal(err)
	}
	if run, err := w.merge(w.take(run.ID)); err != nil || run.Status != portal.RunComplete || time.Since(*run.FinishedAt) > time.Hour {
		t.Fatalf("accepted run: got %+v (%v), want complete, finished a moment ago", run, err)
	}
	o, _, err := w.DB.Overview(context.Background(), w.admin, 24*time.Hour)
	if err != nil || o.DataAsOf == nil || time.Since(*o.DataAsOf) < 70*time.Hour {
		t.Errorf("date of the data: got %v (%v), want three days ago", o.DataAsOf, err)
	}
	if len(o.Attention) == 0 || o.Attention[0].Kind != "sync_stale" {
		t.Errorf("attention: got %+v, want sync_stale first", o.Attention)
	}
	all, err := w.DB.Connections(context.Background(), w.admin, time.Hour)
	if err != nil || !all.Items[0].LastComplete.Equal(*o.DataAsOf) || all.Items[0].FailuresInARow != 0 {
		t.Errorf("connection: got %+v (%v), want one last complete at %v, without failures", all.Items, err, o.DataAsOf)
	}
}

func testReviewAcceptedRunIsQueuedLikeNew(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40))
	run := w.reviewed(crowd(2))
	w.Exec("update sync_run set deaths = 2, trigger = 'command', created_at = now() - interval '1 day' where id = $1", run.ID)
	var jobs []string
	queued, err := w.DB.AcceptRun(context.Background(), w.admin, run.ID,
		func(_ context.Context, _ pgx.Tx, run portal.SyncRun) error {
			jobs = append(jobs, run.ID)
			return nil
		})
	if !cmp.Equal(jobs, []string{run.ID}) {
		t.Errorf("queued jobs: got %v, want one of run %s", jobs, run.ID)
	}
	if err != nil || queued.Status != portal.RunQueued || queued.FinishedAt != nil || queued.ErrorCode != nil || queued.Error != nil {
		t.Errorf("accepted run: got %+v (%v), want queued, without an end and an error", queued, err)
	}
	if waiting, err := w.DB.WaitingRuns(context.Background()); err != nil || len(waiting) != 0 {
		t.Errorf("waiting runs just after the acceptance: got %v (%v), want none", waiting, err)
	}
	w.die(w.take(run.ID))
	ref := postgres.RunRef{MSSPID: w.ID, ID: run.ID}
	w.requeue(run.ID)
	got := value[string](w, "select status || ' ' || deaths from sync_run where id = $1", run.ID)
	if want := "queued 1"; got != want {
		t.Errorf("status and deaths after its worker died: got %q, want %q", got, want)
	}
	w.Exec("update sync_run set reviewed_at = now() - interval '1 hour' where id = $1", run.ID)
	if waiting, err := w.DB.WaitingRuns(context.Background()); err != nil || !cmp.Equal(waiting, []postgres.RunRef{ref}) {
		t.Errorf("waiting runs an hour after the acceptance: got %v (%v), want %v", waiting, err, ref)
	}
}

func testReviewUndecidedDoesNotDelayNextSync(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40))
	w.reviewed(crowd(2))
	w.Exec("update mssp_product set created_at = now() - interval '1 day'")
	w.Exec("update sync_run set created_at = now() - interval '2 hours'")
	if due, err := w.DB.Overdue(context.Background(), time.Hour); err != nil || len(due) != 1 {
		t.Errorf("overdue syncs: got %v (%v), want one", due, err)
	}
}

func testReviewAcceptanceDoesNotCoverRowsReadLater(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40))
	run := w.reviewed(crowd(1))
	if _, err := w.accept(run); err != nil {
		t.Fatal(err)
	}
	w.Exec("delete from sync_customer")
	lease := w.take(run.ID)
	w.read(lease, crowd(2))
	if again, err := w.merge(lease); err != nil || again.Status != portal.RunNeedsReview || again.ReviewedAt != nil {
		t.Errorf("accepted run that was read again: got %+v (%v), want needs_review, without the review", again, err)
	}
}

// elevenMissing returns a tenant whose last run would make 11 of 50 customers missing, and that run.
func elevenMissing(t *testing.T) (*tenant, portal.SyncRun) {
	t.Helper()
	w := newTenant(t)
	w.complete(crowd(49))
	before := w.Everything()
	run := w.reviewed(crowd(38))
	if run.WouldMiss == nil || *run.WouldMiss != 11 || run.FinishedAt == nil {
		t.Fatalf("run: got %+v, want a finished one with 11 affected customers", run)
	}
	if w.Everything() != before {
		t.Error("a run that needs review wrote rows, want none")
	}
	return w, run
}

// checkDecided checks that no rows of reviews are left, and the number of decisions in the audit log.
func (w *tenant) checkDecided(decisions int64) {
	w.Helper()
	left := value[int64](w, "select (select count(*) from sync_customer) + (select count(*) from sync_vanishing)")
	logged := value[int64](w, `
		select count(*)
		from audit_log
		where mssp_id = $1 and action in ('sync_accepted', 'sync_discarded')`, w.ID)
	if left != 0 || logged != decisions {
		w.Errorf("got %d rows of reviews and %d audit entries, want 0 and %d", left, logged, decisions)
	}
}

func testReviewHiddenFromOtherMSSPs(t *testing.T) {
	t.Parallel()
	w, run := elevenMissing(t)
	page, err := w.DB.Review(context.Background(), w.admin, run.ID, portal.ReviewQuery{Limit: 5})
	if err != nil || page.Total != 11 || len(page.Items) != 5 || *page.Items[0].MSPName != "Partner" || page.NextCursor == nil {
		t.Fatalf("review: got %+v (%v), want 5 of 11 customers of Partner, and a cursor", page, err)
	}
	other := w.sibling().admin
	_, err = w.DB.Review(context.Background(), other, run.ID, portal.ReviewQuery{Limit: 5})
	if portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("reading as another MSSP's admin: got %v, want not_found", err)
	}
	if _, err := w.DB.AcceptRun(context.Background(), other, run.ID, noJob); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("accepting as another MSSP's admin: got %v, want not_found", err)
	}
}

func testReviewDiscardedRunCannotBeAccepted(t *testing.T) {
	t.Parallel()
	w, run := elevenMissing(t)
	discarded, err := w.DB.DiscardRun(context.Background(), w.admin, run.ID)
	if err != nil || discarded.Status != portal.RunDiscarded || discarded.ReviewedBy == nil || *discarded.ReviewedBy != w.admin.UserID {
		t.Errorf("discarded run: got %+v (%v), want discarded by %s", discarded, err, w.admin.UserID)
	}
	if _, err := w.accept(run); portal.ErrorCode(err) != portal.Conflict {
		t.Errorf("accepting a discarded run: got %v, want a conflict", err)
	}
	w.checkDecided(1)
}

func testReviewAcceptedRunAppliesReviewedRows(t *testing.T) {
	t.Parallel()
	w, run := elevenMissing(t)
	w.discard(run)
	run = w.accepted(w.reviewed(crowd(38)))
	if run.Status != portal.RunComplete || run.Missing != 11 || run.ErrorCode != nil {
		t.Errorf("accepted run: got %+v, want complete with 11 missing and no error", run)
	}
	w.checkDecided(2)
	w.CheckCounts(t.Errorf)
}

func testReviewSupersededByCompleteRunAndNewerReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(49))
	older, _ := w.sync(crowd(2))
	newer, _ := w.sync(crowd(3))
	status := func(run portal.SyncRun) string {
		return value[string](w, "select status || coalesce(' ' || error_code, '') from sync_run where id = $1", run.ID)
	}
	if status(older) != "discarded superseded" || status(newer) != "needs_review too_many_missing" {
		t.Errorf("after a newer review: got %q and %q, want the older superseded and the newer needs_review", status(older), status(newer))
	}
	w.complete(crowd(49))
	left := value[int64](w, "select count(*) from sync_vanishing")
	if status(newer) != "discarded superseded" || left != 0 {
		t.Errorf("after a complete run: got %q with %d rows of the review, want discarded superseded with 0", status(newer), left)
	}
}

func testReviewStoresEffectOnEachCustomer(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(20))
	detached := crowd(20)
	for i := range detached[1:] {
		detached[i+1].ParentID = ""
	}
	run := w.reviewed(detached)
	effects := value[[]string](w, "select array_agg(distinct effect) from sync_vanishing where run_id = $1", run.ID)
	if want := []string{"detached"}; !slices.Equal(effects, want) {
		t.Errorf("effects: got %v, want %v", effects, want)
	}
}
