package postgres_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// fieldsOf are paths of text, each in all customers; one given as path=field fills the field.
func fieldsOf(customers int64, paths ...string) []portal.PathStats {
	var all []portal.PathStats
	for _, text := range paths {
		name, field, filled := strings.Cut(text, "=")
		p := portal.PathStats{
			FieldPath: portal.FieldPath{
				Path: name, Types: []string{"text"}, Customers: customers, Example: "e.g. " + name, Source: portal.SourceNone,
			},
			TypeCounts: map[string]int64{"text": customers},
		}
		if filled {
			fills := portal.CustomerField(field)
			p.Field, p.Source = &fills, portal.SourceAutomatic
		}
		all = append(all, p)
	}
	return all
}

// syncFields plays a run with these paths, read with the connection's overrides.
func (w *tenant) syncFields(paths []portal.PathStats, customers []portal.Customer) portal.SyncRun {
	w.Helper()
	lease := w.lease()
	connection, err := w.DB.Connection(context.Background(), w.ID, w.connection)
	if err != nil {
		w.Fatal(err)
	}
	w.stage(lease, 1, customers)
	state := connector.State{
		Done: true, Progress: connector.Progress{Calls: 1, Seen: int64(len(customers))}, Paths: paths, Counted: int64(len(customers)),
		Fields: connection.Fields,
	}
	if _, err := w.DB.FinishCall(context.Background(), lease, state); err != nil {
		w.Fatal(err)
	}
	run, err := w.merge(lease)
	if err != nil {
		w.Fatal(err)
	}
	return run
}

func (w *tenant) fieldMap() portal.FieldMap {
	w.Helper()
	m, err := w.DB.FieldMap(context.Background(), w.admin, w.connection)
	if err != nil {
		w.Fatal(err)
	}
	return m
}

// remap lets an admin change the field map: path, field, path, field; automatic drops an override.
func (w *tenant) remap(pairs ...string) (portal.FieldMap, error) {
	change := portal.FieldMapChange{Fields: map[string]*portal.CustomerField{}}
	for i := 0; i < len(pairs); i += 2 {
		field := portal.CustomerField(pairs[i+1])
		change.Fields[pairs[i]] = &field
		if field == "automatic" {
			change.Fields[pairs[i]] = nil
		}
	}
	return w.DB.ChangeFieldMap(context.Background(), w.admin, w.connection, change, noJob)
}

// mustRemap is remap where it must go well; the run it queues is taken out of the way.
func (w *tenant) mustRemap(pairs ...string) {
	w.Helper()
	if _, err := w.remap(pairs...); err != nil {
		w.Fatal(err)
	}
	w.Exec("update sync_run set status = 'discarded' where mssp_id = $1 and status = 'queued'", w.ID)
}

func shortNotices(run portal.SyncRun) []string {
	all := []string{}
	for _, n := range run.Notices {
		all = append(all, fmt.Sprint(n.Kind, " ", n.Path))
	}
	return all
}

