package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

const maxCursorLength = 1024 // maxLength of cursor in the API

// pagedList is a list with pages.
type pagedList struct {
	name, path string
	sorts      []string // "" for a list with one sort
	rows       int
}

// listItem contains what the items of all lists have in common.
type listItem struct{ ID, Name, Email string }

// lists returns all lists with pages, each with a few rows.
func (h *apiTest) lists() []pagedList {
	h.Helper()
	run, review := h.run(h.Own), h.review(h.Own)
	h.Exec("update change set run_id = $1 where mssp_id = $2", run, h.Own.MSSPID)
	for range 5 {
		h.invite(h.Own, h.Own.MSPs[0].ID)
		h.Exec(`
			insert into sync_run (mssp_id, id, mssp_product_id, status, trigger, created_at)
			select mssp_id, $2, mssp_product_id, 'failed', 'schedule', '2026-01-02 03:04:05.678901+00' from sync_run where id = $1`,
			run, postgres.NewID())
	}
	lists := []pagedList{
		{name: "clients", path: "/v1/clients", rows: 7},
		{name: "msps", path: "/v1/msps", rows: 2},
		{name: "users", path: "/v1/users", rows: 5},
		{name: "invites", path: "/v1/invites", rows: 5},
		{name: "syncs", path: "/v1/syncs", rows: 7},
		{name: "changes of a run", path: "/v1/syncs/" + run + "/changes", rows: 7},
		{name: "changes", path: "/v1/changes", rows: 7},
		{name: "review", path: "/v1/syncs/" + review + "/review", rows: 4},
	}
	token := h.as(portal.MSSPAdmin)
	for i := range lists {
		lists[i].sorts = h.sortsOf(lists[i].path, token)
	}
	return lists
}

// sortsOf returns the sorts of a list, read from its refusal of an unknown sort.
func (h *apiTest) sortsOf(path, token string) []string {
	h.Helper()
	problem := decode[httpapi.Problem](h, h.wants(h.get(path+"?sort=nothing", token), unprocessable))
	_, known, found := strings.Cut(problem.Detail, "it can by ")
	if !found {
		return []string{""}
	}
	var sorts []string
	for _, name := range strings.Split(strings.TrimSuffix(known, "."), ", ") {
		sorts = append(sorts, name, "-"+name)
	}
	return sorts
}

// pages reads a list to its end.
func (h *apiTest) pages(path, token, sort string, limit int) (items []string) {
	h.Helper()
	query := url.Values{"limit": {fmt.Sprint(limit)}}
	if sort != "" {
		query.Set("sort", sort)
	}
	for range 100 {
		r := h.wants(h.get(path+"?"+query.Encode(), token), ok)
		page := decode[struct {
			Items  []json.RawMessage `json:"items"`
			Cursor *string           `json:"next_cursor"`
		}](h, r)
		for _, item := range page.Items {
			items = append(items, string(item))
		}
		if page.Cursor == nil {
			return items
		}
		if len(*page.Cursor) > maxCursorLength {
			h.Fatalf("%s by %q: got a cursor of %d characters, want at most %d", path, sort, len(*page.Cursor), maxCursorLength)
		}
		query.Set("cursor", *page.Cursor)
	}
	h.Fatalf("%s by %q never ends", path, sort)
	return nil
}

// fatal is implemented by a test and by one check of a property.
type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

// walks reads a list in pages and compares it with the whole list.
func (h *apiTest) walks(t fatal, l pagedList, token, sort string, limit int) {
	t.Helper()
	whole, paged := h.pages(l.path, token, sort, 200), h.pages(l.path, token, sort, limit)
	if len(whole) != l.rows {
		t.Fatalf("%s by %q has %d rows, want %d", l.name, sort, len(whole), l.rows)
	}
	if !slices.Equal(paged, whole) {
		t.Fatalf("%s by %q in pages of %d:\n%s\nwant\n%s", l.name, sort, limit, strings.Join(paged, "\n"), strings.Join(whole, "\n"))
	}
	if strings.TrimPrefix(sort, "-") == "name" {
		checkNameOrder(t, l.name, whole, sort == "-name")
	}
}

// checkNameOrder compares the order of a list with that of its name keys.
func checkNameOrder(t fatal, list string, items []string, descending bool) {
	t.Helper()
	position := func(item string) string {
		var i listItem
		if err := json.Unmarshal([]byte(item), &i); err != nil {
			t.Fatalf("%v: %s", err, item)
		}
		if i.Name == "" {
			i.Name = i.Email
		}
		key, _ := postgres.NameKey(i.Name)
		return key + "\x00" + i.ID
	}
	for i := 1; i < len(items); i++ {
		order := strings.Compare(position(items[i-1]), position(items[i]))
		if descending {
			order = -order
		}
		if order >= 0 {
			t.Fatalf("%s: %q comes before %q", list, position(items[i-1]), position(items[i]))
		}
	}
}

