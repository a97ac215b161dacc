package customersync_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

// respond connects the tenant to a server that returns text for every request.
func (w *tenant) respond(text string) {
	w.Helper()
	w.respondFor(map[string]string{customerID: text})
}

// respondFor is respond with a text by customer id; requests about other ids get the text of the account's.
func (w *tenant) respondFor(texts map[string]string) {
	w.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		text, known := texts[r.URL.Query().Get("customerId")]
		if !known {
			text = texts[customerID]
		}
		out.Header().Set("Content-Type", "application/json")
		_, _ = out.Write([]byte(text))
	}))
	w.Cleanup(server.Close)
	w.setBaseURL(server.URL)
}

// preview returns what a change of the field map would do.
func (w *tenant) preview(pairs ...string) portal.FieldMapPreview {
	w.Helper()
	p, err := w.service.PreviewFieldMap(context.Background(), w.admin, w.connection.ID, change(pairs...))
	if err != nil {
		w.Fatal(err)
	}
	return p
}

// changesOf returns a line for each value that changes.
func changesOf(e portal.FieldMapEffect) []string {
	lines := []string{}
	for _, c := range e.Changes {
		was, is := "-", "-"
		if c.Before != nil {
			was = *c.Before
		}
		if c.After != nil {
			is = *c.After
		}
		lines = append(lines, fmt.Sprintf("%s: %s > %s", c.Field, was, is))
	}
	return lines
}

// Responses whose names no reader knows. The id is Nr, Ding or Kennung.Nr.
const (
	unknownNames = `[
		{"Nr":1,"Bezeichnung":"Partner","Art":"RESELLER","Betreuer":null},
		{"Nr":2,"Bezeichnung":"Client","Art":"CORP","Betreuer":1}]`
	unknownTypes = `[
		{"Ding":1,"Bezeichnung":"Partner","Art":"RESELLER","Betreuer":null},
		{"Ding":2,"Bezeichnung":"Client","Art":"CORP","Betreuer":1}]`
	nestedIDs = `[
		{"Art":"RESELLER","Kennung":{"Nr":1},"Bezeichnung":"Partner","Betreuer":null},
		{"Art":"CORP","Kennung":{"Nr":2},"Bezeichnung":"Client","Betreuer":1}]`
)

func TestFailedFieldMap(t *testing.T) {
	t.Parallel()
	german := []string{"Bezeichnung", "name", "Art", "type", "Betreuer", "parent"}
	for name, c := range map[string]struct {
		response, id string
		paths        []string
	}{
		"customers_without_a_type":       {unknownTypes, "Ding", []string{"Ding", "Bezeichnung", "Art", "Betreuer"}},
		"customers_without_a_known_name": {unknownNames, "Nr", []string{"Nr", "Bezeichnung", "Art", "Betreuer"}},
		"customers_without_an_id":        {nestedIDs, "Kennung.Nr", []string{"Art", "Kennung", "Kennung.Nr", "Bezeichnung", "Betreuer"}},
	} {
		t.Run("of_"+name, func(t *testing.T) {
			testFailedFieldMapOf(t, c.response, append([]string{c.id, "id"}, german...), c.paths)
		})
	}
	t.Run("adds_paths_to_those_of_merged_run", testFailedFieldMapAddsPathsToThoseOfMergedRun)
	t.Run("previews_known_customers", testFailedFieldMapPreviewsKnownCustomers)
	t.Run("previews_stored_json_for_unsent_paths", testFailedFieldMapPreviewsStoredJSONForUnsentPaths)
	t.Run("previews_clients_after_ten_msps", testFailedFieldMapPreviewsClientsAfterTenMSPs)
	t.Run("is_used_by_a_trial", testFailedFieldMapIsUsedByATrial)
	t.Run("previews_fields_without_a_path", testFailedFieldMapPreviewsFieldsWithoutAPath)
	t.Run("drops_samples_after_merge_of_none", testFailedFieldMapDropsSamplesAfterMergeOfNone)
	t.Run("shows_paths_if_merge_finds_no_type", testFailedFieldMapShowsPathsIfMergeFindsNoType)
}

