package heimdal

import (
	"slices"
)

// aliases is the one table of the names a field may have, the surest first, without case, spaces and separators. Names of
// licence figures are combined from the words they consist of. Names of the creation date are listed only so that no
// other field matches them; the portal keeps the time it first saw a customer. The names of a status are in signs.
var aliases = map[attribute][]string{
	attrID:   {"id", "customerid", "clientid", "companyid", "tenantid", "accountid", "organizationid", "customernumber"},
	attrName: {"name", "customername", "companyname", "clientname", "displayname", "organizationname", "company", "customer"},
	attrType: {"type", "customertype", "accounttype", "tenanttype", "companytype", "clienttype", "kind"},
	attrParent: {"resellerid", "reseller", "resellercustomerid", "mspid", "parentresellerid", "parentid", "parentcustomerid", "parent",
		"parentaccountid", "parenttenantid"},
	attrSeatsUsed: slices.Concat(
		figureNames("used"), figureNames("active"), figureNames("assigned"), figureNames("consumed"),
		[]string{"subscriptionused", "activedevices", "activedevicecount", "devicesactive", "devicecount",
			"devicescount", "numberofdevices",
			"devicestotal", "totaldevices", "devices", "active"},
	),
	attrSeatsTotal: slices.Concat(
		figureNames("purchased"), figureNames("total"), figureNames("bought"), countNames(),
		[]string{"subscriptiontotal"},
	),
	attrExpiry: {"expirationdate", "expirydate", "expiresat", "expireson", "expires", "expiration", "expiry",
		"expiredate", "licenseexpirationdate", "licenceexpirationdate",
		"licenseexpirydate", "licenceexpirydate", "licenseexpiration", "licenceexpiration", "licenseexpiry",
		"licenceexpiry", "licensesexpirationdate", "licensesexpiry",
		"licenseexpiresat", "licenseenddate", "licenceenddate", "subscriptionenddate", "subscriptionexpirationdate",
		"validuntil", "validto", "enddate"},
	attrProducts: {"products", "modules", "components", "licensedmodules", "licensedproducts", "activemodules",
		"enabledmodules", "services"},
	attrLicenceType: combine(licenceObjects, []string{"type", "model"}),
	attrSPLA: {"spla", "isspla", "splalicense", "splalicence", "issplalicense", "issplalicence", "splalicensed",
		"splalicenced", "splaenabled",
		"hasspla", "splacustomer", "issplacustomer"},
	attrCreated: {"createddate", "createdat", "createdon", "created", "creationdate", "dateadded", "createddateutc"},
}

// licences are the names of what a customer buys, licenceObjects the objects and lists that keep facts about them.
var (
	licenceNouns   = []string{"seats", "licenses", "licences", "license", "licence"}
	licenceObjects = []string{"license", "licence", "licenses", "licences", "licensing", "licencing", "subscription", "subscriptions"}
)

// figures returns the names of a number of licences with an adjective: usedSeats, seatsUsed, usedLicenseCount and the like.
func figureNames(so string) []string {
	var names []string
	for _, what := range licenceNouns {
		names = append(names, what+so, so+what)
	}
	for _, what := range append([]string{"seat"}, licenceNouns...) {
		names = append(names, so+what+"count", what+so+"count", what+"count"+so, "numberof"+so+what)
	}
	return names
}

// counted returns the names of a number of licences without an adjective.
func countNames() []string {
	names := []string{"seatcount"}
	for _, what := range licenceNouns[:3] {
		names = append(names, what, what+"count", "numberof"+what, "max"+what)
	}
	return append(names, "licensecount", "licencecount")
}

// pairs returns all names made of one of the first words and one of the last.
func combine(first, last []string) []string {
	var names []string
	for _, b := range last {
		for _, a := range first {
			names = append(names, a+b)
		}
	}
	return names
}

// inward are the objects whose members count as the customer's own, by the name they are read as: members count under both
// names together, and licence facts also under their own.
var licenceObjectNames = func() map[string]string {
	endings := []string{
		"", "info", "information", "infos", "detail", "details", "summary", "usage", "data", "count", "counts", "stats", "statistics",
		"facts", "status",
	}
	all := map[string]string{"seats": "seats"}
	for _, object := range licenceObjects {
		for _, ending := range endings {
			all[object+ending] = object
		}
	}
	return all
}()

// bare are the names that mean a field by themselves inside an inward object.
var licenceMembers = map[string]attribute{
	"used": attrSeatsUsed, "assigned": attrSeatsUsed, "active": attrSeatsUsed, "consumed": attrSeatsUsed, "inuse": attrSeatsUsed,
	"total": attrSeatsTotal, "count": attrSeatsTotal, "purchased": attrSeatsTotal, "bought": attrSeatsTotal,
	"quantity": attrSeatsTotal,
	"type":     attrLicenceType, "model": attrLicenceType,
}

// within are the names of a list of customers inside the customer they are under.
var childLists = map[string]bool{
	"children": true, "childcustomers": true, "customers": true, "clients": true, "companies": true,
	"subcustomers": true, "subclients": true,
	"resellers": true, "subresellers": true, "msps": true, "corporates": true, "corps": true, "enterprises": true,
}

// lists are where an envelope keeps its customers, wrappers what it may be wrapped in.
var (
	customerLists   = map[string]bool{"items": true, "customers": true, "data": true, "results": true, "records": true, "value": true}
	envelopeObjects = map[string]bool{"data": true, "result": true, "response": true}
)

// counters are names of a first member that numbers the rows of an answer and so is not an id.
var rowNumberNames = map[string]bool{"row": true, "rownumber": true, "rownum": true, "index": true, "no": true, "nr": true,
	"#": true, "position": true, "rank": true}
