package postgres_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

// changes returns the whole list, read in pages of limit lines, and its first page.
func (w *tenant) changes(viewer portal.Viewer, q portal.ChangeQuery, limit int) ([]portal.ListedChange, portal.ChangePage) {
	w.Helper()
	var all []portal.ListedChange
	var first portal.ChangePage
	for q.Limit = limit; ; {
		page, _, err := w.DB.Changes(w.Context(), viewer, q)
		if err != nil {
			w.Fatal(err)
		}
		if q.Cursor == "" {
			first = page
		}
		if all = append(all, page.Items...); page.NextCursor == nil {
			return all, first
		}
		if len(page.Items) != limit {
			w.Fatalf("page with a next one: got %d lines, want %d", len(page.Items), limit)
		}
		q.Cursor = *page.NextCursor
	}
}

// lines returns changes as text: kind, field, name, MSP, and how many changes the line counts.
func lines(changes []portal.ListedChange) []string {
	all := []string{}
	for _, c := range changes {
		line := c.Kind + " " + c.Entity + " " + c.Name
		if c.Field != nil {
			line += " " + *c.Field
		}
		if c.MSPName != nil {
			line += " of " + *c.MSPName
		}
		if c.Alike > 1 {
			line += fmt.Sprint(" ×", c.Alike)
		}
		all = append(all, line)
	}
	slices.Sort(all)
	return all
}

func TestChanges(t *testing.T) {
	t.Parallel()
	t.Run("many_alike_are_one_line_that_opens", testChangesManyAlikeAreOneLine)
	t.Run("role_reads_its_scope", testChangesRoleReadsItsScope)
	t.Run("filters_by_msp_with_its_moves", testChangesFiltersByMSPWithItsMoves)
	t.Run("span_of_dates_is_in_time_zone", testChangesSpanOfDatesIsInTimeZone)
	t.Run("malformed_query_is_invalid", testChangesMalformedQueryIsInvalid)
	t.Run("actor_is_shown_to_mssp_only", testChangesActorIsShownToMSSPOnly)
	t.Run("fields_are_those_of_history", testChangesFieldsAreThoseOfHistory)
	t.Run("kinds_are_those_of_changes", testChangesKindsAreThoseOfChanges)
}

func testChangesManyAlikeAreOneLine(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(append(crowd(41), client("5", "Direct", "")))
	grouped, page := w.changes(w.admin, portal.ChangeQuery{Grouped: "yes"}, 50)
	want := []string{"added client Client of Partner ×41", "added client Direct", "added msp Partner"}
	if diff := cmp.Diff(want, lines(grouped)); diff != "" || page.Total != 43 {
		t.Errorf("got a total of %d, want 43; lines (-want +got):\n%s", page.Total, diff)
	}
	many := grouped[slices.IndexFunc(grouped, func(c portal.ListedChange) bool { return c.Alike > 1 })]
	opened, page := w.changes(w.admin, portal.ChangeQuery{ChangeFilter: portal.ChangeFilter{GroupID: many.GroupID}}, 10)
	if len(opened) != 41 || page.Total != 41 {
		t.Errorf("opened group: got %d lines and a total of %d, want 41", len(opened), page.Total)
	}
	if flat, _ := w.changes(w.admin, portal.ChangeQuery{}, 7); len(flat) != 43 {
		t.Errorf("ungrouped: got %d lines, want 43", len(flat))
	}
}

