package postgres

import (
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// sinceMoment returns the beginning of a span as SQL.
func sinceMoment(value string, args pgx.NamedArgs) (string, error) {
	if value == "last_visit" {
		return "(" + lastVisit + ")", nil
	}
	number, isDays := strings.CutSuffix(value, "d")
	if days, err := strconv.Atoi(number); isDays && err == nil && digits(number) && days <= maxSpanDays {
		args["since"] = days
		return "((" + today + " - @since::int)::timestamp at time zone scope_time_zone())", nil
	}
	return spanEnd("since", value, 0, args)
}

// maxSpanDays is the greatest number of days ago that a span may begin: ten years.
const maxSpanDays = 3660

// untilMoment returns the end of a span as SQL; a date is included.
func untilMoment(value string, args pgx.NamedArgs) (string, error) {
	return spanEnd("until", value, 1, args)
}

// spanEnd returns a time as SQL: a date begins in the time zone of the viewer's MSSP, later by so many days.
func spanEnd(name, value string, later int, args pgx.NamedArgs) (string, error) {
	if value == "" {
		return "null::timestamptz", nil
	}
	if day, err := time.Parse(time.DateOnly, value); err == nil && day.Year() > 0 {
		args[name] = day.AddDate(0, 0, later)
		return "(@" + name + "::date::timestamp at time zone scope_time_zone())", nil
	}
	at, err := time.Parse(time.RFC3339Nano, value)
	if err != nil || at.Year() < 1 {
		others := map[string]string{"since": ", a number of days such as 7d, or last_visit"}[name]
		return "", portal.InvalidField(name, "%s is a date such as 2026-01-31, a time such as 2026-01-31T12:00:00Z%s.", name, others)
	}
	args[name] = at
	return "@" + name + "::timestamptz", nil
}

// queueSpan reads the ends of the span as times, and the newest change in the scope. It must come before the rows, so
// that a change after the newest is not taken for seen.
func (l changeList) queueSpan(batch *pgx.Batch, page *portal.ChangePage) {
	newest := `(
			select g.at
			from ` + changeGroups(l.scope, portal.ChangeFilter{}) + `
			where ` + groupScope(l.scope) + `
			order by g.at desc, g.id desc
			limit 1)`
	batch.Queue("select "+l.since+", "+l.until+", "+newest, l.args).QueryRow(func(row pgx.Row) error {
		err := row.Scan(&page.Since, &page.Until, &page.NewestAt)
		if err == nil && page.Since != nil && page.Until != nil && !page.Since.Before(*page.Until) {
			return portal.InvalidField("until", "until must be later than since.")
		}
		return err
	})
}
