package postgres_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

// east and west are time zones 24 hours apart, so they never have the same day. Midnight is at least an hour away, so no
// day ends during a test.
var east, west = zonesBeforeMidnight(time.Now())

func zonesBeforeMidnight(now time.Time) (east, west string) {
	if now.UTC().Hour() == 9 { // midnight in the other two is at 10:00 UTC
		return "Pacific/Fakaofo", "Pacific/Pago_Pago"
	}
	return "Pacific/Kiritimati", "Pacific/Honolulu"
}

// setTimeZone sets the MSSP's time zone as its administrator.
func (w *tenant) setTimeZone(zone string) *tenant {
	w.Helper()
	o, err := w.DB.ChangeOrganisation(context.Background(), w.admin, portal.OrganisationChange{TimeZone: &zone})
	if err != nil || o.TimeZone != zone {
		w.Fatalf("got time zone %q, %v, want %q", o.TimeZone, err, zone)
	}
	return w
}

// today returns the day in a zone by the database's clock, plus a number of days.
func (w *tenant) today(zone string, later int) string {
	w.Helper()
	return value[string](w, "select to_char((now() at time zone $1)::date + $2::int, 'YYYY-MM-DD')", zone, later)
}

func expiring(id, day string) portal.Customer {
	c := client(id, "Expires "+day, "")
	c.ExpiresOn = &day
	return c
}

func (w *tenant) overview() portal.Overview {
	w.Helper()
	o, _, err := w.DB.Overview(context.Background(), w.admin, time.Hour)
	if err != nil {
		w.Fatal(err)
	}
	return o
}

// expires counts the clients in a list filtered by the end of the licence, and checks the total against the page.
func (w *tenant) expires(filter portal.ClientFilter) int {
	w.Helper()
	page, _, err := w.DB.Clients(context.Background(), w.admin, portal.ClientQuery{ClientFilter: filter, Limit: 50})
	if err != nil || page.Total != int64(len(page.Items)) {
		w.Fatalf("got %d clients of a total of %d, %v, want all", len(page.Items), page.Total, err)
	}
	return len(page.Items)
}

// needing returns the names in the attention list of one kind.
func (w *tenant) needing(kind string) (names []string) {
	w.Helper()
	for _, a := range w.overview().Attention {
		if a.Kind == kind {
			names = append(names, a.Name)
		}
	}
	return names
}

