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
)

func TestAReviewListsMSPsFirstAndNobodyWhoIsMissingAlready(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40), []portal.Customer{msp("2", "Zeta"), msp("3", "Gone"), client("9", "Gone", "")})
	w.complete(crowd(40), []portal.Customer{msp("2", "Zeta")})
	run := w.reviewed(crowd(2))
	page, err := w.DB.Review(context.Background(), w.admin, run.ID, portal.ReviewQuery{Limit: 100})
	if err != nil || page.Total != 39 || len(page.Items) != 39 || *run.WouldMiss != 39 || page.Items[0].Name != "Zeta" {
		t.Errorf("the review of %+v is %+v: %v", run, page, err)
	}
}

func TestDuplicatesAreStillToldOfARunThatWasReviewed(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40))
	run := w.reviewed(append(crowd(2), client("100", "Client", "1")))
	if done := w.accepted(run); run.Duplicates != 1 || done.Duplicates != 1 || done.Seen != 3 {
		t.Errorf("in review it says %+v, accepted %+v", run, done)
	}
}

func TestOfSeveralWordsOnAReviewTheFirstCounts(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40))
	run := w.reviewed(crowd(2))
	var words sync.WaitGroup
	answers := make(chan error, 8)
	for i := range cap(answers) {
		words.Go(func() {
			var err error
			if i%2 == 0 {
				_, err = w.DB.AcceptRun(context.Background(), w.admin, run.ID, noJob)
			} else {
				_, err = w.DB.DiscardRun(context.Background(), w.admin, run.ID)
			}
			answers <- err
		})
	}
	words.Wait()
	close(answers)
	taken := 0
	for err := range answers {
		if err == nil {
			taken++
		} else if portal.ErrorCode(err) != portal.Conflict {
			t.Errorf("a word that comes too late: %v", err)
		}
	}
	if said := value[int64](w, "select count(*) from audit_log where target = $1", run.ID); taken != 1 || said != 1 {
		t.Errorf("%d words were taken, %d are in the log", taken, said)
	}
}

func TestAReviewWaitsWhileAnotherRunIsAtWorkAndEndsWithIt(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40))
	run := w.reviewed(crowd(2))
	w.failed()
	newer := w.lease()
	accept := func() portal.Code {
		_, err := w.DB.AcceptRun(context.Background(), w.admin, run.ID, noJob)
		return portal.ErrorCode(err)
	}
	if code := accept(); code != portal.SyncRunning {
		t.Errorf("accepted while a run is at work: %q", code)
	}
	if status := value[string](w, "select status from sync_run where id = $1", run.ID); status != "needs_review" {
		t.Errorf("after a run that failed and a word that was not taken the review is %s", status)
	}
	w.read(newer, crowd(40))
	if _, err := w.merge(newer); err != nil {
		t.Fatal(err)
	}
	if _, err := w.DB.DiscardRun(context.Background(), w.admin, run.ID); portal.ErrorCode(err) != portal.Conflict || accept() != portal.Conflict {
		t.Errorf("a superseded run is discarded: %v", err)
	}
	if n := value[int64](w, "select count(*) from sync_run where id = $1 and reviewed_by is null and status = 'discarded'", run.ID); n != 1 {
		t.Error("a superseded run bears somebody's word")
	}
}

func TestDataThatIsAcceptedLaterIsAsOldAsItsReading(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40))
	run := w.reviewed(crowd(2))
	w.Exec("update sync_run set created_at = created_at - interval '3 days', finished_at = finished_at - interval '3 days', read_at = read_at - interval '3 days'")
	if _, err := w.DB.AcceptRun(context.Background(), w.admin, run.ID, noJob); err != nil {
		t.Fatal(err)
	}
	if run, err := w.merge(w.take(run.ID)); err != nil || run.Status != portal.RunComplete || time.Since(*run.FinishedAt) > time.Hour {
		t.Fatalf("the run ended as %+v: %v", run, err)
	}
	o, _, err := w.DB.Overview(context.Background(), w.admin, 24*time.Hour)
	if err != nil || o.DataAsOf == nil || time.Since(*o.DataAsOf) < 70*time.Hour {
		t.Errorf("the data is of %v: %v", o.DataAsOf, err)
	}
	if len(o.Attention) == 0 || o.Attention[0].Kind != "sync_stale" {
		t.Errorf("nobody is told that the data is old: %+v", o.Attention)
	}
	all, err := w.DB.Connections(context.Background(), w.admin, time.Hour)
	if err != nil || !all.Items[0].LastComplete.Equal(*o.DataAsOf) || all.Items[0].FailuresInARow != 0 {
		t.Errorf("the connection is %+v: %v", all.Items, err)
	}
}

