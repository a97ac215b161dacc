package customersync_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
)

// resellerAPI is a fake Heimdal API that names no client's parent, so that each reseller is requested by its id.
type resellerAPI struct {
	mu        sync.Mutex
	responses map[string]any
	// handlers replace a reseller's response, by its id.
	handlers map[string]http.HandlerFunc
}

// resellerAPI connects the tenant to a new resellerAPI of three resellers with four clients each and one client of the
// MSSP.
func (w *tenant) resellerAPI() *resellerAPI {
	w.Helper()
	b := &resellerAPI{responses: map[string]any{}, handlers: map[string]http.HandlerFunc{}}
	top := []customer{parentless(900, "Own", "CORP")}
	for id := 1; id <= 3; id++ {
		top = append(top, parentless(id, fmt.Sprint("Reseller ", id), "RESELLER"))
		b.setClients(id, 100*id, 4)
	}
	b.responses[customerID] = top
	server := httptest.NewServer(b)
	w.Cleanup(server.Close)
	w.setBaseURL(server.URL)
	return b
}

// parentless returns a customer without a field for its parent.
func parentless(id int, name, kind string) customer {
	return customer{"id": id, "name": name, "type": kind}
}

// setClients replaces a reseller's response with n clients whose ids begin at from.
func (b *resellerAPI) setClients(reseller, from, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := []customer{}
	for i := range n {
		list = append(list, parentless(from+i, fmt.Sprint("Client ", from+i), "CORP"))
	}
	b.responses[fmt.Sprint(reseller)] = list
}

// setHandler replaces a reseller's response by a handler, or restores it if how is nil.
func (b *resellerAPI) setHandler(reseller int, how http.HandlerFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.handlers[fmt.Sprint(reseller)] = how
	if how == nil {
		delete(b.handlers, fmt.Sprint(reseller))
	}
}

func (b *resellerAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := r.URL.Query().Get("customerId")
	if how := b.handlers[id]; how != nil {
		how(w, r)
		return
	}
	_ = json.NewEncoder(w).Encode(b.responses[id])
}

func respondStatus(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func respondText(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }
}

// clientRows returns every client, with the id of the transaction that wrote it.
func (w *tenant) clientRows() string {
	w.Helper()
	return value[string](w, "select json_agg(array[t::text, xmin::text] order by t::text)::text from client t where mssp_id = $1", w.ID)
}

// unread returns the id, name and error code of each unread reseller of a run.
func unread(run portal.SyncRun) string {
	var all []string
	for _, u := range run.Unread {
		all = append(all, u.ExternalID+" "+u.Name+" "+u.Code)
	}
	return strings.Join(all, ", ")
}

func TestUnreadReseller(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		code    string
		// status is the run's; RunPartial if empty.
		status portal.RunStatus
	}{
		"status_404":   {handler: respondStatus(404), code: "not_found"},
		"status_204":   {handler: respondStatus(204), code: "garbage"},
		"status_403":   {handler: respondStatus(403), code: "bad_key"},
		"empty_object": {handler: respondText("{}"), code: "garbage"},
		"message":      {handler: respondText(`{"message":"No access."}`), code: "bad_key"},
		"status_500":   {handler: respondStatus(500), code: "server_error", status: portal.RunFailed},
		"failure":      {handler: respondText(`{"success":false,"data":[]}`), code: "incomplete"},
		"empty_list":   {handler: respondText("[]"), status: portal.RunComplete},
	} {
		t.Run("after_"+name, func(t *testing.T) {
			t.Parallel()
			w := newTenant(t)
			w.service = w.newService(func(c *customersync.Config) { c.Clock = newSkippingClock() })
			for reseller := 1; reseller <= 3; reseller++ {
				b := w.resellerAPI()
				w.mustEnd(portal.RunComplete)
				b.setHandler(reseller, test.handler)
				// The last client of each reseller is gone.
				for id := 1; id <= 3; id++ {
					b.setClients(id, 100*id, 3)
				}
				before := w.Everything()
				run := w.syncNow()
				switch test.status {
				case portal.RunFailed:
					if run.Status != portal.RunFailed || !strings.HasPrefix(errorText(run), test.code) || w.Everything() != before {
						t.Errorf("reseller %d: got %s (%s), want failed by %s and no rows", reseller, run.Status, errorText(run), test.code)
					}
				case portal.RunComplete:
					if run.Status != portal.RunComplete || run.Missing != 6 || len(run.Unread) != 0 {
						t.Errorf("reseller %d: got %s, %d missing, unread %q; want complete, 6, none",
							reseller, run.Status, run.Missing, unread(run))
					}
				default:
					w.wantUnread(run, reseller, test.code)
				}
				w.CheckCounts(t.Errorf)
			}
		})
	}
}

