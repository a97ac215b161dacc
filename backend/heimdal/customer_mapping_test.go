package heimdal

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

func TestMapping(t *testing.T) {
	t.Parallel()
	t.Run("fields", testMappingFields)
	t.Run("any_spelling", testMappingAnySpelling)
}

func testMappingFields(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fields fieldMap
		text   string
		want   string
	}{
		"every field, from anywhere": {
			fieldMap{"info.no": portal.FieldID, "info.label": portal.FieldName, "owner.ref": portal.FieldParent,
				"info.class": portal.FieldType, "info.state": portal.FieldStatusReason, "tools[].title": portal.FieldProducts,
				"plan.sort": portal.FieldLicenceType, "plan.provider": portal.FieldSPLA, "plan.machines": portal.FieldSeatsUsed,
				"plan.paid": portal.FieldSeatsTotal, "plan.till": portal.FieldExpiresOn},
			`{"id":99,"name":"X","type":"RESELLER","parentId":98,"isActive":false,"products":["Y"],"licenseType":"Z","spla":false,
			"seatsUsed":97,"seatsTotal":96,"expiresOn":"2030-01-01",
				"info":{"no":5,"label":"A","class":"CORP","state":"Suspended"},"owner":{"ref":"18"},
				"tools":[{"title":"EDR"},{"title":"DNS, and more"}],"plan":{"sort":"Annual","provider":"Y","machines":7,"paid":"10",
				"till":"31-Dec-2027"}}`,
			"5|18|A|CORP|disabled|EDR,DNS, and more|Annual|true|7|10|2027-12-31",
		},
		"without case and separators": {fieldMap{"Licence_Info.Paid-Seats": portal.FieldSeatsTotal},
			`{"id":1,"type":"CORP","licenceInfo":{"paidSeats":4}}`, "1||1|CORP||||||4|"},
		"to nothing": {fieldMap{"seats": "", "licenseInfo.purchased": ""},
			`{"id":1,"type":"CORP","seats":4,"licenseInfo":{"purchased":5}}`, "1||1|CORP|||||||"},
		"no longer what it was": {fieldMap{"seats": portal.FieldSeatsUsed}, `{"id":1,"type":"CORP","seats":4}`, "1||1|CORP|||||4||"},
		"of a licence object": {fieldMap{"licenseInfo.purchased": portal.FieldSeatsUsed},
			`{"id":1,"type":"CORP","licenseInfo":{"purchased":4,"total":5}}`, "1||1|CORP|||||4|5|"},
		"what cannot be read is looked for as before": {
			fieldMap{"a": portal.FieldSeatsTotal}, `{"id":1,"type":"CORP","a":"many","seats":4}`, "1||1|CORP||||||4|"},
		"the first in the customer that can be read": {
			fieldMap{"b": portal.FieldSeatsTotal, "a.x": portal.FieldSeatsTotal, "c": portal.FieldSeatsTotal},
			`{"id":1,"type":"CORP","c":null,"a":{"x":3},"b":4}`, "1||1|CORP||||||3|"},
		"a list's sum": {fieldMap{"rows[].paid": portal.FieldSeatsTotal},
			`{"id":1,"type":"CORP","rows":[{"paid":3},{"paid":"4"},{"x":1},{"paid":null}],"seats":99}`, "1||1|CORP||||||7|"},
		"a list's sum that cannot be read": {fieldMap{"rows[].paid": portal.FieldSeatsTotal},
			`{"id":1,"type":"CORP","rows":[{"paid":3},{"paid":"many"}],"seats":99}`, "1||1|CORP||||||99|"},
		"a list of numbers": {fieldMap{"rows[]": portal.FieldSeatsUsed},
			`{"id":1,"type":"CORP","rows":[3,4]}`, "1||1|CORP|||||7||"},
		"a list in a list": {fieldMap{"rows[].in[].n": portal.FieldSeatsUsed},
			`{"id":1,"type":"CORP","rows":[{"in":[{"n":1},{"n":2}]},{"in":[{"n":4}]}]}`, "1||1|CORP|||||7||"},
		"names that are data": {fieldMap{"rows.*.n": portal.FieldSeatsUsed},
			`{"id":1,"type":"CORP","rows":{"100001":{"n":1},"100002":{"n":2}}}`, "1||1|CORP|||||3||"},
		"a module's figure to nothing": {fieldMap{"licenses[].purchased": ""},
			`{"id":1,"type":"CORP","licenses":[{"module":"EDR","purchased":4,"active":3}]}`, "1||1|CORP||EDR|||3||"},
		"a module's figure to another field": {fieldMap{"licenses[].active": portal.FieldSeatsTotal},
			`{"id":1,"type":"CORP","licenses":[{"module":"EDR","active":3},{"module":"X","active":4}]}`, "1||1|CORP||EDR,X||||7|"},
		"products from a list of texts": {fieldMap{"tags[]": portal.FieldProducts},
			`{"id":1,"type":"CORP","tags":["A","B"],"modules":["C"]}`, "1||1|CORP||A,B|||||"},
		"products from a list": {fieldMap{"tags": portal.FieldProducts},
			`{"id":1,"type":"CORP","tags":[{"name":"A"},{"name":"B","enabled":false}]}`, "1||1|CORP||A|||||"},
		"products to nothing": {fieldMap{"modules": ""}, `{"id":1,"type":"CORP","modules":["C"]}`, "1||1|CORP|||||||"},
		"products' names to nothing": {fieldMap{"modules[].name": ""},
			`{"id":1,"type":"CORP","modules":[{"name":"C","purchased":3}]}`, "1||1|CORP||||||3|"},
		"licences' names to nothing": {fieldMap{"licenses[].module": ""},
			`{"id":1,"type":"CORP","licenses":[{"module":"C","purchased":3}]}`, "1||1|CORP||||||3|"},
		"products' texts to nothing": {fieldMap{"modules[]": ""}, `{"id":1,"type":"CORP","modules":["C"]}`, "1||1|CORP|||||||"},
		"a status that is true": {fieldMap{"off": portal.FieldStatusReason}, `{"id":1,"type":"CORP","off":true}`,
			"1||1|CORP|disabled||||||"},
		"a status that is a text": {fieldMap{"off": portal.FieldStatusReason},
			`{"id":1,"type":"CORP","off":"Deleted"}`, "1||1|CORP|deleted||||||"},
		"a status that is surest": {fieldMap{"off": portal.FieldStatusReason},
			`{"id":1,"type":"CORP","off":false,"isDeleted":true}`, "1||1|CORP|||||||"},
		"a status that says nothing": {fieldMap{"off": portal.FieldStatusReason},
			`{"id":1,"type":"CORP","off":"who knows","isDeleted":true}`, "1||1|CORP|deleted||||||"},
		"a status in a list": {fieldMap{"subs[].state": portal.FieldStatusReason},
			`{"id":1,"type":"CORP","subs":[{"state":"active"},{"state":"expired"}]}`, "1||1|CORP|licence_expired||||||"},
		"a status to nothing": {fieldMap{"isActive": "", "status": ""},
			`{"id":1,"type":"CORP","isActive":false,"status":"Deleted"}`, "1||1|CORP|||||||"},
		"a count that is also a sign": {fieldMap{"active": portal.FieldSeatsTotal},
			`{"id":1,"type":"CORP","active":3}`, "1||1|CORP||||||3|"},
		"an id instead of another": {fieldMap{"uuid": portal.FieldID},
			`{"id":1,"type":"CORP","name":"A","uuid":"u-1"}`, "u-1||A|CORP|||||||"},
		"an id by position that is something": {fieldMap{"ref": portal.FieldName}, `{"ref":"A","id":3,"type":"CORP"}`,
			"3||A|CORP|||||||"},
		"a kind of another type": {fieldMap{"class": portal.FieldType}, `{"id":1,"class":"RESELLER","type":"x"}`,
			"1||1|RESELLER|||||||"},
		"a path that is not there": {fieldMap{"nowhere.at[].all": portal.FieldSeatsUsed},
			`{"id":1,"type":"CORP","seatsUsed":3}`, "1||1|CORP|||||3||"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			customers, err := mappedReader(t, test.fields, "["+test.text+"]").all(t.Context())
			if err != nil || describe(customers[0]) != test.want {
				t.Fatalf("got %v, %v, want %s", customers, err, test.want)
			}
			again, err := NewConnector().Interpret(customers[0].Raw, test.fields)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(customers[0], again); diff != "" {
				t.Errorf("Interpret differs from Call (-read +interpreted):\n%s", diff)
			}
		})
	}
	t.Run("a parent beside the nesting", func(t *testing.T) {
		t.Parallel()
		text := `[{"id":1,"type":"RESELLER","children":[{"id":2,"type":"CORP","boss":3},{"id":4,"type":"CORP","boss":null}]},{"id":3,` +
			`"type":"RESELLER"}]`
		customers, err := mappedReader(t, fieldMap{"boss": portal.FieldParent}, text).all(t.Context())
		if err != nil || treeOf(customers) != "1 msp under, 2 client under 3, 3 msp under, 4 client under 1" {
			t.Errorf("got %s, error %v; want 1 msp under, 2 client under 3, 3 msp under, 4 client under 1", treeOf(customers), err)
		}
	})
	t.Run("two values of one name", func(t *testing.T) {
		t.Parallel()
		_, err := mappedReader(t, fieldMap{"paid": portal.FieldSeatsTotal}, `[{"id":1,"type":"CORP","paid":1,"Paid":2}]`).all(t.Context())
		wantCode(t, err, connector.Garbage)
		if _, err := mappedReader(t, fieldMap{"rows[].paid": portal.FieldSeatsTotal},
			`[{"id":1,"type":"CORP","rows":[{"paid":1},{"paid":2}]}]`).all(t.Context()); err != nil {
			t.Errorf("two elements of a list contradict each other: %v", err)
		}
	})
	t.Run("a single customer is known by an id from anywhere", func(t *testing.T) {
		t.Parallel()
		customers, err := mappedReader(t, fieldMap{"info.no": portal.FieldID, "info.class": portal.FieldType},
			`{"x":1,"info":{"no":5,"class":"CORP"}}`).all(t.Context())
		if err != nil || len(customers) != 1 || describe(customers[0]) != "5||5|CORP|||||||" {
			t.Errorf("got %v, error %v; want 1, 5||5|CORP|||||||", customers, err)
		}
	})
	t.Run("are shown in the paths", func(t *testing.T) {
		t.Parallel()
		got := pathsOf(t, mappedReader(t, fieldMap{"Seats": "", "rows[].Paid": portal.FieldSeatsTotal},
			`[{"id":1,"type":"CORP","seats":4,"rows":[{"paid":"many"},{"paid":3}]}]`))
		wantPaths(t, got, "id number 1 id automatic e.g. 1", "type text 1 type automatic e.g. CORP",
			"seats number 1 - admin e.g. 4", "rows list 1 - none",
			"rows[].paid text+number 1 seats_total admin e.g. many unreadable 1 e.g. many")
	})
	t.Run("count a value once that cannot be read", func(t *testing.T) {
		t.Parallel()
		got := pathsOf(t, mappedReader(t, fieldMap{"paid": portal.FieldSeatsTotal}, `[{"id":1,"type":"CORP","paid":"many"}]`))
		if s := path(t, got, "paid"); describePath(s) != "paid text 1 seats_total admin e.g. many unreadable 1 e.g. many" {
			t.Errorf("counted %s; want paid text 1 seats_total admin e.g. many unreadable 1 e.g. many", describePath(s))
		}
	})
	t.Run("reach a path that is one of too many", func(t *testing.T) {
		t.Parallel()
		var members []string
		for i := range 600 {
			members = append(members, `"x`+strings.Repeat("y", i%50)+string(rune('a'+i/50))+`":1`)
		}
		customers, err := mappedReader(t, fieldMap{"last.of[].all": portal.FieldSeatsTotal},
			`[{"id":1,"type":"CORP",`+strings.Join(members, ",")+`,"last":{"of":[{"all":7}]}}]`).all(t.Context())
		if err != nil || countText(customers[0].SeatsTotal) != "7" {
			t.Errorf("seats_total is %s, error %v; want 7", countText(customers[0].SeatsTotal), err)
		}
	})
	t.Run("a customer without an id is refused", func(t *testing.T) {
		t.Parallel()
		_, err := NewConnector().Interpret(raw(`{"name":"A"}`), nil)
		wantCode(t, err, connector.Unmapped)
	})
}