// testFailedFieldMapOf: the field map has the paths of a response that fails the run, and once it is mapped, the next
// run completes.
func testFailedFieldMapOf(t *testing.T, response string, mapped, wantPaths []string) {
	t.Parallel()
	w := newTenant(t)
	w.respond(response)
	failed := w.syncNow()
	if failed.Status != portal.RunFailed || len(failed.Notices) != 0 {
		t.Fatalf("run: got %s (%s) with %+v, want failed without notices", failed.Status, errorText(failed), failed.Notices)
	}
	m := w.fieldMap()
	var paths []string
	for _, p := range m.Items {
		paths = append(paths, p.Path)
		if p.Customers != 2 {
			t.Errorf("customers with %s: got %d, want 2", p.Path, p.Customers)
		}
	}
	if diff := cmp.Diff(wantPaths, paths); diff != "" || m.Customers != 2 || m.RunID != nil {
		t.Errorf("field map: got %d customers of run %v, want 2 of none; paths (-want +got):\n%s", m.Customers, m.RunID, diff)
	}

	p := w.preview(mapped...)
	if p.NeedsReview || len(p.Items) != 2 {
		t.Fatalf("preview: got %+v, want two customers and no review", p)
	}
	client := p.Items[1]
	i := slices.IndexFunc(client.Changes, func(v portal.FieldValueChange) bool { return v.Field == portal.FieldType })
	if client.ID != "2" || client.Name != "Client" || client.Kind != portal.KindClient || i < 0 || *client.Changes[i].After != "CORP" {
		t.Errorf("effect: got %+v, want client 2 with the type CORP", client)
	}

	w.remap(mapped...)
	run := w.syncNow()
	if run.Status != portal.RunComplete || run.MSPs != 1 || run.Clients != 1 {
		t.Fatalf("next run: got %s (%s), %d MSPs and %d clients; want complete with one of each",
			run.Status, errorText(run), run.MSPs, run.Clients)
	}
	if len(run.Notices) == 0 || run.Notices[0].Kind != portal.NoticeFirst || len(run.Remapped) != 0 {
		t.Errorf("got notices %+v, remapped %v; want the first run's notice and nothing remapped", run.Notices, run.Remapped)
	}
	if m := w.fieldMap(); m.RunID == nil || *m.RunID != run.ID {
		t.Errorf("run of the field map: got %v, want %s", m.RunID, run.ID)
	}
	if n := value[int64](w, "select count(samples) from field_map"); n != 0 {
		t.Errorf("samples of the failed run after the next merge: got %d, want none", n)
	}
}

func testFailedFieldMapAddsPathsToThoseOfMergedRun(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	before := w.complete(reseller(1, "Partner"), corp(2, "Client", 1))
	w.respond(`[
		{"id":1,"name":"Partner","Art":"RESELLER","resellerId":null},
		{"id":2,"name":"Client","Art":"CORP","resellerId":1}]`)
	failed := w.syncNow()
	if failed.Status != portal.RunFailed || len(failed.Notices) == 0 {
		t.Errorf("run: got %s with %+v, want failed with notices", failed.Status, failed.Notices)
	} else if n := failed.Notices[0]; n.Kind != portal.NoticeDisappeared || n.Path != "type" {
		t.Errorf("notice: got %+v, want that type is no longer sent", n)
	}
	if m := w.fieldMap(); m.RunID == nil || *m.RunID != before.ID || m.Customers != 2 {
		t.Errorf("field map: got %d customers of run %v, want 2 of %s", m.Customers, m.RunID, before.ID)
	}
	if p := w.path("Art"); p.Field != nil || p.Customers != 2 {
		t.Errorf("path Art: got %+v, want it in two customers without a field", p)
	}
	if p := w.path("type"); p.Customers != 2 || p.Field == nil || !p.Absent {
		t.Errorf("path type: got %+v, want the merged run's, marked as absent", p)
	}
	if m := w.fieldMap(); !m.FailedRun || m.Items[0].Path != "Art" || m.Items[0].Absent {
		t.Errorf("field map: got %+v, want a failed run and the new path first", m)
	}
	if p := w.preview("Art", "type"); !p.NeedsReview {
		t.Errorf("preview: got %+v, want that the next run needs a review", p)
	}
	w.remap("Art", "type")
	if run := w.syncNow(); run.Status != portal.RunNeedsReview {
		t.Errorf("next run: got %s (%s), want needs_review", run.Status, errorText(run))
	}
}

