package heimdal

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

// corps are the JSON of n customers from number on, all directly under the MSSP.
func corps(number, n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"id":%d,"name":"C%d","type":"CORP"}`, number+i, number+i))
	}
	return strings.Join(list, ",")
}

func ids(customers []portal.Customer) string {
	var all []string
	for _, c := range customers {
		all = append(all, c.ExternalID)
	}
	return strings.Join(all, " ")
}

func TestPagesAreAskedForUntilTheTotalIsThere(t *testing.T) {
	t.Parallel()
	for name, firstPage := range map[string]string{
		"a total":               `{"items":[%s],"totalCount":5}`,
		"a total in front":      `{"TotalCount":"5","Items":[%s]}`,
		"a page that says so":   `{"items":[%s],"total":5,"pageSize":2,"pageNumber":1,"totalPages":3}`,
		"wrapped in data":       `{"status":"ok","data":{"items":[%s],"totalCount":5}}`,
		"a count of this page":  `{"items":[%s],"totalCount":5,"count":2}`,
		"a count of everything": `{"items":[%s],"count":5}`,
	} {
		var asked []string
		r := asking(t, func(r *http.Request) *http.Response {
			asked = append(asked, r.URL.RawQuery)
			page, _ := strconv.Atoi(r.URL.Query().Get("pageNumber"))
			page = max(1, page)
			text := fmt.Sprintf(firstPage, corps(2*page-1, min(2, 7-2*page)))
			text = strings.Replace(text, `"pageNumber":1`, fmt.Sprintf(`"pageNumber":%d`, page), 1)
			if page == 3 {
				text = strings.Replace(text, `"count":2`, `"count":1`, 1)
			}
			return body(text)
		})
		customers, state, err := r.from(t.Context(), portal.ReadState{})
		if err != nil || ids(customers) != "1 2 3 4 5" {
			t.Errorf("%s: read %s, %v", name, ids(customers), err)
			continue
		}
		want := "customerId=17 customerId=17&pageNumber=2&pageSize=2 customerId=17&pageNumber=3&pageSize=2"
		if strings.Join(asked, " ") != want {
			t.Errorf("%s: asked %v", name, asked)
		}
		if state.Total == nil || *state.Total != 5 || state.Progress.Calls != 3 || state.Progress.Seen != 5 || state.Progress.Left != 0 {
			t.Errorf("%s: ended as %+v", name, state)
		}
	}
}

func TestPagesWithoutATotalAreAskedForWhileMoreAreSaidToFollow(t *testing.T) {
	t.Parallel()
	customers, err := readAll(t,
		`{"items":[`+corps(1, 2)+`],"pageNumber":0,"hasMore":true}`, `{"items":[`+corps(3, 2)+`],"pageNumber":1,"hasMore":true}`, `{"items":[`+corps(5, 1)+`],"pageNumber":2,"hasMore":false}`)
	if err != nil || ids(customers) != "1 2 3 4 5" {
		t.Errorf("read %s, %v", ids(customers), err)
	}
	customers, err = readAll(t, `{"items":[`+corps(1, 2)+`],"totalPages":2}`, `{"items":[`+corps(3, 2)+`],"totalPages":2}`)
	if err != nil || ids(customers) != "1 2 3 4" {
		t.Errorf("read %s, %v", ids(customers), err)
	}
}

func TestALinkToTheNextPageIsFollowedOnTheSameHost(t *testing.T) {
	t.Parallel()
	for _, link := range []string{"https://heimdal.example.com/api/customers?customerId=17&from=2", "/api/customers?customerId=17&from=2", "?customerId=17&from=2"} {
		r := asking(t, func(r *http.Request) *http.Response {
			if r.URL.Query().Get("from") == "2" && r.URL.Query().Get("customerId") == "17" {
				return body(`{"value":[` + corps(3, 1) + `],"@odata.nextLink":null}`)
			}
			return body(`{"value":[` + corps(1, 2) + `],"@odata.nextLink":"` + link + `"}`)
		})
		if customers, err := r.all(t.Context()); err != nil || ids(customers) != "1 2 3" {
			t.Errorf("%s: read %s, %v", link, ids(customers), err)
		}
	}
}

func TestTheKeyFollowsNoLinkToAnotherHost(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]portal.CallCode{
		"https://evil.example.com/x": portal.Redirected, "http://heimdal.example.com/api/customers": portal.Redirected, "//evil.example.com/": portal.Redirected,
		"https://heimdal.example.com/?" + strings.Repeat("x", 5000): portal.Incomplete,
		"https://heimdal.example.com:444/":                          portal.Redirected, "https://user@heimdal.example.com/": portal.Incomplete, "http://%zz": portal.Incomplete,
	} {
		calls := 0
		r := asking(t, func(r *http.Request) *http.Response {
			if calls++; calls > 1 || r.URL.Host != "heimdal.example.com" || r.URL.Scheme != "https" {
				t.Errorf("%s was asked", r.URL)
			}
			return body(`{"items":[` + corps(1, 2) + `],"nextLink":"` + link + `"}`)
		})
		_, err := r.all(t.Context())
		wantCode(t, err, want)
	}
}

func TestPagesThatDoNotMakeOneListAreRefusedAndNeverALoop(t *testing.T) {
	t.Parallel()
	p1, p2, p3 := corps(1, 2), corps(3, 2), corps(5, 2)
	for name, pages := range map[string][]string{
		"fewer than the total, and the same again": {`{"items":[` + p1 + `],"totalCount":5}`},
		"a page twice":                    {`{"items":[` + p1 + `],"totalCount":6}`, `{"items":[` + p2 + `],"totalCount":6}`},
		"an empty page before the total":  {`{"items":[` + p1 + `],"totalCount":5}`, `{"items":[],"totalCount":5}`},
		"no customers of a total":         {`{"items":[],"totalCount":5}`},
		"a total that changes":            {`{"items":[` + p1 + `],"totalCount":5}`, `{"items":[` + p2 + `],"totalCount":6}`},
		"a total that is no longer there": {`{"items":[` + p1 + `],"totalCount":4}`, `{"items":[` + p2 + `]}`},
		"more than the total":             {`{"items":[` + p1 + `],"totalCount":1}`},
		"more than the total later":       {`{"items":[` + p1 + `],"totalCount":3}`, `{"items":[` + p2 + `],"totalCount":3}`},
		"pages in a circle":               {`{"items":[` + p1 + `],"hasMore":true,"page":1}`, `{"items":[` + p2 + `],"hasMore":true}`, `{"items":[` + p1 + `],"hasMore":true}`},
		"another page than asked for":     {`{"items":[` + p1 + `],"totalCount":6,"page":1}`, `{"items":[` + p3 + `],"totalCount":6,"page":3}`, `{"items":[` + p2 + `],"totalCount":6,"page":2}`},
		"a page that is no envelope":      {`{"items":[` + p1 + `],"totalCount":4}`, `[` + p2 + `]`},
		"an empty page for the last":      {`{"items":[` + p1 + `],"hasMore":true,"page":1}`, `{"items":[],"hasMore":false}`},
		"a last page without an envelope": {`{"items":[` + p1 + `],"hasMore":true,"page":1}`, `[` + p2 + `]`},
		"the last page before the total":  {`{"items":[` + p1 + `],"totalCount":5,"totalPages":2}`, `{"items":[` + p2 + `],"totalCount":5,"totalPages":2}`},
		"the total, and more":             {`{"items":[` + p1 + `],"totalCount":2,"hasMore":true}`},
		"more, but not where":             {`{"items":[` + p1 + `],"hasMore":true}`},
		"a cursor":                        {`{"items":[` + p1 + `],"nextCursor":"abc"}`},
		"a cursor and a total":            {`{"items":[` + p1 + `],"continuationToken":"abc","total":9}`},
		"an offset":                       {`{"items":[` + p1 + `],"offset":0,"limit":2,"total":9}`},
		"an offset without a total":       {`{"items":[` + p1 + `],"skip":0}`},
		"two totals":                      {`{"items":[` + p1 + `],"total":2,"totalCount":3}`},
		"a total twice":                   {`{"items":[` + p1 + `],"total":2,"total":3}`},
		"a count that is another":         {`{"items":[` + p1 + `],"total":2,"count":3}`},
		"an error beside them":            {`{"items":[` + p1 + `],"total":2,"errors":["one reseller failed"]}`},
		"no success":                      {`{"success":false,"items":[` + p1 + `]}`},
	} {
		_, err := readAll(t, pages...)
		wantCode(t, err, portal.Incomplete)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	var calls int
	r := asking(t, func(*http.Request) *http.Response {
		calls++
		number := []int{1, 3, 5, 7, 9}[min(calls-1, 2+(calls-1)%3)] // in the end 5, 7, 9 for ever
		return body(`{"items":[` + corps(number, 2) + `],"hasMore":true,"page":` + strconv.Itoa(calls) + `}`)
	})
	_, err := r.all(t.Context())
	wantCode(t, err, portal.Incomplete)
	if calls > 20 {
		t.Errorf("it took %d calls to see a circle", calls)
	}
}

func TestATotalMayCountNestedCustomersWhereNothingHintsAtPages(t *testing.T) {
	t.Parallel()
	nested := `{"id":1,"name":"R","type":"RESELLER","children":[` + corps(2, 3) + `]}`
	customers, err := readAll(t, `{"items":[`+nested+`],"totalCount":4}`)
	if err != nil || len(customers) != 4 {
		t.Errorf("read %s, %v", ids(customers), err)
	}
	_, err = readAll(t, `{"items":[`+nested+`],"totalCount":4,"pageSize":1}`)
	wantCode(t, err, portal.Incomplete)
}

func TestAPageIsAskedForAgainAfterAKill(t *testing.T) {
	t.Parallel()
	var asked []url.Values
	r := asking(t, func(r *http.Request) *http.Response {
		asked = append(asked, r.URL.Query())
		page, _ := strconv.Atoi(r.URL.Query().Get("pageNumber"))
		return body(`{"items":[` + corps(2*max(1, page)-1, 2) + `],"totalCount":6}`)
	})
	keep := func(portal.Customer) error { return nil }
	state, err := r.Call(t.Context(), portal.ReadState{}, keep)
	if err != nil || state.Done || state.Progress.Left != 2 {
		t.Fatalf("after the first page: %+v, %v", state, err)
	}
	for range 2 { // the end of the first of these is never saved
		if _, err := r.Call(t.Context(), state, keep); err != nil {
			t.Fatal(err)
		}
	}
	if asked[1].Encode() != asked[2].Encode() || asked[2].Get("pageNumber") != "2" {
		t.Errorf("asked %v", asked)
	}
}

func TestOnlyPagesSayHowManyCustomersMustBeLeftWithoutThoseSeenTwice(t *testing.T) {
	t.Parallel()
	twice := corps(1, 2) + "," + corps(2, 1)
	_, state, err := answering(t, `{"items":[`+twice+`],"total":3}`).from(t.Context(), portal.ReadState{})
	if err != nil || state.Total != nil {
		t.Errorf("one answer: %v, %v", state.Total, err)
	}
	_, state, err = answering(t, `{"items":[`+corps(1, 2)+`],"total":3}`, `{"items":[`+corps(2, 1)+`],"total":3}`).from(t.Context(), portal.ReadState{})
	if err != nil || state.Total == nil || *state.Total != 3 {
		t.Errorf("two pages: %v, %v", state.Total, err)
	}
}

func TestAPageThatCameBeforeIsSeenAtOnce(t *testing.T) {
	t.Parallel()
	for _, order := range [][]int{{1, 1}, {1, 3, 1}, {1, 3, 3}, {1, 3, 5, 5}, {1, 3, 5, 1}, {1, 3, 5, 7, 9, 9}, {1, 3, 5, 7, 9, 7}} {
		var calls int
		r := asking(t, func(*http.Request) *http.Response {
			calls++
			return body(`{"items":[` + corps(order[min(calls, len(order))-1], 2) + `],"totalCount":99}`)
		})
		_, err := r.all(t.Context())
		wantCode(t, err, portal.Incomplete)
		if calls != len(order) {
			t.Errorf("%v: it took %d calls", order, calls)
		}
	}
}

func TestWhatIsWrongWithPagesIsSaidAndNoMoreAreAskedFor(t *testing.T) {
	t.Parallel()
	p1, p2, p3 := corps(1, 2), corps(3, 2), corps(5, 2)
	for want, pages := range map[string][]string{
		"The answer says there are 1 customers but holds 2.":          {`{"items":[` + p1 + `],"totalCount":1}`},
		"The answer says there are 3 customers but holds 4.":          {`{"items":[` + p1 + `],"totalCount":3}`, `{"items":[` + p2 + `],"totalCount":3}`},
		"The answer says there are 5 customers, but 4 came.":          {`{"items":[` + p1 + `],"totalCount":5,"totalPages":2}`, `{"items":[` + p2 + `],"totalCount":5,"totalPages":2}`},
		"The answer says there are 5 customers, but 0 came.":          {`{"items":[],"totalCount":5}`},
		"More customers were to follow, but 0 came.":                  {`{"items":[],"hasMore":true,"page":1}`},
		"All 2 customers have come, and yet":                          {`{"items":[` + p1 + `],"totalCount":2,"hasMore":true}`},
		"follow it, but not where.":                                   {`{"items":[` + p1 + `],"hasMore":true}`},
		`in a way that the portal does not know ("nextCursor").`:      {`{"items":[` + p1 + `],"nextCursor":"abc"}`},
		"Page 2 of the customers is empty":                            {`{"items":[` + p1 + `],"totalCount":6}`, `{"items":[],"totalCount":6}`},
		"Page 2 of the customers is one that came before.":            {`{"items":[` + p1 + `],"totalCount":6}`, `{"items":[` + p1 + `],"totalCount":6}`},
		"Page 2 of the customers came back in another form":           {`{"items":[` + p1 + `],"totalCount":6}`, `[` + p2 + `]`},
		"Page 2 of the customers was asked for and page 3 came back.": {`{"items":[` + p1 + `],"totalCount":6,"page":1}`, `{"items":[` + p3 + `],"totalCount":6,"page":3}`},
		"The number of customers changed while":                       {`{"items":[` + p1 + `],"totalCount":6}`, `{"items":[` + p2 + `],"totalCount":7}`},
		`its Total is both 2 and 3.`:                                  {`{"items":[` + p1 + `],"total":2,"Total":3}`},
		"The answer says it holds 3 customers (count) but holds 2.":   {`{"items":[` + p1 + `],"total":2,"count":3}`},
	} {
		r, _, calls := inTurn(t, inPages(pages)...)
		_, err := r.all(t.Context())
		wantCode(t, err, portal.Incomplete)
		if err == nil || !strings.Contains(err.Error(), want) || *calls != len(pages) {
			t.Errorf("after %d calls it is told as %v, want %s", *calls, err, want)
		}
	}
}

// inPages are answers with these texts.
func inPages(texts []string) []func() *http.Response {
	var answers []func() *http.Response
	for _, text := range texts {
		answers = append(answers, saying(text))
	}
	return answers
}

func TestPagesOfNestedCustomersAreReadToTheLast(t *testing.T) {
	t.Parallel()
	first := `{"id":1,"name":"R","type":"RESELLER","children":[` + corps(2, 1) + `]}`
	for name, pages := range map[string][]string{
		"links": {`{"items":[` + first + `],"total":2,"nextLink":"?at=2"}`, `{"items":[` + corps(3, 1) + `],"total":2}`},
		"more":  {`{"items":[` + first + `],"total":2,"hasMore":true}`, `{"items":[` + corps(3, 1) + `],"total":2,"hasMore":false}`},
		"size":  {`{"items":[` + first + `],"total":2,"pageSize":1}`, `{"items":[` + corps(3, 1) + `],"total":2,"pageSize":1}`},
		"page":  {`{"items":[` + first + `],"total":2,"page":1}`, `{"items":[` + corps(3, 1) + `],"total":2,"page":2}`},
		"pages": {`{"items":[` + first + `],"total":2,"pages":2}`, `{"items":[` + corps(3, 1) + `],"total":2,"pages":2}`},
	} {
		r, _, calls := inTurn(t, inPages(pages)...)
		customers, state, err := r.from(t.Context(), portal.ReadState{})
		if err != nil || *calls != 2 || tree(customers) != "1 msp under, 2 client under 1, 3 client under" || state.Total != nil {
			t.Errorf("%s: after %d calls %s, %+v, %v", name, *calls, tree(customers), state, err)
		}
	}
}
