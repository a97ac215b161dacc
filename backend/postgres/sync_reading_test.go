package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/connector"
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
		var refused *connector.CallError
		if !errors.As(err, &refused) || refused.Code != connector.DuplicateID {
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
	state := connector.State{Progress: connector.Progress{Calls: 1, Seen: 4}}
	if _, err := w.DB.FinishCall(context.Background(), lease, state); err != nil {
		t.Fatal(err)
	}
	if err := w.DB.ReleaseRun(context.Background(), lease); err != nil {
		t.Fatal(err)
	}
	done := other.complete(crowd(1))
	left := "select count(*) from sync_customer where run_id = $1"
	if waits, reviewed := value[int64](w, left, lease.Run.ID), value[int64](w, left, review.ID); waits != 4 || reviewed != 3 {
		t.Errorf("%d rows of a run that waits are left, and %d of one in review", waits, reviewed)
	}
	w.Exec("update sync_customer set run_id = $1 where run_id = $2", done.ID, lease.Run.ID)
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
	w.Exec("delete from sync_customer")
	if _, err := w.DB.ResumeReading(context.Background(), lease); err != nil {
		t.Fatal(err)
	}
	run, err := w.DB.Run(context.Background(), w.admin, lease.Run.ID)
	if err != nil || run.Calls != 0 || run.Seen != 0 || value[int64](w, "select staged from sync_run") != 0 {
		t.Errorf("the run says %+v: %v", run, err)
	}
	if state, err := w.DB.ResumeReading(context.Background(), lease); err != nil || state.Done {
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
	if _, taken, err := w.DB.TakeRun(context.Background(), w.ID, first.Run.ID); taken || err != nil {
		t.Errorf("a run somebody is at work on is taken up: %v", err)
	}
	ref := postgres.RunRef{MSSPID: w.ID, ID: first.Run.ID}
	revive := func() string {
		if err := w.DB.RequeueDeadRun(context.Background(), ref, noJob); err != nil {
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
			return w.DB.FinishCall(context.Background(), lease, connector.State{Progress: connector.Progress{Calls: 1}})
		},
		"a failure": func(lease postgres.Lease) (portal.SyncRun, error) {
			return w.DB.FailRun(context.Background(), lease, "timeout", "Heimdal did not answer in time.")
		},
		"a review": func(lease postgres.Lease) (portal.SyncRun, error) {
			return w.DB.Merge(context.Background(), lease, w.rules, clientTypes)
		},
	} {
		lease := w.lease()
		if name == "a review" {
			w.read(lease, crowd(1))
		}
		run, err := w.DB.RecordWaiting(context.Background(), lease, time.Now().Add(time.Hour))
		if err != nil || run.RetryAt == nil {
			t.Fatalf("a run that waits says %+v: %v", run, err)
		}
		if run, err = end(lease); err != nil || run.RetryAt != nil {
			t.Errorf("after %s it says %+v: %v", name, run, err)
		}
		w.Exec("update sync_run set status = 'failed' where status = 'running'")
	}
}

func TestARunOverWhichTwoWorkersDiedIsTriedOnceMore(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	ref := postgres.RunRef{MSSPID: w.ID, ID: lease.Run.ID}
	for range 2 {
		w.die(lease)
		if err := w.DB.RequeueDeadRun(context.Background(), ref, noJob); err != nil {
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
	if err := w.DB.EndDeadRuns(context.Background(), w.ID); err != nil {
		t.Fatal(err)
	}
	if n := value[int64](w, "select count(*) from sync_customer"); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

func TestACallThatNeverEndedDoesNotCount(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	w.stage(lease, 1, crowd(20))
	if _, err := w.DB.FinishCall(context.Background(), lease, connector.State{Progress: connector.Progress{Calls: 1, Seen: 21}}); err != nil {
		t.Fatal(err)
	}
	w.stage(lease, 2, []portal.Customer{client("77", "Half read", "")})
	if _, err := w.DB.Merge(context.Background(), lease, w.rules, clientTypes); err == nil {
		t.Error("a run whose calls are not all done was merged")
	}
	w.die(lease)
	next := w.take(lease.Run.ID)
	if err := w.DB.Stage(context.Background(), lease, 2, crowd(1)); !errors.Is(err, postgres.ErrLeaseLost) {
		t.Errorf("who has lost the run staged into it: %v", err)
	}
	w.read(next, crowd(20), []portal.Customer{client("9", "Direct", "")})
	run, err := w.merge(next)
	if err != nil || run.Status != portal.RunComplete || run.Seen != 22 || run.Calls != 2 {
		t.Errorf("the run that went on says %+v: %v", run, err)
	}
	if n := value[int64](w, "select count(*) from client where external_id = '77'"); n != 0 {
		t.Error("a call that never ended brought a client")
	}
}

func TestAReadingThatTheDatabaseLostBeginsAnew(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	w.read(lease, crowd(20))
	w.Exec("delete from sync_customer") // as after a crash of the database
	if _, err := w.DB.Merge(context.Background(), lease, w.rules, clientTypes); !errors.Is(err, postgres.ErrStagedLost) {
		t.Fatalf("what was lost was merged: %v", err)
	}
	state, err := w.DB.ResumeReading(context.Background(), lease)
	if err != nil || state.Done || state.Progress.Calls != 0 {
		t.Fatalf("the reading goes on at %+v: %v", state, err)
	}
	w.read(lease, crowd(20))
	if run, err := w.merge(lease); err != nil || run.Seen != 21 {
		t.Errorf("the second reading ended as %+v: %v", run, err)
	}
}

func TestWhatContradictsItselfIsRefusedByName(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	one, other := client("5", "A", "1"), client("5", "B", "1")
	many := func(all ...portal.Customer) []portal.Customer { return append(crowd(1), all...) }
	two := []portal.Customer{msp("2", "South"), client("5", "A", "2")}
	under := func(id, parent string) portal.Customer {
		m := msp(id, "Sub")
		m.ParentID = parent
		return m
	}
	for name, test := range map[string]struct {
		calls  [][]portal.Customer
		code   connector.CallCode
		parent string
		twice  int64
	}{
		"equal rows count once":                         {[][]portal.Customer{many(one, one, one)}, "", "1", 2},
		"two names in one answer":                       {[][]portal.Customer{many(one, other)}, connector.DuplicateID, "", 0},
		"a later call counts":                           {[][]portal.Customer{many(other), {one}}, "", "1", 0},
		"a later call adds the parent":                  {[][]portal.Customer{many(client("5", "A", "")), {one}}, "", "1", 0},
		"a parent is never lost":                        {[][]portal.Customer{many(one), {client("5", "A", "")}}, "", "1", 0},
		"two parents that know nothing of each other":   {[][]portal.Customer{many(one), two}, connector.DuplicateID, "", 0},
		"a parent gives way to one of its own children": {[][]portal.Customer{many(one, under("2", "1")), {client("5", "A", "2")}}, "", "2", 0},
		"a child does not give way to its parent":       {[][]portal.Customer{many(client("5", "A", "2"), under("2", "1")), {one}}, connector.DuplicateID, "", 0},
	} {
		s := w.sibling()
		run, err := s.sync(test.calls...)
		var refused *connector.CallError
		if errors.As(err, &refused) != (test.code != "") || refused != nil && (refused.Code != test.code || !strings.Contains(refused.Detail, `"5"`)) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if test.code != "" {
			if n := value[int64](s, "select count(*) from client where mssp_id = $1", s.ID); n != 0 {
				t.Errorf("%s: %d clients were written", name, n)
			}
			continue
		}
		parent := value[string](s, "select m.external_id from client c join msp m on m.id = c.msp_id where c.mssp_id = $1 and c.external_id = '5' and c.name = 'A'", s.ID)
		if parent != test.parent || run.Duplicates != test.twice || run.Seen != run.Added {
			t.Errorf("%s: under %s, the run says %+v", name, parent, run)
		}
	}
}

func TestAnAnswerMustBeAsLongAsItSaysAndSayWhoIsAnMSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	for total, want := range map[int64]bool{21: true, 20: false, 22: false} {
		lease := w.sibling().lease()
		w.stage(lease, 1, crowd(20))
		_, err := w.DB.FinishCall(context.Background(), lease, connector.State{Done: true, Total: &total, Progress: connector.Progress{Calls: 1, Seen: 21}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.DB.Merge(context.Background(), lease, w.rules, clientTypes)
		var refused *connector.CallError
		if want != (err == nil) || err != nil && (!errors.As(err, &refused) || refused.Code != connector.Incomplete) {
			t.Errorf("21 customers of %d: %v", total, err)
		}
	}
	untyped := client("1", "A", "")
	untyped.Type = ""
	_, err := w.sync([]portal.Customer{untyped})
	var refused *connector.CallError
	if !errors.As(err, &refused) || refused.Code != connector.Unmapped {
		t.Errorf("customers without any type: %v", err)
	}
}

func TestARunThatEndsWorkersIsGivenUpUnlessItGetsOn(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	ref := postgres.RunRef{MSSPID: w.ID, ID: lease.Run.ID}
	for call := range 5 { // gets on each time
		w.stage(lease, int64(call+1), []portal.Customer{client(fmt.Sprint(call), "A", "")})
		state := connector.State{Progress: connector.Progress{Calls: int64(call + 1), Seen: int64(call + 1)}}
		if _, err := w.DB.FinishCall(context.Background(), lease, state); err != nil {
			t.Fatal(err)
		}
		w.die(lease)
		if err := w.DB.RequeueDeadRun(context.Background(), ref, noJob); err != nil {
			t.Fatal(err)
		}
		lease = w.take(ref.ID)
	}
	for range 2 {
		w.die(lease)
		if err := w.DB.RequeueDeadRun(context.Background(), ref, noJob); err != nil {
			t.Fatal(err)
		}
		if taken, ok, _ := w.DB.TakeRun(context.Background(), w.ID, ref.ID); ok {
			lease = taken
		}
	}
	if got := value[string](w, "select status || error_code || (select count(*) from sync_customer) from sync_run"); got != "failedinterrupted0" {
		t.Errorf("a run over which three workers died is %s", got)
	}
}
