package heimdal

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	t.Run("finds_customers", testCheckFindsCustomers)
	t.Run("abandons_after_permanent_error", testCheckAbandonsAfterPermanentError)
	t.Run("calls", testCheckCalls)
}

func testCheckFindsCustomers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		respond func() *http.Response
		want    string
		code    connector.CallCode // the reading fails
	}{
		"itself":                          {respondWith(clientsJSON(11, 1)), "11 client under", ""},
		"itself in a list":                {respondWith(`[` + clientsJSON(11, 1) + `]`), "11 client under", ""},
		"itself under its reseller":       {respondWith(`[{"id":11,"type":"CORP","parentId":1}]`), "11 client under 1", ""},
		"itself under the MSSP":           {respondWith(`[{"id":11,"type":"CORP","parentId":17}]`), "11 client under", ""},
		"itself among others":             {respondWith(`[` + clientsJSON(10, 3) + `]`), "11 client under", ""},
		"itself on the first page":        {respondWith(`{"items":[` + clientsJSON(10, 3) + `],"total":900}`), "11 client under", ""},
		"another customer":                {respondWith(clientsJSON(12, 1)), "", ""},
		"others":                          {respondWith(`[` + clientsJSON(12, 3) + `]`), "", ""},
		"an empty list":                   {respondWith(`[]`), "", ""},
		"an empty object":                 {respondWith(`{}`), "", ""},
		"status 204":                      {respondStatus(204), "", ""},
		"status 400":                      {respondStatus(400), "", ""},
		"status 401":                      {respondStatus(401), "", ""},
		"status 403":                      {respondStatus(403), "", ""},
		"status 404":                      {respondStatus(404), "", ""},
		"a message":                       {respondWith(refusedHere), "", ""},
		"a proxy":                         {respondStatus(407), "", connector.Refused},
		"a redirect":                      {respondStatus(302, "Location", "https://elsewhere.example.com/"), "", connector.Redirected},
		"no end of refusals for the rate": {respondStatus(429), "", connector.RateLimited},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := readerWith(t, func(q *http.Request) *http.Response {
				if q.URL.Query().Get("customerId") == "17" {
					return jsonResponse(`[` + clientsJSON(20, 2) + `]`) // the key is still accepted
				}
				return test.respond()
			})
			customers, end, err := r.from(t.Context(), checkState("11"))
			if test.code != "" {
				wantCode(t, err, test.code)
				return
			}
			if err != nil || treeOf(customers) != test.want || !end.Done || len(end.Check) != 0 || !end.Paged {
				t.Errorf("got %q, want %q; got state %+v, error %v", treeOf(customers), test.want, end, err)
			}
			if end.Counted != int64(len(customers)) || (len(customers) > 0) != (len(end.Paths) > 0) {
				t.Errorf("%d paths of %d customers, want those of the %d received", len(end.Paths), end.Counted, len(customers))
			}
			for _, p := range end.Paths {
				if p.Customers > end.Counted {
					t.Errorf("path %s in %d customers, want at most %d", p.Path, p.Customers, end.Counted)
				}
			}
			calls := int64(3)
			proved := []string{"an empty object", "status 204", "status 400", "status 401", "status 403", "status 404", "a message"}
			if slices.Contains(proved, name) {
				calls = 4
			}
			if want := int64(5 + len(customers)); end.Progress.Seen != want || end.Progress.Calls != calls {
				t.Errorf("progress %+v, want %d seen after %d calls", end.Progress, want, calls)
			}
		})
	}
}

func testCheckAbandonsAfterPermanentError(t *testing.T) {
	t.Parallel()
	for name, respond := range map[string]func() *http.Response{
		"status 500":                   respondStatus(500),
		"a web page":                   respondWith("<html>"),
		"half of itself":               respondWith(`[` + clientsJSON(12, 1)),
		"itself and no end":            respondWith(`[` + clientsJSON(12, 1) + `,`),
		"an incomplete list of others": respondWith(`{"items":[` + clientsJSON(13, 1) + `],"total":2,"totalPages":1}`),
		"a failure without customers":  respondWith(`{"success":false,"data":[]}`),
		"a sign that more follow":      respondWith(`{"items":[` + clientsJSON(13, 1) + `],"hasMore":true}`),
		"two lists":                    respondWith(`{"items":[` + clientsJSON(13, 1) + `],"customers":[` + clientsJSON(14, 1) + `]}`),
	} {
		t.Run("after "+name, func(t *testing.T) {
			t.Parallel()
			var asked []string
			r := readerWith(t, func(q *http.Request) *http.Response {
				id := q.URL.Query().Get("customerId")
				asked = append(asked, id)
				switch id {
				case "10":
					return jsonResponse(clientsJSON(10, 1))
				case "12":
					return respond()
				}
				return status(404)
			})
			customers, end, err := r.from(t.Context(), checkState("10", "11", "12", "13"))
			if err != nil || idList(customers) != "10" || !end.Done || len(end.Check) != 0 {
				t.Fatalf("got %s, state %+v, error %v; want 10 alone", idList(customers), end, err)
			}
			if got := strings.Join(end.Checked, " "); got != "10" || strings.Join(end.Unchecked, " ") != "11 12 13" {
				t.Errorf("checked %s, unchecked %v; want 10, and 11 to 13, of which the refusal was not proved", got, end.Unchecked)
			}
			if slices.Contains(asked, "13") || end.Progress.Seen != 6 {
				t.Errorf("requested %v, %d seen; want no call about 13 and 6", asked, end.Progress.Seen)
			}
		})
	}
}

