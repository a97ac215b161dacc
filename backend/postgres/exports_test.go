package postgres_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"fs-client-portal/backend/export"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit/wait"
)

// exported is what an export has passed to its sink.
type exported struct {
	head portal.ExportHead
	rows []portal.ExportRow
}

func (e *exported) sink() postgres.ExportSink {
	return postgres.ExportSink{
		Head: func(head portal.ExportHead) error { e.head = head; return nil },
		Row:  func(row portal.ExportRow) error { e.rows = append(e.rows, row); return nil },
	}
}

func (w *tenant) exportClients(t testing.TB, viewer portal.Viewer, q portal.ClientExport) (e exported) {
	t.Helper()
	if err := w.DB.ExportClients(t.Context(), viewer, q, e.sink()); err != nil {
		t.Fatal(err)
	}
	return e
}

func (w *tenant) exportMSPs(t testing.TB, viewer portal.Viewer, q portal.MSPExport) (e exported) {
	t.Helper()
	if err := w.DB.ExportMSPs(t.Context(), viewer, q, e.sink()); err != nil {
		t.Fatal(err)
	}
	return e
}

// walkClients reads a list page by page.
func (w *tenant) walkClients(
	t testing.TB, viewer portal.Viewer, filter portal.ClientFilter, sort string,
) (all []portal.ExportRow, total int64) {
	t.Helper()
	for q := (portal.ClientQuery{ClientFilter: filter, Sort: sort, Limit: 3}); ; {
		page, _, err := w.DB.Clients(t.Context(), viewer, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.Items {
			all = append(all, portal.ExportRow{Client: &c})
		}
		if page.NextCursor == nil {
			return all, page.Total
		}
		q.Cursor = *page.NextCursor
	}
}

// walkMSPs reads a list page by page; withClients, with all clients of each MSP by name, and after the whole list of an MSSP
// with those directly under it.
func (w *tenant) walkMSPs(
	t testing.TB, viewer portal.Viewer, filter portal.MSPFilter, sort string, withClients bool,
) (all []portal.ExportRow) {
	t.Helper()
	for q := (portal.MSPQuery{MSPFilter: filter, Sort: sort, Limit: 2}); ; {
		page, _, err := w.DB.MSPs(t.Context(), viewer, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page.Items {
			all = append(all, portal.ExportRow{MSP: &m})
			if withClients {
				clients, _ := w.walkClients(t, viewer, portal.ClientFilter{MSPID: m.ID}, "")
				all = append(all, clients...)
			}
		}
		if page.NextCursor == nil {
			break
		}
		q.Cursor = *page.NextCursor
	}
	if direct, _ := w.walkClients(t, viewer, portal.ClientFilter{MSPID: "none"}, ""); len(direct) > 0 && withClients &&
		viewer.Scope.Level == portal.LevelMSSP && filter == (portal.MSPFilter{}) {
		name := value[string](w, "select name from mssp where id = $1", w.ID)
		all = append(all, portal.ExportRow{Direct: &portal.DirectClients{MSSPName: name, Clients: int64(len(direct))}})
		all = append(all, direct...)
	}
	return all
}

// TestExportProperty checks for random worlds and viewers that an export is the walk of its list's pages, in each
// format.
func TestExportProperty(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	sorts := []string{"", "-name", "status,-seats_used", "expires_on", "-seats_total,name", "msp_name,-type"}
	mspSorts := []string{"", "-name", "-clients", "seats_used,-name", "expired", "-growth,missing"}
	rapid.Check(t, func(r *rapid.T) {
		w := base.sibling()
		world := drawDatedWorld(r, w)
		w.complete(append(world, client("98", "=Leaver", "1"), client("99", "+Leaver; \"x\", y", "")))
		w.complete(world)
		filter := portal.ClientFilter{
			Status: rapid.SampledFrom([]string{"", "", "active", "missing"}).Draw(r, "status"),
			Q:      rapid.SampledFrom([]string{"", "", "client", "leaver"}).Draw(r, "q"),
		}
		sort := rapid.SampledFrom(sorts).Draw(r, "sort")
		name := rapid.SampledFrom([]string{"mssp", "msp", "other msp", "client"}).Draw(r, "viewer")
		viewer := map[string]func() portal.Viewer{
			"mssp": func() portal.Viewer { return w.admin },
			"msp":  func() portal.Viewer { return w.atMSP("1") }, "other msp": func() portal.Viewer { return w.atMSP("2") },
			"client": func() portal.Viewer { return w.atClient("99") },
		}[name]()
		format := rapid.SampledFrom([]portal.ExportFormat{portal.ExportCSV, portal.ExportXLSX, portal.ExportNDJSON}).Draw(r, "format")
		got := w.exportClients(t, viewer, portal.ClientExport{ClientFilter: filter, Sort: sort})
		want, total := w.walkClients(t, viewer, filter, sort)
		layout, err := export.Clients("")
		wantExport(r, name+"'s clients", format, got, want, layout, err)
		if got.head.Total != total || got.head.DataAsOf == nil {
			r.Fatalf("%s: got the head %+v, want a total of %d and the data's age", name, got.head, total)
		}
		if viewer.Scope.Level == portal.LevelClient {
			return
		}
		mspFilter := portal.MSPFilter{
			Q:       rapid.SampledFrom([]string{"", "", "north"}).Draw(r, "msps"),
			Expired: rapid.SampledFrom([]string{"", "1.."}).Draw(r, "expired clients"),
		}
		mspSort := rapid.SampledFrom(mspSorts).Draw(r, "sort of MSPs")
		for _, withClients := range []string{"no", "yes"} {
			got := w.exportMSPs(t, viewer, portal.MSPExport{MSPFilter: mspFilter, Sort: mspSort, WithClients: withClients})
			layout, err := export.MSPs("", withClients == "yes")
			want := w.walkMSPs(t, viewer, mspFilter, mspSort, withClients == "yes")
			wantExport(r, name+"'s MSPs, with clients: "+withClients, format, got, want, layout, err)
			if withClients == "yes" && mspFilter == (portal.MSPFilter{}) {
				w.wantAllClients(t, viewer, got)
			}
		}
	})
}

// wantAllClients compares the clients of an export of MSPs with the list of clients.
func (w *tenant) wantAllClients(t testing.TB, viewer portal.Viewer, got exported) {
	t.Helper()
	list, _ := w.walkClients(t, viewer, portal.ClientFilter{}, "")
	exported := slices.DeleteFunc(slices.Clone(got.rows), func(row portal.ExportRow) bool { return row.Client == nil })
	id := func(row portal.ExportRow) string { return row.Client.ID }
	want, have := slices.Sorted(slices.Values(names(list, id))), slices.Sorted(slices.Values(names(exported, id)))
	if !slices.Equal(want, have) {
		t.Fatalf("clients of the export of MSPs: got %d, want the %d of the list", len(have), len(want))
	}
}

// wantExport compares an export with a walk, and with what a parser reads of its file.
func wantExport(
	r *rapid.T, what string, format portal.ExportFormat, got exported, want []portal.ExportRow, layout export.Layout, err error,
) {
	if diff := cmp.Diff(want, got.rows); err != nil || diff != "" {
		r.Fatalf("%s: the export differs from the pages (%v, -pages +export):\n%s", what, err, diff)
	}
	if int(got.head.Total) != len(want) {
		r.Fatalf("%s: got a total of %d before %d rows", what, got.head.Total, len(want))
	}
	var texts [][]string
	for _, row := range want {
		texts = append(texts, []string{nameOfRow(row), idOfRow(row)})
	}
	name, id := slices.Index(layout.Names(), "name"), slices.Index(layout.Names(), "external_id")
	var out bytes.Buffer
	file, err := export.New(format, &out, layout, export.About{ExportHead: got.head})
	if err != nil {
		r.Fatal(err)
	}
	for _, row := range got.rows {
		if err := file.Row(row); err != nil {
			r.Fatal(err)
		}
	}
	err = file.Finish()
	file.Discard()
	if err != nil {
		r.Fatal(err)
	}
	var read [][]string
	for _, record := range readBack(r, format, out.Bytes(), layout) {
		read = append(read, []string{strings.TrimPrefix(record[name], "'"), record[id]})
	}
	if diff := cmp.Diff(texts, read); diff != "" {
		r.Fatalf("%s as %s: the file differs from the rows (-rows +file):\n%s", what, format, diff)
	}
}

func nameOfRow(row portal.ExportRow) string {
	if row.Direct != nil {
		return "Directly under " + row.Direct.MSSPName
	}
	if row.MSP != nil {
		return row.MSP.Name
	}
	return row.Client.Name
}

func idOfRow(row portal.ExportRow) string {
	if row.Direct != nil {
		return ""
	}
	if row.MSP != nil {
		return row.MSP.ExternalID
	}
	return row.Client.ExternalID
}

// readBack returns the records of a file without its header.
func readBack(r *rapid.T, format portal.ExportFormat, file []byte, layout export.Layout) [][]string {
	switch format {
	case portal.ExportCSV:
		records, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff")))).ReadAll()
		if err != nil {
			r.Fatal(err)
		}
		return records[1:]
	case portal.ExportXLSX:
		book, err := excelize.OpenReader(bytes.NewReader(file))
		if err != nil {
			r.Fatal(err)
		}
		defer book.Close()
		records, err := book.GetRows(book.GetSheetName(0))
		if err != nil {
			r.Fatal(err)
		}
		return records[1:]
	}
	var records [][]string
	for line := range strings.Lines(string(file)) {
		var members map[string]any
		if err := json.Unmarshal([]byte(line), &members); err != nil {
			r.Fatalf("%v in %s", err, line)
		}
		var record []string
		for _, name := range layout.Names() {
			if members[name] == nil {
				members[name] = ""
			}
			record = append(record, fmt.Sprint(members[name]))
		}
		records = append(records, record)
	}
	return records
}

func TestExport(t *testing.T) {
	t.Parallel()
	t.Run("selection_within_scope_and_filter", testExportSelection)
	t.Run("msps_with_clients_have_direct_clients", testExportDirectClients)
	t.Run("any_selection_is_exact", testExportAnySelection)
	t.Run("msps_with_clients_of_several_pages", testExportWithClientsPages)
	t.Run("one_snapshot_while_a_sync_writes", testExportSnapshot)
	t.Run("error_of_receiver_cancels_query", testExportReceiverGone)
	t.Run("malformed_query_is_invalid", testExportMalformed)
	t.Run("ended_session_gets_nothing", testExportEndedSession)
	t.Run("audit_row_of_every_role", testExportAudit)
}

func testExportWithClientsPages(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var world []portal.Customer
	for i := range 403 { // more than two pages
		id := fmt.Sprint("m", i)
		world = append(world, msp(id, fmt.Sprintf("MSP %03d", i)))
		for n := range i % 3 {
			world = append(world, client(fmt.Sprintf("c%d-%d", i, n), fmt.Sprintf("Client %d of %s", n, id), id))
		}
	}
	w.complete(world)
	got := w.exportMSPs(t, w.admin, portal.MSPExport{WithClients: "yes", Sort: "-name"})
	if len(got.rows) != len(world) || int(got.head.Total) != len(world) {
		t.Fatalf("got %d rows of a total of %d, want %d", len(got.rows), got.head.Total, len(world))
	}
	var current *portal.MSP
	for i, row := range got.rows {
		if row.MSP != nil {
			if current != nil && current.Name <= row.MSP.Name {
				t.Fatalf("row %d: got %s after %s, want them descending", i, row.MSP.Name, current.Name)
			}
			current = row.MSP
		} else if *row.Client.MSPID != current.ID {
			t.Fatalf("row %d: got a client of %s below %s", i, *row.Client.MSPName, current.Name)
		}
	}
}

func testExportSnapshot(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var world []portal.Customer
	for i := range 50 {
		world = append(world, msp(fmt.Sprint("m", i), fmt.Sprint("MSP ", i)), client(fmt.Sprint("c", i), "Client", fmt.Sprint("m", i)))
	}
	w.complete(world)
	var got exported
	sink := got.sink()
	sink.Head = func(head portal.ExportHead) error {
		got.head = head
		w.complete(append(world, client("new", "A new client", "m1")))
		return nil
	}
	if err := w.DB.ExportMSPs(t.Context(), w.admin, portal.MSPExport{WithClients: "yes"}, sink); err != nil {
		t.Fatal(err)
	}
	if int(got.head.Total) != len(world) || len(got.rows) != len(world) {
		t.Errorf("got %d rows of a total of %d, want %d as before the sync", len(got.rows), got.head.Total, len(world))
	}
}

func testExportReceiverGone(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete([]portal.Customer{msp("1", "North"), client("10", "Client", "1")})
	w.Exec(`
		insert into client (mssp_id, id, mssp_product_id, external_id, msp_id, name, name_key, type, status, products, raw,
		                    first_seen_at, last_seen_at, changed_in)
		select c.mssp_id, gen_random_uuid(), c.mssp_product_id, n::text, c.msp_id, c.name || n, c.name_key || n, c.type,
		       c.status, c.products, c.raw, c.first_seen_at, c.last_seen_at, c.changed_in
		from client c, generate_series(1000, 20999) n
		where c.mssp_id = $1`, w.ID)
	gone := errors.New("the receiver is gone")
	rows := 0
	err := w.DB.ExportClients(t.Context(), w.admin, portal.ClientExport{}, postgres.ExportSink{
		Head: func(portal.ExportHead) error { return nil },
		Row: func(portal.ExportRow) error {
			if rows++; rows == 10 {
				return gone
			}
			return nil
		},
	})
	if !errors.Is(err, gone) || rows != 10 {
		t.Fatalf("got %v after %d rows, want the receiver's error after 10", err, rows)
	}
	wait.Until(t, 30*time.Second, "the end of the query", func() bool {
		return value[int64](w, `
			select count(*)
			from pg_stat_activity
			where datname = current_database()
			and pid <> pg_backend_pid()
			and state <> 'idle'
			and query like '%left join msp m%'`) == 0
	})
	if _, _, err := w.DB.Clients(t.Context(), w.admin, portal.ClientQuery{Limit: 1}); err != nil {
		t.Errorf("got %v for the next list, want none", err)
	}
}

func testExportMalformed(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	tooMany := strings.TrimSuffix(strings.Repeat(postgres.NewID()+",", portal.MaxExportIDs+1), ",")
	for name, c := range map[string]struct {
		q     portal.ClientExport
		field string
	}{
		"sort":   {portal.ClientExport{Sort: "nothing"}, "sort"},
		"filter": {portal.ClientExport{ClientFilter: portal.ClientFilter{SeatsUsed: "9..1"}}, "seats_used"},
		"id":     {portal.ClientExport{ExportOptions: portal.ExportOptions{IDs: "1"}}, "ids"},
		"comma":  {portal.ClientExport{ExportOptions: portal.ExportOptions{IDs: postgres.NewID() + ","}}, "ids"},
		"many":   {portal.ClientExport{ExportOptions: portal.ExportOptions{IDs: tooMany}}, "ids"},
	} {
		var got exported
		err := w.DB.ExportClients(t.Context(), w.admin, c.q, got.sink())
		var refused *portal.Error
		if !errors.As(err, &refused) || refused.Code != portal.Invalid || refused.Field != c.field {
			t.Errorf("%s: got %v, want invalid for %s", name, err, c.field)
		}
	}
}

func testExportEndedSession(t *testing.T) {
	t.Parallel()
	w := newLicensedTenant(t)
	w.Exec("update session set revoked_at = now(), revoked_reason = 'sign_out' where id = $1", w.admin.SessionID)
	var got exported
	sink := got.sink()
	sink.Head = func(portal.ExportHead) error { t.Error("got a head in an ended session"); return nil }
	err := w.DB.ExportClients(t.Context(), w.admin, portal.ClientExport{}, sink)
	if portal.ErrorCode(err) != portal.SessionRevoked || len(got.rows) != 0 {
		t.Errorf("got %d rows and %v, want session_revoked", len(got.rows), err)
	}
}

func testExportAudit(t *testing.T) {
	t.Parallel()
	w := newLicensedTenant(t)
	for name, viewer := range map[string]portal.Viewer{"mssp": w.admin, "msp": w.atMSP("1"), "client": w.atClient("10")} {
		entry := postgres.ExportAudit{ID: postgres.NewID(), List: "clients", Format: "csv", Rows: 3, Outcome: postgres.ExportComplete}
		if err := w.DB.AuditExport(context.Background(), viewer, entry); err != nil {
			t.Errorf("%s: got %v, want a row", name, err)
			continue
		}
		got := value[string](w, `
			select concat_ws(' ', action, actor_id = $2, detail ->> 'list', detail ->> 'rows', detail ->> 'outcome')
			from audit_log
			where mssp_id = $1
			and target = $3`, w.ID, viewer.UserID, entry.ID)
		if want := "export_ended t clients 3 complete"; got != want {
			t.Errorf("%s: got the row %q, want %q", name, got, want)
		}
	}
}
