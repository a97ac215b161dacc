package heimdal

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

func TestCustomer(t *testing.T) {
	t.Parallel()
	t.Run("spellings", testCustomerSpellings)
	t.Run("missing_fields_stay_empty", testCustomerMissingFieldsStayEmpty)
	t.Run("texts_fit_database", testCustomerTextsFitDatabase)
	t.Run("json_fits_database", testCustomerJSONFitsDatabase)
	t.Run("id_is_complete", testCustomerIDIsComplete)
	t.Run("empty_id_is_not_replaced", testCustomerEmptyIDIsNotReplaced)
	t.Run("counts_are_unambiguous", testCustomerCountsAreUnambiguous)
	t.Run("empty_texts", testCustomerEmptyTexts)
	t.Run("disabled_products", testCustomerDisabledProducts)
}

func testCustomerSpellings(t *testing.T) {
	t.Parallel()
	want := portal.Customer{
		Kind: portal.KindClient, ExternalID: "1042", ParentID: "18", Name: "Harbour Dental " +
			"Group", Type: "CORP", Products: []string{"Email Security", "Patch"},
		SeatsUsed: number(31), SeatsTotal: number(40), ExpiresOn: text("2027-03-31"),
	}
	for name, body := range map[string]string{
		"the sample's own": `{"id":1042,"name":"Harbour Dental Group","type":"CORP","resellerId":18,"products":["Email Security",` +
			`"Patch"],"seatsUsed":31,"seatsTotal":40,"expirationDate":"2027-03-31"}`,
		"snake case and strings": `{"customer_id":"1042","customer_name":" Harbour Dental Group ","customer_type":"CORP",
			"parent_id":"18","modules":"Email Security, Patch,",
			"licenses_used":"31","total_licenses":"40","expires_at":"2027-03-31T23:59:59Z"}`,
		"upper case and objects": `{"ID":1042.0,"NAME":"Harbour Dental Group","TYPE":"CORP","PARENT":{"Id":18,"Name":"Fjord"},
			"MODULES":[{"name":"Email Security","enabled":true},{"name":"Patch"},{"name":"Vault","enabled":false}],
			"LICENSES":{"used":31,"total":40,"expirationDate":"2027-03-31T00:00:00"}}`,
		"switches and an old date": `{"Customer Id":1042,"Company-Name":"Harbour Dental Group","Account Type":"CORP","Reseller":18,
			"components":{"Email Security":true,"Vault":false,"Patch":1},"used_seats":31,"Seats":40,"ValidUntil":"/Date(1806451200000)/"}`,
		"by position": `{"ref":1042,"title":"Harbour Dental Group","type":"CORP","resellerid":18,"products":["Email Security","Patch",
			"Email Security"],
			"seatsUsed":31,"seatsTotal":40,"expiry":"31.03.2027"}`,
		"empty first choices": `{"id":1042,"customerName":null,"name":"Harbour Dental Group","type":"CORP","resellerId":null,
			"parentId":18,"modules":["Email Security","Patch"],
			"products":null,"seatsUsed":"n/a","licensesUsed":31,"seatsTotal":"","licenses":40,"expirationDate":"","expires":"1806451200"}`,
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readAll(t, "["+body+"]")
			if err != nil {
				t.Errorf("%v", err)
				return
			}
			if !sameJSON(string(got[0].Raw), body) {
				t.Errorf("got JSON %s", got[0].Raw)
			}
			got[0].Raw = nil
			if diff := cmp.Diff(want, got[0]); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		})
	}
}

func testCustomerMissingFieldsStayEmpty(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"id":5,"type":"CORP"}`,
		`{"id":5,"name":"","type":"CORP","resellerId":null,"products":null,"seatsUsed":null,"seatsTotal":null,"expirationDate":null}`,
		`{"id":"5","name":"-","type":"CORP","parent":"","seatsUsed":-1,"seatsTotal":"unlimited","expirationDate":"never",` +
			`"licenses":[1,2]}`,
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

func testCustomerTextsFitDatabase(t *testing.T) {
	t.Parallel()
	got, err := readAll(t, `[{"id":"a\u0000b","name":"N\u0000ame `+`\ud800","type":"CO\u0000RP","products":["P\u0000"]}]`)
	if err != nil {
		t.Fatal(err)
	}
	c := got[0]
	if c.ExternalID != "ab" || c.Name != "Name \uFFFD" || c.Type != "CORP" || c.Products[0] != "P" {
		t.Errorf("got %+v", c)
	}
	long, err := readAll(t, `[{"id":1,"name":"`+strings.Repeat("é", 1000)+`","type":"`+strings.Repeat("T", 100)+`"}]`)
	if err != nil || len([]rune(long[0].Name)) != maxNameLength || len(long[0].Type) != maxTypeLength {
		t.Errorf("long texts: got %d and %d, %v; want %v, %v", len(long[0].Name), len(long[0].Type), err, maxNameLength,
			maxTypeLength)
	}
}

func testCustomerJSONFitsDatabase(t *testing.T) {
	t.Parallel()
	customers, err := readAll(t, `[{"id":1,"type":"CORP","a":"\u0000","b":"\\u0000","c":"\ud800","d":"\ud83d\ude00",`+
		`"e":"\udc00\ud800","f":"\\\u0000\\\\"}]`)
	want := `{"id":1,"type":"CORP","a":"\ufffd","b":"\\u0000","c":"\ufffd","d":"\ud83d\ude00","e":"\ufffd\ufffd","f":"\\\ufffd\\\\"}`
	if err != nil || string(customers[0].Raw) != want {
		t.Errorf("got JSON %s, error %v; want %v", customers[0].Raw, err, want)
	}
}

func testCustomerIDIsComplete(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`18`: "18", `"18"`: "18", `18.0`: "18", `1.8e1`: "18", `"18.0"`: "18.0", `"018"`: "018", `" 18 "`: "18", `-0`: "0",
		`9007199254740993`: "9007199254740993", `9223372036854775807`: "9223372036854775807",
		`123456789012345678901234567890`: "123456789012345678901234567890",
		`1e30`:                           "1e30", `1e400`: "1e400", `0.5`: "0.5", `"` + strings.Repeat("x", maxIDLength) +
			`"`: strings.Repeat("x", maxIDLength),
	} {
		customers, err := readAll(t, `[{"id":`+text+`,"type":"CORP"}]`)
		if err != nil || customers[0].ExternalID != want {
			t.Errorf("%s: got %+v, error %v; want %v", text, customers, err, want)
		}
	}
	_, err := readAll(t, `[{"id":"`+strings.Repeat("x", maxIDLength+1)+`","type":"CORP"}]`)
	wantCode(t, err, connector.Garbage)
	if !strings.Contains(err.Error(), "longer than") {
		t.Errorf("a long id: got error %v", err)
	}
}

