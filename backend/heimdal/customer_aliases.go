package heimdal

import (
	"slices"
)

// aliases lists the names of each attribute, the most reliable first, in lower case and without spaces and separators.
// Names of licence counts are combined from the words they consist of. Names of the creation date are listed only so
// that no other attribute matches them: the portal keeps the time when it first saw a customer. The names of a status
// are in flagNames.
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

// licenceNouns are what a customer buys, licenceObjects the names of objects and lists of facts about it.
var (
	licenceNouns   = []string{"seats", "licenses", "licences", "license", "licence"}
	licenceObjects = []string{"license", "licence", "licenses", "licences", "licensing", "licencing", "subscription", "subscriptions"}
)

// figureNames returns the names of a licence count with an adjective: usedSeats, seatsUsed, usedLicenseCount and so
// on.
func figureNames(adjective string) []string {
	var names []string
	for _, noun := range licenceNouns {
		names = append(names, noun+adjective, adjective+noun)
	}
	for _, noun := range append([]string{"seat"}, licenceNouns...) {
		names = append(names, adjective+noun+"count", noun+adjective+"count", noun+"count"+adjective, "numberof"+adjective+noun)
	}
	return names
}

// countNames returns the names of a licence count without an adjective.
func countNames() []string {
	names := []string{"seatcount"}
	for _, noun := range licenceNouns[:3] {
		names = append(names, noun, noun+"count", "numberof"+noun, "max"+noun)
	}
	return append(names, "licensecount", "licencecount")
}

// combine returns all names made of one of the first words and one of the last.
func combine(first, last []string) []string {
	var names []string
	for _, b := range last {
		for _, a := range first {
			names = append(names, a+b)
		}
	}
	return names
}

// licenceObjectNames maps the names of objects whose members count as the customer's own to their short form. A member
// is looked up under both names together, and a licence fact also under its own.
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

// licenceMembers are the names that have an attribute only within a licence object.
var licenceMembers = map[string]attribute{
	"used": attrSeatsUsed, "assigned": attrSeatsUsed, "active": attrSeatsUsed, "consumed": attrSeatsUsed, "inuse": attrSeatsUsed,
	"total": attrSeatsTotal, "count": attrSeatsTotal, "purchased": attrSeatsTotal, "bought": attrSeatsTotal,
	"quantity": attrSeatsTotal,
	"type":     attrLicenceType, "model": attrLicenceType,
}

// childLists are the names of a list of customers within the customer that they are under.
var childLists = map[string]bool{
	"children": true, "childcustomers": true, "customers": true, "clients": true, "companies": true,
	"subcustomers": true, "subclients": true,
	"resellers": true, "subresellers": true, "msps": true, "corporates": true, "corps": true, "enterprises": true,
}

// customerLists are the names of an envelope's list of customers, envelopeObjects the names of an object around it.
var (
	customerLists   = map[string]bool{"items": true, "customers": true, "data": true, "results": true, "records": true, "value": true}
	envelopeObjects = map[string]bool{"data": true, "result": true, "response": true}
)

// rowNumberNames are the names of a first member that numbers the elements of a response, so that it is not an id.
var rowNumberNames = map[string]bool{"row": true, "rownumber": true, "rownum": true, "index": true, "no": true, "nr": true,
	"#": true, "position": true, "rank": true}