// wantUnread checks a partial run that could not read one of three resellers, each of which has lost a client.
func (w *tenant) wantUnread(run portal.SyncRun, reseller int, code string) {
	w.Helper()
	want := fmt.Sprintf("%d Reseller %d %s", reseller, reseller, code)
	if run.Status != portal.RunPartial || unread(run) != want || run.Missing != 2 || run.Error != nil {
		w.Errorf("reseller %d: got %s, unread %q, %d missing; want partial, %q, 2", reseller, run.Status, unread(run), run.Missing, want)
	}
	if got := w.statusOf(100*reseller + 3); got != "active" {
		w.Errorf("client of the unread reseller %d: got %s, want active", reseller, got)
	}
}

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

func testPartialRunDoesNotMoveClientsWithoutParent(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	top := b.responses[customerID].([]customer)
	for id := 1; id <= 3; id++ {
		top = append(top, b.responses[fmt.Sprint(id)].([]customer)...)
	}
	b.responses[customerID] = top
	w.mustEnd(portal.RunComplete)
	before := w.clientRows()
	b.setHandler(2, respondStatus(403))
	run := w.mustEnd(portal.RunPartial)
	if run.Moved != 0 || run.Missing != 0 || w.clientRows() != before {
		t.Errorf("run: got %+v, want none moved or missing, no client written", run)
	}
}

func testPartialRunAddsNoClientOfPossiblyUnreadMSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	list := func(to string, id int) {
		b.responses[to] = append(b.responses[to].([]customer), parentless(id, fmt.Sprint("Client ", id), "CORP"))
	}
	for reseller := 1; reseller <= 3; reseller++ {
		for i := range 4 {
			list(customerID, 100*reseller+i)
		}
	}
	w.mustEnd(portal.RunComplete)
	list(customerID, 901)
	for reseller := 1; reseller <= 2; reseller++ {
		list(customerID, 100*reseller+50)
		list(fmt.Sprint(reseller), 100*reseller+50)
	}
	// One client is gone from a reseller that is read. It may now be under the unread one.
	b.responses["1"] = slices.DeleteFunc(b.responses["1"].([]customer), func(c customer) bool { return c["id"] == 103 })
	b.setHandler(2, respondStatus(404))
	run := w.mustEnd(portal.RunPartial)
	if run.Added != 1 || run.Moved != 0 || w.statusOf(150) != "active" {
		t.Errorf("run: got %+v, want only the client of the read reseller added, and none moved", run)
	}
	w.CheckCounts(t.Errorf)
	b.setHandler(2, nil)
	list("2", 103)
	run = w.mustEnd(portal.RunComplete)
	if run.Added != 2 || run.Moved != 1 {
		t.Errorf("run: got %+v, want 250 and 901 added and 103 moved", run)
	}
	under := value[string](w, `
		select string_agg(c.external_id || ' ' || coalesce(m.external_id, 'none'), ', ' order by c.external_id)
		from client c
		left join msp m on m.id = c.msp_id
		where c.external_id in ('103', '250', '901')`)
	if want := "103 2, 250 2, 901 none"; under != want {
		t.Errorf("MSPs of the clients: got %s, want %s", under, want)
	}
}

func testPartialRunAddsNoSuchClientAfterAReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	b.setClients(1, 1000, 40)
	b.responses[customerID] = append(b.responses[customerID].([]customer), parentless(200, "Client 200", "CORP"))
	w.mustEnd(portal.RunComplete)
	b.responses[customerID] = append(b.responses[customerID].([]customer), parentless(901, "New", "CORP"))
	b.setClients(1, 1000, 1)
	b.setHandler(2, respondStatus(404))
	run := w.mustEnd(portal.RunNeedsReview)
	if _, err := w.service.Accept(t.Context(), w.admin, run.ID); err != nil {
		t.Fatal(err)
	}
	if run = w.mustEnd(portal.RunPartial); run.Missing != 39 || run.Added != 0 || run.Moved != 0 {
		t.Errorf("run: got %+v, want 39 missing, none added and none moved", run)
	}
	w.CheckCounts(t.Errorf)
}

func testPartialRunAddsOwnClientsOfTheMSSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	w.mustEnd(portal.RunComplete)
	b.responses[customerID] = append(b.responses[customerID].([]customer), parentless(901, "Own too", "CORP"))
	b.setHandler(2, respondStatus(404))
	if run := w.mustEnd(portal.RunPartial); run.Added != 1 || w.statusOf(901) != "active" {
		t.Errorf("run: got %+v, want 901 added", run)
	}
}

func testPartialRunKeepsMSPsKnownOnlyUnderUnreadMSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	b.responses["2"] = append(b.responses["2"].([]customer), parentless(21, "Sub", "RESELLER"))
	b.setClients(21, 2100, 3)
	w.mustEnd(portal.RunComplete)
	b.setHandler(2, respondText("{}"))
	b.responses[customerID] = slices.DeleteFunc(b.responses[customerID].([]customer), func(c customer) bool { return c["id"] == 3 })
	run := w.mustEnd(portal.RunPartial)
	if w.statusOf(21) != "active" || w.statusOf(2100) != "active" || w.statusOf(203) != "active" {
		t.Errorf("got sub-reseller %s, its client %s, client 203 %s; want all active", w.statusOf(21), w.statusOf(2100), w.statusOf(203))
	}
	if w.statusOf(3) != "missing" || w.statusOf(300) != "missing" || run.Missing != 5 {
		t.Errorf("got reseller 3 %s, its client %s, %d missing; want it and its four clients missing",
			w.statusOf(3), w.statusOf(300), run.Missing)
	}
	if n := value[int64](w, "select count(*) from msp where unread_since is not null"); n != 2 || unread(run) != "2 Reseller 2 garbage" {
		t.Errorf("got %d unread MSPs and %s in the run, want 2 and only the first", n, unread(run))
	}
}

func testPartialRunRemovesNoClientOfUnreadMSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	w.mustEnd(portal.RunComplete)
	b.setClients(1, 100, 3)
	b.setClients(2, 200, 3)
	w.mustEnd(portal.RunComplete)
	b.setHandler(2, respondStatus(404))
	for range 11 {
		w.mustEnd(portal.RunPartial)
	}
	if w.statusOf(103) != "removed" || w.statusOf(203) != "missing" {
		t.Errorf("clients of a read and an unread reseller: got %s and %s, want removed and missing", w.statusOf(103), w.statusOf(203))
	}
	b.setHandler(2, nil)
	for n := range 11 {
		run := w.mustEnd(portal.RunComplete)
		if want := map[bool]int64{true: 1}[n == 10]; run.Removed != want {
			t.Errorf("removed by run %d after the reseller is read again: got %d, want %d", n, run.Removed, want)
		}
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

func testPartialRunKeepsClientsIfFirstMSPIsRefused(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	var top []customer
	for _, c := range b.responses[customerID].([]customer) {
		top = append(top, with(c, customer{"resellerId": nil}))
	}
	b.responses[customerID] = top
	w.mustEnd(portal.RunComplete)
	before := w.clientRows()
	b.setHandler(1, respondStatus(404))
	run := w.mustEnd(portal.RunPartial)
	if unread(run) != "1 Reseller 1 not_found" || run.Missing+run.Moved != 0 || w.clientRows() != before {
		t.Errorf("run: got %+v, want partial, reseller 1 unread, and no client written", run)
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
