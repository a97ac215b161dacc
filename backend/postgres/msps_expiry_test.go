package postgres_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

func testMSPsShowNextLicenceEnd(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	world := []portal.Customer{msp("1", "North"), msp("2", "South"), msp("3", "East"), msp("4", "West")}
	for i, c := range []struct {
		parent string
		later  int
	}{{"1", -400}, {"1", -1}, {"1", 0}, {"1", 5}, {"2", -1}, {"3", 3}, {"3", 90}} {
		end := w.today("UTC", c.later)
		customer := client(fmt.Sprint(10+i), fmt.Sprint("Client ", i), c.parent)
		customer.ExpiresOn = &end
		world = append(world, customer)
	}
	disabled := client("20", "Disabled", "2")
	disabled.StatusReason, disabled.ExpiresOn = ptr(portal.ReasonDemo), ptr(w.today("UTC", 1))
	world[1].ExpiresOn, world[3].ExpiresOn = ptr(w.today("UTC", 2)), ptr(w.today("UTC", -2))
	w.complete(append(world, disabled))
	days := map[string]string{w.today("UTC", 0): "today", w.today("UTC", 2): "in 2", w.today("UTC", 3): "in 3"}
	for sort, want := range map[string][]string{
		"next_expires_on":  {"North today 2", "South in 2 1", "East in 3 0", "West – 0"},
		"-next_expires_on": {"East in 3 0", "South in 2 1", "North today 2", "West – 0"},
		"-expired,name":    {"North today 2", "South in 2 1", "East in 3 0", "West – 0"},
	} {
		t.Run("by_"+sort, func(t *testing.T) {
			var got []string
			q := portal.MSPQuery{Sort: sort, Limit: 1}
			for {
				page, _, err := w.DB.MSPs(t.Context(), w.admin, q)
				if err != nil || len(page.Items) != 1 {
					t.Fatalf("got %d MSPs, %v, want one", len(page.Items), err)
				}
				m, next := page.Items[0], "–"
				if m.NextExpiresOn != nil {
					next = days[*m.NextExpiresOn]
				}
				got = append(got, fmt.Sprint(m.Name, " ", next, " ", m.Expired))
				if page.NextCursor == nil {
					break
				}
				q.Cursor = *page.NextCursor
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("MSPs (-want +got):\n%s", diff)
			}
		})
	}
}
