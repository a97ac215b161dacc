package heimdal

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"fs-client-portal/backend/portal"
)

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

// aliases is the one table of the names a field may have, the surest first, without case, spaces and separators. Names
// inside seats, licenses or subscription are read as if they stood outside with that word before them. Created is
// named only so that no other field takes it for its own; the portal keeps its own first sight of a customer.
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

// known is aliases the other way round.
var known = func() map[string]meaning {
	all := map[string]meaning{}
	for means, names := range aliases {
		for _, name := range names {
			all[name] = means
		}
	}
	return all
}()

// inward are the objects whose members count as the customer's own.
var inward = map[string]bool{"seats": true, "licenses": true, "licences": true, "license": true, "licence": true, "subscription": true}

// plain strips a name of case and separators: seats_used, SeatsUsed and "Seats used" are one.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

type member struct {
	key   string
	value json.RawMessage
}

// object is a customer's members in their own order, and by key; of equal keys the first counts.
type object struct {
	members []member
	byKey   map[string]json.RawMessage
}

const (
	deepest     = 64
	longestID   = 200
	longestName = 400
	longestType = 64
	heaviest    = 1 << 20
	// mostSeats is beyond any licence; a larger number is no count.
	mostSeats = 1 << 40
)

// readCustomer reads one customer, keeping its JSON to the letter. It is an *portal.CallError of portal.Garbage if raw is no object,
// has no id, or is nested or large beyond reason.
func readCustomer(raw json.RawMessage) (portal.Customer, error) {
	if !utf8.Valid(raw) {
		raw = bytes.ToValidUTF8(raw, []byte("\uFFFD"))
	}
	if len(raw) > heaviest {
		return portal.Customer{}, errorf(portal.Oversized, "One customer in the answer is larger than the portal accepts.")
	}
	if tooDeep(raw) {
		return portal.Customer{}, errorf(portal.Garbage, "A customer in the answer is nested too deep.")
	}
	o, err := readObject(raw)
	if err != nil {
		return portal.Customer{}, err
	}
	id := o.id()
	if id == "" || len(id) > longestID {
		return portal.Customer{}, errorf(portal.Garbage, "The answer holds a customer without an id.")
	}
	return portal.Customer{
		ExternalID: id,
		ParentID:   first(o, meansParent, readParent),
		Name:       o.name(id),
		Type:       cut(first(o, meansType, readText), longestType),
		Products:   first(o, meansProducts, readProducts),
		SeatsUsed:  pointer(o, meansSeatsUsed, readCount),
		SeatsTotal: pointer(o, meansSeatsTotal, readCount),
		ExpiresOn:  pointer(o, meansExpiry, readDate),
		Raw:        raw,
	}, nil
}

// tooDeep reports nesting that a database might not read again.
func tooDeep(raw []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch b := raw[i]; {
		case quoted && b == '\\':
			i++
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '{' || b == '[':
			if depth++; depth > deepest {
				return true
			}
		case b == '}' || b == ']':
			depth--
		}
	}
	return false
}

func readObject(raw json.RawMessage) (*object, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, errorf(portal.Garbage, "The answer holds something that is no customer.")
	}
	o := &object{byKey: map[string]json.RawMessage{}}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		text, _ := name.(string)
		o.put(plain(text), value)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	return o, nil
}

func (o *object) put(key string, value json.RawMessage) {
	o.members = append(o.members, member{key, value})
	o.set(key, value)
	if !inward[key] || value[0] != '{' {
		return
	}
	if inner, err := readObject(value); err == nil {
		for _, m := range inner.members {
			o.set(key+m.key, m.value)
		}
	}
}

func (o *object) set(key string, value json.RawMessage) {
	if _, taken := o.byKey[key]; !taken {
		o.byKey[key] = value
	}
}

// find answers the surest member of a meaning that read can make something of.
func find[T any](o *object, means meaning, read func(json.RawMessage) (T, bool)) (T, bool) {
	for _, name := range aliases[means] {
		if value, ok := read(o.byKey[name]); ok {
			return value, true
		}
	}
	var none T
	return none, false
}

func first[T any](o *object, means meaning, read func(json.RawMessage) (T, bool)) T {
	value, _ := find(o, means, read)
	return value
}

func pointer[T any](o *object, means meaning, read func(json.RawMessage) (T, bool)) *T {
	if value, ok := find(o, means, read); ok {
		return &value
	}
	return nil
}

