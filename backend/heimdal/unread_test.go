package heimdal

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

func unreadIDs(unread []portal.UnreadReseller) string {
	var all []string
	for _, u := range unread {
		all = append(all, u.ExternalID+" "+u.Code)
	}
	return strings.Join(all, ", ")
}

// threeResellers returns an API without parents in which the reseller refused gets the given response.
func threeResellers(t testing.TB, refused string, answer func() *http.Response) *reader {
	top := `[` + resellers(3) + `,` + corps(11, 1) + `]`
	return asking(t, func(r *http.Request) *http.Response {
		switch id := r.URL.Query().Get("customerId"); id {
		case "17":
			return body(top)
		case refused:
			return answer()
		default:
			return body(`[{"id":10` + id + `,"type":"CORP"}]`)
		}
	})
}

func sayingWith(text, header, value string) func() *http.Response {
	return func() *http.Response {
		r := body(text)
		r.Header.Set(header, value)
		return r
	}
}

func TestUnreadReseller(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer func() *http.Response
		code   portal.CallCode
		fails  bool
	}{
		"status 404":                  {fails(404), portal.NoEndpoint, false},
		"status 403":                  {fails(403), portal.BadKey, false},
		"status 401":                  {fails(401), portal.BadKey, false},
		"status 400":                  {fails(400), portal.Refused, false},
		"status 204":                  {fails(204), portal.Garbage, false},
		"an empty body":               {saying(""), portal.Garbage, false},
		"an empty object":             {saying("{}"), portal.Garbage, false},
		"a message":                   {saying(refusedHere), portal.BadKey, false},
		"a message without customers": {saying(`{"items":[],"message":"No access."}`), portal.BadKey, false},
		"a failure without customers": {saying(`{"success":false,"data":[]}`), portal.Incomplete, false},
		"a failure in a header":       {sayingWith(`[]`, "X-Error", "true"), portal.Incomplete, false},
		"a failure beside customers":  {saying(`{"success":false,"data":[` + corps(31, 1) + `]}`), portal.Incomplete, true},
		"an empty list":               {saying("[]"), "", false},
		"status 500":                  {fails(500), portal.ServerError, true},
		"a proxy":                     {fails(407), portal.Refused, true},
		"a web page":                  {saying("<html>"), portal.Garbage, true},
		"broken JSON":                 {saying(`[{"id":1`), portal.Truncated, true},
		"customers in a wrong form":   {saying(`{"items":[` + corps(31, 1) + `],"id":99,"name":"x"}`), portal.Garbage, true},
	} {
		for place, id := range map[string]string{"first": "1", "middle": "2", "last": "3"} {
			t.Run(name+" about the "+place, func(t *testing.T) {
				t.Parallel()
				customers, end, err := threeResellers(t, id, test.answer).from(t.Context(), portal.ReadState{})
				if test.fails {
					wantCode(t, err, test.code)
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				want := ""
				if test.code != "" {
					want = id + " " + string(test.code)
				}
				if got := unreadIDs(end.Unread); got != want {
					t.Errorf("unread: got %q, want %q", got, want)
				}
				for _, other := range []string{"1", "2", "3"} {
					if is := strings.Contains(tree(customers), "10"+other+" client under "+other); is != (other != id) {
						t.Errorf("client of reseller %s read: %t; got %s", other, is, tree(customers))
					}
				}
				for _, u := range end.Unread {
					if u.Detail == "" || strings.Contains(u.Detail, key) || !nextStep.MatchString(u.Detail) {
						t.Errorf("detail of %s: %q", u.ExternalID, u.Detail)
					}
				}
			})
		}
	}
}

