package heimdal

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

func TestLicences(t *testing.T) {
	t.Parallel()
	t.Run("objects", testLicencesObjects)
	t.Run("lists", testLicencesLists)
	t.Run("type", testLicencesType)
	t.Run("spla", testLicencesSpla)
	t.Run("facts_in_lists", testLicencesFactsInLists)
	t.Run("facts_fill_paths", testLicencesFactsFillPaths)
}

func testLicencesObjects(t *testing.T) {
	t.Parallel()
	words := [][2]string{{"used", "total"}, {"Assigned", "COUNT"}, {"seatsUsed", "seats_total"}, {"active", "purchased"},
		{"consumed", "bought"}, {"in_use", "Quantity"}, {"devices", "purchased_licenses"}}
	names := []string{"seats"}
	for _, object := range []string{"License", "licence", "licenses", "Licences", "licensing", "licencing", "subscription",
		"subscriptions"} {
		for _, ending := range []string{"", "Info", "_information", "Infos", "Detail", "details", "Summary", "-usage", "data",
			"Count", "counts", "stats", "Statistics", "facts", "Status"} {
			names = append(names, object+ending)
		}
	}
	if len(names) != len(licenceObjectNames) {
		t.Errorf("tried %d names of objects, want %d", len(names), len(licenceObjectNames))
	}
	for _, name := range names {
		for _, w := range words {
			for _, form := range []string{`{"id":1,"type":"CORP","%s":%s}`, `{"id":1,"type":"CORP","licensing":{"%s":%s}}`} {
				inner := `{"` + w[0] + `":3,"` + w[1] +
					`":4,"end_date":"2027-03-31","type":"Annual","spla":"Y","modules":["EDR"],"id":9,"name":"Gold"}`
				text := "[" + fmt.Sprintf(form, name, inner) + "]"
				customers, err := readAll(t, text)
				if err != nil {
					t.Errorf("%s: %v", text, err)
					continue
				}
				customers[0].Raw = nil
				want := portal.Customer{Kind: portal.KindClient, ExternalID: "1", Name: "1", Type: "CORP",
					Products: []string{"EDR"}, LicenceType: ptr("Annual"), SPLA: ptr(true),
					SeatsUsed: number(3), SeatsTotal: number(4), ExpiresOn: ptr("2027-03-31")}
				if diff := cmp.Diff(want, customers[0]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", text, diff)
				}
			}
		}
	}
	if len(licenceMembers) != 12 {
		t.Errorf("tried 12 names of licence members, want %d", len(licenceMembers))
	}
}

func testLicencesLists(t *testing.T) {
	t.Parallel()
	for members, want := range map[string]string{
		// The sum is over the elements that have the count.
		`"licenses":[{"module":"EDR","purchased":10,"active":7},{"module":"NGAV","purchased":5,"active":2}]`: "9/15 EDR,NGAV",
		`"licences":[{"Product":{"id":3,"name":"EDR"},"Total":"10"},{"product":"NGAV","used":2}]`:            "2/10 EDR,NGAV",
		`"licensing":{"subscriptions":[{"name":"EDR","seats":10,"devices":4}]}`:                              "4/10 EDR",
		`"subscription":{"modules":[{"name":"EDR","quantity":10,"inUse":4},{"name":"X"}]}`:                   "4/10 EDR,X",
		`"modules":[{"name":"EDR","licenses":10,"active":4},{"name":"X","licenses":1,"active":1}]`:           "5/11 EDR,X",
		`"modules":[{"name":"EDR","purchased":10,"active":true},{"name":"X","purchased":1,"active":false}]`:  "/11 EDR",
		`"licenseInfo":[{"moduleName":"EDR","purchased":0}]`:                                                 "/0 EDR",
		`"products":["Vault"],"licenses":[{"module":"EDR","purchased":10}]`:                                  "/10 Vault",
		// Unknown where it cannot be read in one of them.
		`"licenses":[{"module":"EDR","purchased":10,"active":7},{"module":"NGAV","purchased":"unlimited","active":2}]`: "9/ EDR,NGAV",
		`"licenses":[{"module":"EDR","purchased":1.5}],"modules":[{"name":"EDR","purchased":2}]`:                       "/ EDR",
		`"licenses":[{"module":"EDR","purchased":1099511627776},{"module":"X","purchased":1}]`:                         "/ EDR,X",
		`"licenses":[{"module":"EDR","purchased":null},{"module":"X","purchased":""},{"module":"Y","purchased":3}]`:    "/3 EDR,X,Y",
		// A count beside the list comes first, and licences before products.
		`"licenses":[{"module":"EDR","purchased":10,"active":7}],"purchased_licenses":12`:                             "7/12 EDR",
		`"licensing":{"total":12,"licenses":[{"module":"EDR","purchased":10}]}`:                                       "/12 EDR",
		`"modules":[{"name":"A","purchased":1},{"name":"B","purchased":1}],"licenses":[{"module":"C","purchased":5}]`: "/5 A,B",
		`"licenses":[{"module":"EDR"}],"modules":[{"name":"EDR","purchased":2}]`:                                      "/2 EDR",
		// Not a list of licences.
		`"devices":[{"name":"PC","active":1},{"name":"PC2"}]`:   "/ ",
		`"devices":7,"licenses":40`:                             "7/40 ",
		`"licenses":["AAAA-BBBB","CCCC-DDDD"]`:                  "/ ",
		`"licenses":[1,2,[3],null,true]`:                        "/ ",
		`"licenses":[]`:                                         "/ ",
		`"active":7,"total_licenses":9`:                         "7/9 ",
		`"active":true,"licenses":{"active":true}`:              "/ ",
		`"contacts":[{"name":"A","purchased":10,"active":7}]`:   "/ ",
		`"licenses":{"licenses":{"purchased":10}}`:              "/10 ",
		`"licenses":{"licenses":{"licenses":{"purchased":10}}}`: "/ ",
	} {
		c := customerWith(t, members)
		if got := countText(c.SeatsUsed) + "/" + countText(c.SeatsTotal) + " " + strings.Join(c.Products, ","); got != want {
			t.Errorf("%s: got %q, want %q", members, got, want)
		}
	}
}