func TestFieldMap(t *testing.T) {
	t.Parallel()
	t.Run("is empty before the first run", func(t *testing.T) {
		t.Parallel()
		m := newTenant(t).fieldMap()
		if m.RunID != nil || len(m.Items) != 0 || len(m.Fields) != len(portal.CustomerFields) {
			t.Errorf("field map = %+v, want no run, no path and every field", m)
		}
	})
	t.Run("holds what the last run saw", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		run := w.syncFields(fieldsOf(4, "id=id", "name=name", "colour"), crowd(3))
		m := w.fieldMap()
		if m.RunID == nil || *m.RunID != run.ID || m.ReadAt == nil || m.Customers != 4 || len(m.Items) != 3 {
			t.Fatalf("field map = %+v, want 3 paths of 4 customers of run %s", m, run.ID)
		}
		want := fieldsOf(4, "colour")[0].FieldPath
		if diff := cmp.Diff(want, m.Items[2]); diff != "" {
			t.Errorf("third path (-want +got):\n%s", diff)
		}
	})
	t.Run("says in the run what changed, and only where something did", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		first := w.syncFields(fieldsOf(4, "id=id", "seats=seats_used"), crowd(3))
		second := w.syncFields(fieldsOf(4, "id=id", "seats=seats_used"), crowd(3))
		third := w.syncFields(fieldsOf(4, "id=id", "colour"), crowd(3))
		got := [][]string{shortNotices(first), shortNotices(second), shortNotices(third)}
		want := [][]string{{"first "}, {}, {"disappeared seats", "appeared colour"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("notices of three runs (-want +got):\n%s", diff)
		}
	})
	t.Run("stays as it is after a run that read no paths", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		run := w.syncFields(fieldsOf(4, "id=id"), crowd(3))
		w.complete(crowd(3))
		if m := w.fieldMap(); m.RunID == nil || *m.RunID != run.ID {
			t.Errorf("field map is of run %v, want %s", m.RunID, run.ID)
		}
	})
	t.Run("is not changed by a run that needs review", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		first := w.syncFields(fieldsOf(41, "id=id"), crowd(40))
		run := w.syncFields(fieldsOf(3, "id=id", "colour"), crowd(2))
		if m := w.fieldMap(); run.Status != portal.RunNeedsReview || *m.RunID != first.ID {
			t.Errorf("after a run that is %s the field map is of run %s, want %s", run.Status, *m.RunID, first.ID)
		}
	})
	t.Run("is not visible to another MSSP", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.syncFields(fieldsOf(4, "id=id"), crowd(3))
		other := w.sibling()
		_, err := w.DB.FieldMap(context.Background(), other.admin, w.connection)
		_, changeErr := w.DB.ChangeFieldMap(context.Background(), other.admin, w.connection, portal.FieldMapChange{}, noJob)
		seenErr := w.DB.SeeFieldMap(context.Background(), other.admin, w.connection, postgres.NewID())
		for _, err := range []error{err, changeErr, seenErr} {
			if portal.ErrorCode(err) != portal.NotFound {
				t.Errorf("another MSSP's admin gets %v, want not found", err)
			}
		}
	})
}

