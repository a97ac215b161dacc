package postgres_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

func TestHistory(t *testing.T) {
	t.Parallel()
	t.Run("shows_changes_to_their_msp_and_client", testHistoryShowsChangesToTheirMSPAndClient)
	t.Run("records_fields_read_differently_from_same_json", testHistoryRecordsFieldsReadDifferently)
	t.Run("continues_when_a_customer_changes_kind", testHistoryContinuesWhenACustomerChangesKind)
	t.Run("client_count_change_updates_msp_version", testHistoryClientCountChangeUpdatesMSPVersion)
	t.Run("trend_has_one_point_per_day_with_changes", testHistoryTrendHasOnePointPerDay)
}

func testHistoryShowsChangesToTheirMSPAndClient(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.rules.RemoveAfterRuns = 1
	world := []portal.Customer{msp("1", "North"), msp("2", "South"), client("3", "Client", "1")}
	renamed := []portal.Customer{msp("1", "Norths"), msp("2", "South"), client("3", "Clients", "1")}
	for _, calls := range [][]portal.Customer{world, renamed, world[1:2], world[1:2], world} {
		w.complete(calls)
	}
	hidden := value[int64](w, `
		select count(*)
		from change h
		left join client c on c.id = h.entity_id
		where h.msp_id is distinct from coalesce(c.msp_id, h.entity_id)
		or h.client_id is distinct from c.id`)
	if hidden != 0 {
		t.Errorf("got %d rows hidden from their MSP or client, want 0", hidden)
	}
	got, want := value[string](w, "select string_agg(distinct kind, ' ' order by kind) from change"), "added changed missing removed returned"
	if got != want {
		t.Errorf("got rows of the kinds %q, want %q", got, want)
	}
}

func testHistoryRecordsFieldsReadDifferently(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	few, many, day, yes := int64(3), int64(9), "2031-01-31", true
	licence, demo := "EDR Suite", portal.ReasonDemo
	for want, change := range map[string]func(*portal.Customer){
		"client 3 changed type CORP→DEMO":              func(c *portal.Customer) { c.Type = "DEMO" },
		"client 3 changed products Patch→Patch, Vault": func(c *portal.Customer) { c.Products = []string{"Patch", "Vault"} },
		"client 3 changed seats_used 3→9":              func(c *portal.Customer) { c.SeatsUsed = &many },
		"client 3 changed seats_total ∅→3":             func(c *portal.Customer) { c.SeatsTotal = &few },
		"client 3 changed expires_on ∅→2031-01-31":     func(c *portal.Customer) { c.ExpiresOn = &day },
		"client 3 changed licence_type ∅→EDR Suite":    func(c *portal.Customer) { c.LicenceType = &licence },
		"client 3 changed spla ∅→true":                 func(c *portal.Customer) { c.SPLA = &yes },
		"client 3 changed status_reason ∅→demo":        func(c *portal.Customer) { c.StatusReason = &demo },
		"client 3 changed details":                     func(c *portal.Customer) { c.Raw = rawOf("more") },
	} {
		s := w.sibling()
		c := client("3", "Client", "")
		s.complete([]portal.Customer{c})
		change(&c)
		run := s.complete([]portal.Customer{c})
		if diff := cmp.Diff([]string{want}, s.Changes(run)); diff != "" || run.Changed != 1 {
			t.Errorf("got the run %+v, want 1 changed customer; history (-want +got):\n%s", run, diff)
		}
		s.CheckCounts(t.Errorf)
	}
}

// trend lists the stored days of a tenant in the east, as "days ago, scope: clients used/total".
func (w *tenant) trend() []string {
	w.Helper()
	return value[[]string](w, `
		select array(
			select ((now() at time zone $2)::date - d.day) || ' ' || coalesce(m.name, 'all') || ': ' || d.clients || ' ' ||
			       case when d.seats_used_known then d.seats_used::text else '?' end || '/' ||
			       case when d.seats_total_known then d.seats_total::text else '?' end
			from client_day d
			left join msp m on m.id = d.msp_id
			where d.mssp_id = $1
			order by d.day, m.name nulls first)`, w.ID, east)
}

