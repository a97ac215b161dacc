package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func TestTheParentThatWasNamedLastCounts(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	sub := msp("2", "Sub")
	sub.ParentID = "1"
	w.complete([]portal.Customer{msp("1", "North"), sub, client("5", "A", "1")}, []portal.Customer{client("5", "A", "2")},
		[]portal.Customer{client("5", "A", "")})
	if parent := value[string](w, "select m.name from client c join msp m on m.id = c.msp_id"); parent != "Sub" {
		t.Errorf("the client is under %s", parent)
	}
}

func TestACustomerThatComesTwiceInOneAnswerMustBeTheSameInAll(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	details, parent := client("5", "A", "1"), client("5", "A", "")
	details.Raw = rawOf("another")
	for name, other := range map[string]portal.Customer{"details": details, "parent": parent} {
		_, err := w.sync(append(crowd(1), client("5", "A", "1"), other))
		var refused *portal.CallError
		if !errors.As(err, &refused) || refused.Code != portal.DuplicateID {
			t.Errorf("another %s: %v", name, err)
		}
	}
}

func TestAnotherConnectionsRunLeavesWhatWasReadAndStillWaits(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	reviewing, other := w.second(), w.second()
	reviewing.complete(crowd(40))
	review := reviewing.reviewed(crowd(2))
	lease := w.lease()
	w.stage(lease, 1, crowd(3))
	state := portal.ReadState{Progress: portal.ReadProgress{Calls: 1, Seen: 4}}
	if _, err := w.db.FinishCall(context.Background(), lease, state); err != nil {
		t.Fatal(err)
	}
	if err := w.db.HandBackRun(context.Background(), lease); err != nil {
		t.Fatal(err)
	}
	done := other.complete(crowd(1))
	left := "select count(*) from sync_customer where run_id = $1"
	if waits, reviewed := value[int64](w, left, lease.Run.ID), value[int64](w, left, review.ID); waits != 4 || reviewed != 3 {
		t.Errorf("%d rows of a run that waits are left, and %d of one in review", waits, reviewed)
	}
	w.exec("update sync_customer set run_id = $1 where run_id = $2", done.ID, lease.Run.ID)
	other.complete(crowd(1))
	if n := value[int64](w, left, done.ID); n != 0 {
		t.Errorf("%d rows of a run that has ended are left", n)
	}
}

func TestAReadingThatBeginsAnewHasMadeNoCallAndSeenNobody(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	w.read(lease, crowd(20))
	w.exec("delete from sync_customer")
	if _, err := w.db.ResumeReading(context.Background(), lease); err != nil {
		t.Fatal(err)
	}
	run, err := w.db.Run(context.Background(), w.admin, lease.Run.ID)
	if err != nil || run.Calls != 0 || run.Seen != 0 || value[int64](w, "select staged from sync_run") != 0 {
		t.Errorf("the run says %+v: %v", run, err)
	}
	if state, err := w.db.ResumeReading(context.Background(), lease); err != nil || state.Done {
		t.Errorf("resumed again it stands at %+v: %v", state, err)
	}
}

func TestARunThatGoesOnKeepsWhenItBeganAndHowOftenItsWorkersDied(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	first := w.lease()
	lease := first
	for range 2 { // whoever comes first takes it up, before it could be revived
		w.die(lease)
		lease = w.take(first.Run.ID)
	}
	if !lease.Run.StartedAt.Equal(*first.Run.StartedAt) {
		t.Errorf("it began at %v, then at %v", first.Run.StartedAt, lease.Run.StartedAt)
	}
	if _, taken, err := w.db.TakeRun(context.Background(), w.mssp, first.Run.ID); taken || err != nil {
		t.Errorf("a run somebody is at work on is taken up: %v", err)
	}
	ref := postgres.RunRef{MSSPID: w.mssp, ID: first.Run.ID}
	revive := func() string {
		if err := w.db.ReviveRun(context.Background(), ref, noJob); err != nil {
			t.Fatal(err)
		}
		return value[string](w, "select status from sync_run")
	}
	if status := revive(); status != "running" {
		t.Errorf("a run somebody is at work on is %s", status)
	}
	w.die(lease)
	if status := revive(); status != "failed" {
		t.Errorf("a run over which three workers died is %s", status)
	}
}

func TestARunThatGetsOnOrEndsWaitsNoMore(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40))
	for name, end := range map[string]func(postgres.Lease) (portal.SyncRun, error){
		"a call": func(lease postgres.Lease) (portal.SyncRun, error) {
			return w.db.FinishCall(context.Background(), lease, portal.ReadState{Progress: portal.ReadProgress{Calls: 1}})
		},
		"a failure": func(lease postgres.Lease) (portal.SyncRun, error) {
			return w.db.FailRun(context.Background(), lease, "timeout", "Heimdal did not answer in time.")
		},
		"a review": func(lease postgres.Lease) (portal.SyncRun, error) {
			return w.db.Merge(context.Background(), lease, w.rules)
		},
	} {
		lease := w.lease()
		if name == "a review" {
			w.read(lease, crowd(1))
		}
		run, err := w.db.NoteWaiting(context.Background(), lease, time.Now().Add(time.Hour))
		if err != nil || run.RetryAt == nil {
			t.Fatalf("a run that waits says %+v: %v", run, err)
		}
		if run, err = end(lease); err != nil || run.RetryAt != nil {
			t.Errorf("after %s it says %+v: %v", name, run, err)
		}
		w.exec("update sync_run set status = 'failed' where status = 'running'")
	}
}

func TestARunOverWhichTwoWorkersDiedIsTriedOnceMore(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	ref := postgres.RunRef{MSSPID: w.mssp, ID: lease.Run.ID}
	for range 2 {
		w.die(lease)
		if err := w.db.ReviveRun(context.Background(), ref, noJob); err != nil {
			t.Fatal(err)
		}
		lease = w.take(ref.ID)
	}
}

func TestCorpInAnyCaseIsAnOrdinaryClient(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var all []portal.Customer
	for _, word := range []string{"CORP", "corp", "Corp", "DEMO"} {
		c := client(word, word, "")
		c.Type = word
		all = append(all, c)
	}
	if run := w.complete(all); run.Other != 1 || run.Clients != 4 {
		t.Errorf("the run says %+v", run)
	}
}

func TestWhatADeadRunHadReadGoesWithIt(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	w.stage(lease, 1, crowd(3))
	w.die(lease)
	if err := w.db.EndDeadRuns(context.Background(), w.mssp); err != nil {
		t.Fatal(err)
	}
	if n := value[int64](w, "select count(*) from sync_customer"); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}
