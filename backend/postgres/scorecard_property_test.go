package postgres_test

import (
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// TestScorecardProperty checks for random histories and days that each figure of an MSP is the total of its list. Clients
// move, vanish, are removed and return, some runs are reviewed, days pass, and sums are of another day than today.
func TestScorecardProperty(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	rapid.Check(t, func(r *rapid.T) {
		w := base.sibling()
		past := pastClients{}
		for range rapid.IntRange(1, 5).Draw(r, "runs") {
			w.rules = postgres.MergeRules{
				MissingAtLeast: rapid.SampledFrom([]int64{2, 1000}).Draw(r, "review from"), MissingShare: 1, RemoveAfterRuns: 1,
			}
			w.syncAndDecide(r, drawDatedWorld(r, w))
			past.note(w)
			if days := rapid.SampledFrom([]int{0, 1, 15, 30}).Draw(r, "days that pass"); days > 0 {
				w.letPass(days)
				past.age(days)
			}
			w.CheckCounts(r.Fatalf)
		}
		w.setTimeZone(rapid.SampledFrom([]string{"UTC", east, west}).Draw(r, "zone"))
		w.sumAsOf(rapid.SampledFrom([]int{-100, -31, -1, 0, 1, 40}).Draw(r, "days after which the sums are"))
		w.checkScorecards(r, "mssp", w.admin)
		for _, m := range w.msps(r, w.admin) {
			w.checkScorecards(r, "msp "+m.Name, w.atMSP(m.ExternalID))
		}
		past.check(r, w)
	})
}

// syncAndDecide plays a run, and accepts or discards it if it needs review.
func (w *tenant) syncAndDecide(r *rapid.T, world []portal.Customer) {
	run, err := w.sync(world)
	if err != nil {
		r.Fatal(err)
	}
	if run.Status != portal.RunNeedsReview {
		return
	}
	if rapid.Bool().Draw(r, "accept") {
		w.accepted(run)
	} else {
		w.discard(run)
	}
}

func (w *tenant) msps(r *rapid.T, viewer portal.Viewer) []portal.MSP {
	page, _, err := w.DB.MSPs(w.Context(), viewer, portal.MSPQuery{Limit: 200})
	if err != nil {
		r.Fatal(err)
	}
	return page.Items
}

// checkScorecards compares the figures of the viewer's MSPs with the totals of their lists, and with the lists of MSPs
// that they filter.
func (w *tenant) checkScorecards(r *rapid.T, name string, viewer portal.Viewer) {
	for _, m := range w.msps(r, viewer) {
		for figure, c := range map[string]struct {
			got    int64
			filter portal.ClientFilter
		}{
			"clients":     {m.Clients, portal.ClientFilter{Status: "active"}},
			"expiring_30": {m.Expiring30, portal.ClientFilter{ExpiresOn: "30d"}},
			"expiring_90": {m.Expiring90, portal.ClientFilter{ExpiresOn: "90d"}},
			"expired":     {m.Expired, portal.ClientFilter{ExpiresOn: "expired"}},
			"exceeded":    {m.Exceeded, portal.ClientFilter{Status: "active", SeatsExceeded: "yes"}},
			"disabled":    {m.Disabled, portal.ClientFilter{Status: "disabled"}},
			"missing":     {m.Missing, portal.ClientFilter{Status: "missing"}},
		} {
			c.filter.MSPID = m.ID
			if total := w.clientTotal(r, viewer, c.filter); c.got != total {
				r.Fatalf("%s of %s for %s: got %d, but the list has %d", figure, m.Name, name, c.got, total)
			}
			filter := withColumn(portal.MSPFilter{}, figure, strconv.FormatInt(c.got, 10))
			if !w.listsMSP(r, viewer, filter, m.ID) {
				r.Fatalf("%s=%d for %s: got no %s in the list of MSPs, want it", figure, c.got, name, m.Name)
			}
		}
	}
}

func (w *tenant) clientTotal(r *rapid.T, viewer portal.Viewer, filter portal.ClientFilter) int64 {
	page, _, err := w.DB.Clients(w.Context(), viewer, portal.ClientQuery{ClientFilter: filter, Limit: 200})
	if err != nil || int(page.Total) != len(page.Items) {
		r.Fatalf("clients by %+v: got a total of %d and %d on the page (%v)", filter, page.Total, len(page.Items), err)
	}
	return page.Total
}

func (w *tenant) listsMSP(r *rapid.T, viewer portal.Viewer, filter portal.MSPFilter, id string) bool {
	page, _, err := w.DB.MSPs(w.Context(), viewer, portal.MSPQuery{MSPFilter: filter, Limit: 200})
	if err != nil || int(page.Total) != len(page.Items) {
		r.Fatalf("MSPs by %+v: got a total of %d and %d on the page (%v)", filter, page.Total, len(page.Items), err)
	}
	for _, m := range page.Items {
		if m.ID == id {
			return true
		}
	}
	return false
}

// letPass makes everything that depends on the day so many days older.
func (w *tenant) letPass(days int) {
	w.Helper()
	w.Exec("update client_day set day = day + 10000 where mssp_id = $1", w.ID) // the key allows no two rows of one day
	w.Exec("update client_day set day = day - 10000 - $2::int where mssp_id = $1", w.ID, days)
	w.Exec("update sync_run set finished_at = finished_at - make_interval(days => $2) where mssp_id = $1", w.ID, days)
}

// sumAsOf writes the sums of licence ends as they were or will be so many days from the present day.
func (w *tenant) sumAsOf(later int) {
	w.Helper()
	w.Exec(`
		update client_end_sum s
		set day = f.day, before_0 = f.before_0, before_31 = f.before_31, before_91 = f.before_91
		from (
			select t.msp_id, t.day, count(c.id) filter (where c.expires_on < t.day) as before_0,
			       count(c.id) filter (where c.expires_on < t.day + 31) as before_31,
			       count(c.id) filter (where c.expires_on < t.day + 91) as before_91
			from (
				select k.msp_id, (now() at time zone z.time_zone)::date + $2::int as day
				from client_end_sum k
				join mssp z on z.id = k.mssp_id
				where k.mssp_id = $1) t
			left join client c on c.mssp_id = $1 and coalesce(c.msp_id, '00000000-0000-0000-0000-000000000000') = t.msp_id
			                   and c.status = 'active'
			group by 1, 2) f
		where s.mssp_id = $1 and s.msp_id = f.msp_id`, w.ID, later)
}

// pastClients are the numbers of active clients of each MSP after the runs, newest last.
type pastClients []struct {
	daysAgo int
	merged  bool
	clients map[string]int64
}

func (p *pastClients) note(w *tenant) {
	w.Helper()
	*p = append(*p, struct {
		daysAgo int
		merged  bool
		clients map[string]int64
	}{
		merged: value[bool](w, "select exists (select from sync_run where mssp_id = $1 and status in ('complete', 'partial'))", w.ID),
		clients: value[map[string]int64](w, `
			select coalesce(jsonb_object_agg(m.id, (select count(*) from client c where c.msp_id = m.id and c.status = 'active')), '{}')
			from msp m
			where m.mssp_id = $1`, w.ID),
	})
}

func (p pastClients) age(days int) {
	for i := range p {
		p[i].daysAgo += days
	}
}

// check compares the growth of each MSP with its clients 30 days ago. In the east it is the next day already, in the west
// still the day before, at some hours; only in UTC the days are those that have passed.
func (p pastClients) check(r *rapid.T, w *tenant) {
	w.setTimeZone("UTC")
	for _, m := range w.msps(r, w.admin) {
		want := "–"
		for _, at := range p {
			if at.daysAgo >= 30 && at.merged {
				want = fmt.Sprint(m.Clients - at.clients[m.ID])
			}
		}
		if got := number(m.Growth); got != want && !(m.Growth == nil && want == "–") {
			r.Fatalf("growth of %s: got %s, want %s after %+v", m.Name, got, want, p)
		}
		if m.Growth != nil && !w.listsMSP(r, w.admin, portal.MSPFilter{Growth: fmt.Sprint(*m.Growth)}, m.ID) {
			r.Fatalf("growth=%d: got no %s in the list of MSPs, want it", *m.Growth, m.Name)
		}
	}
}
