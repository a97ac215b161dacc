package postgres

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// parsed is what parseTerms returns, as text: literal values are quoted.
func parsed(value string) string {
	negated, terms, err := parseTerms("type", value)
	if err != nil {
		return "refused"
	}
	texts := make([]string, len(terms))
	for i, t := range terms {
		texts[i] = t.text
		if t.literal {
			texts[i] = fmt.Sprintf("%q", t.text)
		}
	}
	text := strings.Join(texts, "|")
	if negated {
		text = "not " + text
	}
	return text
}

func TestParseTerms(t *testing.T) {
	long := strings.Repeat("ä", portal.MaxFilterValueLength)
	many := strings.Repeat("a,", portal.MaxFilterValues-1) + "a"
	for _, c := range []struct{ name, value, want string }{
		{"one", "active", "active"},
		{"many", "active,missing", "active|missing"},
		{"negated", "!active,missing", "not active|missing"},
		{"comma_and_space_in_value", "Monthly, Annual,Trial", "Monthly, Annual|Trial"},
		{"escaped_comma", `a\,b,c`, "a,b|c"},
		{"escaped_keyword", `\none`, `"none"`},
		{"escaped_negation", `\!x`, `"!x"`},
		{"escaped_prefix", `\^x`, `"^x"`},
		{"escaped_backslash", `a\\b`, `a\b`},
		{"backslash_at_end", `a\`, `a\`},
		{"only_first_exclamation_mark_negates", "!!a,!b", "not !a|!b"},
		{"empty", "", "refused"},
		{"only_negation", "!", "refused"},
		{"only_comma", ",", "refused"},
		{"empty_between", "a,,b", "refused"},
		{"empty_at_end", "a,", "refused"},
		{"longest_value", long, long},
		{"value_too_long", long + "a", "refused"},
		{"most_values", many, strings.ReplaceAll(many, ",", "|")},
		{"too_many_values", many + ",a", "refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := parsed(c.value); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestParseRange(t *testing.T) {
	const lowest, highest = -1 << 63, 1<<63 - 1
	refused := numberRange{5, 0}
	cases := map[int64]map[string]numberRange{
		0: {
			"0": {0, 0}, "5": {5, 5}, "5..": {5, highest}, "..5": {0, 5}, "5..10": {5, 10}, "5..5": {5, 5},
			"": refused, "..": refused, "10..5": refused, "-5": refused, "+5": refused, "5...": refused, "1..2..3": refused, "a": refused,
			" 5": refused, "5.5": refused, "99999999999999999999": refused, "٥": refused, "-5..5": refused,
		},
		lowest: {
			"5": {5, 5}, "-5": {-5, -5}, "..-1": {lowest, -1}, "-5..": {-5, highest}, "-5..5": {-5, 5}, "-5..-2": {-5, -2},
			"-2..-5": refused, "--5": refused, "-": refused, "+5": refused, "- 5": refused, "-99999999999999999999": refused,
		},
	}
	for least, texts := range cases {
		for text, want := range texts {
			t.Run(fmt.Sprint("of_", text, "_from_", least), func(t *testing.T) {
				got, err := parseRange("seats_used", text, least)
				if err != nil {
					got = refused
				}
				if got != want {
					t.Errorf("got %v (%v), want %v", got, err, want)
				}
			})
		}
	}
}

func TestParseDays(t *testing.T) {
	for text, want := range map[string]string{
		"2026-12-01": "2026-12-01 2026-12-01", "2026-12-01..": "2026-12-01 0001-01-01", "..2026-12-31": "0001-01-01 2026-12-31",
		"2026-12-01..2026-12-31": "2026-12-01 2026-12-31", "2028-02-29": "2028-02-29 2028-02-29",
		"2026-12-31..2026-12-01": "reversed", "2026-02-29": "no days", "0000-01-01": "no days", "": "no days", "..": "no days",
		"2026-12-01...": "no days", "2026-12-01..x": "no days", "30d": "no days", "01.12.2026": "no days", "+2026-12-01": "no days",
	} {
		t.Run("of_"+text, func(t *testing.T) {
			r, ok, err := parseDays("expires_on", text)
			got := r.from.Format("2006-01-02") + " " + r.to.Format("2006-01-02")
			if !ok {
				got = "no days"
			} else if err != nil {
				got = "reversed"
			}
			if got != want {
				t.Errorf("got %s (%v), want %s", got, err, want)
			}
		})
	}
}

func TestFilterErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		filter any
		want   string
	}{
		{"unknown_choice", portal.ClientFilter{Status: "active, missing"},
			"status is one of active, missing, removed, disabled, or several with commas between them; ! before them selects all others."},
		{"unknown_reason", portal.MSPFilter{StatusReason: "gone"}, "status_reason is one of none, deleted, inactive, disabled, demo, " +
			"licence_expired, or several with commas between them; ! before them selects all others."},
		{"unknown_answer", portal.ClientFilter{SPLA: "maybe"},
			"spla is one of yes, no, unknown, or several with commas between them; ! before them selects all others."},
		{"reversed_numbers", portal.ClientFilter{SeatsUsed: "1,9..3"},
			"The range of seats_used is reversed: the first end comes before the last, 3..9."},
		{"reversed_days", portal.MSPFilter{LastSeenAt: "2026-12-31..2026-12-01"},
			"The range of last_seen_at is reversed: the first end comes before the last, 2026-12-01..2026-12-31."},
		{"no_day", portal.ClientFilter{FirstSeenAt: "yesterday"},
			"first_seen_at is a day or a range such as 2026-12-01..2026-12-31, 2026-12-01.. or ..2026-12-31."},
		{"no_number", portal.MSPFilter{Expired: "many"},
			"expired is a whole number or a range: 5, 5.., ..5, 5..10; or none where it is unknown."},
		{"no_id", portal.ClientFilter{MSPID: "1"}, "msp_id is the id of an MSP, several with commas between them, or none."},
		{"no_text_to_begin_with", portal.ClientFilter{Name: "^"},
			`name needs a text after ^ (begins with) or = (is). Write \^ or \= for the character itself.`},
		{"empty_value", portal.ClientFilter{Type: "a,,b"},
			"type has an empty value. Separate values by single commas, such as a,b or !a,b."},
		{"too_many_values", portal.ClientFilter{LicenceType: strings.Repeat("a,", portal.MaxFilterValues) + "a"},
			"licence_type has at most 50 values."},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := clientFilters
			if _, isMSP := c.filter.(portal.MSPFilter); isMSP {
				table = mspFilters
			}
			_, err := filterBy(table, c.filter, pgx.NamedArgs{})
			if portal.ErrorCode(err) != portal.Invalid || !strings.HasSuffix(err.Error(), c.want) {
				t.Errorf("got %v, want invalid: %s", err, c.want)
			}
		})
	}
}

// FuzzFilters checks that any value of any filter is refused by its parameter's name, or becomes SQL whose values are
// all arguments.
func FuzzFilters(f *testing.F) {
	fields := reflect.VisibleFields(reflect.TypeFor[portal.ClientFilter]())
	for i := range fields {
		for _, value := range []string{"active", "!missing,removed", "5..10", "2026-12-01..", "30d,expired", "none", `\none`, "^a", "=b",
			"Monthly, Annual", `a\,b`, "unknown", "'; drop table client; --", "@mssp", "!", ","} {
			f.Add(uint8(i), value)
		}
	}
	f.Fuzz(func(t *testing.T, i uint8, value string) {
		field := fields[int(i)%len(fields)]
		if field.Type.Kind() != reflect.String || value == "" {
			return
		}
		for _, text := range []string{value, value + mark} {
			var filter portal.ClientFilter
			reflect.ValueOf(&filter).Elem().FieldByIndex(field.Index).SetString(text)
			sql, err := filterBy(clientFilters, filter, pgx.NamedArgs{})
			checkFilter(t, field.Tag.Get("query"), text, sql, err)
		}
	})
}

// mark is a text that no statement contains.
const mark = "qzx"

func checkFilter(t *testing.T, name, value string, sql filtered, err error) {
	t.Helper()
	if err != nil {
		var refusal *portal.Error
		if !errors.As(err, &refusal) || refusal.Code != portal.Invalid || refusal.Field != name {
			t.Errorf("%s=%q: got %v, want invalid for the parameter", name, value, err)
		}
		return
	}
	if strings.Contains(sql.rows, mark) || strings.Contains(sql.counts, mark) {
		t.Errorf("%s=%q: got the value in the SQL, want it as an argument:\n%s", name, value, sql.rows)
	}
}
