package heimdal

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

func TestPages(t *testing.T) {
	t.Parallel()
	t.Run("until_total", testPagesUntilTotal)
	t.Run("while_more_follow", testPagesWhileMoreFollow)
	t.Run("until_not_full", testPagesUntilNotFull)
	t.Run("follow_link_on_same_host", testPagesFollowLinkOnSameHost)
	t.Run("follow_link_in_object", testPagesFollowLinkInObject)
	t.Run("refuse_link_to_other_host", testPagesRefuseLinkToOtherHost)
	t.Run("refuse_inconsistent_pages", testPagesRefuseInconsistentPages)
	t.Run("total_with_nested_customers", testPagesTotalWithNestedCustomers)
	t.Run("resume_after_kill", testPagesResumeAfterKill)
	t.Run("set_expected_total", testPagesSetExpectedTotal)
	t.Run("detect_repeated_page", testPagesDetectRepeatedPage)
	t.Run("name_the_error", testPagesNameTheError)
	t.Run("nested_customers", testPagesNestedCustomers)
	t.Run("are_reported", testPagesAreReported)
}

func testPagesUntilTotal(t *testing.T) {
	t.Parallel()
	for name, firstPage := range map[string]string{
		"a total":               `{"items":[%s],"totalCount":5}`,
		"a total in front":      `{"TotalCount":"5","Items":[%s]}`,
		"a page that states it": `{"items":[%s],"total":5,"pageSize":2,"pageNumber":1,"totalPages":3}`,
		"wrapped in data":       `{"status":"ok","data":{"items":[%s],"totalCount":5}}`,
		"a count of this page":  `{"items":[%s],"totalCount":5,"count":2}`,
		"a count of everything": `{"items":[%s],"count":5}`,
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			r := readerWith(t, func(r *http.Request) *http.Response {
				asked = append(asked, r.URL.RawQuery)
				page, _ := strconv.Atoi(r.URL.Query().Get("pageNumber"))
				page = max(1, page)
				text := fmt.Sprintf(firstPage, clientsJSON(2*page-1, min(2, 7-2*page)))
				text = strings.Replace(text, `"pageNumber":1`, fmt.Sprintf(`"pageNumber":%d`, page), 1)
				if page == 3 {
					text = strings.Replace(text, `"count":2`, `"count":1`, 1)
				}
				return jsonResponse(text)
			})
			customers, state, err := r.from(t.Context(), connector.State{})
			if err != nil || idList(customers) != "1 2 3 4 5" {
				t.Errorf("got %s, error %v", idList(customers), err)
				return
			}
			want := "customerId=17 customerId=17&pageNumber=2&pageSize=2 customerId=17&pageNumber=3&pageSize=2"
			if strings.Join(asked, " ") != want {
				t.Errorf("requested %v; want %v", asked, want)
			}
			if state.Total == nil || *state.Total != 5 || state.Progress.Calls != 3 || state.Progress.Seen != 5 ||
				state.Progress.Left != 0 {
				t.Errorf("got state %+v", state)
			}
		})
	}
}

func testPagesWhileMoreFollow(t *testing.T) {
	t.Parallel()
	customers, err := readAll(t,
		`{"items":[`+clientsJSON(1, 2)+`],"pageNumber":0,"hasMore":true}`, `{"items":[`+clientsJSON(3,
			2)+`],"pageNumber":1,"hasMore":true}`, `{"items":[`+clientsJSON(5, 1)+`],"pageNumber":2,"hasMore":false}`)
	if err != nil || idList(customers) != "1 2 3 4 5" {
		t.Errorf("got %s, error %v; want 1 2 3 4 5", idList(customers), err)
	}
	customers, err = readAll(t, `{"items":[`+clientsJSON(1, 2)+`],"totalPages":2}`, `{"items":[`+clientsJSON(3, 2)+`],"totalPages":2}`)
	if err != nil || idList(customers) != "1 2 3 4" {
		t.Errorf("got %s, error %v; want 1 2 3 4", idList(customers), err)
	}
}

