package heimdal

import (
	"bytes"
	"slices"
)

type member struct {
	memberName
	value    []byte
	object   int       // which of the objects in the customer it is in; 0: it is the customer's own
	node     *pathNode // its path; nil where paths are not counted
	repeated bool      // the path goes through a list
}

// object is the members of one JSON object, in their own order. With paths it is a customer: then the members of its
// licence objects follow, and decided are those whose paths an admin mapped to a field, wherever they are.
type object struct {
	members     []member
	ownCount    int
	mapped      []member
	objects     int // objects in it
	names       map[string]memberName
	paths       *paths
	listElement *object // one element of a list
	secret      string
}

// read fills o from well-formed JSON.
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

// member is one of the object's own members.
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

// word reads a quoted name, or remembers having read it: the customers of an answer have their names in common.
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

// contradiction names a member with a meaning that is there twice and says two things.
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
			if m.plain == other.plain && m.object == other.object && hasValue(m.value) && hasValue(other.value) && !bytes.Equal(m.value, other.value) {
				return m.plain, true
			}
		}
	}
	return "", false
}

func (o *object) has(means attribute) bool {
	is := func(m member) bool { return m.attr == means }
	return slices.ContainsFunc(o.members[:o.ownCount], is) || slices.ContainsFunc(o.mapped, is)
}

// automatic returns what read makes of the surest member of a meaning.
func readByName[T any](o *object, means attribute, read func([]byte) (T, bool)) (T, bool) {
	return firstByRank(o, means, func(m member) (T, bool) { return readMember(o, m, read) })
}

// surest tries the members of a meaning, the surest first.
func firstByRank[T any](o *object, means attribute, read func(member) (T, bool)) (T, bool) {
	var none T
	for tried := -1; ; {
		best := -1
		for i, m := range o.members {
			if m.attr == means && m.rank > tried && (best < 0 || m.rank < o.members[best].rank) {
				best = i
			}
		}
		if best < 0 {
			return none, false
		}
		for _, m := range o.members[best:] {
			if m.attr == means && m.rank == o.members[best].rank {
				if value, ok := read(m); ok {
					return value, true
				}
			}
		}
		tried = o.members[best].rank
	}
}

// try reads a member, and takes note of its path.
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

func valueOf[T any](o *object, means attribute, read func([]byte) (T, bool)) T {
	value, _ := find(o, means, read)
	return value
}

func pointerTo[T any](o *object, means attribute, read func([]byte) (T, bool)) *T {
	if value, ok := find(o, means, read); ok {
		return &value
	}
	return nil
}
