package heimdal

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

func TestSigns(t *testing.T) {
	t.Parallel()
	t.Run("in_one_response", testSignsInOneResponse)
	t.Run("on_pages", testSignsOnPages)
}

func testSignsInOneResponse(t *testing.T) {
	t.Parallel()
	if len(incompleteSigns) < 50 {
		t.Fatalf("tried %d responses", len(incompleteSigns))
	}
	for _, c := range slices.Concat(incompleteSigns, incompleteForms) {
		t.Run("incomplete/"+c.String(), func(t *testing.T) {
			t.Parallel()
			customers, err := c.read(t)
			wantCode(t, err, connector.Incomplete)
			var e *connector.CallError
			if errors.As(err, &e) && e.Sign != c.sign {
				t.Errorf("got %d customers and the sign %q, want %q: %s", len(customers), e.Sign, c.sign, e.Detail)
			}
		})
	}
	for _, c := range slices.Concat(completeSigns, completeForms) {
		t.Run("complete/"+c.String(), func(t *testing.T) {
			t.Parallel()
			customers, err := c.read(t)
			customers = slices.DeleteFunc(customers, func(c portal.Customer) bool { return c.ExternalID == "17" })
			if err != nil || len(customers) < 95 || len(customers) > 96 {
				t.Errorf("got %d customers, error %v", len(customers), err)
			}
		})
	}
}

func testSignsOnPages(t *testing.T) {
	t.Parallel()
	first, second := clientsJSON(1, 2), clientsJSON(3, 2)
	headed := func(text, name, value string) func() *http.Response {
		return func() *http.Response {
			a := jsonResponse(text)
			a.Header.Set(name, value)
			return a
		}
	}
	t.Run("a header's total is of all pages", func(t *testing.T) {
		t.Parallel()
		r, _, _ := readerInTurn(t, headed(`{"items":[`+first+`],"total":4}`, "X-Total-Count", "4"),
			headed(`{"items":[`+second+`],"total":4}`, "X-Total-Count", "4"))
		if customers, err := r.all(t.Context()); err != nil || idList(customers) != "1 2 3 4" {
			t.Errorf("got %s, error %v; want 1 2 3 4", idList(customers), err)
		}
	})
	t.Run("a link to the page that is read anyway", func(t *testing.T) {
		t.Parallel()
		r, _, _ := readerInTurn(t, headed(`{"items":[`+first+`],"page":1,"hasMore":true}`, "Link", `<?page=2>; rel=next`),
			headed(`{"items":[`+second+`],"page":2,"hasMore":false,"hasPreviousPage":true}`, "Link", `<?page=1>; rel=prev`))
		if customers, err := r.all(t.Context()); err != nil || idList(customers) != "1 2 3 4" {
			t.Errorf("got %s, error %v; want 1 2 3 4", idList(customers), err)
		}
	})
	t.Run("the last page's headers count", func(t *testing.T) {
		t.Parallel()
		r, _, _ := readerInTurn(t, respondWith(`{"items":[`+first+`],"page":1,"hasMore":true}`),
			headed(`{"items":[`+second+`],"page":2,"hasMore":false}`, "X-Total-Count", "6"))
		_, err := r.all(t.Context())
		wantCode(t, err, connector.Incomplete)
	})
	t.Run("a sign that is always there can be declared harmless", func(t *testing.T) {
		t.Parallel()
		always := `{"items":[` + first + `],"page":1,"hasMore":true}`
		_, err := readAll(t, always)
		var e *connector.CallError
		if !errors.As(err, &e) || e.Code != connector.Incomplete || e.Sign != "hasMore" {
			t.Fatalf("got error %v, want one with the sign hasMore", err)
		}
		r := readerOf(t, always)
		r.harmless = harmlessSet([]string{"hasMore"})
		if customers, err := r.all(t.Context()); err != nil || len(customers) != 2 {
			t.Errorf("got %s, error %v; want 2", idList(customers), err)
		}
	})
	t.Run("a sign in a response about a reseller", func(t *testing.T) {
		t.Parallel()
		var asked []string
		_, err := readerByCustomer(t, &asked,
			map[string]string{"17": `[` + resellerR + `]`, "1": `{"items":[` + first + `],"isComplete":false}`}).all(t.Context())
		var e *connector.CallError
		if !errors.As(err, &e) || e.Code != connector.Incomplete || e.Sign != "isComplete" {
			t.Errorf("got error %v, want one with the sign isComplete", err)
		}
	})
	t.Run("a trailer", func(t *testing.T) {
		t.Parallel()
		r, _ := newReader(t, 0, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Trailer", "X-Total-Count")
			w.Write([]byte(`[` + first + `]`))
			w.Header().Set("X-Total-Count", "3")
		})
		_, err := r.all(t.Context())
		wantCode(t, err, connector.Incomplete)
	})
	t.Run("the key in a sign is not shown", func(t *testing.T) {
		t.Parallel()
		_, err := readAll(t, `{"items":[`+first+`],"`+key+`Next":true}`)
		wantCode(t, err, connector.Incomplete)
		var e *connector.CallError
		if !errors.As(err, &e) || e.Sign == "" || strings.Contains(e.Sign, key) {
			t.Errorf("got error %v with the sign %q", err, e.Sign)
		}
	})
}