func testPagesUntilNotFull(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{1: "1", 2: "1 2", 3: "1 2 3", 4: "1 2 3 4"} {
		if customers, err := readerWith(t, fullPage(n)).all(t.Context()); err != nil || idList(customers) != want {
			t.Errorf("%d customers: got %s, error %v; want %v", n, idList(customers), err, want)
		}
	}
	always := readerWith(t, func(*http.Request) *http.Response {
		return jsonResponse(`{"items":[` + clientsJSON(1, 2) + `],"page":1,"pageSize":2}`)
	})
	if _, err := always.all(t.Context()); codeOf(err) != connector.Incomplete {
		t.Errorf("the same page for every request: %v; want %v", err, connector.Incomplete)
	}
}

func testPagesFollowLinkOnSameHost(t *testing.T) {
	t.Parallel()
	for _, link := range []string{"https://heimdal.example.com/api/customers?customerId=17&from=2",
		"/api/customers?customerId=17&from=2", "?customerId=17&from=2"} {
		r := readerWith(t, func(r *http.Request) *http.Response {
			if r.URL.Query().Get("from") == "2" && r.URL.Query().Get("customerId") == "17" {
				return jsonResponse(`{"value":[` + clientsJSON(3, 1) + `],"@odata.nextLink":null}`)
			}
			return jsonResponse(`{"value":[` + clientsJSON(1, 2) + `],"@odata.nextLink":"` + link + `"}`)
		})
		if customers, err := r.all(t.Context()); err != nil || idList(customers) != "1 2 3" {
			t.Errorf("%s: got %s, error %v; want 1 2 3", link, idList(customers), err)
		}
	}
}

func testPagesFollowLinkInObject(t *testing.T) {
	t.Parallel()
	for _, links := range []string{`"_links":{"next":{"href":"?from=3"}}`, `"links":{"next":"?from=3"}`,
		`"next":{"title":"on","href":"?from=3"}`} {
		r := readerWith(t, func(r *http.Request) *http.Response {
			if r.URL.Query().Get("from") == "3" {
				return jsonResponse(`{"items":[` + clientsJSON(3, 1) + `]}`)
			}
			return jsonResponse(`{"items":[` + clientsJSON(1, 2) + `],` + links + `}`)
		})
		if customers, err := r.all(t.Context()); err != nil || idList(customers) != "1 2 3" {
			t.Errorf("%s: got %s, error %v; want 1 2 3", links, idList(customers), err)
		}
	}
}

func testPagesRefuseLinkToOtherHost(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]connector.CallCode{
		"https://evil.example.com/x": connector.Redirected, "http://heimdal.example.com/api/customers": connector.Redirected,
		"//evil.example.com/": connector.Redirected,
		"https://heimdal.example.com/?" + strings.Repeat("x", 5000): connector.Incomplete,
		"https://heimdal.example.com:444/":                          connector.Redirected,
		"https://user@heimdal.example.com/":                         connector.Incomplete, "http://%zz": connector.Incomplete,
	} {
		calls := 0
		r := readerWith(t, func(r *http.Request) *http.Response {
			if calls++; calls > 1 || r.URL.Host != "heimdal.example.com" || r.URL.Scheme != "https" {
				t.Errorf("%s was asked; want heimdal.example.com, https", r.URL)
			}
			return jsonResponse(`{"items":[` + clientsJSON(1, 2) + `],"nextLink":"` + link + `"}`)
		})
		_, err := r.all(t.Context())
		wantCode(t, err, want)
	}
}

