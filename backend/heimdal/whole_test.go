package heimdal

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

func codeOf(err error) portal.CallCode {
	var e *portal.CallError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func TestAListThatMayGoOnIsRefused(t *testing.T) {
	t.Parallel()
	for _, around := range []string{
		`"limit":2`, `"pageSize":2`, `"page":1,"perPage":1`,
		`"totalCount":"1,234"`, `"totalCount":"2+"`, `"totalCount":-1`, `"total":true`, `"totalPages":"two"`,
		`"pagination":{"total":5}`, `"meta":{"total":5}`, `"paging":{"hasMore":true}`, `"meta":{"pagination":{"total":5}}`, `"info":{"meta":{"paging":{"total":5}}}`, `"whatever":{"nextToken":"x"}`,
		`"_links":{"next":{"href":"/api/customers?from=3"}}`, `"links":{"next":"/api/customers?from=3"}`, `"links":{"next":{}, "self":{}},"more":1`,
		`"truncated":true`, `"isTruncated":true`, `"partial":true`, `"hasMoreItems":true`, `"somethingElse":true`,
		`"totalRows":5`, `"nextPageNumber":2`, `"lastPage":4`, `"remaining":7`, `"matches":5`, `"matches":"5"`,
		`"status":"error"`, `"status":"PARTIAL"`, `"message":"Only the first 2 customers are shown"`, `"warnings":["The list was cut"]`,
	} {
		_, err := readAll(t, `{"items":[`+corps(1, 2)+`],`+around+`}`)
		if code := codeOf(err); code != portal.Incomplete && code != portal.WrongCustomer {
			t.Errorf("%s: %v", around, err)
		}
	}
}

func TestWhatSaysNothingOfTheListIsNoReasonToRefuseIt(t *testing.T) {
	t.Parallel()
	for _, around := range []string{
		`"limit":100`, `"pageSize":0`, `"pageSize":50,"page":1`, `"pagination":{"total":2,"page":1}`, `"meta":{"total":2}`, `"count":2`, `"found":2`,
		`"success":true,"statusCode":200,"message":"OK"`, `"message":"Success"`, `"customerId":17`, `"took":35,"timestamp":1790000000`, `"generatedAt":"2026-11-23T10:00:00Z"`,
		`"_links":{"self":{"href":"/api/customers"},"next":null}`, `"hasMore":false,"truncated":false`, `"warnings":[]`, `"filter":{"type":"all"}`,
		`"totalCount":2,"matches":99,"somethingElse":true`, `"totalCount":2,"message":"2 customers"`,
	} {
		if customers, err := readAll(t, `{"items":[`+corps(1, 2)+`],`+around+`}`); err != nil || ids(customers) != "1 2" {
			t.Errorf("%s: read %s, %v", around, ids(customers), err)
		}
	}
}

func TestAListThatMayGoOnSomewhereUnknownIsNotAskedForMore(t *testing.T) {
	t.Parallel()
	for around, says := range map[string]string{
		`"limit":2`:          "The answer is a full page of 2 customers and does not say whether more follow.",
		`"next":{"page":2}`:  "The answer says that more customers follow it, but not where.",
		`"somethingElse":41`: `The answer goes on in a way that the portal does not know ("somethingElse").`,
	} {
		calls := 0
		_, err := asking(t, func(*http.Request) *http.Response {
			calls++
			return body(`{"items":[` + corps(1, 2) + `],` + around + `}`)
		}).all(t.Context())
		if err == nil || !strings.HasPrefix(err.Error(), "incomplete: "+says) || calls != 1 {
			t.Errorf("%s: %d calls, %v", around, calls, err)
		}
	}
}

func TestALinkInAnObjectIsFollowed(t *testing.T) {
	t.Parallel()
	for _, links := range []string{`"_links":{"next":{"href":"?from=3"}}`, `"links":{"next":"?from=3"}`, `"next":{"title":"on","href":"?from=3"}`} {
		r := asking(t, func(r *http.Request) *http.Response {
			if r.URL.Query().Get("from") == "3" {
				return body(`{"items":[` + corps(3, 1) + `]}`)
			}
			return body(`{"items":[` + corps(1, 2) + `],` + links + `}`)
		})
		if customers, err := r.all(t.Context()); err != nil || ids(customers) != "1 2 3" {
			t.Errorf("%s: read %s, %v", links, ids(customers), err)
		}
	}
}

// full are pages of two with a size and a number, and nothing else to say whether more follow.
func full(n int) func(*http.Request) *http.Response {
	return func(r *http.Request) *http.Response {
		page, _ := strconv.Atoi(r.URL.Query().Get("pageNumber"))
		page = max(1, page)
		rest := min(2, max(0, n-2*(page-1)))
		return body(`{"items":[` + corps(2*page-1, rest) + `],"page":` + strconv.Itoa(page) + `,"pageSize":2}`)
	}
}

func TestFullPagesAreFollowedUntilOneIsNot(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{1: "1", 2: "1 2", 3: "1 2 3", 4: "1 2 3 4"} {
		if customers, err := asking(t, full(n)).all(t.Context()); err != nil || ids(customers) != want {
			t.Errorf("%d customers: read %s, %v", n, ids(customers), err)
		}
	}
	always := asking(t, func(*http.Request) *http.Response {
		return body(`{"items":[` + corps(1, 2) + `],"page":1,"pageSize":2}`)
	})
	if _, err := always.all(t.Context()); codeOf(err) != portal.Incomplete {
		t.Errorf("the same page for every question: %v", err)
	}
}

func TestAnAPIThatIgnoresWhoIsAskedAboutIsFoundOutThoughCustomersComeAndGo(t *testing.T) {
	t.Parallel()
	for name, world := range map[string]func(call int) string{
		"they come": func(call int) string { return corps(11, 1+call) },
		"they go":   func(call int) string { return corps(10+call, 5-call) },
	} {
		calls := 0
		ignoring := asking(t, func(*http.Request) *http.Response {
			calls++
			return body(`[` + resellerR + `,` + world(calls) + `]`)
		})
		_, err := ignoring.all(t.Context())
		wantCode(t, err, portal.WrongCustomer)
		if calls != 3 {
			t.Errorf("%s: that took %d calls", name, calls)
		}
	}
}

func TestWhetherQuestionsMakeADifferenceIsAskedOnce(t *testing.T) {
	t.Parallel()
	var asked []string
	customers, err := byCustomer(t, &asked, map[string]string{
		"17": `[` + resellerR + `,` + resellerS + `,` + corps(11, 3) + `]`,
		"1":  `[` + resellerR + `,` + corps(11, 1) + `]`, "2": `[` + resellerS + `,` + corps(12, 1) + `]`, "11": `[` + corps(11, 1) + `]`,
	}).all(t.Context())
	if err != nil || strings.Join(asked, " ") != "17 1 11 2" || tree(customers) != "1 msp under, 11 client under 1, 12 client under 2, 13 client under, 2 msp under" {
		t.Errorf("asked %v and read %s, %v", asked, tree(customers), err)
	}
}

func TestAnAnswerThatBreaksOffWithAMessageIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	calls := 0
	r := asking(t, func(*http.Request) *http.Response {
		if calls++; calls == 1 {
			return body(`[` + corps(1, 2) + `,{"message":"Too many requests"}]`)
		}
		return body(`[` + corps(1, 1) + `]`)
	})
	_, err := r.all(t.Context())
	wantCode(t, err, portal.Incomplete)
	if calls != 1 {
		t.Errorf("%d calls were made", calls)
	}
}

func TestAResellerThatIsNotInItsOwnAnswerNeedsNoFurtherQuestion(t *testing.T) {
	t.Parallel()
	for _, texts := range []map[string]string{
		{"1": `[` + resellerR + `]`, "2": `[` + corps(11, 1) + `]`},
		{"1": `[` + corps(11, 1) + `]`, "2": `[` + resellerS + `]`},
	} {
		texts["17"] = `[` + resellerR + `,` + resellerS + `,` + corps(11, 2) + `]`
		var asked []string
		if _, err := byCustomer(t, &asked, texts).all(t.Context()); err != nil || strings.Join(asked, " ") != "17 1 2" {
			t.Errorf("%v: asked %v, %v", texts, asked, err)
		}
	}
}