func testCustomerEmptyIDIsNotReplaced(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"ref":5,"name":"x","id":null,"type":"CORP"}`, `{"ref":5,"label":"x","customerId":"","type":"CORP"}`,
		`{"ref":5,"label":"x","type":"CORP","clientId":"N/A"}`} {
		_, err := readAll(t, "["+text+"]")
		wantCode(t, err, connector.Unmapped)
	}
}

func testCustomerCountsAreUnambiguous(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`0`: "0", `40`: "40", `"40"`: "40", `40.0`: "40", `"40.0"`: "40", `"40.00"`: "40", `4e1`: "40", `1099511627776`: "1099511627776",
		`1099511627777`: "", `-1`: "", `"-1"`: "", `40.5`: "", `"40.000"`: "", `"1,000"`: "", `"4e1"`: "", `"0x10"`: "", `1e400`: "",
		`1e30`: "", `9007199254740994.0`: "", `true`: "", `"+40"`: "", `"unlimited"`: "",
		`[40]`: "", `"40 seats"`: "", `"N/A"`: "", `"n/a"`: "", `"NULL"`: "", `"-"`: "", `" "`: "", `null`: "", `false`: "",
	} {
		customers, err := readAll(t, `[{"id":1,"type":"CORP","seatsTotal":`+text+`}]`)
		if err != nil || fieldText(customers[0], attrSeatsTotal) != want {
			t.Errorf("%s: got %+v, error %v; want %v", text, customers, err, want)
		}
	}
}

func testCustomerEmptyTexts(t *testing.T) {
	t.Parallel()
	for _, word := range []string{`null`, `""`, `" "`, `"null"`, `"NULL"`, `"n/a"`, `"N/A"`, `"-"`, `"\u0000"`} {
		customers, err := readAll(t, `[{"id":5,"name":`+word+`,"type":"CORP","parentId":`+word+`,"products":`+word+`,"expiry":`+word+`}]`)
		if err != nil || customers[0].Name != "5" || customers[0].ParentID != "" || len(customers[0].Products) > 0 ||
			customers[0].ExpiresOn != nil {
			t.Errorf("%s: %+v, error %v; want 5, ", word, customers, err)
		}
		if customers, err := readAll(t, `[{"id":`+word+`,"customerId":7,"type":"CORP"}]`); err != nil || customers[0].ExternalID != "7" {
			t.Errorf("%s for an id: %+v, error %v; want 7", word, customers, err)
		}
	}
}

func testCustomerDisabledProducts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`[{"name":"A","enabled":false},{"name":"B","active":false},{"name":"C","isEnabled":false},{"name":"D","is_active":false},` +
			`{"name":"E","licensed":false},{"name":"F","enabled":true}]`: "F",
		`{"A":true,"B":false,"C":null,"D":0,"E":1,"F":{"until":"2027"}}`: "A,E,F",
		`["A"," A ","","\u0000",null,"B",7,{"x":1},[],"N/A"]`:            "A,B,7",
		`"A, B,,A , "`: "A,B",
		`[]`:           "", `{}`: "", `""`: "", `true`: "", `7`: "",
	} {
		customers, err := readAll(t, `[{"id":1,"type":"CORP","products":`+text+`}]`)
		if err != nil || strings.Join(customers[0].Products, ",") != want {
			t.Errorf("%s: got %q, error %v; want %v", text, customers[0].Products, err, want)
		}
	}
	var many []string
	for i := range maxProducts + 5 {
		many = append(many, fmt.Sprintf(`"P%d"`, i))
	}
	customers, err := readAll(t, `[{"id":1,"type":"CORP","products":["`+strings.Repeat("é", maxNameLength+5)+`",`+strings.Join(many,
		",")+`]}]`)
	if err != nil || len(customers[0].Products) != maxProducts || customers[0].Products[0] != strings.Repeat("é", maxNameLength) ||
		slices.Contains(customers[0].Products, "") {
		t.Errorf("got %d products, %v; want %v, %v", len(customers[0].Products), err, maxProducts, strings.Repeat("é", maxNameLength))
	}
}

// signsOf returns the names in the tables with a sign, and more spellings of some.
func signsOf(attr sign, spelled string) []string {
	names := strings.Fields(spelled)
	for _, table := range []map[string]sign{signsOfMore, signsOfTotal, signsOfFailure} {
		for name, other := range table {
			if other == attr {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}
