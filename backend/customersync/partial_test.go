package customersync_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
)

func TestPartialRun(t *testing.T) {
	t.Parallel()
	t.Run("keeps_and_dates_clients_of_unread_msp", testPartialRunKeepsAndDatesClientsOfUnreadMSP)
	t.Run("does_not_move_clients_without_parent", testPartialRunDoesNotMoveClientsWithoutParent)
	t.Run("adds_no_client_of_possibly_unread_msp", testPartialRunAddsNoClientOfPossiblyUnreadMSP)
	t.Run("adds_no_such_client_after_a_review", testPartialRunAddsNoSuchClientAfterAReview)
	t.Run("adds_own_clients_of_the_mssp", testPartialRunAddsOwnClientsOfTheMSSP)
	t.Run("keeps_msps_known_only_under_unread_msp", testPartialRunKeepsMSPsKnownOnlyUnderUnreadMSP)
	t.Run("removes_no_client_of_unread_msp", testPartialRunRemovesNoClientOfUnreadMSP)
	t.Run("records_field_map_reason_once_read_again", testPartialRunRecordsFieldMapReasonOnceReadAgain)
	t.Run("ends_consecutive_failures", testPartialRunEndsConsecutiveFailures)
	t.Run("never_read_msp_is_unread_since_first_seen", testPartialRunNeverReadMSPIsUnreadSinceFirstSeen)
	t.Run("fails_if_no_msp_can_be_read", testPartialRunFailsIfNoMSPCanBeRead)
	t.Run("fails_if_key_is_revoked_meanwhile", testPartialRunFailsIfKeyIsRevokedMeanwhile)
	t.Run("keeps_clients_if_first_msp_is_refused", testPartialRunKeepsClientsIfFirstMSPIsRefused)
	t.Run("checks_no_absent_client_of_unread_msp", testPartialRunChecksNoAbsentClientOfUnreadMSP)
}

