package postgres_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func ptr[T any](v T) *T { return &v }

// licensedWorld returns a customer for every combination of values that the filters distinguish.
func licensedWorld() []portal.Customer {
	world := []portal.Customer{msp("1", "North"), msp("2", "South"), msp("3", "Silent")}
	world[1].SeatsUsed, world[1].SeatsTotal, world[1].SPLA, world[1].LicenceType = ptr[int64](70), ptr[int64](90), ptr(true), ptr("Monthly")
	world[2].StatusReason = ptr(portal.ReasonInactive)
	yesterday := time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	for i, c := range []portal.Customer{
		{ParentID: "1", LicenceType: ptr("EDR"), SPLA: ptr(true), SeatsUsed: ptr[int64](3), SeatsTotal: ptr[int64](10)},
		{ParentID: "1", LicenceType: ptr("edr"), SPLA: ptr(false), SeatsTotal: ptr[int64](5), ExpiresOn: &yesterday},
		{ParentID: "1", Type: "corp", SeatsUsed: ptr[int64](0)},
		{ParentID: "2", LicenceType: ptr("100%_Suite"), StatusReason: ptr(portal.ReasonDemo), SeatsUsed: ptr[int64](40),
			SeatsTotal: ptr[int64](50)},
		{ParentID: "2", StatusReason: ptr(portal.ReasonDeleted)},
		{SPLA: ptr(false), SeatsUsed: ptr[int64](12), SeatsTotal: ptr[int64](12)},
		{ParentID: "2"},
	} {
		usual := client(fmt.Sprint(10+i), fmt.Sprintf("Client %d", i), c.ParentID)
		c.Kind, c.ExternalID, c.Name, c.Raw = usual.Kind, usual.ExternalID, usual.Name, usual.Raw
		if c.Type == "" {
			c.Type = "CORP"
		}
		world = append(world, c)
	}
	return world
}

// newLicensedTenant returns a tenant that has synced licensedWorld, with one more client that is missing.
func newLicensedTenant(t *testing.T) *tenant {
	w := newTenant(t)
	w.complete(append(licensedWorld(), client("99", "Leaver", "1")))
	w.complete(licensedWorld())
	return w
}

// atMSP returns a user of the MSP with an external id.
func (w *tenant) atMSP(externalID string) portal.Viewer {
	w.Helper()
	id := value[string](w, "select id::text from msp where mssp_id = $1 and external_id = $2", w.ID, externalID)
	return w.Person(portal.MSPUser, portal.Scope{Level: portal.LevelMSP, MSSPID: w.ID, MSPID: id})
}

func (w *tenant) atClient(externalID string) portal.Viewer {
	w.Helper()
	scope := portal.Scope{Level: portal.LevelClient, MSSPID: w.ID}
	scope.ClientID = value[string](w, "select id::text from client where mssp_id = $1 and external_id = $2", w.ID, externalID)
	scope.MSPID = value[string](w, "select coalesce(msp_id::text, '') from client where mssp_id = $1 and external_id = $2", w.ID, externalID)
	return w.Person(portal.ClientUser, scope)
}

// clientRules are the filters of clients in Go: each reports whether a client matches a value.
var clientRules = map[string]func(c portal.Client, value string) bool{
	"q": func(c portal.Client, v string) bool {
		return strings.Contains(strings.ToLower(c.Name+" "+c.ExternalID), strings.ToLower(v))
	},
	"status":        func(c portal.Client, v string) bool { return string(c.Status) == v },
	"status_reason": func(c portal.Client, v string) bool { return c.StatusReason != nil && string(*c.StatusReason) == v },
	"type":          func(c portal.Client, v string) bool { return strings.EqualFold(c.Type, v) },
	"licence_type":  func(c portal.Client, v string) bool { return textMatches(c.LicenceType, v) },
	"spla":          func(c portal.Client, v string) bool { return boolMatches(c.SPLA, v) },
	"seats_used":    func(c portal.Client, v string) bool { return numberMatches(c.SeatsUsed, v) },
	"seats_total":   func(c portal.Client, v string) bool { return numberMatches(c.SeatsTotal, v) },
	"seats_exceeded": func(c portal.Client, v string) bool {
		if c.SeatsUsed == nil || c.SeatsTotal == nil {
			return v == "unknown"
		}
		return v == map[bool]string{true: "yes", false: "no"}[*c.SeatsUsed > *c.SeatsTotal]
	},
	"msp_id": func(c portal.Client, v string) bool { return textMatches(c.MSPID, v) },
	"expires_within": func(c portal.Client, _ string) bool {
		return false // all dates of licensedWorld have passed
	},
	"expires_on": func(c portal.Client, v string) bool {
		// All dates of licensedWorld have passed.
		return v == "expired" && c.Status == portal.Active && c.ExpiresOn != nil || v == "none" && c.ExpiresOn == nil
	},
}

