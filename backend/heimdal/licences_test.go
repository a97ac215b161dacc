package heimdal

import (
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

// customerWith reads a customer with these members.
func customerWith(t *testing.T, members string) portal.Customer {
	t.Helper()
	customers, err := readAll(t, `[{"id":1,"name":"A","type":"CORP",`+members+`}]`)
	if err != nil {
		t.Fatalf("%s: %v", members, err)
	}
	return customers[0]
}

func TestLicenceLists(t *testing.T) {
	t.Parallel()
	for members, want := range map[string]string{
		// The sum is over the elements that have the figure.
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
		// A figure beside the list comes first, and licences before products.
		`"licenses":[{"module":"EDR","purchased":10,"active":7}],"purchased_licenses":12`:                             "7/12 EDR",
		`"licensing":{"total":12,"licenses":[{"module":"EDR","purchased":10}]}`:                                       "/12 EDR",
		`"modules":[{"name":"A","purchased":1},{"name":"B","purchased":1}],"licenses":[{"module":"C","purchased":5}]`: "/5 A,B",
		`"licenses":[{"module":"EDR"}],"modules":[{"name":"EDR","purchased":2}]`:                                      "/2 EDR",
		// What is no list of licences.
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
		if got := count(c.SeatsUsed) + "/" + count(c.SeatsTotal) + " " + strings.Join(c.Products, ","); got != want {
			t.Errorf("%s is read as %q, want %q", members, got, want)
		}
	}
}

func TestLicenceType(t *testing.T) {
	t.Parallel()
	for members, want := range map[string]string{
		`"licenseType":"Annual"`: "Annual", `"license_type":" Månedlig "`: "Månedlig", `"licenceType":3`: "3",
		`"licensingType":{"id":3,"name":"EDR"}`: "EDR", `"licenseInfo":{"type":"Annual"}`: "Annual",
		`"licenseType":null,"licensing":{"licenseType":"Annual"}`: "Annual", `"licenseType":"N/A"`: "",
		`"licenseType":true`: "", `"licenseType":["A","B"]`: "", `"license":"ABCD"`: "",
		`"licenseType":"` + strings.Repeat("é", 200) + `"`: strings.Repeat("é", longestLicenceType),
	} {
		if got := told(customerWith(t, members), meansLicenceType); got != want {
			t.Errorf("%s is read as %q, want %q", members, got, want)
		}
	}
}

func TestSPLA(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		`true`: "true", `"true"`: "true", `"TRUE"`: "true", `"Yes"`: "true", `"y"`: "true", `1`: "true", `"1"`: "true",
		`false`: "false", `"False"`: "false", `"no"`: "false", `"N"`: "false", `0`: "false", `"0"`: "false",
		`1.0`: "true", `"1.0"`: "true", `"on"`: "true", `0.0`: "false", `" Off "`: "false",
		`null`: "", `""`: "", `"N/A"`: "", `2`: "", `-1`: "", `"maybe"`: "", `[]`: "", `[true]`: "", `{}`: "", `{"spla":true}`: "",
	} {
		for _, form := range []string{`"spla_license":%`, `"licensing":{"isSpla":%}`} {
			members := strings.Replace(form, "%", value, 1)
			if got := told(customerWith(t, members), meansSPLA); got != want {
				t.Errorf("%s is read as %q, want %q", members, got, want)
			}
		}
	}
}
