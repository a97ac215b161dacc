package postgres_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fs-client-portal/backend/portal"
)

// TestClientGroupsProperty checks for random worlds, viewers, filters and sorts that grouped clients are those of the list,
// each MSP's together, and that the subtotals are the sums over them and add up to the total, on each page of any walk.
func TestClientGroupsProperty(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	rapid.Check(t, func(r *rapid.T) {
		w := drawListedWorld(r, base.sibling())
		for name, viewer := range w.viewers {
			w.checkGroups(r, name, viewer)
		}
	})
}

func (w *listedWorld) checkGroups(r *rapid.T, name string, viewer portal.Viewer) {
	filter := portal.ClientFilter{}
	if rapid.Bool().Draw(r, "filtered") {
		filter, _ = drawFilter[portal.ClientFilter](r, w, clientColumns)
	}
	order := rapid.SampledFrom([]string{"", "name", "-name", "-seats_used,name", "expires_on", "status,-seats_total"}).Draw(r, "sort")
	read := func(q portal.ClientQuery) portal.ClientPage {
		q.ClientFilter, q.Sort = filter, order
		page, _, err := w.DB.Clients(w.Context(), viewer, q)
		if err != nil {
			r.Fatalf("clients of %s by %+v: %v", name, q, err)
		}
		return page
	}
	plain, whole := read(portal.ClientQuery{Limit: 200}), read(portal.ClientQuery{Group: "msp", Limit: 200})
	id := func(c portal.Client) string { return c.ID }
	if whole.Total != plain.Total {
		r.Fatalf("%s by %+v: got a total of %d in groups, want %d", name, filter, whole.Total, plain.Total)
	}
	if diff := cmp.Diff(groupedIDs(plain.Items), names(whole.Items, id)); diff != "" {
		r.Fatalf("%s by %+v and %q: clients in groups (-want +got):\n%s", name, filter, order, diff)
	}
	if diff := cmp.Diff(wantGroups(whole.Items), whole.Groups); diff != "" {
		r.Fatalf("%s by %+v: groups (-want +got):\n%s", name, filter, diff)
	}
	walkPages(r, order, whole.Items, func(cursor string, limit int) ([]portal.Client, *string, int64) {
		page := read(portal.ClientQuery{Group: "msp", Cursor: cursor, Limit: limit})
		for _, g := range page.Groups {
			if !slices.ContainsFunc(whole.Groups, func(other portal.ClientGroup) bool { return cmp.Equal(g, other) }) {
				r.Fatalf("%s by %+v: got the group %+v on a page, want one of %+v", name, filter, g, whole.Groups)
			}
		}
		if of := wantGroups(page.Items); len(of) != len(page.Groups) {
			r.Fatalf("%s by %+v: got %d groups on a page of %d", name, filter, len(page.Groups), len(of))
		}
		return page.Items, page.NextCursor, page.Total
	})
}

// groupedIDs returns the ids of a sorted list of clients as groups have them.
func groupedIDs(clients []portal.Client) []string {
	var direct []string
	byMSP, keys := map[string][]string{}, []string{}
	for _, c := range clients {
		if c.MSPID == nil {
			direct = append(direct, c.ID)
			continue
		}
		key := foldedName(*c.MSPName) + " " + *c.MSPID
		if byMSP[key] == nil {
			keys = append(keys, key)
		}
		byMSP[key] = append(byMSP[key], c.ID)
	}
	slices.Sort(keys)
	ids := []string{}
	for _, key := range keys {
		ids = append(ids, byMSP[key]...)
	}
	return append(ids, direct...)
}

// wantGroups returns the groups of clients, with their sums.
func wantGroups(clients []portal.Client) []portal.ClientGroup {
	groups := []portal.ClientGroup{}
	for _, c := range clients {
		if len(groups) == 0 || textOf(groups[len(groups)-1].MSPID) != textOf(c.MSPID) {
			groups = append(groups, portal.ClientGroup{MSPID: c.MSPID, MSPName: c.MSPName})
		}
		g := &groups[len(groups)-1]
		g.Clients++
		g.SeatsUsedUnknown += addKnown(&g.SeatsUsed, c.SeatsUsed)
		g.SeatsTotalUnknown += addKnown(&g.SeatsTotal, c.SeatsTotal)
		if c.SeatsUsed != nil && c.SeatsTotal != nil && *c.SeatsUsed > *c.SeatsTotal {
			g.SeatsExceeded++
		}
	}
	return groups
}

// addKnown adds n to a sum, and returns 1 if n is unknown.
func addKnown(sum **int64, n *int64) int64 {
	if n == nil {
		return 1
	}
	if *sum == nil {
		*sum = new(int64)
	}
	**sum += *n
	return 0
}

func TestClientGroups(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete([]portal.Customer{
		msp("1", "Twin"), msp("2", "Twin"), client("10", "B", "1"), client("11", "A", "2"), client("12", "C", "1"), client("13", "D", ""),
	})
	for sort, want := range map[string]portal.Code{
		"name": "", "-name,status": "", "name,status,type": portal.Invalid, "x": portal.Invalid, "name,": portal.Invalid,
	} {
		t.Run("by_"+sort, func(t *testing.T) {
			_, _, err := w.DB.Clients(t.Context(), w.admin, portal.ClientQuery{Group: "msp", Sort: sort, Limit: 2})
			if got := portal.ErrorCode(err); got != want {
				t.Errorf("got %q (%v), want %q", got, err, want)
			}
		})
	}
	t.Run("keep_msps_of_one_name_apart", func(t *testing.T) {
		page, _, err := w.DB.Clients(t.Context(), w.admin, portal.ClientQuery{Group: "msp", Sort: "name", Limit: 50})
		if err != nil || len(page.Groups) != 3 || page.Groups[2].MSPID != nil {
			t.Errorf("got %+v (%v), want both MSPs and those without one", page.Groups, err)
		}
	})
	t.Run("refuse_cursor_of_list_without_groups", func(t *testing.T) {
		page, _, err := w.DB.Clients(t.Context(), w.admin, portal.ClientQuery{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = w.DB.Clients(t.Context(), w.admin, portal.ClientQuery{Group: "msp", Cursor: *page.NextCursor, Limit: 1})
		if got := portal.ErrorCode(err); got != portal.Invalid {
			t.Errorf("got %q (%v), want %q", got, err, portal.Invalid)
		}
	})
}

// textOf returns a text, "" for none.
func textOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
