package postgres

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"fs-client-portal/backend/portal"
)

// All filters of a list have one grammar:
//
//	filter = ["!"] value *("," value)
//
// A row matches if it has one of the values; after "!", if it has none of them, which includes rows where the column is
// empty. A comma followed by a space is part of a value, as in the licence type "Monthly, Annual". A backslash makes the
// next character literal: "a\,b" is one value, "\none" is the text none, "\!x" does not begin a negation.
//
// What a value may be depends on the column (list_conditions.go): a choice, a text, a range such as 5..10 or
// 2026-12-01..2026-12-31, and none where the column is empty.

// term is one value of a filter.
type term struct {
	text string
	// literal: the first character was escaped, so that the value is neither a keyword nor has a prefix.
	literal bool
}

// is reports whether the term is a keyword.
func (t term) is(keyword string) bool { return !t.literal && t.text == keyword }

// parseTerms splits the value of the parameter name. Its error is portal.Invalid and names the parameter.
func parseTerms(name, value string) (negated bool, terms []term, err error) {
	value, negated = strings.CutPrefix(value, "!")
	for rest := value; ; {
		t, after, more := nextTerm(rest)
		if t.text == "" {
			return false, nil, portal.InvalidField(name, "%s has an empty value. Separate values by single commas, such as a,b or !a,b.", name)
		}
		if utf8.RuneCountInString(t.text) > portal.MaxFilterValueLength {
			return false, nil, portal.InvalidField(name, "A value of %s has at most %d characters.", name, portal.MaxFilterValueLength)
		}
		terms = append(terms, t)
		if len(terms) > portal.MaxFilterValues {
			return false, nil, portal.InvalidField(name, "%s has at most %d values.", name, portal.MaxFilterValues)
		}
		if !more {
			return negated, terms, nil
		}
		rest = after
	}
}

// nextTerm returns the first value of text, and what follows its comma if there is one.
func nextTerm(text string) (t term, after string, more bool) {
	var value strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			t.literal = t.literal || i == 0
			i++
		case text[i] == ',' && !strings.HasPrefix(text[i+1:], " "):
			t.text = value.String()
			return t, text[i+1:], true
		}
		value.WriteByte(text[i])
	}
	t.text = value.String()
	return t, "", false
}

// writeTerm returns a text as one literal value of a filter.
func writeTerm(text string) string {
	escaped := strings.NewReplacer(`\`, `\\`, `,`, `\,`).Replace(text)
	if text == "none" || text != "" && strings.ContainsAny(text[:1], "!^= ") {
		return `\` + escaped
	}
	return escaped
}

// numberRange is a range of whole numbers, both ends included.
type numberRange struct{ from, to int64 }

// parseRange parses 5, 5.., ..5 or 5..10, of numbers that are not less than least.
func parseRange(name, text string, least int64) (r numberRange, err error) {
	low, high := ends(text)
	r = numberRange{least, math.MaxInt64}
	ok := low != "" || high != ""
	if low != "" {
		r.from, err = strconv.ParseInt(low, 10, 64)
		ok = ok && err == nil && wholeNumber(low, least)
	}
	if high != "" {
		r.to, err = strconv.ParseInt(high, 10, 64)
		ok = ok && err == nil && wholeNumber(high, least)
	}
	if !ok {
		return numberRange{}, portal.InvalidField(name, "%s is a whole number or a range: 5, 5.., ..5, 5..10; or none where it is unknown.", name)
	}
	if r.from > r.to {
		return numberRange{}, errReversed(name, high, low)
	}
	return r, nil
}

// wholeNumber reports whether text has digits only, behind a minus where numbers may be negative.
func wholeNumber(text string, least int64) bool {
	if least < 0 {
		text = strings.TrimPrefix(text, "-")
	}
	return digits(text)
}

// dayRange is a range of days, both ends included; the zero time is an open end.
type dayRange struct{ from, to time.Time }

// parseDays parses 2026-12-01, 2026-12-01.., ..2026-12-31 or 2026-12-01..2026-12-31; false for anything else.
func parseDays(name, text string) (r dayRange, ok bool, err error) {
	low, high := ends(text)
	if low == "" && high == "" {
		return dayRange{}, false, nil
	}
	if low != "" {
		if r.from, ok = parseDay(low); !ok {
			return dayRange{}, false, nil
		}
	}
	if high != "" {
		if r.to, ok = parseDay(high); !ok {
			return dayRange{}, false, nil
		}
	}
	if low != "" && high != "" && r.from.After(r.to) {
		return dayRange{}, true, errReversed(name, high, low)
	}
	return r, true, nil
}

func parseDay(text string) (time.Time, bool) {
	day, err := time.Parse(time.DateOnly, text)
	return day, err == nil && day.Year() > 0
}

// ends splits a range at its dots; a text without dots is both ends.
func ends(text string) (low, high string) {
	low, high, isRange := strings.Cut(text, "..")
	if !isRange {
		high = low
	}
	return low, high
}

func errReversed(name, first, last string) error {
	return portal.InvalidField(name, "The range of %s is reversed: the first end comes before the last, %s..%s.", name, first, last)
}

func digits(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
}