// mspRules are the filters of MSPs in Go.
var mspRules = map[string]func(m portal.MSP, value string) bool{
	"q": func(m portal.MSP, v string) bool {
		return strings.Contains(strings.ToLower(m.Name+" "+m.ExternalID), strings.ToLower(v))
	},
	"status":        func(m portal.MSP, v string) bool { return string(m.Status) == v },
	"status_reason": func(m portal.MSP, v string) bool { return m.StatusReason != nil && string(*m.StatusReason) == v },
	"type":          func(m portal.MSP, v string) bool { return strings.EqualFold(m.Type, v) },
	"expires_on": func(m portal.MSP, v string) bool {
		return v == "expired" && m.ExpiresOn != nil || v == "none" && m.ExpiresOn == nil
	},
	"licence_type": func(m portal.MSP, v string) bool { return textMatches(m.LicenceType, v) },
	"spla":         func(m portal.MSP, v string) bool { return boolMatches(m.SPLA, v) },
	"clients":      func(m portal.MSP, v string) bool { return numberMatches(&m.Clients, v) },
	"seats_used":   func(m portal.MSP, v string) bool { return numberMatches(m.SeatsUsed, v) },
	"seats_total":  func(m portal.MSP, v string) bool { return numberMatches(m.SeatsTotal, v) },
}

func textMatches(text *string, v string) bool {
	if text == nil {
		return v == "none"
	}
	return strings.EqualFold(*text, v)
}

func boolMatches(yes *bool, v string) bool {
	if yes == nil {
		return v == "unknown"
	}
	return v == map[bool]string{true: "yes", false: "no"}[*yes]
}

func numberMatches(n *int64, v string) bool {
	if n == nil {
		return v == "unknown"
	}
	switch v {
	case "..5":
		return *n <= 5
	case "5..":
		return *n >= 5
	case "3..12":
		return *n >= 3 && *n <= 12
	}
	return fmt.Sprint(*n) == v
}

// filterValues returns the values to try each filter with.
func (w *tenant) filterValues() map[string][]any {
	ranges := []any{"0", "..5", "5..", "3..12", "unknown"}
	return map[string][]any{
		"q": {"client 1", "%", "13"}, "status": {"active", "missing", "removed", "disabled"},
		"status_reason": {"demo", "deleted", "inactive"},
		"type":          {"CORP", "corp", "demo"}, "licence_type": {"EDR", "none", "100%_suite", "Monthly"}, "spla": {"yes", "no", "unknown"},
		"seats_used": ranges, "seats_total": ranges, "clients": ranges, "expires_within": {30},
		"seats_exceeded": {"yes", "no", "unknown"}, "expires_on": {"expired", "30d", "none"},
		"msp_id": {"none", w.atMSP("1").Scope.MSPID, postgres.NewID()},
	}
}

// eachFilter calls try with a filter struct for every value of every filter, and for each pair of filters.
func eachFilter[F any](values map[string][]any, try func(filter F, set map[string]string)) {
	var none F
	try(none, nil)
	fields := reflect.VisibleFields(reflect.TypeFor[F]())
	for i, field := range fields {
		for _, value := range values[field.Tag.Get("query")] {
			var one F
			reflect.ValueOf(&one).Elem().Field(i).Set(reflect.ValueOf(value))
			set := map[string]string{field.Tag.Get("query"): fmt.Sprint(value)}
			try(one, set)
			for j, second := range fields[:i] {
				for _, also := range values[second.Tag.Get("query")] {
					two := one
					reflect.ValueOf(&two).Elem().Field(j).Set(reflect.ValueOf(also))
					try(two, map[string]string{field.Tag.Get("query"): fmt.Sprint(value), second.Tag.Get("query"): fmt.Sprint(also)})
				}
			}
		}
	}
}

