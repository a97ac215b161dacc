package postgres

import (
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

const someID = "0198c5a4-0000-7000-8000-000000000000"

func TestViewQuery(t *testing.T) {
	t.Run("shared_cases", func(t *testing.T) {
		// The fake API of the screens is tested with the same cases.
		text, err := os.ReadFile("testdata/view_queries.json")
		if err != nil {
			t.Fatal(err)
		}
		var cases []viewQueryCase
		if err := json.Unmarshal(text, &cases); err != nil || len(cases) == 0 {
			t.Fatalf("got %d cases, %v", len(cases), err)
		}
		for _, c := range cases {
			t.Run(c.Name, c.test)
		}
	})
	msps := strings.Repeat(someID+",", 50)
	for _, c := range []viewQueryCase{
		{"long_value", portal.ListClients, "q=" + strings.Repeat("a", 101), "at most 100 characters"},
		{"too_many_ids", portal.ListClients, "msp_id=" + msps + someID, "at most"},
		{"too_many_columns", portal.ListClients, "columns=" + strings.Repeat("a,", 60) + "a", "at most 60"},
		{"too_long", portal.ListClients, "q=" + strings.Repeat("a", 4000), "at most 4000"},
	} {
		t.Run(c.Name, c.test)
	}
	t.Run("unknown_list", func(t *testing.T) {
		if err := checkViewQuery(msspScope, "dogs", ""); portal.ErrorCode(err) != portal.Invalid {
			t.Errorf("got %v, want invalid", err)
		}
	})
}

var msspScope = portal.Scope{Level: portal.LevelMSSP, MSSPID: someID}

// viewQueryCase is a query of a view with a part of the detail it is refused with, if it is.
type viewQueryCase struct {
	Name    string
	List    portal.ViewList
	Query   string
	Refused string
}

func (c viewQueryCase) test(t *testing.T) {
	err := checkViewQuery(msspScope, c.List, c.Query)
	if c.Refused == "" {
		if err != nil {
			t.Errorf("%s: got %v, want no error", c.Query, err)
		}
		return
	}
	var invalid *portal.Error
	found := errors.As(err, &invalid)
	if !found || invalid.Code != portal.Invalid || invalid.Field != "query" || !strings.Contains(invalid.Detail, c.Refused) {
		t.Errorf("%s: got %v, want invalid for query with %q", c.Query, err, c.Refused)
	}
}

// FuzzViewQuery checks that a query is refused with the field query, or can be read again as a list's parameters.
func FuzzViewQuery(f *testing.F) {
	for _, seed := range []string{
		"", "status=active&sort=-name", "columns=name:120", "q=%zz", "a=b&a=c", "since=7d&until=2026-01-31", "status=!\\,", "name=^", ";",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, list := range portal.MSSPAdmin.ViewLists() {
			err := checkViewQuery(msspScope, list, query)
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
