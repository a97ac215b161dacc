package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// seated returns a client with these numbers of used and of purchased seats.
func seated(id, parent string, used, total int64) portal.Customer {
	c := client(id, "Client "+id, parent)
	c.SeatsUsed, c.SeatsTotal = &used, &total
	return c
}

// spans returns the spans of each client of the MSSP, the oldest first, as "client under MSP: status used/total", with
// "…" after the open one.
func (w *tenant) spans() []string {
	w.Helper()
	return value[[]string](w, `
		select array(
			select c.external_id || ' under ' || coalesce(m.name, 'MSSP') || ': ' || s.status || ' ' || coalesce(s.seats_used::text, '?')
			       || '/' || coalesce(s.seats_total::text, '?') || case when s.to_at = 'infinity' then ' …' else '' end
			from client_span s
			join client c on c.mssp_id = s.mssp_id and c.id = s.client_id
			left join msp m on m.mssp_id = s.mssp_id and m.id = s.msp_id
			where s.mssp_id = $1
			order by c.external_id, s.to_at)`, w.ID)
}

func TestSpans(t *testing.T) {
	t.Parallel()
	t.Run("follow_msp_status_and_seats_only", testSpansFollowMSPStatusAndSeatsOnly)
	t.Run("begin_at_times_of_history", testSpansBeginAtTimesOfHistory)
	t.Run("never_end_before_they_begin", testSpansNeverEndBeforeTheyBegin)
	t.Run("end_when_client_becomes_msp", testSpansEndWhenClientBecomesMSP)
}