func testLicencesType(t *testing.T) {
	t.Parallel()
	for members, want := range map[string]string{
		`"licenseType":"Annual"`: "Annual", `"license_type":" Månedlig "`: "Månedlig", `"licenceType":3`: "3",
		`"licensingType":{"id":3,"name":"EDR"}`: "EDR", `"licenseInfo":{"type":"Annual"}`: "Annual",
		`"licenseType":null,"licensing":{"licenseType":"Annual"}`: "Annual", `"licenseType":"N/A"`: "",
		`"licenseType":true`: "", `"licenseType":["A","B"]`: "", `"license":"ABCD"`: "",
		`"licenseType":"` + strings.Repeat("é", 200) + `"`: strings.Repeat("é", maxLicenceTypeLength),
	} {
		if got := fieldText(customerWith(t, members), attrLicenceType); got != want {
			t.Errorf("%s: got %q, want %q", members, got, want)
		}
	}
}

func testLicencesSpla(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		`true`: "true", `"true"`: "true", `"TRUE"`: "true", `"Yes"`: "true", `"y"`: "true", `1`: "true", `"1"`: "true",
		`false`: "false", `"False"`: "false", `"no"`: "false", `"N"`: "false", `0`: "false", `"0"`: "false",
		`1.0`: "true", `"1.0"`: "true", `"on"`: "true", `0.0`: "false", `" Off "`: "false",
		`null`: "", `""`: "", `"N/A"`: "", `2`: "", `-1`: "", `"maybe"`: "", `[]`: "", `[true]`: "", `{}`: "", `{"spla":true}`: "",
	} {
		for _, form := range []string{`"spla_license":%`, `"licensing":{"isSpla":%}`} {
			members := strings.Replace(form, "%", value, 1)
			if got := fieldText(customerWith(t, members), attrSPLA); got != want {
				t.Errorf("%s: got %q, want %q", members, got, want)
			}
		}
	}
}

