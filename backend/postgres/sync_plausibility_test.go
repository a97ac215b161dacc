package postgres_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func TestTheShareThatMayVanishIsASetting(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	for _, test := range []struct {
		share, least int64
		left         int
		want         portal.RunStatus
	}{
		{0, 0, 39, portal.RunComplete}, {0, 0, 38, portal.RunNeedsReview}, {50, 0, 25, portal.RunComplete},
		{50, 0, 23, portal.RunNeedsReview}, {0, 30, 20, portal.RunComplete}, {0, 3, 46, portal.RunComplete}, {5, 3, 46, portal.RunNeedsReview},
	} {
		s := w.sibling()
		s.complete(crowd(49))
		s.rules = postgres.MergeRules{MissingShare: test.share, MissingAtLeast: test.least}
		if run, err := s.sync(crowd(test.left)); err != nil || run.Status != test.want {
			t.Errorf("%+v ended as %s: %v", test, run.Status, err)
		}
	}
}

func TestAnEmptyAnswerAndMSPsThatAllTurnIntoClientsNeedReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	if run := w.complete(); run.Seen != 0 {
		t.Errorf("an MSSP without customers is %+v", run)
	}
	w.complete(crowd(3))
	if run, err := w.sync(); err != nil || run.Status != portal.RunNeedsReview || *run.WouldMiss != 4 || *run.ErrorCode != "too_many_missing" {
		t.Errorf("an empty answer ended as %+v: %v", run, err)
	}
	s := w.sibling()
	var msps, turned []portal.Customer
	for i := range 12 {
		id := fmt.Sprint(i + 1)
		msps, turned = append(msps, msp(id, "MSP "+id)), append(turned, client(id, "MSP "+id, ""))
	}
	clients := crowd(100)[1:]
	s.complete(msps, clients)
	run, err := s.sync(turned, clients)
	if err != nil || run.Status != portal.RunNeedsReview || *run.WouldMiss != 12 || *run.ErrorCode != "too_many_moved" || !strings.Contains(*run.Error, "12 of 12 MSPs") {
		t.Errorf("12 of 12 MSPs turned clients in a run that ended as %+v: %v", run, err)
	}
}

func TestMSPsThatAllTurnAtOnceNeedReviewHoweverFewTheyAre(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete([]portal.Customer{msp("1", "One"), msp("2", "Two"), client("11", "A", "1")})
	run, err := w.sync([]portal.Customer{client("1", "One", ""), client("2", "Two", ""), client("11", "A", "1")})
	if err != nil || run.Status != portal.RunNeedsReview || *run.WouldMiss != 2 || *run.ErrorCode != "too_many_moved" || !strings.Contains(*run.Error, "2 of 2 MSPs") {
		t.Errorf("both MSPs turned clients in a run that ended as %+v: %v", run, err)
	}
	w.complete([]portal.Customer{msp("1", "One"), client("2", "Two", ""), client("11", "A", "1")})
}

func TestClientsThatAreAllUnderNobodyAtOnceNeedReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	world := crowd(40)
	w.complete(world, []portal.Customer{client("5", "Direct", "")})
	orphans := func(n int, parent string) []portal.Customer {
		changed := slices.Clone(world)
		for i := range n {
			changed[1+i].ParentID = parent
		}
		return append(changed, client("5", "Direct", ""))
	}
	before := w.Everything()
	for _, parent := range []string{"", "no MSP", "5"} {
		run, err := w.sync(orphans(10, parent))
		if err != nil || run.Status != portal.RunNeedsReview || *run.WouldMiss != 10 || *run.ErrorCode != "too_many_moved" || !strings.Contains(*run.Error, "10 of the 40 clients under MSPs") {
			t.Errorf("10 of 40 clients under %q are a run that ended as %+v: %v", parent, run, err)
		}
	}
	if w.Everything() != before {
		t.Error("a run that was not believed wrote rows")
	}
	if run := w.complete(orphans(9, "")); run.Moved != 9 {
		t.Errorf("9 of 40 are a run that ended as %+v", run)
	}
}

func TestAFifthAndAtLeastTenMayVanishAndNotOneMore(t *testing.T) {
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
			t.Errorf("%d of %d customers ended as %s: %v", test.left, test.known, run.Status, err)
		}
	}
}

func TestMSPsAndClientsThatVanishAreCountedTogetherAndWhoIsMissingAlreadyIsNot(t *testing.T) {
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
		t.Errorf("10 of 50 are missing in a run that says %+v", run)
	}
	if run := w.complete(msps[9:], clients[9:20]); run.Missing != 8 {
		t.Errorf("8 of 40 more are missing in a run that says %+v", run)
	}
}