func TestTimeZone(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	here, there := w.setTimeZone(east), w.sibling().setTimeZone(west)
	world := []portal.Customer{expiring("1", w.today(west, 0)), expiring("2", w.today(east, 1)), client("3", "No end", "")}
	here.complete(world)
	there.complete(world)
	t.Run("decides_what_has_expired", func(t *testing.T) {
		if got := here.needing("licence_expired"); len(got) != 1 || len(here.needing("licence_expiring")) != 1 {
			t.Errorf("in the east: got expired licences of %q, want of the client whose licence ends today in the west", got)
		}
		if got := there.needing("licence_expired"); got != nil || len(there.needing("licence_expiring")) != 2 {
			t.Errorf("in the west: got expired licences of %q, want none", got)
		}
	})
	t.Run("decides_list_of_what_expires", func(t *testing.T) {
		for name, c := range map[string]struct {
			filter     portal.ClientFilter
			east, west int
		}{
			"expired":        {portal.ClientFilter{ExpiresOn: "expired"}, 1, 0},
			"today":          {portal.ClientFilter{ExpiresOn: "0d"}, 0, 1},
			"within_a_day":   {portal.ClientFilter{ExpiresOn: "1d"}, 1, 1},
			"within_30_days": {portal.ClientFilter{ExpiresOn: "30d"}, 1, 2},
			"older_app":      {portal.ClientFilter{ExpiresWithin: 30}, 1, 2},
			"never":          {portal.ClientFilter{ExpiresOn: "none"}, 1, 1},
		} {
			t.Run(name, func(t *testing.T) {
				if e, w := here.expires(c.filter), there.expires(c.filter); e != c.east || w != c.west {
					t.Errorf("got %d clients in the east and %d in the west, want %d and %d", e, w, c.east, c.west)
				}
			})
		}
	})
	t.Run("decides_the_day_of_the_trend", func(t *testing.T) {
		for zone, s := range map[string]*tenant{east: here, west: there} {
			trend := s.overview().Trend
			if last := trend[len(trend)-1]; len(trend) != 1 || last.Day != w.today(zone, 0) || last.Clients != 3 {
				t.Errorf("in %s: got the trend %+v, want 3 clients on %s", zone, trend, w.today(zone, 0))
			}
		}
	})
	t.Run("decides_the_day_of_a_stamp", func(t *testing.T) {
		for zone, s := range map[string]*tenant{east: here, west: there} {
			stamp, err := s.DB.Stamp(context.Background(), s.admin)
			if got := stamp.Today.Format(time.DateOnly); err != nil || got != w.today(zone, 0) {
				t.Errorf("in %s: got a stamp of %s, %v, want of %s", zone, got, err, w.today(zone, 0))
			}
		}
	})
	t.Run("decides_when_missing_client_was_last_seen", func(t *testing.T) {
		for zone, s := range map[string]*tenant{east: here, west: there} {
			s.complete(world[:2])
			days := []string{}
			for _, a := range s.overview().Attention {
				if a.Kind == "client_missing" {
					days = append(days, *a.At)
				}
			}
			if diff := cmp.Diff([]string{w.today(zone, 0)}, days); diff != "" {
				t.Errorf("in %s: days (-want +got):\n%s", zone, diff)
			}
		}
	})
	t.Run("is_returned_to_users_of_the_mssp", func(t *testing.T) {
		me, err := there.DB.Me(context.Background(), there.admin)
		if err != nil || me.TimeZone != west {
			t.Errorf("Me: got time zone %q, %v, want %q", me.TimeZone, err, west)
		}
	})
}

func TestTimeZoneChange(t *testing.T) {
	t.Parallel()
	t.Run("to_the_west_keeps_the_trend_current", func(t *testing.T) {
		w := newTenant(t).setTimeZone(east)
		w.complete([]portal.Customer{client("1", "A", "")})
		w.setTimeZone(west)
		for n, world := range [][]portal.Customer{{client("1", "A", "")}, {client("1", "A", ""), client("2", "B", "")}} {
			w.complete(world)
			trend := w.overview().Trend
			if len(trend) != 1 || trend[0].Day != w.today(west, 0) || trend[0].Clients != int64(n+1) {
				t.Errorf("got the trend %+v, want %d clients on %s", trend, n+1, w.today(west, 0))
			}
		}
		if days := value[int64](w, "select count(distinct day) from client_day where mssp_id = $1", w.ID); days != 1 {
			t.Errorf("got %d stored days, want only the one from before the change", days)
		}
	})
	t.Run("is_audited_once_with_before_and_after", func(t *testing.T) {
		w := newTenant(t).setTimeZone(east).setTimeZone(west).setTimeZone(west)
		got := value[[]string](w, `
			select array_agg(concat_ws(' ', detail->'before'->>'time_zone', detail->'after'->>'time_zone') order by id)
			from audit_log
			where mssp_id = $1 and action = 'organisation_changed' and actor_id = $2 and target = $1::text`, w.ID, w.admin.UserID)
		if diff := cmp.Diff([]string{"UTC " + east, east + " " + west}, got); diff != "" {
			t.Errorf("audit (-want +got):\n%s", diff)
		}
	})
	t.Run("increments_version_of_the_mssp", func(t *testing.T) {
		w := newTenant(t)
		before := value[int64](w, "select version from mssp where id = $1", w.ID)
		if after := value[int64](w.setTimeZone(east), "select version from mssp where id = $1", w.ID); after != before+1 {
			t.Errorf("got version %d, want %d", after, before+1)
		}
	})
	t.Run("leaves_other_mssp_unchanged", func(t *testing.T) {
		w := newTenant(t)
		s := w.sibling()
		w.setTimeZone(east)
		if o, err := s.DB.Organisation(context.Background(), s.admin); err != nil || o.TimeZone != "UTC" || o.ID != s.ID ||
			o.Name != "Fjord Security" {
			t.Errorf("got the other MSSP %q %q in %q, %v, want it unchanged in UTC", o.ID, o.Name, o.TimeZone, err)
		}
	})
	t.Run("refuses_unknown_zone", func(t *testing.T) {
		w := newTenant(t)
		before := w.Everything()
		for _, zone := range []string{"", "CET", "EST", "Local", "localtime", "posix/Europe/Berlin", "right/UTC", "Mars/Base",
			"Europe/", "../UTC", "+02", "UTC+2", "Europe/Berlin'"} {
			_, err := w.DB.ChangeOrganisation(context.Background(), w.admin, portal.OrganisationChange{TimeZone: &zone})
			wantInvalidTimeZone(t, zone, err)
			_, _, err = w.DB.Bootstrap(context.Background(), "New", zone, postgres.NewID(), portal.NewInvite{}, nil)
			wantInvalidTimeZone(t, zone, err)
		}
		if w.Everything() != before {
			t.Error("got changed rows after a refused zone, want none")
		}
	})
	t.Run("accepts_every_listed_zone", func(t *testing.T) {
		w := newTenant(t)
		o, err := w.DB.Organisation(context.Background(), w.admin)
		if err != nil || !slices.IsSorted(o.TimeZones) || len(o.TimeZones) < 300 {
			t.Fatalf("got %d zones, %v, want at least 300 in order", len(o.TimeZones), err)
		}
		for _, zone := range []string{"UTC", "Europe/Copenhagen", "America/Argentina/Buenos_Aires", east, west} {
			if w.setTimeZone(zone); !slices.Contains(o.TimeZones, zone) {
				t.Errorf("got no zone %s in the list, want it", zone)
			}
		}
	})
}