// wrongTotal is the sign of a response whose number of customers is wrong: it cannot be declared harmless.
const wrongTotal = ""

// signCase is a response with 95 customers, where its text has a %.
type signCase struct {
	text   string
	header string // "Name: value", several with a line break between
	sign   string // that the error names
}

// read reads the response, and the same one for every further call.
func (s signCase) read(t *testing.T, harmless ...string) ([]portal.Customer, error) {
	t.Helper()
	text := strings.Replace(s.text, "%", clientsJSON(1001, 95), 1)
	r := readerWith(t, func(*http.Request) *http.Response {
		response := jsonResponse(text)
		for line := range strings.Lines(s.header) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
			response.Header.Add(name, strings.TrimSpace(value))
		}
		return response
	})
	r.harmless = harmlessSet(harmless)
	return r.all(t.Context())
}

func (s signCase) String() string {
	return strings.TrimSpace(s.text + " " + strings.ReplaceAll(s.header, "\n", ", "))
}

const (
	array     = `[%]`
	enveloped = `{"items":[%]}`
)

func with(members string) string { return `{"items":[%],` + members + `}` }

// incompleteSigns are responses with 95 of 100 customers that show it.
var incompleteSigns = []signCase{
	// Headers beside a bare array.
	{array, `Link: <https://heimdal.example.com/api/customers?page=2>; rel="next"`, "header Link"},
	{array, `Link: </customers?page=2>; rel=next`, "header Link"},
	{array, `Link: <?page=2> ; REL = "NEXT"`, "header Link"},
	{array, `Link: <?a=1,2;b>; title="a, \"b\"; rel=prev"; rel="last next"`, "header Link"},
	{array, `Link: <?page=1>; rel="first", <?page=2>; rel='next'`, "header Link"},
	{array, "Link: <?page=1>; rel=first\nLink: <?page=2>; rel=next", "header Link"},
	{array, `Link: <?page=2>; rel*=UTF-8'en'next`, "header Link"},
	{array, `Link: <?page=2>; rel="http://www.iana.org/assignments/relation/next"`, "header Link"},
	{array, `Link: <?page=2>; rev=prev`, "header Link"},
	{array, `Link: <?page=2>; rel=last`, "header Link"},
	{array, `X-Total-Count: 100`, wrongTotal},
	{array, `X-Total: 100`, wrongTotal},
	{array, `Total-Count: 100`, wrongTotal},
	{array, `X-WP-Total: 100`, wrongTotal},
	{array, `X-Pagination-Total-Count: 100`, wrongTotal},
	{array, `X-Total-Count:`, "header X-Total-Count"},
	{array, `X-Total-Count: many`, "header X-Total-Count"},
	{array, `X-Pagination: {"TotalCount":100,"PageSize":95,"CurrentPage":1,"TotalPages":2}`, wrongTotal},
	{array, `X-Pagination: {"currentPage":1,"totalPages":2}`, "header X-Pagination totalPages"},
	{array, `Pagination: {"paging":{"hasNext":true}}`, "header Pagination paging.hasNext"},
	{array, `X-Total-Pages: 2`, "header X-Total-Pages"},
	{array, `X-WP-TotalPages: 2`, "header X-Wp-Totalpages"},
	{array, `X-Page-Count: 2`, "header X-Page-Count"},
	{array, `X-Next-Page: 2`, "header X-Next-Page"},
	{array, `X-Has-More: true`, "header X-Has-More"},
	{array, `X-Is-Last-Page: false`, "header X-Is-Last-Page"},
	{array, `X-Next-Cursor: bXNw`, "header X-Next-Cursor"},
	{array, `X-Ms-Continuation: bXNw`, "header X-Ms-Continuation"},
	{array, `X-Per-Page: 95`, "header X-Per-Page"},
	{array, `X-Pagination-Limit: 95`, "header X-Pagination-Limit"},
	{with(`"limit":100,"pageSize":96`), "", "pageSize"},
	{with(`"a%20more":{"hasMore":true}`), "", "a more.hasMore"},
	{array, `X-Truncated: yes`, "header X-Truncated"},
	{array, `Content-Range: items 0-94/100`, wrongTotal},
	{array, `Content-Range: 0-94/100`, wrongTotal},
	{array, `Content-Range: customers 1 - 95 / 100`, wrongTotal},
	{array, `Content-Range: items 0-94/*`, "header Content-Range"},
	{array, `Content-Range: bytes 0-9999/12000`, "header Content-Range"},
	{array, `Content-Range: the first 95`, "header Content-Range"},
	{array, `X-Status: 500`, "header X-Status"},
	{array, `X-Error: one region did not respond`, "header X-Error"},
	// Headers beside an envelope, even one that calls itself complete.
	{enveloped, `Link: <?page=2>; rel="next"`, "header Link"},
	{with(`"total":95`), `Link: <?page=2>; rel="next"`, "header Link"},
	{with(`"total":95`), `X-Total-Count: 100`, wrongTotal},
	{enveloped, `X-Total-Count: 100`, wrongTotal},
	{`{"data":{"items":[%]}}`, `X-Pagination: {"total":100}`, wrongTotal},
	{with(`"total":95`), `X-Has-More: 1`, "header X-Has-More"},
	{`{"result":{"customers":[%]}}`, `Content-Range: items 0-94/100`, wrongTotal},
	{with(`"count":95`), `X-Total-Pages: 2`, "header X-Total-Pages"},
	{`{"id":17,"name":"Us","type":"DISTRIBUTOR","children":[%]}`, `X-Total-Count: 101`, wrongTotal},
	// Members: other customers follow.
	{with(`"hasMore":true`), "", "hasMore"},
	{with(`"has_more":"yes"`), "", "has_more"},
	{with(`"More":1`), "", "More"},
	{with(`"lastPage":false`), "", "lastPage"},
	{with(`"is_last_page":0`), "", "is_last_page"},
	{with(`"isComplete":false`), "", "isComplete"},
	{with(`"complete":"no"`), "", "complete"},
	{with(`"isLast":"false"`), "", "isLast"},
	{with(`"last":false`), "", "last"},
	{with(`"endOfResults":false`), "", "endOfResults"},
	{with(`"isComplete":null`), "", "isComplete"},
	{with(`"total":95,"isComplete":false`), "", "isComplete"},
	{with(`"meta":{"lastPage":false}`), "", "meta.lastPage"},
	{with(`"total":95,"pagination":{"hasMore":true}`), "", "pagination.hasMore"},
	{with(`"total":95,"page_info":{"has_next_page":true,"end_cursor":"x"}`), "", "page_info.has_next_page"},
	{with(`"links":[{"rel":"self","href":"?page=1"},{"rel":"next"}]`), "", "links.next"},
	{with(`"_links":{"last":{"href":"?page=2"}}`), "", "_links.last"},
	{with(`"lastPageUrl":"https://heimdal.example.com/api/customers?page=2"`), "", "lastPageUrl"},
	{with(`"truncated":true`), "", "truncated"},
	{with(`"total":95,"nextToken":"bXNw"`), "", "nextToken"},
	{with(`"scroll_id":"bXNw"`), "", "scroll_id"},
	{with(`"showing":"95 of 100"`), "", "showing"},
	{with(`"page":2`), "", "page"},
	{with(`"hasPreviousPage":true`), "", "hasPreviousPage"},
	{with(`"limit":95`), "", "limit"},
	{`{"data":{"items":[%],"lastPage":false}}`, "", "lastPage"},
	{`{"data":{"result":{"items":[%]},"isComplete":false}}`, "", "isComplete"},
	{`{"id":17,"name":"Us","type":"DISTRIBUTOR","children":[%],"hasMore":true}`, "", "hasMore"},
	{`{"customers":[%],"id":17,"name":"Us","type":"DISTRIBUTOR","totalCount":100}`, "", "totalCount"},
	{`[{"id":1,"name":"R","type":"RESELLER","children":[%],"isLastPage":false}]`, "", "isLastPage"},
	{`[{"children":[%],"id":1,"name":"R","type":"RESELLER","totalCustomers":100}]`, "", "totalCustomers"},
	// Members: the number of customers.
	{with(`"totalCount":100`), "", wrongTotal},
	{with(`"totalCount":null`), "", "totalCount"},
	{with(`"totalCount":""`), "", "totalCount"},
	{with(`"total":"unknown"`), "", "total"},
	{with(`"total":"1,000"`), "", "total"},
	{with(`"total":-1`), "", "total"},
	{with(`"total":[]`), "", "total"},
	{with(`"count":null`), "", "count"},
	{with(`"hits":{"total":{"value":100}}`), "", wrongTotal},
	{with(`"meta":{"totalItems":null}`), "", "meta.totalItems"},
	{with(`"total":95,"meta":{"total":100}`), "", wrongTotal},
	{with(`"range":"0-94/100"`), "", wrongTotal},
	{with(`"totalPages":null`), "", "totalPages"},
	{with(`"lastPage":null`), "", "lastPage"},
	{with(`"totalPages":2`), "", "totalPages"},
	{with(`"recordsTotal":100,"recordsFiltered":95`), "", wrongTotal},
	{`{"response":{"items":[%],"totalCount":null}}`, "", "totalCount"},
	// Members: a failure.
	{with(`"success":false,"total":95`), "", "success"},
	{with(`"isSuccess":"no"`), "", "isSuccess"},
	{with(`"ok":0`), "", "ok"},
	{with(`"success":"failed"`), "", "success"},
	{with(`"success":"False"`), "", "success"},
	{with(`"code":500`), "", "code"},
	{with(`"status":"503 Service Unavailable"`), "", "status"},
	{with(`"statusCode":"404"`), "", "statusCode"},
	{with(`"status":{"code":500}`), "", "status.code"},
	{with(`"status":206`), "", "status"},
	{with(`"status":"processing"`), "", "status"},
	{with(`"total":95,"errors":[{"region":"EU","text":"timed out"}]`), "", "errors"},
	{with(`"error":{"code":7}`), "", "error"},
	{with(`"hasErrors":true`), "", "hasErrors"},
	{with(`"failed":3,"total":95`), "", "failed"},
	{`{"success":false,"data":{"items":[%]}}`, "", "success"},
	{with(`"meta":{"status":500}`), "", "meta.status"},
}

