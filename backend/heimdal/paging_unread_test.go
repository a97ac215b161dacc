package heimdal

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

func TestUnread(t *testing.T) {
	t.Parallel()
	t.Run("one_reseller", testUnreadOneReseller)
	t.Run("several_resellers", testUnreadSeveralResellers)
	t.Run("key_revoked_meanwhile", testUnreadKeyRevokedMeanwhile)
	t.Run("details_hide_key", testUnreadDetailsHideKey)
}

func testUnreadOneReseller(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		respond func() *http.Response
		code    connector.CallCode
		fails   bool
	}{
		"status 404":                  {respondStatus(404), connector.NoEndpoint, false},
		"status 403":                  {respondStatus(403), connector.BadKey, false},
		"status 401":                  {respondStatus(401), connector.BadKey, false},
		"status 400":                  {respondStatus(400), connector.Refused, false},
		"status 204":                  {respondStatus(204), connector.Garbage, false},
		"an empty body":               {respondWith(""), connector.Garbage, false},
		"an empty object":             {respondWith("{}"), connector.Garbage, false},
		"a message":                   {respondWith(refusedHere), connector.BadKey, false},
		"a message without customers": {respondWith(`{"items":[],"message":"No access."}`), connector.BadKey, false},
		"a failure without customers": {respondWith(`{"success":false,"data":[]}`), connector.Incomplete, false},
		"a failure in a header":       {respondWithHeader(`[]`, "X-Error", "true"), connector.Incomplete, false},
		"a failure beside customers":  {respondWith(`{"success":false,"data":[` + clientsJSON(31, 1) + `]}`), connector.Incomplete, true},
		"an empty list":               {respondWith("[]"), "", false},
		"status 500":                  {respondStatus(500), connector.ServerError, true},
		"a proxy":                     {respondStatus(407), connector.Refused, true},
		"a web page":                  {respondWith("<html>"), connector.Garbage, true},
		"broken JSON":                 {respondWith(`[{"id":1`), connector.Truncated, true},
		"customers in a wrong form":   {respondWith(`{"items":[` + clientsJSON(31, 1) + `],"id":99,"name":"x"}`), connector.Garbage, true},
	} {
		for place, id := range map[string]string{"first": "1", "middle": "2", "last": "3"} {
			t.Run(name+" about the "+place, func(t *testing.T) {
				t.Parallel()
				customers, end, err := readerOfThree(t, id, test.respond).from(t.Context(), connector.State{})
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
					if is := strings.Contains(treeOf(customers), "10"+other+" client under "+other); is != (other != id) {
						t.Errorf("client of reseller %s read: %t; got %s; want %v", other, is, treeOf(customers), (other != id))
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

func testUnreadSeveralResellers(t *testing.T) {
	t.Parallel()
	t.Run("all of them fail the reading", func(t *testing.T) {
		t.Parallel()
		var asked []string
		texts := map[string]string{"17": `[` + resellersJSON(3) + `]`}
		_, err := readerByCustomer(t, &asked, texts).all(t.Context())
		wantCode(t, err, connector.Refused)
		if got := strings.Join(asked, " "); got != "17 1 17 2 3 17" {
			t.Errorf("requested %v, want each reseller once, and the account after the first and the last refusal", got)
		}
	})
	t.Run("many refusals in a row fail the reading early", func(t *testing.T) {
		t.Parallel()
		var asked []string
		_, err := readerByCustomer(t, &asked, map[string]string{"17": `[` + resellersJSON(200) + `]`}).all(t.Context())
		wantCode(t, err, connector.Refused)
		if want := 1 + maxRefusedResellers + 4; len(asked) != want {
			t.Errorf("%d calls, want %d: the account is asked about four times", len(asked), want)
		}
	})
	t.Run("a refusal of a later page keeps the pages before", func(t *testing.T) {
		t.Parallel()
		top := respondWith(`[` + resellersJSON(2) + `]`)
		r, _, _ := readerInTurn(t, top, respondWith(`{"items":[`+clientsJSON(21, 1)+`],"total":2}`), respondStatus(403), top,
			respondWith(`[]`))
		customers, end, err := r.from(t.Context(), connector.State{})
		if err != nil || treeOf(customers) != "1 msp under, 2 msp under, 21 client under 1" || unreadIDs(end.Unread) != "1 bad_key" {
			t.Errorf("got %s, unread %s, error %v; want 1 msp under, 2 msp under, 21 client under 1, 1 bad_key", treeOf(customers),
				unreadIDs(end.Unread), err)
		}
	})
	t.Run("are named if others can be read, also with parent fields", func(t *testing.T) {
		t.Parallel()
		for name, respond := range map[string]func() *http.Response{
			"404": respondStatus(404), "403": respondStatus(403), "400": respondStatus(400), "a message": respondWith(refusedHere),
		} {
			t.Run(name, func(t *testing.T) {
				r := readerWith(t, func(q *http.Request) *http.Response {
					switch id := q.URL.Query().Get("customerId"); id {
					case "17":
						return jsonResponse(`[` + resellersJSON(3) + `,{"id":11,"type":"CORP","resellerId":null}]`)
					case "1":
						return respond()
					default:
						return jsonResponse(`[{"id":10` + id + `,"type":"CORP"}]`)
					}
				})
				customers, end, err := r.from(t.Context(), connector.State{})
				want := "1 msp under, 102 client under 2, 103 client under 3, 11 client under, 2 msp under, 3 msp under"
				if err != nil || treeOf(customers) != want {
					t.Errorf("got %s, %v; want %s", treeOf(customers), err, want)
				}
				if len(end.Unread) != 1 || end.Unread[0].ExternalID != "1" {
					t.Errorf("unread %s, want 1", unreadIDs(end.Unread))
				}
			})
		}
	})
	t.Run("with an unreadable one are not an API for the MSSP only", func(t *testing.T) {
		t.Parallel()
		for name, respond := range map[string]func() *http.Response{
			"204": respondStatus(204), "{}": respondWith(`{}`), "a failure": respondWith(`{"success":false,"data":[]}`),
		} {
			t.Run(name, func(t *testing.T) {
				top := `[` + resellersJSON(2) + `,{"id":11,"type":"CORP","resellerId":null}]`
				r, _, _ := readerInTurn(t, respondWith(top), respond, respondStatus(404))
				if _, err := r.all(t.Context()); err == nil {
					t.Errorf("%s: got no error, want one", name)
				}
			})
		}
	})
	t.Run("are in the state after each call", func(t *testing.T) {
		t.Parallel()
		r := readerOfThree(t, "1", respondStatus(404))
		var state connector.State
		for calls := 1; !state.Done; calls++ {
			var err error
			if state, err = r.Call(t.Context(), state, func(portal.Customer) error { return nil }); err != nil {
				t.Fatal(err)
			}
			saved, err := json.Marshal(state)
			if err != nil {
				t.Fatal(err)
			}
			state = connector.State{}
			if err := json.Unmarshal(saved, &state); err != nil {
				t.Fatal(err)
			}
			if want := min(calls-1, 1); len(state.Unread) != want || state.Progress.Calls != int64(calls) {
				t.Errorf("after %d calls: %+v; want %v, %v", calls, state, want, int64(calls))
			}
		}
	})
	t.Run("a client of the whole response identifies no reseller", func(t *testing.T) {
		t.Parallel()
		var asked []string
		all := `[` + resellersJSON(2) + `,` + clientsJSON(11, 2) + `]`
		_, err := readerByCustomer(t, &asked, map[string]string{"17": all, "2": all, "11": all}).all(t.Context())
		wantCode(t, err, connector.WrongCustomer)
	})
}

func testUnreadKeyRevokedMeanwhile(t *testing.T) {
	t.Parallel()
	// revoked returns an API of 16 resellers that refuses the key after so many calls, and always for some resellers.
	revoked := func(t *testing.T, after int, asked *[]string, respond func() *http.Response, never ...string) *reader {
		return readerWith(t, func(q *http.Request) *http.Response {
			id := q.URL.Query().Get("customerId")
			*asked = append(*asked, id)
			switch {
			case len(*asked) > after || slices.Contains(never, id):
				return respond()
			case id == "17":
				return jsonResponse(`[` + resellersJSON(16) + `]`)
			}
			return jsonResponse(`[{"id":10` + id + `,"type":"CORP"}]`)
		})
	}
	for name, respond := range map[string]func() *http.Response{"401": respondStatus(401), "403": respondStatus(403),
		"a message": respondWith(refusedHere)} {
		t.Run("fails the reading at once with "+name, func(t *testing.T) {
			t.Parallel()
			var asked []string
			_, err := revoked(t, 5, &asked, respond).all(t.Context())
			wantCode(t, err, connector.BadKey)
			if got := strings.Join(asked, " "); got != "17 1 2 3 4 5 17" {
				t.Errorf("requested %s, want no other reseller after the first refusal", got)
			}
		})
	}
	t.Run("fails the reading at the first reseller", func(t *testing.T) {
		t.Parallel()
		var asked []string
		_, err := revoked(t, 1, &asked, respondStatus(401)).all(t.Context())
		wantCode(t, err, connector.BadKey)
	})
	t.Run("fails the reading at its end after a confirmed refusal", func(t *testing.T) {
		t.Parallel()
		var asked []string
		_, err := revoked(t, 15, &asked, respondStatus(403), "13").all(t.Context())
		wantCode(t, err, connector.BadKey)
		if got := strings.Join(asked[13:], " "); got != "13 17 14 15 16 17" {
			t.Errorf("requested %s at the end, want the account after 13 and after 16", got)
		}
	})
	t.Run("asks about the account once for a row of refusals", func(t *testing.T) {
		t.Parallel()
		var asked []string
		_, end, err := revoked(t, 100, &asked, respondStatus(403), "3", "4", "5", "9").from(t.Context(), connector.State{})
		if err != nil || len(end.Unread) != 4 || end.Progress.Calls != int64(len(asked)) {
			t.Errorf("unread %s after %d calls, %v; want four", unreadIDs(end.Unread), end.Progress.Calls, err)
		}
		if got := strings.Join(asked, " "); got != "17 1 2 3 17 4 5 6 7 8 9 17 10 11 12 13 14 15 16" {
			t.Errorf("requested %s, want the account after 3 and after 9", got)
		}
	})
	t.Run("goes on after a kill at any point", func(t *testing.T) {
		t.Parallel()
		var complete, asked []string
		_, want, err := revoked(t, 1000, &complete, respondStatus(403), "3", "4", "16").from(t.Context(), connector.State{})
		if err != nil {
			t.Fatal(err)
		}
		r := revoked(t, 1000, &asked, respondStatus(403), "3", "4", "16")
		var state connector.State
		for calls := 0; !state.Done; calls++ {
			saved, err := json.Marshal(state)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				state = connector.State{}
				if err := json.Unmarshal(saved, &state); err != nil {
					t.Fatal(err)
				}
				if state, err = r.Call(t.Context(), state, func(portal.Customer) error { return nil }); err != nil {
					t.Fatal(err)
				}
			}
			if asked[2*calls] != complete[calls] || asked[2*calls+1] != complete[calls] {
				t.Fatalf("call %d requested %v, want %s twice", calls, asked[2*calls:], complete[calls])
			}
		}
		if unreadIDs(state.Unread) != unreadIDs(want.Unread) {
			t.Errorf("unread %s, want %s", unreadIDs(state.Unread), unreadIDs(want.Unread))
		}
	})
}

func testUnreadDetailsHideKey(t *testing.T) {
	t.Parallel()
	r := readerOfThree(t, "2", respondWith(fmt.Sprintf(`{"message":"Bearer %s may not."}`, key)))
	_, end, err := r.from(t.Context(), connector.State{})
	if err != nil || len(end.Unread) != 1 || strings.Contains(end.Unread[0].Detail, key) {
		t.Errorf("unread %+v, error %v; want 1", end.Unread, err)
	}
}

func unreadIDs(unread []portal.UnreadReseller) string {
	var all []string
	for _, u := range unread {
		all = append(all, u.ExternalID+" "+u.Code)
	}
	return strings.Join(all, ", ")
}

// threeResellersJSON returns a reader of an API without parents, with the given response for one reseller.
func readerOfThree(t testing.TB, refused string, respond func() *http.Response) *reader {
	top := `[` + resellersJSON(3) + `,` + clientsJSON(11, 1) + `]`
	return readerWith(t, func(r *http.Request) *http.Response {
		switch id := r.URL.Query().Get("customerId"); id {
		case "17":
			return jsonResponse(top)
		case refused:
			return respond()
		default:
			return jsonResponse(`[{"id":10` + id + `,"type":"CORP"}]`)
		}
	})
}

func respondWithHeader(text, header, value string) func() *http.Response {
	return func() *http.Response {
		r := jsonResponse(text)
		r.Header.Set(header, value)
		return r
	}
}