func TestFieldMapAttention(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	ctx := context.Background()
	stamp := func() postgres.Stamp {
		s, err := w.DB.Stamp(ctx, w.admin)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	w.syncFields(fieldsOf(4, "id=id", "seats=seats_used"), crowd(3))
	if got := w.attention(time.Hour); got != "fields_changed++" {
		t.Errorf("attention after the first run = %q, want its two fields", got)
	}
	quiet := w.syncFields(fieldsOf(4, "id=id", "seats=seats_used"), crowd(3))
	if got := w.attention(time.Hour); got != "fields_changed++" {
		t.Errorf("attention after a quiet run = %q, want that of the first still", got)
	}
	before := stamp()
	if err := w.DB.SeeFieldMap(ctx, w.admin, w.connection, quiet.ID); err != nil {
		t.Fatal(err)
	}
	if got := w.attention(time.Hour); got != "-" {
		t.Errorf("attention after an admin has looked = %q, want none", got)
	}
	if cmp.Equal(before, stamp()) {
		t.Error("the stamp is the same after an admin has looked, so an overview that was kept would be shown again")
	}
	w.syncFields(fieldsOf(4, "id=id"), crowd(3))
	if err := w.DB.SeeFieldMap(ctx, w.admin, w.connection, quiet.ID); err != nil {
		t.Fatal(err)
	}
	if got := w.attention(time.Hour); got != "fields_changed+" {
		t.Errorf("attention after a path is gone and an older map was looked at = %q, want one change", got)
	}
}

func TestFieldMapAlert(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	ctx := context.Background()
	due := func() []string {
		refs, err := w.DB.DueAlerts(ctx, 2)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, ref := range refs {
			ids = append(ids, ref.ID)
			if err := w.DB.RaiseAlert(ctx, ref, func(context.Context, pgx.Tx, []string) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
		return ids
	}
	run := w.syncFields(fieldsOf(4, "id=id", "colour"), crowd(3))
	if got := due(); !slices.Equal(got, []string{run.ID}) {
		t.Errorf("due after the first run = %v, want %s", got, run.ID)
	}
	w.syncFields(fieldsOf(4, "id=id", "colour"), crowd(3))
	if got := due(); got != nil {
		t.Errorf("due again = %v, want none", got)
	}
	ref := postgres.RunRef{MSSPID: w.ID, ID: run.ID}
	alert, still, err := w.DB.Alert(ctx, ref, w.admin.UserID)
	if err != nil || !still || alert.Review || alert.Count != 2 || len(alert.Notices) != 1 || alert.Notices[0].Kind != portal.NoticeFirst {
		t.Errorf("alert = %+v, %v, %v; want the first run's two fields", alert, still, err)
	}
	if err := w.DB.SeeFieldMap(ctx, w.admin, w.connection, run.ID); err != nil {
		t.Fatal(err)
	}
	if alert, still, err := w.DB.Alert(ctx, ref, w.admin.UserID); err != nil || still {
		t.Errorf("alert after an admin has looked = %+v, %v; want none", alert, err)
	}
}

func TestChangeFieldMap(t *testing.T) {
	t.Parallel()
	t.Run("shows what the next run uses, and queues it", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.syncFields(fieldsOf(4, "id=id", "colour", "seats=seats_used"), crowd(3))
		m, err := w.remap("colour", "licence_type", "seats", "")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, item := range m.Items {
			field := portal.CustomerField("-")
			if item.Field != nil {
				field = *item.Field
			}
			got = append(got, fmt.Sprint(item.Path, " ", field, " ", item.Source, " ", item.Pending))
		}
		want := []string{"id id automatic false", "colour licence_type admin true", "seats - admin true"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("field map (-want +got):\n%s", diff)
		}
		if n := value[int64](w, "select count(*) from sync_run where status = 'queued' and trigger = 'manual'"); n != 1 {
			t.Errorf("%d runs are queued, want 1", n)
		}
		connection, err := w.DB.Connection(context.Background(), w.ID, w.connection)
		if want := map[string]portal.CustomerField{"colour": portal.FieldLicenceType, "seats": ""}; err != nil ||
			!cmp.Equal(connection.Fields, want) {
			t.Errorf("the next run reads with %v, %v; want %v", connection.Fields, err, want)
		}
		if _, err := w.remap("colour", "automatic"); err != nil {
			t.Errorf("a change while a run is queued: %v", err)
		}
	})
	t.Run("is audited with before and after", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.syncFields(fieldsOf(4, "id=id", "colour", "seats=seats_used"), crowd(3))
		w.mustRemap("colour", "licence_type")
		w.mustRemap("colour", "", "seats", "seats_total")
		detail := value[string](w, `
			select detail::text
			from audit_log
			where action = 'connection_fields_changed' and target = $1
			order by id desc
			limit 1`, w.connection)
		var got map[string]map[string]string
		if err := json.Unmarshal([]byte(detail), &got); err != nil {
			t.Fatal(err)
		}
		want := map[string]map[string]string{
			"before": {"colour": "licence_type", "seats": "automatic"}, "after": {"colour": "nothing", "seats": "seats_total"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("audited (-want +got):\n%s", diff)
		}
	})
	t.Run("does nothing where nothing changes", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.syncFields(fieldsOf(4, "id=id", "colour"), crowd(3))
		w.mustRemap("colour", "automatic")
		if n := value[int64](w, "select count(*) from audit_log where action = 'connection_fields_changed'"); n != 0 {
			t.Errorf("%d lines are in the audit log, want none", n)
		}
		if n := value[int64](w, "select count(*) from sync_run"); n != 1 {
			t.Errorf("%d runs, want 1", n)
		}
	})
	t.Run("refuses a path that no customer has", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.syncFields(fieldsOf(4, "id=id"), crowd(3))
		_, err := w.remap("colour", "name")
		if portal.ErrorCode(err) != portal.Invalid || !strings.Contains(err.Error(), "colour") {
			t.Errorf("error %v, want invalid naming colour", err)
		}
	})
	t.Run("takes back the override of a path that is no longer listed", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.syncFields(fieldsOf(4, "id=id", "colour"), crowd(3))
		w.mustRemap("colour", "spla")
		w.Exec("update field_map set paths = '[]'")
		if m := w.fieldMap(); len(m.Items) != 1 || m.Items[0].Path != "colour" || m.Items[0].Source != portal.SourceAdmin {
			t.Errorf("paths = %+v, want the one that an admin has mapped", m.Items)
		}
		m, err := w.remap("colour", "automatic")
		if err != nil || len(m.Items) != 0 {
			t.Errorf("after it was taken back: %+v, %v; want none", m.Items, err)
		}
	})
	t.Run("waits for a paused connection", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.syncFields(fieldsOf(4, "id=id", "colour"), crowd(3))
		w.Exec("update mssp_product set paused = true")
		if _, err := w.remap("colour", "spla"); err != nil {
			t.Errorf("error %v, want none", err)
		}
	})
}

