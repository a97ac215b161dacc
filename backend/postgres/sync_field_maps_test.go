package postgres_test

import (
	"context"
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

// fieldsOf returns paths of text that all customers have. One given as path=field fills that field.
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

// syncFields plays a run that reads these paths with the connection's overrides, and merges it.
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

// remap changes the field map as an admin. Pairs alternate path and field; the field "automatic" drops an override.
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

// mustRemap is remap, fails the test on an error, and discards the run that the change queues.
func (w *tenant) mustRemap(pairs ...string) {
	w.Helper()
	if _, err := w.remap(pairs...); err != nil {
		w.Fatal(err)
	}
	w.Exec("update sync_run set status = 'discarded' where mssp_id = $1 and status = 'queued'", w.ID)
}

// shortNotices returns the run's notices as "kind path".
func shortNotices(run portal.SyncRun) []string {
	all := []string{}
	for _, n := range run.Notices {
		all = append(all, fmt.Sprint(n.Kind, " ", n.Path))
	}
	return all
}

func TestFieldMap(t *testing.T) {
	t.Parallel()
	t.Run("is_empty_before_first_run", testFieldMapIsEmptyBeforeFirstRun)
	t.Run("lists_paths_of_last_run", testFieldMapListsPathsOfLastRun)
	t.Run("run_lists_changed_paths", testFieldMapRunListsChangedPaths)
	t.Run("survives_run_without_paths", testFieldMapSurvivesRunWithoutPaths)
	t.Run("unchanged_by_run_that_needs_review", testFieldMapUnchangedByRunThatNeedsReview)
	t.Run("hidden_from_other_mssps", testFieldMapHiddenFromOtherMSSPs)
	t.Run("changes_are_listed_until_seen", testFieldMapChangesAreListedUntilSeen)
	t.Run("alert_is_raised_once_and_ends_when_seen", testFieldMapAlertIsRaisedOnceAndEndsWhenSeen)
}

func testFieldMapIsEmptyBeforeFirstRun(t *testing.T) {
	t.Parallel()
	m := newTenant(t).fieldMap()
	if m.RunID != nil || len(m.Items) != 0 || len(m.Fields) != len(portal.CustomerFields) {
		t.Errorf("field map: got %+v, want no run, no path and every field", m)
	}
}

func testFieldMapListsPathsOfLastRun(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	run := w.syncFields(fieldsOf(4, "id=id", "name=name", "colour"), crowd(3))
	m := w.fieldMap()
	if m.RunID == nil || *m.RunID != run.ID || m.ReadAt == nil || m.Customers != 4 || len(m.Items) != 3 {
		t.Fatalf("field map: got %+v, want 3 paths of 4 customers of run %s", m, run.ID)
	}
	want := fieldsOf(4, "colour")[0].FieldPath
	if diff := cmp.Diff(want, m.Items[2]); diff != "" {
		t.Errorf("third path (-want +got):\n%s", diff)
	}
}

func testFieldMapRunListsChangedPaths(t *testing.T) {
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
}

func testFieldMapSurvivesRunWithoutPaths(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	run := w.syncFields(fieldsOf(4, "id=id"), crowd(3))
	w.complete(crowd(3))
	if m := w.fieldMap(); m.RunID == nil || *m.RunID != run.ID {
		t.Errorf("run of the field map: got %s, want %s", text(m.RunID), run.ID)
	}
}

func testFieldMapUnchangedByRunThatNeedsReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	first := w.syncFields(fieldsOf(41, "id=id"), crowd(40))
	run := w.syncFields(fieldsOf(3, "id=id", "colour"), crowd(2))
	if m := w.fieldMap(); run.Status != portal.RunNeedsReview || *m.RunID != first.ID {
		t.Errorf("after a run with status %s (want needs_review), run of the field map: got %s, want %s", run.Status, *m.RunID, first.ID)
	}
}

func testFieldMapHiddenFromOtherMSSPs(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.syncFields(fieldsOf(4, "id=id"), crowd(3))
	other := w.sibling()
	_, err := w.DB.FieldMap(context.Background(), other.admin, w.connection)
	_, changeErr := w.DB.ChangeFieldMap(context.Background(), other.admin, w.connection, portal.FieldMapChange{}, noJob)
	seenErr := w.DB.SeeFieldMap(context.Background(), other.admin, w.connection, postgres.NewID())
	for _, err := range []error{err, changeErr, seenErr} {
		if portal.ErrorCode(err) != portal.NotFound {
			t.Errorf("another MSSP's admin: got %v, want not_found", err)
		}
	}
}

func testFieldMapChangesAreListedUntilSeen(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	ctx := context.Background()
	wants := func(when, want string) {
		t.Helper()
		if got := w.attention(time.Hour); got != want {
			t.Errorf("attention %s: got %q, want %q", when, got, want)
		}
	}
	stamp := func() postgres.Stamp {
		s, err := w.DB.Stamp(ctx, w.admin)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	w.syncFields(fieldsOf(4, "id=id", "seats=seats_used"), crowd(3))
	wants("after the first run", "fields_changed++")
	unchanged := w.syncFields(fieldsOf(4, "id=id", "seats=seats_used"), crowd(3))
	wants("after a run without changes", "fields_changed++")
	before := stamp()
	if err := w.DB.SeeFieldMap(ctx, w.admin, w.connection, unchanged.ID); err != nil {
		t.Fatal(err)
	}
	wants("after an admin has seen the map", "-")
	if cmp.Equal(before, stamp()) {
		t.Errorf("stamp after an admin has seen the map: got %v as before, want another, so that no cached overview is shown", before)
	}
	w.syncFields(fieldsOf(4, "id=id"), crowd(3))
	if err := w.DB.SeeFieldMap(ctx, w.admin, w.connection, unchanged.ID); err != nil {
		t.Fatal(err)
	}
	wants("after a path disappeared and an admin has seen an older map", "fields_changed+")
}

func testFieldMapAlertIsRaisedOnceAndEndsWhenSeen(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	ctx := context.Background()
	raiseDue := func() []string {
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
	if got := raiseDue(); !slices.Equal(got, []string{run.ID}) {
		t.Errorf("alerts due after the first run: got %v, want that of run %s", got, run.ID)
	}
	w.syncFields(fieldsOf(4, "id=id", "colour"), crowd(3))
	if got := raiseDue(); got != nil {
		t.Errorf("alerts due after a run without changes: got %v, want none", got)
	}
	ref := postgres.RunRef{MSSPID: w.ID, ID: run.ID}
	alert, due, err := w.DB.Alert(ctx, ref, w.admin.UserID)
	if err != nil || !due || alert.Review || alert.Count != 2 || len(alert.Notices) != 1 || alert.Notices[0].Kind != portal.NoticeFirst {
		t.Errorf("alert: got %+v, %v (%v), want that of the first run with two fields", alert, due, err)
	}
	if err := w.DB.SeeFieldMap(ctx, w.admin, w.connection, run.ID); err != nil {
		t.Fatal(err)
	}
	if alert, due, err := w.DB.Alert(ctx, ref, w.admin.UserID); err != nil || due {
		t.Errorf("alert after an admin has seen the map: got %+v (%v), want none", alert, err)
	}
}

// text returns what s points to, "" for nil.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