func testChangesRoleReadsItsScope(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	want := map[portal.Role]int64{
		portal.MSSPAdmin: 7, portal.MSSPStaff: 7, portal.MSPAdmin: 3, portal.MSPUser: 3, portal.ClientUser: 1,
	}
	for role, viewer := range w.Own.Viewers {
		for _, outside := range []portal.ChangeFilter{
			{MSPID: w.Other.MSPs[0].ID}, {CustomerID: w.Other.MSPs[0].Clients[0].ID}, {RunID: postgres.NewID()},
			{GroupID: w.Text(t, "select id::text from change_group where mssp_id = $1 limit 1", w.Other.MSSPID)},
		} {
			page, _, err := w.DB.Changes(t.Context(), viewer, portal.ChangeQuery{ChangeFilter: outside, Limit: 200})
			if err != nil || page.Total != 0 || len(page.Items) != 0 {
				t.Errorf("%s, %+v: got %d changes of a total of %d (%v), want none", role, outside, len(page.Items), page.Total, err)
			}
		}
		for _, grouped := range []string{"", "yes"} {
			page, _, err := w.DB.Changes(t.Context(), viewer, portal.ChangeQuery{Grouped: grouped, Limit: 200})
			if err != nil || page.Total != want[role] || int64(len(page.Items)) != want[role] {
				t.Errorf("%s: got %d changes of a total of %d (%v), want %d", role, len(page.Items), page.Total, err, want[role])
			}
			for _, c := range page.Items {
				if strings.Contains(c.Name, "Other") || c.Name == "" {
					t.Errorf("%s: got the name %q, want one of the own scope", role, c.Name)
				}
			}
		}
	}
	sibling := portal.ChangeQuery{ChangeFilter: portal.ChangeFilter{MSPID: w.Own.MSPs[1].ID}, Limit: 200}
	for role, want := range map[portal.Role]int64{portal.MSSPAdmin: 3, portal.MSPUser: 0, portal.ClientUser: 0} {
		if page, _, err := w.DB.Changes(t.Context(), w.Own.Viewers[role], sibling); err != nil || page.Total != want {
			t.Errorf("%s filters by the second MSP: got %d (%v), want %d", role, page.Total, err, want)
		}
	}
}

func testChangesFiltersByMSPWithItsMoves(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	at := func(of ...string) []portal.Customer {
		return []portal.Customer{msp("1", "North"), msp("2", "South"), client("3", "A", of[0]), client("4", "B", of[1]), client("5", "C", of[2])}
	}
	w.complete(at("1", "2", ""))
	run := w.complete(at("2", "", "1"))
	id := func(external string) string {
		return value[string](w, "select id::text from msp where mssp_id = $1 and external_id = $2", w.ID, external)
	}
	for _, test := range []struct {
		name   string
		filter portal.ChangeFilter
		want   []string
	}{
		{"north", portal.ChangeFilter{MSPID: id("1")},
			[]string{"added client A of North", "added msp North", "moved client A msp", "moved client C msp"}},
		{"south", portal.ChangeFilter{MSPID: id("2"), Kind: "moved"}, []string{"moved client A msp", "moved client B msp"}},
		{"directly under the MSSP", portal.ChangeFilter{MSPID: "none"},
			[]string{"added client C", "moved client B msp", "moved client C msp"}},
		{"moves of a run", portal.ChangeFilter{RunID: run.ID}, []string{"moved client A msp", "moved client B msp", "moved client C msp"}},
		{"field", portal.ChangeFilter{Field: "msp"}, []string{"moved client A msp", "moved client B msp", "moved client C msp"}},
		{"kinds", portal.ChangeFilter{MSPID: id("1"), Kind: "added,moved", Field: "!msp"},
			[]string{"added client A of North", "added msp North"}},
		{"customer", portal.ChangeFilter{CustomerID: id("1")}, []string{"added msp North"}},
	} {
		got, page := w.changes(w.admin, portal.ChangeQuery{ChangeFilter: test.filter}, 2)
		if diff := cmp.Diff(test.want, lines(got)); diff != "" || page.Total != int64(len(test.want)) {
			t.Errorf("%s: got a total of %d, want %d; lines (-want +got):\n%s", test.name, page.Total, len(test.want), diff)
		}
	}
}

func testChangesSpanOfDatesIsInTimeZone(t *testing.T) {
	t.Parallel()
	w := newTenant(t).setTimeZone("Asia/Tokyo")
	for i, at := range []string{"2026-03-01T14:59:59Z", "2026-03-01T15:00:00Z", "2026-03-02T14:59:59.999999Z", "2026-03-02T15:00:00Z"} {
		w.Exec(`
			insert into change (mssp_id, id, at, entity, entity_id, kind, field, version)
			values ($1, $2, $3, 'client', $2, 'changed', (array['name', 'type', 'spla', 'details'])[$4], 1)`, w.ID, postgres.NewID(), at, i+1)
	}
	today := w.today("Asia/Tokyo", 0)
	w.Exec(`
		insert into change (mssp_id, id, at, entity, entity_id, kind, version)
		values ($1, $2, $3::date::timestamp at time zone 'Asia/Tokyo', 'client', $2, 'added', 1)`, w.ID, postgres.NewID(), today)
	for _, test := range []struct {
		since, until string
		want         int
	}{
		{"2026-03-02", "2026-03-02", 2}, {"2026-03-02", "", 4}, {"", "2026-03-01", 1}, {"", "", 5},
		{"2026-03-01T15:00:00Z", "2026-03-02T15:00:00Z", 2}, {"2026-03-01T15:00:00.000001Z", "2026-03-02", 1},
		{"2026-03-02T00:00:00+09:00", "2026-03-03T00:00:00.000001+09:00", 3}, {"0d", "", 1}, {"1d", "", 1}, {"last_visit", "", 5},
	} {
		got, page := w.changes(w.admin, portal.ChangeQuery{Since: test.since, Until: test.until}, 2)
		if len(got) != test.want || page.Total != int64(test.want) {
			t.Errorf("%q to %q: got %d changes of a total of %d, want %d", test.since, test.until, len(got), page.Total, test.want)
		}
	}
	_, page := w.changes(w.admin, portal.ChangeQuery{Since: "2026-03-02", Until: "2026-03-02"}, 2)
	if since, until := page.Since.UTC().Format(time.RFC3339), page.Until.UTC().Format(time.RFC3339); since != "2026-03-01T15:00:00Z" ||
		until != "2026-03-02T15:00:00Z" {
		t.Errorf("a day in Tokyo: got %s to %s, want 2026-03-01T15:00:00Z to 2026-03-02T15:00:00Z", since, until)
	}
}

