package postgres

import (
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// A list's filters are the fields of its filter struct (portal.ClientFilter, portal.MSPFilter) and the rows of one
// table here, by the name of the parameter. TestFilters fails when one is missing in either.

// listFilter is what one parameter adds to a list's conditions.
type listFilter struct {
	// rows is the condition on a row of the list.
	rows condition
	// counts is the same condition on a row of the list's kept counts; nil if they lack its columns, so that a total must
	// be counted from the rows.
	counts condition
}

// condition returns SQL for value, which is not empty, and adds its arguments to args under names that begin with name.
// Its error is portal.Invalid and names the parameter.
type condition func(name, value string, args pgx.NamedArgs) (string, error)

// filtered is a filter struct as SQL.
type filtered struct {
	// rows and counts are conditions joined by and; "" without any.
	rows, counts string
	// countable: the total can be read from the kept counts.
	countable bool
}

// filterBy turns the filter struct f into SQL by the table of its list's filters.
func filterBy(table map[string]listFilter, f any, args pgx.NamedArgs) (filtered, error) {
	all := filtered{countable: true}
	v := reflect.ValueOf(f)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			continue
		}
		name := v.Type().Field(i).Tag.Get("query")
		value := v.Field(i).String()
		if v.Field(i).CanInt() {
			value = strconv.FormatInt(v.Field(i).Int(), 10)
		}
		rows, err := table[name].rows(name, value, args)
		if err != nil {
			return filtered{}, err
		}
		all.rows += "\nand " + rows
		if table[name].counts == nil {
			all.countable = false
			continue
		}
		counts, err := table[name].counts(name, value, args)
		if err != nil {
			return filtered{}, err
		}
		all.counts += "\nand " + counts
	}
	return all, nil
}

// counted is a filter whose condition holds for rows and kept counts alike.
func counted(c condition) listFilter { return listFilter{rows: c, counts: c} }

func equals(column string) condition {
	return func(name, value string, args pgx.NamedArgs) (string, error) {
		args[name] = value
		return column + " = @" + name, nil
	}
}

// equalsText compares without the case of ASCII letters, independent of the database's locale.
func equalsText(column string) condition {
	return func(name, value string, args pgx.NamedArgs) (string, error) {
		args[name] = value
		return "lower(" + column + ` collate "C") = lower(@` + name + `::text collate "C")`, nil
	}
}

// orNone adds the value none, for null, to a condition on a column.
func orNone(column string, c condition) condition {
	return func(name, value string, args pgx.NamedArgs) (string, error) {
		if value == "none" {
			return column + " is null", nil
		}
		return c(name, value, args)
	}
}

// isYes filters a nullable boolean by yes, no or unknown.
func isYes(column string) condition {
	return func(name, value string, _ pgx.NamedArgs) (string, error) {
		switch value {
		case "yes":
			return column, nil
		case "no":
			return "not " + column, nil
		case "unknown":
			return column + " is null", nil
		}
		return "", portal.InvalidField(name, "%s is yes, no or unknown.", name)
	}
}

// inRange filters a number by a value or a range, such as 5, 5.., ..5 or 5..10, or by unknown.
func inRange(column string) condition {
	return func(name, value string, args pgx.NamedArgs) (string, error) {
		if value == "unknown" {
			return column + " is null", nil
		}
		from, to, ok := readRange(value)
		if !ok {
			return "", portal.InvalidField(name, "%s is a whole number or a range: 5, 5.., ..5, 5..10; or unknown.", name)
		}
		args[name+"_from"], args[name+"_to"] = from, to
		return column + " between @" + name + "_from::bigint and @" + name + "_to::bigint", nil
	}
}

// readRange parses 5, 5.., ..5 or 5..10; false for anything else, a negative number, or an empty range.
func readRange(text string) (from, to int64, ok bool) {
	low, high, isRange := strings.Cut(text, "..")
	if !isRange {
		high = low
	}
	if low == "" && high == "" {
		return 0, 0, false
	}
	from, to = 0, math.MaxInt64
	var err error
	if low != "" {
		if from, err = strconv.ParseInt(low, 10, 64); err != nil || !digits(low) {
			return 0, 0, false
		}
	}
	if high != "" {
		if to, err = strconv.ParseInt(high, 10, 64); err != nil || !digits(high) {
			return 0, 0, false
		}
	}
	return from, to, from <= to
}

func digits(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
}

// disabledFor filters the disabled rows of a table by the reason. A missing customer keeps its reason.
func disabledFor(table string) condition {
	return func(name, value string, args pgx.NamedArgs) (string, error) {
		args[name] = value
		return table + ".status = 'disabled' and " + table + ".status_reason = @" + name, nil
	}
}
