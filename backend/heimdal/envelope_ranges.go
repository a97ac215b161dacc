package heimdal

import (
	"regexp"
	"strconv"
	"strings"

	"fs-client-portal/backend/portal"
)

var (
	// section is a range of a list, with its length: "items 0-94/100", "0-94/*".
	rangePattern = regexp.MustCompile(`^(?:([!-~]+)[ \t]+|[ \t]*)(?:(\d{1,15})[ \t]*-[ \t]*(\d{1,15})|\*)[ \t]*/[ \t]*(\d{1,15}|\*)$`)
	// portion is a text such as "95 of 100" or "Showing 1 - 95 of 100 customers".
	portionPattern = regexp.MustCompile(`(?i)(?:^|[^\d/.-])(\d{1,15})[ \t]*(?:of|out of|von|/)[ \t]*(\d{1,15})(?:$|[^\d/.-])`)
)

// ranges reads which customers of how many these are said to be.
func (c metaFields) readRanges(s *metadata, elements, handed int64) error {
	for _, one := range c.all {
		text, ok := readText(one.value)
		found := rangePattern.FindStringSubmatch(text)
		if one.sign != signRange || !ok && one.value[0] != '"' || found == nil {
			continue
		}
		total, err := strconv.ParseInt(found[4], 10, 64)
		from, _ := strconv.ParseInt(found[2], 10, 64)
		to, _ := strconv.ParseInt(found[3], 10, 64)
		whole := from <= 1 && (to == total || to+1 == total) // counted from 0 or from 1
		switch {
		case err != nil: // how long the list is, is not said
		case strings.EqualFold(found[1], "bytes") && whole:
		case strings.EqualFold(found[1], "bytes"):
			if !c.isHarmless(one) {
				s.unknown = one.name
			}
		case s.total != nil && *s.total != total && total != elements && total != handed:
			return errorf(portal.Incomplete,
				"The answer contradicts itself: of how many customers there are it says %d and %d (%s). The next run "+
					"tries again; if it stays so, tell Heimdal's support.", *s.total, total, one.displayName(c.secret))
		case s.total == nil:
			s.total, s.sources[signTotal] = &total, one.name
		}
	}
	return nil
}

// cutWords are what a text says of a list that is not whole.
var partialPattern = regexp.MustCompile(`(?i)\b(?:truncat|incomplete\b|partial|cut off|cut short|not all\b|not complete\b|` +
	`(?:only|limited to) the first\b|(?:first|limited to|maximum of) \d+ ` + listNouns + `\b|more ` + listNouns + `\b)`)

const listNouns = `(?:customers|clients|results|records|items|pages|rows|entries)`

// cuts reports whether c is a text that calls these customers a part of more, or a list or an object of remarks with one.
func (c metaField) saysPartial(elements int64) bool {
	if c.value[0] == '[' || c.value[0] == '{' {
		return c.sign == signRemark && !allValues(c.value, func(value []byte) bool {
			return !metaField{value: value, sign: c.sign, nested: c.nested, echoed: c.echoed}.saysPartial(elements)
		})
	}
	text, ok := readText(c.value)
	if !ok || c.value[0] != '"' || len(text) > 1000 {
		return false
	}
	if !c.nested && !c.echoed && partialPattern.MatchString(text) {
		return true
	}
	for _, found := range portionPattern.FindAllStringSubmatch(text, -1) {
		part, _ := strconv.ParseInt(found[1], 10, 64)
		all, _ := strconv.ParseInt(found[2], 10, 64)
		if part == elements && all > part {
			return true
		}
	}
	return false
}
