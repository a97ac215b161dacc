package heimdal

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

// spelled is each name a field of a customer may have, as some system or other would write it, the surest first.
var spelled = map[attribute]string{
	attrID:     "id customer_id clientId CompanyID tenant-id accountId OrganizationId CUSTOMER_NUMBER",
	attrName:   "name customerName company_name ClientName display-name organizationName Company customer",
	attrType:   "type customerType account_type TenantType company-type clientType KIND",
	attrParent: "resellerId Reseller reseller_customer_id mspId parentResellerId parent_id ParentCustomerId parent parent-account-id parentTenantId",
	attrSeatsUsed: figuresAs("used") + figuresAs("active") + figuresAs("assigned") + figuresAs("consumed") +
		" subscriptionUsed activeDevices active_device_count devices-active deviceCount devices_count NumberOfDevices " +
		"devicesTotal TOTAL_DEVICES devices Active",
	attrSeatsTotal: figuresAs("purchased") + figuresAs("total") + figuresAs("bought") +
		" seatCount Seats seats_count numberOfSeats maxSeats licenses LICENSES_COUNT numberOfLicenses max_licenses Licences " +
		"licencesCount number_of_licences maxLicences licenseCount licence_count" +
		" subscriptionTotal",
	attrExpiry: "expirationDate expiry_date ExpiresAt expiresOn expires Expiration expiry expireDate licenseExpirationDate licence_expiration_date LicenseExpiryDate " +
		"licenceExpiryDate license_expiration licenceExpiration LicenseExpiry licenceExpiry licensesExpirationDate licenses_expiry licenseExpiresAt LicenseEndDate licenceEndDate " +
		"subscription_end_date subscriptionExpirationDate validUntil valid_to EndDate",
	attrProducts: "products Modules components licensed_modules licensedProducts activeModules enabled-modules services",
	attrLicenceType: "license_type licenseModel licenceType LICENCE_MODEL licenses-type licensesModel licencesType " +
		"licencesModel licensingType LicensingModel licencingType licencing_model " +
		"subscriptionType subscriptionModel subscriptions_type SubscriptionsModel",
	attrSPLA: "spla isSpla spla_license splaLicence IsSPLALicense isSplaLicence splaLicensed spla_licenced " +
		"SplaEnabled hasSPLA SPLA_Customer isSplaCustomer",
	attrCreated: "createdDate created_at CreatedOn created creationDate date_added createdDateUtc",
}

// figuresAs are the names of a number of licences that are so, as some system or other would write them.
func figuresAs(so string) string {
	var names []string
	for i, what := range []string{"Seats", "Licenses", "licences", "License", "licence"} {
		names = append(names, []string{what + " " + so, what + "_" + so, strings.ToUpper(what + "-" + so)}[i%3], so+what)
	}
	for _, what := range []string{"seat", "Seats", "Licenses", "licences", "License", "licence"} {
		names = append(names, so+"_"+what+"_count", what+"-"+so+"-Count", what+"Count"+so, "number_of_"+so+what)
	}
	for i, name := range names {
		names[i] = strings.ReplaceAll(name, " ", "_")
	}
	return " " + strings.Join(names, " ")
}

// told is what a customer's field of a meaning came out as.
func told(c portal.Customer, attr attribute) string {
	switch attr {
	case attrID:
		return c.ExternalID
	case attrName:
		return c.Name
	case attrType:
		return c.Type
	case attrParent:
		return c.ParentID
	case attrSeatsUsed:
		return count(c.SeatsUsed)
	case attrSeatsTotal:
		return count(c.SeatsTotal)
	case attrExpiry:
		if c.ExpiresOn == nil {
			return ""
		}
		return *c.ExpiresOn
	case attrLicenceType:
		if c.LicenceType == nil {
			return ""
		}
		return *c.LicenceType
	case attrSPLA:
		if c.SPLA == nil {
			return ""
		}
		return fmt.Sprint(*c.SPLA)
	}
	return strings.Join(c.Products, ",")
}

func count(n *int64) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