// testMappingAnySpelling checks that a mapped path is read like a known name.
func testMappingAnySpelling(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		seats := rapid.Int64Range(0, 1000).Draw(r, "seats")
		names := rapid.SliceOfN(rapid.StringMatching(`[A-Za-z][a-z_]{0,8}`), 1, 4).Draw(r, "names")
		text := strings.TrimSpace(countText(&seats))
		for i := len(names) - 1; i >= 0; i-- {
			text = `{"` + names[i] + `":` + text + `}`
		}
		written := rapid.SampledFrom([]func(string) string{strings.ToUpper, strings.ToLower,
			func(s string) string { return strings.ReplaceAll(s, "_", "-") }}).Draw(r, "written")
		path := "wrapped." + written(strings.Join(names, "."))
		customer, err := NewConnector().Interpret(raw(`{"id":1,"type":"CORP","wrapped":`+text+`}`),
			fieldMap{path: portal.FieldSeatsTotal})
		if err != nil || countText(customer.SeatsTotal) != countText(&seats) {
			r.Fatalf("%s in %s is read as %s, %v", path, text, countText(customer.SeatsTotal), err)
		}
	})
}

// mappedReader returns a reader of these responses, with paths that an admin mapped to fields.
func mappedReader(t testing.TB, fields map[string]portal.CustomerField, texts ...string) *reader {
	t.Helper()
	calls := 0
	play := fakeTransport(func(*http.Request) *http.Response {
		calls++
		return jsonResponse(texts[min(calls, len(texts))-1])
	})
	r, err := NewConnector().Open(connector.Settings{CustomerID: "17", BaseURL: "https://heimdal.example.com/api"}, key,
		connector.Options{HTTPClient: &http.Client{Transport: play}, Clock: &fakeClock{now: noon}, Fields: fields})
	if err != nil {
		t.Fatal(err)
	}
	return r.(*reader)
}

// describe returns a customer in one line.
func describe(c portal.Customer) string {
	facts := []string{c.ExternalID, c.ParentID, c.Name, c.Type, "", strings.Join(c.Products, ","),
		fieldText(c, attrLicenceType), fieldText(c, attrSPLA), countText(c.SeatsUsed), countText(c.SeatsTotal), fieldText(c, attrExpiry)}
	if c.StatusReason != nil {
		facts[4] = string(*c.StatusReason)
	}
	return strings.Join(facts, "|")
}

type fieldMap = map[string]portal.CustomerField