func testPartialRunKeepsAndDatesClientsOfUnreadMSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	first := w.mustEnd(portal.RunComplete)
	viewer := w.SignInAt(portal.MSPAdmin, portal.Scope{
		Level: portal.LevelMSP, MSSPID: w.ID, MSPID: value[string](w, "select id::text from msp where external_id = '2'"),
	})
	b.setHandler(2, respondStatus(404))
	b.setClients(1, 100, 3)
	stampBefore, err := w.DB.Stamp(t.Context(), viewer)
	if err != nil {
		t.Fatal(err)
	}
	run := w.mustEnd(portal.RunPartial)
	age := value[time.Time](w, "select read_at from sync_run where id = $1", first.ID)
	page, stamp, err := w.DB.Clients(t.Context(), viewer, portal.ClientQuery{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if page.DataAsOf == nil || !page.DataAsOf.Equal(age) || len(page.Items) != 4 {
		t.Errorf("clients of the MSP's user: got %d as of %v, want 4 as of %s", len(page.Items), page.DataAsOf, age)
	}
	if stamp.Version == stampBefore.Version {
		t.Errorf("version, which is in the ETag: got %v unchanged, want another", stamp.Version)
	}
	for _, c := range page.Items {
		if !c.LastSeenAt.Equal(age) {
			t.Errorf("client %s last seen: got %s, want %s", c.ExternalID, c.LastSeenAt, age)
		}
	}
	all, _, err := w.DB.MSPs(t.Context(), w.admin, portal.MSPQuery{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	now := value[time.Time](w, "select read_at from sync_run where id = $1", run.ID)
	for _, m := range all.Items {
		if want := map[bool]time.Time{true: age, false: now}[m.ExternalID == "2"]; !m.LastSeenAt.Equal(want) {
			t.Errorf("MSP %s last seen: got %s, want %s", m.ExternalID, m.LastSeenAt, want)
		}
	}
	if all.DataAsOf == nil || !all.DataAsOf.Equal(now) {
		t.Errorf("age of the MSSP's data: got %v, want %s", all.DataAsOf, now)
	}
	before := w.Everything()
	w.mustEnd(portal.RunPartial)
	if w.Everything() != before {
		t.Error("a second partial run with the same response wrote rows, want none")
	}
	b.setHandler(2, nil)
	b.setClients(2, 200, 3)
	run = w.mustEnd(portal.RunComplete)
	if run.Missing != 1 || value[int64](w, "select count(*) from msp where unread_since is not null") != 0 {
		t.Errorf("run that reads the reseller again: got %+v, want one missing and no unread MSP", run)
	}
	if seen := value[time.Time](w, "select last_seen_at from client where status = 'missing' and external_id = '203'"); !seen.Equal(age) {
		t.Errorf("missing client last seen: got %s, want %s", seen, age)
	}
	page, _, err = w.DB.Clients(t.Context(), viewer, portal.ClientQuery{Limit: 10, ClientFilter: portal.ClientFilter{Status: "active"}})
	if err != nil || page.DataAsOf == nil || page.DataAsOf.Before(now) {
		t.Errorf("age of the MSP user's data: got %v, %v; want that of the last run", page.DataAsOf, err)
	}
}

func testPartialRunRecordsFieldMapReasonOnceReadAgain(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	give := func(from, bought int) {
		b.mu.Lock()
		defer b.mu.Unlock()
		list := []customer{}
		for i := range 2 {
			list = append(list, with(parentless(from+i, fmt.Sprint("Client ", from+i), "CORP"), customer{"gekauft": bought}))
		}
		b.responses[fmt.Sprint(from/100)] = list
	}
	give(100, 5)
	give(200, 5)
	w.mustEnd(portal.RunComplete)
	w.remap("gekauft", "seats_total")
	b.setHandler(2, respondStatus(404))
	reasons := func(run portal.SyncRun) string {
		return value[string](w, `
			select coalesce(string_agg(
			       c.external_id || ' ' || h.field || ' ' || coalesce(h.reason, 'none'), ', ' order by c.external_id, h.field), '')
			from change h
			join client c on c.id = h.entity_id
			where h.run_id = $1`, run.ID)
	}
	if got, want := reasons(w.mustEnd(portal.RunPartial)), "100 seats_total field_map, 101 seats_total field_map"; got != want {
		t.Errorf("history of the partial run: got %q, want %q", got, want)
	}
	w.mustEnd(portal.RunPartial)
	b.setHandler(2, nil)
	if got, want := reasons(w.mustEnd(portal.RunComplete)), "200 seats_total field_map, 201 seats_total field_map"; got != want {
		t.Errorf("history of the run that reads reseller 2 again: got %q, want %q", got, want)
	}
	give(100, 6)
	give(200, 6)
	want := "100 seats_total none, 101 seats_total none, 200 seats_total none, 201 seats_total none"
	if got := reasons(w.mustEnd(portal.RunComplete)); got != want {
		t.Errorf("history of a change at the product: got %q, want %q", got, want)
	}
}

func testPartialRunEndsConsecutiveFailures(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	w.mustEnd(portal.RunComplete)
	b.setHandler(17, respondStatus(404))
	w.mustFail("not_found")
	b.setHandler(17, nil)
	b.setHandler(1, respondStatus(404))
	w.mustEnd(portal.RunPartial)
	items, err := w.DB.Connections(t.Context(), w.admin, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if c := items.Items[0]; c.FailuresInARow != 0 || c.LastRun.Status != portal.RunPartial ||
		len(c.LastRun.Unread) != 1 || c.LastComplete == nil {
		t.Errorf("connection: got %+v, want no failures in a row, a partial last run with one unread, and an age", c)
	}
}

func testPartialRunNeverReadMSPIsUnreadSinceFirstSeen(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	b.setHandler(2, respondStatus(404))
	w.mustEnd(portal.RunPartial)
	if ok := value[bool](w, "select unread_since = first_seen_at from msp where external_id = '2'"); !ok {
		t.Error("unread_since: got another time than first_seen_at, want the same")
	}
}

func testPartialRunFailsIfNoMSPCanBeRead(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	w.mustEnd(portal.RunComplete)
	before := w.Everything()
	for id := 1; id <= 3; id++ {
		b.setHandler(id, respondStatus(403))
	}
	w.mustFail("refused")
	if w.Everything() != before {
		t.Error("the run wrote rows, want none")
	}
}

func testPartialRunFailsIfKeyIsRevokedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	w.mustEnd(portal.RunComplete)
	before := w.Everything()
	b.setHandler(1, func(rw http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(rw).Encode(b.responses["1"])
		for _, id := range []string{customerID, "2", "3"} {
			b.handlers[id] = respondStatus(401)
		}
	})
	w.mustFail("bad_key")
	if w.Everything() != before {
		t.Error("the run wrote rows, want none")
	}
}

func testPartialRunChecksNoAbsentClientOfUnreadMSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	w.mustEnd(portal.RunComplete)
	b.setHandler(2, respondStatus(404))
	b.setHandler(1, func(rw http.ResponseWriter, r *http.Request) {
		one := map[string]any{"items": []customer{parentless(100, "Client 100", "CORP")}, "totalCount": 2}
		if r.URL.Query().Get("pageNumber") == "2" {
			one["items"] = []customer{parentless(101, "Client 101", "CORP")}
		}
		_ = json.NewEncoder(rw).Encode(one)
	})
	var requested []string
	for _, id := range []string{"102", "103", "200"} {
		b.handlers[id] = func(rw http.ResponseWriter, _ *http.Request) {
			requested = append(requested, id)
			_ = json.NewEncoder(rw).Encode([]customer{parentless(102, "Client 102", "CORP")})
		}
	}
	run := w.mustEnd(portal.RunPartial)
	if fmt.Sprint(requested) != "[102 103]" || run.Checked != 2 || run.Missing != 1 || run.Moved != 0 {
		t.Errorf("got requests %v, run %+v; want 102 found and 103 missing", requested, run)
	}
}
