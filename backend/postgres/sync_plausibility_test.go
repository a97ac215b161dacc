package postgres_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func TestPlausibility(t *testing.T) {
	t.Parallel()
	t.Run("limit_of_missing_customers", testPlausibilityLimitOfMissingCustomers)
	t.Run("limit_follows_settings", testPlausibilityLimitFollowsSettings)
	t.Run("limit_counts_newly_missing_msps_and_clients", testPlausibilityLimitCountsNewlyMissingMSPsAndClients)
	t.Run("run_without_customers_needs_review", testPlausibilityRunWithoutCustomersNeedsReview)
	t.Run("many_msps_turned_clients_need_review", testPlausibilityManyMSPsTurnedClientsNeedReview)
	t.Run("all_of_few_msps_turned_clients_need_review", testPlausibilityAllOfFewMSPsTurnedClientsNeedReview)
	t.Run("many_detached_clients_need_review", testPlausibilityManyDetachedClientsNeedReview)
}

// checkImplausible plays a run that must need review, with this number of affected customers, this error code, and
// detail in its error.
func (w *tenant) checkImplausible(affected int64, code, detail string, calls ...[]portal.Customer) {
	w.Helper()
	run := w.reviewed(calls...)
	if *run.WouldMiss != affected || *run.ErrorCode != code || !strings.Contains(*run.Error, detail) {
		w.Errorf("run: got %d affected customers, %s: %s; want %d, %s: …%s…",
			*run.WouldMiss, *run.ErrorCode, *run.Error, affected, code, detail)
	}
}

// By default a run needs review when more than a fifth of the customers, and at least ten, are missing.
func testPlausibilityLimitOfMissingCustomers(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	for _, test := range []struct {
		known, left int
		want        portal.RunStatus
	}{
		{100, 80, portal.RunComplete}, {100, 79, portal.RunNeedsReview}, {20, 11, portal.RunComplete}, {20, 10, portal.RunNeedsReview},
	} {
		s := w.sibling()
		s.complete(crowd(test.known - 1))
		if run, err := s.sync(crowd(test.left - 1)); err != nil || run.Status != test.want {
			t.Errorf("run with %d of %d customers: got %s (%v), want %s", test.left, test.known, run.Status, err, test.want)
		}
	}
}

func testPlausibilityLimitFollowsSettings(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	for _, test := range []struct {
		share, least int64
		left         int
		want         portal.RunStatus
	}{
		{0, 0, 39, portal.RunComplete}, {0, 0, 38, portal.RunNeedsReview},
		{50, 0, 25, portal.RunComplete}, {50, 0, 23, portal.RunNeedsReview},
		{0, 30, 20, portal.RunComplete}, {0, 3, 46, portal.RunComplete}, {5, 3, 46, portal.RunNeedsReview},
	} {
		s := w.sibling()
		s.complete(crowd(49))
		s.rules = postgres.MergeRules{MissingShare: test.share, MissingAtLeast: test.least}
		if run, err := s.sync(crowd(test.left)); err != nil || run.Status != test.want {
			t.Errorf("%d of 49 clients left, share %d %%, at least %d: got %s (%v), want %s",
				test.left, test.share, test.least, run.Status, err, test.want)
		}
	}
}

func testPlausibilityLimitCountsNewlyMissingMSPsAndClients(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var msps, clients []portal.Customer
	for i := range 30 {
		msps = append(msps, msp(fmt.Sprint(i), fmt.Sprint("MSP ", i)))
		clients = append(clients, client(fmt.Sprint(100+i), "Client", ""))
	}
	w.complete(msps, clients[:20])
	w.reviewed(msps[6:], clients[5:20])
	if run := w.complete(msps[5:], clients[5:20]); run.Missing != 10 {
		t.Errorf("missing customers of 50: got %d, want 10", run.Missing)
	}
	if run := w.complete(msps[9:], clients[9:20]); run.Missing != 8 {
		t.Errorf("customers newly missing of the other 40: got %d, want 8", run.Missing)
	}
}

func testPlausibilityRunWithoutCustomersNeedsReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	if run := w.complete(); run.Seen != 0 {
		t.Errorf("customers in the first run: got %d, want 0", run.Seen)
	}
	w.complete(crowd(3))
	w.checkImplausible(4, "too_many_missing", "")
}

func testPlausibilityManyMSPsTurnedClientsNeedReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var msps, turned []portal.Customer
	for i := range 12 {
		id := fmt.Sprint(i + 1)
		msps, turned = append(msps, msp(id, "MSP "+id)), append(turned, client(id, "MSP "+id, ""))
	}
	clients := crowd(100)[1:]
	w.complete(msps, clients)
	w.checkImplausible(12, "too_many_moved", "12 of 12 MSPs", turned, clients)
}

func testPlausibilityAllOfFewMSPsTurnedClientsNeedReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete([]portal.Customer{msp("1", "One"), msp("2", "Two"), client("11", "A", "1")})
	w.checkImplausible(2, "too_many_moved", "2 of 2 MSPs",
		[]portal.Customer{client("1", "One", ""), client("2", "Two", ""), client("11", "A", "1")})
	w.complete([]portal.Customer{msp("1", "One"), client("2", "Two", ""), client("11", "A", "1")})
}

func testPlausibilityManyDetachedClientsNeedReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	world := crowd(40)
	w.complete(world, []portal.Customer{client("5", "Direct", "")})
	detached := func(n int, parent string) []portal.Customer {
		changed := slices.Clone(world)
		for i := range n {
			changed[1+i].ParentID = parent
		}
		return append(changed, client("5", "Direct", ""))
	}
	before := w.Everything()
	for _, parent := range []string{"", "no MSP", "5"} {
		w.checkImplausible(10, "too_many_moved", "10 of the 40 clients under MSPs", detached(10, parent))
	}
	if w.Everything() != before {
		t.Error("a run that needs review wrote rows, want none")
	}
	if run := w.complete(detached(9, "")); run.Moved != 9 {
		t.Errorf("customers moved: got %d, want 9", run.Moved)
	}
}
