package postgres_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
)

// TestClientMoves checks what users of MSPs see of clients that come to their MSP or leave it.
func TestClientMoves(t *testing.T) {
	t.Parallel()
	t.Run("client_comes_and_leaves", testClientMovesComesAndLeaves)
	t.Run("time_elsewhere_is_not_shown", testClientMovesTimeElsewhereIsNotShown)
	t.Run("many_are_one_line_whatever_their_msps", testClientMovesManyAreOneLine)
	t.Run("filters", testClientMovesFilters)
	t.Run("client_that_turns_is_removed", testClientMovesClientThatTurnsIsRemoved)
	t.Run("role_reads_its_own", testClientMovesRoleReadsItsOwn)
	t.Run("migration_writes_those_from_before", testClientMovesMigration)
}

// moveLines returns changes as text, with the values, what is hidden, and whether the customer has left.
func moveLines(changes []portal.ListedChange) []string {
	all := []string{}
	for _, c := range changes {
		parts := []string{c.Kind, c.Name, text(c.Field), text(c.Before) + "→" + text(c.After)}
		if c.Elsewhere != nil {
			parts = append(parts, "elsewhere "+*c.Elsewhere)
		}
		if c.Left {
			parts = append(parts, "left")
		}
		all = append(all, strings.Join(parts, " "))
	}
	slices.Sort(all)
	return all
}

// movingWorld returns three MSPs, and client 9 under one of them.
func movingWorld(name, parent string) []portal.Customer {
	return []portal.Customer{msp("1", "North"), msp("2", "South"), msp("3", "West"), client("9", name, parent)}
}

func testClientMovesComesAndLeaves(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(movingWorld("A", "1"))
	w.complete(movingWorld("A", "2"))
	w.complete(movingWorld("A", ""))
	w.complete(movingWorld("A", "3"))
	for external, want := range map[string][]string{
		"1": {"added A  →A left", "added North  →North", "moved A msp North→ elsewhere after left"},
		"2": {"added South  →South", "moved A msp South→ elsewhere after left", "moved A msp →South elsewhere before left"},
		"3": {"added West  →West", "moved A msp →West elsewhere before"},
	} {
		got, page := w.changes(w.atMSP(external), portal.ChangeQuery{}, 2)
		if diff := cmp.Diff(want, moveLines(got)); diff != "" || page.Total != int64(len(want)) {
			t.Errorf("MSP %s: got a total of %d, want %d; lines (-want +got):\n%s", external, page.Total, len(want), diff)
		}
	}
}

func testClientMovesTimeElsewhereIsNotShown(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	licensed := func(name, parent string, seats int64) []portal.Customer {
		world := movingWorld(name, parent)
		world[3].SeatsTotal = &seats
		return world
	}
	w.complete(licensed("At North", "1", 10))
	w.complete(licensed("At South", "2", 20))
	w.complete(licensed("Later at South", "2", 30))
	w.complete(licensed("Back at North", "1", 40))
	w.complete(licensed("Present", "1", 50))
	north, south := w.atMSP("1"), w.atMSP("2")
	if got, _ := w.changes(south, portal.ChangeQuery{ChangeFilter: portal.ChangeFilter{Kind: "moved"}}, 5); len(got) != 2 ||
		got[0].Name != "Later at South" || !got[0].Left {
		t.Errorf("South's moves: got %v, want two with the name when the client left", moveLines(got))
	}
	want := []string{
		"added Present  →At North", "changed Present name Back at North→Present", "changed Present name →Back at North elsewhere before",
		"changed Present seats_total 40→50", "changed Present seats_total →40 elsewhere before",
		"moved Present msp North→ elsewhere after", "moved Present msp →North elsewhere before",
	}
	id := value[string](w, "select id::text from client where mssp_id = $1 and external_id = '9'", w.ID)
	listed, _ := w.changes(north, portal.ChangeQuery{ChangeFilter: portal.ChangeFilter{CustomerID: id}}, 3)
	if diff := cmp.Diff(want, moveLines(listed)); diff != "" {
		t.Errorf("North's changes of the client (-want +got):\n%s", diff)
	}
	detail, err := w.DB.Client(t.Context(), north, id)
	if err != nil {
		t.Fatal(err)
	}
	history := make([]portal.ListedChange, len(detail.History))
	for i, c := range detail.History {
		history[i] = portal.ListedChange{Change: c, Name: "Present"}
	}
	if diff := cmp.Diff(want, moveLines(history)); diff != "" {
		t.Errorf("North's history of the client (-want +got):\n%s", diff)
	}
	south2 := value[string](w, "select id::text from msp where mssp_id = $1 and external_id = '2'", w.ID)
	if seen, _ := json.Marshal([]any{listed, detail}); strings.Contains(string(seen), "South") || strings.Contains(string(seen), south2) {
		t.Errorf("got the other MSP's name or id in what North sees: %s", seen)
	}
}

func testClientMovesManyAreOneLine(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	world := []portal.Customer{msp("1", "North"), msp("2", "South"), msp("3", "West")}
	for i := range 6 {
		world = append(world, client(string(rune('a'+i)), "Client", []string{"1", "2", ""}[i%3]))
	}
	w.complete(world)
	for i := 3; i < len(world); i++ {
		world[i].ParentID = "3"
	}
	w.complete(world)
	west := w.atMSP("3")
	moved := portal.ChangeFilter{Kind: "moved"}
	lines, page := w.changes(west, portal.ChangeQuery{ChangeFilter: moved, Grouped: "yes"}, 5)
	if len(lines) != 1 || lines[0].Alike != 6 || page.Total != 6 {
		t.Fatalf("got %d lines and a total of %d, want one line of 6", len(lines), page.Total)
	}
	opened, page := w.changes(west, portal.ChangeQuery{ChangeFilter: portal.ChangeFilter{GroupID: lines[0].GroupID}}, 4)
	if len(opened) != 6 || page.Total != 6 {
		t.Errorf("opened group: got %d lines and a total of %d, want 6", len(opened), page.Total)
	}
	if lines, page := w.changes(w.atMSP("1"), portal.ChangeQuery{ChangeFilter: moved, Grouped: "yes"}, 5); len(lines) != 2 || page.Total != 2 {
		t.Errorf("North: got %d lines and a total of %d, want 2", len(lines), page.Total)
	}
	if lines, _ := w.changes(w.admin, portal.ChangeQuery{ChangeFilter: moved}, 5); len(lines) != 6 {
		t.Errorf("administrator: got %d lines, want 6", len(lines))
	}
}