func TestAnAcceptedRunIsLikeNewToWhoeverTakesItUp(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40))
	run := w.reviewed(crowd(2))
	w.Exec("update sync_run set deaths = 2, trigger = 'command', created_at = now() - interval '1 day' where id = $1", run.ID)
	var jobs []string
	queued, err := w.DB.AcceptRun(context.Background(), w.admin, run.ID, func(_ context.Context, _ pgx.Tx, run portal.SyncRun) error {
		jobs = append(jobs, run.ID)
		return nil
	})
	if !cmp.Equal(jobs, []string{run.ID}) {
		t.Errorf("jobs were made of %v", jobs)
	}
	if err != nil || queued.Status != portal.RunQueued || queued.FinishedAt != nil || queued.ErrorCode != nil || queued.Error != nil {
		t.Errorf("accepted: %+v: %v", queued, err)
	}
	if waiting, err := w.DB.WaitingRuns(context.Background()); err != nil || len(waiting) != 0 {
		t.Errorf("accepted a moment ago it is thought lost: %v, %v", waiting, err)
	}
	w.die(w.take(run.ID))
	ref := postgres.RunRef{MSSPID: w.ID, ID: run.ID}
	if err := w.DB.RequeueDeadRun(context.Background(), ref, noJob); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("queued 1", value[string](w, "select status || ' ' || deaths from sync_run where id = $1", run.ID)); diff != "" {
		t.Errorf("after its worker has died (-want +got):\n%s", diff)
	}
	w.Exec("update sync_run set reviewed_at = now() - interval '1 hour' where id = $1", run.ID)
	if waiting, err := w.DB.WaitingRuns(context.Background()); err != nil || !cmp.Equal(waiting, []postgres.RunRef{ref}) {
		t.Errorf("an hour later nobody looks for it: %v, %v", waiting, err)
	}
}

func TestAReviewThatNobodyMakesKeepsNoSyncFromBeingDue(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40))
	w.reviewed(crowd(2))
	w.Exec("update mssp_product set created_at = now() - interval '1 day'")
	w.Exec("update sync_run set created_at = now() - interval '2 hours'")
	if due, err := w.DB.Overdue(context.Background(), time.Hour); err != nil || len(due) != 1 {
		t.Errorf("due is %v: %v", due, err)
	}
}

func TestAnAdminsWordIsForTheRowsThatWereReviewed(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40))
	run, err := w.sync(crowd(1))
	if err != nil || run.Status != portal.RunNeedsReview {
		t.Fatalf("the run is %s: %v", run.Status, err)
	}
	if _, err := w.DB.AcceptRun(context.Background(), w.admin, run.ID, noJob); err != nil {
		t.Fatal(err)
	}
	w.Exec("delete from sync_customer")
	lease := w.take(run.ID)
	w.read(lease, crowd(2))
	if again, err := w.merge(lease); err != nil || again.Status != portal.RunNeedsReview || again.ReviewedAt != nil {
		t.Errorf("rows nobody has reviewed ended as %+v: %v", again, err)
	}
}

func TestAReviewSaysWhoWouldVanishAndIsAcceptedOrDiscarded(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(49))
	before := w.Everything()
	run, err := w.sync(crowd(38))
	if err != nil || run.Status != portal.RunNeedsReview || run.WouldMiss == nil || *run.WouldMiss != 11 || run.FinishedAt == nil {
		t.Fatalf("11 of 50 missing ended as %+v: %v", run, err)
	}
	if w.Everything() != before {
		t.Error("a run that needs review wrote rows")
	}
	page, err := w.DB.Review(context.Background(), w.admin, run.ID, portal.ReviewQuery{Limit: 5})
	if err != nil || page.Total != 11 || len(page.Items) != 5 || *page.Items[0].MSPName != "Partner" || page.NextCursor == nil {
		t.Fatalf("the review is %+v: %v", page, err)
	}
	if _, err := w.DB.Review(context.Background(), w.sibling().admin, run.ID, portal.ReviewQuery{Limit: 5}); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("another MSSP reads the review: %v", err)
	}
	if _, err := w.DB.AcceptRun(context.Background(), w.sibling().admin, run.ID, noJob); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("another MSSP accepts: %v", err)
	}
	discarded, err := w.DB.DiscardRun(context.Background(), w.admin, run.ID)
	if err != nil || discarded.Status != portal.RunDiscarded || discarded.ReviewedBy == nil || *discarded.ReviewedBy != w.admin.UserID {
		t.Errorf("discarded: %+v: %v", discarded, err)
	}
	if _, err := w.DB.AcceptRun(context.Background(), w.admin, run.ID, noJob); portal.ErrorCode(err) != portal.Conflict {
		t.Errorf("a discarded run is accepted: %v", err)
	}
	run, err = w.sync(crowd(38))
	if err != nil {
		t.Fatal(err)
	}
	if run = w.accepted(run); run.Status != portal.RunComplete || run.Missing != 11 || run.ErrorCode != nil {
		t.Errorf("accepted: %+v", run)
	}
	left := value[int64](w, "select (select count(*) from sync_customer) + (select count(*) from sync_vanishing)")
	if left != 0 || value[int64](w, "select count(*) from audit_log where mssp_id = $1 and action in ('sync_accepted', 'sync_discarded')", w.ID) != 2 {
		t.Errorf("%d rows are left of it", left)
	}
	w.CheckCounts(t.Errorf)
}

func TestANewerRunThatCompletesOrNeedsReviewSupersedesAnOlderReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(49))
	older, _ := w.sync(crowd(2))
	newer, _ := w.sync(crowd(3))
	status := func(run portal.SyncRun) string {
		return value[string](w, "select status || coalesce(' ' || error_code, '') from sync_run where id = $1", run.ID)
	}
	if status(older) != "discarded superseded" || status(newer) != "needs_review too_many_missing" {
		t.Errorf("after two reviews: %s, %s", status(older), status(newer))
	}
	w.complete(crowd(49))
	if status(newer) != "discarded superseded" || value[int64](w, "select count(*) from sync_vanishing") != 0 {
		t.Errorf("after a complete run: %s", status(newer))
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
