package postgres

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// The conditions that filters turn into, one for each kind of column, by the grammar of list_grammar.go.

// anyTerm returns the condition of a filter whose values match turns into SQL, which is true for rows that have one of
// them.
func anyTerm(match func(name string, terms []term, args pgx.NamedArgs) (string, error)) condition {
	return func(name, value string, args pgx.NamedArgs) (string, error) {
		negated, terms, err := parseTerms(name, value)
		if err != nil {
			return "", err
		}
		sql, err := match(name, terms, args)
		if negated {
			return "(" + sql + ") is not true", err
		}
		return "(" + sql + ")", err
	}
}

// eachTerm is anyTerm for values that are each a condition of their own.
func eachTerm(match func(name string, t term, args pgx.NamedArgs) (string, error)) condition {
	return anyTerm(func(name string, terms []term, args pgx.NamedArgs) (string, error) {
		all := make([]string, len(terms))
		for i, t := range terms {
			sql, err := match(name, t, args)
			if err != nil {
				return "", err
			}
			all[i] = sql
		}
		if len(all) == 1 {
			return all[0], nil
		}
		return "(" + strings.Join(all, ") or (") + ")", nil
	})
}

// bind adds a value to args under a name of its own, and returns its placeholder.
func bind(args pgx.NamedArgs, name string, value any) string {
	key := name + "_" + strconv.Itoa(len(args))
	args[key] = value
	return "@" + key
}

// equalsAny is the condition that an expression of the SQL type kind equals one of the values. One value is compared
// as such, which also matches the conditions of partial indexes.
func equalsAny(args pgx.NamedArgs, name, column, kind string, values []string) string {
	if len(values) == 1 {
		return column + " = " + bind(args, name, values[0]) + "::" + kind
	}
	return column + " = any(" + bind(args, name, values) + "::" + kind + "[])"
}

// equalsFilter filters a column by one value, which the route has checked.
func equalsFilter(column string) condition {
	return func(name, value string, args pgx.NamedArgs) (string, error) {
		args[name] = value
		return column + " = @" + name, nil
	}
}

// choiceFilter filters a column by the values of an enumeration, which is never empty.
func choiceFilter[V ~string](column string, known []V) condition {
	return anyTerm(func(name string, terms []term, args pgx.NamedArgs) (string, error) {
		values, err := choices(name, terms, known)
		return equalsAny(args, name, column, "text", values), err
	})
}

// choices returns the values of the terms, which must be known.
func choices[V ~string](name string, terms []term, known []V) ([]string, error) {
	values := make([]string, len(terms))
	for i, t := range terms {
		if !slices.Contains(known, V(t.text)) {
			return nil, errChoice(name, known)
		}
		values[i] = t.text
	}
	return values, nil
}

func errChoice[V ~string](name string, known []V) error {
	texts := make([]string, len(known))
	for i, value := range known {
		texts[i] = string(value)
	}
	return portal.InvalidField(name, "%s is one of %s, or several with commas between them; ! before them selects all others.",
		name, strings.Join(texts, ", "))
}

// reasonFilter filters a table by why its rows are disabled. A missing customer keeps its reason, which is not shown.
func reasonFilter(table string) condition {
	return anyTerm(func(name string, terms []term, args pgx.NamedArgs) (string, error) {
		terms, none := withoutNone(terms)
		values, err := choices(name, terms, portal.StatusReasons)
		if err != nil {
			return "", errChoice(name, append([]portal.StatusReason{"none"}, portal.StatusReasons...))
		}
		disabled, empty := table+".status = 'disabled'", "("+table+".status <> 'disabled' or "+table+".status_reason is null)"
		if len(values) == 0 {
			return empty, nil
		}
		sql := disabled + " and " + equalsAny(args, name, table+".status_reason", "text", values)
		if none {
			sql += " or " + empty
		}
		return sql, nil
	})
}

// withoutNone splits off the keyword none.
func withoutNone(terms []term) (others []term, none bool) {
	for _, t := range terms {
		if t.is("none") {
			none = true
			continue
		}
		others = append(others, t)
	}
	return others, none
}

