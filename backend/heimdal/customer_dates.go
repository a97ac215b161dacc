package heimdal

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// dayLayouts are the layouts of a day, without the time and the offset that may follow: the day is taken as written.
// Numeric days and months with slashes or dashes are read only where they are unambiguous.
var dayLayouts = []string{
	time.DateOnly, "2006/01/02", "2006.01.02", "20060102", "02.01.2006",
	"2 Jan 2006", "2 January 2006", "2-Jan-2006", "2-January-2006", "2-Jan-06", "2006-Jan-02",
	"Jan 2, 2006", "January 2, 2006", "Jan 2 2006", "January 2 2006", "Jan-2-2006",
}

// commonLayouts are those that most systems write; they are tried first.
var commonLayouts = []string{time.DateOnly, "2006-01-02T15:04:05", time.RFC3339}

// timestampLayouts are layouts in which the time is not at the end, or is written without colons.
var timestampLayouts = []string{"Jan _2 15:04:05 2006", "Jan _2 15:04:05 MST 2006", "20060102T150405", "20060102T150405Z0700"}

var (
	weekday = regexp.MustCompile(`(?i)^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? `)
	// zoneRemark is what JavaScript appends to a time: (Coordinated Universal Time).
	zoneRemark = regexp.MustCompile(` \([^()]*\)$`)
	timeOfDay  = regexp.MustCompile(`(?i)([t ]|, ?)([01]?\d|2[0-4]):[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?( ?[ap]m)? ?` + zonePattern + `$`)
	dayZone    = regexp.MustCompile(`(?i) ?(z|utc|gmt|\+\d\d:?\d\d|-\d\d:\d\d)$`)
	// netDate is an old format of .NET: milliseconds since 1970.
	netDate    = regexp.MustCompile(`^/Date\((-?\d+)([+-]\d{4})?\)/$`)
	slashedDay = regexp.MustCompile(`^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$`)
	// epochDigits are seconds or milliseconds since 1970, with a fraction where a system writes floating point
	// numbers.
	epochDigits = regexp.MustCompile(`^(\d{10}|\d{13})(?:\.\d{1,9})?$`)
	earliest    = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	latest      = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// zonePattern is an offset or a common abbreviation, and the zone's name that Java appends.
const zonePattern = `(z|utc|gmt|[ecmpaw]e?[sd]?t|bst|ist)?([+-]\d\d(:?\d\d)?)?(\[[a-z_]+(/[a-z_]+)*\])?`

// readDate returns a day as YYYY-MM-DD, also from the {"$date": …} of a database. Implausible dates mean that there is
// none, such as .NET's 0001-01-01 and 9999-12-31.
func readDate(value []byte) (string, bool) {
	day, ok := parseValue(value)
	if !ok || day.Before(earliest) || !day.Before(latest) {
		return "", false
	}
	return day.Format(time.DateOnly), true
}

func parseValue(value []byte) (time.Time, bool) {
	if len(value) > 0 && value[0] == '{' {
		return parseWrapped(value)
	}
	text, ok := readText(value)
	if !ok {
		return time.Time{}, false
	}
	return parseDate(text)
}

// parseWrapped parses the object that a document database writes for a time: {"$date": "2027-12-31T00:00:00Z"}, or
// milliseconds since 1970 as a number or as {"$numberLong": "1830211200000"}.
func parseWrapped(value []byte) (time.Time, bool) {
	inner, ok := onlyMember(value, `"$date"`)
	if !ok {
		return time.Time{}, false
	}
	if long, ok := onlyMember(inner, `"$numberLong"`); ok {
		text, _ := readText(long)
		return epoch(text, time.UnixMilli)
	}
	text, ok := readText(inner)
	if ok && inner[0] != '"' {
		return epoch(text, time.UnixMilli)
	}
	return parseDate(text)
}

// onlyMember returns the value of an object's only member, if that has this quoted name.
func onlyMember(value []byte, quoted string) (inner []byte, ok bool) {
	if len(value) == 0 || value[0] != '{' {
		return nil, false
	}
	members := 0
	_ = eachMember(value, func(name, v []byte) error {
		members++
		if string(name) == quoted {
			inner, ok = v, true
		}
		return nil
	})
	return inner, ok && members == 1
}

func parseDate(text string) (time.Time, bool) {
	if t, ok := parseAny(commonLayouts, text); ok {
		return t, true
	}
	if match := netDate.FindStringSubmatch(text); match != nil {
		return epoch(match[1], time.UnixMilli)
	}
	if match := epochDigits.FindStringSubmatch(text); match != nil {
		if len(match[1]) == 13 {
			return epoch(match[1], time.UnixMilli)
		}
		return epoch(match[1], func(s int64) time.Time { return time.Unix(s, 0) })
	}
	text = strings.Join(strings.Fields(weekday.ReplaceAllString(zoneRemark.ReplaceAllString(text, ""), "")), " ")
	if t, ok := parseAny(timestampLayouts, text); ok {
		return t, true
	}
	day := timeOfDay.ReplaceAllString(text, "")
	if day == text {
		day = dayZone.ReplaceAllString(text, "")
	}
	if t, ok := parseAny(dayLayouts, day); ok {
		return t, true
	}
	if match := slashedDay.FindStringSubmatch(day); match != nil {
		return slashed(match[1], match[2], match[3])
	}
	return time.Time{}, false
}

func parseAny(layouts []string, text string) (time.Time, bool) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil {
			return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC), true
		}
	}
	return time.Time{}, false
}

func epoch(text string, at func(int64) time.Time) (time.Time, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return at(n).UTC(), err == nil
}

// slashed parses 31/03/2027 and 03/31/2027, but not 03/04/2027, which is ambiguous.
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
