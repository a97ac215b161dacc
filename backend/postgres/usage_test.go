package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

// at merges a run of these customers and dates its spans at a moment, which is written with its offset.
func (w *tenant) at(moment string, world ...portal.Customer) {
	w.Helper()
	begun := value[string](w, "select clock_timestamp()::text")
	w.complete(world)
	w.Exec("update client_span set to_at = $1::text::timestamptz where to_at > $2::text::timestamptz and to_at <> 'infinity'", moment, begun)
	w.Exec("update client_span set from_at = $1::text::timestamptz where from_at > $2::text::timestamptz", moment, begun)
}

// usage lists the usage as "client under its MSP: share; active licences; purchased licences", each kind of licence as
// first-last peak average known.
func (w *tenant) usage(viewer portal.Viewer, q portal.UsageQuery) []string {
	w.Helper()
	names := map[string]string{"": "MSSP"}
	for _, row := range value[[]string](w, "select array(select id || external_id from client union all select id || name from msp)") {
		names[row[:36]] = row[36:]
	}
	lines := []string{}
	err := w.DB.Usage(context.Background(), viewer, q, func(u portal.Usage) error {
		under := ""
		if u.MSPID != nil {
			under = *u.MSPID
		}
		lines = append(lines, fmt.Sprintf("%s under %s: %.4f;%s;%s", names[u.ClientID], names[under], u.Share,
			figures(u.SeatsUsed), figures(u.SeatsTotal)))
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return lines
}

func figures(f portal.UsageFigures) string {
	if f.First == nil {
		return fmt.Sprintf(" ? %.4f", f.Known)
	}
	return fmt.Sprintf(" %d-%d peak %d average %.4f known %.4f", *f.First, *f.Last, *f.Peak, *f.Average, f.Known)
}

// newTenantWithHistory returns a tenant with a history across the end of daylight saving time in Copenhagen on 27
// October 2024: client 3 moves from North to South, 4 goes missing and returns, 5 has unknown figures for a time, 6 is
// added late.
func newTenantWithHistory(t *testing.T) *tenant {
	w := newTenant(t)
	north, south := msp("1", "North"), msp("2", "South")
	unknown := seated("5", "", 2, 0)
	unknown.SeatsTotal = nil
	four, five, six := seated("4", "1", 6, 8), seated("5", "", 2, 4), seated("6", "2", 1, 1)
	w.at("2024-10-01 00:00+02", north, south, seated("3", "1", 3, 10), four, unknown)
	w.at("2024-10-29 00:00+01", north, south, seated("3", "2", 5, 10), four, five)
	w.at("2024-11-03 00:00+01", north, south, seated("3", "2", 5, 10), five)
	w.at("2024-11-08 00:00+01", north, south, seated("3", "2", 9, 10), five)
	w.at("2024-11-12 00:00+01", north, south, seated("3", "2", 4, 12), four, five)
	w.at("2024-11-18 12:00+01", north, south, seated("3", "2", 4, 12), four, five, six)
	w.at("2024-11-30 00:00+01", north, south, seated("3", "2", 100, 100), four, five, six)
	w.CheckSpans(t.Errorf)
	return w
}

func TestUsage(t *testing.T) {
	t.Parallel()
	w := newTenantWithHistory(t)
	month := portal.UsageQuery{From: "2024-10-19", Until: "2024-11-19", TimeZone: "Europe/Copenhagen"}
	// The month has 31 days and an hour: 745 hours. Client 3 was under North for 10 days and that hour, 241 hours, then
	// under South for 240 hours with 5, 96 with 9 and 168 with 4 licences; 4 was missing from 3 to 12 November, 216
	// hours; 5 had a known number of purchased licences for 504 hours; 6 existed for the last 12 hours.
	lines := map[string]string{
		"North":  "3 under North: 0.3235; 3-3 peak 3 average 3.0000 known 0.3235; 10-10 peak 10 average 10.0000 known 0.3235",
		"South":  "3 under South: 0.6765; 5-4 peak 9 average 5.4286 known 0.6765; 10-12 peak 12 average 10.6667 known 0.6765",
		"4":      "4 under North: 0.7101; 6-6 peak 6 average 6.0000 known 0.7101; 8-8 peak 8 average 8.0000 known 0.7101",
		"direct": "5 under MSSP: 1.0000; 2-2 peak 2 average 2.0000 known 1.0000; 4-4 peak 4 average 4.0000 known 0.6765",
		"late":   "6 under South: 0.0161; 1-1 peak 1 average 1.0000 known 0.0161; 1-1 peak 1 average 1.0000 known 0.0161",
	}
	t.Run("of_month_from_the_19th_with_a_move", func(t *testing.T) {
		want := []string{lines["North"], lines["South"], lines["4"], lines["direct"], lines["late"]}
		if diff := cmp.Diff(want, w.usage(w.admin, month)); diff != "" {
			t.Errorf("usage (-want +got):\n%s", diff)
		}
	})
	t.Run("of_msp_covers_time_under_the_msp", func(t *testing.T) {
		for name, want := range map[string][]string{
			"North": {lines["North"], lines["4"]},
			"South": {lines["South"], lines["late"]},
		} {
			id := value[string](w, "select id::text from msp where mssp_id = $1 and name = $2", w.ID, name)
			viewer := w.SignInAt(portal.MSPUser, portal.Scope{Level: portal.LevelMSP, MSSPID: w.ID, MSPID: id})
			if diff := cmp.Diff(want, w.usage(viewer, month)); diff != "" {
				t.Errorf("usage of %s (-want +got):\n%s", name, diff)
			}
		}
	})
	t.Run("of_client_names_no_msp", func(t *testing.T) {
		south := value[string](w, "select id::text from msp where mssp_id = $1 and name = 'South'", w.ID)
		id := value[string](w, "select id::text from client where mssp_id = $1 and external_id = '3'", w.ID)
		viewer := w.SignInAt(portal.ClientUser, portal.Scope{Level: portal.LevelClient, MSSPID: w.ID, MSPID: south, ClientID: id})
		want := []string{"3 under MSSP: 1.0000; 3-4 peak 9 average 4.6430 known 1.0000; 10-12 peak 12 average 10.4510 known 1.0000"}
		if diff := cmp.Diff(want, w.usage(viewer, month)); diff != "" {
			t.Errorf("usage (-want +got):\n%s", diff)
		}
	})
	t.Run("in_other_zone_begins_and_ends_at_its_midnight", func(t *testing.T) {
		// In UTC the 19th begins two hours later than in Copenhagen and ends one hour later: 744 hours, 239 of them
		// under North.
		month := month
		month.TimeZone = "UTC"
		got := w.usage(w.admin, month)
		want := "3 under North: 0.3212; 3-3 peak 3 average 3.0000 known 0.3212; 10-10 peak 10 average 10.0000 known 0.3212"
		if len(got) == 0 || got[0] != want {
			t.Errorf("got the usage %q, want %q first", got, want)
		}
		w.setTimeZone("Europe/Copenhagen")
		month.TimeZone = ""
		if got := w.usage(w.admin, month); len(got) != 5 || got[0] != lines["North"] {
			t.Errorf("in the MSSP's own zone: got the usage %q, want 5 lines, %q first", got, lines["North"])
		}
	})
	t.Run("of_next_month_begins_where_the_last_ended", func(t *testing.T) {
		got := w.usage(w.admin, portal.UsageQuery{From: "2024-11-19", Until: "2024-11-29", TimeZone: "Europe/Copenhagen"})
		want := "3 under South: 1.0000; 4-4 peak 4 average 4.0000 known 1.0000; 12-12 peak 12 average 12.0000 known 1.0000"
		if len(got) != 4 || got[0] != want {
			t.Errorf("got the usage %q, want %q first", got, want)
		}
	})
	t.Run("before_first_run_is_empty", func(t *testing.T) {
		if got := w.usage(w.admin, portal.UsageQuery{From: "2024-01-01", Until: "2024-02-01"}); len(got) != 0 {
			t.Errorf("got the usage %q, want none", got)
		}
	})
	t.Run("of_current_window_covers_time_until_now", func(t *testing.T) {
		from := value[string](w, "select to_char(now() - interval '10 days', 'YYYY-MM-DD')")
		until := value[string](w, "select to_char(now() + interval '10 days', 'YYYY-MM-DD')")
		got := w.usage(w.admin, portal.UsageQuery{From: from, Until: until})
		want := "3 under South: 1.0000; 100-100 peak 100 average 100.0000 known 1.0000; 100-100 peak 100 average 100.0000 known 1.0000"
		if len(got) != 4 || got[0] != want {
			t.Errorf("got the usage %q, want %q first", got, want)
		}
		if got := w.usage(w.admin, portal.UsageQuery{From: until, Until: "9999-01-01"}); len(got) != 0 {
			t.Errorf("in the future: got the usage %q, want none", got)
		}
	})
	t.Run("refuses_invalid_window", func(t *testing.T) {
		for field, q := range map[string]portal.UsageQuery{
			"from":      {From: "19.10.2024", Until: "2024-11-19"},
			"until":     {From: "2024-10-19", Until: "2024-10-19"},
			"time_zone": {From: "2024-10-19", Until: "2024-11-19", TimeZone: "CET"},
		} {
			var refused *portal.Error
			err := w.DB.Usage(context.Background(), w.admin, q, nil)
			if !errors.As(err, &refused) || refused.Code != portal.Invalid || refused.Field != field {
				t.Errorf("%+v: got error %v, want Invalid naming %s", q, err, field)
			}
		}
	})
}