// productTextFilter filters by the product's own texts, compared without the case of ASCII letters, independent of the
// database's locale. empty is the condition of the keyword none.
func productTextFilter(column, empty string) condition {
	return anyTerm(func(name string, terms []term, args pgx.NamedArgs) (string, error) {
		terms, none := withoutNone(terms)
		if len(terms) == 0 {
			return empty, nil
		}
		sql := equalsAny(args, name, "lower("+column+` collate "C")`, "text", lowered(terms))
		if none {
			sql += " or " + empty
		}
		return sql, nil
	})
}

// productTextsFilter filters by an array of the product's own texts: rows that have one of them.
func productTextsFilter(column string) condition {
	return anyTerm(func(name string, terms []term, args pgx.NamedArgs) (string, error) {
		terms, none := withoutNone(terms)
		empty := column + " = '{}'"
		if len(terms) == 0 {
			return empty, nil
		}
		sql := "lower(" + column + `::text collate "C")::text[] && ` + bind(args, name, lowered(terms)) + "::text[]"
		if none {
			sql += " or " + empty
		}
		return sql, nil
	})
}

func lowered(terms []term) []string {
	texts := make([]string, len(terms))
	for i, t := range terms {
		texts[i] = lowerASCII(t.text)
	}
	return texts
}

func lowerASCII(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

// yesNoFilter filters a nullable boolean.
func yesNoFilter(column string) condition {
	return eachTerm(func(name string, t term, _ pgx.NamedArgs) (string, error) {
		switch t.text {
		case "yes":
			return column, nil
		case "no":
			return "not " + column, nil
		case "unknown", "none":
			return column + " is null", nil
		}
		return "", errChoice(name, portal.YesNoValues)
	})
}

// numberFilter filters a number, which may be unknown.
func numberFilter(column string) condition { return numberFilterFrom(column, 0) }

// signedNumberFilter is numberFilter for one that may be negative.
func signedNumberFilter(column string) condition { return numberFilterFrom(column, math.MinInt64) }

func numberFilterFrom(column string, least int64) condition {
	return eachTerm(func(name string, t term, args pgx.NamedArgs) (string, error) {
		if t.text == "unknown" || t.text == "none" {
			return column + " is null", nil
		}
		r, err := parseRange(name, t.text, least)
		if err != nil {
			return "", err
		}
		return column + " between " + bind(args, name, r.from) + "::bigint and " + bind(args, name, r.to) + "::bigint", nil
	})
}

// dayFilter filters a date, which may be absent. of is the condition of rows whose date counts as expired or soon.
func dayFilter(column, of string) condition {
	return eachTerm(func(name string, t term, args pgx.NamedArgs) (string, error) {
		switch t.text {
		case "none":
			return column + " is null", nil
		case "expired":
			return of + column + " < " + today, nil
		}
		if days, ok := parseSoon(t.text); ok {
			return of + column + " between " + today + " and " + today + " + " + bind(args, name, days) + "::int", nil
		}
		r, ok, err := parseDays(name, t.text)
		if !ok {
			return "", portal.InvalidField(name,
				"%s is a day or a range such as 2026-12-01..2026-12-31, 2026-12-01.. or ..2026-12-31; expired; "+
					"a number of days from today up to %d, such as 30d; or none.", name, portal.MaxExpiryDays)
		}
		return r.contains(args, name, column, func(day string) string { return day }), err
	})
}

// parseSoon parses a number of days such as 30d.
func parseSoon(text string) (days int, ok bool) {
	count, ok := strings.CutSuffix(text, "d")
	days, err := strconv.Atoi(count)
	return days, ok && err == nil && digits(count) && days <= portal.MaxExpiryDays
}

// timeFilter filters a time by days in the time zone of the viewer's MSSP.
func timeFilter(column string) condition { return timeFilterOr(column, "") }

// timeFilterOr is timeFilter for a time that may be absent; empty is the condition of the keyword none.
func timeFilterOr(column, empty string) condition {
	return eachTerm(func(name string, t term, args pgx.NamedArgs) (string, error) {
		if empty != "" && t.is("none") {
			return empty, nil
		}
		r, ok, err := parseDays(name, t.text)
		if !ok {
			return "", portal.InvalidField(name, "%s is a day or a range such as 2026-12-01..2026-12-31, 2026-12-01.. or ..2026-12-31.", name)
		}
		return r.contains(args, name, column, func(day string) string {
			return "(" + day + ")::timestamp at time zone scope_time_zone()"
		}), err
	})
}

// contains is the condition that the column is within the range. start turns a day into the column's type.
func (r dayRange) contains(args pgx.NamedArgs, name, column string, start func(day string) string) string {
	var all []string
	if !r.from.IsZero() {
		all = append(all, fmt.Sprintf("%s >= %s", column, start(bind(args, name, r.from)+"::date")))
	}
	if !r.to.IsZero() {
		all = append(all, fmt.Sprintf("%s < %s", column, start(bind(args, name, r.to)+"::date + 1")))
	}
	return strings.Join(all, " and ")
}

// textFilter filters a text by what it contains: a value, ^value at its beginning, or =value as a whole.
func textFilter(compare func(args pgx.NamedArgs, name string, p textPosition, text string) string, empty string) condition {
	return eachTerm(func(name string, t term, args pgx.NamedArgs) (string, error) {
		if empty != "" && t.is("none") {
			return empty, nil
		}
		p, text := anywhere, t.text
		switch {
		case !t.literal && text[0] == '^':
			p, text = atStart, text[1:]
		case !t.literal && text[0] == '=':
			p, text = whole, text[1:]
		}
		if text == "" {
			return "", portal.InvalidField(name, "%s needs a text after ^ (begins with) or = (is). Write \\^ or \\= for the character itself.", name)
		}
		return compare(args, name, p, text), nil
	})
}

// textPosition is where in a text a value is looked for.
type textPosition int

const (
	anywhere textPosition = iota
	atStart
	whole
)

// pattern returns a LIKE pattern that finds text at the place, its own wildcards escaped.
func (p textPosition) pattern(text string) string {
	text = pattern(text)
	switch p {
	case atStart:
		return text[1:]
	case whole:
		return text[1 : len(text)-1]
	}
	return text
}

// namesOf compares with the name of a table's row.
func namesOf(table string) func(args pgx.NamedArgs, name string, p textPosition, text string) string {
	return func(args pgx.NamedArgs, name string, p textPosition, text string) string {
		folded := fold(text)
		if folded == "" {
			return "false" // marks alone are in no name
		}
		return nameLike(table, table+".name", bind(args, name, p.pattern(text)), bind(args, name, p.pattern(folded)))
	}
}

// namesOfMSPs compares with the name of the MSP of a client c.
func namesOfMSPs(args pgx.NamedArgs, name string, p textPosition, text string) string {
	return `c.msp_id in (
		select u.id
		from msp u
		where u.mssp_id = @mssp
		and ` + namesOf("u")(args, name, p, text) + `)`
}

// externalIDs compares with the id in the product of a table's row.
func externalIDs(table string) func(args pgx.NamedArgs, name string, p textPosition, text string) string {
	return func(args pgx.NamedArgs, name string, p textPosition, text string) string {
		return "lower(" + table + `.external_id collate "C") like ` + bind(args, name, p.pattern(foldID(text)))
	}
}

// idFilter filters by one id, which rows turns into SQL; of describes it in the error for any other value.
func idFilter(of string, rows func(id string) string) condition {
	return func(name, value string, args pgx.NamedArgs) (string, error) {
		if !validID(value) {
			return "", portal.InvalidField(name, "%s is %s.", name, of)
		}
		args[name] = value
		return rows("@" + name + "::text::uuid"), nil
	}
}

// mspFilter filters by ids of MSPs; direct is the condition for clients directly under the MSSP, or under one of the ids.
func mspFilter(column string, direct func(args pgx.NamedArgs, name string, ids []string) string) condition {
	return anyTerm(func(name string, terms []term, args pgx.NamedArgs) (string, error) {
		terms, none := withoutNone(terms)
		values := make([]string, len(terms))
		for i, t := range terms {
			if !validID(t.text) {
				return "", portal.InvalidField(name, "%s is the id of an MSP, several with commas between them, or none.", name)
			}
			values[i] = t.text
		}
		if none {
			return direct(args, name, values), nil
		}
		return equalsAny(args, name, column, "uuid", values), nil
	})
}
