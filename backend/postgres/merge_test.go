package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func TestARunThatChangesNothingWritesNothingButItsRecord(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(20), []portal.Customer{client("9", "Direct", "")})
	w.complete(crowd(19), []portal.Customer{client("9", "Direct", "")})
	before := w.everything()
	run := w.complete(crowd(19), []portal.Customer{client("9", "Direct", "")})
	if w.everything() != before {
		t.Error("the unchanged run wrote rows")
	}
	if run.Seen != 21 || run.MSPs != 1 || run.Clients != 20 || run.Added+run.Changed+run.Missing+run.Removed != 0 || run.Calls != 2 {
		t.Errorf("the unchanged run says %+v", run)
	}
	if n := value[int64](w, "select count(*) from sync_customer"); n != 0 {
		t.Errorf("%d rows of what was read are left", n)
	}
}

func TestACallThatNeverEndedDoesNotCount(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	w.stage(lease, 1, crowd(20))
	if _, err := w.db.FinishCall(context.Background(), lease, portal.ReadState{Progress: portal.ReadProgress{Calls: 1, Seen: 21}}); err != nil {
		t.Fatal(err)
	}
	w.stage(lease, 2, []portal.Customer{client("77", "Half read", "")})
	if _, err := w.db.Merge(context.Background(), lease, w.rules); err == nil {
		t.Error("a run whose calls are not all done was merged")
	}
	w.die(lease)
	next := w.take(lease.Run.ID)
	if err := w.db.Stage(context.Background(), lease, 2, crowd(1)); !errors.Is(err, postgres.ErrLostRun) {
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
	w.exec("delete from sync_customer") // as after a crash of the database
	if _, err := w.db.Merge(context.Background(), lease, w.rules); !errors.Is(err, postgres.ErrUnread) {
		t.Fatalf("what was lost was merged: %v", err)
	}
	state, err := w.db.ResumeReading(context.Background(), lease)
	if err != nil || state.Done || state.Progress.Calls != 0 {
		t.Fatalf("the reading goes on at %+v: %v", state, err)
	}
	w.read(lease, crowd(20))
	if run, err := w.merge(lease); err != nil || run.Seen != 21 {
		t.Errorf("the second reading ended as %+v: %v", run, err)
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
	if _, err := w.db.AcceptRun(context.Background(), w.admin, run.ID, noJob); err != nil {
		t.Fatal(err)
	}
	w.exec("delete from sync_customer")
	lease := w.take(run.ID)
	w.read(lease, crowd(2))
	if again, err := w.merge(lease); err != nil || again.Status != portal.RunNeedsReview || again.ReviewedAt != nil {
		t.Errorf("rows nobody has reviewed ended as %+v: %v", again, err)
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
		code   portal.CallCode
		parent string
		twice  int64
	}{
		"equal rows count once":                         {[][]portal.Customer{many(one, one, one)}, "", "1", 2},
		"two names in one answer":                       {[][]portal.Customer{many(one, other)}, portal.DuplicateID, "", 0},
		"a later call counts":                           {[][]portal.Customer{many(other), {one}}, "", "1", 0},
		"a later call adds the parent":                  {[][]portal.Customer{many(client("5", "A", "")), {one}}, "", "1", 0},
		"a parent is never lost":                        {[][]portal.Customer{many(one), {client("5", "A", "")}}, "", "1", 0},
		"two parents that know nothing of each other":   {[][]portal.Customer{many(one), two}, portal.DuplicateID, "", 0},
		"a parent gives way to one of its own children": {[][]portal.Customer{many(one, under("2", "1")), {client("5", "A", "2")}}, "", "2", 0},
		"a child does not give way to its parent":       {[][]portal.Customer{many(client("5", "A", "2"), under("2", "1")), {one}}, portal.DuplicateID, "", 0},
	} {
		s := w.sibling()
		run, err := s.sync(test.calls...)
		var refused *portal.CallError
		if errors.As(err, &refused) != (test.code != "") || refused != nil && (refused.Code != test.code || !strings.Contains(refused.Detail, `"5"`)) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if test.code != "" {
			if n := value[int64](s, "select count(*) from client where mssp_id = $1", s.mssp); n != 0 {
				t.Errorf("%s: %d clients were written", name, n)
			}
			continue
		}
		parent := value[string](s, "select m.external_id from client c join msp m on m.id = c.msp_id where c.mssp_id = $1 and c.external_id = '5' and c.name = 'A'", s.mssp)
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
		_, err := w.db.FinishCall(context.Background(), lease, portal.ReadState{Done: true, Total: &total, Progress: portal.ReadProgress{Calls: 1, Seen: 21}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.db.Merge(context.Background(), lease, w.rules)
		var refused *portal.CallError
		if want != (err == nil) || err != nil && (!errors.As(err, &refused) || refused.Code != portal.Incomplete) {
			t.Errorf("21 customers of %d: %v", total, err)
		}
	}
	untyped := client("1", "A", "")
	untyped.Type = ""
	_, err := w.sync([]portal.Customer{untyped})
	var refused *portal.CallError
	if !errors.As(err, &refused) || refused.Code != portal.Garbage {
		t.Errorf("customers without any type: %v", err)
	}
}

func TestWhoIsMissingForLongIsRemovedAndComesBackAsTheSameRow(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.rules.RemoveAfterRuns = 2
	all := []portal.Customer{msp("1", "North"), msp("2", "South"), client("3", "Client", "1"), client("4", "Stays", "2")}
	w.complete(all)
	id := value[string](w, "select id::text from client where external_id = '3'")
	few := []portal.Customer{client("4", "Stays", "2")}
	if run := w.complete(few); run.Missing != 3 || run.Removed != 0 {
		t.Errorf("the run after which they are missing says %+v", run)
	}
	before := w.everything()
	if run := w.complete(few); run.Removed != 0 || w.everything() != before {
		t.Errorf("one run later: %+v", run)
	}
	run := w.complete(few)
	if diff := cmp.Diff([]string{"client 3 removed", "msp 1 removed"}, w.changes(run)); diff != "" || run.Removed != 2 {
		t.Errorf("two runs later %d are removed, history (-want +got):\n%s", run.Removed, diff)
	}
	w.checkCounts(t.Errorf)
	before = w.everything()
	if w.complete(few); w.everything() != before {
		t.Error("an MSP that a client still names is removed, or who is removed is so again")
	}
	run = w.complete(all)
	want := []string{"client 3 returned", "msp 1 returned", "msp 2 returned"}
	if diff := cmp.Diff(want, w.changes(run)); diff != "" || run.Returned != 3 || run.Changed != 3 || run.Added != 0 {
		t.Errorf("the run that has them again says %+v, history (-want +got):\n%s", run, diff)
	}
	got := value[string](w, "select c.id::text || c.status || m.external_id from client c join msp m on m.id = c.msp_id where c.external_id = '3' and c.missing_at is null")
	if got != id+"active1" {
		t.Errorf("the client came back as %s", got)
	}
	w.checkCounts(t.Errorf)
}

func TestWhoTurnsKeepsOneHistoryThroughEveryTurn(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.rules.RemoveAfterRuns = 1
	rest := []portal.Customer{msp("1", "North"), client("9", "Other", "1")}
	with := func(c portal.Customer) []portal.Customer { return append([]portal.Customer{c}, rest...) }
	w.complete(with(client("2", "Growing", "1")))
	run := w.complete(with(msp("2", "Grown")))
	want := []string{"msp 2 changed name Growing→Grown", "msp 2 changed type CORP→RESELLER"}
	if diff := cmp.Diff(want, w.changes(run)); diff != "" || run.Changed != 1 || run.Added+run.Missing+run.Removed != 0 {
		t.Errorf("turning: %+v (-want +got):\n%s", run, diff)
	}
	w.complete(rest)
	if diff := cmp.Diff([]string{"msp 2 removed"}, w.changes(w.complete(rest))); diff != "" {
		t.Errorf("removal (-want +got):\n%s", diff)
	}
	run = w.complete(with(client("2", "Grown", "1")))
	want = []string{"client 2 changed type RESELLER→CORP", "client 2 moved msp ∅→North", "client 2 returned"}
	if diff := cmp.Diff(want, w.changes(run)); diff != "" || run.Returned != 1 {
		t.Errorf("coming back as a client: %+v (-want +got):\n%s", run, diff)
	}
	if n := value[int64](w, "select count(distinct id) from (select id from msp where external_id = '2' union all select id from client where external_id = '2') t"); n != 1 {
		t.Errorf("it has %d ids", n)
	}
	w.checkCounts(t.Errorf)
	before := w.everything()
	if w.complete(with(client("2", "Grown", "1"))); w.everything() != before {
		t.Error("the run after that wrote rows")
	}
}

func TestMovesAreCounted(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	two := []portal.Customer{msp("1", "North"), msp("2", "South")}
	w.complete(append(two, client("3", "A", "1"), client("4", "B", "1")))
	if run := w.complete(append(two, client("3", "A", "2"), client("4", "B", "1"))); run.Moved != 1 || run.Changed != 1 {
		t.Errorf("a move is counted as %+v", run)
	}
}

func TestAReviewSaysWhoWouldVanishAndIsAcceptedOrDiscarded(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(49))
	before := w.everything()
	run, err := w.sync(crowd(38))
	if err != nil || run.Status != portal.RunNeedsReview || run.WouldMiss == nil || *run.WouldMiss != 11 || run.FinishedAt == nil {
		t.Fatalf("11 of 50 missing ended as %+v: %v", run, err)
	}
	if w.everything() != before {
		t.Error("a run that needs review wrote rows")
	}
	page, err := w.db.Review(context.Background(), w.admin, run.ID, portal.ReviewQuery{Limit: 5})
	if err != nil || page.Total != 11 || len(page.Items) != 5 || *page.Items[0].MSPName != "Partner" || page.NextCursor == nil {
		t.Fatalf("the review is %+v: %v", page, err)
	}
	if _, err := w.db.Review(context.Background(), w.sibling().admin, run.ID, portal.ReviewQuery{Limit: 5}); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("another MSSP reads the review: %v", err)
	}
	if _, err := w.db.AcceptRun(context.Background(), w.sibling().admin, run.ID, noJob); portal.ErrorCode(err) != portal.NotFound {
		t.Errorf("another MSSP accepts: %v", err)
	}
	discarded, err := w.db.DiscardRun(context.Background(), w.admin, run.ID)
	if err != nil || discarded.Status != portal.RunDiscarded || discarded.ReviewedBy == nil || *discarded.ReviewedBy != w.admin.UserID {
		t.Errorf("discarded: %+v: %v", discarded, err)
	}
	if _, err := w.db.AcceptRun(context.Background(), w.admin, run.ID, noJob); portal.ErrorCode(err) != portal.Conflict {
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
	if left != 0 || value[int64](w, "select count(*) from audit_log where mssp_id = $1 and action in ('sync_accepted', 'sync_discarded')", w.mssp) != 2 {
		t.Errorf("%d rows are left of it", left)
	}
	w.checkCounts(t.Errorf)
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
	if run, err := w.sync(); err != nil || run.Status != portal.RunNeedsReview || *run.WouldMiss != 4 {
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
	if err != nil || run.Status != portal.RunNeedsReview || *run.WouldMiss != 12 || !strings.Contains(*run.Error, "12 of 12 MSPs") {
		t.Errorf("12 of 12 MSPs turned clients in a run that ended as %+v: %v", run, err)
	}
}

func TestMSPsThatAllTurnAtOnceNeedReviewHoweverFewTheyAre(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete([]portal.Customer{msp("1", "One"), msp("2", "Two"), client("11", "A", "1")})
	run, err := w.sync([]portal.Customer{client("1", "One", ""), client("2", "Two", ""), client("11", "A", "1")})
	if err != nil || run.Status != portal.RunNeedsReview || *run.WouldMiss != 2 || !strings.Contains(*run.Error, "2 of 2 MSPs") {
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
	before := w.everything()
	for _, parent := range []string{"", "no MSP", "5"} {
		run, err := w.sync(orphans(10, parent))
		if err != nil || run.Status != portal.RunNeedsReview || *run.WouldMiss != 10 || !strings.Contains(*run.Error, "10 of the 40 clients under MSPs") {
			t.Errorf("10 of 40 clients under %q are a run that ended as %+v: %v", parent, run, err)
		}
	}
	if w.everything() != before {
		t.Error("a run that was not believed wrote rows")
	}
	if run := w.complete(orphans(9, "")); run.Moved != 9 {
		t.Errorf("9 of 40 are a run that ended as %+v", run)
	}
}

func TestAnMSPDoesNotTurnForWantOfAType(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(3))
	before := w.everything()
	world := crowd(3)
	world[0].Kind, world[0].Type = portal.KindClient, ""
	run, err := w.sync(world)
	if err == nil || run.Status != portal.RunFailed || *run.ErrorCode != "garbage" || !strings.Contains(*run.Error, `"1"`) || w.everything() != before {
		t.Errorf("an MSP without a type ended as %+v: %v", run, err)
	}
	world[0].Type = "CORP"
	world[1].Type = ""
	if run := w.complete(world); run.Moved != 3 {
		t.Errorf("an MSP that is a CORP now: %+v", run)
	}
}

func TestTwoConnectionsOfOneMSSPNeverTouchEachOthersCustomers(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := w.second()
	w.complete(crowd(20))
	theirs := func() string {
		return value[string](w, "select json_agg(array[c::text, c.xmin::text] order by c.id)::text from client c where mssp_product_id = $1", w.connection)
	}
	before := theirs()
	run := other.complete([]portal.Customer{msp("1", "Elsewhere"), client("100", "Same id", "1")})
	if theirs() != before || run.Added != 2 || run.Missing != 0 {
		t.Errorf("the other connection's run says %+v", run)
	}
	if n := value[int64](w, "select count(*) from client c join msp m on m.id = c.msp_id where m.mssp_product_id <> c.mssp_product_id"); n != 0 {
		t.Errorf("%d clients hang under an MSP of the other connection", n)
	}
	if w.complete(crowd(20)); theirs() != before {
		t.Error("the first connection's own run changed its rows")
	}
	review, err := w.sync()
	if err != nil || review.Status != portal.RunNeedsReview {
		t.Fatalf("an empty answer ended as %s: %v", review.Status, err)
	}
	other.complete([]portal.Customer{msp("1", "Elsewhere"), client("100", "Same id", "1")})
	if status := value[string](w, "select status from sync_run where id = $1", review.ID); status != "needs_review" {
		t.Errorf("the other connection's run left this one's review %s", status)
	}
	w.checkCounts(t.Errorf)
}

func TestARunThatEndsWorkersIsGivenUpUnlessItGetsOn(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	ref := postgres.RunRef{MSSPID: w.mssp, ID: lease.Run.ID}
	for call := range 5 { // gets on each time
		w.stage(lease, int64(call+1), []portal.Customer{client(fmt.Sprint(call), "A", "")})
		state := portal.ReadState{Progress: portal.ReadProgress{Calls: int64(call + 1), Seen: int64(call + 1)}}
		if _, err := w.db.FinishCall(context.Background(), lease, state); err != nil {
			t.Fatal(err)
		}
		w.die(lease)
		if err := w.db.ReviveRun(context.Background(), ref, noJob); err != nil {
			t.Fatal(err)
		}
		lease = w.take(ref.ID)
	}
	for range 2 {
		w.die(lease)
		if err := w.db.ReviveRun(context.Background(), ref, noJob); err != nil {
			t.Fatal(err)
		}
		if taken, ok, _ := w.db.TakeRun(context.Background(), w.mssp, ref.ID); ok {
			lease = taken
		}
	}
	if got := value[string](w, "select status || error_code || (select count(*) from sync_customer) from sync_run"); got != "failedinterrupted0" {
		t.Errorf("a run over which three workers died is %s", got)
	}
}
