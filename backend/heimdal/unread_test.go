package heimdal

import (
	"encoding/json"
	"fmt"
	"net/http"
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

// threeResellers is an API without parents whose reseller with the id refused answers as said.
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
		if len(asked) != 4 {
			t.Errorf("asked %v, want each reseller once", asked)
		}
	})
	t.Run("a long row of refusals fails the reading before hours have passed", func(t *testing.T) {
		t.Parallel()
		var asked []string
		_, err := byCustomer(t, &asked, map[string]string{"17": `[` + resellers(200) + `]`}).all(t.Context())
		wantCode(t, err, portal.Refused)
		if len(asked) != mostRefused+1 {
			t.Errorf("%d calls, want %d", len(asked), mostRefused+1)
		}
	})
	t.Run("a refusal of a later page keeps the pages before", func(t *testing.T) {
		t.Parallel()
		r, _, _ := inTurn(t, saying(`[`+resellers(2)+`]`), saying(`{"items":[`+corps(21, 1)+`],"total":2}`), fails(403), saying(`[]`))
		customers, end, err := r.from(t.Context(), portal.ReadState{})
		if err != nil || tree(customers) != "1 msp under, 2 msp under, 21 client under 1" || unreadIDs(end.Unread) != "1 bad_key" {
			t.Errorf("read %s, unread %s, %v", tree(customers), unreadIDs(end.Unread), err)
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