func TestClients(t *testing.T) {
	t.Parallel()
	w := newLicensedTenant(t)
	for level, viewer := range map[string]portal.Viewer{"mssp": w.admin, "msp": w.atMSP("1"), "client": w.atClient("10")} {
		t.Run("filters_rows_and_total_for_"+level, func(t *testing.T) {
			all, _, err := w.DB.Clients(t.Context(), viewer, portal.ClientQuery{Limit: 200})
			if err != nil {
				t.Fatal(err)
			}
			eachFilter(w.filterValues(), func(filter portal.ClientFilter, set map[string]string) {
				want := slices.DeleteFunc(slices.Clone(all.Items), func(c portal.Client) bool { return !matches(clientRules, c, set) })
				page, _, err := w.DB.Clients(t.Context(), viewer, portal.ClientQuery{ClientFilter: filter, Limit: 200})
				if diff := cmp.Diff(names(want, nameOfClient), names(page.Items, nameOfClient)); err != nil || diff != "" ||
					page.Total != int64(len(want)) {
					t.Errorf("by %v: got a total of %d, want %d (%v); clients (-want +got):\n%s", set, page.Total, len(want), err, diff)
				}
			})
		})
	}
	t.Run("report_whether_any_has_expiry_date", func(t *testing.T) {
		for _, c := range []struct {
			viewer portal.Viewer
			want   bool
		}{{w.admin, true}, {w.atMSP("1"), true}, {w.atMSP("2"), false}, {w.atClient("11"), true}, {w.atClient("10"), false}} {
			page, _, err := w.DB.Clients(t.Context(), c.viewer, portal.ClientQuery{Limit: 1})
			if err != nil || page.HasExpiry != c.want {
				t.Errorf("%+v: got has_expiry %v, want %v (%v)", c.viewer.Scope, page.HasExpiry, c.want, err)
			}
		}
	})
	t.Run("disabled_again_after_older_server", testClientsDisabledAfterOlderServer)
	t.Run("search_without_letters_finds_none", testClientsSearchWithoutLetters)
}

