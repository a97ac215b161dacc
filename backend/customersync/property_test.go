package customersync_test

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
	"fs-client-portal/backend/testkit/fakeheimdal"
)

// TestSyncFaults: after any sequence of customers and faults, a run that does not complete has written no row, after a
// complete one exactly the customers of its response are active, and a second run of the same response writes nothing.
// The values of the rows are tested in package postgres, which merges them.
func TestSyncFaults(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	codes := map[fakeheimdal.Fault]string{fakeheimdal.Truncated: "truncated", fakeheimdal.Message200: "bad_key"}
	reviewed := []string{"unmapped", "too_many_missing", "too_many_moved"}
	rapid.Check(t, func(r *rapid.T) {
		w := base.another(t)
		defer w.fake.Close()
		for range rapid.IntRange(1, 3).Draw(r, "runs") {
			customers := drawCustomers(r)
			w.fake.SetCustomers(slices.Collect(maps.Values(customers)))
			fault := rapid.SampledFrom([]fakeheimdal.Fault{
				fakeheimdal.None, fakeheimdal.None, fakeheimdal.None, fakeheimdal.Truncated, fakeheimdal.Message200,
			}).Draw(r, "fault")
			w.fake.SetFault(fault)
			before := w.Everything()
			run := w.syncNow()
			code, _, _ := strings.Cut(errorText(run), ":")
			if want := codes[fault]; code != want && (want != "" || !slices.Contains(reviewed, code)) {
				r.Fatalf("after the fault %q: got %q, want %q", fault, errorText(run), want)
			}
			if (code == "") != (run.Status == portal.RunComplete) {
				r.Fatalf("got the status %s with the code %q", run.Status, code)
			}
			if code != "" {
				if w.Everything() != before {
					r.Fatalf("a run that ended as %s wrote rows, want none", code)
				}
				continue
			}
			w.wantActive(r, customers)
		}
	})
}

// wantActive checks that exactly these customers are active, and that a second run of them writes nothing.
func (w *tenant) wantActive(r *rapid.T, customers map[int]customer) {
	var want, got []string
	for id := range customers {
		want = append(want, fmt.Sprint(id))
	}
	for _, row := range w.rows() {
		if fields := strings.Fields(row); fields[2] == "active" {
			got = append(got, fields[0])
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		r.Fatalf("active customers (-want +got):\n%s", diff)
	}
	w.CheckCounts(r.Fatalf)
	written := w.Everything()
	if again := w.syncNow(); again.Status != portal.RunComplete || w.Everything() != written {
		r.Fatalf("second run of the same customers: got %+v, want complete and no new row", again)
	}
}

func drawCustomers(r *rapid.T) map[int]customer {
	customers := map[int]customer{}
	// 17 is the MSSP's own account, which is no customer.
	others := rapid.IntRange(1, 40).Filter(func(id int) bool { return id != 17 })
	ids := rapid.SliceOfNDistinct(others, 0, 39, rapid.ID[int]).Draw(r, "ids")
	for _, id := range ids {
		kinds := []string{"CORP", "CORP", "CORP", "corp", "DEMO", ""}
		if id <= 6 {
			kinds = []string{"RESELLER", "RESELLER", "RESELLER", "RESELLER", "Reseller", "CORP"}
		}
		customers[id] = customer{
			"id": id, "name": rapid.SampledFrom([]string{"A", "Bø", "c'\"\\", "日本\u0000"}).Draw(r, "name"),
			"type":       rapid.SampledFrom(kinds).Draw(r, "type"),
			"resellerId": rapid.SampledFrom([]any{nil, 1, "2", 3, 17, 99, "A", "Bø", "Nobody"}).Draw(r, "parent"),
			"seatsUsed":  rapid.SampledFrom([]any{nil, 0, 3, "7", "many"}).Draw(r, "used"),
			"seatsTotal": rapid.SampledFrom([]any{nil, 5, 10}).Draw(r, "total"),
			"products":   rapid.SampledFrom([]any{nil, []string{}, []string{"Patch"}}).Draw(r, "products"),
		}
	}
	return customers
}

// rows returns a line with the stored values of each customer, by its row id.
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
