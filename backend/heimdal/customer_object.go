package heimdal

import (
	"bytes"
	"slices"
)

type member struct {
	memberName
	value    []byte
	object   int       // the number of the object within the customer that it is in; 0: the customer itself
	node     *pathNode // of its path; nil where paths are not counted
	repeated bool      // the path leads through a list
}

// object holds the members of one JSON object in their order. With paths it is a customer: then the members of its
// licence objects follow after ownCount, and mapped are those whose path an admin mapped to a field, at any depth.
type object struct {
	members     []member
	ownCount    int
	mapped      []member
	objects     int // number of objects in it
	names       map[string]memberName
	paths       *paths
	listElement *object // one element of a list
	secret      string
}

// read sets o to the members of well-formed JSON.
func (o *object) read(raw []byte) error {
	o.members, o.mapped, o.objects = o.members[:0], o.mapped[:0], 0
	if o.paths != nil {
		o.paths.startCustomer()
		o.paths.top.cursor = 0
	}
	err := eachMember(raw, func(name, value []byte) error {
		if len(o.members) == maxMembers {
			return errHeavy
		}
		o.members = append(o.members, o.member(name, value))
		return nil
	})
	o.ownCount = len(o.members)
	if o.paths == nil || err != nil {
		return err
	}
	for i := range o.ownCount {
		m := &o.members[i]
		value := m.value
		if m.node.mapped {
			o.mapped = append(o.mapped, *m)
			m.attr, m.flag = attrNone, noFlag
		}
		o.walk(m.node, value, m.repeated)
	}
	return nil
}

// member returns one of the object's own members.
func (o *object) member(name, value []byte) member {
	if o.paths == nil {
		return member{memberName: o.memberName(name), value: value}
	}
	n := o.paths.child(o.paths.top, name)
	o.paths.observe(n, value)
	if !n.isOwn() && !n.mapped {
		return member{memberName: o.memberName(name), value: value, node: n, repeated: n != o.paths.rest}
	}
	return member{memberName: n.member, value: value, node: n, repeated: !n.isOwn()}
}

// memberName looks up a quoted name. It caches the result, since the customers of a response use the same names.
func (o *object) memberName(quoted []byte) memberName {
	if w, ok := o.names[string(quoted)]; ok {
		return w
	}
	name, _ := unquote(quoted)
	w := attributeOf(name)
	if o.names == nil {
		o.names = map[string]memberName{}
	}
	if len(o.names) < maxMembers {
		o.names[string(quoted)] = w
	}
	return w
}

// contradiction returns the name of a member with an attribute that occurs twice with different values.
func (o *object) contradiction() (string, bool) {
	if name, twice := contradictionIn(o.mapped); twice {
		return name, true
	}
	return contradictionIn(o.members)
}

func contradictionIn(members []member) (string, bool) {
	for i, m := range members {
		if m.attr == attrNone || m.repeated {
			continue
		}
		for _, other := range members[:i] {
			same := m.plain == other.plain && m.object == other.object
			if same && hasValue(m.value) && hasValue(other.value) && !bytes.Equal(m.value, other.value) {
				return m.plain, true
			}
		}
	}
	return "", false
}

func (o *object) has(attr attribute) bool {
	is := func(m member) bool { return m.attr == attr }
	return slices.ContainsFunc(o.members[:o.ownCount], is) || slices.ContainsFunc(o.mapped, is)
}

// readByName returns the value of the most reliable member of an attribute that can be read.
func readByName[T any](o *object, attr attribute, read func([]byte) (T, bool)) (T, bool) {
	return firstByRank(o, attr, func(m member) (T, bool) { return readMember(o, m, read) })
}

// firstByRank calls read for the members of an attribute, the most reliable first, until one returns true.
func firstByRank[T any](o *object, attr attribute, read func(member) (T, bool)) (T, bool) {
	var none T
	for tried := -1; ; {
		best := -1
		for i, m := range o.members {
			if m.attr == attr && m.rank > tried && (best < 0 || m.rank < o.members[best].rank) {
				best = i
			}
		}
		if best < 0 {
			return none, false
		}
		for _, m := range o.members[best:] {
			if m.attr == attr && m.rank == o.members[best].rank {
				if value, ok := read(m); ok {
					return value, true
				}
			}
		}
		tried = o.members[best].rank
	}
}

// readMember reads a member's value and records that its path fills the attribute.
func readMember[T any](o *object, m member, read func([]byte) (T, bool)) (T, bool) {
	value, ok := read(m.value)
	if m.node == nil {
		return value, ok
	}
	switch kind := kindOfValue(m.value); {
	case ok || kind == kindNull:
		m.node.markFilled(m.attr)
	case kind == kindText || kind == kindNumber:
		m.node.markFilled(m.attr)
		o.paths.observeUnreadable(m)
	}
	return value, ok
}

func valueOf[T any](o *object, attr attribute, read func([]byte) (T, bool)) T {
	value, _ := find(o, attr, read)
	return value
}

func pointerTo[T any](o *object, attr attribute, read func([]byte) (T, bool)) *T {
	if value, ok := find(o, attr, read); ok {
		return &value
	}
	return nil
}
