package customersync_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
)

// syncAttention is what the overview says of syncs, as "kind severity count".
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
		t.Errorf("before the first run: %s", got)
	}
	w.complete(clientsOfOneMSP(3)...)
	w.fail(4)
	since := value[string](w, `select to_char(min(finished_at) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') from sync_run where status = 'failed'`)
	last := value[string](w, "select id::text from sync_run order by created_at desc limit 1")
	got := w.syncAttention(time.Hour)
	if len(got) != 1 || got[0].Kind != "sync_failed" || *got[0].Count != 4 || *got[0].Since != since || *got[0].RunID != last || got[0].Detail == "" || got[0].Name != "Heimdal" {
		t.Errorf("four failures are %+v", got)
	}
	w.complete(clientsOfOneMSP(3)...)
	if got := w.syncAttention(time.Hour); got != nil {
		t.Errorf("a sync that works is %+v", got)
	}
}

func testAttentionReviewPrecedesOtherEntries(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(clientsOfOneMSP(60)...)
	w.Exec("update client set expires_on = '2020-01-01' where external_id = '101'")
	if run := w.sync(clientsOfOneMSP(30)...); run.Status != portal.RunNeedsReview {
		t.Fatalf("the run is %s", run.Status)
	}
	overview, _, err := w.DB.Overview(t.Context(), w.admin, time.Hour)
	if err != nil || overview.Attention[0].Kind != "needs_review" || *overview.Attention[0].Count != 30 || overview.Attention[0].RunID == nil {
		t.Errorf("attention is %+v, %v", overview.Attention, err)
	}
	w.fail(1)
	if got := kinds(w.syncAttention(time.Hour)); got != "needs_review sync_failed" {
		t.Errorf("a review and a failure are %s", got)
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
		t.Fatalf("the accepted run is %s: %s", run.Status, errorText(run))
	}
	if got := w.syncAttention(time.Hour); got != nil {
		t.Errorf("after a complete run: %+v", got)
	}
}

func testAttentionConnectionWithoutRecentRunIsStale(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(clientsOfOneMSP(3)...)
	w.Exec("update sync_run set created_at = created_at - interval '4 hours', finished_at = finished_at - interval '4 hours', read_at = read_at - interval '4 hours'")
	w.Exec("update mssp_product set paused = true")
	if got := kinds(w.syncAttention(5 * time.Hour)); got != "" {
		t.Errorf("before its time: %s", got)
	}
	got := w.syncAttention(3 * time.Hour)
	if kinds(got) != "sync_stale" || got[0].Detail != "paused" || got[0].At == nil {
		t.Errorf("a paused connection is %+v", got)
	}
	w.Exec("update mssp_product set paused = false")
	if got := w.syncAttention(3 * time.Hour); kinds(got) != "sync_stale" || got[0].Detail != "" {
		t.Errorf("a connection nobody syncs is %+v", got)
	}
	w.fail(1)
	if got := kinds(w.syncAttention(3 * time.Hour)); got != "sync_failed" {
		t.Errorf("one that fails is %s", got)
	}
	w.complete(clientsOfOneMSP(3)...)
	if got := w.syncAttention(3 * time.Hour); got != nil {
		t.Errorf("one that works again is %+v", got)
	}
}