func TestEachFieldIsReadUnderEachOfItsNamesAndTheSurestWins(t *testing.T) {
	t.Parallel()
	for attr := attrID; attr < attrCreated; attr++ {
		names := strings.Fields(spelled[attr])
		if len(names) != len(aliases[attr]) {
			t.Errorf("%d names of meaning %d are tried, and there are %d", len(names), attr, len(aliases[attr]))
		}
		sample := func(i int) (written, want string) {
			switch attr {
			case attrExpiry:
				day := fmt.Sprintf("2027-03-%02d", i+1)
				return `"` + day + `"`, day
			case attrSPLA:
				return fmt.Sprint(i == 0), fmt.Sprint(i == 0)
			}
			return fmt.Sprintf(`"%d"`, 70+i), fmt.Sprint(70 + i)
		}
		write := func(fields string) string {
			for beside, field := range map[attribute]string{attrID: `"id":1`, attrType: `"type":"CORP"`} {
				if attr != beside {
					fields += "," + field
				}
			}
			return "[{" + strings.TrimPrefix(fields, ",") + "}]"
		}
		all := ""
		for i, name := range names {
			written, want := sample(i)
			field := `,"` + name + `":` + written
			all = field + all
			customers, err := readAll(t, write(`,"note":true`+field))
			if err != nil || told(customers[0], attr) != want {
				t.Errorf("%s: %+v, %v", name, customers, err)
			}
		}
		_, want := sample(0)
		customers, err := readAll(t, write(`,"note":true`+all))
		if err != nil || told(customers[0], attr) != want {
			t.Errorf("of all names of meaning %d another than the surest was read: %+v, %v", attr, customers, err)
		}
	}
}

func TestTheDayACustomerWasMadeIsTakenForNothingElse(t *testing.T) {
	t.Parallel()
	names := strings.Fields(spelled[attrCreated])
	if len(names) != len(aliases[attrCreated]) {
		t.Errorf("%d names are tried, and there are %d", len(names), len(aliases[attrCreated]))
	}
	for _, name := range names {
		_, err := readAll(t, `[{"`+name+`":1806451200,"label":"x","type":"CORP"}]`)
		wantCode(t, err, portal.Unmapped)
		if customers, err := readAll(t, `[{"ref":5,"`+name+`":"2024-01-02","type":"CORP"}]`); err == nil {
			t.Errorf("%s: read %+v", name, customers)
		}
	}
}

// all fails the test where a table has another number of names than are tried.
func all(t *testing.T, what string, there int, names string) []string {
	t.Helper()
	if n := len(strings.Fields(names)); n != there {
		t.Errorf("%d names of %s are tried, and there are %d", n, what, there)
	}
	return strings.Fields(names)
}

func TestCustomersAreFoundUnderEachNameAListOfThemMayHave(t *testing.T) {
	t.Parallel()
	corp := `{"id":3,"name":"C","type":"CORP"}`
	for _, name := range all(t, "lists in a customer", len(childLists), "children childCustomers customers clients companies sub_customers subClients Resellers subResellers MSPs corporates corps enterprises") {
		if customers, err := readAll(t, `[{"id":1,"type":"RESELLER","`+name+`":[`+corp+`]}]`); err != nil || tree(customers) != "1 msp under, 3 client under 1" {
			t.Errorf("%s in a customer: %s, %v", name, tree(customers), err)
		}
	}
	for _, name := range all(t, "lists", len(customerLists), "items Customers data results records value") {
		if customers, err := readAll(t, `{"`+name+`":[`+corp+`]}`); err != nil || len(customers) != 1 {
			t.Errorf("%s: %v, %v", name, customers, err)
		}
	}
	for _, name := range all(t, "wrappers", len(envelopeObjects), "Data result response") {
		if customers, err := readAll(t, `{"`+name+`":{"items":[`+corp+`],"totalCount":1}}`); err != nil || len(customers) != 1 {
			t.Errorf("%s: %v, %v", name, customers, err)
		}
	}
}

