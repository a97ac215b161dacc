package customersync_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
)

// unfamiliarClient returns a client whose licence figures have names that no reader knows.
func unfamiliarClient(id int, bought, inUse int) customer {
	return customer{
		"id": id, "name": fmt.Sprint("Strange ", id), "type": "CORP", "resellerId": 1,
		"entitlement": customer{"gekauft": bought, "benutzt": inUse},
	}
}

// unfamiliarClients returns an MSP and n unfamiliar clients of it.
func unfamiliarClients(n int) []customer {
	customers := []customer{reseller(1, "Partner")}
	for i := range n {
		customers = append(customers, unfamiliarClient(100+i, 40+i, 30+i))
	}
	return customers
}

// fieldMap returns the field map of the connection.
func (w *tenant) fieldMap() portal.FieldMap {
	w.Helper()
	m, err := w.DB.FieldMap(context.Background(), w.admin, w.connection.ID)
	if err != nil {
		w.Fatal(err)
	}
	return m
}

// path returns one path of the field map.
func (w *tenant) path(name string) portal.FieldPath {
	w.Helper()
	m := w.fieldMap()
	i := slices.IndexFunc(m.Items, func(p portal.FieldPath) bool { return p.Path == name })
	if i < 0 {
		w.Fatalf("the field map has no path %q: %+v", name, m.Items)
	}
	return m.Items[i]
}

// change returns a change of the field map by pairs of a path and its field.
func change(pairs ...string) portal.FieldMapChange {
	c := portal.FieldMapChange{Fields: map[string]*portal.CustomerField{}}
	for i := 0; i < len(pairs); i += 2 {
		field := portal.CustomerField(pairs[i+1])
		c.Fields[pairs[i]] = &field
	}
	return c
}

// remap changes the field map as the admin, by pairs of a path and its field.
func (w *tenant) remap(pairs ...string) {
	w.Helper()
	if _, err := w.service.ChangeFieldMap(context.Background(), w.admin, w.connection.ID, change(pairs...)); err != nil {
		w.Fatal(err)
	}
}

func TestFieldMap(t *testing.T) {
	t.Parallel()
	t.Run("unknown_path_is_mapped_by_an_admin", testFieldMapUnknownPathIsMappedByAnAdmin)
	t.Run("counts_unreadable_values", testFieldMapCountsUnreadableValues)
	t.Run("reports_path_that_is_no_longer_sent", testFieldMapReportsPathThatIsNoLongerSent)
	t.Run("remapped_parent_needs_review", testFieldMapRemappedParentNeedsReview)
	t.Run("change_during_run_restarts_reading", testFieldMapChangeDuringRunRestartsReading)
	t.Run("counts_duplicates_in_its_total", testFieldMapCountsDuplicatesInItsTotal)
}

func testFieldMapUnknownPathIsMappedByAnAdmin(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	first := w.complete(unfamiliarClients(4)...)
	if len(first.Notices) == 0 || first.Notices[0].Kind != portal.NoticeFirst {
		t.Errorf("notices of the first run: got %+v, want the first run's", first.Notices)
	}
	bought := w.path("entitlement.gekauft")
	if bought.Field != nil || bought.Customers != 4 || !slices.Equal(bought.Types, []string{"number"}) || bought.Example != "40" {
		t.Errorf("path: got %+v, want four numbers such as 40 without a field", bought)
	}
	preview, err := w.service.PreviewFieldMap(context.Background(), w.admin, w.connection.ID,
		change("entitlement.gekauft", "seats_total", "entitlement.benutzt", "seats_used"))
	if err != nil || len(preview.Items) != 4 || preview.NeedsReview {
		t.Fatalf("preview: got %+v, %v; want four customers and no review", preview, err)
	}
	want := []portal.FieldValueChange{
		{Field: portal.FieldSeatsUsed, After: text("30")}, {Field: portal.FieldSeatsTotal, After: text("40")},
	}
	if diff := cmp.Diff(want, preview.Items[0].Changes); diff != "" {
		t.Errorf("effect on the first customer (-want +got):\n%s", diff)
	}
	w.remap("entitlement.gekauft", "seats_total", "entitlement.benutzt", "seats_used")
	run := w.syncNow()
	if run.Status != portal.RunComplete || run.Changed != 4 {
		t.Fatalf("next run: got %s (%s) with %d changed, want complete with 4", run.Status, errorText(run), run.Changed)
	}
	if n := value[int64](w, "select count(*) from client where seats_total = 40 + external_id::int - 100 and seats_used "+
		"= 30 + external_id::int - 100"); n != 4 {
		t.Errorf("clients with the mapped figures: got %d, want 4", n)
	}
	if got := value[[]string](w, "select array_agg(distinct concat_ws(' ', field, reason)) from change where run_id = $1",
		run.ID); !slices.Equal(got, []string{"seats_total field_map", "seats_used field_map"}) {
		t.Errorf("history: got %q, want both figures with their reason", got)
	}
	if p := w.path("entitlement.gekauft"); p.Pending || p.Source != portal.SourceAdmin || *p.Field != portal.FieldSeatsTotal {
		t.Errorf("path: got %+v, want it mapped to seats_total by an admin", p)
	}
}

