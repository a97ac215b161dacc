package heimdal

import (
	"bytes"
	"encoding/json"
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
	in    int // which member it stands in, counted from 1; 0: it is the customer's own
	deep  int // in how many objects it stands
}

// object is the members of one JSON object, in their own order, and after them those of its inward objects.
type object struct {
	members []member
	own     int
	words   map[string]word
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
	kind := first(o, meansType, readText)
	return portal.Customer{
		Kind:         kindOf(kind),
		ExternalID:   id,
		ParentID:     first(o, meansParent, readParent),
		Name:         o.name(id),
		Type:         cut(kind, longestType),
		StatusReason: o.statusReason(kind),
		Products:     o.products(),
		LicenceType:  pointer(o, meansLicenceType, readLicenceType),
		SPLA:         pointer(o, meansSPLA, readYesNo),
		SeatsUsed:    o.seats(meansSeatsUsed),
		SeatsTotal:   o.seats(meansSeatsTotal),
		ExpiresOn:    pointer(o, meansExpiry, readDate),
		Raw:          clean(bytes.Clone(raw)),
	}, nil
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
	o.members = o.members[:0]
	err := eachMember(raw, func(name, value []byte) error {
		if len(o.members) == mostMembers {
			return errHeavy
		}
		o.members = append(o.members, member{word: o.word(name), value: value})
		return nil
	})
	o.own = len(o.members)
	for i := 0; i < len(o.members) && err == nil; i++ {
		if m := o.members[i]; m.value[0] == '{' && m.deep < inwards && inward[m.plain] != "" {
			err = o.readInward(m, i+1)
		}
	}
	return err
}

// readInward appends the members of an inward object, which is the in-th member.
func (o *object) readInward(outer member, in int) error {
	return eachMember(outer.value, func(name, value []byte) error {
		if text, ok := unquote(name); ok && len(o.members) < 2*mostMembers {
			o.members = append(o.members, member{word: inside(inward[outer.plain], text), value: value, in: in, deep: outer.deep + 1})
		}
		return nil
	})
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
	for i, m := range o.members {
		for _, other := range o.members[:i] {
			if m.means != meansNothing && m.plain == other.plain && m.in == other.in && says(m.value) && says(other.value) && !bytes.Equal(m.value, other.value) {
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

// find answers the surest member of a meaning that read can make something of.
func find[T any](o *object, means meaning, read func([]byte) (T, bool)) (T, bool) {
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
				if value, ok := read(m.value); ok {
					return value, true
				}
			}
		}
		tried = o.members[best].rank
	}
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
	if o.has(meansID) || o.own < 2 || o.members[0].means != meansNothing || o.members[0].counts() {
		return ""
	}
	if second := o.members[1]; second.means != meansName && (second.means != meansNothing || second.value[0] != '"') {
		return ""
	}
	id, _ := readID(o.members[0].value)
	return id
}

// counts reports whether a member numbers the rows of an answer, or describes them.
func (m member) counts() bool {
	return m.plain == "" || counters[m.plain] || m.plain[0] == '$' || m.plain[0] == '@'
}

// name answers the customer's name likewise, by position its second value, and else its id.
func (o *object) name(id string) string {
	name, ok := find(o, meansName, readText)
	if !ok && !o.has(meansName) && o.own > 1 && o.members[1].means == meansNothing && o.members[1].value[0] == '"' {
		name, _ = readText(o.members[1].value)
	}
	if name == "" {
		return id
	}
	return cut(name, longestName)
}

func (o *object) has(means meaning) bool {
	for _, m := range o.members[:o.own] {
		if m.means == means {
			return true
		}
	}
	return false
}