func testChangesMalformedQueryIsInvalid(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	for field, queries := range map[string][]portal.ChangeQuery{
		"since": {{Since: "yesterday"}, {Since: "-1d"}, {Since: "d"}, {Since: "3661d"}, {Since: "2026-02-30"}, {Since: "0000-01-01"},
			{Since: "2026-01-01T00:00:00"}},
		"until": {{Until: "last_visit"}, {Until: "1d"}, {Since: "2026-03-02", Until: "2026-03-01"}, {Since: "0d", Until: "2020-01-01"},
			{Since: "2026-03-02T00:00:00Z", Until: "2026-03-02T00:00:00Z"}},
		"msp_id":      {{ChangeFilter: portal.ChangeFilter{MSPID: "x"}}},
		"run_id":      {{ChangeFilter: portal.ChangeFilter{RunID: "none"}}},
		"group_id":    {{ChangeFilter: portal.ChangeFilter{GroupID: "'"}}},
		"customer_id": {{ChangeFilter: portal.ChangeFilter{CustomerID: "1"}}},
		"cursor":      {{Cursor: "x"}},
	} {
		for _, q := range queries {
			q.Limit = 10
			_, _, err := w.DB.Changes(t.Context(), w.admin, q)
			var refused *portal.Error
			if !errors.As(err, &refused) || refused.Code != portal.Invalid || refused.Field != field {
				t.Errorf("%+v: got %v, want invalid naming %s", q, err, field)
			}
		}
	}
	w.complete(crowd(9))
	page, _, err := w.DB.Changes(t.Context(), w.admin, portal.ChangeQuery{Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = w.DB.Changes(t.Context(), w.admin, portal.ChangeQuery{Grouped: "yes", Limit: 2, Cursor: *page.NextCursor})
	if portal.ErrorCode(err) != portal.Invalid {
		t.Errorf("cursor of the ungrouped list in the grouped one: got %v, want invalid", err)
	}
}

func testChangesActorIsShownToMSSPOnly(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(1))
	w.Exec("update sync_run set requested_by = $1 where mssp_id = $2", w.admin.UserID, w.ID)
	for name, test := range map[string]struct {
		viewer portal.Viewer
		want   bool
	}{"mssp": {w.admin, true}, "msp": {w.atMSP("1"), false}, "client": {w.atClient("100"), false}} {
		got, _ := w.changes(test.viewer, portal.ChangeQuery{}, 50)
		if len(got) == 0 || (got[0].Actor != nil) != test.want {
			t.Errorf("%s: got %d changes, the first by %v, want an actor: %t", name, len(got), got[0].Actor, test.want)
		}
	}
}

// A field that the history can show can be filtered by.
func testChangesFieldsAreThoseOfHistory(t *testing.T) {
	want := append(postgres.HistoryFields(), "msp", "details")
	got := slices.Clone(portal.ChangeFields)
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("portal.ChangeFields (-want +got):\n%s", diff)
	}
}

// A kind of the API's description can be filtered by.
func testChangesKindsAreThoseOfChanges(t *testing.T) {
	kind, _ := reflect.TypeFor[portal.Change]().FieldByName("Kind")
	if diff := cmp.Diff(strings.Split(kind.Tag.Get("enum"), ","), portal.ChangeKinds); diff != "" {
		t.Errorf("portal.ChangeKinds (-want +got):\n%s", diff)
	}
}
