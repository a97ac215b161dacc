package heimdal

import (
	"regexp"
	"strconv"
	"strings"
)

// number returns a number, or the only one in an object.
func (f metaField) number() (int64, bool) {
	if f.value[0] != '{' {
		return readCount(f.value)
	}
	var found []int64
	exact := true
	_ = eachMember(f.value, func(name, value []byte) error {
		if text, _ := readText(value); string(name) == `"relation"` && !strings.EqualFold(text, "eq") {
			exact = false // "gte": at least this many
		}
		if n, ok := readCount(value); ok {
			found = append(found, n)
		}
		return nil
	})
	if f.sign != signTotal || len(found) != 1 || !exact {
		return 0, false
	}
	return found[0], true
}

// isBool reports whether the value is yes, or no, as asked for.
func (f metaField) isBool(yes bool) bool {
	text, _ := readText(f.value)
	switch strings.ToLower(text) {
	case "true", "yes", "y", "1", "on", "ok":
		return yes
	case "false", "no", "n", "0", "off":
		return !yes
	}
	return string(f.value) == strconv.FormatBool(yes)
}

// isTruthy reports whether the value is not empty, no or zero.
func (f metaField) isTruthy() bool {
	switch string(f.value) {
	case "null", "false", "0", `""`, "[]", "{}":
		return false
	}
	if f.value[0] != '"' {
		return !f.isBool(false)
	}
	text, ok := readText(f.value)
	return ok && !f.isBool(false) && !strings.EqualFold(text, "none")
}

// link returns the address that the value is or contains.
func (f metaField) link() (string, bool) {
	if text, ok := readText(f.value); ok && f.value[0] == '"' {
		return text, !f.isBool(true) && !strings.EqualFold(text, "none")
	}
	address := ""
	if f.value[0] == '{' {
		_ = eachMember(f.value, func(name, value []byte) error {
			if text, ok := readText(value); ok && value[0] == '"' && string(name) == `"href"` {
				address = text
			}
			return nil
		})
	}
	return address, address != ""
}

// isPartialShare reports whether the value is a share of less than all.
func (f metaField) isPartialShare() bool {
	text, _ := readText(f.value)
	share, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(text, "%")), 64)
	return err == nil && share != 1 && share != 100 && !f.echoed
}

// holdsCustomers reports whether the value is another list of objects that look like customers.
func (f metaField) holdsCustomers() bool {
	if f.value[0] != '[' || f.echoed {
		return false
	}
	found := false
	eachElement(f.value, func(element []byte) {
		var o object
		found = found || element[0] == '{' && o.read(element) == nil && o.has(attrID) && o.has(attrType)
	})
	return found
}

// pageParameter matches the parameter of an address that numbers a page.
var pageParameter = regexp.MustCompile(`(?i)[?&](?:page|pagenumber|page_number|page%5Bnumber%5D|page\[number\]|p)=(\d{1,9})(?:&|#|$)`)

// offsetParameter matches the parameter that says how many customers come before the page.
var offsetParameter = regexp.MustCompile(`(?i)[?&](?:offset|skip|start|startindex|page%5Boffset%5D|page\[offset\])=(\d{1,9})(?:&|#|$)`)

// offsetIn returns the offset in the address of a page, 0 if it has none.
func offsetIn(link string) int64 {
	found := offsetParameter.FindStringSubmatch(link)
	if found == nil {
		return 0
	}
	n, _ := strconv.ParseInt(found[1], 10, 64)
	return n
}

// pageIn returns the page number in the address of a page, 0 if it has none.
func pageIn(link string) int64 {
	found := pageParameter.FindStringSubmatch(link)
	if found == nil {
		return 0
	}
	n, _ := strconv.ParseInt(found[1], 10, 64)
	return n
}
