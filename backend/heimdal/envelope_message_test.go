package heimdal

import (
	"net/http"
	"strings"
	"testing"

	"fs-client-portal/backend/connector"
)

func TestMessage(t *testing.T) {
	t.Parallel()
	t.Run("is_quoted_without_key", testMessageIsQuotedWithoutKey)
	t.Run("is_found_in_any_member", testMessageIsFoundInAnyMember)
	t.Run("of_customer_is_not_refusal", testMessageOfCustomerIsNotRefusal)
	t.Run("after_customers_is_not_retried", testMessageAfterCustomersIsNotRetried)
}

func testMessageIsQuotedWithoutKey(t *testing.T) {
	t.Parallel()
	body := `{"message":"No such key: ` + key + `"}`
	c, _ := newReader(t, 0, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) })
	_, err := c.all(t.Context())
	wantCode(t, err, connector.BadKey)
	if !strings.Contains(err.Error(), "No such key: …") {
		t.Errorf("the message is not quoted: %v", err)
	}
	body = `{"Message":"Rate limit exceeded"}`
	_, err = c.all(t.Context())
	wantCode(t, err, connector.RateLimited)
}

func testMessageIsFoundInAnyMember(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"message":"Why"}`, `{"errorMessage":"Why"}`, `{"ExceptionMessage":"Why"}`, `{"error":"Why"}`, `{"errors":["Why"]}`,
		`{"error_description":"Why"}`, `{"detail":"Why"}`, `{"title":"Why"}`,
		`{"message":null,"error":"Why"}`, `{"message":"Why","title":"Bad Request"}`, `{"error":{"code":"E7","Message":"Why",` +
			`"hint":"no"}}`, `{"errors":[null,{"text":"Why"},"later"]}`,
		`{"errors":{"customerId":["Why"]}}`, `[{"message":"Why"}]`, `{"status":401,"message":"Why"}`, `{"message":"Why",` +
			`"items":[]}`, `{"data":[],"message":"Why","total":0}`,
	} {
		_, err := readAll(t, text)
		wantCode(t, err, connector.BadKey)
		if err == nil || !strings.Contains(err.Error(), `It says: "Why".`) {
			t.Errorf("%s: got error %v", text, err)
		}
	}
	for _, text := range []string{`{"message":5}`, `{"message":true}`, `{"message":""}`, `{"message":[]}`} {
		_, err := readAll(t, text)
		wantCode(t, err, connector.Garbage)
	}
	_, err := readerOf(t, `{"message":"Rate limit exceeded","items":[]}`).Test(t.Context())
	wantCode(t, err, connector.RateLimited)
}

func testMessageOfCustomerIsNotRefusal(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`[{"id":1,"type":"CORP","message":"hello","error":"none"}]`, `{"id":1,"type":"CORP","message":"hello"}`, `{"items":[{"id":1,` +
			`"type":"CORP"}],"message":"Welcome","total":1}`,
	} {
		if customers, err := readAll(t, text); err != nil || len(customers) != 1 {
			t.Errorf("%s: %v, error %v; want 1", text, customers, err)
		}
	}
	for _, message := range []string{"OK", "ok", "Success", "Successfully retrieved", ""} {
		if customers, err := readAll(t, `{"message":"`+message+`","items":[],"total":0}`); err != nil || len(customers) != 0 {
			t.Errorf("%s: %v, error %v; want 0", message, customers, err)
		}
	}
}

func testMessageAfterCustomersIsNotRetried(t *testing.T) {
	t.Parallel()
	calls := 0
	r := readerWith(t, func(*http.Request) *http.Response {
		if calls++; calls == 1 {
			return jsonResponse(`[` + clientsJSON(1, 2) + `,{"message":"Too many requests"}]`)
		}
		return jsonResponse(`[` + clientsJSON(1, 1) + `]`)
	})
	_, err := r.all(t.Context())
	wantCode(t, err, connector.Incomplete)
	if calls != 1 {
		t.Errorf("%d calls were made; want 1", calls)
	}
}
