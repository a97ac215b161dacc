package heimdal

import (
	"encoding/json"
	"strings"

	"fs-client-portal/backend/portal"
)

// meanings are what an admin can map a path to.
var meanings = map[portal.CustomerField]meaning{
	portal.FieldID: meansID, portal.FieldName: meansName, portal.FieldParent: meansParent, portal.FieldType: meansType,
	portal.FieldStatusReason: meansStatus,
	portal.FieldProducts:     meansProducts, portal.FieldLicenceType: meansLicenceType, portal.FieldSPLA: meansSPLA,
	portal.FieldSeatsUsed: meansSeatsUsed, portal.FieldSeatsTotal: meansSeatsTotal, portal.FieldExpiresOn: meansExpiry,
}

var fieldOf = func() map[meaning]portal.CustomerField {
	all := map[meaning]portal.CustomerField{}
	for field, means := range meanings {
		all[means] = field
	}
	return all
}()

// decisions are which paths fill which fields by an admin's decision, by their plain paths; and what those begin with.
type decisions struct {
	fields   map[string]portal.CustomerField
	prefixes map[string]bool
}

func newDecisions(fields map[string]portal.CustomerField) decisions {
	d := decisions{map[string]portal.CustomerField{}, map[string]bool{}}
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
func (d decisions) any(n *node) bool {
	if len(d.fields) == 0 {
		return false
	}
	all := n.plain + "." + anyName
	_, decided := d.fields[all]
	return decided || d.prefixes[all]
}

// apply gives a node the meaning that an admin decided, if any.
func (d decisions) apply(n *node) {
	n.prefix = d.prefixes[n.plain]
	field, ok := d.fields[n.plain]
	if !ok {
		return
	}
	n.decided, n.field = true, field
	n.word.means, n.word.sign, n.word.rank = meanings[field], noSign, 0
}

// decision returns the first value that can be read at a path that an admin mapped to a field. Where the path goes through
// a list, all takes its values together.
func decision[T any](o *object, means meaning, one func([]byte) (T, bool), all func([]member) (T, bool)) (T, bool) {
	var none T
	for i, m := range o.decided {
		switch {
		case m.means != means || m.many && o.before(i):
		case m.many:
			if value, ok := all(o.same(m)); ok {
				return value, true
			}
		default:
			if value, ok := try(o, m, one); ok {
				return value, true
			}
		}
	}
	return none, false
}

// before reports whether an earlier decided member is at the same path.
func (o *object) before(i int) bool {
	for _, m := range o.decided[:i] {
		if m.node == o.decided[i].node {
			return true
		}
	}
	return false
}

// same returns the decided members with the same path as one.
func (o *object) same(one member) []member {
	var found []member
	for _, m := range o.decided {
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
			if value, ok := try(o, m, read); ok {
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
		n, ok := try(o, m, readCount)
		has = has || ok
		unread = unread || !ok && says(m.value)
		total += n
	}
	return total, has && !unread && total <= mostSeats
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
	return readCustomer(raw, &object{paths: newPaths(newDecisions(fields), "")})
}
