package heimdal

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

// web answers requests without a network.
type web func(*http.Request) *http.Response

func (w web) RoundTrip(r *http.Request) (*http.Response, error) {
	if response := w(r); response != nil {
		return response, nil
	}
	return nil, errors.New("nobody there")
}

// body is an answer of status 200.
func body(text string) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(text)), ContentLength: -1, Header: http.Header{}}
}

// answering is a reader of an API that answers with these texts in turn, and goes on with the last.
func answering(t testing.TB, texts ...string) *reader {
	var calls int
	return asking(t, func(*http.Request) *http.Response {
		calls++
		return body(texts[min(calls, len(texts))-1])
	})
}

func asking(t testing.TB, w web) *reader {
	t.Helper()
	r, err := NewConnector().Open(portal.ConnectionSettings{CustomerID: "17", BaseURL: "https://heimdal.example.com/api"}, key,
		portal.ReadOptions{HTTPClient: &http.Client{Transport: w}, Clock: &clockwork{now: noon}})
	if err != nil {
		t.Fatal(err)
	}
	return r.(*reader)
}

func readAll(t testing.TB, texts ...string) ([]portal.Customer, error) {
	t.Helper()
	return answering(t, texts...).all(t.Context())
}

func number(n int64) *int64  { return &n }
func text(s string) *string  { return &s }
func ptr[T any](v T) *T      { return &v }
func raw(s string) jsonBytes { return jsonBytes(s) }

type jsonBytes = json.RawMessage

// sameJSON compares but for white space.
func sameJSON(a, b string) bool {
	var one, other bytes.Buffer
	return json.Compact(&one, []byte(a)) == nil && json.Compact(&other, []byte(b)) == nil && one.String() == other.String()
}

