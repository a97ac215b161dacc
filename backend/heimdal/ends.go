package heimdal

import (
	"regexp"
	"strconv"
	"strings"
)

// pageNames are the parameters of an address that number a page.
var pageNames = regexp.MustCompile(`(?i)[?&](?:page|pagenumber|page_number|page%5Bnumber%5D|page\[number\]|p)=(\d{1,9})(?:&|#|$)`)

// offsetNames are those that say how many customers come before it.
var offsetNames = regexp.MustCompile(`(?i)[?&](?:offset|skip|start|startindex|page%5Boffset%5D|page\[offset\])=(\d{1,9})(?:&|#|$)`)

// offsetIn returns how many customers come before the page that an address leads to, 0 if it does not say.
func offsetIn(link string) int64 {
	found := offsetNames.FindStringSubmatch(link)
	if found == nil {
		return 0
	}
	n, _ := strconv.ParseInt(found[1], 10, 64)
	return n
}

// pageIn returns the number of the page that an address leads to, 0 if it does not say.
func pageIn(link string) int64 {
	found := pageNames.FindStringSubmatch(link)
	if found == nil {
		return 0
	}
	n, _ := strconv.ParseInt(found[1], 10, 64)
	return n
}

// end reports whether one says that no other customers follow, or would if it were not declared harmless.
func (c clues) end(one clue) bool {
	if one.echoed {
		return false
	}
	switch one.means {
	case signMore:
		return one.is(false) && one.has("more", "next", "truncated") || c.ignores(one)
	case signNext, signToken:
		return !one.truthy() && one.has("next") || c.ignores(one)
	case signLast, signLastPage, signWhole:
		return one.is(true) || c.ignores(one)
	case signPages:
		return c.ignores(one)
	}
	return false
}

// part reports whether c is a share that is not all of it.
func (c clue) part() bool {
	text, _ := readText(c.value)
	share, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(text, "%")), 64)
	return err == nil && share != 1 && share != 100 && !c.echoed
}

// holdsCustomers reports whether c is another list of objects that look like customers.
func (c clue) holdsCustomers() bool {
	if c.value[0] != '[' || c.echoed {
		return false
	}
	found := false
	eachElement(c.value, func(element []byte) {
		var o object
		found = found || element[0] == '{' && o.read(element) == nil && o.has(meansID) && o.has(meansType)
	})
	return found
}
