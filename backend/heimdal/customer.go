package heimdal

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

// isCustomer reports whether the object has an id, and a type or a name.
func (o *object) isCustomer() bool {
	return o.has(attrID) && (o.has(attrType) || o.has(attrName))
}

// readCustomer maps a customer's well-formed JSON to a customer and keeps the JSON. The error is a *connector.CallError
// if raw is not UTF-8, has two different values for one field, or has no id. The object may be used again.
func readCustomer(raw []byte, o *object) (portal.Customer, error) {
	if !utf8.Valid(raw) {
		return portal.Customer{}, errEncoding
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
		return portal.Customer{}, errorf(connector.Garbage, "The customer %s has two different values named %q, and the portal "+
			"cannot know which is true. Tell %s's support.", redact(id, o.secret), oneLine(name), product)
	}
	c := o.customer(id)
	c.Raw = clean(bytes.Clone(raw))
	return c, nil
}

// customer returns the customer with this id that the object's members describe.
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

// kindOf returns MSP for a reseller. Every other type, also an unknown one, is a client, shown with the type as sent,
// so that no customer is lost because of an unknown type.
func kindOf(customerType string) portal.CustomerKind {
	if strings.EqualFold(customerType, typeReseller) {
		return portal.KindMSP
	}
	return portal.KindClient
}

// id returns the customer's id: the value of one of the names for it, else, as a last resort, the first value, if it
// has no other attribute and the second one can be the name. If a name for the id is present but empty, there is no
// guess.
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

// name returns the customer's name: the value of one of the names for it, else the second value, else its id.
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

// hasAttribute reports whether a member has an attribute, by its name or by an admin's mapping.
func (m member) hasAttribute() bool {
	return m.attr != attrNone || m.node != nil && m.node.mapped
}

// isRowNumber reports whether a member numbers the elements of a response, or describes them.
func (m member) isRowNumber() bool {
	return m.plain == "" || rowNumberNames[m.plain] || m.plain[0] == '$' || m.plain[0] == '@'
}

const (
	maxIDLength          = 200
	maxNameLength        = 400
	maxTypeLength        = 64
	maxLicenceTypeLength = 100
	maxMembers           = 2000
	// maxLicenceDepth is how deep licence objects in licence objects are read.
	maxLicenceDepth = 2
)
