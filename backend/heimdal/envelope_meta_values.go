package heimdal

import (
	"regexp"
	"strconv"
	"strings"
)

// number reads a figure: a number, or an object that holds a single one.
func (c metaField) number() (int64, bool) {
	if c.value[0] != '{' {
		return readCount(c.value)
	}
	var found []int64
	exact := true
	_ = eachMember(c.value, func(name, value []byte) error {
		if text, _ := readText(value); string(name) == `"relation"` && !strings.EqualFold(text, "eq") {
			exact = false // "gte": at least so many
		}
		if n, ok := readCount(value); ok {
			found = append(found, n)
		}
		return nil
	})
	if c.sign != signTotal || len(found) != 1 || !exact {
		return 0, false
	}
	return found[0], true
}

// is reports whether a value says yes or no: that it says the one that is asked for.
func (c metaField) isBool(yes bool) bool {
	text, _ := readText(c.value)
	switch strings.ToLower(text) {
	case "true", "yes", "y", "1", "on", "ok":
		return yes
	case "false", "no", "n", "0", "off":
		return !yes
	}
	return string(c.value) == strconv.FormatBool(yes)
}

// truthy reports whether a value is anything but nothing, no or zero.
func (c metaField) isTruthy() bool {
	switch string(c.value) {
	case "null", "false", "0", `""`, "[]", "{}":
		return false
	}
	if c.value[0] != '"' {
		return !c.isBool(false)
	}
	text, ok := readText(c.value)
	return ok && !c.isBool(false) && !strings.EqualFold(text, "none")
}

// link returns the address that c is or holds.
func (c metaField) link() (string, bool) {
	if text, ok := readText(c.value); ok && c.value[0] == '"' {
		return text, !c.isBool(true) && !strings.EqualFold(text, "none")
	}
	address := ""
	if c.value[0] == '{' {
		_ = eachMember(c.value, func(name, value []byte) error {
			if text, ok := readText(value); ok && value[0] == '"' && string(name) == `"href"` {
				address = text
			}
			return nil
		})
	}
	return address, address != ""
}

// part reports whether c is a share that is not all of it.
func (c metaField) isPartialShare() bool {
	text, _ := readText(c.value)
	share, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(text, "%")), 64)
	return err == nil && share != 1 && share != 100 && !c.echoed
}

// holdsCustomers reports whether c is another list of objects that look like customers.
func (c metaField) holdsCustomers() bool {
	if c.value[0] != '[' || c.echoed {
		return false
	}
	found := false
	eachElement(c.value, func(element []byte) {
		var o object
		found = found || element[0] == '{' && o.read(element) == nil && o.has(attrID) && o.has(attrType)
	})
	return found
}

// pageNames are the parameters of an address that number a page.
var pageParameter = regexp.MustCompile(`(?i)[?&](?:page|pagenumber|page_number|page%5Bnumber%5D|page\[number\]|p)=(\d{1,9})(?:&|#|$)`)

// offsetNames are those that say how many customers come before it.
var offsetParameter = regexp.MustCompile(`(?i)[?&](?:offset|skip|start|startindex|page%5Boffset%5D|page\[offset\])=(\d{1,9})(?:&|#|$)`)

// offsetIn returns how many customers come before the page that an address leads to, 0 if it does not say.
func offsetIn(link string) int64 {
	found := offsetParameter.FindStringSubmatch(link)
	if found == nil {
		return 0
	}
	n, _ := strconv.ParseInt(found[1], 10, 64)
	return n
}

// pageIn returns the number of the page that an address leads to, 0 if it does not say.
func pageIn(link string) int64 {
	found := pageParameter.FindStringSubmatch(link)
	if found == nil {
		return 0
	}
	n, _ := strconv.ParseInt(found[1], 10, 64)
	return n
}
