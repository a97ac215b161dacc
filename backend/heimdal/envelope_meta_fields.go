package heimdal

import (
	"strings"
)

// metaField is a member or a header of a response, beside its customers.
type metaField struct {
	// name is shown to an admin, who can declare it harmless: as sent, with the path of the object that it is in
	// ("meta.total"), or after the word header ("header X-Total-Count").
	name  string
	plain string
	sign  sign
	value []byte
	// nested: it is in an object that need not be about the list; echoed: in one that repeats the request.
	nested, echoed bool
}

const (
	// maxMetaDepth is how deep objects beside a list are examined, maxMetaFields how many members of them.
	maxMetaDepth  = 3
	maxMetaFields = 2000
	// maxSignLength limits a name that is shown and can be declared harmless.
	maxSignLength = 100
)

// metaFieldsOf returns the members of a well-formed object.
func metaFieldsOf(raw []byte, path string, nested, echoed bool) []metaField {
	var found []metaField
	_ = eachMember(raw, func(quoted, value []byte) error {
		if len(found) == maxMetaFields {
			return errHeavy
		}
		name, _ := unquote(quoted)
		plain := plainName(name)
		found = append(found, metaField{name: path + name, plain: plain, sign: signOf(plain), value: value, nested: nested, echoed: echoed})
		return nil
	})
	return found
}

// metaFieldsIn returns the members of the object around a list, and those of the objects in it.
func metaFieldsIn(raw []byte) []metaField {
	all := metaFieldsOf(raw, "", false, false)
	for i, level := 0, 0; level < maxMetaDepth && i < len(all); level++ {
		for end := len(all); i < end && len(all) < maxMetaFields; i++ {
			all = append(all, all[i].nestedFields()...)
		}
	}
	return all
}

// nestedFields returns the members of an object, or the links in a list of links. A link itself has none.
func (f metaField) nestedFields() []metaField {
	echoed := f.echoed || echoObjects[f.plain] != noSign
	switch {
	case f.nameContains("ratelimit", "quota", "throttl"):
		return nil // about the number of calls
	case f.value[0] == '{' && f.sign != signNext:
		return metaFieldsOf(f.value, f.name+".", f.nested || paginationObjects[strings.TrimLeft(f.plain, "_")] == noSign, echoed)
	case f.value[0] == '[' && strings.HasSuffix(f.plain, "links"):
		return f.links()
	case f.value[0] == '[' && paginationObjects[f.plain] != noSign:
		var all []metaField
		eachElement(f.value, func(element []byte) {
			if element[0] == '{' {
				all = append(all, metaFieldsOf(element, f.name+".", f.nested, echoed)...)
			}
		})
		return all
	}
	return nil
}

// links returns the links to other pages in a list of objects with rel and href.
func (f metaField) links() []metaField {
	var found []metaField
	eachElement(f.value, func(element []byte) {
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
				found = append(found, metaField{name: f.name + "." + relation, plain: relation, sign: signOf(relation), value: address})
			}
		}
	})
	return found
}