func testFailedFieldMapPreviewsKnownCustomers(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(reseller(1, "Partner"), corp(2, "Client", 1))
	w.respond(`[
		{"Art":"RESELLER","Kennung":{"Nr":1},"Bezeichnung":"Partner","Betreuer":null},
		{"Art":"CORP","Kennung":{"Nr":2},"Bezeichnung":"Renamed","Betreuer":1},
		{"Art":"CORP","Kennung":{"Nr":3},"Bezeichnung":"Newcomer","Betreuer":1}]`)
	w.syncNow()

	p := w.preview("Bezeichnung", "name")
	unread := []portal.CustomerField{"id", "name", "type"}
	if !p.FailedRun || len(p.Items) != 3 || p.Items[0].Error == nil || !slices.Equal(p.Unread, unread) {
		t.Errorf("preview without an id: got %+v, want three customers that cannot be read", p)
	}
	mapped := []string{"Kennung.Nr", "id", "Bezeichnung", "name", "Art", "type", "Betreuer", "parent"}
	p = w.preview(mapped...)
	if !p.FailedRun || !p.NeedsReview || len(p.Unread) != 0 {
		t.Errorf("preview: got %+v, want customers of the failed run and a review", p)
	}
	got := map[string]string{}
	for _, item := range p.Items {
		got[item.Name] = fmt.Sprint(item.Known, " ", changesOf(item))
	}
	want := map[string]string{
		"Partner":  "true []",
		"Client":   "true [name: Client > Renamed products: Patch > - seats_used: 3 > - seats_total: 5 > - expires_on: 2031-01-31 > -]",
		"Newcomer": "false [id: - > 3 name: - > Newcomer parent: - > 1 type: - > CORP]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("effects (-want +got):\n%s", diff)
	}
	client := value[string](w, "select id::text from client where external_id = '2'")
	if !slices.ContainsFunc(p.Items, func(e portal.FieldMapEffect) bool { return e.ID == client }) {
		t.Errorf("effects: got %+v, want one of the client %s", p.Items, client)
	}

	w.remap(mapped...)
	run := w.syncNow()
	if run.Status != portal.RunNeedsReview {
		t.Fatalf("next run: got %s (%s), want needs_review", run.Status, errorText(run))
	}
	if _, err := w.service.Accept(context.Background(), w.admin, run.ID); err != nil {
		t.Fatal(err)
	}
	w.syncNow()
	if n := value[int64](w, "select count(samples) from field_map"); n != 0 {
		t.Errorf("samples of the failed run after the next merge: got %d, want none", n)
	}
	if p := w.preview("Bezeichnung", ""); p.FailedRun {
		t.Errorf("preview: got %+v, want customers of the merged run", p)
	}
}

func testFailedFieldMapPreviewsStoredJSONForUnsentPaths(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(reseller(1, "Partner"), with(corp(2, "Client", 1), customer{"gekauft": 7}))
	w.respond(`[{"id":1,"name":"Partner","type":"RESELLER"}, {"id":2,"name":"Client","type":"CORP","resellerId":1}, {"name":"X","x":[1]}]`)
	w.syncNow()
	w.respond(`{"items":[{"id":1,"name":"Partner","type":"RESELLER"}],"hasMore":true}`)
	w.mustEnd(portal.RunFailed)
	p := w.preview("gekauft", "seats_total")
	if p.FailedRun || len(p.Items) == 0 || changesOf(p.Items[0])[0] != "seats_total: 5 > 7" {
		t.Errorf("preview: got %+v, want the known client with 7 seats", p)
	}
}

