package postgres_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

func TestChangeFieldMap(t *testing.T) {
	t.Parallel()
	t.Run("shows_pending_fields_and_queues_run", testChangeFieldMapShowsPendingFieldsAndQueuesRun)
	t.Run("is_audited_with_before_and_after", testChangeFieldMapIsAuditedWithBeforeAndAfter)
	t.Run("writes_nothing_for_unchanged_fields", testChangeFieldMapWritesNothingForUnchangedFields)
	t.Run("rejects_path_of_no_customer", testChangeFieldMapRejectsPathOfNoCustomer)
	t.Run("drops_override_of_unlisted_path", testChangeFieldMapDropsOverrideOfUnlistedPath)
	t.Run("succeeds_for_paused_connection", testChangeFieldMapSucceedsForPausedConnection)
}

func testChangeFieldMapShowsPendingFieldsAndQueuesRun(t *testing.T) {
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
		t.Errorf("queued manual runs: got %d, want 1", n)
	}
	connection, err := w.DB.Connection(context.Background(), w.ID, w.connection)
	if want := map[string]portal.CustomerField{"colour": portal.FieldLicenceType, "seats": ""}; err != nil ||
		!cmp.Equal(connection.Fields, want) {
		t.Errorf("overrides of the next run: got %v (%v), want %v", connection.Fields, err, want)
	}
	if _, err := w.remap("colour", "automatic"); err != nil {
		t.Errorf("change while a run is queued: got %v, want no error", err)
	}
}

func testChangeFieldMapIsAuditedWithBeforeAndAfter(t *testing.T) {
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
		t.Errorf("audit detail (-want +got):\n%s", diff)
	}
}

func testChangeFieldMapWritesNothingForUnchangedFields(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.syncFields(fieldsOf(4, "id=id", "colour"), crowd(3))
	w.mustRemap("colour", "automatic")
	if n := value[int64](w, "select count(*) from audit_log where action = 'connection_fields_changed'"); n != 0 {
		t.Errorf("audit entries: got %d, want 0", n)
	}
	if n := value[int64](w, "select count(*) from sync_run"); n != 1 {
		t.Errorf("runs: got %d, want 1", n)
	}
}

func testChangeFieldMapRejectsPathOfNoCustomer(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.syncFields(fieldsOf(4, "id=id"), crowd(3))
	_, err := w.remap("colour", "name")
	if portal.ErrorCode(err) != portal.Invalid || !strings.Contains(err.Error(), "colour") {
		t.Errorf("got error %v, want invalid that names colour", err)
	}
}

func testChangeFieldMapDropsOverrideOfUnlistedPath(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.syncFields(fieldsOf(4, "id=id", "colour"), crowd(3))
	w.mustRemap("colour", "spla")
	w.Exec("update field_map set paths = '[]'")
	if m := w.fieldMap(); len(m.Items) != 1 || m.Items[0].Path != "colour" || m.Items[0].Source != portal.SourceAdmin {
		t.Errorf("paths: got %+v, want colour alone, mapped by an admin", m.Items)
	}
	m, err := w.remap("colour", "automatic")
	if err != nil || len(m.Items) != 0 {
		t.Errorf("paths after the override is dropped: got %+v (%v), want none", m.Items, err)
	}
}

func testChangeFieldMapSucceedsForPausedConnection(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.syncFields(fieldsOf(4, "id=id", "colour"), crowd(3))
	w.Exec("update mssp_product set paused = true")
	if _, err := w.remap("colour", "spla"); err != nil {
		t.Errorf("got error %v, want none", err)
	}
}

func TestRemap(t *testing.T) {
	t.Parallel()
	t.Run("of_figure_is_merged_with_reason_in_history", testRemapOfFigureIsMergedWithReasonInHistory)
	for _, field := range []portal.CustomerField{portal.FieldID, portal.FieldName, portal.FieldParent, portal.FieldType} {
		t.Run("of_"+string(field)+"_needs_review", func(t *testing.T) { testRemapNeedsReview(t, field) })
	}
	t.Run("review_lists_moves_and_new_names", testRemapReviewListsMovesAndNewNames)
}

func testRemapOfFigureIsMergedWithReasonInHistory(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.syncFields(fieldsOf(2, "id=id", "seats=seats_used", "active"), crowd(1))
	w.mustRemap("seats", "", "active", "seats_used")
	changed := crowd(1)
	nine := int64(9)
	changed[1].SeatsUsed, changed[1].Name = &nine, "Renamed"
	run := w.syncFields(fieldsOf(2, "id=id", "seats", "active=seats_used"), changed)
	if run.Status != portal.RunComplete || !slices.Equal(run.Remapped, []portal.CustomerField{portal.FieldSeatsUsed}) {
		t.Fatalf("run: got %s with remapped fields %v, want complete with seats_used", run.Status, run.Remapped)
	}
	got := value[[]string](w, `
		select array_agg(concat_ws(' ', field, reason) order by field)
		from change
		where run_id = $1`, run.ID)
	if want := []string{"name", "seats_used field_map"}; !slices.Equal(got, want) {
		t.Errorf("history: got %q, want %q", got, want)
	}
	again := w.syncFields(fieldsOf(2, "id=id", "seats", "active=seats_used"), crowd(1))
	if len(again.Remapped) != 0 {
		t.Errorf("remapped fields of the next run: got %v, want none", again.Remapped)
	}
}

func testRemapNeedsReview(t *testing.T, field portal.CustomerField) {
	t.Parallel()
	w := newTenant(t)
	w.syncFields(fieldsOf(2, "id=id", "other"), crowd(1))
	w.mustRemap("other", string(field))
	run := w.syncFields(fieldsOf(2, "id=id", "other="+string(field)), crowd(1))
	if run.Status != portal.RunNeedsReview || *run.ErrorCode != "fields_remapped" || !strings.Contains(*run.Error, string(field)) {
		t.Fatalf("run: got %s with error %q, want needs_review with an error that names the field", run.Status, text(run.Error))
	}
	if again := w.syncFields(fieldsOf(2, "id=id", "other="+string(field)), crowd(1)); again.Status != portal.RunNeedsReview {
		t.Errorf("run after one that was not reviewed: got %s, want needs_review", again.Status)
	}
}

func testRemapReviewListsMovesAndNewNames(t *testing.T) {
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
	reason := value[string](w, "select reason from change where kind = 'moved' and run_id = $1 limit 1", run.ID)
	if done.Status != portal.RunComplete || reason != "field_map" {
		t.Errorf("accepted run: got %s with reason %q of a move, want complete with field_map", done.Status, reason)
	}
}
