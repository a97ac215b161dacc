package heimdal

import (
	"slices"
	"strings"
)

// readMore reads the signs that other customers follow, or come before.
func (fields metaFields) readMore(s *metadata) {
	for _, one := range fields.withSigns(signNext) {
		if link, ok := one.link(); ok && !one.isBool(false) {
			s.link, s.follows = link, one.name
		} else if one.isTruthy() && s.follows == "" {
			s.follows = one.name
		}
	}
	for _, one := range fields.withSigns(signMore) {
		if one.isTruthy() && s.follows == "" {
			s.follows = one.name
		}
	}
	for _, one := range fields.withSigns(signIsLast, signLastPage, signComplete) {
		if one.isBool(false) && s.follows == "" {
			s.follows = one.name
		}
	}
	s.isEnd = slices.ContainsFunc(fields.list, fields.isEnd)
	for _, one := range fields.withSigns(signPrevious) {
		if one.isTruthy() {
			s.previous = one.name
		}
	}
}

// isEnd reports whether a field says that no other customers follow, or would if it were not declared harmless.
func (fields metaFields) isEnd(one metaField) bool {
	if one.echoed {
		return false
	}
	switch one.sign {
	case signMore:
		return one.isBool(false) && one.nameContains("more", "next", "truncated") || fields.isHarmless(one)
	case signNext, signToken:
		return !one.isTruthy() && one.nameContains("next") || fields.isHarmless(one)
	case signIsLast, signLastPage, signComplete:
		return one.isBool(true) || fields.isHarmless(one)
	case signPages:
		return fields.isHarmless(one)
	}
	return false
}

// readLastPage sets the address of the last page.
func (fields metaFields) readLastPage(s *metadata) {
	for _, one := range fields.withSigns(signLastPage) {
		if link, ok := one.link(); ok && (pageIn(link) > 0 || offsetIn(link) > 0) {
			s.lastPage = one
		}
	}
}

// unsupported returns the name of a field which says that others may follow, in a way that the portal does not
// support. Where the number of customers is not known, that is any number or yes of unknown meaning.
func (fields metaFields) unsupported(s *metadata, elements int64) string {
	if s.unknown != "" {
		return s.unknown
	}
	for _, one := range fields.withSigns(signToken) {
		if one.isTruthy() {
			return one.name
		}
	}
	if offsets := fields.withSigns(signOffset); len(offsets) > 0 && (s.total == nil || *s.total > elements) {
		return offsets[0].name
	}
	for _, one := range fields.list {
		if !fields.isHarmless(one) && (one.indicatesPartial(elements) || one.holdsCustomers()) {
			return one.name
		}
	}
	for _, one := range fields.withSigns(signPercentage) {
		if one.isPartialShare() {
			return one.name
		}
	}
	if s.total != nil {
		return ""
	}
	for _, one := range fields.withSigns(signPosition) {
		if one.isTruthy() && !one.echoed && !s.isEnd {
			return one.name
		}
	}
	for _, one := range fields.list {
		if !fields.isHarmless(one) && one.isTruthy() && one.mayBeSign(elements) {
			return one.name
		}
	}
	return ""
}

// mayBeSign reports whether a field may say that a list of so many elements is incomplete.
func (f metaField) mayBeSign(elements int64) bool {
	n, isCount := readCount(f.value)
	switch f.sign {
	case noSign:
	case signPages, signNumber, signSize:
		_, isNumber := f.number()
		first := f.sign == signSize && f.isBool(true) // "first": true means that this is the first page
		return !isNumber && f.value[0] != '{' && f.value[0] != '[' && !first
	default:
		return false
	}
	if isCount && n == elements || unrelatedNames[f.plain] {
		return false
	}
	if slices.ContainsFunc(unrelatedSuffixes, func(ending string) bool { return strings.HasSuffix(f.plain, ending) }) {
		return false
	}
	return isCount || string(f.value) == "true"
}

// undetermined returns the name of a field that should say how many customers there are, or whether these are all, and
// does not.
func (fields metaFields) undetermined(s *metadata) string {
	for _, one := range fields.withSigns(signTotal, signCount, signPages, signIsLast, signRange) {
		if one.nested && one.sign == signCount || one.echoed {
			continue
		}
		_, isNumber := one.number()
		text, _ := readText(one.value)
		found := rangePattern.FindStringSubmatch(text)
		switch {
		case one.sign == signRange && (found == nil || found[4] == "*"), one.sign == signIsLast && !one.isBool(true) && !one.isBool(false):
			return one.name
		case one.sign == signRange, one.sign == signIsLast, isNumber:
		default:
			return one.name
		}
	}
	for _, one := range fields.withSigns(signLastPage) {
		if string(one.value) == "null" && one.plain == "lastpage" {
			return one.name
		}
	}
	return ""
}