func testSpansFollowMSPStatusAndSeatsOnly(t *testing.T) {
	w := newTenant(t)
	w.rules.RemoveAfterRuns = 1
	msps := []portal.Customer{msp("1", "North"), msp("2", "South")}
	world := func(clients ...portal.Customer) []portal.Customer { return append(clients, msps...) }
	other := seated("9", "2", 1, 1)
	renamed := seated("3", "2", 4, 6)
	renamed.Name = "Another name"
	unknown := seated("3", "", 4, 6)
	unknown.SeatsTotal = nil
	disabled := unknown
	disabled.StatusReason = new(portal.ReasonDemo)
	for _, calls := range [][]portal.Customer{
		world(other, seated("3", "1", 4, 5)), world(other, seated("3", "1", 4, 6)), world(other, seated("3", "2", 4, 6)),
		world(other, renamed), world(other, unknown), world(other, disabled), world(other), world(other), world(other, unknown),
	} {
		w.complete(calls)
		w.CheckSpans(t.Errorf)
	}
	want := []string{
		"3 under North: active 4/5", "3 under North: active 4/6", "3 under South: active 4/6", "3 under MSSP: active 4/?",
		"3 under MSSP: disabled 4/?", "3 under MSSP: missing 4/?", "3 under MSSP: removed 4/?", "3 under MSSP: active 4/? …",
		"9 under South: active 1/1 …",
	}
	if diff := cmp.Diff(want, w.spans()); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

func testSpansBeginAtTimesOfHistory(t *testing.T) {
	w := newTenant(t)
	for _, used := range []int64{1, 2, 3} {
		w.complete([]portal.Customer{seated("3", "", used, 5)})
	}
	wrong := value[int64](w, `
		select count(*)
		from client_span s
		where s.mssp_id = $1
		and not exists (
			select from change h
			where h.entity_id = s.client_id and h.at = s.from_at and coalesce(h.after, '') <> '')`, w.ID)
	if wrong != 0 || len(w.spans()) != 3 {
		t.Errorf("spans: got %q, %d of which begin at a time without a change, want 3 and 0", w.spans(), wrong)
	}
}

func testSpansNeverEndBeforeTheyBegin(t *testing.T) {
	w := newTenant(t)
	w.complete([]portal.Customer{seated("3", "", 1, 5)})
	w.Exec("update client_span set from_at = now() + interval '1 hour'")
	w.complete([]portal.Customer{seated("3", "", 2, 5)})
	if diff := cmp.Diff([]string{"3 under MSSP: active 2/5 …"}, w.spans()); diff != "" {
		t.Errorf("spans after the clock was set back (-want +got):\n%s", diff)
	}
}

func testSpansEndWhenClientBecomesMSP(t *testing.T) {
	w := newTenant(t)
	w.complete([]portal.Customer{msp("1", "North"), seated("3", "1", 4, 5), seated("4", "1", 1, 1)})
	w.complete([]portal.Customer{msp("1", "North"), msp("3", "Client 3"), seated("4", "1", 1, 1)})
	w.CheckSpans(t.Errorf)
	want := []string{"3 under North: active 4/5", "3 under North: removed 4/5 …", "4 under North: active 1/1 …"}
	if diff := cmp.Diff(want, w.spans()); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

// asOlderServer writes a client's used seats as a server without spans did, this long ago.
func (w *tenant) asOlderServer(externalID string, used int, ago time.Duration) {
	w.Helper()
	w.Exec("update mssp set version = version + 1 where id = $1", w.ID)
	w.Exec(`
		with new as (
			update client c
			set seats_used = $3, changed_in = m.version
			from mssp m
			where m.id = c.mssp_id and c.mssp_id = $1 and c.external_id = $2
			returning c.id, m.version)
		insert into change (mssp_id, id, at, entity, entity_id, client_id, kind, field, after, version)
		select $1, new_id(), now() - $4::interval, 'client', n.id, n.id, 'changed', 'seats_used', $3::int::text, n.version
		from new n`, w.ID, externalID, used, ago)
}

// sinceOf returns the age of a client's open span in whole minutes.
func (w *tenant) sinceOf(externalID string) int {
	w.Helper()
	return value[int](w, `
		select round(extract(epoch from now() - s.from_at) / 60)::int
		from client_span s
		join client c on c.mssp_id = s.mssp_id and c.id = s.client_id
		where s.mssp_id = $1 and c.external_id = $2 and s.to_at = 'infinity'`, w.ID, externalID)
}

// migrate runs the migrations again, and with them the steps that complete rows of older servers.
func (w *tenant) migrate() {
	w.Helper()
	if _, err := postgres.Migrate(context.Background(), w.URLs.Owner); err != nil {
		w.Fatal(err)
	}
}

// twoClients returns client 3 with one used seat, and client 4 with the given number.
func twoClients(seats int64) []portal.Customer {
	return []portal.Customer{seated("3", "", 1, 5), seated("4", "", seats, 5)}
}

func TestSpansBesideOlderServer(t *testing.T) {
	t.Parallel()
	t.Run("are_completed_by_next_merge", func(t *testing.T) {
		testSpansBesideOlderServerAreCompleted(t, func(w *tenant) {
			w.complete([]portal.Customer{seated("3", "", 7, 5), seated("4", "", 2, 5)})
		})
	})
	t.Run("are_completed_by_migrate_up", func(t *testing.T) {
		testSpansBesideOlderServerAreCompleted(t, (*tenant).migrate)
	})
	t.Run("are_opened_where_none_exist", testSpansBesideOlderServerAreOpenedWhereNoneExist)
	t.Run("begin_now_without_history", testSpansBesideOlderServerBeginNowWithoutHistory)
	t.Run("are_filled_in_batches", testSpansBesideOlderServerAreFilledInBatches)
}

// testSpansBesideOlderServerAreCompleted checks that next completes the spans of a client that an older server changed.
func testSpansBesideOlderServerAreCompleted(t *testing.T, next func(*tenant)) {
	w := newTenant(t)
	w.complete(twoClients(1))
	w.Exec("update client_span set from_at = from_at - interval '2 days'; update change set at = at - interval '2 days'")
	w.asOlderServer("3", 7, time.Hour)
	next(w)
	w.CheckSpans(t.Errorf)
	if got := w.sinceOf("3"); got != 60 {
		t.Errorf("age of the span that the older server's change began: got %d minutes, want 60", got)
	}
	before := w.Everything()
	if next(w); w.Everything() != before {
		t.Error("the second time wrote rows, want none")
	}
}

func testSpansBesideOlderServerAreOpenedWhereNoneExist(t *testing.T) {
	w := newTenant(t)
	w.complete(twoClients(1))
	w.Exec("update change set at = at - interval '3 hours'")
	w.asOlderServer("4", 2, time.Hour)
	w.Exec("delete from client_span; update mssp set spanned_in = 1")
	w.migrate()
	w.CheckSpans(t.Errorf)
	if old, changed := w.sinceOf("3"), w.sinceOf("4"); old != 180 || changed != 60 {
		t.Errorf("ages of the spans: got %d and %d minutes, want 180 and 60", old, changed)
	}
}

func testSpansBesideOlderServerBeginNowWithoutHistory(t *testing.T) {
	w := newTenant(t)
	w.complete(twoClients(1))
	w.Exec("delete from change; delete from client_span; update mssp set spanned_in = 1")
	w.migrate()
	w.CheckSpans(t.Errorf)
	if got := w.sinceOf("3"); got != 0 {
		t.Errorf("age of the span: got %d minutes, want 0", got)
	}
}

func testSpansBesideOlderServerAreFilledInBatches(t *testing.T) {
	w := newTenant(t)
	w.complete(twoClients(1))
	s := w.sibling()
	s.complete(twoClients(2))
	w.Exec(`
		insert into client (mssp_id, id, mssp_product_id, external_id, name, type, raw, first_seen_at, last_seen_at, changed_in)
		select c.mssp_id, new_id(), c.mssp_product_id, n::text, 'Many', 'CORP', '{}', now(), now(), 2
		from client c
		cross join generate_series(1000, 11500) n
		where c.mssp_id = $1 and c.external_id = '3'`, w.ID)
	w.Exec("delete from client_span; update mssp set spanned_in = 1")
	w.migrate()
	w.CheckSpans(t.Errorf)
	s.CheckSpans(t.Errorf)
	if n := value[int64](w, "select count(*) from mssp where spanned_in <> version"); n != 0 {
		t.Errorf("MSSPs whose spans are not complete: got %d, want 0", n)
	}
}