func TestUnreadResellers(t *testing.T) {
	t.Parallel()
	t.Run("all of them fail the reading", func(t *testing.T) {
		t.Parallel()
		var asked []string
		texts := map[string]string{"17": `[` + resellers(3) + `]`}
		_, err := byCustomer(t, &asked, texts).all(t.Context())
		wantCode(t, err, portal.Refused)
		if got := strings.Join(asked, " "); got != "17 1 17 2 3 17" {
			t.Errorf("asked %v, want each reseller once, and the account after the first and the last refusal", got)
		}
	})
	t.Run("a long row of refusals fails the reading before hours have passed", func(t *testing.T) {
		t.Parallel()
		var asked []string
		_, err := byCustomer(t, &asked, map[string]string{"17": `[` + resellers(200) + `]`}).all(t.Context())
		wantCode(t, err, portal.Refused)
		if want := 1 + maxRefusedResellers + 4; len(asked) != want {
			t.Errorf("%d calls, want %d: the account is asked about four times", len(asked), want)
		}
	})
	t.Run("a refusal of a later page keeps the pages before", func(t *testing.T) {
		t.Parallel()
		top := saying(`[` + resellers(2) + `]`)
		r, _, _ := inTurn(t, top, saying(`{"items":[`+corps(21, 1)+`],"total":2}`), fails(403), top, saying(`[]`))
		customers, end, err := r.from(t.Context(), portal.ReadState{})
		if err != nil || tree(customers) != "1 msp under, 2 msp under, 21 client under 1" || unreadIDs(end.Unread) != "1 bad_key" {
			t.Errorf("read %s, unread %s, %v", tree(customers), unreadIDs(end.Unread), err)
		}
	})
	t.Run("where others can be read are named, even the first, and even where customers have a field for a parent", func(t *testing.T) {
		t.Parallel()
		for name, answer := range map[string]func() *http.Response{
			"404": fails(404), "403": fails(403), "400": fails(400), "a message": saying(refusedHere),
		} {
			r := asking(t, func(q *http.Request) *http.Response {
				switch id := q.URL.Query().Get("customerId"); id {
				case "17":
					return body(`[` + resellers(3) + `,{"id":11,"type":"CORP","resellerId":null}]`)
				case "1":
					return answer()
				default:
					return body(`[{"id":10` + id + `,"type":"CORP"}]`)
				}
			})
			customers, end, err := r.from(t.Context(), portal.ReadState{})
			want := "1 msp under, 102 client under 2, 103 client under 3, 11 client under, 2 msp under, 3 msp under"
			if err != nil || tree(customers) != want {
				t.Errorf("%s: read %s, %v; want %s", name, tree(customers), err, want)
			}
			if len(end.Unread) != 1 || end.Unread[0].ExternalID != "1" {
				t.Errorf("%s: unread %s, want 1", name, unreadIDs(end.Unread))
			}
		}
	})
	t.Run("of whom one cannot be read at all make no API that answers about the MSSP alone", func(t *testing.T) {
		t.Parallel()
		for name, answer := range map[string]func() *http.Response{
			"204": fails(204), "{}": saying(`{}`), "a failure": saying(`{"success":false,"data":[]}`),
		} {
			top := `[` + resellers(2) + `,{"id":11,"type":"CORP","resellerId":null}]`
			r, _, _ := inTurn(t, saying(top), answer, fails(404))
			if _, err := r.all(t.Context()); err == nil {
				t.Errorf("%s: the reading is complete, want an error", name)
			}
		}
	})
	t.Run("are in the state after each call", func(t *testing.T) {
		t.Parallel()
		r := threeResellers(t, "1", fails(404))
		var state portal.ReadState
		for calls := 1; !state.Done; calls++ {
			var err error
			if state, err = r.Call(t.Context(), state, func(portal.Customer) error { return nil }); err != nil {
				t.Fatal(err)
			}
			saved, err := json.Marshal(state)
			if err != nil {
				t.Fatal(err)
			}
			state = portal.ReadState{}
			if err := json.Unmarshal(saved, &state); err != nil {
				t.Fatal(err)
			}
			if want := min(calls-1, 1); len(state.Unread) != want || state.Progress.Calls != int64(calls) {
				t.Errorf("after %d calls: %+v", calls, state)
			}
		}
	})
	t.Run("a client of the whole answer does not tell one reseller from another", func(t *testing.T) {
		t.Parallel()
		var asked []string
		all := `[` + resellers(2) + `,` + corps(11, 2) + `]`
		_, err := byCustomer(t, &asked, map[string]string{"17": all, "2": all, "11": all}).all(t.Context())
		wantCode(t, err, portal.WrongCustomer)
	})
}

