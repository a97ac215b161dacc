package heimdal

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"fs-client-portal/backend/portal"
)

const (
	longestID          = 200
	longestName        = 400
	longestType        = 64
	longestLicenceType = 100
	mostMembers        = 2000
	// inwards is how deep licence objects are read in each other.
	inwards = 2
)

type member struct {
	word
	value []byte
	in    int   // which of the objects in the customer it is in; 0: it is the customer's own
	node  *node // its path; nil where paths are not counted
	many  bool  // the path goes through a list
}

// object is the members of one JSON object, in their own order. With paths it is a customer: then the members of its
// licence objects follow, and decided are those whose paths an admin mapped to a field, wherever they are.
type object struct {
	members []member
	own     int
	decided []member
	nested  int // objects in it
	words   map[string]word
	paths   *paths
	part    *object // one element of a list
	secret  string
}

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
	case len(id) > longestID:
		return portal.Customer{}, errLongID
	}
	if name, twice := o.contradiction(); twice {
		return portal.Customer{}, errorf(portal.Garbage, "The customer %s has two different values named %q, and the portal cannot know which is true. Tell Heimdal's support.", redact(id, o.secret), brief(name))
	}
	c := o.customer(id)
	c.Raw = clean(bytes.Clone(raw))
	return c, nil
}

