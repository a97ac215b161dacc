package customersync_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/fakeheimdal"
)

func TestMerge(t *testing.T) {
	t.Parallel()
	t.Run("sample_becomes_msps_and_clients", testMergeSampleBecomesMSPsAndClients)
	t.Run("sample_fills_every_licence_field", testMergeSampleFillsEveryLicenceField)
	t.Run("unchanged_run_writes_only_its_own_row", testMergeUnchangedRunWritesOnlyItsOwnRow)
	t.Run("writes_changed_rows_and_one_version", testMergeWritesChangedRowsAndOneVersion)
	t.Run("records_each_changed_field", testMergeRecordsEachChangedField)
	t.Run("missing_client_returns_as_same_row", testMergeMissingClientReturnsAsSameRow)
	t.Run("moves_users_and_invites_with_client", testMergeMovesUsersAndInvitesWithClient)
	t.Run("move_is_visible_to_mssp_only", testMergeMoveIsVisibleToMSSPOnly)
	t.Run("history_has_scope_of_its_customer", testMergeHistoryHasScopeOfItsCustomer)
	t.Run("client_stays_under_missing_msp", testMergeClientStaysUnderMissingMSP)
	t.Run("client_turned_msp_and_back_keeps_id", testMergeClientTurnedMSPAndBackKeepsID)
	t.Run("leaves_other_mssps_unchanged", testMergeLeavesOtherMSSPsUnchanged)
}

func testMergeSampleBecomesMSPsAndClients(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	sample := fakeheimdal.Sample(7)
	run := w.complete(sample...)
	if run.Seen != int64(len(sample)) || run.MSPs != 24 || run.Clients != run.Seen-24 || run.Other != run.Seen-624 || run.Added != run.Seen {
		t.Errorf("run: got %+v, want 24 MSPs of %d customers, 624 of ordinary type, all added", run, len(sample))
	}
	if run.Trigger != "command" || run.Product != "heimdal" || run.StartedAt == nil || run.FinishedAt == nil {
		t.Errorf("run: got %+v, want a finished one of heimdal by a command", run)
	}
	direct := value[int64](w, "select count(*) from client where msp_id is null and type = 'CORP'")
	types := value[int64](w, "select count(distinct type) from client")
	if direct != 12 || types < 3 {
		t.Errorf("got %d clients without an MSP and %d types, want 12 and at least 3", direct, types)
	}
	w.CheckCounts(t.Errorf)
}

func testMergeSampleFillsEveryLicenceField(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	for _, spelling := range []string{"listed", "camel"} {
		for _, form := range []fakeheimdal.Form{fakeheimdal.Array, fakeheimdal.Envelope} {
			t.Run(spelling+"_"+string(form), func(t *testing.T) {
				w.fake.SetShape(fakeheimdal.Shape{Form: form, Names: fakeheimdal.Spellings[spelling]})
				w.complete(fakeheimdal.Sample(7)...)
				got := value[string](w, `
					select concat_ws(' ',
					       count(*) filter (where licence_type is null or spla is null or seats_used is null or seats_total is null),
					       count(*) filter (where spla) > 100, count(*) filter (where not spla) > 300,
					       count(*) filter (where status = 'disabled') between 5 and 25,
					       (select string_agg(distinct licence_type, ',') from client),
					       (select string_agg(distinct status_reason, ',') from client),
					       (select count(*) > 2 and min(seats_total) >= 500 and bool_and(seats_used < seats_total)
					        from msp
					        where seats_total is not null))
					from client`)
				if want := "0 t t t Annual,Monthly,Perpetual,Trial demo,inactive t"; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			})
		}
	}
}

func testMergeUnchangedRunWritesOnlyItsOwnRow(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(fakeheimdal.Sample(7)...)
	before := w.Everything()
	run := w.syncNow()
	if run.Status != portal.RunComplete || run.Seen == 0 || run.Added+run.Changed+run.Missing != 0 {
		t.Errorf("unchanged run: got %+v, want complete without changes", run)
	}
	if w.Everything() != before {
		t.Error("the unchanged run wrote rows, want none")
	}
}