func testPagesRefuseInconsistentPages(t *testing.T) {
	t.Parallel()
	p1, p2, p3 := clientsJSON(1, 2), clientsJSON(3, 2), clientsJSON(5, 2)
	for name, pages := range map[string][]string{
		"fewer than the total, and the same again": {`{"items":[` + p1 + `],"totalCount":5}`},
		"a page twice":                    {`{"items":[` + p1 + `],"totalCount":6}`, `{"items":[` + p2 + `],"totalCount":6}`},
		"an empty page before the total":  {`{"items":[` + p1 + `],"totalCount":5}`, `{"items":[],"totalCount":5}`},
		"no customers of a total":         {`{"items":[],"totalCount":5}`},
		"a total that changes":            {`{"items":[` + p1 + `],"totalCount":5}`, `{"items":[` + p2 + `],"totalCount":6}`},
		"a total that is no longer there": {`{"items":[` + p1 + `],"totalCount":4}`, `{"items":[` + p2 + `]}`},
		"more than the total":             {`{"items":[` + p1 + `],"totalCount":1}`},
		"more than the total later":       {`{"items":[` + p1 + `],"totalCount":3}`, `{"items":[` + p2 + `],"totalCount":3}`},
		"pages in a circle": {`{"items":[` + p1 + `],"hasMore":true,"page":1}`, `{"items":[` + p2 + `],"hasMore":true}`,
			`{"items":[` + p1 + `],"hasMore":true}`},
		"another page than requested": {`{"items":[` + p1 + `],"totalCount":6,"page":1}`, `{"items":[` + p3 +
			`],"totalCount":6,"page":3}`, `{"items":[` + p2 + `],"totalCount":6,"page":2}`},
		"a page that is no envelope":      {`{"items":[` + p1 + `],"totalCount":4}`, `[` + p2 + `]`},
		"an empty page for the last":      {`{"items":[` + p1 + `],"hasMore":true,"page":1}`, `{"items":[],"hasMore":false}`},
		"a last page without an envelope": {`{"items":[` + p1 + `],"hasMore":true,"page":1}`, `[` + p2 + `]`},
		"the last page before the total": {`{"items":[` + p1 + `],"totalCount":5,"totalPages":2}`, `{"items":[` + p2 +
			`],"totalCount":5,"totalPages":2}`},
		"the total, and more":       {`{"items":[` + p1 + `],"totalCount":2,"hasMore":true}`},
		"more, but not where":       {`{"items":[` + p1 + `],"hasMore":true}`},
		"a cursor":                  {`{"items":[` + p1 + `],"nextCursor":"abc"}`},
		"a cursor and a total":      {`{"items":[` + p1 + `],"continuationToken":"abc","total":9}`},
		"an offset":                 {`{"items":[` + p1 + `],"offset":0,"limit":2,"total":9}`},
		"an offset without a total": {`{"items":[` + p1 + `],"skip":0}`},
		"two totals":                {`{"items":[` + p1 + `],"total":2,"totalCount":3}`},
		"a total twice":             {`{"items":[` + p1 + `],"total":2,"total":3}`},
		"a different count":         {`{"items":[` + p1 + `],"total":2,"count":3}`},
		"an error beside them":      {`{"items":[` + p1 + `],"total":2,"errors":["one reseller failed"]}`},
		"no success":                {`{"success":false,"items":[` + p1 + `]}`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readAll(t, pages...)
			wantCode(t, err, connector.Incomplete)
			if t.Failed() {
				t.Fatal(name)
			}
		})
	}
	var calls int
	r := readerWith(t, func(*http.Request) *http.Response {
		calls++
		number := []int{1, 3, 5, 7, 9}[min(calls-1, 2+(calls-1)%3)] // in the end 5, 7, 9 in a cycle
		return jsonResponse(`{"items":[` + clientsJSON(number, 2) + `],"hasMore":true,"page":` + strconv.Itoa(calls) + `}`)
	})
	_, err := r.all(t.Context())
	wantCode(t, err, connector.Incomplete)
	if calls > 20 {
		t.Errorf("got %d calls until the cycle was detected", calls)
	}
}

func testPagesTotalWithNestedCustomers(t *testing.T) {
	t.Parallel()
	nested := `{"id":1,"name":"R","type":"RESELLER","children":[` + clientsJSON(2, 3) + `]}`
	customers, err := readAll(t, `{"items":[`+nested+`],"totalCount":4}`)
	if err != nil || len(customers) != 4 {
		t.Errorf("got %s, error %v; want 4", idList(customers), err)
	}
	_, err = readAll(t, `{"items":[`+nested+`],"totalCount":4,"pageSize":1}`)
	wantCode(t, err, connector.Incomplete)
}