// customer returns the customer that o is, with this id.
func (o *object) customer(id string) portal.Customer {
	kind := first(o, meansType, readText)
	return portal.Customer{
		Kind:         kindOf(kind),
		ExternalID:   id,
		ParentID:     first(o, meansParent, readParent),
		Name:         o.name(id),
		Type:         cut(kind, longestType),
		StatusReason: o.statusReason(),
		Products:     o.products(),
		LicenceType:  o.licenceType(),
		SPLA:         pointer(o, meansSPLA, readYesNo),
		SeatsUsed:    o.seats(meansSeatsUsed),
		SeatsTotal:   o.seats(meansSeatsTotal),
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

// read fills o from well-formed JSON.
func (o *object) read(raw []byte) error {
	o.members, o.decided, o.nested = o.members[:0], o.decided[:0], 0
	if o.paths != nil {
		o.paths.begin()
		o.paths.top.cursor = 0
	}
	err := eachMember(raw, func(name, value []byte) error {
		if len(o.members) == mostMembers {
			return errHeavy
		}
		o.members = append(o.members, o.member(name, value))
		return nil
	})
	o.own = len(o.members)
	if o.paths == nil || err != nil {
		return err
	}
	for i := range o.own {
		m := &o.members[i]
		value := m.value
		if m.node.decided {
			o.decided = append(o.decided, *m)
			m.means, m.sign = meansNothing, noSign
		}
		o.walk(m.node, value, m.many)
	}
	return nil
}

// member is one of the object's own members.
func (o *object) member(name, value []byte) member {
	if o.paths == nil {
		return member{word: o.word(name), value: value}
	}
	n := o.paths.kid(o.paths.top, name)
	o.paths.see(n, value)
	if !n.own() && !n.decided {
		return member{word: o.word(name), value: value, node: n, many: n != o.paths.rest}
	}
	return member{word: n.word, value: value, node: n, many: !n.own()}
}

// word reads a quoted name, or remembers having read it: the customers of an answer have their names in common.
func (o *object) word(quoted []byte) word {
	if w, ok := o.words[string(quoted)]; ok {
		return w
	}
	name, _ := unquote(quoted)
	w := meaningOf(name)
	if o.words == nil {
		o.words = map[string]word{}
	}
	if len(o.words) < mostMembers {
		o.words[string(quoted)] = w
	}
	return w
}

// eachMember passes over the members of an object that is well-formed; names are still quoted.
func eachMember(raw []byte, each func(name, value []byte) error) error {
	s := overWhole(raw)
	if s.skip('{') != nil {
		return errNoObject
	}
	return s.list('}', func() error {
		name, err := s.pass()
		if err != nil {
			return err
		}
		if err := s.skip(':'); err != nil {
			return err
		}
		value, err := s.pass()
		if err != nil {
			return err
		}
		return each(name, value)
	})
}

// contradiction names a member with a meaning that is there twice and says two things.
func (o *object) contradiction() (string, bool) {
	if name, twice := contradiction(o.decided); twice {
		return name, true
	}
	return contradiction(o.members)
}

func contradiction(members []member) (string, bool) {
	for i, m := range members {
		if m.means == meansNothing || m.many {
			continue
		}
		for _, other := range members[:i] {
			if m.plain == other.plain && m.in == other.in && says(m.value) && says(other.value) && !bytes.Equal(m.value, other.value) {
				return m.plain, true
			}
		}
	}
	return "", false
}

func says(value []byte) bool {
	_, ok := readText(value)
	return ok || value[0] == '{' || value[0] == '[' || value[0] == 't' || value[0] == 'f'
}

// find returns what read makes of the paths that an admin mapped to a meaning, or else of the surest member that has it.
func find[T any](o *object, means meaning, read func([]byte) (T, bool)) (T, bool) {
	if value, ok := decision(o, means, read, firstOf(o, read)); ok {
		return value, true
	}
	return automatic(o, means, read)
}

// automatic returns what read makes of the surest member of a meaning.
func automatic[T any](o *object, means meaning, read func([]byte) (T, bool)) (T, bool) {
	return surest(o, means, func(m member) (T, bool) { return try(o, m, read) })
}

// surest tries the members of a meaning, the surest first.
func surest[T any](o *object, means meaning, read func(member) (T, bool)) (T, bool) {
	var none T
	for tried := -1; ; {
		best := -1
		for i, m := range o.members {
			if m.means == means && m.rank > tried && (best < 0 || m.rank < o.members[best].rank) {
				best = i
			}
		}
		if best < 0 {
			return none, false
		}
		for _, m := range o.members[best:] {
			if m.means == means && m.rank == o.members[best].rank {
				if value, ok := read(m); ok {
					return value, true
				}
			}
		}
		tried = o.members[best].rank
	}
}

// try reads a member, and takes note of its path.
func try[T any](o *object, m member, read func([]byte) (T, bool)) (T, bool) {
	value, ok := read(m.value)
	if m.node == nil {
		return value, ok
	}
	switch kind := kindOfValue(m.value); {
	case ok || kind == aNull:
		m.node.fills(m.means)
	case kind == aText || kind == aNumber:
		m.node.fills(m.means)
		o.paths.notRead(m)
	}
	return value, ok
}

func first[T any](o *object, means meaning, read func([]byte) (T, bool)) T {
	value, _ := find(o, means, read)
	return value
}

func pointer[T any](o *object, means meaning, read func([]byte) (T, bool)) *T {
	if value, ok := find(o, means, read); ok {
		return &value
	}
	return nil
}

// id answers the customer's id: under one of its names, else, as a last resort, its first value, if that has no other
// meaning and the second can be the name. A name that is there but empty leaves no room for guesses.
func (o *object) id() string {
	if id, ok := find(o, meansID, readID); ok {
		return id
	}
	if o.has(meansID) || o.own < 2 || o.members[0].taken() || o.members[0].counts() {
		return ""
	}
	if second := o.members[1]; second.means != meansName && (second.taken() || second.value[0] != '"') {
		return ""
	}
	id, _ := readID(o.members[0].value)
	o.members[0].node.fills(meansID)
	return id
}

// taken reports whether a member means something, by its name or by an admin's decision.
func (m member) taken() bool {
	return m.means != meansNothing || m.node != nil && m.node.decided
}

// counts reports whether a member numbers the rows of an answer, or describes them.
func (m member) counts() bool {
	return m.plain == "" || counters[m.plain] || m.plain[0] == '$' || m.plain[0] == '@'
}

// name answers the customer's name likewise, by position its second value, and else its id.
func (o *object) name(id string) string {
	name, ok := find(o, meansName, readText)
	if !ok && !o.has(meansName) && o.own > 1 && !o.members[1].taken() && o.members[1].value[0] == '"' {
		name, _ = readText(o.members[1].value)
		o.members[1].node.fills(meansName)
	}
	if name == "" {
		return id
	}
	return cut(name, longestName)
}

func (o *object) has(means meaning) bool {
	is := func(m member) bool { return m.means == means }
	return slices.ContainsFunc(o.members[:o.own], is) || slices.ContainsFunc(o.decided, is)
}
