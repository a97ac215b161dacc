package postgres_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
)

// moves returns the moves of each client, the oldest first, as "client: before(id)→after(id) known": the recorded names
// of both MSPs, the external ids of the recorded MSPs, and msps_known.
func (w *tenant) moves() []string {
	w.Helper()
	return value[[]string](w, `
		select array(
			select c.external_id || ': ' || coalesce(h.before, '∅') || '(' || coalesce(b.external_id, '') || ')→'
			       || coalesce(h.after, '∅') || '(' || coalesce(a.external_id, '') || ') ' || coalesce(h.msps_known::text, '?')
			from change h
			join client c on c.mssp_id = h.mssp_id and c.id = h.entity_id
			left join msp b on b.mssp_id = h.mssp_id and b.id = h.before_msp_id
			left join msp a on a.mssp_id = h.mssp_id and a.id = h.after_msp_id
			where h.mssp_id = $1 and h.kind = 'moved'
			order by c.external_id, h.at, h.id)`, w.ID)
}

// twins plays runs with two MSPs of the same name, others that had the same name one after the other, and a client that
// moves between them.
func twins(w *tenant) {
	world := func(parent string, names ...string) {
		w.Helper()
		all := []portal.Customer{client("9", "Client", parent)}
		for i, name := range names {
			all = append(all, msp(string(rune('1'+i)), name))
		}
		w.complete(all)
	}
	world("1", "North", "South", "Twin", "Twin")
	world("2", "North", "South", "Twin", "Twin")
	world("3", "North", "South", "Twin", "Twin")
	world("4", "North", "South", "Twin", "Twin")
	world("", "North", "South", "Twin", "Twin")
	world("1", "West", "North", "Twin", "Twin")
	world("1", "East", "North", "Twin", "Twin", "West")
}

func TestMoves(t *testing.T) {
	t.Parallel()
	t.Run("name_both_msps_by_id", testMovesNameBothMSPsByID)
	t.Run("without_ids_are_completed_by_unique_names", testMovesWithoutIDsAreCompletedByUniqueNames)
	t.Run("are_visible_to_the_mssp_only", testMovesAreVisibleToTheMSSPOnly)
}

func testMovesNameBothMSPsByID(t *testing.T) {
	w := newTenant(t)
	twins(w)
	want := []string{
		"9: North(1)→South(2) true", "9: South(2)→Twin(3) true", "9: Twin(3)→Twin(4) true",
		"9: Twin(4)→∅() true", "9: ∅()→West(1) true",
	}
	if diff := cmp.Diff(want, w.moves()); diff != "" {
		t.Errorf("moves (-want +got):\n%s", diff)
	}
}

func testMovesWithoutIDsAreCompletedByUniqueNames(t *testing.T) {
	w := newTenant(t)
	twins(w)
	s := w.sibling()
	s.complete([]portal.Customer{msp("7", "North"), msp("8", "South"), client("9", "Client", "7")})
	s.complete([]portal.Customer{msp("7", "North"), msp("8", "South"), client("9", "Client", "8")})
	w.Exec("update change set before_msp_id = null, after_msp_id = null, msps_known = null")
	w.migrate()
	// Both 1 and 2 were named North, both 1 and 5 West.
	want := []string{
		"9: North()→South(2) false", "9: South(2)→Twin() false", "9: Twin()→Twin() false",
		"9: Twin()→∅() false", "9: ∅()→West() false",
	}
	if diff := cmp.Diff(want, w.moves()); diff != "" {
		t.Errorf("moves (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"9: North(7)→South(8) true"}, s.moves()); diff != "" {
		t.Errorf("moves of the other MSSP (-want +got):\n%s", diff)
	}
	before := w.Everything()
	if w.migrate(); w.Everything() != before {
		t.Error("migrating again wrote rows, want none")
	}
}

func testMovesAreVisibleToTheMSSPOnly(t *testing.T) {
	w := testkit.NewWorld(t)
	own := w.Own
	w.Exec(t, `
		insert into change (mssp_id, id, at, entity, entity_id, kind, field, before, after, before_msp_id, after_msp_id,
		                    msps_known, version)
		values ($1, new_id(), now(), 'client', $2, 'moved', 'msp', 'a', 'b', $3, $4, true, 1)`,
		own.MSSPID, own.MSPs[0].Clients[0].ID, own.MSPs[0].ID, own.MSPs[1].ID)
	for role, viewer := range own.Viewers {
		want := int64(0)
		if role.Level() == portal.LevelMSSP {
			want = 1
		}
		if n := read(t, w.DB, viewer, "select count(*) from change where before_msp_id is not null or after = 'b'"); n != want {
			t.Errorf("moves that %s reads: got %d, want %d", role, n, want)
		}
	}
}

// changesByTime is a scope's condition on change h, with a viewer of that scope and the index for the order of time.
type changesByTime struct {
	condition string
	role      portal.Role
	index     string
}

func TestChangesByTime(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	w.Exec(t, `
		insert into change (mssp_id, id, at, entity, entity_id, msp_id, client_id, kind, version)
		select $1, new_id(), now() - n * interval '1 minute', 'client', c.id, m.id, c.id, 'changed', 1
		from generate_series(1, 5000) n
		cross join lateral (select case when n % 100 = 0 then $2 else new_id() end as id) c
		cross join lateral (select case when n % 100 = 0 then $3 else new_id() end as id) m`,
		w.Own.MSSPID, w.Own.MSPs[0].Clients[0].ID, w.Own.MSPs[0].ID)
	w.Exec(t, "analyze change")
	for name, test := range map[string]changesByTime{
		"use_index_of_mssp":   {"h.mssp_id = scope_mssp()", portal.MSSPStaff, "change_at_idx"},
		"use_index_of_msp":    {"h.mssp_id = scope_mssp() and h.msp_id = scope_msp()", portal.MSPUser, "change_msp_at_idx"},
		"use_index_of_client": {"h.mssp_id = scope_mssp() and h.client_id = scope_client()", portal.ClientUser, "change_client_at_idx"},
	} {
		t.Run(name, func(t *testing.T) { test.check(t, w) })
	}
}

// check checks that the changes are read from the index in its order, without sorting.
func (c changesByTime) check(t *testing.T, w *testkit.World) {
	var plan string
	err := w.DB.As(w.Own.Viewers[c.role]).Read(context.Background(), func(batch *pgx.Batch) {
		batch.Queue(`
			explain (format json)
			select h.id
			from change h
			where ` + c.condition + `
			and h.at < now()
			order by h.at desc, h.id desc
			limit 50`).QueryRow(func(row pgx.Row) error { return row.Scan(&plan) })
	})
	if err != nil || !strings.Contains(plan, c.index) || strings.Contains(plan, `"Sort"`) {
		t.Errorf("plan: got %s (%v), want one that reads %s without a sort", plan, err, c.index)
	}
}