func TestCursor(t *testing.T) {
	t.Run("is_tested_for_every_list_that_has_one", func(t *testing.T) {
		h := newAPITest(t)
		paged := map[string]bool{}
		for _, l := range h.lists() {
			paged[l.name] = true
		}
		document := decode[struct {
			Paths map[string]map[string]struct{ Parameters []struct{ Name string } }
		}](h, h.wants(h.get("/openapi.json", ""), ok))
		for path, methods := range document.Paths {
			for _, p := range methods["get"].Parameters {
				if name := path[strings.LastIndexByte(path, '/')+1:]; p.Name == "cursor" && !paged[name] {
					t.Errorf("%s has pages but no test reads them", path)
				}
			}
		}
		if len(document.Paths) == 0 {
			t.Error("the document has no paths")
		}
	})
	t.Run("fits_behind_a_long_name", func(t *testing.T) {
		h := newAPITest(t)
		lists, token := h.lists(), h.as(portal.MSSPAdmin)
		for _, name := range []string{strings.Repeat("株", 250), strings.Repeat("&", 125), strings.Repeat("𐍈", 1000),
			strings.Repeat(`"\`, 400)} {
			h.rename(func(string) string { return name })
			for _, l := range lists {
				for _, sort := range l.sorts {
					h.walks(t, l, token, sort, 1)
				}
			}
		}
	})
	t.Run("leads_through_every_list_whatever_its_names", func(t *testing.T) {
		h := newAPITest(t)
		lists, token := h.lists(), h.as(portal.MSSPAdmin)
		rapid.Check(t, func(t *rapid.T) {
			h.rename(func(of string) string { return drawName.Draw(t, of) })
			for _, l := range lists {
				sort := l.sorts[0]
				if sort != "" {
					sort = strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom(l.sorts), 1, min(3, len(l.sorts)/2), bare).Draw(t,
						"sort"), ",")
				}
				h.walks(t, l, token, sort, rapid.IntRange(1, 5).Draw(t, "limit"))
			}
		})
	})
}

func bare(sort string) string { return strings.TrimPrefix(sort, "-") }

// drawName draws names of 1 to 1,000 characters of any script, many of which begin alike.
var drawName = rapid.Map(rapid.OneOf(
	rapid.StringN(1, 1000, -1),
	rapid.Custom(func(t *rapid.T) string {
		return strings.Repeat(string(rapid.Rune().Draw(t, "repeated")), rapid.IntRange(1, 1000).Draw(t, "times"))
	}),
	rapid.Custom(func(t *rapid.T) string {
		return strings.Repeat(rapid.SampledFrom([]string{"株", "&", "é", "ab", "𐍈"}).Draw(t, "prefix"), 199) +
			rapid.StringN(0, 3, -1).Draw(t, "suffix")
	}),
	rapid.SampledFrom([]string{"Müller AG", "MULLER AG", "muller\u00a0ag", " ", "\u0301"}),
), func(name string) string { return strings.ReplaceAll(name, "\x00", "0") })

// rename gives every customer and every user another name, and every customer another type, and updates the name keys.
func (h *apiTest) rename(name func(of string) string) {
	h.Helper()
	batch := &pgx.Batch{}
	for _, of := range h.Own.MSPs {
		batch.Queue("update msp set name = $2 where id = $1", of.ID, name(of.Name))
		for _, client := range of.Clients {
			batch.Queue("update client set name = $2, type = left($3, 64) where id = $1", client.ID, name(client.Name), name("type"))
		}
	}
	for _, role := range roles {
		batch.Queue("update app_user set name = $2, email = left(rpad('', 240, 'a') || id, 254) where id = $1",
			h.Own.Viewers[role].UserID, name(string(role)))
	}
	if err := h.Owner.SendBatch(h.Context(), batch).Close(); err != nil {
		h.Fatal(err)
	}
	if _, err := h.DB.KeyNames(h.Context()); err != nil {
		h.Fatal(err)
	}
	h.Exec(`
		update sync_vanishing v
		set search_name = k.search_name, name_key = k.name_key
		from (select id, search_name, name_key from msp union all select id, search_name, name_key from client) k
		where k.id = v.id`)
}

func TestListOrder(t *testing.T) {
	t.Parallel()
	t.Run("is_independent_of_database_settings", testListOrderIsIndependentOfDatabaseSettings)
	t.Run("search_finds_every_spelling", testListOrderSearchFindsEverySpelling)
}

func testListOrderIsIndependentOfDatabaseSettings(t *testing.T) {
	h := newAPITest(t)
	lists := h.lists()
	h.Exec(`
		update client c
		set seats_used = (array[null, 3, 3, 9, 1, null, 3])[n.n],
		    expires_on = (array['2030-01-05', null, '2030-01-05', '2029-05-06', null, '2031-02-03', '2029-12-01']::date[])[n.n],
		    first_seen_at = '2026-01-02 03:04:05.678901+00'::timestamptz - n.n * interval '1 day',
		    status = case when n.n > 4 then 'missing' else 'active' end
		from (select id, row_number() over (order by id) as n from client where mssp_id = $1) n
		where c.id = n.id`, h.Own.MSSPID)
	token := h.as(portal.MSSPAdmin)
	before := map[string][]string{}
	for _, l := range lists {
		for _, sort := range l.sorts {
			before[l.name+sort] = h.pages(l.path, token, sort, 200)
		}
	}
	h.alterDatabase("datestyle = 'German'", "intervalstyle = 'sql_standard'", "timezone = 'Pacific/Chatham'", "bytea_output = 'escape'",
		"extra_float_digits = -15", "search_path = 'elsewhere'", "lc_messages = 'POSIX'", "lc_time = 'POSIX'", "lc_numeric = 'POSIX'",
		"standard_conforming_strings = off", "client_encoding = 'LATIN1'", "default_transaction_isolation = 'serializable'",
		"default_transaction_read_only = on", "transform_null_equals = on", "row_security = off")
	h.reopen()
	for _, l := range lists {
		for _, sort := range l.sorts {
			for _, limit := range []int{1, 2, 3} {
				if got, want := h.pages(l.path, token, sort, limit), before[l.name+sort]; !slices.Equal(got, want) {
					t.Errorf("%s by %q in pages of %d:\n%s\nwant\n%s", l.name, sort, limit, strings.Join(got, "\n"), strings.Join(want,
						"\n"))
				}
			}
		}
	}
}

// alterDatabase changes the database's default settings, as a superuser.
func (h *apiTest) alterDatabase(settings ...string) {
	h.Helper()
	admin, err := pgx.Connect(h.Context(), testkit.AdminURL(h).String())
	if err != nil {
		h.Fatal(err)
	}
	defer admin.Close(h.Context())
	for _, setting := range settings {
		name := pgx.Identifier{h.Text("select current_database()")}.Sanitize()
		if _, err := admin.Exec(h.Context(), "alter database "+name+" set "+setting); err != nil {
			h.Fatal(err)
		}
	}
}

// reopen serves the API over new connections, which start with the database's present defaults.
func (h *apiTest) reopen() {
	h.Helper()
	db, err := postgres.Open(h.Context(), h.URLs.Server)
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(db.Close)
	server := httptest.NewServer(httpapi.New(newConfig(h, db)))
	h.Cleanup(server.Close)
	h.url = server.URL
}

func testListOrderSearchFindsEverySpelling(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSSPAdmin)
	names := []string{"MÜLLER AG", "Große Straße 5", "ISPARTA Ltd", "ΟΔΥΣΣΕΥΣ", "Acme\u00a0 Works", "Ismu\u0308ller",
		strings.Repeat("long ", 300) + "Ende"}
	clients := slices.Concat(h.Own.MSPs[0].Clients, h.Own.MSPs[1].Clients)
	clients = append(clients, h.Own.Direct)
	for i, name := range names {
		h.Exec("update client set name = $2 where id = $1", clients[i].ID, name)
	}
	finds := func(q string, want ...string) {
		h.Helper()
		page := decode[portal.ClientPage](h, h.wants(h.get("/v1/clients?q="+url.QueryEscape(q), token), ok))
		var got []string
		for _, item := range page.Items {
			got = append(got, item.Name)
		}
		if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(want))) || page.Total != int64(len(want)) {
			h.Errorf("%q finds %q, counted %d, want %q", q, got, page.Total, want)
		}
	}
	// Names written by an older server are found as that server finds them.
	finds("acme", names[4])
	finds("ende", names[6])
	finds("isparta", names[2])
	if made, err := h.DB.KeyNames(t.Context()); err != nil || made != 7 {
		t.Fatalf("made %d keys, %v, want 7", made, err)
	}
	for q, want := range map[string][]string{
		"müller": {names[0], names[5]}, "MULLER": {names[0], names[5]}, "mu\u0308ller ag": {names[0]}, "strasse": {names[1]},
		"STRAẞE": {names[1]}, "isparta": {names[2]}, "ısparta": {names[2]}, "İSPARTA": {names[2]}, "οδυσσευς": {names[3]},
		"Οδυσσεύς": {names[3]}, "acme works": {names[4]}, "acme\u00a0works": {names[4]}, "  ACME ": {names[4]}, "ende": {names[6]},
		"50%": nil, "_": nil, `\`: nil, "isparta x": nil,
	} {
		finds(q, want...)
	}
}