func TestRemap(t *testing.T) {
	t.Parallel()
	t.Run("of a figure is merged at once, and history says why", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.syncFields(fieldsOf(2, "id=id", "seats=seats_used", "active"), crowd(1))
		w.mustRemap("seats", "", "active", "seats_used")
		changed := crowd(1)
		nine := int64(9)
		changed[1].SeatsUsed, changed[1].Name = &nine, "Renamed"
		run := w.syncFields(fieldsOf(2, "id=id", "seats", "active=seats_used"), changed)
		if run.Status != portal.RunComplete || !slices.Equal(run.Remapped, []portal.CustomerField{portal.FieldSeatsUsed}) {
			t.Fatalf("the run is %s and remapped %v, want complete and seats_used", run.Status, run.Remapped)
		}
		got := value[[]string](w, `
			select array_agg(concat_ws(' ', field, reason) order by field)
			from change
			where run_id = $1`, run.ID)
		if want := []string{"name", "seats_used field_map"}; !slices.Equal(got, want) {
			t.Errorf("history = %q, want %q", got, want)
		}
		again := w.syncFields(fieldsOf(2, "id=id", "seats", "active=seats_used"), crowd(1))
		if len(again.Remapped) != 0 {
			t.Errorf("the run after it remapped %v, want nothing", again.Remapped)
		}
	})
	for _, field := range []portal.CustomerField{portal.FieldID, portal.FieldName, portal.FieldParent, portal.FieldType} {
		t.Run("of "+string(field)+" waits for a review", func(t *testing.T) {
			t.Parallel()
			w := newTenant(t)
			w.syncFields(fieldsOf(2, "id=id", "other"), crowd(1))
			w.mustRemap("other", string(field))
			run := w.syncFields(fieldsOf(2, "id=id", "other="+string(field)), crowd(1))
			if run.Status != portal.RunNeedsReview || *run.ErrorCode != "fields_remapped" || !strings.Contains(*run.Error, string(field)) {
				t.Fatalf("the run is %s: %v; want one that needs review and names the field", run.Status, run.Error)
			}
			if again := w.syncFields(fieldsOf(2, "id=id", "other="+string(field)), crowd(1)); again.Status != portal.RunNeedsReview {
				t.Errorf("the run after one that was not reviewed is %s, want needs_review", again.Status)
			}
		})
	}
	t.Run("shows every move and new name before it is accepted", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		known := []portal.Customer{
			msp("1", "One"), msp("2", "Two"), client("11", "Mover", "1"), client("12", "Loose", "1"), client("13", "Gone", "1"),
			client("14", "Old name", "2"), client("15", "Same", "2"), client("16", "Turner", "2"), client("17", "Newly under", ""),
		}
		w.syncFields(fieldsOf(9, "id=id", "partner"), known)
		w.mustRemap("partner", "parent")
		next := []portal.Customer{
			msp("1", "One"), msp("2", "Two"), msp("3", "Three"), client("11", "Mover", "3"), client("12", "Loose", ""),
			client("14", "New name", "2"), client("15", "Same", "2"), msp("16", "Turner"), client("17", "Newly under", "2"),
		}
		run := w.syncFields(fieldsOf(9, "id=id", "partner=parent"), next)
		review, err := w.DB.Review(context.Background(), w.admin, run.ID, portal.ReviewQuery{Limit: 50})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, item := range review.Items {
			got = append(got, strings.Join([]string{
				item.Name, text(item.MSPName), string(item.Effect), text(item.ToMSPName) + text(item.ToName),
			}, " | "))
		}
		want := []string{
			"Gone | One | missing | ", "Loose | One | detached | ", "Mover | One | moved | Three", "Newly under |  | moved | Two",
			"Old name | Two | renamed | New name", "Turner | Two | turned | RESELLER",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("review (-want +got):\n%s", diff)
		}
		done := w.accepted(run)
		if done.Status != portal.RunComplete ||
			value[string](w, "select reason from change where kind = 'moved' and run_id = $1 limit 1", run.ID) != "field_map" {
			t.Errorf("accepted it is %s, want complete with reasons in its history", done.Status)
		}
	})
}