func testClientMovesFilters(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(movingWorld("A", "1"))
	run := w.complete(movingWorld("A", "2"))
	id := func(external string) string {
		return value[string](w, "select id::text from msp where mssp_id = $1 and external_id = $2", w.ID, external)
	}
	moveOf := value[string](w, "select id::text from change_group where mssp_id = $1 and kind = 'moved'", w.ID)
	for name, test := range map[string]struct {
		filter portal.ChangeFilter
		want   int
	}{
		"kind": {portal.ChangeFilter{Kind: "moved"}, 1}, "other kinds": {portal.ChangeFilter{Kind: "!moved"}, 2},
		"field": {portal.ChangeFilter{Field: "msp"}, 1}, "run": {portal.ChangeFilter{RunID: run.ID}, 1},
		"own MSP": {portal.ChangeFilter{MSPID: id("1")}, 3}, "the other MSP": {portal.ChangeFilter{MSPID: id("2")}, 0},
		"none": {portal.ChangeFilter{MSPID: "none"}, 0}, "group of the MSSP": {portal.ChangeFilter{GroupID: moveOf}, 0},
	} {
		if got, page := w.changes(w.atMSP("1"), portal.ChangeQuery{ChangeFilter: test.filter}, 2); len(got) != test.want ||
			page.Total != int64(test.want) {
			t.Errorf("%s: got %d lines and a total of %d, want %d", name, len(got), page.Total, test.want)
		}
	}
}

func testClientMovesClientThatTurnsIsRemoved(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(movingWorld("A", "1"))
	turned := movingWorld("A", "")
	turned[3] = msp("9", "A")
	w.complete(turned)
	w.complete(movingWorld("B", "2"))
	want := []string{"added A  →A left", "added North  →North", "moved A msp North→ elsewhere after left", "removed A  → left"}
	got, page := w.changes(w.atMSP("1"), portal.ChangeQuery{}, 2)
	if diff := cmp.Diff(want, moveLines(got)); diff != "" || page.Total != int64(len(want)) {
		t.Errorf("North: got a total of %d, want %d; lines (-want +got):\n%s", page.Total, len(want), diff)
	}
	moved, _ := w.changes(w.atMSP("2"), portal.ChangeQuery{ChangeFilter: portal.ChangeFilter{Kind: "moved"}}, 2)
	if diff := cmp.Diff([]string{"moved B msp →South elsewhere before"}, moveLines(moved)); diff != "" {
		t.Errorf("South (-want +got):\n%s", diff)
	}
	w.CheckCounts(t.Errorf)
}

func testClientMovesRoleReadsItsOwn(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	for _, of := range []testkit.Tenant{w.Own, w.Other} {
		w.Exec(t, `
			insert into change (mssp_id, id, at, entity, entity_id, kind, field, before, after, before_msp_id, after_msp_id,
			                    msps_known, version)
			values ($1, new_id(), now(), 'client', $2, 'moved', 'msp', 'a', 'b', $3, $4, true, 1)`,
			of.MSSPID, of.MSPs[0].Clients[0].ID, of.MSPs[0].ID, of.MSPs[1].ID)
	}
	for role, viewer := range w.Own.Viewers {
		want := map[portal.Level]int64{portal.LevelMSSP: -1, portal.LevelMSP: 1, portal.LevelClient: -1}[role.Level()]
		for _, table := range []string{"client_move", "client_move_group"} {
			if n := read(t, w.DB, viewer, "select count(*) from "+table); n != want {
				t.Errorf("%s, %s: got %d rows, want %d", role, table, n, want)
			}
		}
	}
}

// A server of an older version has moved clients: before the migration without the trigger, then with it.
func testClientMovesMigration(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(movingWorld("A", "1"))
	w.Exec("drop table client_move, client_move_group")
	w.Exec("drop trigger change_client_moves on change")
	w.Exec("drop function count_client_moves, write_client_moves, note_client_moves")
	w.complete(movingWorld("B", "2"))
	w.complete(movingWorld("C", "2"))
	w.complete(movingWorld("C", ""))
	w.complete(movingWorld("D", ""))
	file, err := os.ReadFile("migrations/00039_client_moves.sql")
	if err != nil {
		t.Fatal(err)
	}
	w.Exec(strings.Join(gooseSteps(string(file)), ";\n"))
	w.CheckCounts(t.Errorf)
	got := value[[]string](w, `
		select array(
			select concat_ws(' ', p.external_id, v.kind, v.name, v.msp_name)
			from client_move v
			join msp p on p.mssp_id = v.mssp_id and p.id = v.msp_id
			where v.mssp_id = $1
			order by v.at, v.kind)`, w.ID)
	if diff := cmp.Diff([]string{"2 came South", "1 left A North", "2 left C South"}, got); diff != "" {
		t.Errorf("moves (-want +got):\n%s", diff)
	}
	w.complete(movingWorld("D", "3"))
	w.CheckCounts(t.Errorf)
}
