package heimdal

import (
	"slices"
	"strings"
)

// readProducts returns names from an array of names or of objects with a name, from an object of switches, or from a
// text with commas.
func readProducts(value []byte) ([]string, bool) {
	if len(value) == 0 {
		return nil, false
	}
	var names []string
	switch value[0] {
	case '[':
		names = productList(value)
	case '{':
		names = productSwitches(value)
	case '"':
		text, ok := readText(value)
		if !ok {
			return nil, false
		}
		for name := range strings.SplitSeq(text, ",") {
			names = append(names, strings.TrimSpace(name))
		}
	default:
		return nil, false
	}
	return distinct(names), true
}

func productList(value []byte) []string {
	var names []string
	var o object
	eachElement(value, func(element []byte) {
		if name, on := o.productName(element); on {
			names = append(names, name)
		}
	})
	return names
}

// productName returns the name of an element of a list of products, unless it is switched off. It overwrites o.
func (o *object) productName(element []byte) (string, bool) {
	if text, ok := readText(element); ok {
		return text, true
	}
	if o.read(element) != nil {
		return "", false
	}
	for _, m := range o.members {
		switch m.plain {
		case "enabled", "active", "isenabled", "isactive", "licensed":
			if string(m.value) == "false" {
				return "", false
			}
		}
	}
	if name, ok := find(o, attrName, readText); ok {
		return name, true
	}
	for _, name := range productNames {
		for _, m := range o.members {
			if text, ok := readNamed(m.value); ok && m.plain == name {
				return text, true
			}
		}
	}
	return "", false
}

func productSwitches(value []byte) []string {
	var names []string
	_ = eachMember(value, func(quoted, state []byte) error {
		if off := string(state); off != "false" && off != "null" && off != "0" {
			name, _ := unquote(quoted)
			names = append(names, name)
		}
		return nil
	})
	return names
}

// maxProducts is more than any catalogue has.
const maxProducts = 500

// distinct drops empty names and duplicates and keeps the order.
func distinct(names []string) []string {
	kept := make([]string, 0, min(len(names), maxProducts))
	for _, name := range names {
		name = cut(strings.TrimSpace(strings.ReplaceAll(name, "\x00", "")), maxNameLength)
		if name != "" && !slices.Contains(kept, name) && len(kept) < maxProducts {
			kept = append(kept, name)
		}
	}
	return kept
}

// products returns the names of the customer's products; where no member lists them, those of its licences.
func (o *object) products() []string {
	if names, ok := mappedValue(o, attrProducts, readProducts, namesOf); ok {
		return names
	}
	names, ok := firstByRank(o, attrProducts, func(m member) ([]string, bool) {
		if m.node.hasMappedNames() {
			return nil, false
		}
		names, ok := readProducts(m.value)
		if ok || kindOfValue(m.value) == kindNull {
			m.node.markProducts(m.value)
		}
		return names, ok
	})
	if ok {
		return names
	}
	for _, m := range o.members {
		if m.value[0] != '[' || !m.isLicenceList(true) || m.node.hasMappedNames() {
			continue
		}
		if names := distinct(licensedNames(m.value)); len(names) > 0 {
			m.node.markProducts(m.value)
			return names
		}
	}
	return nil
}

// licensedNames returns the product names in a list of licences. A plain text in it is not a name: it may be a licence
// key.
func licensedNames(list []byte) []string {
	var names []string
	var o object
	eachElement(list, func(element []byte) {
		if name, on := o.productName(element); on && element[0] == '{' {
			names = append(names, name)
		}
	})
	return names
}

// productNames are the names of the product in one element of a list of licences, the most reliable first.
var productNames = []string{"name", "module", "modulename", "product", "productname", "component", "componentname", "service",
	"servicename"}
