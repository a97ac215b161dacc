package heimdal

import (
	"slices"
	"strings"
)

// more reads the signs that other customers follow, or come before.
func (c metaFields) readMore(s *metadata) {
	for _, one := range c.withSigns(signNext) {
		if link, ok := one.link(); ok && !one.isBool(false) {
			s.link, s.follows = link, one.name
		} else if one.isTruthy() && s.follows == "" {
			s.follows = one.name
		}
	}
	for _, one := range c.withSigns(signMore) {
		if one.isTruthy() && s.follows == "" {
			s.follows = one.name
		}
	}
	for _, one := range c.withSigns(signLast, signLastPage, signWhole) {
		if one.isBool(false) && s.follows == "" {
			s.follows = one.name
		}
	}
	s.isEnd = slices.ContainsFunc(c.all, c.isEnd)
	for _, one := range c.withSigns(signEarlier) {
		if one.isTruthy() {
			s.previous = one.name
		}
	}
}

// end reports whether one says that no other customers follow, or would if it were not declared harmless.
func (c metaFields) isEnd(one metaField) bool {
	if one.echoed {
		return false
	}
	switch one.sign {
	case signMore:
		return one.isBool(false) && one.nameContains("more", "next", "truncated") || c.isHarmless(one)
	case signNext, signToken:
		return !one.isTruthy() && one.nameContains("next") || c.isHarmless(one)
	case signLast, signLastPage, signWhole:
		return one.isBool(true) || c.isHarmless(one)
	case signPages:
		return c.isHarmless(one)
	}
	return false
}

// last remembers an address of the last page.
func (c metaFields) readLastPage(s *metadata) {
	for _, one := range c.withSigns(signLastPage) {
		if link, ok := one.link(); ok && (pageIn(link) > 0 || offsetIn(link) > 0) {
			s.lastPage = one
		}
	}
}

// unfollowable names what says that others may follow, in a way that the portal does not know. Where nothing says how
// many customers there are, that is any number or yes that cannot be accounted for.
func (c metaFields) unsupported(s *metadata, elements int64) string {
	if s.unknown != "" {
		return s.unknown
	}
	for _, one := range c.withSigns(signToken) {
		if one.isTruthy() {
			return one.name
		}
	}
	if offsets := c.withSigns(signOffset); len(offsets) > 0 && (s.total == nil || *s.total > elements) {
		return offsets[0].name
	}
	for _, one := range c.all {
		if !c.isHarmless(one) && (one.saysPartial(elements) || one.holdsCustomers()) {
			return one.name
		}
	}
	for _, one := range c.withSigns(signShare) {
		if one.isPartialShare() {
			return one.name
		}
	}
	if s.total != nil {
		return ""
	}
	for _, one := range c.withSigns(signAfter) {
		if one.isTruthy() && !one.echoed && !s.isEnd {
			return one.name
		}
	}
	for _, one := range c.all {
		if !c.isHarmless(one) && one.isTruthy() && one.mayBeSign(elements) {
			return one.name
		}
	}
	return ""
}

// telling reports whether c may say that a list of so many elements is not whole.
func (c metaField) mayBeSign(elements int64) bool {
	n, isCount := readCount(c.value)
	switch c.sign {
	case noSign:
	case signPages, signNumber, signSize:
		_, isNumber := c.number()
		first := c.sign == signSize && c.isBool(true) // "first": true is that this is the first page
		return !isNumber && c.value[0] != '{' && c.value[0] != '[' && !first
	default:
		return false
	}
	if isCount && n == elements || unrelatedNames[c.plain] {
		return false
	}
	if slices.ContainsFunc(unrelatedSuffixes, func(ending string) bool { return strings.HasSuffix(c.plain, ending) }) {
		return false
	}
	return isCount || string(c.value) == "true"
}

// doubt names what should say how many customers there are, or whether this is all, and does not.
func (c metaFields) undetermined(s *metadata) string {
	for _, one := range c.withSigns(signTotal, signCount, signPages, signLast, signRange) {
		if one.nested && one.sign == signCount || one.echoed {
			continue
		}
		_, isNumber := one.number()
		text, _ := readText(one.value)
		found := rangePattern.FindStringSubmatch(text)
		switch {
		case one.sign == signRange && (found == nil || found[4] == "*"), one.sign == signLast && !one.isBool(true) && !one.isBool(false):
			return one.name
		case one.sign == signRange, one.sign == signLast, isNumber:
		default:
			return one.name
		}
	}
	for _, one := range c.withSigns(signLastPage) {
		if string(one.value) == "null" && one.plain == "lastpage" {
			return one.name
		}
	}
	return ""
}
