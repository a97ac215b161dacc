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

	"fs-client-portal/backend/portal"
)

// secondLook is the state of a paged reading after which these customers are asked about.
func secondLook(ids ...string) portal.ReadState {
	return portal.ReadState{Paged: true, Check: ids, Progress: portal.ReadProgress{Calls: 2, Seen: 5}}
}

// postponing is a clock that postpones every wait over three seconds, as a worker does.
type postponing struct{ *clockwork }

func (c postponing) Sleep(ctx context.Context, d time.Duration) error {
	if d > 3*time.Second {
		return &portal.Postponed{Until: c.now.Add(d)}
	}
	return c.clockwork.Sleep(ctx, d)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer func() *http.Response
		want   string
		code   portal.CallCode // the reading fails
	}{
		"itself":                          {saying(corps(11, 1)), "11 client under", ""},
		"itself in a list":                {saying(`[` + corps(11, 1) + `]`), "11 client under", ""},
		"itself under its reseller":       {saying(`[{"id":11,"type":"CORP","parentId":1}]`), "11 client under 1", ""},
		"itself under the MSSP":           {saying(`[{"id":11,"type":"CORP","parentId":17}]`), "11 client under", ""},
		"itself among others":             {saying(`[` + corps(10, 3) + `]`), "11 client under", ""},
		"itself on the first page":        {saying(`{"items":[` + corps(10, 3) + `],"total":900}`), "11 client under", ""},
		"another customer":                {saying(corps(12, 1)), "", ""},
		"others":                          {saying(`[` + corps(12, 3) + `]`), "", ""},
		"an empty list":                   {saying(`[]`), "", ""},
		"an empty object":                 {saying(`{}`), "", ""},
		"status 204":                      {fails(204), "", ""},
		"status 400":                      {fails(400), "", ""},
		"status 401":                      {fails(401), "", ""},
		"status 403":                      {fails(403), "", ""},
		"status 404":                      {fails(404), "", ""},
		"a message":                       {saying(refusedHere), "", ""},
		"a proxy":                         {fails(407), "", portal.Refused},
		"a redirect":                      {fails(302, "Location", "https://elsewhere.example.com/"), "", portal.Redirected},
		"no end of refusals for the rate": {fails(429), "", portal.RateLimited},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := asking(t, func(q *http.Request) *http.Response {
				if q.URL.Query().Get("customerId") == "17" {
					return body(`[` + corps(20, 2) + `]`) // the key is still good
				}
				return test.answer()
			})
			customers, end, err := r.from(t.Context(), secondLook("11"))
			if test.code != "" {
				wantCode(t, err, test.code)
				return
			}
			if err != nil || tree(customers) != test.want || !end.Done || len(end.Check) != 0 || !end.Paged {
				t.Errorf("got %q, want %q; ended as %+v, %v", tree(customers), test.want, end, err)
			}
			if end.Counted != int64(len(customers)) || (len(customers) > 0) != (len(end.Paths) > 0) {
				t.Errorf("%d paths of %d customers, want those of the %d that came", len(end.Paths), end.Counted, len(customers))
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

func TestCheckGivesUp(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func() *http.Response{
		"status 500":                      fails(500),
		"a web page":                      saying("<html>"),
		"half of itself":                  saying(`[` + corps(12, 1)),
		"itself and no end":               saying(`[` + corps(12, 1) + `,`),
		"others that are not all of them": saying(`{"items":[` + corps(13, 1) + `],"total":2,"totalPages":1}`),
		"a failure without customers":     saying(`{"success":false,"data":[]}`),
		"a sign that more follow":         saying(`{"items":[` + corps(13, 1) + `],"hasMore":true}`),
		"two lists":                       saying(`{"items":[` + corps(13, 1) + `],"customers":[` + corps(14, 1) + `]}`),
	} {
		t.Run("after "+name, func(t *testing.T) {
			t.Parallel()
			var asked []string
			r := asking(t, func(q *http.Request) *http.Response {
				id := q.URL.Query().Get("customerId")
				asked = append(asked, id)
				switch id {
				case "10":
					return body(corps(10, 1))
				case "12":
					return answer()
				}
				return status(404)
			})
			customers, end, err := r.from(t.Context(), secondLook("10", "11", "12", "13"))
			if err != nil || ids(customers) != "10" || !end.Done || len(end.Check) != 0 {
				t.Fatalf("read %s, ended as %+v, %v; want 10 alone", ids(customers), end, err)
			}
			if got := strings.Join(end.Checked, " "); got != "10" || strings.Join(end.Unchecked, " ") != "11 12 13" {
				t.Errorf("checked %s, unchecked %v; want 10, and 11 to 13, of which the refusal was not proved", got, end.Unchecked)
			}
			if slices.Contains(asked, "13") || end.Progress.Seen != 6 {
				t.Errorf("asked %v, %d seen; want no call about 13 and 6", asked, end.Progress.Seen)
			}
		})
	}
}

func TestCheckCalls(t *testing.T) {
	t.Parallel()
	t.Run("ask about one customer each", func(t *testing.T) {
		t.Parallel()
		var asked []string
		r := byCustomer(t, &asked, map[string]string{"11": corps(11, 1), "13": `[` + corps(13, 1) + `]`})
		customers, _, err := r.from(t.Context(), secondLook("11", "12", "13"))
		if err != nil || ids(customers) != "11 13" || strings.Join(asked, " ") != "11 12 13" {
			t.Errorf("asked %v and read %s, %v", asked, ids(customers), err)
		}
	})
	t.Run("fail where the key was revoked since the pages came", func(t *testing.T) {
		t.Parallel()
		for name, answer := range map[string]func() *http.Response{"401": fails(401), "403": fails(403), "a message": saying(refusedHere)} {
			r := asking(t, func(*http.Request) *http.Response { return answer() })
			customers, _, err := r.from(t.Context(), secondLook("11", "12"))
			var refused *portal.CallError
			if !errors.As(err, &refused) || refused.Code != portal.BadKey || len(customers) != 0 {
				t.Errorf("%s: got %v and customers %s, want %s", name, err, ids(customers), portal.BadKey)
			}
		}
	})
	t.Run("fail where the API no longer returns any customer", func(t *testing.T) {
		t.Parallel()
		for name, test := range map[string]struct {
			answer func() *http.Response
			code   portal.CallCode
		}{
			"404":             {fails(404), portal.NoEndpoint},
			"204":             {fails(204), portal.Garbage},
			"an empty object": {saying(`{}`), portal.Garbage},
		} {
			r := asking(t, func(*http.Request) *http.Response { return test.answer() })
			_, _, err := r.from(t.Context(), secondLook("11", "12"))
			if err == nil {
				t.Errorf("%s: the customers count as gone, want %s", name, test.code)
				continue
			}
			wantCode(t, err, test.code)
		}
		r, _, _ := inTurn(t, fails(404), saying(`[]`))
		_, _, err := r.from(t.Context(), secondLook("11"))
		wantCode(t, err, portal.Incomplete)
	})
	t.Run("ask about the account once, and only where no later answer shows that the key is good", func(t *testing.T) {
		t.Parallel()
		for name, test := range map[string]struct {
			texts map[string]string
			want  string
		}{
			"the last refused":                {map[string]string{"11": corps(11, 1)}, "11 12 13 17"},
			"all refused":                     {nil, "11 12 13 17"},
			"a customer after the refusal":    {map[string]string{"13": corps(13, 1)}, "11 12 13"},
			"an empty list after the refusal": {map[string]string{"13": `[]`}, "11 12 13"},
			"no shape after the refusal":      {map[string]string{"12": `[]`, "13": `{}`}, "11 12 13 17"},
		} {
			var asked []string
			texts := map[string]string{"17": `[` + corps(20, 2) + `]`}
			maps.Copy(texts, test.texts)
			_, end, err := byCustomer(t, &asked, texts).from(t.Context(), secondLook("11", "12", "13"))
			if err != nil || strings.Join(asked, " ") != test.want || strings.Join(end.Checked, " ") != "11 12 13" {
				t.Errorf("%s: asked %v, checked %v, %v; want %s", name, asked, end.Checked, err, test.want)
			}
		}
	})
	t.Run("come to an end where every wait is put off", func(t *testing.T) {
		t.Parallel()
		var asked []string
		r := byCustomer(t, &asked, map[string]string{"17": `[` + corps(20, 2) + `]`})
		clock := r.transport.clock.(*clockwork)
		r.transport.clock, r.transport.interval = postponing{clock}, 12*time.Second
		state := secondLook("11", "12")
		for turns := 0; !state.Done; turns++ {
			next, err := r.Call(t.Context(), state, func(portal.Customer) error { return nil })
			var later *portal.Postponed
			if err != nil && !errors.As(err, &later) || turns > 20 {
				t.Fatalf("after %d turns: asked %v, %v", turns, asked, err)
			}
			if later != nil {
				clock.now = later.Until
			}
			saved, err := json.Marshal(next)
			if err != nil {
				t.Fatal(err)
			}
			state = portal.ReadState{}
			if err := json.Unmarshal(saved, &state); err != nil {
				t.Fatal(err)
			}
		}
		if got := strings.Join(asked, " "); got != "11 12 17" || strings.Join(state.Checked, " ") != "11 12" {
			t.Errorf("asked %s, checked %v; want each customer once, and the account", got, state.Checked)
		}
	})
	t.Run("follow the pages of an answer", func(t *testing.T) {
		t.Parallel()
		r := answering(t, `{"items":[`+corps(20, 2)+`],"total":3}`, `{"items":[`+corps(11, 1)+`],"total":3}`, `[]`)
		customers, end, err := r.from(t.Context(), secondLook("11", "12"))
		if err != nil || ids(customers) != "11" || end.Progress.Calls != 5 {
			t.Errorf("read %s, ended as %+v, %v", ids(customers), end, err)
		}
	})
	t.Run("read no more than two pages about one customer", func(t *testing.T) {
		t.Parallel()
		var asked []string
		r := asking(t, func(q *http.Request) *http.Response {
			id, number := q.URL.Query().Get("customerId"), q.URL.Query().Get("pageNumber")
			asked = append(asked, id)
			if id == "12" {
				return body(corps(12, 1))
			}
			if id == "10" {
				return status(404)
			}
			return body(`{"items":[` + corps(100+len(number)*len(asked), 1) + `],"total":900}`)
		})
		customers, end, err := r.from(t.Context(), secondLook("10", "11", "12", "13"))
		if err != nil || ids(customers) != "12" || strings.Join(asked, " ") != "10 11 11 12 13 13" {
			t.Errorf("asked %v and read %s, %v; want two calls each about 11 and 13", asked, ids(customers), err)
		}
		if got := strings.Join(end.Checked, " "); got != "10 12" || strings.Join(end.Unchecked, " ") != "11 13" {
			t.Errorf("checked %s, unchecked %v; want 10 and 12, 11 and 13", got, end.Unchecked)
		}
	})
	t.Run("go on after a kill at any point", func(t *testing.T) {
		t.Parallel()
		texts := map[string]string{"11": corps(11, 1), "13": corps(13, 1)}
		state, found := secondLook("11", "12", "13"), ""
		for left := 3; !state.Done; left-- {
			saved, err := json.Marshal(state)
			if err != nil || len(state.Check) != left {
				t.Fatalf("left to check: %v, want %d; %v", state.Check, left, err)
			}
			for range 2 {
				var asked []string
				state, found = portal.ReadState{}, ""
				if err := json.Unmarshal(saved, &state); err != nil {
					t.Fatal(err)
				}
				state, err = byCustomer(t, &asked, texts).Call(t.Context(), state, func(c portal.Customer) error { found += c.ExternalID; return nil })
				if err != nil || len(asked) != 1 || asked[0] != found && found != "" {
					t.Fatalf("asked %v and read %s, %v", asked, found, err)
				}
			}
		}
	})
	t.Run("keep the pace", func(t *testing.T) {
		t.Parallel()
		r, clock, _ := inTurn(t, saying(corps(11, 1)), saying(`[]`), saying(`[]`))
		r.transport.interval = 12 * time.Second
		state := secondLook("11", "12", "13")
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
		r, _, calls := inTurn(t, fails(500), fails(503), saying(corps(11, 1)))
		customers, _, err := r.from(t.Context(), secondLook("11"))
		if err != nil || ids(customers) != "11" || *calls != 3 {
			t.Errorf("%d calls read %s, %v", *calls, ids(customers), err)
		}
	})
}
