package postgres_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// keptChange is a change as the table has it, or a move of a client as client_move has it: then Before or After is the
// MSP that it left or came to.
type keptChange struct {
	ID, Kind, Field, EntityID, MSPID, ClientID, Before, After, RunID string
	At                                                               time.Time
}

func (w *tenant) keptChanges() []keptChange {
	w.Helper()
	rows, err := w.Owner.Query(w.Context(), `
		select id::text, kind, coalesce(field, '') as field, entity_id::text, coalesce(msp_id::text, 'none') as msp_id,
		       coalesce(client_id::text, '') as client_id, coalesce(before_msp_id::text, 'none') as before,
		       coalesce(after_msp_id::text, 'none') as after, run_id::text, at
		from change
		where mssp_id = $1`, w.ID)
	if err != nil {
		w.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[keptChange])
	if err != nil {
		w.Fatal(err)
	}
	return all
}

// keptMoves are the moves of clients that turned, which are in no change.
func (w *tenant) keptMoves() []keptChange {
	w.Helper()
	rows, err := w.Owner.Query(w.Context(), `
		select v.id::text, case v.kind when 'removed' then 'removed' else 'moved' end as kind,
		       case v.kind when 'removed' then '' else 'msp' end as field, v.client_id::text as entity_id, v.msp_id::text, '' as client_id,
		       '' as before, '' as after, v.run_id::text, v.at
		from client_move v
		where v.mssp_id = $1
		and not exists (select from change h where h.mssp_id = v.mssp_id and h.id = v.id)`, w.ID)
	if err != nil {
		w.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[keptChange])
	if err != nil {
		w.Fatal(err)
	}
	return all
}

// seenBy returns the changes that a viewer may see. Users of an MSP see the moves from and to it, as changes of it.
func (w *tenant) seenBy(v portal.Viewer) (seen []keptChange) {
	w.Helper()
	for _, c := range w.keptChanges() {
		if v.Scope.Level == portal.LevelMSP && c.Kind == "moved" && slices.Contains([]string{c.Before, c.After}, v.Scope.MSPID) {
			c.MSPID, c.Before, c.After = v.Scope.MSPID, v.Scope.MSPID, v.Scope.MSPID
		}
		if c.visibleTo(v) {
			seen = append(seen, c)
		}
	}
	if v.Scope.Level != portal.LevelMSP {
		return seen
	}
	for _, c := range w.keptMoves() {
		if c.Before, c.After = c.MSPID, c.MSPID; c.visibleTo(v) {
			seen = append(seen, c)
		}
	}
	return seen
}

func (c keptChange) visibleTo(v portal.Viewer) bool {
	switch v.Scope.Level {
	case portal.LevelMSP:
		return c.MSPID == v.Scope.MSPID
	case portal.LevelClient:
		return c.ClientID == v.Scope.ClientID
	}
	return true
}

func (c keptChange) matches(f portal.ChangeFilter) bool {
	of := f.MSPID == "" || c.Kind != "moved" && c.MSPID == f.MSPID || c.Kind == "moved" && (c.Before == f.MSPID || c.After == f.MSPID)
	return of && (f.Kind == "" || c.Kind == f.Kind) && (f.Field == "" || c.Field == f.Field) && (f.RunID == "" || c.RunID == f.RunID) &&
		(f.CustomerID == "" || c.EntityID == f.CustomerID)
}

// TestChangesProperty checks for random worlds and viewers that any walk of the pages of any list equals the changes in
// the table, that totals and groups count them, and that the list leads from the customers of one day to those of
// another.
func TestChangesProperty(t *testing.T) {
	t.Parallel()
	t.Run("walk_and_total_equal_table", testChangesPropertyWalkAndTotalEqualTable)
	t.Run("changes_lead_from_one_day_to_another", testChangesPropertyLeadFromOneDayToAnother)
}

func testChangesPropertyWalkAndTotalEqualTable(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	rapid.Check(t, func(r *rapid.T) {
		first := newModelTest(base.sibling())
		tests := []*modelTest{first, newModelTest(first.second())}
		for range rapid.IntRange(1, 4).Draw(r, "runs") {
			tests[rapid.IntRange(0, 1).Draw(r, "connection")].step(r)
		}
		first.CheckCounts(r.Fatalf)
		kept := first.keptChanges()
		if len(kept) == 0 {
			return
		}
		some := rapid.SampledFrom(kept)
		viewers := []portal.Viewer{first.admin, first.viewerOf(some.Draw(r, "viewer"))}
		if moves := slices.DeleteFunc(slices.Clone(kept), func(c keptChange) bool { return c.Kind != "moved" }); len(moves) > 0 {
			viewers = append(viewers, first.viewerOf(rapid.SampledFrom(moves).Draw(r, "viewer of a move")))
		}
		for _, viewer := range viewers {
			first.checkList(r, viewer, first.drawChangeQuery(r, some, viewer))
		}
	})
}

// microseconds is RFC 3339 in UTC with as many digits as PostgreSQL has, so that texts sort as times.
const microseconds = "2006-01-02T15:04:05.000000Z"

// viewerOf returns a user who may see a change: of its MSP or one of a move's if there is one, else of its client, else of
// the MSSP.
func (w *tenant) viewerOf(c keptChange) portal.Viewer {
	for _, id := range []string{c.MSPID, c.After, c.Before} {
		if id != "none" {
			return w.Person(portal.MSPUser, portal.Scope{Level: portal.LevelMSP, MSSPID: w.ID, MSPID: id})
		}
	}
	if c.ClientID != "" {
		return w.Person(portal.ClientUser, portal.Scope{Level: portal.LevelClient, MSSPID: w.ID, ClientID: c.ClientID})
	}
	return w.admin
}

