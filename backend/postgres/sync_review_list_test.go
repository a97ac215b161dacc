package postgres_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"fs-client-portal/backend/portal"
)

func TestReviewTotals(t *testing.T) {
	t.Parallel()
	t.Run("count_clients_per_msp_msps_first", testReviewTotalsCountClientsPerMSPMSPsFirst)
	t.Run("equal_filtered_lists", testReviewTotalsEqualFilteredLists)
	t.Run("are_of_own_mssp_and_run_only", testReviewTotalsAreOfOwnMSSPAndRunOnly)
}

func TestReviewFilter(t *testing.T) {
	t.Parallel()
	t.Run("finds_by_name_id_and_msp", testReviewFilterFindsByNameIDAndMSP)
	t.Run("rejects_malformed_msp", testReviewFilterRejectsMalformedMSP)
}

// losing returns the run in review that would lose 30 of 40 clients of Alpine, both clients of Baltic, Baltic itself,
// and one of two clients directly under the MSSP.
func losing(w *tenant) portal.SyncRun {
	w.Helper()
	all := []portal.Customer{
		msp("1", "Alpine"), msp("2", "Baltic"), client("201", "Zeta", "2"), client("202", "Eta", "2"),
		client("301", "Theta", ""), client("302", "Iota", ""),
	}
	for i := range 40 {
		all = append(all, client(fmt.Sprint(100+i), fmt.Sprintf("Client %02d", i), "1"))
	}
	w.complete(all)
	kept := slices.DeleteFunc(slices.Clone(all), func(c portal.Customer) bool {
		return slices.Contains([]string{"2", "201", "202", "301"}, c.ExternalID) || c.ExternalID >= "110" && c.ExternalID < "140"
	})
	return w.reviewed(kept)
}

func (w *tenant) totals(run portal.SyncRun) portal.ReviewTotals {
	w.Helper()
	totals, err := w.DB.ReviewTotals(context.Background(), w.admin, run.ID)
	if err != nil {
		w.Fatal(err)
	}
	return totals
}

func testReviewTotalsCountClientsPerMSPMSPsFirst(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	totals := w.totals(losing(w))
	var got []string
	for _, one := range totals.Items {
		name := "-"
		if one.MSPName != nil {
			name = *one.MSPName
		}
		got = append(got, fmt.Sprintf("%s %s %s %d of %d", one.Kind, name, one.Effect, one.Count, one.Of))
	}
	want := []string{
		"msp - missing 1 of 2", "client Alpine missing 30 of 40", "client Baltic missing 2 of 2", "client - missing 1 of 2",
	}
	if !slices.Equal(got, want) || totals.Total != int64(len(want)) {
		t.Errorf("totals: got %q of %d, want %q", got, totals.Total, want)
	}
}

func testReviewTotalsEqualFilteredLists(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	run := losing(w)
	var sum int64
	for _, one := range w.totals(run).Items {
		filter := portal.ReviewFilter{Kind: string(one.Kind), Effect: string(one.Effect)}
		if one.Kind == portal.KindClient {
			filter.MSPID = "none"
			if one.MSPID != nil {
				filter.MSPID = *one.MSPID
			}
		}
		page, err := w.DB.Review(context.Background(), w.admin, run.ID, portal.ReviewQuery{ReviewFilter: filter, Limit: 200})
		if err != nil || page.Total != one.Count || int64(len(page.Items)) != one.Count {
			t.Errorf("list of %+v: got %d rows of %d (%v), want %d", filter, len(page.Items), page.Total, err, one.Count)
		}
		sum += one.Count
	}
	if sum != *run.WouldMiss {
		t.Errorf("sum of the totals: got %d, want %d", sum, *run.WouldMiss)
	}
}

func testReviewTotalsAreOfOwnMSSPAndRunOnly(t *testing.T) {
	t.Parallel()
	w, other := newTenant(t), newTenant(t)
	run := losing(w)
	if _, err := other.DB.ReviewTotals(context.Background(), other.admin, run.ID); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("totals of another MSSP's run: got %v, want not found", err)
	}
	if _, err := w.DB.ReviewTotals(context.Background(), w.admin, "1"); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("totals of a malformed id: got %v, want not found", err)
	}
	w.discard(run)
	if totals := w.totals(run); len(totals.Items) != 0 || totals.Total != 0 {
		t.Errorf("totals of a discarded run: got %+v, want none", totals)
	}
}

func testReviewFilterFindsByNameIDAndMSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	run := losing(w)
	for q, want := range map[string][]string{
		"bált": {"Baltic", "Eta", "Zeta"}, "zeta": {"Zeta"}, "201": {"Zeta"}, "client 1": numberedClients(10, 20), "nobody": nil,
	} {
		query := portal.ReviewQuery{ReviewFilter: portal.ReviewFilter{Q: q}, Limit: 200}
		page, err := w.DB.Review(context.Background(), w.admin, run.ID, query)
		var got []string
		for _, one := range page.Items {
			got = append(got, one.Name)
		}
		if err != nil || !slices.Equal(got, want) || page.Total != int64(len(want)) {
			t.Errorf("search for %q: got %q of %d (%v), want %q", q, got, page.Total, err, want)
		}
	}
}

func numberedClients(from, to int) (names []string) {
	for i := from; i < to; i++ {
		names = append(names, fmt.Sprintf("Client %02d", i))
	}
	return names
}

func testReviewFilterRejectsMalformedMSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	run := losing(w)
	query := portal.ReviewQuery{ReviewFilter: portal.ReviewFilter{MSPID: "x"}, Limit: 10}
	if _, err := w.DB.Review(context.Background(), w.admin, run.ID, query); portal.ErrorCode(err) != portal.Invalid {
		t.Errorf("malformed msp_id: got %v, want invalid", err)
	}
}
