package heimdal

import (
	"strings"
)

// clue is a member or a header of an answer, beside its customers.
type metaField struct {
	// name is what an admin sees and can declare harmless: as sent, inside an object with its path ("meta.total"), of a
	// header with that word in front ("header X-Total-Count").
	name  string
	plain string
	sign  sign
	value []byte
	// inner: it is in an object that need not be about the list; echoed: in one that repeats the question.
	nested, echoed bool
}

const (
	// depth is how deep objects beside a list are looked into, mostClues how many members of them at most.
	maxMetaDepth  = 3
	maxMetaFields = 2000
	// longestSign is how much of a name is shown and can be declared harmless.
	maxSignLength = 100
)

// members are the members of an object that is well-formed JSON.
func metaFieldsOf(raw []byte, path string, inner, echoed bool) []metaField {
	var found []metaField
	_ = eachMember(raw, func(quoted, value []byte) error {
		if len(found) == maxMetaFields {
			return errHeavy
		}
		name, _ := unquote(quoted)
		plain := plainName(name)
		found = append(found, metaField{name: path + name, plain: plain, sign: signOf(plain), value: value, nested: inner, echoed: echoed})
		return nil
	})
	return found
}

// cluesIn are the members of the object around a list, and those of the objects in it.
func metaFieldsIn(raw []byte) []metaField {
	all := metaFieldsOf(raw, "", false, false)
	for i, level := 0, 0; level < maxMetaDepth && i < len(all); level++ {
		for end := len(all); i < end && len(all) < maxMetaFields; i++ {
			all = append(all, all[i].nestedFields()...)
		}
	}
	return all
}

// inside are the members of an object that c is, or the links of a list of them; none of a link, which is one itself.
func (c metaField) nestedFields() []metaField {
	echoed := c.echoed || echoObjects[c.plain] != noSign
	switch {
	case c.nameContains("ratelimit", "quota", "throttl"):
		return nil // figures about calls
	case c.value[0] == '{' && c.sign != signNext:
		return metaFieldsOf(c.value, c.name+".", c.nested || paginationObjects[strings.TrimLeft(c.plain, "_")] == noSign, echoed)
	case c.value[0] == '[' && strings.HasSuffix(c.plain, "links"):
		return c.links()
	case c.value[0] == '[' && paginationObjects[c.plain] != noSign:
		var all []metaField
		eachElement(c.value, func(element []byte) {
			if element[0] == '{' {
				all = append(all, metaFieldsOf(element, c.name+".", c.nested, echoed)...)
			}
		})
		return all
	}
	return nil
}

// links are the links to other pages in a list of objects with rel and href.
func (c metaField) links() []metaField {
	var found []metaField
	s := scannerOver(c.value[1:])
	_ = s.list(']', func() error {
		element, err := s.wholeValue()
		if err != nil {
			return err
		}
		var rel string
		address := []byte("true")
		_ = eachMember(element, func(quoted, value []byte) error {
			name, _ := unquote(quoted)
			text, _ := readText(value)
			switch plainName(name) {
			case "rel", "relation":
				rel = strings.ToLower(text)
			case "href", "url", "uri", "link":
				address = value
			}
			return nil
		})
		for _, relation := range strings.Fields(rel) {
			if relation == "next" || relation == "last" {
				found = append(found, metaField{name: c.name + "." + relation, plain: relation, sign: signOf(relation), value: address})
			}
		}
		return nil
	})
	return found
}
