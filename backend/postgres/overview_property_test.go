package postgres_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fs-client-portal/backend/portal"
)

// TestOverviewProperty checks for random worlds and viewers that every figure of the overview is the total of the list
// that it leads to.
func TestOverviewProperty(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	rapid.Check(t, func(r *rapid.T) {
		w := base.sibling()
		world := drawDatedWorld(r, w)
		w.complete(append(world, client("98", "Leaver", "1"), client("99", "Leaver", "")))
		w.complete(world)
		for name, viewer := range map[string]portal.Viewer{
			"mssp": w.admin, "msp": w.atMSP("1"), "other msp": w.atMSP("2"), "client": w.atClient("99"),
		} {
			w.checkFigures(r, name, viewer)
		}
		w.snoozeSome(r)
		for name, viewer := range map[string]portal.Viewer{"mssp with snoozed": w.admin, "msp without": w.atMSP("1")} {
			w.checkFigures(r, name, viewer)
			w.checkSnoozed(r, name, viewer)
		}
	})
}

// snoozeSome snoozes some lines of the overview as the admin.
func (w *tenant) snoozeSome(r *rapid.T) {
	for _, a := range w.overview().Attention {
		id := subjectOf(a)
		if id == "" || !rapid.Bool().Draw(r, "snooze") {
			continue
		}
		if err := w.DB.Snooze(w.Context(), w.admin, a.Kind, id, time.Now().Add(time.Hour)); err != nil {
			r.Fatal(err)
		}
	}
}

// subjectOf returns the id of the client, else of the MSP, that a line is about, "" for a sync.
func subjectOf(a portal.Attention) string {
	for _, id := range []*string{a.ClientID, a.MSPID} {
		if id != nil {
			return *id
		}
	}
	return ""
}

// checkSnoozed compares the numbers of snoozed lines with their list, and checks that no line is in both lists.
func (w *tenant) checkSnoozed(r *rapid.T, name string, viewer portal.Viewer) {
	o, _, err := w.DB.Overview(w.Context(), viewer, time.Hour)
	if err != nil {
		r.Fatal(err)
	}
	snoozed, err := w.DB.Snoozed(w.Context(), viewer)
	if err != nil {
		r.Fatal(err)
	}
	key := func(a portal.Attention) string { return a.Kind + subjectOf(a) }
	counts, asleep := map[string]int64{}, map[string]bool{}
	for _, a := range snoozed.Items {
		counts[a.Kind]++
		asleep[key(a)] = true
	}
	for _, count := range o.Snoozed {
		if counts[count.Kind] != count.Count {
			r.Fatalf("%s: got %d snoozed of %s, but their list has %d", name, count.Count, count.Kind, counts[count.Kind])
		}
		delete(counts, count.Kind)
	}
	if len(counts) > 0 {
		r.Fatalf("%s: got no number for the snoozed kinds %v", name, counts)
	}
	for _, a := range o.Attention {
		if asleep[key(a)] {
			r.Fatalf("%s: got the snoozed line %+v in the overview", name, a)
		}
	}
}

// drawDatedWorld draws customers whose licences end around today.
func drawDatedWorld(r *rapid.T, w *tenant) []portal.Customer {
	world := []portal.Customer{msp("1", "North"), msp("2", "South")}
	dated := rapid.Bool().Draw(r, "has dates")
	for id := range rapid.IntRange(0, 12).Draw(r, "clients") {
		c := client(strconv.Itoa(10+id), fmt.Sprint("Client ", id), rapid.SampledFrom([]string{"", "1", "2"}).Draw(r, "parent"))
		if later := rapid.SampledFrom([]int{-400, -1, 0, 1, 29, 30, 31, 900}).Draw(r, "ends in"); dated && later < 900 {
			day := w.today("UTC", later)
			c.ExpiresOn = &day
		}
		c.SeatsUsed = rapid.SampledFrom([]*int64{nil, ptr[int64](0), ptr[int64](7)}).Draw(r, "used")
		c.SeatsTotal = rapid.SampledFrom([]*int64{nil, ptr[int64](5)}).Draw(r, "total")
		c.StatusReason = rapid.SampledFrom([]*portal.StatusReason{nil, nil, ptr(portal.ReasonDemo)}).Draw(r, "reason")
		world = append(world, c)
	}
	return world
}

// checkFigures compares the viewer's figures with the lists behind them.
func (w *tenant) checkFigures(r *rapid.T, name string, viewer portal.Viewer) {
	o, _, err := w.DB.Overview(w.Context(), viewer, time.Hour)
	if err != nil {
		r.Fatal(err)
	}
	for figure, c := range map[string]struct {
		got    *int64
		filter portal.ClientFilter
	}{
		"clients":             {&o.Clients, portal.ClientFilter{Status: "active"}},
		"clients_missing":     {&o.ClientsMissing, portal.ClientFilter{Status: "missing"}},
		"clients_disabled":    {&o.ClientsDisabled, portal.ClientFilter{Status: "disabled"}},
		"seats_used_unknown":  {&o.SeatsUsedUnknown, portal.ClientFilter{Status: "active", SeatsUsed: "unknown"}},
		"seats_total_unknown": {&o.SeatsTotalUnknown, portal.ClientFilter{Status: "active", SeatsTotal: "unknown"}},
		"expired":             {o.Expired, portal.ClientFilter{ExpiresOn: "expired"}},
		"expiring_soon":       {o.ExpiringSoon, portal.ClientFilter{ExpiresOn: "30d"}},
	} {
		page, _, err := w.DB.Clients(w.Context(), viewer, portal.ClientQuery{ClientFilter: c.filter, Limit: 200})
		if err != nil {
			r.Fatal(err)
		}
		want := number(c.got)
		if c.got == nil && !page.HasExpiry {
			want = "0"
		}
		if total := fmt.Sprint(page.Total); total != want || int(page.Total) != len(page.Items) {
			r.Fatalf("%s of %s: got %s, but the list has %s clients in total and %d on its page", figure, name, number(c.got), total,
				len(page.Items))
		}
	}
	if viewer.Scope.Level == portal.LevelMSSP {
		page, _, err := w.DB.MSPs(w.Context(), viewer, portal.MSPQuery{MSPFilter: portal.MSPFilter{Status: "active"}, Limit: 200})
		if err != nil || page.Total != o.MSPs || int(page.Total) != len(page.Items) {
			r.Fatalf("msps: got %d, but the list has %d in total and %d on its page (%v)", o.MSPs, page.Total, len(page.Items), err)
		}
	}
	w.checkSums(r, name, viewer, o)
}

// checkSums compares the licence figures with the sums over the list of active clients.
func (w *tenant) checkSums(r *rapid.T, name string, viewer portal.Viewer, o portal.Overview) {
	page, _, err := w.DB.Clients(w.Context(), viewer, portal.ClientQuery{ClientFilter: portal.ClientFilter{Status: "active"}, Limit: 200})
	if err != nil {
		r.Fatal(err)
	}
	var used, total *int64
	add := func(sum **int64, n *int64) {
		if n == nil {
			return
		}
		if *sum == nil {
			*sum = new(int64)
		}
		**sum += *n
	}
	for _, c := range page.Items {
		add(&used, c.SeatsUsed)
		add(&total, c.SeatsTotal)
	}
	if number(o.SeatsUsed) != number(used) || number(o.SeatsTotal) != number(total) {
		r.Fatalf("seats of %s: got %s/%s, but the list sums to %s/%s", name, number(o.SeatsUsed), number(o.SeatsTotal), number(used),
			number(total))
	}
}
