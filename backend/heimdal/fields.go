package heimdal

import "strings"

// meaning is what a member of a customer's JSON fills.
type meaning int

const (
	meansNothing meaning = iota
	meansID
	meansName
	meansType
	meansParent
	meansSeatsUsed
	meansSeatsTotal
	meansExpiry
	meansProducts
	meansCreated
)

// aliases is the one table of the names a field may have, the surest first, without case, spaces and separators.
// Created is named only so that no other field takes it for its own; the portal keeps its own first sight of a customer.
var aliases = map[meaning][]string{
	meansID:     {"id", "customerid", "clientid", "companyid", "tenantid", "accountid", "organizationid", "customernumber"},
	meansName:   {"name", "customername", "companyname", "clientname", "displayname", "organizationname", "company", "customer"},
	meansType:   {"type", "customertype", "accounttype", "tenanttype", "companytype", "clienttype", "kind"},
	meansParent: {"resellerid", "reseller", "resellercustomerid", "mspid", "parentresellerid", "parentid", "parentcustomerid", "parent", "parentaccountid", "parenttenantid"},
	meansSeatsUsed: {"seatsused", "usedseats", "licensesused", "licencesused", "licenseused", "licenceused", "usedlicenses", "usedlicences",
		"usedlicensecount", "consumedlicenses", "assignedlicenses", "subscriptionused"},
	meansSeatsTotal: {"seatstotal", "totalseats", "seats", "seatcount", "licensestotal", "licencestotal", "licensetotal", "licencetotal", "totallicenses", "totallicences",
		"licensecount", "licencecount", "licensescount", "licencescount", "numberoflicenses", "numberoflicences", "maxlicenses", "licenses", "licences", "subscriptiontotal"},
	meansExpiry: {"expirationdate", "expirydate", "expiresat", "expireson", "expires", "expiration", "expiry", "expiredate", "licenseexpirationdate", "licenceexpirationdate",
		"licenseexpirydate", "licenceexpirydate", "licenseexpiration", "licenceexpiration", "licenseexpiry", "licenceexpiry", "licensesexpirationdate", "licensesexpiry",
		"licenseexpiresat", "licenseenddate", "licenceenddate", "subscriptionenddate", "subscriptionexpirationdate", "validuntil", "validto", "enddate"},
	meansProducts: {"products", "modules", "components", "licensedmodules", "licensedproducts", "activemodules", "enabledmodules", "services"},
	meansCreated:  {"createddate", "createdat", "createdon", "created", "creationdate", "dateadded", "createddateutc"},
}

// inward are the objects whose members count as the customer's own: under both words together, and seats and dates also
// under their own.
var inward = map[string]bool{"seats": true, "licenses": true, "licences": true, "license": true, "licence": true, "subscription": true}

// bare are the names that need no other beside them inside an inward object.
var bare = map[string]meaning{"used": meansSeatsUsed, "assigned": meansSeatsUsed, "total": meansSeatsTotal, "count": meansSeatsTotal}

// within are the names of a list of customers inside the customer they are under.
var within = map[string]bool{
	"children": true, "childcustomers": true, "customers": true, "clients": true, "companies": true, "subcustomers": true, "subclients": true,
	"resellers": true, "subresellers": true, "corporates": true, "corps": true, "enterprises": true,
}

// lists are where an envelope keeps its customers, wrappers what it may be wrapped in.
var (
	lists    = map[string]bool{"items": true, "customers": true, "data": true, "results": true, "records": true, "value": true}
	wrappers = map[string]bool{"data": true, "result": true, "response": true}
)

// counters are first members that number the rows of an answer, and so are no id.
var counters = map[string]bool{"row": true, "rownumber": true, "rownum": true, "index": true, "no": true, "nr": true, "#": true, "position": true, "rank": true}

// word is what a name is once it is stripped of case and separators, and what it means.
type word struct {
	plain string
	means meaning
	rank  int // among the aliases of its meaning; the least is the surest
}

var known = func() map[string]word {
	all := map[string]word{}
	for means, names := range aliases {
		for rank, name := range names {
			all[name] = word{name, means, rank}
		}
	}
	return all
}()

// meaningOf reads a name: seats_used, SeatsUsed and "Seats used" are one.
func meaningOf(name string) word {
	plain := strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(name))
	if w, ok := known[plain]; ok {
		return w
	}
	return word{plain: plain}
}

// afterAll ranks what is found inside an inward object below what stands beside it.
const afterAll = 1000

// inside reads a name inside the inward object outer.
func inside(outer, name string) word {
	inner := meaningOf(name)
	if w, ok := known[outer+inner.plain]; ok {
		w.rank += afterAll
		return w
	}
	if means, ok := bare[inner.plain]; ok {
		return word{inner.plain, means, 2 * afterAll}
	}
	switch inner.means {
	case meansSeatsUsed, meansSeatsTotal, meansExpiry:
		inner.rank += 2 * afterAll
		return inner
	}
	return word{plain: inner.plain}
}
