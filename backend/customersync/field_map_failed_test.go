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

// respond lets the tenant's product return this text from now on, whatever it is asked.
func (w *tenant) respond(text string) {
	w.Helper()
	w.respondFor(map[string]string{customerID: text})
}

// respondFor is returns by the customer id that is asked about; about others, the product returns that of the MSSP.
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

func (w *tenant) preview(pairs ...string) portal.FieldMapPreview {
	w.Helper()
	p, err := w.service.PreviewFieldMap(context.Background(), w.admin, w.connection.ID, change(pairs...))
	if err != nil {
		w.Fatal(err)
	}
	return p
}

// changesOf is a line for each value that changes.
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

func TestFieldMapOfAFailedRun(t *testing.T) {
	t.Parallel()
	const (
		numbered = `[
			{"Nr":1,"Bezeichnung":"Partner","Art":"RESELLER","Betreuer":null},
			{"Nr":2,"Bezeichnung":"Client","Art":"CORP","Betreuer":1}]`
		untyped = `[
			{"Ding":1,"Bezeichnung":"Partner","Art":"RESELLER","Betreuer":null},
			{"Ding":2,"Bezeichnung":"Client","Art":"CORP","Betreuer":1}]`
		unnamed = `[
			{"Art":"RESELLER","Kennung":{"Nr":1},"Bezeichnung":"Partner","Betreuer":null},
			{"Art":"CORP","Kennung":{"Nr":2},"Bezeichnung":"Client","Betreuer":1}]`
	)
	for _, c := range []struct {
		does, answer  string
		mapped, paths []string
	}{
		{"shows the fields of customers without a type", untyped,
			[]string{"Ding", "id", "Bezeichnung", "name", "Art", "type", "Betreuer", "parent"}, []string{"Ding", "Bezeichnung", "Art", "Betreuer"}},
		{"shows the fields of customers none of whose names is known", numbered,
			[]string{"Nr", "id", "Bezeichnung", "name", "Art", "type", "Betreuer", "parent"}, []string{"Nr", "Bezeichnung", "Art", "Betreuer"}},
		{"shows the fields of customers without an id", unnamed,
			[]string{"Kennung.Nr", "id", "Bezeichnung", "name", "Art", "type", "Betreuer", "parent"},
			[]string{"Art", "Kennung", "Kennung.Nr", "Bezeichnung", "Betreuer"}},
	} {
		t.Run(c.does, func(t *testing.T) {
			t.Parallel()
			w := newTenant(t)
			w.respond(c.answer)
			failed := w.syncNow()
			if failed.Status != portal.RunFailed || len(failed.Notices) != 0 {
				t.Fatalf("the run is %s with %+v: %s; want failed without notices", failed.Status, failed.Notices, errorText(failed))
			}
			m := w.fieldMap()
			var paths []string
			for _, p := range m.Items {
				paths = append(paths, p.Path)
				if p.Customers != 2 {
					t.Errorf("%s is in %d customers, want 2", p.Path, p.Customers)
				}
			}
			if diff := cmp.Diff(c.paths, paths); diff != "" || m.Customers != 2 || m.RunID != nil {
				t.Errorf("map of %d customers of run %v (-want +got):\n%s", m.Customers, m.RunID, diff)
			}

			p := w.preview(c.mapped...)
			if p.NeedsReview || len(p.Items) != 2 {
				t.Fatalf("preview = %+v, want two customers and no review", p)
			}
			client := p.Items[1]
			i := slices.IndexFunc(client.Changes, func(v portal.FieldValueChange) bool { return v.Field == portal.FieldType })
			if client.ID != "2" || client.Name != "Client" || client.Kind != portal.KindClient || i < 0 || *client.Changes[i].After != "CORP" {
				t.Errorf("effect = %+v, want the client 2 with its type", client)
			}

			w.remap(c.mapped...)
			run := w.syncNow()
			if run.Status != portal.RunComplete || run.MSPs != 1 || run.Clients != 1 {
				t.Fatalf("the next run is %s with %d MSPs and %d clients: %s; want complete with one of each", run.Status, run.MSPs, run.Clients, errorText(run))
			}
			if len(run.Notices) == 0 || run.Notices[0].Kind != portal.NoticeFirst || len(run.Remapped) != 0 {
				t.Errorf("notices %+v, remapped %v; want that it was the first and nothing remapped", run.Notices, run.Remapped)
			}
			if m := w.fieldMap(); m.RunID == nil || *m.RunID != run.ID {
				t.Errorf("the map is of run %v, want %s", m.RunID, run.ID)
			}
			if n := value[int64](w, "select count(samples) from field_map"); n != 0 {
				t.Error("customers of the failed run are kept after the next was merged")
			}
		})
	}
	t.Run("keeps what the last merged run found, and adds what is new", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		before := w.complete(reseller(1, "Partner"), corp(2, "Client", 1))
		w.respond(`[
			{"id":1,"name":"Partner","Art":"RESELLER","resellerId":null},
			{"id":2,"name":"Client","Art":"CORP","resellerId":1}]`)
		failed := w.syncNow()
		if failed.Status != portal.RunFailed || len(failed.Notices) == 0 || failed.Notices[0].Kind != portal.NoticeDisappeared || failed.Notices[0].Path != "type" {
			t.Errorf("the run is %s with %+v; want failed, and that type is no longer sent", failed.Status, failed.Notices)
		}
		if m := w.fieldMap(); m.RunID == nil || *m.RunID != before.ID || m.Customers != 2 {
			t.Errorf("the map is of %d customers of run %v, want 2 of %s", m.Customers, m.RunID, before.ID)
		}
		if p := w.path("Art"); p.Field != nil || p.Customers != 2 {
			t.Errorf("path = %+v, want one of two customers that fills nothing", p)
		}
		if p := w.path("type"); p.Customers != 2 || p.Field == nil || !p.Absent {
			t.Errorf("path = %+v, want it as the merged run left it, and absent from the failed one", p)
		}
		if m := w.fieldMap(); !m.FailedRun || m.Items[0].Path != "Art" || m.Items[0].Absent {
			t.Errorf("map = %+v, want that the run failed, and what is new first", m)
		}
		if p := w.preview("Art", "type"); !p.NeedsReview {
			t.Errorf("preview = %+v, want that the next run waits for a review", p)
		}
		w.remap("Art", "type")
		if run := w.syncNow(); run.Status != portal.RunNeedsReview {
			t.Errorf("the next run is %s: %s; want one that waits for a review", run.Status, errorText(run))
		}
	})
	t.Run("previews known customers by what the failed run received", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.complete(reseller(1, "Partner"), corp(2, "Client", 1))
		w.respond(`[
			{"Art":"RESELLER","Kennung":{"Nr":1},"Bezeichnung":"Partner","Betreuer":null},
			{"Art":"CORP","Kennung":{"Nr":2},"Bezeichnung":"Renamed","Betreuer":1},
			{"Art":"CORP","Kennung":{"Nr":3},"Bezeichnung":"Newcomer","Betreuer":1}]`)
		w.syncNow()

		p := w.preview("Bezeichnung", "name")
		if !p.FailedRun || len(p.Items) != 3 || p.Items[0].Error == nil || !slices.Equal(p.Unread, []portal.CustomerField{"id", "name", "type"}) {
			t.Errorf("preview without an id = %+v, want three customers that cannot be read", p)
		}
		mapped := []string{"Kennung.Nr", "id", "Bezeichnung", "name", "Art", "type", "Betreuer", "parent"}
		p = w.preview(mapped...)
		if !p.FailedRun || !p.NeedsReview || len(p.Unread) != 0 {
			t.Errorf("preview = %+v, want customers of the failed run, and that the next run waits for a review", p)
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
			t.Errorf("no effect names the client %s", client)
		}

		w.remap(mapped...)
		run := w.syncNow()
		if run.Status != portal.RunNeedsReview {
			t.Fatalf("the next run is %s: %s; want one that waits for a review", run.Status, errorText(run))
		}
		if _, err := w.service.Accept(context.Background(), w.admin, run.ID); err != nil {
			t.Fatal(err)
		}
		w.syncNow()
		if n := value[int64](w, "select count(samples) from field_map"); n != 0 {
			t.Error("customers of the failed run are kept after the next was merged")
		}
		if p := w.preview("Bezeichnung", ""); p.FailedRun {
			t.Errorf("preview = %+v, want customers of the merged run", p)
		}
	})
	t.Run("previews by what the portal knows where the failed run received none of the fields", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.complete(reseller(1, "Partner"), with(corp(2, "Client", 1), customer{"gekauft": 7}))
		w.respond(`[{"id":1,"name":"Partner","type":"RESELLER"}, {"id":2,"name":"Client","type":"CORP","resellerId":1}, {"name":"X","x":[1]}]`)
		w.syncNow()
		w.respond(`{"items":[{"id":1,"name":"Partner","type":"RESELLER"}],"hasMore":true}`)
		w.mustEnd(portal.RunFailed)
		p := w.preview("gekauft", "seats_total")
		if p.FailedRun || len(p.Items) == 0 || changesOf(p.Items[0])[0] != "seats_total: 5 > 7" {
			t.Errorf("preview = %+v, want the known client with 7 licences", p)
		}
	})
	t.Run("shows clients too where more than ten MSPs come first, and that none would change", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		customers, answer := []customer{}, []string{}
		for id := range 20 {
			kind, name, parent := "RESELLER", fmt.Sprint("MSP ", id), "null"
			if id >= 12 {
				kind, name, parent = "CORP", fmt.Sprint("Client ", id), "100"
			}
			customers = append(customers, customer{"id": 100 + id, "name": name, "type": kind, "resellerId": json.RawMessage(parent), "seatsUsed": 3})
			answer = append(answer, fmt.Sprintf(`{"Ziffer":%d,"Etikett":"%s","Sorte":"%s","Obhut":%s,"Belegt":%%d}`, 100+id, name, kind, parent))
		}
		w.complete(customers...)
		mapped := []string{"Ziffer", "id", "Etikett", "name", "Sorte", "type", "Obhut", "parent", "Belegt", "seats_used"}
		for used, want := range map[int]string{3: "[]", 4: "[seats_used: 3 > 4]"} {
			w.respond("[" + strings.ReplaceAll(strings.Join(answer, ","), "%d", fmt.Sprint(used)) + "]")
			w.syncNow()
			p := w.preview(mapped...)
			last := slices.IndexFunc(p.Items, func(e portal.FieldMapEffect) bool { return e.Name == "Client 19" })
			if !p.FailedRun || len(p.Items) != 10 || last < 0 || fmt.Sprint(changesOf(p.Items[last])) != want {
				t.Errorf("preview with %d in use = %+v, want ten customers of the failed run, of Client 19 %s", used, p, want)
			}
		}
	})
	t.Run("can be saved as a connection, and is tested with its field map", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.respond(numbered)
		trial := portal.ConnectionTrial{ID: w.connection.ID}
		test, err := w.service.TryConnection(context.Background(), w.admin, trial)
		if err != nil || !test.OK || test.Code != string(connector.Unmapped) || test.Customers != nil || test.Detail == "" {
			t.Errorf("a test returns %+v, %v; want that it is ok and what is left to do", test, err)
		}
		if run := w.syncNow(); run.Status != portal.RunFailed || *run.ErrorCode != string(connector.Unmapped) {
			t.Fatalf("the run is %s: %s; want failed for the field map", run.Status, errorText(run))
		}
		w.remap("Nr", "id", "Bezeichnung", "name", "Art", "type", "Betreuer", "parent")
		test, err = w.service.TryConnection(context.Background(), w.admin, trial)
		if err != nil || !test.OK || test.Code != "" || test.Customers == nil || *test.Customers != 2 {
			t.Errorf("a test with the field map returns %+v, %v; want two customers", test, err)
		}
	})
	t.Run("says that customers would have no name or type", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.respond(untyped)
		w.syncNow()
		for unread, pairs := range map[string][]string{
			"[name type]": {"Ding", "id", "Bezeichnung", ""}, "[type]": {"Ding", "id", "Bezeichnung", "name"}, "[]": {"Ding", "id", "Bezeichnung", "name", "Art", "type"},
		} {
			if p := w.preview(pairs...); fmt.Sprint(p.Unread) != unread {
				t.Errorf("with %q: %v would not be read, want %s", pairs, p.Unread, unread)
			}
		}
	})
	t.Run("keeps no customers once a run was merged that found none", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.respond(untyped)
		w.syncNow()
		if n := value[int64](w, "select json_array_length(samples) from field_map"); n != 2 {
			t.Errorf("%d customers of the failed run are kept, want 2", n)
		}
		w.respond("[]")
		if run := w.syncNow(); run.Status != portal.RunComplete || value[int64](w, "select count(samples) from field_map") != 0 {
			t.Errorf("the run is %s: %s; want complete, and no customers kept", run.Status, errorText(run))
		}
	})
	t.Run("shows the fields where only the merge finds that nobody has a type", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.service = w.newService(w.scripted(untypedCall))
		w.mustEnd(portal.RunFailed)
		if p := w.path("Art"); p.Customers != 1 {
			t.Errorf("path = %+v, want one customer", p)
		}
		if got := value[string](w, "select samples->0->>'Art' from field_map"); got != "CORP" {
			t.Errorf("the type of the customer that was kept is %q, want CORP", got)
		}
	})
}
