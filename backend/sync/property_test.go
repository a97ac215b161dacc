package sync_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/heimdalstand"
)

// model is what the tables should say, kept the simple way.
type model struct {
	customers map[int]customer // as last seen
	parents   map[int]string   // as last seen, too: a customer that is missing stays where it was
	active    map[int]bool
}

// TestTheTablesEqualTheLastBelievedWorld holds for any sequence of worlds and faults: the active rows are the last
// complete world, nobody known is lost, the kept counts are what counting says, history explains every difference, and
// a second run of the same world writes nothing.
func TestTheTablesEqualTheLastBelievedWorld(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	rapid.Check(t, func(r *rapid.T) {
		w := base.another(t)
		defer w.stand.Close()
		m := model{map[int]customer{}, map[int]string{}, map[int]bool{}}
		for range rapid.IntRange(1, 3).Draw(r, "runs") {
			world := drawWorld(r)
			w.stand.SetCustomers(slices.Collect(maps.Values(world)))
			fault := rapid.SampledFrom([]heimdalstand.Fault{
				heimdalstand.None, heimdalstand.None, heimdalstand.None, heimdalstand.Truncated, heimdalstand.Message200,
			}).Draw(r, "fault")
			w.stand.Misbehave(fault)
			before, rows := w.Everything(), w.rows()
			run := w.again()
			want := m.verdict(world, fault)
			if got := said(run); !strings.HasPrefix(got, want) || (want == "") != (run.Status == portal.RunComplete) {
				r.Fatalf("the run ended as %q, want %q", got, want)
			}
			if want != "" {
				if w.Everything() != before {
					r.Fatal("a failed run wrote rows")
				}
				continue
			}
			m.believe(world)
			if strays := m.strays(); run.UnknownParents != strays {
				r.Fatalf("%d clients name a parent that is nobody, the run says %d", strays, run.UnknownParents)
			}
			w.check(r, m, rows, run)
		}
	})
}

func drawWorld(r *rapid.T) map[int]customer {
	world := map[int]customer{}
	// 17 is the MSSP's own account, which is no customer.
	others := rapid.IntRange(1, 40).Filter(func(id int) bool { return id != 17 })
	ids := rapid.SliceOfNDistinct(others, 0, 39, rapid.ID[int]).Draw(r, "ids")
	for _, id := range ids {
		kinds := []string{"CORP", "CORP", "CORP", "corp", "DEMO", ""}
		if id <= 6 {
			kinds = []string{"RESELLER", "RESELLER", "RESELLER", "RESELLER", "Reseller", "CORP"}
		}
		world[id] = customer{
			"id": id, "name": rapid.SampledFrom([]string{"A", "Bø", "c'\"\\", "日本\u0000"}).Draw(r, "name"),
			"type":       rapid.SampledFrom(kinds).Draw(r, "type"),
			"resellerId": rapid.SampledFrom([]any{nil, 1, "2", 3, 17, 99, "A", "Bø", "Nobody"}).Draw(r, "parent"),
			"seatsUsed":  rapid.SampledFrom([]any{nil, 0, 3, "7", "many"}).Draw(r, "used"),
			"seatsTotal": rapid.SampledFrom([]any{nil, 5, 10}).Draw(r, "total"),
			"products":   rapid.SampledFrom([]any{nil, []string{}, []string{"Patch"}}).Draw(r, "products"),
		}
	}
	return world
}

func kindOf(c customer) portal.CustomerKind {
	if strings.EqualFold(c["type"].(string), "RESELLER") {
		return portal.KindMSP
	}
	return portal.KindClient
}

// verdict is what a run of this world must end as: "" for complete.
func (m model) verdict(world map[int]customer, fault heimdalstand.Fault) string {
	switch fault {
	case heimdalstand.Truncated:
		return "truncated"
	case heimdalstand.Message200:
		return "bad_key"
	}
	typed, gone, msps, goneMSPs, turned, under, orphaned := len(world) == 0, 0, 0, 0, 0, 0, 0
	for _, c := range world {
		typed = typed || c["type"] != ""
	}
	if !typed {
		return "unmapped"
	}
	for id := range m.active {
		c, there := world[id]
		if !there {
			gone++
		}
		if kindOf(m.customers[id]) == portal.KindMSP {
			msps++
			if !there || kindOf(c) != portal.KindMSP {
				goneMSPs++
			}
			if there && kindOf(c) != portal.KindMSP {
				turned++
			}
		}
		if m.parents[id] != "-" && kindOf(m.customers[id]) != portal.KindMSP {
			under++
			if there && kindOf(c) != portal.KindMSP && m.with(world).parent(c) == "-" {
				orphaned++
			}
		}
	}
	tooMany := func(gone, all int) bool { return gone >= 10 && gone*5 > all }
	switch {
	case tooMany(goneMSPs, msps) || msps > 1 && turned == msps:
		if 2*turned >= goneMSPs {
			return "too_many_moved"
		}
		return "too_many_missing"
	case tooMany(gone, len(m.active)) || len(world) == 0 && len(m.active) > 0:
		return "too_many_missing"
	case tooMany(orphaned, under):
		return "too_many_moved"
	}
	return ""
}

