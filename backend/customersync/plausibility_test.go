package customersync_test

import (
	"fmt"
	"testing"

	"fs-client-portal/backend/portal"
)

func TestPlausibility(t *testing.T) {
	t.Parallel()
	t.Run("too_many_missing_need_review", testPlausibilityTooManyMissingNeedReview)
	t.Run("msps_all_turned_clients_need_review", testPlausibilityMSPsAllTurnedClientsNeedReview)
	t.Run("empty_response_needs_review", testPlausibilityEmptyResponseNeedsReview)
}

func testPlausibilityTooManyMissingNeedReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	customers := clientsOfOneMSP(49) // 50 customers with the MSP: a fifth is 10
	w.complete(customers...)
	before := w.Everything()
	run := w.sync(customers[:39]...)
	if errorText(run) == "" || *run.ErrorCode != "too_many_missing" || run.Status != portal.RunNeedsReview || run.Seen != 39 {
		t.Errorf("11 of 50 missing: got %+v (%s), want needs_review by too_many_missing", run, errorText(run))
	}
	if w.Everything() != before {
		t.Error("a run in review wrote rows, want none")
	}
	if run := w.complete(customers[:40]...); run.Missing != 10 {
		t.Errorf("missing: got %d, want 10", run.Missing)
	}
	w.CheckCounts(t.Errorf)
}

func testPlausibilityMSPsAllTurnedClientsNeedReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var customers, turned []customer
	for i := range 12 {
		customers = append(customers, reseller(i+1, fmt.Sprint("MSP ", i)))
		turned = append(turned, with(customers[i], customer{"type": "PARTNER"}))
	}
	clients := clientsOfOneMSP(100)[1:]
	w.complete(append(customers, clients...)...)
	run := w.sync(append(turned, clients...)...)
	if run.ErrorCode == nil || *run.ErrorCode != "too_many_moved" {
		t.Errorf("12 of 12 MSPs turned into clients: got %+v, want too_many_moved", run)
	}
}

func testPlausibilityEmptyResponseNeedsReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	if run := w.complete(); run.Seen != 0 {
		t.Errorf("run without customers: got %+v, want none seen", run)
	}
	w.complete(clientsOfOneMSP(3)...)
	before := w.Everything()
	if run := w.sync(); run.ErrorCode == nil || *run.ErrorCode != "too_many_missing" {
		t.Errorf("empty response: got %+v, want too_many_missing", run)
	}
	if w.Everything() != before {
		t.Error("an empty response changed rows, want none")
	}
}
