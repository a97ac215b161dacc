package heimdal

import (
	"encoding/json"
	"strings"

	"fs-client-portal/backend/portal"
)

// find returns the value of an attribute from the paths that an admin mapped to it, else from the most reliable
// member.
func find[T any](o *object, attr attribute, read func([]byte) (T, bool)) (T, bool) {
	if value, ok := mappedValue(o, attr, read, firstOf(o, read)); ok {
		return value, true
	}
	return readByName(o, attr, read)
}

// mappedValue returns the first value that can be read at a path that an admin mapped to an attribute. Where the path
// leads through a list, all combines its values.
func mappedValue[T any](o *object, attr attribute, one func([]byte) (T, bool), all func([]member) (T, bool)) (T, bool) {
	var none T
	for i, m := range o.mapped {
		switch {
		case m.attr != attr || m.repeated && o.isMappedBefore(i):
		case m.repeated:
			if value, ok := all(o.mappedLike(m)); ok {
				return value, true
			}
		default:
			if value, ok := readMember(o, m, one); ok {
				return value, true
			}
		}
	}
	return none, false
}

// attributeOfField are the attributes that an admin can map a path to.
var attributeOfField = map[portal.CustomerField]attribute{
	portal.FieldID: attrID, portal.FieldName: attrName, portal.FieldParent: attrParent, portal.FieldType: attrType,
	portal.FieldStatusReason: attrStatus,
	portal.FieldProducts:     attrProducts, portal.FieldLicenceType: attrLicenceType, portal.FieldSPLA: attrSPLA,
	portal.FieldSeatsUsed: attrSeatsUsed, portal.FieldSeatsTotal: attrSeatsTotal, portal.FieldExpiresOn: attrExpiry,
}

var fieldOf = func() map[attribute]portal.CustomerField {
	all := map[attribute]portal.CustomerField{}
	for field, means := range attributeOfField {
		all[means] = field
	}
	return all
}()

// mapping is an admin's mapping of paths to fields, by plain path, with the prefixes of these paths.
type mapping struct {
	fields   map[string]portal.CustomerField
	prefixes map[string]bool
}

func newMapping(fields map[string]portal.CustomerField) mapping {
	d := mapping{map[string]portal.CustomerField{}, map[string]bool{}}
	for path, field := range fields {
		plain := plainName(path)
		d.fields[plain] = field
		for at := 0; at < len(plain); at++ {
			switch {
			case plain[at] == '\\':
				at++ // the next character is part of a name
			case plain[at] == '.' || strings.HasPrefix(plain[at:], "[]"):
				d.prefixes[plain[:at]] = true
			}
		}
	}
	return d
}

// coversAnyName reports whether an admin mapped all names at n together, or a path below them.
func (m mapping) coversAnyName(n *pathNode) bool {
	if len(m.fields) == 0 {
		return false
	}
	all := n.plain + "." + wildcardName
	_, decided := m.fields[all]
	return decided || m.prefixes[all]
}

// applyTo sets the attribute that an admin mapped a node to, if any.
func (m mapping) applyTo(n *pathNode) {
	n.prefix = m.prefixes[n.plain]
	field, ok := m.fields[n.plain]
	if !ok {
		return
	}
	n.mapped, n.field = true, field
	n.member.attr, n.member.flag, n.member.rank = attributeOfField[field], noFlag, 0
}

// hasMappedParent reports whether a path that an admin mapped to the parent has a value.
func (o *object) hasMappedParent() bool {
	_, ok := mappedValue(o, attrParent, readParent, firstOf(o, readParent))
	return ok
}

// isMappedBefore reports whether an earlier mapped member is at the same path.
func (o *object) isMappedBefore(i int) bool {
	for _, m := range o.mapped[:i] {
		if m.node == o.mapped[i].node {
			return true
		}
	}
	return false
}

// mappedLike returns the mapped members with the same path as one.
func (o *object) mappedLike(one member) []member {
	var found []member
	for _, m := range o.mapped {
		if m.node == one.node {
			found = append(found, m)
		}
	}
	return found
}

// firstOf returns a function that reads the first readable of several values.
func firstOf[T any](o *object, read func([]byte) (T, bool)) func([]member) (T, bool) {
	return func(members []member) (T, bool) {
		for _, m := range members {
			if value, ok := readMember(o, m, read); ok {
				return value, true
			}
		}
		var none T
		return none, false
	}
}

// sumOf returns the sum of several numbers; ok is false where one cannot be read, or there is none.
func (o *object) sumOf(members []member) (int64, bool) {
	var total int64
	has, unread := false, false
	for _, m := range members {
		n, ok := readMember(o, m, readCount)
		has = has || ok
		unread = unread || !ok && hasValue(m.value)
		total += n
	}
	return total, has && !unread && total <= maxSeats
}

// namesOf returns the product names in several values.
func namesOf(members []member) ([]string, bool) {
	var names []string
	var o object
	for _, m := range members {
		if name, on := o.productName(m.value); on {
			names = append(names, name)
		}
	}
	return distinct(names), len(names) > 0
}

// Interpret maps one customer's JSON, as it was kept, as a reader with these mapped fields does.
func (*Connector) Interpret(raw json.RawMessage, fields map[string]portal.CustomerField) (portal.Customer, error) {
	if !json.Valid(raw) {
		return portal.Customer{}, errSyntax
	}
	return readCustomer(raw, &object{paths: newPaths(newMapping(fields), "")})
}
