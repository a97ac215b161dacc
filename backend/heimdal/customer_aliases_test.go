package heimdal

import (
	"fmt"
	"strings"
	"testing"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

func TestAliases(t *testing.T) {
	t.Parallel()
	t.Run("each_name", testAliasesEachName)
	t.Run("creation_date_fills_nothing", testAliasesCreationDateFillsNothing)
	t.Run("row_numbers_are_not_ids", testAliasesRowNumbersAreNotIds)
}

func testAliasesEachName(t *testing.T) {
	t.Parallel()
	for attr := attrID; attr < attrCreated; attr++ {
		names := strings.Fields(aliasTable[attr])
		if len(names) != len(aliases[attr]) {
			t.Errorf("tried %d names of attribute %d, want %d", len(names), attr, len(aliases[attr]))
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
			if err != nil || fieldText(customers[0], attr) != want {
				t.Errorf("%s: %+v, error %v; want %v", name, customers, err, want)
			}
		}
		_, want := sample(0)
		customers, err := readAll(t, write(`,"note":true`+all))
		if err != nil || fieldText(customers[0], attr) != want {
			t.Errorf("all names of attribute %d at once: got %+v, error %v, want the first name", attr, customers, err)
		}
	}
}

func testAliasesCreationDateFillsNothing(t *testing.T) {
	t.Parallel()
	names := strings.Fields(aliasTable[attrCreated])
	if len(names) != len(aliases[attrCreated]) {
		t.Errorf("tried %d names, want %d", len(names), len(aliases[attrCreated]))
	}
	for _, name := range names {
		_, err := readAll(t, `[{"`+name+`":1806451200,"label":"x","type":"CORP"}]`)
		wantCode(t, err, connector.Unmapped)
		if customers, err := readAll(t, `[{"ref":5,"`+name+`":"2024-01-02","type":"CORP"}]`); err == nil {
			t.Errorf("%s: got %+v", name, customers)
		}
	}
}

func testAliasesRowNumbersAreNotIds(t *testing.T) {
	t.Parallel()
	names := all(t, "counters", len(rowNumberNames), "row rowNumber row_num index no Nr # position rank")
	for _, name := range append(names, "$type", "@odata.id", "", " ") {
		if customers, err := readAll(t, `[{"`+name+`":7,"label":"x","type":"CORP"}]`); err == nil {
			t.Errorf("%q: got %+v", name, customers)
		}
	}
	// The first value is not an id where the second one cannot be a name.
	for _, text := range []string{`{"x":7,"label":5,"type":"CORP"}`, `{"x":7,"type":"CORP"}`, `{"x":7}`,
		`{"x":7,"seats":5,"type":"CORP"}`, `{"seats":7,"label":"x","type":"CORP"}`, `{"id":null,"label":"x","type":"CORP"}`} {
		if customers, err := readAll(t, "["+text+"]"); err == nil {
			t.Errorf("%s: got %+v", text, customers)
		}
	}
	for text, want := range map[string]string{
		`{"x":7,"name":"N","type":"CORP"}`: "7 N", `{"x":7,"label":"L","type":"CORP"}`: "7 L", `{"id":7,"label":"L",` +
			`"type":"CORP"}`: "7 L",
		`{"id":7,"label":5,"type":"CORP"}`: "7 7", `{"id":7,"label":"L","type":"CORP","name":null}`: "7 7", `{"id":7,"parent":"3",` +
			`"type":"CORP"}`: "7 7",
	} {
		if customers, err := readAll(t, "["+text+"]"); err != nil || customers[0].ExternalID+" "+customers[0].Name != want {
			t.Errorf("%s: got %+v, error %v; want %v", text, customers, err, want)
		}
	}
}

// aliasTable lists each name of an attribute as a system may write it, the most reliable first.
var aliasTable = map[attribute]string{
	attrID:   "id customer_id clientId CompanyID tenant-id accountId OrganizationId CUSTOMER_NUMBER",
	attrName: "name customerName company_name ClientName display-name organizationName Company customer",
	attrType: "type customerType account_type TenantType company-type clientType KIND",
	attrParent: "resellerId Reseller reseller_customer_id mspId parentResellerId parent_id ParentCustomerId parent parent-account-id " +
		"parentTenantId",
	attrSeatsUsed: figureNamesWith("used") + figureNamesWith("active") + figureNamesWith("assigned") + figureNamesWith("consumed") +
		" subscriptionUsed activeDevices active_device_count devices-active deviceCount devices_count NumberOfDevices " +
		"devicesTotal TOTAL_DEVICES devices Active",
	attrSeatsTotal: figureNamesWith("purchased") + figureNamesWith("total") + figureNamesWith("bought") +
		" seatCount Seats seats_count numberOfSeats maxSeats licenses LICENSES_COUNT numberOfLicenses max_licenses Licences " +
		"licencesCount number_of_licences maxLicences licenseCount licence_count" +
		" subscriptionTotal",
	attrExpiry: "expirationDate expiry_date ExpiresAt expiresOn expires Expiration expiry expireDate licenseExpirationDate " +
		"licence_expiration_date LicenseExpiryDate " +
		"licenceExpiryDate license_expiration licenceExpiration LicenseExpiry licenceExpiry licensesExpirationDate licenses_expiry " +
		"licenseExpiresAt LicenseEndDate licenceEndDate " +
		"subscription_end_date subscriptionExpirationDate validUntil valid_to EndDate",
	attrProducts: "products Modules components licensed_modules licensedProducts activeModules enabled-modules services",
	attrLicenceType: "license_type licenseModel licenceType LICENCE_MODEL licenses-type licensesModel licencesType " +
		"licencesModel licensingType LicensingModel licencingType licencing_model " +
		"subscriptionType subscriptionModel subscriptions_type SubscriptionsModel",
	attrSPLA: "spla isSpla spla_license splaLicence IsSPLALicense isSplaLicence splaLicensed spla_licenced " +
		"SplaEnabled hasSPLA SPLA_Customer isSplaCustomer",
	attrCreated: "createdDate created_at CreatedOn created creationDate date_added createdDateUtc",
}

// figureNamesWith returns the names of a licence count with an adjective as a system may write them.
func figureNamesWith(so string) string {
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

// fieldText returns a customer's field of an attribute as text.
func fieldText(c portal.Customer, attr attribute) string {
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
		return countText(c.SeatsUsed)
	case attrSeatsTotal:
		return countText(c.SeatsTotal)
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

func countText(n *int64) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

// all returns names as a list. The test fails where a table has another number of names.
func all(t *testing.T, what string, there int, names string) []string {
	t.Helper()
	if n := len(strings.Fields(names)); n != there {
		t.Errorf("tried %d names of %s, want %d", n, what, there)
	}
	return strings.Fields(names)
}
