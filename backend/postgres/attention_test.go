package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

// exceededWorld returns two MSPs with clients that exceed their licences by 1, 2, and so on up to 8, one that uses all
// of them, one that misses a figure, and an MSP without clients.
func exceededWorld() []portal.Customer {
	world := []portal.Customer{msp("1", "North"), msp("2", "South"), msp("3", "Idle")}
	add := func(parent string, used, total *int64) {
		id := fmt.Sprint(10 + len(world))
		c := client(id, "Client "+id, parent)
		c.SeatsUsed, c.SeatsTotal = used, total
		world = append(world, c)
	}
	for over := range int64(8) {
		add(fmt.Sprint(1+over%2), ptr(20+over+1), ptr[int64](20))
	}
	add("1", ptr[int64](20), ptr[int64](20))
	add("1", ptr[int64](20), nil)
	return world
}

func TestAttention(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(exceededWorld())
	overview := func(t *testing.T, viewer portal.Viewer) portal.Overview {
		t.Helper()
		o, _, err := w.DB.Overview(t.Context(), viewer, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	exceeded := func(o portal.Overview) []string {
		var details []string
		for _, a := range o.Attention {
			if a.Kind == "seats_exceeded" {
				details = append(details, a.Detail)
			}
		}
		return details
	}
	t.Run("lists_exceeded_licences_by_how_many", func(t *testing.T) {
		want := []string{"28/20", "27/20", "26/20", "25/20", "24/20", "23/20"}
		if diff := cmp.Diff(want, exceeded(overview(t, w.admin))); diff != "" {
			t.Errorf("details (-want +got):\n%s", diff)
		}
		want = []string{"27/20", "25/20", "23/20", "21/20"}
		if diff := cmp.Diff(want, exceeded(overview(t, w.atMSP("1")))); diff != "" {
			t.Errorf("details at the first MSP (-want +got):\n%s", diff)
		}
	})
	t.Run("counts_equal_their_lists", func(t *testing.T) {
		for name, viewer := range map[string]portal.Viewer{
			"mssp": w.admin, "msp": w.atMSP("2"), "client": w.atClient("13"), "not exceeded": w.atClient("21"),
		} {
			q := portal.ClientQuery{ClientFilter: portal.ClientFilter{Status: "active", SeatsExceeded: "yes"}, Sort: "-seats_over", Limit: 20}
			page, _, err := w.DB.Clients(t.Context(), viewer, q)
			if got := overview(t, viewer).SeatsExceeded; err != nil || got != page.Total || got != int64(len(page.Items)) {
				t.Errorf("%s: got %d exceeded, want the list's %d of %d (%v)", name, got, len(page.Items), page.Total, err)
			}
		}
		page, _, err := w.DB.MSPs(t.Context(), w.admin, portal.MSPQuery{MSPFilter: portal.MSPFilter{Status: "active", Clients: "0"}, Limit: 20})
		if got := overview(t, w.admin).EmptyMSPs; err != nil || got != 1 || page.Total != 1 {
			t.Errorf("got %d MSPs without clients and %d in the list, want 1 (%v)", got, page.Total, err)
		}
	})
	t.Run("list_of_exceeded_begins_as_the_overview", func(t *testing.T) {
		q := portal.ClientQuery{ClientFilter: portal.ClientFilter{SeatsExceeded: "yes"}, Sort: "-seats_over", Limit: 6}
		page, _, err := w.DB.Clients(t.Context(), w.admin, q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range page.Items {
			got = append(got, fmt.Sprintf("%d/%d", *c.SeatsUsed, *c.SeatsTotal))
		}
		if diff := cmp.Diff(exceeded(overview(t, w.admin)), got); diff != "" {
			t.Errorf("list (-overview +list):\n%s", diff)
		}
	})
	t.Run("counts_follow_the_next_run", func(t *testing.T) {
		world := exceededWorld()
		world[3].SeatsUsed = ptr[int64](1)
		w.complete(world)
		w.CheckCounts(t.Errorf)
		if got := overview(t, w.admin).SeatsExceeded; got != 7 {
			t.Errorf("got %d exceeded, want 7", got)
		}
	})
	t.Run("counts_of_an_older_server_are_right", func(t *testing.T) {
		w.Exec("update client set seats_used = 1 where external_id = '15'")
		w.Exec(`
			update client_count n
			set counted_in = 1000000, seats_used = f.used
			from (
				select msp_id, status, type, sum(seats_used) as used
				from client
				where mssp_id = $1
				group by 1, 2, 3) f
			where n.mssp_id = $1
			and n.msp_id = f.msp_id
			and n.status = f.status
			and n.type = f.type`, w.ID)
		if got := overview(t, w.admin).SeatsExceeded; got != 6 {
			t.Errorf("got %d exceeded, want 6", got)
		}
	})
}
