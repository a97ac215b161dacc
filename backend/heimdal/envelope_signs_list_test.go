package heimdal

import (
	"net/http"
	"strings"
	"testing"

	"fs-client-portal/backend/connector"
)

func TestListSigns(t *testing.T) {
	t.Parallel()
	t.Run("refuse_list_that_may_continue", testListSignsRefuseListThatMayContinue)
	t.Run("ignore_unrelated_members", testListSignsIgnoreUnrelatedMembers)
	t.Run("unsupported_continuation", testListSignsUnsupportedContinuation)
}

func testListSignsRefuseListThatMayContinue(t *testing.T) {
	t.Parallel()
	for _, around := range []string{
		`"limit":2`, `"pageSize":2`, `"page":1,"perPage":1`,
		`"totalCount":"1,234"`, `"totalCount":"2+"`, `"totalCount":-1`, `"total":true`, `"totalPages":"two"`,
		`"pagination":{"total":5}`, `"meta":{"total":5}`, `"paging":{"hasMore":true}`, `"meta":{"pagination":{"total":5}}`,
		`"info":{"meta":{"paging":{"total":5}}}`, `"whatever":{"nextToken":"x"}`,
		`"_links":{"next":{"href":"/api/customers?from=3"}}`, `"links":{"next":"/api/customers?from=3"}`, `"links":{"next":{}, ` +
			`"self":{}},"more":1`,
		`"truncated":true`, `"isTruncated":true`, `"partial":true`, `"hasMoreItems":true`, `"somethingElse":true`,
		`"totalRows":5`, `"nextPageNumber":2`, `"lastPage":4`, `"remaining":7`, `"matches":5`, `"matches":"5"`,
		`"status":"error"`, `"status":"PARTIAL"`, `"message":"Only the first 2 customers are shown"`, `"warnings":["The list was cut"]`,
	} {
		_, err := readAll(t, `{"items":[`+clientsJSON(1, 2)+`],`+around+`}`)
		if code := codeOf(err); code != connector.Incomplete && code != connector.WrongCustomer {
			t.Errorf("%s: %v", around, err)
		}
	}
}

func testListSignsIgnoreUnrelatedMembers(t *testing.T) {
	t.Parallel()
	for _, around := range []string{
		`"limit":100`, `"pageSize":0`, `"pageSize":50,"page":1`, `"pagination":{"total":2,` +
			`"page":1}`, `"meta":{"total":2}`, `"count":2`, `"found":2`,
		`"success":true,"statusCode":200,"message":"OK"`, `"message":"Success"`, `"customerId":17`, `"took":35,` +
			`"timestamp":1790000000`, `"generatedAt":"2026-11-23T10:00:00Z"`,
		`"_links":{"self":{"href":"/api/customers"},"next":null}`, `"hasMore":false,` +
			`"truncated":false`, `"warnings":[]`, `"filter":{"type":"all"}`,
		`"totalCount":2,"matches":99,"somethingElse":true`, `"totalCount":2,"message":"2 customers"`,
	} {
		if customers, err := readAll(t, `{"items":[`+clientsJSON(1, 2)+`],`+around+`}`); err != nil || idList(customers) != "1 2" {
			t.Errorf("%s: got %s, error %v; want 1 2", around, idList(customers), err)
		}
	}
}

func testListSignsUnsupportedContinuation(t *testing.T) {
	t.Parallel()
	for around, want := range map[string]string{
		`"limit":2`:          "The response is a full page of 2 customers and does not say whether more follow.",
		`"next":{"page":2}`:  "The response says that more customers follow it, but not where.",
		`"somethingElse":41`: `The response goes on in a way that the portal does not know ("somethingElse").`,
	} {
		calls := 0
		_, err := readerWith(t, func(*http.Request) *http.Response {
			calls++
			return jsonResponse(`{"items":[` + clientsJSON(1, 2) + `],` + around + `}`)
		}).all(t.Context())
		if err == nil || !strings.HasPrefix(err.Error(), "incomplete: "+want) || calls != 1 {
			t.Errorf("%s: %d calls, %v; want 1", around, calls, err)
		}
	}
}