func testLicencesFactsInLists(t *testing.T) {
	t.Parallel()
	for members, want := range map[string]string{
		`"licenses":[{"module":"EDR","expiryDate":"2027-06-30","type":"Annual"},{"module":"X","expiryDate":"2027-03-31",` +
			`"type":"Trial"}]`: "2027-03-31 Annual, Trial",
		`"licensing":{"subscriptions":[{"name":"EDR","validTo":"2027-06-30","licenseType":"SPLA"},{"name":"X",` +
			`"type":"spla"}]}`: "2027-06-30 SPLA",
		`"modules":[{"name":"EDR","expirationDate":"2028-01-01"},{"name":"X",` +
			`"expirationDate":"31-Dec-2027"}]`: "2027-12-31 -",
		// The type of a product is not that of a licence, unless its name says so.
		`"modules":[{"name":"EDR","type":"endpoint","licenseType":"Monthly"},{"name":"X","type":"mail"}]`: "- Monthly",
		// Ended licences do not count while another one is current.
		`"licenses":[{"expiry":"2025-01-01","status":"Expired","type":"Trial"},{"expiry":"2027-06-30","status":"Active",` +
			`"type":"Annual"}]`: "2027-06-30 Annual",
		`"licenses":[{"expiry":"2025-01-01","isActive":false},{"expiry":"2027-06-30",` +
			`"active":7}]`: "2027-06-30 -",
		`"licenses":[{"expiry":"2025-01-01","state":"cancelled"},{"expiry":"2027-06-30",` +
			`"status":"demo"}]`: "2027-06-30 -",
		`"licenses":[{"expiry":"2025-01-01","isDeleted":true},{"module":"Perpetual",` +
			`"type":"Perpetual"}]`: "- Perpetual",
		`"licenses":[{"expiry":"2025-01-01","status":"expired","type":"Trial"},{"expiry":"2026-02-01","expired":true,` +
			`"type":"Annual"}]`: "2026-02-01 Trial, Annual",
		// A past date alone does not mean that a licence has ended.
		`"licenses":[{"expiry":"2020-01-01"},{"expiry":"2027-06-30"}]`: "2020-01-01 -",
		// Unknown where it cannot be read in a current licence.
		`"licenses":[{"expiry":"soon"},{"expiry":"2027-06-30"}]`:                                     "- -",
		`"licenses":[{"expiry":"soon","active":false},{"expiry":"2027-06-30"}]`:                      "2027-06-30 -",
		`"licenses":[{"expiry":null},{"expiry":""},{"expiry":"0001-01-01"},{"expiry":"2027-06-30"}]`: "2027-06-30 -",
		// Members beside the list come first, and licences before products.
		`"licenses":[{"expiry":"2027-06-30","type":"Annual"}],"expiryDate":"2029-01-01","licenseType":"Monthly"`:    "2029-01-01 Monthly",
		`"modules":[{"name":"A","expiry":"2026-01-01"}],"licenses":[{"expiry":"2027-06-30"}]`:                       "2027-06-30 -",
		`"licenses":[{"module":"EDR"}],"modules":[{"name":"A","expiry":"2026-01-01"}]`:                              "2026-01-01 -",
		`"licenses":["AAAA-BBBB",1,null,[]],"contacts":[{"name":"A","expiry":"2026-01-01","licenseType":"Annual"}]`: "- -",
	} {
		c := customerWith(t, members)
		expiry, kind := "-", "-"
		if c.ExpiresOn != nil {
			expiry = *c.ExpiresOn
		}
		if c.LicenceType != nil {
			kind = *c.LicenceType
		}
		if got := expiry + " " + kind; got != want {
			t.Errorf("%s: got %q, want %q", members, got, want)
		}
	}
	many := make([]string, 40)
	for i := range many {
		many[i] = `{"type":"Type number ` + strings.Repeat("x", i) + `"}`
	}
	if c := customerWith(t, `"licenses":[`+strings.Join(many, ",")+`]`); len(*c.LicenceType) > maxLicenceTypeLength {
		t.Errorf("the types have %d bytes, want at most %d", len(*c.LicenceType), maxLicenceTypeLength)
	}
}

func testLicencesFactsFillPaths(t *testing.T) {
	t.Parallel()
	raw := `{"id":1,"name":"A","type":"CORP","licenses":[{"module":"EDR","expiryDate":"2027-06-30","type":"Annual"},` +
		`{"expiryDate":"soon"}]}`
	o := &object{paths: newPaths(newMapping(nil), "")}
	if _, err := readCustomer([]byte(raw), o); err != nil {
		t.Fatal(err)
	}
	o.paths.countCustomer()
	want := map[string]portal.CustomerField{"licenses[].expiryDate": portal.FieldExpiresOn, "licenses[].type": portal.FieldLicenceType}
	for _, s := range o.paths.stats() {
		field, ok := want[s.Path]
		if !ok {
			continue
		}
		if delete(want, s.Path); s.Field == nil || *s.Field != field {
			t.Errorf("path %s fills %v, want %s", s.Path, s.Field, field)
		}
		if field == portal.FieldExpiresOn && (s.Unreadable != 1 || s.UnreadableExample != "soon") {
			t.Errorf("path %s: %d unreadable such as %q, want one, soon", s.Path, s.Unreadable, s.UnreadableExample)
		}
	}
	for path := range want {
		t.Errorf("the field map has no path %s", path)
	}
	c, err := (&Connector{}).Interpret([]byte(`{"id":1,"type":"CORP","parts":[{"ends":"2028-01-01","sort":"B"},{"ends":"2027-01-01",`+
		`"sort":"A"},{"sort":"b"}]}`),
		map[string]portal.CustomerField{"parts[].ends": portal.FieldExpiresOn, "parts[].sort": portal.FieldLicenceType})
	if err != nil || c.ExpiresOn == nil || *c.ExpiresOn != "2027-01-01" || c.LicenceType == nil || *c.LicenceType != "B, A" {
		t.Errorf("an admin's paths through a list are read as %v, %v (%v); want the earliest day and all types", c.ExpiresOn,
			c.LicenceType, err)
	}
}

// customerWith returns the customer with these members.
func customerWith(t *testing.T, members string) portal.Customer {
	t.Helper()
	customers, err := readAll(t, `[{"id":1,"name":"A","type":"CORP",`+members+`}]`)
	if err != nil {
		t.Fatalf("%s: %v", members, err)
	}
	return customers[0]
}