func TestMSPs(t *testing.T) {
	t.Parallel()
	w := newLicensedTenant(t)
	for level, viewer := range map[string]portal.Viewer{"mssp": w.admin, "msp": w.atMSP("1")} {
		t.Run("filters_rows_and_total_for_"+level, func(t *testing.T) {
			all, _, err := w.DB.MSPs(t.Context(), viewer, portal.MSPQuery{Limit: 200})
			if err != nil {
				t.Fatal(err)
			}
			eachFilter(w.filterValues(), func(filter portal.MSPFilter, set map[string]string) {
				want := slices.DeleteFunc(slices.Clone(all.Items), func(m portal.MSP) bool { return !matches(mspRules, m, set) })
				page, _, err := w.DB.MSPs(t.Context(), viewer, portal.MSPQuery{MSPFilter: filter, Limit: 200})
				if diff := cmp.Diff(names(want, nameOfMSP), names(page.Items, nameOfMSP)); err != nil || diff != "" ||
					page.Total != int64(len(want)) {
					t.Errorf("by %v: got a total of %d, want %d (%v); MSPs (-want +got):\n%s", set, page.Total, len(want), err, diff)
				}
			})
		})
	}
	t.Run("show_own_figures_or_sum_of_clients", func(t *testing.T) {
		page, _, err := w.DB.MSPs(t.Context(), w.admin, portal.MSPQuery{Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, m := range page.Items {
			got[m.Name] = fmt.Sprint(number(m.SeatsUsed), "/", number(m.SeatsTotal), " unknown ", m.SeatsUsedUnknown, "/",
				m.SeatsTotalUnknown, " clients ", m.Clients)
		}
		// South has one active client whose figures are unknown, and a disabled one whose seats are not summed.
		want := map[string]string{
			"North": "3/15 unknown 1/1 clients 3", "South": "70/90 unknown 0/0 clients 1", "Silent": "–/– unknown 0/0 clients 0",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("figures (-want +got):\n%s", diff)
		}
	})
	t.Run("show_next_licence_end_and_count_expired", testMSPsShowNextLicenceEnd)
	t.Run("show_both_figures_in_detail", func(t *testing.T) {
		viewer := w.atMSP("2")
		detail, err := w.DB.MSP(t.Context(), viewer, viewer.Scope.MSPID)
		want := portal.SeatSums{UsedUnknown: 1, TotalUnknown: 1}
		if diff := cmp.Diff(want, detail.ClientsSeats); err != nil || diff != "" || number(detail.OwnSeats.Used) != "70" ||
			number(detail.OwnSeats.Total) != "90" {
			t.Errorf("got own seats %s/%s (%v), clients' (-want +got):\n%s", number(detail.OwnSeats.Used), number(detail.OwnSeats.Total), err, diff)
		}
	})
}

func TestOverview(t *testing.T) {
	t.Parallel()
	w := newLicensedTenant(t)
	for _, c := range []struct {
		name   string
		viewer portal.Viewer
		want   string
	}{
		{"mssp", w.admin, "msps 2 clients 5 missing 1 disabled 2 seats 15/27 unknown 2/2 expired 1 expiring 0 of [Heimdal]"},
		{"msp", w.atMSP("1"), "msps 0 clients 3 missing 1 disabled 0 seats 3/15 unknown 1/1 expired 1 expiring 0 of [Heimdal]"},
		{"msp_without_figures", w.atMSP("2"),
			"msps 0 clients 1 missing 0 disabled 2 seats –/– unknown 1/1 expired – expiring – of [Heimdal]"},
		{"client", w.atClient("11"), "msps 0 clients 1 missing 0 disabled 0 seats –/5 unknown 1/0 expired 1 expiring 0 of [Heimdal]"},
		{"disabled_client", w.atClient("13"),
			"msps 0 clients 0 missing 0 disabled 1 seats –/– unknown 0/0 expired – expiring – of [Heimdal]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, _, err := w.DB.Overview(t.Context(), c.viewer, time.Hour)
			got := fmt.Sprintf("msps %d clients %d missing %d disabled %d seats %s/%s unknown %d/%d expired %s expiring %s of %v", o.MSPs,
				o.Clients, o.ClientsMissing,
				o.ClientsDisabled, number(o.SeatsUsed), number(o.SeatsTotal), o.SeatsUsedUnknown, o.SeatsTotalUnknown,
				number(o.Expired), number(o.ExpiringSoon), o.Products)
			if err != nil || got != c.want {
				t.Errorf("got %s, want %s (%v)", got, c.want, err)
			}
		})
	}
}

// matches reports whether the item matches the value of every filter in set.
func matches[T any](rules map[string]func(T, string) bool, item T, set map[string]string) bool {
	for name, value := range set {
		if !rules[name](item, value) {
			return false
		}
	}
	return true
}

func nameOfClient(c portal.Client) string { return c.Name }
func nameOfMSP(m portal.MSP) string       { return m.Name }

func names[T any](items []T, name func(T) string) []string {
	all := make([]string, len(items))
	for i, item := range items {
		all[i] = name(item)
	}
	return all
}

func number(n *int64) string {
	if n == nil {
		return "–"
	}
	return fmt.Sprint(*n)
}

func testClientsDisabledAfterOlderServer(t *testing.T) {
	t.Parallel()
	w := newLicensedTenant(t)
	// An older server stores every customer that it reads as active.
	w.Exec("update client set status = 'active' where status = 'disabled'")
	w.complete(licensedWorld())
	if n := value[int64](w, "select count(*) from client where mssp_id = $1 and status = 'disabled'", w.ID); n != 2 {
		t.Errorf("got %d disabled clients after the next run, want 2", n)
	}
	w.CheckCounts(t.Errorf)
}

func testClientsSearchWithoutLetters(t *testing.T) {
	t.Parallel()
	w := newLicensedTenant(t)
	for _, q := range []string{"\u0301", "\u200d"} {
		page, _, err := w.DB.Clients(t.Context(), w.admin, portal.ClientQuery{ClientFilter: portal.ClientFilter{Q: q}, Limit: 10})
		if err != nil || page.Total != 0 || len(page.Items) != 0 {
			t.Errorf("search for %q: got %d of %d clients, want none (%v)", q, len(page.Items), page.Total, err)
		}
	}
}
