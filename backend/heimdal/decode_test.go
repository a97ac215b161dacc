package heimdal

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

func decodeAll(body string) ([]portal.Customer, error) {
	var list collector
	if err := decode(strings.NewReader(body), list.add); err != nil {
		return nil, err
	}
	return list.customers, list.complete()
}

func number(n int64) *int64  { return &n }
func text(s string) *string  { return &s }
func raw(s string) jsonBytes { return jsonBytes(s) }

type jsonBytes = json.RawMessage

func TestACustomerIsReadUnderManySpellings(t *testing.T) {
	t.Parallel()
	want := portal.Customer{
		ExternalID: "1042", ParentID: "17", Name: "Harbour Dental Group", Type: "CORP", Products: []string{"Email Security", "Patch"},
		SeatsUsed: number(31), SeatsTotal: number(40), ExpiresOn: text("2027-03-31"),
	}
	for name, body := range map[string]string{
		"the sample's own": `{"id":1042,"name":"Harbour Dental Group","type":"CORP","resellerId":17,"products":["Email Security","Patch"],"seatsUsed":31,"seatsTotal":40,"expirationDate":"2027-03-31"}`,
		"snake case and strings": `{"customer_id":"1042","customer_name":" Harbour Dental Group ","customer_type":"CORP","parent_id":"17","modules":"Email Security, Patch,",
			"licenses_used":"31","total_licenses":"40","expires_at":"2027-03-31T23:59:59Z"}`,
		"upper case and objects": `{"ID":1042.0,"NAME":"Harbour Dental Group","TYPE":"CORP","PARENT":{"Id":17,"Name":"Fjord"},
			"MODULES":[{"name":"Email Security","enabled":true},{"name":"Patch"},{"name":"Vault","enabled":false}],
			"LICENSES":{"used":31,"total":40,"expirationDate":"2027-03-31T00:00:00"}}`,
		"switches and an old date": `{"Customer Id":1042,"Company-Name":"Harbour Dental Group","Account Type":"CORP","Reseller":17,
			"components":{"Email Security":true,"Vault":false,"Patch":1},"used_seats":31,"Seats":40,"ValidUntil":"/Date(1806451200000)/"}`,
		"by position": `{"ref":1042,"title":"Harbour Dental Group","type":"CORP","resellerid":17,"products":["Email Security","Patch","Email Security"],
			"seatsUsed":31,"seatsTotal":40,"expiry":"31.03.2027"}`,
		"empty first choices": `{"id":1042,"customerName":null,"name":"Harbour Dental Group","type":"CORP","resellerId":null,"parentId":17,"modules":["Email Security","Patch"],
			"products":null,"seatsUsed":"n/a","licensesUsed":31,"seatsTotal":"","licenses":40,"expirationDate":"","expires":"1806451200"}`,
	} {
		got, err := decodeAll("[" + body + "]")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if string(got[0].Raw) != body {
			t.Errorf("%s: the JSON was not kept to the letter: %s", name, got[0].Raw)
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
		got, err := decodeAll("[" + body + "]")
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		want := portal.Customer{ExternalID: "5", Name: "5", Type: "CORP", Raw: raw(body)}
		if diff := cmp.Diff(want, got[0]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
}

func TestADateIsReadInTheFormsSystemsWriteIt(t *testing.T) {
	t.Parallel()
	for _, form := range []string{
		`"2027-03-31"`, `"2027/03/31"`, `"20270331"`, `"31.03.2027"`, `"31-03-2027"`, `"31/03/2027"`, `"03/31/2027"`, `"3/31/2027 12:00:00 AM"`,
		`"2027-03-31T00:00:00Z"`, `"2027-03-31T00:00:00"`, `"2027-03-31T00:00:00.1234567"`, `"2027-03-31T23:30:00+02:00"`, `"2027-03-31T10:15"`,
		`"2027-03-31 10:15:00"`, `"2027-03-31 10:15"`, `"31 Mar 2027"`, `"31 March 2027"`, `"Mar 31, 2027"`, `"Wed, 31 Mar 2027 10:00:00 GMT"`,
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
	two := `[{"id":1,"name":"A","type":"RESELLER"},{"id":2,"name":"B","type":"CORP"}]`
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
		got, err := decodeAll(body)
		if err != nil || len(got) != want {
			t.Errorf("%q: read %d customers and the error %v, want %d", body, len(got), err, want)
		}
	}
	one, err := decodeAll("\n " + `{"id":2,"name":"B","type":"CORP"}` + " \n")
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
		`[{"name":"B","type":"CORP"}]`:           portal.Garbage,
		`[{"id":null,"name":"B","type":"CORP"}]`: portal.Garbage,
		`[{"id":"","name":"B","type":"CORP"}]`:   portal.Garbage,
		`[{"id":{},"name":"B","type":"CORP"}]`:   portal.Garbage,
		`[{"id":true,"name":"B","type":"CORP"}]`: portal.Garbage,
		`[{}]`:                                   portal.Garbage,
		`[{"id":1,"name":"A"},{"id":2,"name":"B"}]`:                                              portal.Garbage,
		`[{"id":1,"type":"CORP","x":` + strings.Repeat("[", 80) + strings.Repeat("]", 80) + `}]`: portal.Garbage,
		`[` + customer:                        portal.Truncated,
		`[` + customer + `,`:                  portal.Truncated,
		`[{"id":2,"name":"B`:                  portal.Truncated,
		`[`:                                   portal.Truncated,
		`{"items":[` + customer:               portal.Truncated,
		`{"items":[` + customer + `]`:         portal.Truncated,
		`{"id":2,"name":"B","type":"CORP"`:    portal.Truncated,
		`[` + customer + `,` + customer + `]`: portal.DuplicateID,
		`[` + customer + `,{"id":"2","name":"C","type":"CORP"}]`:               portal.DuplicateID,
		`{"items":[` + customer + `],"totalCount":2}`:                          portal.Incomplete,
		`{"totalCount":"2","items":[` + customer + `]}`:                        portal.Incomplete,
		`{"items":[` + customer + `],"totalPages":3}`:                          portal.Incomplete,
		`{"items":[` + customer + `],"nextLink":"https://example.com/2"}`:      portal.Incomplete,
		`[{"id":1,"type":"CORP","x":"` + strings.Repeat("x", heaviest) + `"}]`: portal.Oversized,
		`{"x":"` + strings.Repeat("x", 4*heaviest) + `"}`:                      portal.Oversized,
	} {
		_, err := decodeAll(body)
		var e *portal.CallError
		if !errors.As(err, &e) || e.Code != want {
			t.Errorf("%.80q: the error is %v, want %s", body, err, want)
		}
	}
}

func TestTextsComeOutFitForADatabase(t *testing.T) {
	t.Parallel()
	got, err := decodeAll(`[{"id":"a\u0000b","name":"N\u0000ame ` + "\xff" + `","type":"CO\u0000RP","products":["P\u0000"]}]`)
	if err != nil {
		t.Fatal(err)
	}
	c := got[0]
	if c.ExternalID != "ab" || c.Name != "Name \uFFFD" || c.Type != "CORP" || c.Products[0] != "P" {
		t.Errorf("read %+v", c)
	}
	long, err := decodeAll(`[{"id":1,"name":"` + strings.Repeat("é", 1000) + `","type":"` + strings.Repeat("T", 100) + `"}]`)
	if err != nil || len([]rune(long[0].Name)) != longestName || len(long[0].Type) != longestType {
		t.Errorf("long texts came out as %d and %d, %v", len(long[0].Name), len(long[0].Type), err)
	}
}

// FuzzDecode holds that whatever arrives is either refused as an Error or read into customers whose ids are distinct
// and whose JSON is kept.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`[{"id":1042,"name":"A","type":"CORP","resellerId":17,"products":["x"],"seatsUsed":31,"expirationDate":"2027-03-31"}]`,
		`{"items":[{"id":1,"type":"RESELLER"}],"totalCount":1}`, `{"message":"no"}`, `{"id":1,"name":"x"}`,
		`[{"ID":"1","LICENSES":{"used":1,"total":"2"},"parent":{"id":3},"modules":{"a":true},"TYPE":"X"}]`,
		`[{"a":1,"b":"c","type":""}]`, `[{"":{}}]`, "\xef\xbb\xbf[]", `<html>`, `[1]`, `{"items":[`, `[{"id":"\ud800","type":"\u0000"}]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		customers, err := decodeAll(string(body))
		var refused *portal.CallError
		var message *messageError
		if err != nil && !errors.As(err, &refused) && !errors.As(err, &message) {
			t.Fatalf("refused as %T %v", err, err)
		}
		ids := map[string]bool{}
		for _, c := range customers {
			if c.ExternalID == "" || c.Name == "" || ids[c.ExternalID] || !json.Valid(c.Raw) {
				t.Fatalf("read %+v", c)
			}
			for _, s := range append([]string{c.ExternalID, c.ParentID, c.Name, c.Type}, c.Products...) {
				if strings.ContainsRune(s, 0) || strings.ToValidUTF8(s, "") != s {
					t.Fatalf("text %q is not fit for a database", s)
				}
			}
			ids[c.ExternalID] = true
		}
	})
}