func TestReviewSaysWhatWouldBecomeOfEachCustomer(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(20))
	detached := crowd(20)
	for i := range detached[1:] {
		detached[i+1].ParentID = ""
	}
	run := w.reviewed(detached)
	effects := value[[]string](w, "select array_agg(distinct effect) from sync_vanishing where run_id = $1", run.ID)
	if want := []string{"detached"}; !slices.Equal(effects, want) {
		t.Errorf("effects = %v, want %v", effects, want)
	}
}

func TestSampleCustomers(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	all := crowd(30)
	all[7].Raw = json.RawMessage(`{"id":7,"colour":"red \u0026 \"blue\" \\"}`)
	w.complete(all)
	sample := func(db *postgres.DB, name string) []postgres.RawCustomer {
		found, err := db.SampleCustomers(context.Background(), w.admin, w.connection, []string{name})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if found := sample(w.DB, "colour"); len(found) != 1 || string(found[0].Raw) != `{"id":7,"colour":"red \u0026 \"blue\" \\"}` || found[0].Kind != portal.KindClient {
		t.Errorf("sample = %+v, want the only customer with a colour", found)
	}
	if found := sample(w.DB, "unheard of"); len(found) != 31 {
		t.Errorf("%d customers, want all 31 where none has the name", len(found))
	}
	db, trips := counted(t, w.URLs)
	cost := func(name string) int64 {
		sample(db, name) // prepares the statements
		before := trips()
		sample(db, name)
		return trips() - before
	}
	if found, others := cost("colour"), cost("unheard of"); found >= others {
		t.Errorf("%d round trips where customers have the name and %d where none has, want fewer", found, others)
	}
	w.Exec("update client set status = 'missing' where external_id <> $1", all[7].ExternalID)
	if found := sample(w.DB, "unheard of"); len(found) != 2 {
		t.Errorf("%d customers, want the MSP and the only client that is not missing", len(found))
	}
}

func TestCustomersByID(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(3))
	ids := value[[]string](w, "select array_agg(external_id) from client where status <> 'removed'")
	w.Exec("update client set status = 'removed' where external_id = $1", ids[0])
	known, err := w.DB.CustomersByID(context.Background(), w.admin, w.connection, append(ids, "unheard of"))
	if err != nil || len(known) != len(ids)-1 || known[ids[1]].ExternalID != ids[1] || known[ids[1]].Kind != portal.KindClient {
		t.Errorf("customers = %+v, %v; want the clients %q", known, err, ids[1:])
	}
	other := w.sibling()
	if known, err := w.DB.CustomersByID(context.Background(), other.admin, w.connection, ids); err != nil || len(known) != 0 {
		t.Errorf("another tenant finds %+v, %v; want none", known, err)
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
