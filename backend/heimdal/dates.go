package heimdal

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// layouts are the forms a date is read in; the day is taken as written, whatever the offset behind it. Day and month
// in numbers with slashes or dashes are read only where they cannot be mistaken.
var layouts = []string{
	time.DateOnly,
	time.RFC3339Nano,
	"2006-01-02T15:04:05.999999999",
	"2006-01-02T15:04",
	"2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999",
	"2006-01-02 15:04",
	"2006/01/02",
	"20060102",
	"02.01.2006",
	"2 Jan 2006", "2 January 2006", "Jan 2, 2006", "January 2, 2006",
	time.RFC1123, time.RFC1123Z,
}

var (
	// .NET's old form: milliseconds since 1970.
	netDate  = regexp.MustCompile(`^/Date\((-?\d+)([+-]\d{4})?\)/$`)
	slashes  = regexp.MustCompile(`^(\d{1,2})[/-](\d{1,2})[/-](\d{4})( .*)?$`)
	digits   = regexp.MustCompile(`^\d{10}(\d{3})?$`)
	earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// readDate reads a day as YYYY-MM-DD. Dates out of all reason stand for "none", as .NET's 0001-01-01 and 9999-12-31 do.
func readDate(value []byte) (string, bool) {
	text, ok := readText(value)
	if !ok {
		return "", false
	}
	day, ok := parseDate(text)
	if !ok || day.Before(earliest) || !day.Before(latest) {
		return "", false
	}
	return day.Format(time.DateOnly), true
}

func parseDate(text string) (time.Time, bool) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil {
			return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC), true
		}
	}
	if match := netDate.FindStringSubmatch(text); match != nil {
		return epoch(match[1], time.UnixMilli)
	}
	if digits.MatchString(text) {
		if len(text) == 13 {
			return epoch(text, time.UnixMilli)
		}
		return epoch(text, func(s int64) time.Time { return time.Unix(s, 0) })
	}
	if match := slashes.FindStringSubmatch(text); match != nil {
		return slashed(match[1], match[2], match[3])
	}
	return time.Time{}, false
}

func epoch(text string, at func(int64) time.Time) (time.Time, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return at(n).UTC(), err == nil
}

// slashed reads 31/03/2027 and 03/31/2027, but not 03/04/2027, which is two days.
func slashed(a, b, year string) (time.Time, bool) {
	x, _ := strconv.Atoi(a)
	y, _ := strconv.Atoi(b)
	if x <= 12 && y <= 12 && x != y {
		return time.Time{}, false
	}
	if x > 12 {
		x, y = y, x
	}
	t, err := time.Parse("1/2/2006", strings.Join([]string{strconv.Itoa(x), strconv.Itoa(y), year}, "/"))
	return t, err == nil
}
