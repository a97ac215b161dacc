package customersync_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/fakeheimdal"
)

// syncAttention returns the entries of the overview's attention list that are about syncs.
func (w *tenant) syncAttention(stale time.Duration) []portal.Attention {
	w.Helper()
	overview, _, err := w.DB.Overview(context.Background(), w.admin, stale)
	if err != nil {
		w.Fatal(err)
	}
	var syncs []portal.Attention
	for _, a := range overview.Attention {
		if strings.HasPrefix(a.Kind, "sync_") || a.Kind == "needs_review" {
			syncs = append(syncs, a)
		}
	}
	return syncs
}

// kinds returns the kinds of the entries, separated by spaces.
func kinds(attention []portal.Attention) string {
	var all []string
	for _, a := range attention {
		all = append(all, a.Kind)
	}
	return strings.Join(all, " ")
}

func TestAttention(t *testing.T) {
	t.Parallel()
	t.Run("counts_failures_until_complete_run", testAttentionCountsFailuresUntilCompleteRun)
	t.Run("review_precedes_other_entries", testAttentionReviewPrecedesOtherEntries)
	t.Run("accepted_review_clears_failures", testAttentionAcceptedReviewClearsFailures)
	t.Run("connection_without_recent_run_is_stale", testAttentionConnectionWithoutRecentRunIsStale)
}

func testAttentionCountsFailuresUntilCompleteRun(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	if got := kinds(w.syncAttention(time.Hour)); got != "sync_never" {
		t.Errorf("before the first run: got %s, want sync_never", got)
	}
	w.complete(numberedCustomers(3)...)
	w.fake.SetFault(fakeheimdal.Status403)
	var first portal.SyncRun
	for i := range 4 {
		run := w.syncNow()
		if i == 0 {
			first = run
		}
		got := w.syncAttention(time.Hour)
		if len(got) != 1 || got[0].Kind != "sync_failed" || got[0].Severity != "error" || got[0].Name != "Heimdal" {
			t.Fatalf("after %d failures: got %+v, want one sync_failed of Heimdal", i+1, got)
		}
		if found := got[0]; found.Count == nil || *found.Count != int64(i+1) || *found.RunID != run.ID {
			t.Errorf("after %d failures: got %+v, want that count and the run %s", i+1, found, run.ID)
		} else if found.Detail == "" || found.Detail != *run.Error {
			t.Errorf("detail: got %q, want %q", found.Detail, *run.Error)
		}
		if since := first.FinishedAt.UTC().Format(time.RFC3339); got[0].Since == nil || *got[0].Since != since {
			t.Errorf("since: got %v, want %s", got[0].Since, since)
		}
	}
	w.fake.SetFault(fakeheimdal.None)
	w.complete(numberedCustomers(3)...)
	if got := w.syncAttention(time.Hour); got != nil {
		t.Errorf("after a complete run: got %+v, want none", got)
	}
}

func testAttentionReviewPrecedesOtherEntries(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(clientsOfOneMSP(60)...)
	w.Exec("update client set expires_on = '2020-01-01' where external_id = '101'")
	if run := w.sync(clientsOfOneMSP(30)...); run.Status != portal.RunNeedsReview {
		t.Fatalf("run: got %s, want needs_review", run.Status)
	}
	overview, _, err := w.DB.Overview(t.Context(), w.admin, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if first := overview.Attention[0]; first.Kind != "needs_review" || *first.Count != 30 || first.RunID == nil {
		t.Errorf("attention: got %+v, want the review of 30 clients first", overview.Attention)
	}
	w.fail(1)
	if got := kinds(w.syncAttention(time.Hour)); got != "needs_review sync_failed" {
		t.Errorf("after a review and a failure: got %s, want needs_review sync_failed", got)
	}
}

func testAttentionAcceptedReviewClearsFailures(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(clientsOfOneMSP(60)...)
	review := w.sync(clientsOfOneMSP(30)...)
	w.fail(1)
	if _, err := w.service.Accept(t.Context(), w.admin, review.ID); err != nil {
		t.Fatal(err)
	}
	if run := w.syncNow(); run.ID != review.ID || run.Status != portal.RunComplete {
		t.Fatalf("accepted run: got %s (%s), want complete", run.Status, errorText(run))
	}
	if got := w.syncAttention(time.Hour); got != nil {
		t.Errorf("after a complete run: got %+v, want none", got)
	}
}

func testAttentionConnectionWithoutRecentRunIsStale(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(clientsOfOneMSP(3)...)
	w.Exec(`
		update sync_run
		set created_at = created_at - interval '4 hours', finished_at = finished_at - interval '4 hours',
		    read_at = read_at - interval '4 hours'`)
	w.Exec("update mssp_product set paused = true")
	if got := kinds(w.syncAttention(5 * time.Hour)); got != "" {
		t.Errorf("4 hours after the run, stale after 5: got %s, want none", got)
	}
	got := w.syncAttention(3 * time.Hour)
	if kinds(got) != "sync_stale" || got[0].Detail != "paused" || got[0].At == nil {
		t.Errorf("paused connection: got %+v, want sync_stale with the detail paused", got)
	}
	w.Exec("update mssp_product set paused = false")
	if got := w.syncAttention(3 * time.Hour); kinds(got) != "sync_stale" || got[0].Detail != "" {
		t.Errorf("connection without a run: got %+v, want sync_stale without a detail", got)
	}
	w.fail(1)
	if got := kinds(w.syncAttention(3 * time.Hour)); got != "sync_failed" {
		t.Errorf("after a failure: got %s, want sync_failed", got)
	}
	w.complete(clientsOfOneMSP(3)...)
	if got := w.syncAttention(3 * time.Hour); got != nil {
		t.Errorf("after a complete run: got %+v, want none", got)
	}
}