func testFieldMapCountsUnreadableValues(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	run := w.complete(reseller(1, "Partner"), with(corp(2, "A", 1), customer{"expirationDate": "next spring"}), corp(3, "B", 1))
	p := w.path("expirationDate")
	if p.Unreadable != 1 || p.UnreadableExample != "next spring" {
		t.Errorf("path: got %+v, want one unreadable value", p)
	}
	unreadable := slices.ContainsFunc(run.Notices, func(n portal.FieldNotice) bool {
		return n.Kind == portal.NoticeUnreadable && n.Path == "expirationDate" && n.Count == 1
	})
	if !unreadable {
		t.Errorf("notices: got %+v, want the unreadable date", run.Notices)
	}
}

func testFieldMapReportsPathThatIsNoLongerSent(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(clientsOfOneMSP(3)...)
	var renamed []customer
	for _, c := range clientsOfOneMSP(3) {
		if seats, ok := c["seatsTotal"]; ok {
			c["gekauft"] = seats
			delete(c, "seatsTotal")
		}
		renamed = append(renamed, c)
	}
	run := w.sync(renamed...)
	var got []string
	for _, n := range run.Notices {
		got = append(got, fmt.Sprint(n.Kind, " ", n.Path))
	}
	if want := []string{"disappeared seatsTotal", "appeared gekauft"}; !slices.Equal(got, want) {
		t.Errorf("notices: got %q, want %q", got, want)
	}
	overview, _, err := w.DB.Overview(context.Background(), w.admin, time.Hour)
	if err != nil || len(overview.Attention) == 0 || overview.Attention[0].Kind != "fields_changed" {
		t.Errorf("attention: got %+v, %v; want fields_changed first", overview.Attention, err)
	}
}

func testFieldMapRemappedParentNeedsReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	customers := append([]customer{reseller(1, "One"), reseller(2, "Two")},
		with(corp(10, "Mover", 1), customer{"betreuer": 2}), with(corp(11, "Stays", 1), customer{"betreuer": 1}))
	w.complete(customers...)
	w.remap("betreuer", "parent")
	run := w.syncNow()
	if run.Status != portal.RunNeedsReview || *run.ErrorCode != "fields_remapped" {
		t.Fatalf("run: got %s (%s), want needs_review by fields_remapped", run.Status, errorText(run))
	}
	review, err := w.DB.Review(context.Background(), w.admin, run.ID, portal.ReviewQuery{Limit: 10})
	if err != nil || len(review.Items) != 1 || review.Items[0].Name != "Mover" || review.Items[0].Effect != portal.EffectMoved ||
		*review.Items[0].MSPName != "One" || *review.Items[0].ToMSPName != "Two" {
		t.Errorf("review: got %+v, %v; want Mover from One to Two", review.Items, err)
	}
	if n := value[int64](w, "select count(*) from change where kind = 'moved'"); n != 0 {
		t.Errorf("clients moved before the review: got %d, want none", n)
	}
}