func testPagesResumeAfterKill(t *testing.T) {
	t.Parallel()
	var asked []url.Values
	r := readerWith(t, func(r *http.Request) *http.Response {
		asked = append(asked, r.URL.Query())
		page, _ := strconv.Atoi(r.URL.Query().Get("pageNumber"))
		return jsonResponse(`{"items":[` + clientsJSON(2*max(1, page)-1, 2) + `],"totalCount":6}`)
	})
	keep := func(portal.Customer) error { return nil }
	state, err := r.Call(t.Context(), connector.State{}, keep)
	if err != nil || state.Done || state.Progress.Left != 2 {
		t.Fatalf("after the first page: %+v, error %v; want 2", state, err)
	}
	for range 2 { // the result of the first of these is never saved
		if _, err := r.Call(t.Context(), state, keep); err != nil {
			t.Fatal(err)
		}
	}
	if asked[1].Encode() != asked[2].Encode() || asked[2].Get("pageNumber") != "2" {
		t.Errorf("requested %v; want %v, 2", asked, asked[2].Encode())
	}
}

func testPagesSetExpectedTotal(t *testing.T) {
	t.Parallel()
	twice := clientsJSON(1, 2) + "," + clientsJSON(2, 1)
	_, state, err := readerOf(t, `{"items":[`+twice+`],"total":3}`).from(t.Context(), connector.State{})
	if err != nil || state.Total != nil {
		t.Errorf("one response: %v, error %v", state.Total, err)
	}
	_, state, err = readerOf(t, `{"items":[`+clientsJSON(1, 2)+`],"total":3}`, `{"items":[`+clientsJSON(2,
		1)+`],"total":3}`).from(t.Context(), connector.State{})
	if err != nil || state.Total == nil || *state.Total != 3 {
		t.Errorf("two pages: %v, error %v; want 3", state.Total, err)
	}
}

func testPagesDetectRepeatedPage(t *testing.T) {
	t.Parallel()
	for _, order := range [][]int{{1, 1}, {1, 3, 1}, {1, 3, 3}, {1, 3, 5, 5}, {1, 3, 5, 1}, {1, 3, 5, 7, 9, 9}, {1, 3, 5, 7, 9, 7}} {
		var calls int
		r := readerWith(t, func(*http.Request) *http.Response {
			calls++
			return jsonResponse(`{"items":[` + clientsJSON(order[min(calls, len(order))-1], 2) + `],"totalCount":99}`)
		})
		_, err := r.all(t.Context())
		wantCode(t, err, connector.Incomplete)
		if calls != len(order) {
			t.Errorf("%v: got %d calls; want %v", order, calls, len(order))
		}
	}
}

func testPagesNameTheError(t *testing.T) {
	t.Parallel()
	p1, p2, p3 := clientsJSON(1, 2), clientsJSON(3, 2), clientsJSON(5, 2)
	for want, pages := range map[string][]string{
		"The response says there are 1 customers but holds 2.": {`{"items":[` + p1 + `],"totalCount":1}`},
		"The response says there are 3 customers but holds 4.": {`{"items":[` + p1 + `],"totalCount":3}`, `{"items":[` + p2 +
			`],"totalCount":3}`},
		"The response says there are 5 customers, but 4 were received.": {`{"items":[` + p1 + `],"totalCount":5,"totalPages":2}`,
			`{"items":[` + p2 + `],"totalCount":5,"totalPages":2}`},
		"The response says there are 5 customers, but 0 were received.": {`{"items":[],"totalCount":5}`},
		"More customers should follow, but 0 were received.":            {`{"items":[],"hasMore":true,"page":1}`},
		"All 2 customers were received, but":                            {`{"items":[` + p1 + `],"totalCount":2,"hasMore":true}`},
		"follow it, but not where.":                                     {`{"items":[` + p1 + `],"hasMore":true}`},
		`in a way that the portal does not know ("nextCursor").`:        {`{"items":[` + p1 + `],"nextCursor":"abc"}`},
		"Page 2 of the customers is empty": {`{"items":[` + p1 + `],"totalCount":6}`,
			`{"items":[],"totalCount":6}`},
		"Page 2 of the customers repeats an earlier page.": {`{"items":[` + p1 + `],"totalCount":6}`, `{"items":[` + p1 +
			`],"totalCount":6}`},
		"Page 2 of the customers has another form": {`{"items":[` + p1 + `],"totalCount":6}`, `[` + p2 + `]`},
		"Page 2 of the customers was requested and page 3 was received.": {`{"items":[` + p1 + `],"totalCount":6,"page":1}`,
			`{"items":[` +
				p3 + `],"totalCount":6,"page":3}`},
		"The number of customers changed while": {`{"items":[` + p1 + `],"totalCount":6}`, `{"items":[` + p2 +
			`],"totalCount":7}`},
		`its Total is both 2 and 3.`:                                  {`{"items":[` + p1 + `],"total":2,"Total":3}`},
		"The response says it holds 3 customers (count) but holds 2.": {`{"items":[` + p1 + `],"total":2,"count":3}`},
	} {
		r, _, calls := readerInTurn(t, responsesOf(pages)...)
		_, err := r.all(t.Context())
		wantCode(t, err, connector.Incomplete)
		if err == nil || !strings.Contains(err.Error(), want) || *calls != len(pages) {
			t.Errorf("after %d calls it got error %v, want %s", *calls, err, want)
		}
	}
}

