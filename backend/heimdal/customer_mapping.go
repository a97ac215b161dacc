package heimdal

import (
	"encoding/json"
	"strings"

	"fs-client-portal/backend/portal"
)

// find returns what read makes of the paths that an admin mapped to a meaning, or else of the surest member that has it.
func find[T any](o *object, means attribute, read func([]byte) (T, bool)) (T, bool) {
	if value, ok := mappedValue(o, means, read, firstOf(o, read)); ok {
		return value, true
	}
	return readByName(o, means, read)
}

// decision returns the first value that can be read at a path that an admin mapped to a field. Where the path goes through
// a list, all takes its values together.
func mappedValue[T any](o *object, means attribute, one func([]byte) (T, bool), all func([]member) (T, bool)) (T, bool) {
	var none T
	for i, m := range o.mapped {
		switch {
		case m.attr != means || m.repeated && o.isMappedBefore(i):
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

// meanings are what an admin can map a path to.
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

// decisions are which paths fill which fields by an admin's decision, by their plain paths; and what those begin with.
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
				at++ // what follows is part of a name
			case plain[at] == '.' || strings.HasPrefix(plain[at:], "[]"):
				d.prefixes[plain[:at]] = true
			}
		}
	}
	return d
}

// any reports whether an admin decided about all names at n together, or about what is in them.
func (d mapping) coversAnyName(n *pathNode) bool {
	if len(d.fields) == 0 {
		return false
	}
	all := n.plain + "." + wildcardName
	_, decided := d.fields[all]
	return decided || d.prefixes[all]
}

// apply gives a node the meaning that an admin decided, if any.
func (d mapping) applyTo(n *pathNode) {
	n.prefix = d.prefixes[n.plain]
	field, ok := d.fields[n.plain]
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

// same returns the decided members with the same path as one.
func (o *object) mappedLike(one member) []member {
	var found []member
	for _, m := range o.mapped {
		if m.node == one.node {
			found = append(found, m)
		}
	}
	return found
}

// firstOf reads the first of several values that can be read.
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

// sumOf adds up numbers; it is false where one cannot be read, or there is none.
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

// namesOf are the names of products in several values.
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

// Interpret reads one customer's JSON, as it was kept, as a reader with these paths for fields would.
func (*Connector) Interpret(raw json.RawMessage, fields map[string]portal.CustomerField) (portal.Customer, error) {
	return readCustomer(raw, &object{paths: newPaths(newMapping(fields), "")})
}