func TestACustomerIsReadUnderManySpellings(t *testing.T) {
	t.Parallel()
	want := portal.Customer{
		Kind: portal.KindClient, ExternalID: "1042", ParentID: "18", Name: "Harbour Dental Group", Type: "CORP", Products: []string{"Email Security", "Patch"},
		SeatsUsed: number(31), SeatsTotal: number(40), ExpiresOn: text("2027-03-31"),
	}
	for name, body := range map[string]string{
		"the sample's own": `{"id":1042,"name":"Harbour Dental Group","type":"CORP","resellerId":18,"products":["Email Security","Patch"],"seatsUsed":31,"seatsTotal":40,"expirationDate":"2027-03-31"}`,
		"snake case and strings": `{"customer_id":"1042","customer_name":" Harbour Dental Group ","customer_type":"CORP","parent_id":"18","modules":"Email Security, Patch,",
			"licenses_used":"31","total_licenses":"40","expires_at":"2027-03-31T23:59:59Z"}`,
		"upper case and objects": `{"ID":1042.0,"NAME":"Harbour Dental Group","TYPE":"CORP","PARENT":{"Id":18,"Name":"Fjord"},
			"MODULES":[{"name":"Email Security","enabled":true},{"name":"Patch"},{"name":"Vault","enabled":false}],
			"LICENSES":{"used":31,"total":40,"expirationDate":"2027-03-31T00:00:00"}}`,
		"switches and an old date": `{"Customer Id":1042,"Company-Name":"Harbour Dental Group","Account Type":"CORP","Reseller":18,
			"components":{"Email Security":true,"Vault":false,"Patch":1},"used_seats":31,"Seats":40,"ValidUntil":"/Date(1806451200000)/"}`,
		"by position": `{"ref":1042,"title":"Harbour Dental Group","type":"CORP","resellerid":18,"products":["Email Security","Patch","Email Security"],
			"seatsUsed":31,"seatsTotal":40,"expiry":"31.03.2027"}`,
		"empty first choices": `{"id":1042,"customerName":null,"name":"Harbour Dental Group","type":"CORP","resellerId":null,"parentId":18,"modules":["Email Security","Patch"],
			"products":null,"seatsUsed":"n/a","licensesUsed":31,"seatsTotal":"","licenses":40,"expirationDate":"","expires":"1806451200"}`,
	} {
		got, err := readAll(t, "["+body+"]")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !sameJSON(string(got[0].Raw), body) {
			t.Errorf("%s: the JSON was not kept: %s", name, got[0].Raw)
		}
		got[0].Raw = nil
		if diff := cmp.Diff(want, got[0]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWhatTheProductDoesNotSayIsNotInvented(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"id":5,"type":"CORP"}`,
		`{"id":5,"name":"","type":"CORP","resellerId":null,"products":null,"seatsUsed":null,"seatsTotal":null,"expirationDate":null}`,
		`{"id":"5","name":"-","type":"CORP","parent":"","seatsUsed":-1,"seatsTotal":"unlimited","expirationDate":"never","licenses":[1,2]}`,
		`{"id":5,"name":null,"type":"CORP","parent":true,"seatsUsed":1.5,"seatsTotal":9e18,"expirationDate":"0001-01-01T00:00:00"}`,
		`{"id":5,"name":{},"type":"CORP","parent":{},"seatsUsed":"a lot","seatsTotal":{},"expirationDate":"9999-12-31","products":7}`,
		`{"id":5,"name":[],"type":"CORP","parent":[],"expirationDate":"04/03/2027"}`,
	} {
		got, err := readAll(t, "["+body+"]")
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		want := portal.Customer{Kind: portal.KindClient, ExternalID: "5", Name: "5", Type: "CORP", Raw: raw(body)}
		if diff := cmp.Diff(want, got[0]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
}

func TestADateIsReadInTheFormsSystemsWriteIt(t *testing.T) {
	t.Parallel()
	for _, form := range []string{
		`"2027-03-31"`, `"2027/03/31"`, `"20270331"`, `"31.03.2027"`, `"31-03-2027"`, `"03-31-2027"`, `"31/03/2027"`, `"03/31/2027"`, `"3/31/2027 12:00:00 AM"`,
		`"2027-03-31T00:00:00Z"`, `"2027-03-31T00:00:00"`, `"2027-03-31T00:00:00.1234567"`, `"2027-03-31T23:30:00+02:00"`, `"2027-03-31T10:15"`,
		`"2027-03-31 10:15:00"`, `"2027-03-31 10:15"`, `"31 Mar 2027"`, `"31 March 2027"`, `"Mar 31, 2027"`, `"Wed, 31 Mar 2027 10:00:00 GMT"`,
		`"31-Mar-2027"`, `"31-MAR-27"`, `"31-March-2027"`, `"31-Mar-2027 00:00:00"`, `"2027-Mar-31"`, `"Mar-31-2027"`,
		`"Mar 31 2027"`, `"March 31 2027"`, `"Mar 31 2027 12:00AM"`, `"2027.03.31"`,
		`"2027-03-31T00:00:00+0000"`, `"2027-03-31T00:00:00.000-0500"`, `"2027-03-31 10:15:00 +0000"`,
		`"2027-03-31 10:15:00 UTC"`, `"2027-03-31T10:15:00 UTC"`, `"2027-03-31 UTC"`, `"2027-03-31Z"`,
		`"2027-03-31+01:00"`, `"2027-03-31 +0000"`, `"2027-03-31 10:15:00.123 UTC+02"`, `"20270331T101500Z"`,
		`"Wed Mar 31 10:15:00 UTC 2027"`, `"Wed Mar 31 10:15:00 2027"`,
		`"Wed Mar 31 2027 10:15:00 GMT+0000 (Coordinated Universal Time)"`, `"31 Mar 2027 10:15 UTC"`,
		`"31/03/2027 10:15:00 +0000"`, `"Mar 31, 2027, 10:15 PM"`,
		`{"$date":"2027-03-31T00:00:00Z"}`, `{ "$date" : "2027-03-31T00:00:00.000+0000" }`, `{"$date":1806451200000}`,
		`{"$date":{"$numberLong":"1806451200000"}}`,
		`"2027-03-31T10:15:00 CEST"`, `"2027-03-31 10:15 PM EST"`, `"2027-03-31T10:15:00Z[UTC]"`,
		`"2027-03-31T10:15:00+02:00[Europe/Berlin]"`, `1806451200.0`, `1806451200.75`, `"1806451200000.5"`,
		`"/Date(1806451200000)/"`, `"/Date(1806451200000+0200)/"`, `1806451200`, `1806451200000`, `"1806451200"`, `20270331`,
	} {
		got, ok := readDate(json.RawMessage(form))
		if !ok || got != "2027-03-31" {
			t.Errorf("%s was read as %q, %t", form, got, ok)
		}
	}
}

func TestAnAnswerMayBeAnArrayAnEnvelopeOrOneCustomer(t *testing.T) {
	t.Parallel()
	two := `[{"id":1,"name":"A","type":"RESELLER"},{"id":2,"name":"B","type":"CORP","parentId":1}]`
	for body, want := range map[string]int{
		`[]`:                          0,
		" \n\t[ ]\n":                  0,
		"\xef\xbb\xbf" + two:          2,
		`{"items":` + two + `}`:       2,
		`{"Items":[],"TotalCount":0}`: 0,
		`{"totalCount":2,"items":` + two + `,"hasMore":false,"next":null}`:           2,
		`{"message":null,"status":"ok","data":` + two + `}`:                          2,
		` {"id":2,"name":"B","type":"CORP","message":"hello","items":[{"id":"x"}]} `: 1,
	} {
		got, err := readAll(t, body)
		if err != nil || len(got) != want {
			t.Errorf("%q: read %d customers and the error %v, want %d", body, len(got), err, want)
		}
	}
	one, err := readAll(t, "\n "+`{"id":2,"name":"B","type":"CORP"}`+" \n")
	if err != nil || string(one[0].Raw) != `{"id":2,"name":"B","type":"CORP"}` {
		t.Errorf("a single customer was kept as %+v, %v", one, err)
	}
}

func TestAnAnswerThatIsNotTheCustomersIsRefusedByItsName(t *testing.T) {
	t.Parallel()
	customer := `{"id":2,"name":"B","type":"CORP"}`
	for body, want := range map[string]portal.CallCode{
		``:                                       portal.Garbage,
		` `:                                      portal.Garbage,
		`<!doctype html><title>x</title>`:        portal.Garbage,
		`null`:                                   portal.Garbage,
		`"customers"`:                            portal.Garbage,
		`7`:                                      portal.Garbage,
		`{}`:                                     portal.Garbage,
		`{"items":7}`:                            portal.Garbage,
		`{"items":{"id":1}}`:                     portal.Garbage,
		`[1,2]`:                                  portal.Garbage,
		`[null]`:                                 portal.Garbage,
		`[[` + customer + `]]`:                   portal.Garbage,
		`[` + customer + `,]`:                    portal.Garbage,
		`[` + customer + ` ` + customer + `]`:    portal.Garbage,
		`[` + customer + `]]`:                    portal.Garbage,
		`[` + customer + `]{}`:                   portal.Garbage,
		`[{"name":"B","type":"CORP"}]`:           portal.Unmapped,
		`[{"id":null,"name":"B","type":"CORP"}]`: portal.Unmapped,
		`[{"id":"","name":"B","type":"CORP"}]`:   portal.Unmapped,
		`[{"id":{},"name":"B","type":"CORP"}]`:   portal.Unmapped,
		`[{"id":true,"name":"B","type":"CORP"}]`: portal.Unmapped,
		`[{}]`:                                   portal.Unmapped,
		`[{"id":1,"name":"A"},{"id":2,"name":"B"}]`:                                              portal.Unmapped,
		`[{"id":1,"type":"CORP","x":` + strings.Repeat("[", 80) + strings.Repeat("]", 80) + `}]`: portal.Garbage,
		`[` + customer:                     portal.Truncated,
		`[` + customer + `,`:               portal.Truncated,
		`[{"id":2,"name":"B`:               portal.Truncated,
		`[`:                                portal.Truncated,
		`{"items":[` + customer:            portal.Truncated,
		`{"items":[` + customer + `]`:      portal.Truncated,
		`{"id":2,"name":"B","type":"CORP"`: portal.Truncated,
		`{"items":[` + customer + `],"totalCount":2}`:                               portal.Incomplete,
		`{"totalCount":"2","items":[` + customer + `]}`:                             portal.Incomplete,
		`{"items":[` + customer + `],"totalPages":3}`:                               portal.Incomplete,
		`{"items":[` + customer + `],"nextLink":"https://example.com/2"}`:           portal.Redirected,
		`[{"id":1,"type":"CORP","x":"` + strings.Repeat("x", maxValueBytes) + `"}]`: portal.Oversized,
		`{"x":"` + strings.Repeat("x", 4*maxValueBytes) + `"}`:                      portal.Oversized,
	} {
		_, err := readAll(t, body)
		var e *portal.CallError
		if !errors.As(err, &e) || e.Code != want {
			t.Errorf("%.80q: the error is %v, want %s", body, err, want)
		}
	}
}

func TestTextsComeOutFitForADatabase(t *testing.T) {
	t.Parallel()
	got, err := readAll(t, `[{"id":"a\u0000b","name":"N\u0000ame `+`\ud800","type":"CO\u0000RP","products":["P\u0000"]}]`)
	if err != nil {
		t.Fatal(err)
	}
	c := got[0]
	if c.ExternalID != "ab" || c.Name != "Name \uFFFD" || c.Type != "CORP" || c.Products[0] != "P" {
		t.Errorf("read %+v", c)
	}
	long, err := readAll(t, `[{"id":1,"name":"`+strings.Repeat("é", 1000)+`","type":"`+strings.Repeat("T", 100)+`"}]`)
	if err != nil || len([]rune(long[0].Name)) != maxNameLength || len(long[0].Type) != maxTypeLength {
		t.Errorf("long texts came out as %d and %d, %v", len(long[0].Name), len(long[0].Type), err)
	}
}

func TestAnIDIsTakenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`18`: "18", `"18"`: "18", `18.0`: "18", `1.8e1`: "18", `"18.0"`: "18.0", `"018"`: "018", `" 18 "`: "18", `-0`: "0",
		`9007199254740993`: "9007199254740993", `9223372036854775807`: "9223372036854775807", `123456789012345678901234567890`: "123456789012345678901234567890",
		`1e30`: "1e30", `1e400`: "1e400", `0.5`: "0.5", `"` + strings.Repeat("x", maxIDLength) + `"`: strings.Repeat("x", maxIDLength),
	} {
		customers, err := readAll(t, `[{"id":`+text+`,"type":"CORP"}]`)
		if err != nil || customers[0].ExternalID != want {
			t.Errorf("%s was read as %+v, %v", text, customers, err)
		}
	}
	_, err := readAll(t, `[{"id":"`+strings.Repeat("x", maxIDLength+1)+`","type":"CORP"}]`)
	wantCode(t, err, portal.Garbage)
	if !strings.Contains(err.Error(), "longer than") {
		t.Errorf("a long id is told as %v", err)
	}
}

func TestANumberOfSeatsIsReadWithoutADoubtOrNotAtAll(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`0`: "0", `40`: "40", `"40"`: "40", `40.0`: "40", `"40.0"`: "40", `"40.00"`: "40", `4e1`: "40", `1099511627776`: "1099511627776",
		`1099511627777`: "", `-1`: "", `"-1"`: "", `40.5`: "", `"40.000"`: "", `"1,000"`: "", `"4e1"`: "", `"0x10"`: "", `1e400`: "", `1e30`: "", `9007199254740994.0`: "", `true`: "", `"+40"`: "", `"unlimited"`: "",
		`[40]`: "", `"40 seats"`: "", `"N/A"`: "", `"n/a"`: "", `"NULL"`: "", `"-"`: "", `" "`: "", `null`: "", `false`: "",
	} {
		customers, err := readAll(t, `[{"id":1,"type":"CORP","seatsTotal":`+text+`}]`)
		if err != nil || told(customers[0], attrSeatsTotal) != want {
			t.Errorf("%s was read as %+v, %v", text, customers, err)
		}
	}
}

func TestADayIsNotGuessed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`"05/05/2027"`: "2027-05-05", `"5-5-2027"`: "2027-05-05", `"1999-12-31"`: "", `"2000-01-01"`: "2000-01-01", `"2199-12-31"`: "2199-12-31", `"2200-01-01"`: "", `"13/13/2027"`: "", `"31/02/2027"`: "",
		`"2027-02-30"`: "", `"March 31, 2027"`: "2027-03-31", `"Wed, 31 Mar 2027 10:00:00 +0200"`: "2027-03-31", `"2027-03-31T23:30:00-05:00"`: "2027-03-31", `"2027-03-31 23:30:00+02:00"`: "2027-03-31",
		`"2027-03-31 10:15:00.5"`: "2027-03-31", `"/Date(-1)/"`: "", `"/Date(99999999999999999999)/"`: "", `180645120`: "",
		`"03/04/2027 10:00:00 +0000"`: "", `"03-04-2027 UTC"`: "", `"04-03-2027T00:00:00"`: "", `"2027-03-31T99:00"`: "",
		`"2027-03-31 10:15 o'clock"`: "", `"31-Foo-2027"`: "", `"Mar 32 2027"`: "", `"30-Feb-2027"`: "",
		`"2027-03"`: "", `"Mar 2027"`: "", `"UTC"`: "", `"10:15"`: "", `"03-04-27"`: "", `{"$date":1806451200}`: "",
		`{"$date":"03/04/2027"}`: "", `{"$date":null}`: "", `{"$date":{}}`: "", `{"$date":[]}`: "",
		`{"$date":"2027-03-31","x":1}`: "", `{"$date":{"$numberLong":"x"}}`: "",
		`{"$date":{"$numberLong":1806451200000}}`: "2027-03-31", `{"date":"2027-03-31"}`: "", `{}`: "", `[]`: "", `["2027-03-31"]`: "",
		`1806537599`: "2027-03-31", `1806537600`: "2027-04-01", `true`: "", `"soon"`: "", `1e9`: "",
		`"9999-12-31T23:59:59"`: "", `"2027-03-31T10:15 and"`: "", `"2027-03-31T10:15:00[x y]"`: "", `18064512000.5`: "", `0`: "",
	} {
		if got, _ := readDate([]byte(text)); got != want {
			t.Errorf("%s was read as %q, want %q", text, got, want)
		}
	}
}
