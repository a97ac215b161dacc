package postgres

import (
	"errors"
	"maps"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// The query of a view is checked when it is saved, by the same functions that read the list. One that was saved before
// a filter was removed stays as it is, and is not checked again unless it is changed.

// viewParameters reads the parameters of a view and checks each by a function that is named like it.
type viewParameters struct {
	known  []string
	values map[string]string
	err    error
}

// checkViewQuery returns Invalid naming query if it is no query of the list.
func checkViewQuery(scope portal.Scope, list portal.ViewList, query string) error {
	if err := portal.CheckViewQuery(query); err != nil {
		return err
	}
	p, err := parseViewQuery(query)
	if err != nil {
		return err
	}
	switch list {
	case portal.ListClients:
		checkViewFilter[portal.ClientFilter](p, clientFiltersIn(scope))
		p.checkSort(clientSorts)
		p.check("group", checkGroup)
	case portal.ListMSPs:
		checkViewFilter[portal.MSPFilter](p, mspFilters)
		p.checkSort(mspSorts)
	case portal.ListChanges:
		checkViewFilter[portal.ChangeFilter](p, changeFilters)
		p.checkSpan(scope)
	case portal.ListUsers:
		p.checkUsers(scope)
	case portal.ListInvites:
		p.check("q", checkSearch)
		p.check("status", checkInviteStatus)
	default:
		return portal.InvalidField("list", "There is no list %q.", list)
	}
	p.check("columns", checkColumns)
	return p.finish()
}

func parseViewQuery(query string) (*viewParameters, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, portal.InvalidField("query", "The query of a view is one of an address, such as status=active&sort=-name.")
	}
	p := &viewParameters{values: map[string]string{}}
	for name, all := range values {
		if len(all) != 1 || all[0] == "" || !utf8.ValidString(all[0]) || strings.ContainsRune(all[0], 0) {
			return nil, portal.InvalidField("query", "The parameter %q needs one value.", name)
		}
		p.values[name] = all[0]
	}
	return p, nil
}

// check removes the parameter and checks its value. The first error counts.
func (p *viewParameters) check(name string, correct func(value string) error) {
	p.known = append(p.known, name)
	value, found := p.values[name]
	delete(p.values, name)
	if found && p.err == nil {
		p.err = correct(value)
	}
}

// finish returns the error of the first wrong parameter, or names one that the list does not have.
func (p *viewParameters) finish() error {
	if p.err == nil && len(p.values) > 0 {
		unknown := slices.Min(slices.Collect(maps.Keys(p.values)))
		return portal.InvalidField("query", "This list has no parameter %q; it has %s.", unknown, strings.Join(p.known, ", "))
	}
	var invalid *portal.Error
	if errors.As(p.err, &invalid) && invalid.Code == portal.Invalid {
		return portal.InvalidField("query", "%s", invalid.Detail)
	}
	return p.err
}

// checkViewFilter checks the parameters of a filter struct by the table of its list's filters. Numbers are parameters that
// only older apps send.
func checkViewFilter[F any](p *viewParameters, table map[string]listFilter) {
	var filter F
	v := reflect.ValueOf(&filter).Elem()
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.Type.Kind() != reflect.String {
			continue
		}
		p.check(field.Tag.Get("query"), func(value string) error {
			v.Field(i).SetString(value)
			return checkLength(field.Tag.Get("query"), value, field.Tag.Get("maxLength"))
		})
	}
	if p.err == nil {
		_, p.err = filterBy(table, filter, pgx.NamedArgs{})
	}
}

func checkLength(name, value, most string) error {
	n, err := strconv.Atoi(most)
	if err == nil && utf8.RuneCountInString(value) > n {
		return portal.InvalidField("query", "%s has at most %d characters.", name, n)
	}
	return err
}

func checkGroup(value string) error {
	if value != "msp" {
		return portal.InvalidField("query", "group is msp.")
	}
	return nil
}

func checkSearch(value string) error { return checkLength("q", value, "100") }

func (p *viewParameters) checkSort(keys map[string]sortKey) {
	p.check("sort", func(value string) error {
		_, err := newKeyset(keys, value, "", "", "")
		return err
	})
}

// checkSpan checks the span of a list of changes.
func (p *viewParameters) checkSpan(scope portal.Scope) {
	since, until := p.values["since"], p.values["until"]
	p.check("since", func(value string) error {
		_, err := sinceMoment(value, scopeArgs(scope))
		return err
	})
	p.check("until", func(value string) error {
		_, err := untilMoment(value, scopeArgs(scope))
		return err
	})
	first, errFirst := time.Parse(time.DateOnly, since)
	last, errLast := time.Parse(time.DateOnly, until)
	if p.err == nil && errFirst == nil && errLast == nil && last.Before(first) {
		p.err = portal.InvalidField("query", "until must be later than since.")
	}
}

func (p *viewParameters) checkUsers(scope portal.Scope) {
	in, err := userViewsOf(scope)
	if err != nil {
		p.err = err
		return
	}
	var q portal.UserQuery
	p.check("q", checkSearch)
	p.check("role", func(value string) error {
		if !portal.Role(value).Known() {
			return portal.InvalidField("query", "There is no role %q.", value)
		}
		return nil
	})
	p.check("status", func(value string) error {
		q.Status = portal.UserStatus(value)
		return nil
	})
	p.check("msp_id", func(value string) error {
		q.MSPID = value
		return nil
	})
	p.checkSort(in.sorts())
	if p.err == nil {
		_, p.err = in.filter(q, pgx.NamedArgs{})
	}
}

func checkInviteStatus(value string) error {
	if _, ok := inviteStatusConditions[value]; !ok {
		return portal.InvalidField("query", "An invite is open, accepted, expired or revoked.")
	}
	return nil
}

var viewColumn = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}(:[1-9][0-9]{1,3})?$`)

// checkColumns checks the names of columns, each with its width in pixels or without. Which columns there are, the
// screens know.
func checkColumns(value string) error {
	columns := strings.Split(value, ",")
	if len(columns) > portal.MaxViewColumns {
		return portal.InvalidField("query", "columns has at most %d names.", portal.MaxViewColumns)
	}
	seen := map[string]bool{}
	for _, column := range columns {
		name, _, _ := strings.Cut(column, ":")
		if !viewColumn.MatchString(column) || seen[name] {
			return portal.InvalidField("query", "columns are names, each once and with or without a width: name,status:120.")
		}
		seen[name] = true
	}
	return nil
}