func testPagesNestedCustomers(t *testing.T) {
	t.Parallel()
	first := `{"id":1,"name":"R","type":"RESELLER","children":[` + clientsJSON(2, 1) + `]}`
	for name, pages := range map[string][]string{
		"links": {`{"items":[` + first + `],"total":2,"nextLink":"?at=2"}`, `{"items":[` + clientsJSON(3, 1) + `],"total":2}`},
		"more": {`{"items":[` + first + `],"total":2,"hasMore":true}`, `{"items":[` + clientsJSON(3, 1) +
			`],"total":2,"hasMore":false}`},
		"size":  {`{"items":[` + first + `],"total":2,"pageSize":1}`, `{"items":[` + clientsJSON(3, 1) + `],"total":2,"pageSize":1}`},
		"page":  {`{"items":[` + first + `],"total":2,"page":1}`, `{"items":[` + clientsJSON(3, 1) + `],"total":2,"page":2}`},
		"pages": {`{"items":[` + first + `],"total":2,"pages":2}`, `{"items":[` + clientsJSON(3, 1) + `],"total":2,"pages":2}`},
	} {
		t.Run(name, func(t *testing.T) {
			r, _, calls := readerInTurn(t, responsesOf(pages)...)
			customers, state, err := r.from(t.Context(), connector.State{})
			if err != nil || *calls != 2 || treeOf(customers) != "1 msp under, 2 client under 1, 3 client under" || state.Total != nil {
				t.Errorf("after %d calls %s, %+v, error %v; want 2, 1 msp under, 2 client under 1, 3 client under", *calls,
					treeOf(customers), state, err)
			}
		})
	}
}

func testPagesAreReported(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		texts []string
		want  bool
	}{
		"one response": {[]string{`[` + clientsJSON(1, 3) + `]`}, false},
		"one page":     {[]string{`{"items":[` + clientsJSON(1, 3) + `],"total":3}`}, false},
		"two pages": {[]string{`{"items":[` + clientsJSON(1, 3) + `],"total":4}`, `{"items":[` + clientsJSON(4, 1) + `],"total":4}`},
			true},
		"a full page and no other": {[]string{`{"items":[` + clientsJSON(1, 2) + `],"pageSize":2,"page":1}`,
			`{"items":[],"pageSize":2,"page":2}`}, true},
		"pages of one reseller": {[]string{`[` + resellersJSON(1) + `]`, `{"items":[` + clientsJSON(11, 1) + `],"total":2}`,
			`{"items":[` + clientsJSON(12, 1) + `],"total":2}`}, true},
		"resellers with one response": {[]string{`[` + resellersJSON(2) + `]`, `[` + clientsJSON(11, 1) + `]`, `[` + clientsJSON(12, 1) +
			`]`}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, end, err := readerOf(t, test.texts...).from(t.Context(), connector.State{})
			if err != nil || end.Paged != test.want {
				t.Errorf("paged: got %t, want %t; %v", end.Paged, test.want, err)
			}
		})
	}
}

// fullPage returns pages of two with a size and a number, and no other sign that more follow.
func fullPage(n int) func(*http.Request) *http.Response {
	return func(r *http.Request) *http.Response {
		page, _ := strconv.Atoi(r.URL.Query().Get("pageNumber"))
		page = max(1, page)
		rest := min(2, max(0, n-2*(page-1)))
		return jsonResponse(`{"items":[` + clientsJSON(2*page-1, rest) + `],"page":` + strconv.Itoa(page) + `,"pageSize":2}`)
	}
}