// with is the model with the customers of a world.
func (m model) with(world map[int]customer) model {
	m.customers, m.active = maps.Clone(m.customers), map[int]bool{}
	maps.Copy(m.customers, world)
	for id := range world {
		m.active[id] = true
	}
	return m
}

func (m model) believe(world map[int]customer) {
	clear(m.active)
	for id, c := range world {
		m.customers[id], m.active[id] = c, true
	}
	for id, c := range world {
		m.parents[id] = m.parent(c)
	}
}

func (m model) parent(c customer) string {
	if kindOf(c) == portal.KindMSP {
		return "msp"
	}
	var number int
	if _, err := fmt.Sscan(fmt.Sprint(c["resellerId"]), &number); err == nil {
		if p, known := m.customers[number]; known && kindOf(p) == portal.KindMSP {
			return fmt.Sprint(number)
		}
	}
	var called []int
	for id := range m.active {
		if p := m.customers[id]; kindOf(p) == portal.KindMSP && p["name"] == c["resellerId"] {
			called = append(called, id)
		}
	}
	if len(called) == 1 {
		return fmt.Sprint(called[0])
	}
	return "-"
}

// strays are how many clients name a parent that is no customer of theirs.
func (m model) strays() (n int64) {
	for id := range m.active {
		c := m.customers[id]
		named := fmt.Sprint(c["resellerId"])
		var number int
		_, err := fmt.Sscan(named, &number)
		nobody := c["resellerId"] != nil && named != customerID && (err != nil || !m.active[number])
		if kindOf(c) == portal.KindClient && nobody && m.parent(c) == "-" {
			n++
		}
	}
	return n
}

// row is a customer's line in the table of its kind.
func (m model) row(id int) string {
	c := m.customers[id]
	status := "missing"
	if m.active[id] {
		status = "active"
	}
	used, total := number(c["seatsUsed"]), number(c["seatsTotal"])
	name := strings.ReplaceAll(c["name"].(string), "\u0000", "")
	return fmt.Sprintf("%d %s %s %s %s %s %s %v", id, kindOf(c), status, m.parents[id], name, c["type"], used+"/"+total, c["products"] != nil && len(c["products"].([]string)) > 0)
}

func number(v any) string {
	if v == nil || v == "many" {
		return "-"
	}
	return fmt.Sprint(v)
}

// rows are the customers as the tables hold them, by id.
func (w *tenant) rows() map[string]string {
	w.Helper()
	rows, err := w.Owner.Query(context.Background(), `
		select t.id::text, concat_ws(' ', external_id, kind, status, parent, name, type,
		       coalesce(seats_used::text, '-') || '/' || coalesce(seats_total::text, '-'),
		       case when cardinality(products) > 0 then 'true' else 'false' end)
		from (
			select id, external_id, 'msp' as kind, status, 'msp' as parent, name, type, seats_used, seats_total, products
			from msp where mssp_id = $1
			union all
			select c.id, c.external_id, 'client', c.status, coalesce(p.external_id, '-'), c.name, c.type, c.seats_used, c.seats_total, c.products
			from client c left join msp p on p.id = c.msp_id where c.mssp_id = $1) t
		where status <> 'removed'`, w.ID)
	if err != nil {
		w.Fatal(err)
	}
	all := map[string]string{}
	var id, line string
	if _, err := pgx.ForEachRow(rows, []any{&id, &line}, func() error { all[id] = line; return nil }); err != nil {
		w.Fatal(err)
	}
	return all
}

func (w *tenant) check(r *rapid.T, m model, before map[string]string, run portal.SyncRun) {
	after := w.rows()
	var want []string
	for id := range m.customers {
		want = append(want, m.row(id))
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Values(after))); diff != "" {
		r.Fatalf("rows (-want +got):\n%s", diff)
	}
	for id, line := range after {
		explained := value[int64](w, "select count(*) from change where run_id = $1 and entity_id = $2", run.ID, id) > 0
		if line != before[id] && !explained {
			r.Fatalf("history does not explain %q after %q", line, before[id])
		}
	}
	for id := range before {
		if _, kept := after[id]; !kept {
			r.Fatalf("%q is lost", before[id])
		}
	}
	w.CheckCounts(r.Fatalf)
	written := w.Everything()
	if again := w.again(); again.Status != portal.RunComplete || w.Everything() != written {
		r.Fatalf("a second run of the same world wrote rows: %+v", again)
	}
}