func TestKeyRevokedWhileResellersAreAsked(t *testing.T) {
	t.Parallel()
	// revoked is an API of 16 resellers that no longer accepts the key after so many calls, and never some resellers' questions.
	revoked := func(t *testing.T, after int, asked *[]string, answer func() *http.Response, never ...string) *reader {
		return asking(t, func(q *http.Request) *http.Response {
			id := q.URL.Query().Get("customerId")
			*asked = append(*asked, id)
			switch {
			case len(*asked) > after || slices.Contains(never, id):
				return answer()
			case id == "17":
				return body(`[` + resellers(16) + `]`)
			}
			return body(`[{"id":10` + id + `,"type":"CORP"}]`)
		})
	}
	for name, answer := range map[string]func() *http.Response{"401": fails(401), "403": fails(403), "a message": saying(refusedHere)} {
		t.Run("fails the reading at once with "+name, func(t *testing.T) {
			t.Parallel()
			var asked []string
			_, err := revoked(t, 5, &asked, answer).all(t.Context())
			wantCode(t, err, portal.BadKey)
			if got := strings.Join(asked, " "); got != "17 1 2 3 4 5 17" {
				t.Errorf("asked %s, want no other reseller after the first refusal", got)
			}
		})
	}
	t.Run("fails the reading at the first reseller", func(t *testing.T) {
		t.Parallel()
		var asked []string
		_, err := revoked(t, 1, &asked, fails(401)).all(t.Context())
		wantCode(t, err, portal.BadKey)
	})
	t.Run("fails the reading at its end where a refusal had been proved shortly before", func(t *testing.T) {
		t.Parallel()
		var asked []string
		_, err := revoked(t, 15, &asked, fails(403), "13").all(t.Context())
		wantCode(t, err, portal.BadKey)
		if got := strings.Join(asked[13:], " "); got != "13 17 14 15 16 17" {
			t.Errorf("asked %s at the end, want the account after 13 and after 16", got)
		}
	})
	t.Run("asks about the account once for a row of refusals", func(t *testing.T) {
		t.Parallel()
		var asked []string
		_, end, err := revoked(t, 100, &asked, fails(403), "3", "4", "5", "9").from(t.Context(), portal.ReadState{})
		if err != nil || len(end.Unread) != 4 || end.Progress.Calls != int64(len(asked)) {
			t.Errorf("unread %s after %d calls, %v; want four", unreadIDs(end.Unread), end.Progress.Calls, err)
		}
		if got := strings.Join(asked, " "); got != "17 1 2 3 17 4 5 6 7 8 9 17 10 11 12 13 14 15 16" {
			t.Errorf("asked %s, want the account after 3 and after 9", got)
		}
	})
	t.Run("goes on after a kill at any point", func(t *testing.T) {
		t.Parallel()
		var complete, asked []string
		_, want, err := revoked(t, 1000, &complete, fails(403), "3", "4", "16").from(t.Context(), portal.ReadState{})
		if err != nil {
			t.Fatal(err)
		}
		r := revoked(t, 1000, &asked, fails(403), "3", "4", "16")
		var state portal.ReadState
		for calls := 0; !state.Done; calls++ {
			saved, err := json.Marshal(state)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				state = portal.ReadState{}
				if err := json.Unmarshal(saved, &state); err != nil {
					t.Fatal(err)
				}
				if state, err = r.Call(t.Context(), state, func(portal.Customer) error { return nil }); err != nil {
					t.Fatal(err)
				}
			}
			if asked[2*calls] != complete[calls] || asked[2*calls+1] != complete[calls] {
				t.Fatalf("call %d asked %v, want %s twice", calls, asked[2*calls:], complete[calls])
			}
		}
		if unreadIDs(state.Unread) != unreadIDs(want.Unread) {
			t.Errorf("unread %s, want %s", unreadIDs(state.Unread), unreadIDs(want.Unread))
		}
	})
}

func TestPaged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		texts []string
		want  bool
	}{
		"one answer": {[]string{`[` + corps(1, 3) + `]`}, false},
		"one page":   {[]string{`{"items":[` + corps(1, 3) + `],"total":3}`}, false},
		"two pages":  {[]string{`{"items":[` + corps(1, 3) + `],"total":4}`, `{"items":[` + corps(4, 1) + `],"total":4}`}, true},
		"a full page and no other": {[]string{`{"items":[` + corps(1, 2) + `],"pageSize":2,"page":1}`,
			`{"items":[],"pageSize":2,"page":2}`}, true},
		"pages of one reseller": {[]string{`[` + resellers(1) + `]`, `{"items":[` + corps(11, 1) + `],"total":2}`,
			`{"items":[` + corps(12, 1) + `],"total":2}`}, true},
		"resellers with one answer": {[]string{`[` + resellers(2) + `]`, `[` + corps(11, 1) + `]`, `[` + corps(12, 1) + `]`}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, end, err := answering(t, test.texts...).from(t.Context(), portal.ReadState{})
			if err != nil || end.Paged != test.want {
				t.Errorf("paged: got %t, want %t; %v", end.Paged, test.want, err)
			}
		})
	}
}

func TestUnreadDetailsHideTheKey(t *testing.T) {
	t.Parallel()
	r := threeResellers(t, "2", saying(fmt.Sprintf(`{"message":"Bearer %s may not."}`, key)))
	_, end, err := r.from(t.Context(), portal.ReadState{})
	if err != nil || len(end.Unread) != 1 || strings.Contains(end.Unread[0].Detail, key) {
		t.Errorf("unread %+v, %v", end.Unread, err)
	}
}