func wantInvalidTimeZone(t *testing.T, zone string, err error) {
	t.Helper()
	var refused *portal.Error
	if !errors.As(err, &refused) || refused.Code != portal.Invalid || refused.Field != "time_zone" {
		t.Errorf("time zone %q: got error %v, want Invalid naming time_zone", zone, err)
	}
}

func TestBootstrap(t *testing.T) {
	t.Parallel()
	t.Run("stores_time_zone", testBootstrapStoresTimeZone)
}

func testBootstrapStoresTimeZone(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	invite := portal.NewInvite{Email: "first@example.com", Role: portal.MSSPAdmin, Provider: portal.Google, ExpiresInHours: 1}
	id, _, err := w.DB.Bootstrap(context.Background(), "New", east, postgres.NewID(), invite, []byte("hash"))
	if err != nil {
		t.Fatal(err)
	}
	if got := value[string](w, "select time_zone from mssp where id = $1", id); got != east {
		t.Errorf("new MSSP: got time zone %q, want %q", got, east)
	}
}

func TestTimeZoneList(t *testing.T) {
	t.Parallel()
	t.Run("is_read_from_database_once", testTimeZoneListIsReadFromDatabaseOnce)
}

func testTimeZoneListIsReadFromDatabaseOnce(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	db, trips := counted(t, w.URLs)
	admin := w.Own.Viewers[portal.MSSPAdmin]
	var used [3]int64
	for i := range used {
		before := trips()
		o, err := db.WithTakeover(time.Minute).Organisation(t.Context(), admin)
		if err != nil || len(o.TimeZones) < 300 || !slices.Contains(o.TimeZones, east) {
			t.Fatalf("got %d zones, %v, want at least 300 with %s", len(o.TimeZones), err, east)
		}
		used[i] = trips() - before
	}
	if used[1] >= used[0] || used[1] != used[2] {
		t.Errorf("got %v round trips, want fewer after the first call", used)
	}
	zone := "Mars/Olympus"
	_, err := db.ChangeOrganisation(t.Context(), admin, portal.OrganisationChange{TimeZone: &zone})
	if portal.ErrorCode(err) != portal.Invalid {
		t.Errorf("unknown zone: got error %v, want code %s", err, portal.Invalid)
	}
}