// drawChangeQuery draws a filter, a span, and whether many that are alike are one line.
func (w *tenant) drawChangeQuery(r *rapid.T, some *rapid.Generator[keptChange], viewer portal.Viewer) portal.ChangeQuery {
	q := portal.ChangeQuery{Grouped: rapid.SampledFrom([]string{"", "yes"}).Draw(r, "grouped")}
	use := func(name string) bool { return rapid.IntRange(0, 3).Draw(r, name) == 0 }
	if c := some.Draw(r, "of kind"); use("kind") {
		q.Kind = c.Kind
	}
	if c := some.Draw(r, "of field"); use("field") {
		q.Field = c.Field
	}
	if c := some.Draw(r, "of MSP"); use("msp_id") {
		q.MSPID = rapid.SampledFrom([]string{c.MSPID, c.Before, c.After}).Draw(r, "MSP")
	}
	if c := some.Draw(r, "of run"); use("run_id") {
		q.RunID = c.RunID
	}
	if c := some.Draw(r, "of customer"); use("customer_id") {
		q.CustomerID = c.EntityID
	}
	if c := some.Draw(r, "from"); use("since") {
		q.Since = c.At.UTC().Format(microseconds)
	}
	if c := some.Draw(r, "to"); use("until") {
		q.Until = c.At.Add(time.Microsecond).UTC().Format(microseconds)
		if q.Since >= q.Until {
			q.Since = ""
		}
	}
	return q
}

// checkList compares the walk of a list, and its total, with the table.
func (w *tenant) checkList(r *rapid.T, viewer portal.Viewer, q portal.ChangeQuery) {
	want := []string{}
	for _, c := range w.seenBy(viewer) {
		at := c.At.UTC().Format(microseconds)
		if c.matches(q.ChangeFilter) && (q.Since == "" || at >= q.Since) && (q.Until == "" || at < q.Until) {
			want = append(want, c.ID)
		}
	}
	listed, page := w.changes(viewer, q, rapid.SampledFrom([]int{1, 2, 5, 20}).Draw(r, "limit"))
	got := []string{}
	for i, c := range listed {
		if got = append(got, c.ID); c.Alike > 1 {
			opened, of := w.changes(viewer, portal.ChangeQuery{ChangeFilter: portal.ChangeFilter{GroupID: c.GroupID}}, 200)
			if got = got[:len(got)-1]; int64(len(opened)) != c.Alike || of.Total != c.Alike {
				r.Fatalf("group: got %d lines and a total of %d, want %d", len(opened), of.Total, c.Alike)
			}
			for _, line := range opened {
				got = append(got, line.ID)
			}
		}
		if i > 0 && c.At.After(listed[i-1].At) {
			r.Fatalf("got a change at %s behind one at %s, want the newest first", c.At, listed[i-1].At)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) || page.Total != int64(len(want)) {
		r.Fatalf("%s, %+v: got %d changes of a total of %d, want %d\n%s\n%s", viewer.Role, q, len(got), page.Total, len(want),
			strings.Join(got, " "), strings.Join(want, " "))
	}
}

// TestLastVisitProperty checks that the overview counts what the list since the last visit has, whenever the user has
// looked at it, and that neither loses a change that the user has not seen.
func TestLastVisitProperty(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	rapid.Check(t, func(r *rapid.T) {
		w := base.sibling()
		w.rules = postgres.MergeRules{MissingShare: 100, MissingAtLeast: 1000}
		w.complete(drawDatedWorld(r, w))
		for name, viewer := range map[string]portal.Viewer{"mssp": w.admin, "msp": w.atMSP("1")} {
			var seenTo, since *time.Time
			for range rapid.IntRange(1, 5).Draw(r, "steps") {
				switch rapid.SampledFrom([]string{"run", "visit", "pause"}).Draw(r, "step") {
				case "run":
					w.complete(drawDatedWorld(r, w))
				case "visit":
					_, page := w.changes(viewer, portal.ChangeQuery{}, 200)
					if err := w.DB.VisitChanges(w.Context(), viewer, portal.ChangeVisit{SeenTo: *page.NewestAt}); err != nil {
						r.Fatal(err)
					}
					seenTo = page.NewestAt
				case "pause":
					w.Exec("update change_visit set touched_at = touched_at - interval '31 minutes' where grant_id = $1", viewer.GrantID)
					since = seenTo
				}
				w.checkVisit(r, name, viewer, since)
			}
		}
	})
}

// checkVisit compares the overview's number with the list, and both with the changes after a time; all if it is nil.
func (w *tenant) checkVisit(r *rapid.T, name string, viewer portal.Viewer, since *time.Time) {
	var want int64
	for _, c := range w.seenBy(viewer) {
		if since == nil || c.At.After(*since) {
			want++
		}
	}
	o, _, err := w.DB.Overview(w.Context(), viewer, time.Hour)
	if err != nil {
		r.Fatal(err)
	}
	listed, page := w.changes(viewer, portal.ChangeQuery{Since: "last_visit"}, 3)
	if page.Total != want || int64(len(listed)) != want {
		r.Fatalf("%s: list since the last visit: got %d of a total of %d, want %d", name, len(listed), page.Total, want)
	}
	counted := number(o.ChangesSinceVisit)
	if since == nil && o.ChangesSinceVisit == nil {
		return
	}
	if counted != fmt.Sprint(want) {
		r.Fatalf("%s: overview: got %s changes since the last visit, want %d as in the list", name, counted, want)
	}
}
