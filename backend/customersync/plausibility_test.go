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
	customers := clientsOfOneMSP(49) // with the MSP: 50 customers, of which 10 are a fifth
	w.complete(customers...)
	before := w.Everything()
	run := w.sync(customers[:39]...)
	if errorText(run) == "" || *run.ErrorCode != "too_many_missing" || run.Status != portal.RunNeedsReview || run.Seen != 39 {
		t.Errorf("11 of 50 missing ended as %+v: %s", run, errorText(run))
	}
	if w.Everything() != before {
		t.Error("a run that was not believed wrote rows")
	}
	if run := w.complete(customers[:40]...); run.Missing != 10 {
		t.Errorf("10 of 50 missing were counted as %d", run.Missing)
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
		t.Errorf("12 of 12 MSPs turned clients in a run that ended as %+v", run)
	}
}

func testPlausibilityEmptyResponseNeedsReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	if run := w.complete(); run.Seen != 0 {
		t.Errorf("an MSSP without customers is %+v", run)
	}
	w.complete(clientsOfOneMSP(3)...)
	before := w.Everything()
	if run := w.sync(); run.ErrorCode == nil || *run.ErrorCode != "too_many_missing" {
		t.Errorf("an empty answer ended as %+v", run)
	}
	if w.Everything() != before {
		t.Error("an empty answer changed rows")
	}
}
