package heimdal

import (
	"regexp"
	"strconv"
	"strings"

	"fs-client-portal/backend/connector"
)

var (
	// rangePattern matches a range of a list with its length: "items 0-94/100", "0-94/*".
	rangePattern = regexp.MustCompile(`^(?:([!-~]+)[ \t]+|[ \t]*)(?:(\d{1,15})[ \t]*-[ \t]*(\d{1,15})|\*)[ \t]*/[ \t]*(\d{1,15}|\*)$`)
	// portionPattern matches a text such as "95 of 100" or "Showing 1 - 95 of 100 customers".
	portionPattern = regexp.MustCompile(`(?i)(?:^|[^\d/.-])(\d{1,15})[ \t]*(?:of|out of|von|/)[ \t]*(\d{1,15})(?:$|[^\d/.-])`)
)

// readRanges reads which part of all customers the list is.
func (fields metaFields) readRanges(s *metadata, elements, emitted int64) error {
	for _, one := range fields.list {
		text, ok := readText(one.value)
		found := rangePattern.FindStringSubmatch(text)
		if one.sign != signRange || !ok && one.value[0] != '"' || found == nil {
			continue
		}
		total, err := strconv.ParseInt(found[4], 10, 64)
		from, _ := strconv.ParseInt(found[2], 10, 64)
		to, _ := strconv.ParseInt(found[3], 10, 64)
		complete := from <= 1 && (to == total || to+1 == total) // counted from 0 or from 1
		switch {
		case err != nil: // the length of the list is unknown
		case strings.EqualFold(found[1], "bytes") && complete:
		case strings.EqualFold(found[1], "bytes"):
			if !fields.isHarmless(one) {
				s.unknown = one.name
			}
		case s.total != nil && *s.total != total && total != elements && total != emitted:
			return errorf(connector.Incomplete,
				"The response contradicts itself: of how many customers there are it says %d and %d (%s). The next run "+
					"tries again; if it stays so, %s.", *s.total, total, one.displayName(fields.secret), tellSupport)
		case s.total == nil:
			s.total, s.sources[signTotal] = &total, one.name
		}
	}
	return nil
}

// partialPattern matches the texts that call a list incomplete.
var partialPattern = regexp.MustCompile(`(?i)\b(?:truncat|incomplete\b|partial|cut off|cut short|not all\b|not complete\b|` +
	`(?:only|limited to) the first\b|(?:first|limited to|maximum of) \d+ ` + listNouns + `\b|more ` + listNouns + `\b)`)

const listNouns = `(?:customers|clients|results|records|items|pages|rows|entries)`

// indicatesPartial reports whether the value is a text that calls these customers a part of more, or a list or an object of
// remarks with such a text.
func (f metaField) indicatesPartial(elements int64) bool {
	if f.value[0] == '[' || f.value[0] == '{' {
		return f.sign == signRemark && !allValues(f.value, func(value []byte) bool {
			return !metaField{value: value, sign: f.sign, nested: f.nested, echoed: f.echoed}.indicatesPartial(elements)
		})
	}
	text, ok := readText(f.value)
	if !ok || f.value[0] != '"' || len(text) > 1000 {
		return false
	}
	if !f.nested && !f.echoed && partialPattern.MatchString(text) {
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
