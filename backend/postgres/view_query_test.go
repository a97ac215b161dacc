package postgres

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

const someID = "0198c5a4-0000-7000-8000-000000000000"

func TestViewQuery(t *testing.T) {
	mssp := portal.Scope{Level: portal.LevelMSSP, MSSPID: someID}
	msps := strings.Repeat(someID+",", 50)
	for _, c := range []struct {
		name    string
		list    portal.ViewList
		query   string
		refused string // part of the detail
	}{
		{"empty", portal.ListClients, "", ""},
		{"filters_sort_columns", portal.ListClients,
			"q=bakery&status=!active,missing&seats_used=5..10&expires_on=30d&sort=-expires_on,name&columns=name,status:120,expires_on", ""},
		{"msps", portal.ListMSPs, "clients=5..&next_expires_on=none&sort=-clients", ""},
		{"changes", portal.ListChanges, "since=last_visit&until=2026-01-31&kind=added,removed&field=name", ""},
		{"users", portal.ListUsers, "q=a&role=msp_user&status=active&msp_id=" + someID + "&sort=role", ""},
		{"invites", portal.ListInvites, "q=a&status=open", ""},
		{"unknown_parameter", portal.ListClients, "colour=red", `no parameter "colour"`},
		{"parameter_of_another_list", portal.ListClients, "next_expires_on=30d", `no parameter "next_expires_on"`},
		{"place_in_list", portal.ListClients, "cursor=x", `no parameter "cursor"`},
		{"parameter_of_older_apps", portal.ListClients, "expires_within=30", `no parameter "expires_within"`},
		{"parameter_twice", portal.ListClients, "status=active&status=missing", "needs one value"},
		{"parameter_without_value", portal.ListClients, "status=", "needs one value"},
		{"null_character", portal.ListClients, "q=a%00b", "needs one value"},
		{"broken_escape", portal.ListClients, "q=%zz", "one of an address"},
		{"question_mark", portal.ListClients, "?status=active", `no parameter "?status"`},
		{"unknown_choice", portal.ListClients, "status=sleeping", "status is one of"},
		{"reversed_range", portal.ListClients, "seats_used=10..5", "reversed"},
		{"reversed_days", portal.ListClients, "first_seen_at=2026-12-31..2026-12-01", "reversed"},
		{"empty_value", portal.ListClients, "status=active,,missing", "empty value"},
		{"long_value", portal.ListClients, "q=" + strings.Repeat("a", 101), "at most 100 characters"},
		{"malformed_id", portal.ListClients, "msp_id=1", "id"},
		{"too_many_ids", portal.ListClients, "msp_id=" + msps + someID, "at most"},
		{"unknown_sort", portal.ListClients, "sort=colour", "cannot be sorted"},
		{"four_sorts", portal.ListClients, "sort=name,status,type,spla", "three"},
		{"unknown_span", portal.ListChanges, "since=yesterday", "since is a date"},
		{"reversed_span", portal.ListChanges, "since=2026-02-01&until=2026-01-31", "until"},
		{"sort_of_changes", portal.ListChanges, "sort=name", `no parameter "sort"`},
		{"unknown_role", portal.ListUsers, "role=king", "no role"},
		{"unknown_user_status", portal.ListUsers, "status=asleep", "active or deactivated"},
		{"malformed_msp", portal.ListUsers, "msp_id=1", "UUID"},
		{"unknown_invite_status", portal.ListInvites, "status=lost", "open, accepted"},
		{"column_with_space", portal.ListClients, "columns=name,%20status", "columns are names"},
		{"column_twice", portal.ListClients, "columns=name,name:80", "columns are names"},
		{"column_width_zero", portal.ListClients, "columns=name:0", "columns are names"},
		{"column_width_huge", portal.ListClients, "columns=name:12345", "columns are names"},
		{"too_many_columns", portal.ListClients, "columns=" + strings.Repeat("a,", 60) + "a", "at most 60"},
		{"too_long", portal.ListClients, "q=" + strings.Repeat("a", 4000), "at most 4000"},
		{"unknown_list", "dogs", "", "no list"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := checkViewQuery(mssp, c.list, c.query)
			if c.refused == "" {
				if err != nil {
					t.Errorf("%s: got %v, want no error", c.query, err)
				}
				return
			}
			var invalid *portal.Error
			if !errors.As(err, &invalid) || invalid.Code != portal.Invalid || !strings.Contains(invalid.Detail, c.refused) {
				t.Errorf("%s: got %v, want invalid with %q", c.query, err, c.refused)
			}
			if invalid != nil && c.name != "unknown_list" && invalid.Field != "query" {
				t.Errorf("%s: got the field %q, want query", c.query, invalid.Field)
			}
		})
	}
}

// FuzzViewQuery checks that a query is refused with the field query, or can be read again as a list's parameters.
func FuzzViewQuery(f *testing.F) {
	for _, seed := range []string{
		"", "status=active&sort=-name", "columns=name:120", "q=%zz", "a=b&a=c", "since=7d&until=2026-01-31", "status=!\\,", "name=^", ";",
	} {
		f.Add(seed)
	}
	scope := portal.Scope{Level: portal.LevelMSSP, MSSPID: someID}
	f.Fuzz(func(t *testing.T, query string) {
		for _, list := range portal.MSSPAdmin.ViewLists() {
			err := checkViewQuery(scope, list, query)
			var invalid *portal.Error
			if err != nil && (!errors.As(err, &invalid) || invalid.Code != portal.Invalid || invalid.Field != "query") {
				t.Errorf("%s, %q: got %v, want invalid for query", list, query, err)
			}
			if _, unreadable := url.ParseQuery(query); err == nil && unreadable != nil {
				t.Errorf("%s, %q: accepted, but cannot be read: %v", list, query, unreadable)
			}
		}
	})
}
