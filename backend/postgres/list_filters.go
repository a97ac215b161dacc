package postgres

import (
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
	// dated: the condition needs figures that depend on the day.
	dated bool
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
	// dated: a condition needs figures that depend on the day.
	dated bool
}

// maxAllValues is the greatest number of values in all filters of a list: each is a condition on every row.
const maxAllValues = 120

// filterBy turns the filter struct f into SQL by the table of its list's filters.
func filterBy(table map[string]listFilter, f any, args pgx.NamedArgs) (filtered, error) {
	return filterExcept(table, f, "", args)
}

// filterExcept is filterBy without the parameter except.
func filterExcept(table map[string]listFilter, f any, except string, args pgx.NamedArgs) (filtered, error) {
	all := filtered{countable: true}
	v := reflect.ValueOf(f)
	values := 0
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("query")
		if v.Field(i).IsZero() || name == except {
			continue
		}
		value := v.Field(i).String()
		if v.Field(i).CanInt() {
			value = strconv.FormatInt(v.Field(i).Int(), 10)
		}
		if values += 1 + strings.Count(value, ","); values > maxAllValues {
			return filtered{}, portal.InvalidField(name, "All filters together have at most %d values.", maxAllValues)
		}
		rows, err := table[name].rows(name, value, args)
		if err != nil {
			return filtered{}, err
		}
		all.dated = all.dated || table[name].dated
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

// dated is a filter whose condition needs figures that depend on the day.
func dated(c condition) listFilter { return listFilter{rows: c, dated: true} }

// counted is a filter whose condition holds for rows and kept counts alike.
func counted(c condition) listFilter { return listFilter{rows: c, counts: c} }