func testMergeWritesChangedRowsAndOneVersion(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	customers := clientsOfOneMSP(5)
	w.complete(customers...)
	if v := value[int64](w, "select version from mssp"); v != 2 {
		t.Errorf("version after the first run: got %d, want 2", v)
	}
	customers[2] = with(customers[2], customer{"name": "Renamed", "seatsUsed": 4})
	customers[3] = with(customers[3], customer{"note": "new"})
	run := w.complete(customers...)
	if v := value[int64](w, "select version from mssp"); v != 3 || run.Changed != 2 || run.Added != 0 {
		t.Errorf("got version %d, run %+v; want version 3 with two changed and none added", v, run)
	}
	if n := value[int64](w, "select count(*) from client where changed_in = 3"); n != 2 {
		t.Errorf("clients written: got %d, want 2", n)
	}
	want := []string{"client 101 changed name Client→Renamed", "client 101 changed seats_used 3→4", "client 102 changed details"}
	if diff := cmp.Diff(want, w.Changes(run)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

func testMergeRecordsEachChangedField(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(reseller(1, "Partner"), corp(2, "Client", 1))
	run := w.complete(reseller(1, "Partners"), with(corp(2, "Client", 1), customer{
		"type": "DEMO", "products": []string{"Patch", "Vault"}, "seatsTotal": nil, "expirationDate": "2032-01-31",
	}))
	want := []string{
		"client 2 changed expires_on 2031-01-31→2032-01-31", "client 2 changed products Patch→Patch, Vault",
		"client 2 changed seats_total 5→∅", "client 2 changed type CORP→DEMO", "msp 1 changed name Partner→Partners",
	}
	if diff := cmp.Diff(want, w.Changes(run)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	if run.Other != 1 || run.Clients != 1 {
		t.Errorf("run with an unknown type: got %+v, want one client that counts as other", run)
	}
	w.CheckCounts(t.Errorf)
}

func testMergeMissingClientReturnsAsSameRow(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(reseller(1, "Partner"), corp(2, "Client", 1), corp(3, "Other", nil))
	id := value[string](w, "select id::text from client where external_id = '2'")
	seen := value[string](w, "select read_at::text from sync_run")
	run := w.complete(reseller(1, "Partner"), corp(3, "Other", nil))
	if diff := cmp.Diff([]string{"client 2 missing"}, w.Changes(run)); diff != "" || run.Missing != 1 {
		t.Errorf("missing: got %d, want 1; history (-want +got):\n%s", run.Missing, diff)
	}
	got := value[string](w, "select id::text || status || last_seen_at::text from client where external_id = '2'")
	if got != id+"missing"+seen {
		t.Errorf("missing client: got %s, want %s, last seen %s", got, id, seen)
	}
	if run := w.syncNow(); run.Missing != 0 || len(w.Changes(run)) != 0 {
		t.Errorf("next run without the client: got %+v, want none missing and no history", run)
	}
	run = w.complete(reseller(1, "Partner"), corp(2, "Client Ltd", 1), corp(3, "Other", nil))
	want := []string{"client 2 changed name Client→Client Ltd", "client 2 returned"}
	if diff := cmp.Diff(want, w.Changes(run)); diff != "" || run.Changed != 1 || run.Added != 0 {
		t.Errorf("run: got %+v, want one changed and none added; history (-want +got):\n%s", run, diff)
	}
	if got := value[string](w, "select id::text || status from client where external_id = '2'"); got != id+"active" {
		t.Errorf("returned client: got %s, want %s, active", got, id)
	}
	w.CheckCounts(t.Errorf)
}

func testMergeMovesUsersAndInvitesWithClient(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(reseller(1, "North"), reseller(2, "South"), corp(3, "Client", 1), corp(4, "Stays", 1))
	for _, client := range []string{"3", "4"} {
		w.Exec(`
			with person as (insert into app_user (id, email) values (new_id(), 'p@example.com') returning id),
			node as (select * from client where external_id = $1),
			invite as (
				insert into pre_assigned_role (mssp_id, id, email, role, msp_id, client_id, provider, code_hash, invited_by, expires_at)
				select mssp_id, new_id(), 'i@example.com', 'client_user', msp_id, id, 'google', '', '', now() + interval '1 day' from node)
			insert into user_role (mssp_id, id, user_id, role, msp_id, client_id)
			select n.mssp_id, new_id(), p.id, 'client_user', n.msp_id, n.id from person p, node n`, client)
	}
	for parent, want := range map[any]string{"2": "South", customerID: "∅", "1": "North"} {
		w.complete(reseller(1, "North"), reseller(2, "South"), corp(3, "Client", parent), corp(4, "Stays", 1))
		for _, table := range []string{"user_role", "pre_assigned_role"} {
			under := value[string](w, `
				select string_agg(c.name || ' ' || coalesce(m.name, '∅'), ', ' order by c.name)
				from `+table+` g
				join client c on c.id = g.client_id
				left join msp m on m.id = g.msp_id`)
			if want := "Client " + want + ", Stays North"; under != want {
				t.Errorf("MSPs in %s: got %q, want %q", table, under, want)
			}
		}
	}
}

func testMergeMoveIsVisibleToMSSPOnly(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(reseller(1, "North"), reseller(2, "South"), corp(3, "Client", 1))
	run := w.complete(reseller(1, "North"), reseller(2, "South"), corp(3, "Client", "2"))
	if diff := cmp.Diff([]string{"client 3 moved msp North→South"}, w.Changes(run)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	if n := value[int64](w, "select count(*) from change where kind = 'moved' and msp_id is null and client_id is null"); n != 1 {
		t.Errorf("moves visible to the MSSP only: got %d, want 1", n)
	}
	run = w.complete(reseller(1, "North"), reseller(2, "South"), corp(3, "Client", customerID))
	if diff := cmp.Diff([]string{"client 3 moved msp South→∅"}, w.Changes(run)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	w.CheckCounts(t.Errorf)
}

func testMergeHistoryHasScopeOfItsCustomer(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(reseller(1, "North"), corp(2, "Client", 1), corp(3, "Direct", nil))
	for sql, want := range map[string]int64{
		"select count(*) from change where entity = 'msp' and msp_id = entity_id and client_id is null":                                        1,
		"select count(*) from change h join client c on c.id = h.entity_id where h.client_id = c.id and h.msp_id = c.msp_id":                   1,
		"select count(*) from change h join client c on c.id = h.entity_id where h.client_id = c.id and h.msp_id is null and c.msp_id is null": 1,
		"select count(*) from change h join mssp m on m.id = h.mssp_id join sync_run r on r.id = h.run_id where h.version = m.version":         3,
	} {
		if got := value[int64](w, sql); got != want {
			t.Errorf("got %d, want %d: %s", got, want, sql)
		}
	}
}

func testMergeClientStaysUnderMissingMSP(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(reseller(1, "North"), reseller(2, "South"), corp(3, "Client", 1))
	run := w.complete(reseller(2, "South"), corp(3, "Client", 1))
	if diff := cmp.Diff([]string{"msp 1 missing"}, w.Changes(run)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	w.CheckCounts(t.Errorf)
}

func testMergeClientTurnedMSPAndBackKeepsID(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(reseller(1, "North"), corp(2, "Growing", 1), corp(3, "Client", 1))
	id := value[string](w, "select id::text from client where external_id = '2'")
	first := value[string](w, "select first_seen_at::text from client where external_id = '2'")
	run := w.complete(reseller(1, "North"), reseller(2, "Growing"), corp(3, "Client", 2))
	want := []string{"client 3 moved msp North→Growing", "msp 2 changed type CORP→RESELLER"}
	if diff := cmp.Diff(want, w.Changes(run)); diff != "" || run.Added != 0 || run.Missing != 0 || run.Changed != 2 {
		t.Errorf("run: got %+v, want two changed only; history (-want +got):\n%s", run, diff)
	}
	got := value[string](w, "select id::text || status || first_seen_at::text from msp where external_id = '2'")
	if want := id + "active" + first; got != want {
		t.Errorf("new MSP: got %s, want %s", got, want)
	}
	if got := value[string](w, "select status from client where external_id = '2'"); got != "removed" {
		t.Errorf("former client: got %s, want removed", got)
	}
	w.CheckCounts(t.Errorf)
	run = w.complete(reseller(1, "North"), corp(2, "Growing", 1), corp(3, "Client", 2))
	want = []string{"client 2 changed type RESELLER→CORP", "client 2 moved msp ∅→North", "client 3 moved msp Growing→∅"}
	if diff := cmp.Diff(want, w.Changes(run)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	got = value[string](w, `
		select c.id::text || c.status || m.status
		from client c
		join msp m using (external_id)
		where external_id = '2'`)
	if want := id + "activeremoved"; got != want {
		t.Errorf("client and former MSP: got %s, want %s", got, want)
	}
	w.CheckCounts(t.Errorf)
	before := w.Everything()
	w.syncNow()
	if w.Everything() != before {
		t.Error("the next run wrote rows, want none")
	}
}

func testMergeLeavesOtherMSSPsUnchanged(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := w.another(t)
	customers := clientsOfOneMSP(20)
	w.complete(customers...)
	other.complete(customers...)
	before := w.Everything()
	other.complete(append(customers[:15], corp(900, "New", nil))...)
	if w.Everything() != before {
		t.Error("the sync of another MSSP wrote rows of this one, want none")
	}
	other.CheckCounts(t.Errorf)
}