// id answers the customer's id: under one of its names, else, as a last resort, its first value if that has no other
// meaning. A name that is there but empty leaves no room for guesses.
func (o *object) id() string {
	if id, ok := find(o, meansID, readID); ok {
		return id
	}
	if o.has(meansID) || len(o.members) < 2 || known[o.members[0].key] != meansNothing {
		return ""
	}
	id, _ := readID(o.members[0].value)
	return id
}

// name answers the customer's name likewise, by position its second value, and else its id.
func (o *object) name(id string) string {
	name, ok := find(o, meansName, readText)
	if !ok && !o.has(meansName) && len(o.members) > 1 && known[o.members[1].key] == meansNothing && o.members[1].value[0] == '"' {
		name, _ = readText(o.members[1].value)
	}
	if name == "" {
		return id
	}
	return cut(name, longestName)
}

func (o *object) has(means meaning) bool {
	for _, m := range o.members {
		if known[m.key] == means {
			return true
		}
	}
	return false
}

// readText reads a string or a number that says something; null, "", "N/A" and the like do not.
func readText(value json.RawMessage) (string, bool) {
	if len(value) == 0 {
		return "", false
	}
	text := string(value)
	switch value[0] {
	case '"':
		if json.Unmarshal(value, &text) != nil {
			return "", false
		}
	case '{', '[', 't', 'f', 'n':
		return "", false
	}
	text = strings.TrimSpace(strings.ReplaceAll(text, "\x00", ""))
	switch strings.ToLower(text) {
	case "", "null", "n/a", "-":
		return "", false
	}
	return text, true
}

// readID reads an id so that 17, "17" and 17.0 are one.
func readID(value json.RawMessage) (string, bool) {
	text, ok := readText(value)
	if ok && value[0] != '"' {
		if n, whole := wholeNumber(text); whole {
			return strconv.FormatInt(n, 10), true
		}
	}
	return text, ok
}

// readParent reads an id, or the id of an object.
func readParent(value json.RawMessage) (string, bool) {
	if len(value) == 0 || value[0] != '{' {
		return readID(value)
	}
	inner, err := readObject(value)
	if err != nil {
		return "", false
	}
	return find(inner, meansID, readID)
}

// readCount reads a whole number that is not negative, also from a string; "unlimited" and -1 are no count.
func readCount(value json.RawMessage) (int64, bool) {
	text, ok := readText(value)
	if !ok {
		return 0, false
	}
	n, whole := wholeNumber(text)
	return n, whole && n >= 0 && n <= mostSeats
}

func wholeNumber(text string) (int64, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// readProducts reads names: from an array of them or of objects that have one, from an object of switches, or from a
// string with commas.
func readProducts(value json.RawMessage) ([]string, bool) {
	if len(value) == 0 {
		return nil, false
	}
	var names []string
	switch value[0] {
	case '[':
		names = productList(value)
	case '{':
		names = productSwitches(value)
	case '"':
		text, _ := readText(value)
		for name := range strings.SplitSeq(text, ",") {
			names = append(names, strings.TrimSpace(name))
		}
	default:
		return nil, false
	}
	return distinct(names), true
}

func productList(value json.RawMessage) []string {
	var elements []json.RawMessage
	if json.Unmarshal(value, &elements) != nil {
		return nil
	}
	var names []string
	for _, element := range elements {
		if text, ok := readText(element); ok {
			names = append(names, text)
		} else if o, err := readObject(element); err == nil && o.on() {
			names = append(names, first(o, meansName, readText))
		}
	}
	return names
}

// on reports whether an object in a list of products is not switched off.
func (o *object) on() bool {
	for _, name := range []string{"enabled", "active", "isenabled", "isactive", "licensed"} {
		if string(o.byKey[name]) == "false" {
			return false
		}
	}
	return true
}

func productSwitches(value json.RawMessage) []string {
	decoder := json.NewDecoder(bytes.NewReader(value))
	if _, err := decoder.Token(); err != nil {
		return nil
	}
	var names []string
	for decoder.More() {
		name, err := decoder.Token()
		var state json.RawMessage
		if err != nil || decoder.Decode(&state) != nil {
			return nil
		}
		text, _ := name.(string)
		if off := string(state); off != "false" && off != "null" && off != "0" {
			names = append(names, text)
		}
	}
	return names
}

// distinct drops what is empty or there before, keeping the order.
func distinct(names []string) []string {
	kept, seen := []string{}, map[string]bool{}
	for _, name := range names {
		name = cut(strings.TrimSpace(strings.ReplaceAll(name, "\x00", "")), longestName)
		if name != "" && !seen[name] {
			kept, seen[name] = append(kept, name), true
		}
	}
	return kept
}