// completeSigns are responses with all 95 customers.
var completeSigns = []signCase{
	{array, "", ""},
	{array, "X-Total-Count: 95\nX-Total-Pages: 1\nX-Page: 1\nX-Per-Page: 95\nX-Next-Page:\nX-Prev-Page:", ""},
	{array, `X-Pagination: {"TotalCount":95,"PageSize":100,"CurrentPage":1,"TotalPages":1,"HasNext":false,"HasPrevious":false}`, ""},
	{array, `X-Pagination: {"totalCount":95,"nextPageLink":null,"previousPageLink":""}`, ""},
	{array, `Link: <?page=1>; rel="prev", <?page=1>; rel=last, <?page=1>; rel="first"`, ""},
	{array, `Link: <next.css>; rel="stylesheet"; title="rel=next"`, ""},
	{array, `Link: <x>; rel="nextcloud"`, ""},
	{array, `Link: <x>; title="a; rel=next"; rel=self; rel=next`, ""},
	{array, `Link: <https://example.com/a,b;rel=next>; rel=help`, ""},
	{array, `Content-Range: items 0-94/95`, ""},
	{array, `Content-Range: 0-94/95`, ""},
	{array, `Content-Range: items 1-95/95`, ""},
	{array, `Content-Range: bytes 0-9999/10000`, ""},
	{array, "X-RateLimit-Limit: 5\nX-RateLimit-Remaining: 4\nRateLimit-Limit: 100\nX-Request-Id: 100\nAge: " +
		"7\nX-Powered-By: ASP.NET\nX-Cache: Error from cloudfront", ""},
	{with(`"query":{"limit":95,"page":4},"pageSize":100,"page":1,"total":95`), "", ""},
	{array, "X-Remaining: 4\nX-Limit: 5\nX-Api-Limit: 5\nWarning: 110 - \"Response is Stale\"\nStatus: 200 " +
		"OK\nX-Version: 2\nX-Response-Time: 95", ""},
	{array, "X-Has-More: false\nX-Is-Last-Page: true\nX-Next-Cursor:\nX-Truncated: 0\nX-Error: none\nX-Success: true", ""},
	{enveloped, `X-Total-Count: 95`, ""},
	{with(`"totalCount":null`), `X-Total-Count: 95`, ""},
	{with(`"totalCount":95`), "Content-Range: items 0-94/95\nX-Total-Pages: 1", ""},
	{with(`"totalCount":95`), "", ""},
	{with(`"totalCount":"95","count":95`), "", ""},
	{with(`"totalCount":95,"total":null,"isComplete":null,"totalPages":null`), "", ""},
	{with(`"lastPage":true`), "", ""},
	{with(`"isLastPage":"yes","isComplete":true,"complete":1,"hasMore":false,"hasNext":"no"`), "", ""},
	{with(`"page":1,"totalPages":1,"pageSize":100,"total":95`), "", ""},
	{with(`"page":1,"lastPage":1`), "", ""},
	{with(`"current_page":1,"last_page":1,"per_page":100,"total":95,"from":1,"to":95,"next_page_url":null,"prev_page_url":null,` +
		`"last_page_url":"?page=1"`), "", ""},
	{with(`"last":true,"first":true,"totalElements":95,"totalPages":1,"size":100,"number":0,"numberOfElements":95,"empty":false`), "",
		""},
	{with(`"success":true,"code":200,"status":"ok","message":"OK","error":null,"errors":[]`), "", ""},
	{with(`"success":1,"isSuccess":"true","ok":"yes","statusCode":"200","errorCode":0,"errors":{"eu":[],"us":null}`), "", ""},
	{with(`"status":200,"code":0,"resultCode":"OK","error":"none","failed":0,"hasErrors":false`), "", ""},
	{with(`"status":{"code":200,"text":"OK"}`), "", ""},
	{with(`"total":95,"summary":{"total":400,"count":7},"account":{"status":"failed"}`), "", ""},
	{with(`"filter":{"status":"error","limit":null},"total":95`), "", ""},
	{with(`"showing":"95 of 95","generatedAt":"2026-11-23T10:00:00Z","date":"23/11/2026"`), "", ""},
	{with(`"range":"0-94/95"`), "", ""},
	{with(`"hits":{"total":{"value":95,"relation":"eq"}}`), "", ""},
	{with(`"pageInfo":{"endCursor":"bXNw","hasNextPage":false}`), "", ""},
	{with(`"links":[{"rel":"self","href":"?page=1"},{"rel":"last","href":"?page=1"}]`), "", ""},
	{with(`"_links":{"self":{"href":"?page=1"},"next":null,"last":{"href":"?page=1"}},"meta":{"total":95}`), "", ""},
	{`{"data":{"items":[%],"totalCount":95},"success":true,"status":200}`, "", ""},
	{`{"id":17,"name":"Us","type":"DISTRIBUTOR","children":[%],"total":4000,"status":"failed","code":"500","totalCustomers":95,` +
		`"hasMore":false}`, "", ""},
	{`[{"id":1,"name":"R","type":"RESELLER","children":[%],"isComplete":false,"total":4000,"error":"none","clientCount":100}]`,
		"X-Total-Count: 96", ""},
}