func testHistoryTrendHasOnePointPerDay(t *testing.T) {
	t.Parallel()
	w := newTenant(t).setTimeZone(east)
	world := func(more ...portal.Customer) []portal.Customer {
		return append([]portal.Customer{msp("1", "North"), msp("2", "South"), client("3", "A", "1"), client("4", "B", "2")}, more...)
	}
	nextDay := func() { // in two steps: the key allows no two rows of one day, not even within a statement
		w.Exec("update client_day set day = day + 1000")
		w.Exec("update client_day set day = day - 1001")
	}
	w.complete(world())
	nextDay()
	w.complete(world())
	w.complete(world(client("5", "C", "1")))
	w.complete(world(client("5", "C", "1"), client("6", "D", "1")))
	nextDay()
	w.complete(world())
	nextDay()
	total := int64(5)
	licensed := world()
	licensed[3].SeatsTotal = &total
	w.complete(licensed)
	nextDay()
	busier := world()
	busier[3].SeatsTotal, busier[3].SeatsUsed = &total, &total
	w.complete(busier)
	want := []string{
		"4 all: 2 6/?", "4 North: 1 3/?", "4 South: 1 3/?",
		"3 all: 4 12/?", "3 North: 3 9/?",
		"2 all: 2 6/?", "2 North: 1 3/?",
		"1 all: 2 6/5", "1 South: 1 3/5",
		"0 all: 2 8/5", "0 South: 1 5/5",
	}
	if diff := cmp.Diff(want, w.trend()); diff != "" {
		t.Errorf("trend (-want +got):\n%s", diff)
	}
	wantSouth := []string{"1 3/?", "1 3/?", "1 3/?", "1 3/5", "1 5/5"}
	for name, viewer := range map[string]portal.Viewer{"an administrator": w.admin, "its own user": w.viewerOfMSP("South")} {
		if diff := cmp.Diff(wantSouth, w.trendOfMSP(viewer, "South")); diff != "" {
			t.Errorf("trend of South for %s (-want +got):\n%s", name, diff)
		}
	}
}

// trendOfMSP lists the days in the detail of an MSP as "clients active/purchased".
func (w *tenant) trendOfMSP(viewer portal.Viewer, name string) []string {
	w.Helper()
	id := value[string](w, "select id::text from msp where mssp_id = $1 and name = $2", w.ID, name)
	detail, err := w.DB.MSP(context.Background(), viewer, id)
	if err != nil {
		w.Fatal(err)
	}
	lines := []string{}
	for _, day := range detail.Trend {
		lines = append(lines, fmt.Sprintf("%d %s/%s", day.Clients, figureText(day.SeatsUsed), figureText(day.SeatsTotal)))
	}
	return lines
}

func testHistoryClientCountChangeUpdatesMSPVersion(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(3))
	w.complete(crowd(4))
	got := value[int64](w, `
		select count(*)
		from msp
		join mssp m on m.id = mssp_id
		where changed_in = m.version
		and client_count = 4`)
	if got != 1 {
		t.Errorf("got %d MSPs with 4 clients and the version of the last run, want 1", got)
	}
}

func testHistoryContinuesWhenACustomerChangesKind(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.rules.RemoveAfterRuns = 1
	rest := []portal.Customer{msp("1", "North"), client("9", "Other", "1")}
	with := func(c portal.Customer) []portal.Customer { return append([]portal.Customer{c}, rest...) }
	w.complete(with(client("2", "Growing", "1")))
	run := w.complete(with(msp("2", "Grown")))
	want := []string{"msp 2 changed name Growing→Grown", "msp 2 changed type CORP→RESELLER"}
	if diff := cmp.Diff(want, w.Changes(run)); diff != "" || run.Changed != 1 || run.Added+run.Missing+run.Removed != 0 {
		t.Errorf("client that becomes an MSP: got the run %+v, want 1 changed customer; history (-want +got):\n%s", run, diff)
	}
	w.complete(rest)
	if diff := cmp.Diff([]string{"msp 2 removed"}, w.Changes(w.complete(rest))); diff != "" {
		t.Errorf("history of the removal (-want +got):\n%s", diff)
	}
	run = w.complete(with(client("2", "Grown", "1")))
	want = []string{"client 2 changed type RESELLER→CORP", "client 2 moved msp ∅→North", "client 2 returned"}
	if diff := cmp.Diff(want, w.Changes(run)); diff != "" || run.Returned != 1 {
		t.Errorf("return as a client: got the run %+v, want 1 returned customer; history (-want +got):\n%s", run, diff)
	}
	ids := value[int64](w, `
		select count(distinct id)
		from (
			select id from msp where external_id = '2'
			union all
			select id from client where external_id = '2') t`)
	if ids != 1 {
		t.Errorf("got %d ids of the customer, want 1", ids)
	}
	w.CheckCounts(t.Errorf)
	before := w.Everything()
	if w.complete(with(client("2", "Grown", "1"))); w.Everything() != before {
		t.Error("got changed rows after a run with the same customers, want none")
	}
}