func TestMemberName(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"seats": "seats", "licence.seats": "seats", "modules[]": "modules", "modules[].name": "name", `a\.b`: "a.b", `x.a\.b`: "a.b",
		`a\\.b`: "b", "sites.*": "sites", "sites.*.n": "n",
	} {
		if got := customersync.MemberName(path); got != want {
			t.Errorf("member of %s: got %q, want %q", path, got, want)
		}
	}
}

func testFieldMapChangeDuringRunRestartsReading(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(unfamiliarClients(2)...)
	var read []map[string]portal.CustomerField
	w.service = w.newService(w.scripted(func(_ context.Context, o connector.Options, state connector.State,
		add addFunc) (connector.State, error) {
		read = append(read, o.Fields)
		if len(read) == 1 {
			w.remap("entitlement.gekauft", "seats_total")
		}
		return addNext(state, 2, add)
	}))
	w.syncNow()
	mapped := map[string]portal.CustomerField{"entitlement.gekauft": portal.FieldSeatsTotal}
	if len(read) < 3 || len(read[0]) != 0 || !cmp.Equal(read[len(read)-1], mapped) || !cmp.Equal(read[len(read)-2], mapped) {
		t.Errorf("fields of the calls: got %v, want both calls of the last reading with %v", read, mapped)
	}
}

func text(s string) *string { return &s }

func TestSource(t *testing.T) {
	t.Parallel()
	with := func(harmless []string, pairs ...string) portal.Connection {
		c := portal.Connection{ProductID: "heimdal", CustomerID: "17", BaseURL: "https://example.com", Harmless: harmless}
		for i := 0; i < len(pairs); i += 2 {
			if c.Fields == nil {
				c.Fields = map[string]portal.CustomerField{}
			}
			c.Fields[pairs[i]] = portal.CustomerField(pairs[i+1])
		}
		return c
	}
	for _, c := range []struct {
		name      string
		read, now portal.Connection
		same      bool
	}{
		{"same_after_no_change", with(nil, "a", "name"), with(nil, "a", "name"), true},
		{"same_after_name_became_harmless", with(nil, "a", "name"), with([]string{"next"}, "a", "name"), true},
		{"same_after_name_became_significant", with([]string{"next"}), with(nil), true},
		{"other_after_path_was_mapped", with(nil, "a", "name"), with(nil, "a", "name", "b", "spla"), false},
		{"other_after_path_was_remapped", with(nil, "a", "name"), with(nil, "a", "type"), false},
		{"other_after_last_mapping_was_dropped", with(nil, "a", "name"), with(nil), false},
		{"other_after_one_mapping_was_dropped", with([]string{"next"}, "a", "name", "b", "spla"), with([]string{"next"}, "a", "name"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := customersync.IsOfSource(customersync.SourceFingerprint(c.read), c.now); got != c.same {
				t.Errorf("same source: got %t, want %t", got, c.same)
			}
		})
	}
}

func testFieldMapCountsDuplicatesInItsTotal(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clients := func(n int) string {
		all := ""
		for i := range n {
			all += fmt.Sprintf(`,{"id":%d,"name":"Client","type":"CORP"}`, 100+i)
		}
		return all
	}
	const partner = `[{"id":1,"name":"Partner","type":"RESELLER"}`
	all := partner + clients(10) + `]`
	w.respondFor(map[string]string{"17": all, "1": all, "100": `{"message":"You do not have access to this customer."}`})
	if run := w.syncNow(); run.Status != portal.RunComplete || run.Calls < 2 || run.Clients != 10 {
		t.Fatalf("run: got %s (%s), %d calls, %d clients; want complete, at least 2, 10",
			run.Status, errorText(run), run.Calls, run.Clients)
	}
	m := w.fieldMap()
	for _, p := range m.Items {
		if p.Customers > m.Customers {
			t.Errorf("customers with %s: got %d, want at most %d", p.Path, p.Customers, m.Customers)
		}
	}
}
