package heimdal

import (
	"net/http"
	"strings"
	"testing"

	"fs-client-portal/backend/connector"
)

func TestMetadata(t *testing.T) {
	t.Parallel()
	t.Run("under_each_name", testMetadataUnderEachName)
	t.Run("failure_beside_customers", testMetadataFailureBesideCustomers)
}

func testMetadataUnderEachName(t *testing.T) {
	t.Parallel()
	// play returns the requests and the error of an API that repeats its last response.
	play := func(texts ...string) (asked []string, err error) {
		r := readerWith(t, func(q *http.Request) *http.Response {
			asked = append(asked, q.URL.RawQuery)
			return jsonResponse(texts[min(len(asked), len(texts))-1])
		})
		_, err = r.all(t.Context())
		return asked, err
	}
	envelope := func(first int, more string) string { return `{"items":[` + clientsJSON(first, 2) + `],` + more + `}` }
	for _, name := range signsOf(signTotal,
		"totalCount total TotalItems total_records totalResults totalElements totalRows total_entries totalCustomers recordsTotal "+
			"@odata.count") {
		if asked, err := play(envelope(1, `"`+name+`":4`), envelope(3, `"`+name+`":4`)); len(asked) != 2 || err != nil {
			t.Errorf("%s: requested %v, error %v; want 2", name, asked, err)
		}
	}
	for _, name := range signsOf(signPages, "totalPages page_count Pages lastPage numberOfPages") {
		if asked, err := play(envelope(1, `"`+name+`":2`), envelope(3, `"`+name+`":2`)); len(asked) != 2 || err != nil {
			t.Errorf("%s: requested %v, error %v; want 2", name, asked, err)
		}
	}
	for _, name := range signsOf(signNumber, "pageNumber page current_page") {
		asked, err := play(envelope(1, `"total":4,"`+name+`":7`), envelope(3, `"total":4,"`+name+`":8`))
		if len(asked) != 2 || err != nil || !strings.Contains(asked[1], "pageNumber=8") {
			t.Errorf("%s: requested %v, error %v; want 2", name, asked, err)
		}
	}
	for _, name := range signsOf(signSize, "pageSize per_page itemsPerPage results_per_page limit top take first maxResults") {
		for size, want := range map[string]string{"50": "pageSize=50", "0": "pageSize=2"} {
			if asked, err := play(envelope(1, `"total":4,"`+name+`":`+size), envelope(3, `"total":4`)); err != nil || len(asked) != 2 ||
				!strings.HasSuffix(asked[1], want) {
				t.Errorf("%s: requested %v, error %v; want 2", name, asked, err)
			}
		}
	}
	for _, name := range signsOf(signNext, "nextLink @odata.nextLink odata.nextLink next next_page nextPageLink nextPageUrl next_url") {
		if asked, err := play(envelope(1, `"`+name+`":"?at=3#there"`), envelope(3, `"x":"last"`)); len(asked) != 2 || err != nil ||
			asked[1] != "at=3" {
			t.Errorf("%s: requested %v, error %v; want 2, at=3", name, asked, err)
		}
		_, err := play(envelope(1, `"`+name+`":2`))
		wantCode(t, err, connector.Incomplete)
	}
	for _, name := range signsOf(signMore,
		"hasMore has_next HasNextPage hasMoreItems hasMorePages hasMoreResults moreRecords moreResults moreAvailable "+
			"nextPageNumber remaining remaining_count truncated isTruncated partial isPartial incomplete isIncomplete") {
		_, err := play(envelope(1, `"`+name+`":true`))
		wantCode(t, err, connector.Incomplete)
	}
	for _, name := range signsOf(signToken, "nextCursor cursor continuationToken continuation next_token nextPageToken skipToken "+
		"nextOffset") {
		asked, err := play(envelope(1, `"`+name+`":"abc","total":4`), envelope(3, `"total":4`))
		wantCode(t, err, connector.Incomplete)
		if len(asked) != 1 {
			t.Errorf("%s: requested %v; want 1", name, asked)
		}
	}
	for _, name := range signsOf(signOffset, "offset skip startIndex") {
		for _, more := range []string{`"x":"y"`, `"total":4`} {
			asked, err := play(envelope(1, `"`+name+`":0,`+more), envelope(3, more))
			wantCode(t, err, connector.Incomplete)
			if len(asked) != 1 {
				t.Errorf("%s: requested %v; want 1", name, asked)
			}
		}
		if _, err := play(envelope(1, `"`+name+`":0,"total":2`)); err != nil {
			t.Errorf("%s, and all are there: %v", name, err)
		}
	}
}

func testMetadataFailureBesideCustomers(t *testing.T) {
	t.Parallel()
	for _, field := range []string{
		`"error":"x"`, `"errors":["x"]`, `"errorMessage":"x"`, `"exception_message":"x"`, `"error":true`, `"errors":[7]`,
		`"success":false`, `"succeeded":false`, `"isSuccess":false`, `"ok":false`,
		`"status":403`, `"statusCode":"500"`, `"httpStatus":400`, `"HttpStatusCode":429`,
	} {
		_, err := readAll(t, `{`+field+`,"items":[`+clientsJSON(1, 2)+`],"total":2}`)
		wantCode(t, err, connector.Incomplete)
	}
	for _, field := range []string{
		`"error":null`, `"error":""`, `"errors":[]`, `"errors":{}`, `"error":false`, `"error":0`, `"success":true`, `"ok":true`,
		`"status":200`, `"status":"ok"`, `"statusCode":399`,
		`"hasMore":false`, `"hasMore":"false"`, `"hasMore":0`, `"hasMore":""`, `"nextCursor":null`, `"cursor":""`, `"next":[]`,
		`"next":{}`, `"next":null`,
	} {
		if customers, err := readAll(t, `{`+field+`,"items":[`+clientsJSON(1, 2)+`],"total":2}`); err != nil || len(customers) != 2 {
			t.Errorf("%s: %v, error %v; want 2", field, customers, err)
		}
	}
}