func TestLicenceObjects(t *testing.T) {
	t.Parallel()
	words := [][2]string{{"used", "total"}, {"Assigned", "COUNT"}, {"seatsUsed", "seats_total"}, {"active", "purchased"},
		{"consumed", "bought"}, {"in_use", "Quantity"}, {"devices", "purchased_licenses"}}
	names := []string{"seats"}
	for _, object := range []string{"License", "licence", "licenses", "Licences", "licensing", "licencing", "subscription", "subscriptions"} {
		for _, ending := range []string{"", "Info", "_information", "Infos", "Detail", "details", "Summary", "-usage", "data",
			"Count", "counts", "stats", "Statistics", "facts", "Status"} {
			names = append(names, object+ending)
		}
	}
	if len(names) != len(licenceObjectNames) {
		t.Errorf("%d names of objects are tried, and there are %d", len(names), len(licenceObjectNames))
	}
	for _, name := range names {
		for _, w := range words {
			for _, form := range []string{`{"id":1,"type":"CORP","%s":%s}`, `{"id":1,"type":"CORP","licensing":{"%s":%s}}`} {
				inner := `{"` + w[0] + `":3,"` + w[1] + `":4,"end_date":"2027-03-31","type":"Annual","spla":"Y","modules":["EDR"],"id":9,"name":"Gold"}`
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
		t.Errorf("12 bare names are tried, and there are %d", len(licenceMembers))
	}
}

func TestWhatNumbersTheRowsOfAnAnswerIsNoID(t *testing.T) {
	t.Parallel()
	names := all(t, "counters", len(rowNumberNames), "row rowNumber row_num index no Nr # position rank")
	for _, name := range append(names, "$type", "@odata.id", "", " ") {
		if customers, err := readAll(t, `[{"`+name+`":7,"label":"x","type":"CORP"}]`); err == nil {
			t.Errorf("%q: read %+v", name, customers)
		}
	}
	// Nor is what stands first, where the second can be no name.
	for _, text := range []string{`{"x":7,"label":5,"type":"CORP"}`, `{"x":7,"type":"CORP"}`, `{"x":7}`, `{"x":7,"seats":5,"type":"CORP"}`, `{"seats":7,"label":"x","type":"CORP"}`, `{"id":null,"label":"x","type":"CORP"}`} {
		if customers, err := readAll(t, "["+text+"]"); err == nil {
			t.Errorf("%s: read %+v", text, customers)
		}
	}
	for text, want := range map[string]string{
		`{"x":7,"name":"N","type":"CORP"}`: "7 N", `{"x":7,"label":"L","type":"CORP"}`: "7 L", `{"id":7,"label":"L","type":"CORP"}`: "7 L",
		`{"id":7,"label":5,"type":"CORP"}`: "7 7", `{"id":7,"label":"L","type":"CORP","name":null}`: "7 7", `{"id":7,"parent":"3","type":"CORP"}`: "7 7",
	} {
		if customers, err := readAll(t, "["+text+"]"); err != nil || customers[0].ExternalID+" "+customers[0].Name != want {
			t.Errorf("%s: read %+v, %v", text, customers, err)
		}
	}
}

func TestAnEnvelopeIsUnderstoodUnderEachNameOfWhatItSays(t *testing.T) {
	t.Parallel()
	// play answers what was asked, in how many calls, and how it ended, of an API that goes on with the last text.
	play := func(texts ...string) (asked []string, err error) {
		r := asking(t, func(q *http.Request) *http.Response {
			asked = append(asked, q.URL.RawQuery)
			return body(texts[min(len(asked), len(texts))-1])
		})
		_, err = r.all(t.Context())
		return asked, err
	}
	envelope := func(first int, more string) string { return `{"items":[` + corps(first, 2) + `],` + more + `}` }
	for _, name := range signsOf(signTotal,
		"totalCount total TotalItems total_records totalResults totalElements totalRows total_entries totalCustomers recordsTotal @odata.count") {
		if asked, err := play(envelope(1, `"`+name+`":4`), envelope(3, `"`+name+`":4`)); len(asked) != 2 || err != nil {
			t.Errorf("%s: asked %v, %v", name, asked, err)
		}
	}
	for _, name := range signsOf(signPages, "totalPages page_count Pages lastPage numberOfPages") {
		if asked, err := play(envelope(1, `"`+name+`":2`), envelope(3, `"`+name+`":2`)); len(asked) != 2 || err != nil {
			t.Errorf("%s: asked %v, %v", name, asked, err)
		}
	}
	for _, name := range signsOf(signNumber, "pageNumber page current_page") {
		asked, err := play(envelope(1, `"total":4,"`+name+`":7`), envelope(3, `"total":4,"`+name+`":8`))
		if len(asked) != 2 || err != nil || !strings.Contains(asked[1], "pageNumber=8") {
			t.Errorf("%s: asked %v, %v", name, asked, err)
		}
	}
	for _, name := range signsOf(signSize, "pageSize per_page itemsPerPage results_per_page limit top take first maxResults") {
		for size, want := range map[string]string{"50": "pageSize=50", "0": "pageSize=2"} {
			if asked, err := play(envelope(1, `"total":4,"`+name+`":`+size), envelope(3, `"total":4`)); err != nil || len(asked) != 2 || !strings.HasSuffix(asked[1], want) {
				t.Errorf("%s: asked %v, %v", name, asked, err)
			}
		}
	}
	for _, name := range signsOf(signNext, "nextLink @odata.nextLink odata.nextLink next next_page nextPageLink nextPageUrl next_url") {
		if asked, err := play(envelope(1, `"`+name+`":"?at=3#there"`), envelope(3, `"x":"last"`)); len(asked) != 2 || err != nil || asked[1] != "at=3" {
			t.Errorf("%s: asked %v, %v", name, asked, err)
		}
		_, err := play(envelope(1, `"`+name+`":2`))
		wantCode(t, err, portal.Incomplete)
	}
	for _, name := range signsOf(signMore,
		"hasMore has_next HasNextPage hasMoreItems hasMorePages hasMoreResults moreRecords moreResults moreAvailable "+
			"nextPageNumber remaining remaining_count truncated isTruncated partial isPartial incomplete isIncomplete") {
		_, err := play(envelope(1, `"`+name+`":true`))
		wantCode(t, err, portal.Incomplete)
	}
	for _, name := range signsOf(signToken, "nextCursor cursor continuationToken continuation next_token nextPageToken skipToken nextOffset") {
		asked, err := play(envelope(1, `"`+name+`":"abc","total":4`), envelope(3, `"total":4`))
		wantCode(t, err, portal.Incomplete)
		if len(asked) != 1 {
			t.Errorf("%s: asked %v", name, asked)
		}
	}
	for _, name := range signsOf(signOffset, "offset skip startIndex") {
		for _, more := range []string{`"x":"y"`, `"total":4`} {
			asked, err := play(envelope(1, `"`+name+`":0,`+more), envelope(3, more))
			wantCode(t, err, portal.Incomplete)
			if len(asked) != 1 {
				t.Errorf("%s: asked %v", name, asked)
			}
		}
		if _, err := play(envelope(1, `"`+name+`":0,"total":2`)); err != nil {
			t.Errorf("%s, and all are there: %v", name, err)
		}
	}
}

func TestARefusalIsQuotedFromWhereverItStands(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"message":"Why"}`, `{"errorMessage":"Why"}`, `{"ExceptionMessage":"Why"}`, `{"error":"Why"}`, `{"errors":["Why"]}`, `{"error_description":"Why"}`, `{"detail":"Why"}`, `{"title":"Why"}`,
		`{"message":null,"error":"Why"}`, `{"message":"Why","title":"Bad Request"}`, `{"error":{"code":"E7","Message":"Why","hint":"no"}}`, `{"errors":[null,{"text":"Why"},"later"]}`,
		`{"errors":{"customerId":["Why"]}}`, `[{"message":"Why"}]`, `{"status":401,"message":"Why"}`, `{"message":"Why","items":[]}`, `{"data":[],"message":"Why","total":0}`,
	} {
		_, err := readAll(t, text)
		wantCode(t, err, portal.BadKey)
		if err == nil || !strings.Contains(err.Error(), `It says: "Why".`) {
			t.Errorf("%s is told as %v", text, err)
		}
	}
	for _, text := range []string{`{"message":5}`, `{"message":true}`, `{"message":""}`, `{"message":[]}`} {
		_, err := readAll(t, text)
		wantCode(t, err, portal.Garbage)
	}
	_, err := answering(t, `{"message":"Rate limit exceeded","items":[]}`).Test(t.Context())
	wantCode(t, err, portal.RateLimited)
}

func TestACustomerThatSaysSomethingIsNoRefusal(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`[{"id":1,"type":"CORP","message":"hello","error":"none"}]`, `{"id":1,"type":"CORP","message":"hello"}`, `{"items":[{"id":1,"type":"CORP"}],"message":"Welcome","total":1}`,
	} {
		if customers, err := readAll(t, text); err != nil || len(customers) != 1 {
			t.Errorf("%s: %v, %v", text, customers, err)
		}
	}
	for _, message := range []string{"OK", "ok", "Success", "Successfully retrieved", ""} {
		if customers, err := readAll(t, `{"message":"`+message+`","items":[],"total":0}`); err != nil || len(customers) != 0 {
			t.Errorf("%s: %v, %v", message, customers, err)
		}
	}
}

func TestTroubleBesideCustomersIsNotOverlooked(t *testing.T) {
	t.Parallel()
	for _, field := range []string{
		`"error":"x"`, `"errors":["x"]`, `"errorMessage":"x"`, `"exception_message":"x"`, `"error":true`, `"errors":[7]`, `"success":false`, `"succeeded":false`, `"isSuccess":false`, `"ok":false`,
		`"status":403`, `"statusCode":"500"`, `"httpStatus":400`, `"HttpStatusCode":429`,
	} {
		_, err := readAll(t, `{`+field+`,"items":[`+corps(1, 2)+`],"total":2}`)
		wantCode(t, err, portal.Incomplete)
	}
	for _, field := range []string{
		`"error":null`, `"error":""`, `"errors":[]`, `"errors":{}`, `"error":false`, `"error":0`, `"success":true`, `"ok":true`, `"status":200`, `"status":"ok"`, `"statusCode":399`,
		`"hasMore":false`, `"hasMore":"false"`, `"hasMore":0`, `"hasMore":""`, `"nextCursor":null`, `"cursor":""`, `"next":[]`, `"next":{}`, `"next":null`,
	} {
		if customers, err := readAll(t, `{`+field+`,"items":[`+corps(1, 2)+`],"total":2}`); err != nil || len(customers) != 2 {
			t.Errorf("%s: %v, %v", field, customers, err)
		}
	}
}

func TestWhatIsSwitchedOffIsNoProduct(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`[{"name":"A","enabled":false},{"name":"B","active":false},{"name":"C","isEnabled":false},{"name":"D","is_active":false},{"name":"E","licensed":false},{"name":"F","enabled":true}]`: "F",
		`{"A":true,"B":false,"C":null,"D":0,"E":1,"F":{"until":"2027"}}`: "A,E,F",
		`["A"," A ","","\u0000",null,"B",7,{"x":1},[],"N/A"]`:            "A,B,7",
		`"A, B,,A , "`: "A,B",
		`[]`:           "", `{}`: "", `""`: "", `true`: "", `7`: "",
	} {
		customers, err := readAll(t, `[{"id":1,"type":"CORP","products":`+text+`}]`)
		if err != nil || strings.Join(customers[0].Products, ",") != want {
			t.Errorf("%s: read %q, %v", text, customers[0].Products, err)
		}
	}
	var many []string
	for i := range maxProducts + 5 {
		many = append(many, fmt.Sprintf(`"P%d"`, i))
	}
	customers, err := readAll(t, `[{"id":1,"type":"CORP","products":["`+strings.Repeat("é", maxNameLength+5)+`",`+strings.Join(many, ",")+`]}]`)
	if err != nil || len(customers[0].Products) != maxProducts || customers[0].Products[0] != strings.Repeat("é", maxNameLength) || slices.Contains(customers[0].Products, "") {
		t.Errorf("read %d products, %v", len(customers[0].Products), err)
	}
}

// signsOf are the names in the tables that mean a sign, and more spellings of some.
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