func TestHarmless(t *testing.T) {
	t.Parallel()
	for _, c := range slices.Concat(incompleteSigns, incompleteForms) {
		t.Run(c.String(), func(t *testing.T) {
			t.Parallel()
			if c.sign == wrongTotal {
				_, err := c.read(t, "total", "totalCount", "header X-Total-Count", "header X-Total", "header Total-Count",
					"header Content-Range", "meta.total", "range")
				wantCode(t, err, connector.Incomplete)
				return
			}
			spelled := strings.ToUpper(strings.ReplaceAll(c.sign, "-", "_"))
			if customers, err := c.read(t, "other", spelled); err != nil || len(customers) < 95 {
				t.Errorf("%d customers got although %q is harmless, %v", len(customers), spelled, err)
			}
			if _, err := c.read(t, "other", "x"+c.sign); err == nil {
				t.Error("another name was taken for the sign")
			}
		})
	}
	for name, test := range map[string]struct {
		texts []string
		want  connector.CallCode
	}{
		"refused key":        {[]string{refusedHere}, connector.BadKey},
		"malformed response": {[]string{`{"items":[` + clientsJSON(1, 2)}, connector.Truncated},
		"invalid JSON":       {[]string{`[{"id":1,"type":"CORP"},]`}, connector.Garbage},
		"wrong total":        {[]string{with(`"message":1,"total":100`)}, connector.Incomplete},
		"second sign":        {[]string{with(`"hasMore":true,"nextCursor":"x"`)}, connector.Incomplete},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(test.texts[0], "%", clientsJSON(1, 95), 1)
			r := readerOf(t, text)
			r.harmless = harmlessSet([]string{"message", "items", "total", "hasMore", "id", "type", "error"})
			_, err := r.all(t.Context())
			wantCode(t, err, test.want)
		})
	}
}
