package heimdal

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"fs-client-portal/backend/portal"
)

// readCustomer reads a customer from its own JSON, which is kept. It is a *portal.CallError if raw is not well-formed,
// says one thing twice, or has no id. The object may be used again.
func readCustomer(raw []byte, o *object) (portal.Customer, error) {
	if !utf8.Valid(raw) {
		return portal.Customer{}, errEncoding
	}
	if !json.Valid(raw) {
		return portal.Customer{}, errSyntax
	}
	if err := o.read(raw); err != nil {
		return portal.Customer{}, err
	}
	id := o.id()
	switch {
	case id == "":
		return portal.Customer{}, errNoID
	case len(id) > maxIDLength:
		return portal.Customer{}, errLongID
	}
	if name, twice := o.contradiction(); twice {
		return portal.Customer{}, errorf(portal.Garbage, "The customer %s has two different values named %q, and the portal cannot know which is true. Tell Heimdal's support.", redact(id, o.secret), oneLine(name))
	}
	c := o.customer(id)
	c.Raw = clean(bytes.Clone(raw))
	return c, nil
}

// customer returns the customer that o is, with this id.
func (o *object) customer(id string) portal.Customer {
	kind := valueOf(o, attrType, readText)
	return portal.Customer{
		Kind:         kindOf(kind),
		ExternalID:   id,
		ParentID:     valueOf(o, attrParent, readParent),
		Name:         o.name(id),
		Type:         cut(kind, maxTypeLength),
		StatusReason: o.statusReason(),
		Products:     o.products(),
		LicenceType:  o.licenceType(),
		SPLA:         pointerTo(o, attrSPLA, readYesNo),
		SeatsUsed:    o.seats(attrSeatsUsed),
		SeatsTotal:   o.seats(attrSeatsTotal),
		ExpiresOn:    o.expiry(),
	}
}

// kindOf takes RESELLER for an MSP; CORP and every type we do not know is kept as a client and shown under the type's
// own word, so that nobody disappears for a word we have not met.
func kindOf(customerType string) portal.CustomerKind {
	if strings.EqualFold(customerType, "RESELLER") {
		return portal.KindMSP
	}
	return portal.KindClient
}

// id answers the customer's id: under one of its names, else, as a last resort, its first value, if that has no other
// meaning and the second can be the name. A name that is there but empty leaves no room for guesses.
func (o *object) id() string {
	if id, ok := find(o, attrID, readID); ok {
		return id
	}
	if o.has(attrID) || o.ownCount < 2 || o.members[0].hasAttribute() || o.members[0].isRowNumber() {
		return ""
	}
	if second := o.members[1]; second.attr != attrName && (second.hasAttribute() || second.value[0] != '"') {
		return ""
	}
	id, _ := readID(o.members[0].value)
	o.members[0].node.markFilled(attrID)
	return id
}

// name answers the customer's name likewise, by position its second value, and else its id.
func (o *object) name(id string) string {
	name, ok := find(o, attrName, readText)
	if !ok && !o.has(attrName) && o.ownCount > 1 && !o.members[1].hasAttribute() && o.members[1].value[0] == '"' {
		name, _ = readText(o.members[1].value)
		o.members[1].node.markFilled(attrName)
	}
	if name == "" {
		return id
	}
	return cut(name, maxNameLength)
}

// taken reports whether a member means something, by its name or by an admin's decision.
func (m member) hasAttribute() bool {
	return m.attr != attrNone || m.node != nil && m.node.mapped
}

// counts reports whether a member numbers the rows of an answer, or describes them.
func (m member) isRowNumber() bool {
	return m.plain == "" || rowNumberNames[m.plain] || m.plain[0] == '$' || m.plain[0] == '@'
}

const (
	maxIDLength          = 200
	maxNameLength        = 400
	maxTypeLength        = 64
	maxLicenceTypeLength = 100
	maxMembers           = 2000
	// inwards is how deep licence objects are read in each other.
	maxLicenceDepth = 2
)