func testCheckCalls(t *testing.T) {
	t.Parallel()
	t.Run("ask about one customer each", func(t *testing.T) {
		t.Parallel()
		var asked []string
		r := readerByCustomer(t, &asked, map[string]string{"11": clientsJSON(11, 1), "13": `[` + clientsJSON(13, 1) + `]`})
		customers, _, err := r.from(t.Context(), checkState("11", "12", "13"))
		if err != nil || idList(customers) != "11 13" || strings.Join(asked, " ") != "11 12 13" {
			t.Errorf("requested %v, got %s, error %v; want 11 13, 11 12 13", asked, idList(customers), err)
		}
	})
	t.Run("fail where the key was revoked after the pages", func(t *testing.T) {
		t.Parallel()
		for name, respond := range map[string]func() *http.Response{"401": respondStatus(401), "403": respondStatus(403),
			"a message": respondWith(refusedHere)} {
			t.Run(name, func(t *testing.T) {
				r := readerWith(t, func(*http.Request) *http.Response { return respond() })
				customers, _, err := r.from(t.Context(), checkState("11", "12"))
				var refused *connector.CallError
				if !errors.As(err, &refused) || refused.Code != connector.BadKey || len(customers) != 0 {
					t.Errorf("got %v and customers %s, want %s", err, idList(customers), connector.BadKey)
				}
			})
		}
	})
	t.Run("fail where the API no longer returns any customer", func(t *testing.T) {
		t.Parallel()
		for name, test := range map[string]struct {
			respond func() *http.Response
			code    connector.CallCode
		}{
			"404":             {respondStatus(404), connector.NoEndpoint},
			"204":             {respondStatus(204), connector.Garbage},
			"an empty object": {respondWith(`{}`), connector.Garbage},
		} {
			t.Run(name, func(t *testing.T) {
				r := readerWith(t, func(*http.Request) *http.Response { return test.respond() })
				_, _, err := r.from(t.Context(), checkState("11", "12"))
				if err == nil {
					t.Errorf("got no error, want %s", test.code)
					return
				}
				wantCode(t, err, test.code)
			})
		}
		r, _, _ := readerInTurn(t, respondStatus(404), respondWith(`[]`))
		_, _, err := r.from(t.Context(), checkState("11"))
		wantCode(t, err, connector.Incomplete)
	})
	t.Run("ask about the account once, unless a later response is good", func(t *testing.T) {
		t.Parallel()
		for name, test := range map[string]struct {
			texts map[string]string
			want  string
		}{
			"the last refused":                {map[string]string{"11": clientsJSON(11, 1)}, "11 12 13 17"},
			"all refused":                     {nil, "11 12 13 17"},
			"a customer after the refusal":    {map[string]string{"13": clientsJSON(13, 1)}, "11 12 13"},
			"an empty list after the refusal": {map[string]string{"13": `[]`}, "11 12 13"},
			"no shape after the refusal":      {map[string]string{"12": `[]`, "13": `{}`}, "11 12 13 17"},
		} {
			t.Run(name, func(t *testing.T) {
				var asked []string
				texts := map[string]string{"17": `[` + clientsJSON(20, 2) + `]`}
				maps.Copy(texts, test.texts)
				_, end, err := readerByCustomer(t, &asked, texts).from(t.Context(), checkState("11", "12", "13"))
				if err != nil || strings.Join(asked, " ") != test.want || strings.Join(end.Checked, " ") != "11 12 13" {
					t.Errorf("requested %v, checked %v, %v; want %s", asked, end.Checked, err, test.want)
				}
			})
		}
	})
	t.Run("end where every wait is postponed", func(t *testing.T) {
		t.Parallel()
		var asked []string
		r := readerByCustomer(t, &asked, map[string]string{"17": `[` + clientsJSON(20, 2) + `]`})
		clock := r.transport.clock.(*fakeClock)
		r.transport.clock, r.transport.interval = postponingClock{clock}, 12*time.Second
		state := checkState("11", "12")
		for turns := 0; !state.Done; turns++ {
			next, err := r.Call(t.Context(), state, func(portal.Customer) error { return nil })
			var later *connector.Postponed
			if err != nil && !errors.As(err, &later) || turns > 20 {
				t.Fatalf("after %d turns: requested %v, error %v", turns, asked, err)
			}
			if later != nil {
				clock.now = later.Until
			}
			saved, err := json.Marshal(next)
			if err != nil {
				t.Fatal(err)
			}
			state = connector.State{}
			if err := json.Unmarshal(saved, &state); err != nil {
				t.Fatal(err)
			}
		}
		if got := strings.Join(asked, " "); got != "11 12 17" || strings.Join(state.Checked, " ") != "11 12" {
			t.Errorf("requested %s, checked %v; want each customer once, and the account", got, state.Checked)
		}
	})
	t.Run("follow the pages of a response", func(t *testing.T) {
		t.Parallel()
		r := readerOf(t, `{"items":[`+clientsJSON(20, 2)+`],"total":3}`, `{"items":[`+clientsJSON(11, 1)+`],"total":3}`, `[]`)
		customers, end, err := r.from(t.Context(), checkState("11", "12"))
		if err != nil || idList(customers) != "11" || end.Progress.Calls != 5 {
			t.Errorf("got %s, state %+v, error %v; want 11, 5", idList(customers), end, err)
		}
	})
	t.Run("read no more than two pages about one customer", func(t *testing.T) {
		t.Parallel()
		var asked []string
		r := readerWith(t, func(q *http.Request) *http.Response {
			id, number := q.URL.Query().Get("customerId"), q.URL.Query().Get("pageNumber")
			asked = append(asked, id)
			if id == "12" {
				return jsonResponse(clientsJSON(12, 1))
			}
			if id == "10" {
				return status(404)
			}
			return jsonResponse(`{"items":[` + clientsJSON(100+len(number)*len(asked), 1) + `],"total":900}`)
		})
		customers, end, err := r.from(t.Context(), checkState("10", "11", "12", "13"))
		if err != nil || idList(customers) != "12" || strings.Join(asked, " ") != "10 11 11 12 13 13" {
			t.Errorf("requested %v, got %s, %v; want two calls each about 11 and 13", asked, idList(customers), err)
		}
		if got := strings.Join(end.Checked, " "); got != "10 12" || strings.Join(end.Unchecked, " ") != "11 13" {
			t.Errorf("checked %s, unchecked %v; want 10 and 12, 11 and 13", got, end.Unchecked)
		}
	})
	t.Run("go on after a kill at any point", func(t *testing.T) {
		t.Parallel()
		texts := map[string]string{"11": clientsJSON(11, 1), "13": clientsJSON(13, 1)}
		state, found := checkState("11", "12", "13"), ""
		for left := 3; !state.Done; left-- {
			saved, err := json.Marshal(state)
			if err != nil || len(state.Check) != left {
				t.Fatalf("left to check: %v, want %d; %v", state.Check, left, err)
			}
			for range 2 {
				var asked []string
				state, found = connector.State{}, ""
				if err := json.Unmarshal(saved, &state); err != nil {
					t.Fatal(err)
				}
				state, err = readerByCustomer(t, &asked, texts).Call(t.Context(), state,
					func(c portal.Customer) error { found += c.ExternalID; return nil })
				if err != nil || len(asked) != 1 || asked[0] != found && found != "" {
					t.Fatalf("requested %v, got %s, error %v", asked, found, err)
				}
			}
		}
	})
	t.Run("keep the pace", func(t *testing.T) {
		t.Parallel()
		r, clock, _ := readerInTurn(t, respondWith(clientsJSON(11, 1)), respondWith(`[]`), respondWith(`[]`))
		r.transport.interval = 12 * time.Second
		state := checkState("11", "12", "13")
		state.Progress.LastCall = clock.Now()
		before := clock.Now()
		if _, _, err := r.from(t.Context(), state); err != nil {
			t.Fatal(err)
		}
		if took := clock.Now().Sub(before); took != 36*time.Second {
			t.Errorf("three calls took %s, want 36s", took)
		}
	})
	t.Run("wait out what may pass", func(t *testing.T) {
		t.Parallel()
		r, _, calls := readerInTurn(t, respondStatus(500), respondStatus(503), respondWith(clientsJSON(11, 1)))
		customers, _, err := r.from(t.Context(), checkState("11"))
		if err != nil || idList(customers) != "11" || *calls != 3 {
			t.Errorf("%d calls got %s, error %v; want 11, 3", *calls, idList(customers), err)
		}
	})
}

// checkState is the state of a paged reading after which these customers are checked.
func checkState(ids ...string) connector.State {
	return connector.State{Paged: true, Check: ids, Progress: connector.Progress{Calls: 2, Seen: 5}}
}

// postponingClock postpones every wait over three seconds, as a worker does.
type postponingClock struct{ *fakeClock }

func (c postponingClock) Sleep(ctx context.Context, d time.Duration) error {
	if d > 3*time.Second {
		return &connector.Postponed{Until: c.now.Add(d)}
	}
	return c.fakeClock.Sleep(ctx, d)
}