func testFailedFieldMapPreviewsClientsAfterTenMSPs(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	customers, response := []customer{}, []string{}
	for id := range 20 {
		kind, name, parent := "RESELLER", fmt.Sprint("MSP ", id), "null"
		if id >= 12 {
			kind, name, parent = "CORP", fmt.Sprint("Client ", id), "100"
		}
		customers = append(customers, customer{
			"id": 100 + id, "name": name, "type": kind, "resellerId": json.RawMessage(parent), "seatsUsed": 3,
		})
		const format = `{"Ziffer":%d,"Etikett":"%s","Sorte":"%s","Obhut":%s,"Belegt":%%d}`
		response = append(response, fmt.Sprintf(format, 100+id, name, kind, parent))
	}
	w.complete(customers...)
	mapped := []string{"Ziffer", "id", "Etikett", "name", "Sorte", "type", "Obhut", "parent", "Belegt", "seats_used"}
	for used, want := range map[int]string{3: "[]", 4: "[seats_used: 3 > 4]"} {
		w.respond("[" + strings.ReplaceAll(strings.Join(response, ","), "%d", fmt.Sprint(used)) + "]")
		w.syncNow()
		p := w.preview(mapped...)
		last := slices.IndexFunc(p.Items, func(e portal.FieldMapEffect) bool { return e.Name == "Client 19" })
		if !p.FailedRun || len(p.Items) != 10 || last < 0 || fmt.Sprint(changesOf(p.Items[last])) != want {
			t.Errorf("preview with %d in use: got %+v, want ten customers of the failed run, Client 19 with %s", used, p, want)
		}
	}
}

func testFailedFieldMapIsUsedByATrial(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.respond(unknownNames)
	trial := portal.ConnectionTrial{ID: w.connection.ID}
	test, err := w.service.TryConnection(context.Background(), w.admin, trial)
	if err != nil || !test.OK || test.Code != string(connector.Unmapped) || test.Customers != nil || test.Detail == "" {
		t.Errorf("trial: got %+v, %v; want ok with %s", test, err, connector.Unmapped)
	}
	if run := w.syncNow(); run.Status != portal.RunFailed || *run.ErrorCode != string(connector.Unmapped) {
		t.Fatalf("run: got %s (%s), want failed by %s", run.Status, errorText(run), connector.Unmapped)
	}
	w.remap("Nr", "id", "Bezeichnung", "name", "Art", "type", "Betreuer", "parent")
	test, err = w.service.TryConnection(context.Background(), w.admin, trial)
	if err != nil || !test.OK || test.Code != "" || test.Customers == nil || *test.Customers != 2 {
		t.Errorf("trial with the field map: got %+v, %v; want two customers", test, err)
	}
}

func testFailedFieldMapPreviewsFieldsWithoutAPath(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.respond(unknownTypes)
	w.syncNow()
	for unread, pairs := range map[string][]string{
		"[name type]": {"Ding", "id", "Bezeichnung", ""},
		"[type]":      {"Ding", "id", "Bezeichnung", "name"},
		"[]":          {"Ding", "id", "Bezeichnung", "name", "Art", "type"},
	} {
		if p := w.preview(pairs...); fmt.Sprint(p.Unread) != unread {
			t.Errorf("fields without a path, with %q: got %v, want %s", pairs, p.Unread, unread)
		}
	}
}

func testFailedFieldMapDropsSamplesAfterMergeOfNone(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.respond(unknownTypes)
	w.syncNow()
	if n := value[int64](w, "select json_array_length(samples) from field_map"); n != 2 {
		t.Errorf("samples of the failed run: got %d, want 2", n)
	}
	w.respond("[]")
	if run := w.syncNow(); run.Status != portal.RunComplete || value[int64](w, "select count(samples) from field_map") != 0 {
		t.Errorf("run: got %s (%s), want complete without samples", run.Status, errorText(run))
	}
}

func testFailedFieldMapShowsPathsIfMergeFindsNoType(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.service = w.newService(w.scripted(untypedCall))
	w.mustEnd(portal.RunFailed)
	if p := w.path("Art"); p.Customers != 1 {
		t.Errorf("path Art: got %+v, want one customer", p)
	}
	if got := value[string](w, "select samples->0->>'Art' from field_map"); got != "CORP" {
		t.Errorf("type in the sample: got %q, want CORP", got)
	}
}
