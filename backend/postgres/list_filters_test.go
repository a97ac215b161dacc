package postgres_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// TestFiltersProperty checks for random worlds, viewers and filters of any columns that a list has exactly the rows of
// the unfiltered list that match by the same rule written in Go, that its total is their number, and that its pages in
// a random order of up to three columns are its rows in that order.
func TestFiltersProperty(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	rapid.Check(t, func(r *rapid.T) {
		w := drawListedWorld(r, base.sibling())
		for name, viewer := range w.viewers {
			checkClientFilters(r, w, name, viewer)
			if viewer.Scope.Level != portal.LevelClient {
				checkMSPFilters(r, w, name, viewer)
			}
		}
	})
}

func checkClientFilters(r *rapid.T, w *listedWorld, name string, viewer portal.Viewer) {
	read := func(q portal.ClientQuery) portal.ClientPage {
		page, _, err := w.DB.Clients(w.Context(), viewer, q)
		if err != nil {
			r.Fatalf("clients of %s by %+v: %v", name, q, err)
		}
		return page
	}
	all := read(portal.ClientQuery{Limit: 200}).Items
	filter, matches := drawFilter[portal.ClientFilter](r, w, clientColumns)
	order := drawOrder(r, portal.ClientSorts...)
	whole := read(portal.ClientQuery{ClientFilter: filter, Sort: order, Limit: 200})
	checkRows(r, fmt.Sprintf("clients of %s by %+v", name, filter), all, whole.Items, whole.Total, matches,
		func(c portal.Client) string { return c.ID })
	walkPages(r, order, whole.Items, func(cursor string, limit int) ([]portal.Client, *string, int64) {
		page := read(portal.ClientQuery{ClientFilter: filter, Sort: order, Cursor: cursor, Limit: limit})
		return page.Items, page.NextCursor, page.Total
	})
}

func checkMSPFilters(r *rapid.T, w *listedWorld, name string, viewer portal.Viewer) {
	read := func(q portal.MSPQuery) portal.MSPPage {
		page, _, err := w.DB.MSPs(w.Context(), viewer, q)
		if err != nil {
			r.Fatalf("MSPs of %s by %+v: %v", name, q, err)
		}
		return page
	}
	all := read(portal.MSPQuery{Limit: 200}).Items
	filter, matches := drawFilter[portal.MSPFilter](r, w, mspColumns)
	order := drawOrder(r, portal.MSPSorts...)
	whole := read(portal.MSPQuery{MSPFilter: filter, Sort: order, Limit: 200})
	checkRows(r, fmt.Sprintf("MSPs of %s by %+v", name, filter), all, whole.Items, whole.Total, matches,
		func(m portal.MSP) string { return m.ID })
	walkPages(r, order, whole.Items, func(cursor string, limit int) ([]portal.MSP, *string, int64) {
		page := read(portal.MSPQuery{MSPFilter: filter, Sort: order, Cursor: cursor, Limit: limit})
		return page.Items, page.NextCursor, page.Total
	})
}

// checkRows compares the rows of a filtered list with those of the whole list that match.
func checkRows[T any](r *rapid.T, what string, all, got []T, total int64, matches func(T) bool, id func(T) string) {
	var want []string
	for _, item := range all {
		if matches(item) {
			want = append(want, id(item))
		}
	}
	ids := names(got, id)
	slices.Sort(want)
	if slices.Sort(ids); !slices.Equal(ids, want) || total != int64(len(want)) {
		r.Fatalf("%s: got %d rows and a total of %d, want the %d that match of %+v:\ngot  %v\nwant %v", what, len(ids), total, len(want), all,
			ids, want)
	}
}

// walkPages reads a list in pages of a random size, and compares it with the whole list.
func walkPages[T any](r *rapid.T, order string, whole []T, read func(cursor string, limit int) ([]T, *string, int64)) {
	limit := rapid.IntRange(1, 5).Draw(r, "limit")
	var walked []T
	for cursor := ""; ; {
		items, next, total := read(cursor, limit)
		if walked = append(walked, items...); total != int64(len(whole)) {
			r.Fatalf("a page by %s: got a total of %d, want %d", order, total, len(whole))
		}
		if next == nil {
			break
		}
		if cursor = *next; len(walked) > len(whole) {
			r.Fatalf("pages by %s: got more than %d rows", order, len(whole))
		}
	}
	if !reflect.DeepEqual(walked, whole) && len(walked)+len(whole) > 0 {
		r.Fatalf("pages of %d by %s: got\n%+v\nwant\n%+v", limit, order, walked, whole)
	}
}

// drawOrder draws a sort by up to three of the columns.
func drawOrder(r *rapid.T, columns ...string) string {
	order := rapid.SliceOfNDistinct(rapid.SampledFrom(columns), 1, 3, rapid.ID[string]).Draw(r, "sort")
	for i := range order {
		if rapid.Bool().Draw(r, "descends") {
			order[i] = "-" + order[i]
		}
	}
	return strings.Join(order, ",")
}

// filterValue is a value of a filter as it is written, and what it matches.
type filterValue[T any] struct {
	written string
	matches func(T) bool
}

// filterColumn draws a value of the filter of one column.
type filterColumn[T any] func(r *rapid.T, w *listedWorld) filterValue[T]

// untestedFilters are tested apart: the search, and a parameter of older apps.
var untestedFilters = []string{"q", "expires_within"}

// drawFilter draws one to three filters, each with one to three values, some of them negated.
func drawFilter[F, T any](r *rapid.T, w *listedWorld, columns map[string]filterColumn[T]) (filter F, matches func(T) bool) {
	var rules []func(T) bool
	fields := slices.Clone(reflect.VisibleFields(reflect.TypeFor[F]()))
	fields = slices.DeleteFunc(fields, func(f reflect.StructField) bool { return slices.Contains(untestedFilters, f.Tag.Get("query")) })
	for _, field := range fields {
		if name := field.Tag.Get("query"); columns[name] == nil {
			r.Fatalf("filter %s: got no rule in the test, want one", name)
		}
	}
	chosen := rapid.SliceOfNDistinct(rapid.IntRange(0, len(fields)-1), 1, 3, rapid.ID[int]).Draw(r, "filters")
	for _, i := range chosen {
		text, rule := drawValues(r, w, columns[fields[i].Tag.Get("query")])
		reflect.ValueOf(&filter).Elem().FieldByIndex(fields[i].Index).SetString(text)
		rules = append(rules, rule)
	}
	return filter, func(item T) bool {
		return !slices.ContainsFunc(rules, func(rule func(T) bool) bool { return !rule(item) })
	}
}

func drawValues[T any](r *rapid.T, w *listedWorld, column filterColumn[T]) (text string, rule func(T) bool) {
	var written []string
	var values []filterValue[T]
	for range rapid.SampledFrom([]int{1, 1, 2, 3}).Draw(r, "values") {
		value := column(r, w)
		written, values = append(written, value.written), append(values, value)
	}
	negated := rapid.Bool().Draw(r, "not")
	text = strings.Join(written, ",")
	if negated {
		text = "!" + text
	}
	return text, func(item T) bool {
		return negated != slices.ContainsFunc(values, func(v filterValue[T]) bool { return v.matches(item) })
	}
}

// escaped writes a text as one literal value.
func escaped(text string) string {
	text = strings.NewReplacer(`\`, `\\`, `,`, `\,`).Replace(text)
	if strings.ContainsAny(text[:1], "!^= ") || text == "none" {
		return `\` + text
	}
	return text
}

func byChoice[T any](get func(T) string, values ...string) filterColumn[T] {
	return func(r *rapid.T, _ *listedWorld) filterValue[T] {
		v := rapid.SampledFrom(values).Draw(r, "choice")
		return filterValue[T]{v, func(item T) bool { return get(item) == v }}
	}
}

// byWord compares one of the product's texts without case; none matches where there is none.
func byWord[T any](get func(T) []string, values ...string) filterColumn[T] {
	return func(r *rapid.T, _ *listedWorld) filterValue[T] {
		v := rapid.SampledFrom(append(values, "")).Draw(r, "text")
		if v == "" {
			return filterValue[T]{"none", func(item T) bool { return len(get(item)) == 0 }}
		}
		return filterValue[T]{escaped(v), func(item T) bool {
			return slices.ContainsFunc(get(item), func(text string) bool { return strings.EqualFold(text, v) })
		}}
	}
}

func byYesNo[T any](get func(T) *bool) filterColumn[T] {
	return func(r *rapid.T, _ *listedWorld) filterValue[T] {
		v := rapid.SampledFrom([]string{"yes", "no", "unknown", "none"}).Draw(r, "yes or no")
		return filterValue[T]{v, func(item T) bool {
			yes := get(item)
			if yes == nil {
				return v == "unknown" || v == "none"
			}
			return v == map[bool]string{true: "yes", false: "no"}[*yes]
		}}
	}
}

func byNumber[T any](get func(T) *int64) filterColumn[T] {
	return func(r *rapid.T, _ *listedWorld) filterValue[T] {
		low := rapid.Int64Range(0, 8).Draw(r, "from")
		high := low + rapid.Int64Range(0, 4).Draw(r, "more")
		v := rapid.SampledFrom([]string{"unknown", "none", fmt.Sprint(low), fmt.Sprintf("%d..", low), fmt.Sprintf("..%d", high),
			fmt.Sprintf("%d..%d", low, high)}).Draw(r, "range")
		return filterValue[T]{v, func(item T) bool {
			n := get(item)
			if n == nil || v == "unknown" || v == "none" {
				return n == nil && (v == "unknown" || v == "none")
			}
			from, to, isRange := strings.Cut(v, "..")
			return (from == "" || *n >= low) && (isRange || *n <= low) && (to == "" || *n <= high)
		}}
	}
}

// byDay compares days as texts, which have the order of the days. soon returns whether expired and 30d apply.
func byDay[T any](get func(T, *listedWorld) *string, soon func(T) bool) filterColumn[T] {
	return func(r *rapid.T, w *listedWorld) filterValue[T] {
		low := rapid.IntRange(-40, 40).Draw(r, "from")
		from, to := w.day(low), w.day(low+rapid.IntRange(0, 30).Draw(r, "days"))
		days := rapid.IntRange(0, 40).Draw(r, "soon")
		today, last := w.day(0), w.day(days)
		choices := []string{from, from + "..", ".." + to, from + ".." + to}
		if soon != nil {
			choices = append(choices, "none", "expired", fmt.Sprintf("%dd", days))
		}
		v := rapid.SampledFrom(choices).Draw(r, "days")
		return filterValue[T]{v, func(item T) bool {
			on := get(item, w)
			if v == "none" || on == nil {
				return v == "none" && on == nil
			}
			switch {
			case v == "expired":
				return soon(item) && *on < today
			case strings.HasSuffix(v, "d"):
				return soon(item) && *on >= today && *on <= last
			case v == from:
				return *on == from
			}
			low, high, _ := strings.Cut(v, "..")
			return (low == "" || *on >= low) && (high == "" || *on <= high)
		}}
	}
}

// byText draws parts of names of the world; folded is how both are compared.
func byText[T any](get func(T) *string, folded func(string) string, withNone bool) filterColumn[T] {
	return func(r *rapid.T, _ *listedWorld) filterValue[T] {
		name := []rune(rapid.SampledFrom(listedNames).Draw(r, "name"))
		from := rapid.IntRange(0, len(name)-1).Draw(r, "from")
		part := strings.TrimSpace(string(name[from:rapid.IntRange(from+1, len(name)).Draw(r, "to")]))
		how := rapid.SampledFrom([]string{"contains", "begins", "is", "none"}).Draw(r, "how")
		if folded(part) == "" || how == "none" && !withNone {
			part, how = "o", "contains"
		}
		compare := map[string]func(text, part string) bool{
			"contains": strings.Contains, "begins": strings.HasPrefix, "is": func(text, part string) bool { return text == part },
		}[how]
		written := map[string]string{
			"contains": escaped(part), "begins": "^" + escapedRest(part), "is": "=" + escapedRest(part), "none": "none",
		}[how]
		return filterValue[T]{written, func(item T) bool {
			text := get(item)
			if text == nil || how == "none" {
				return text == nil && how == "none"
			}
			return compare(folded(*text), folded(part))
		}}
	}
}

// escapedRest is escaped for a text that follows ^ or =.
func escapedRest(text string) string { return strings.NewReplacer(`\`, `\\`, `,`, `\,`).Replace(text) }

func foldedName(name string) string {
	key, rest := postgres.NameKey(name)
	if rest != nil {
		return key + *rest
	}
	return key
}

func byMSP(r *rapid.T, w *listedWorld) filterValue[portal.Client] {
	id := rapid.SampledFrom([]string{"", "1", "2", "3"}).Draw(r, "msp")
	if id == "" {
		return filterValue[portal.Client]{"none", func(c portal.Client) bool { return c.MSPID == nil }}
	}
	id = w.msps[id]
	return filterValue[portal.Client]{id, func(c portal.Client) bool { return c.MSPID != nil && *c.MSPID == id }}
}

// listZone is the time zone of the worlds' MSSPs: its day is not that of UTC for half of each day.
const listZone = "Pacific/Auckland"

func dayIn(at time.Time) string {
	zone, err := time.LoadLocation(listZone)
	if err != nil {
		panic(err)
	}
	return at.In(zone).Format(time.DateOnly)
}

func reasonOf(reason *portal.StatusReason) string {
	if reason == nil {
		return "none"
	}
	return string(*reason)
}

func texts(text *string) []string {
	if text == nil || *text == "" {
		return nil
	}
	return []string{*text}
}

func exceeds(c portal.Client) *bool {
	if c.SeatsUsed == nil || c.SeatsTotal == nil {
		return nil
	}
	return ptr(*c.SeatsUsed > *c.SeatsTotal)
}

var (
	listedReasons  = []string{"deleted", "inactive", "disabled", "demo", "licence_expired", "none"}
	listedStatuses = []string{"active", "missing", "removed", "disabled"}
	listedTypes    = []string{"CORP", "corp", "Trial, monthly", `a\b`, "!x", "none"}
	listedProducts = []string{"Patch", "patch", `Mail, "secure"`, `{x}\`, "null", "none"}
	listedNames    = []string{"North", "Österreich Wärme", "!Nord, Süd", "=100%_", "none", `^back\slash`, "Straße 5"}
)

// clientColumns are the filters of clients in Go.
var clientColumns = map[string]filterColumn[portal.Client]{
	"name":           byText(func(c portal.Client) *string { return &c.Name }, foldedName, false),
	"external_id":    byText(func(c portal.Client) *string { return &c.ExternalID }, strings.ToLower, false),
	"msp_name":       byText(func(c portal.Client) *string { return c.MSPName }, foldedName, true),
	"msp_id":         byMSP,
	"status":         byChoice(func(c portal.Client) string { return string(c.Status) }, listedStatuses...),
	"status_reason":  byChoice(func(c portal.Client) string { return reasonOf(c.StatusReason) }, listedReasons...),
	"type":           byWord(func(c portal.Client) []string { return texts(&c.Type) }, listedTypes...),
	"licence_type":   byWord(func(c portal.Client) []string { return texts(c.LicenceType) }, listedTypes...),
	"products":       byWord(func(c portal.Client) []string { return c.Products }, listedProducts...),
	"spla":           byYesNo(func(c portal.Client) *bool { return c.SPLA }),
	"seats_used":     byNumber(func(c portal.Client) *int64 { return c.SeatsUsed }),
	"seats_total":    byNumber(func(c portal.Client) *int64 { return c.SeatsTotal }),
	"seats_exceeded": byYesNo(exceeds),
	"expires_on": byDay(func(c portal.Client, _ *listedWorld) *string { return c.ExpiresOn },
		func(c portal.Client) bool { return c.Status == portal.Active }),
	"first_seen_at": byDay(func(c portal.Client, _ *listedWorld) *string { return ptr(dayIn(c.FirstSeenAt)) }, nil),
	"last_seen_at":  byDay(func(c portal.Client, _ *listedWorld) *string { return ptr(dayIn(c.LastSeenAt)) }, nil),
}

func always[T any](T) bool { return true }

// mspColumns are the filters of MSPs in Go.
var mspColumns = map[string]filterColumn[portal.MSP]{
	"name":            byText(func(m portal.MSP) *string { return &m.Name }, foldedName, false),
	"external_id":     byText(func(m portal.MSP) *string { return &m.ExternalID }, strings.ToLower, false),
	"status":          byChoice(func(m portal.MSP) string { return string(m.Status) }, listedStatuses...),
	"status_reason":   byChoice(func(m portal.MSP) string { return reasonOf(m.StatusReason) }, listedReasons...),
	"type":            byWord(func(m portal.MSP) []string { return texts(&m.Type) }, "RESELLER", "reseller", "other"),
	"licence_type":    byWord(func(m portal.MSP) []string { return texts(m.LicenceType) }, listedTypes...),
	"spla":            byYesNo(func(m portal.MSP) *bool { return m.SPLA }),
	"clients":         byNumber(func(m portal.MSP) *int64 { return &m.Clients }),
	"seats_used":      byNumber(func(m portal.MSP) *int64 { return m.SeatsUsed }),
	"seats_total":     byNumber(func(m portal.MSP) *int64 { return m.SeatsTotal }),
	"growth":          byNumber(func(m portal.MSP) *int64 { return m.Growth }),
	"expiring_30":     byNumber(func(m portal.MSP) *int64 { return &m.Expiring30 }),
	"expiring_90":     byNumber(func(m portal.MSP) *int64 { return &m.Expiring90 }),
	"expired":         byNumber(func(m portal.MSP) *int64 { return &m.Expired }),
	"exceeded":        byNumber(func(m portal.MSP) *int64 { return &m.Exceeded }),
	"disabled":        byNumber(func(m portal.MSP) *int64 { return &m.Disabled }),
	"missing":         byNumber(func(m portal.MSP) *int64 { return &m.Missing }),
	"expires_on":      byDay(func(m portal.MSP, _ *listedWorld) *string { return m.ExpiresOn }, always[portal.MSP]),
	"next_expires_on": byDay(func(m portal.MSP, _ *listedWorld) *string { return m.NextExpiresOn }, always[portal.MSP]),
	"first_seen_at":   byDay(func(m portal.MSP, _ *listedWorld) *string { return ptr(dayIn(m.FirstSeenAt)) }, nil),
	"last_seen_at":    byDay(func(m portal.MSP, _ *listedWorld) *string { return ptr(dayIn(m.LastSeenAt)) }, nil),
}

// listedWorld is a tenant whose customers' columns have every kind of value.
type listedWorld struct {
	*tenant
	viewers map[string]portal.Viewer
	// msps are the ids of the MSPs by their ids in the product.
	msps  map[string]string
	today time.Time
}

func (w *listedWorld) day(later int) string {
	return w.today.AddDate(0, 0, later).Format(time.DateOnly)
}

// drawListedWorld syncs customers, some of which are missing or removed then.
func drawListedWorld(r *rapid.T, t *tenant) *listedWorld {
	w := &listedWorld{tenant: t.setTimeZone(listZone), msps: map[string]string{}}
	w.today = value[time.Time](t, "select (now() at time zone $1)::date", listZone)
	world := []portal.Customer{msp("1", ""), msp("2", ""), msp("3", "")}
	for id := range rapid.IntRange(0, 10).Draw(r, "clients") {
		world = append(world, client(fmt.Sprint(10+id), "", rapid.SampledFrom([]string{"", "1", "2"}).Draw(r, "parent")))
	}
	world = append(world, client("99", "", ""))
	for i := range world {
		w.drawColumns(r, &world[i])
	}
	w.complete(append(world, client("AB-7x", "Leaver", "1"), client("ab-8", "Leaver", "")))
	w.complete(world)
	w.Exec(`
		update client
		set status = 'removed', last_seen_at = now() - interval '20 days'
		where mssp_id = $1 and external_id = 'ab-8'`, w.ID)
	w.Exec("update client_count set status = 'removed' where mssp_id = $1 and msp_id = $2 and status = 'missing'", w.ID, noMSP)
	for _, table := range []string{"client", "msp"} {
		hours := rapid.SliceOfN(rapid.IntRange(-900, 0), 4, 4).Draw(r, "first seen")
		w.Exec(`
			update `+table+`
			set first_seen_at = now() + ($2::int[])[1 + (hashtext(external_id) & 3)] * interval '1 hour'
			where mssp_id = $1`, w.ID, hours)
	}
	w.viewers = map[string]portal.Viewer{"mssp": w.admin, "client": w.atClient("99")}
	for id, name := range map[string]string{"1": "msp", "2": "second_msp", "3": "msp_without_clients"} {
		w.viewers[name] = w.atMSP(id)
		w.msps[id] = w.viewers[name].Scope.MSPID
	}
	return w
}

// noMSP is the MSP of kept counts of clients directly under the MSSP.
const noMSP = "00000000-0000-0000-0000-000000000000"

func (w *listedWorld) drawColumns(r *rapid.T, c *portal.Customer) {
	c.Name = rapid.SampledFrom(listedNames).Draw(r, "name")
	c.LicenceType = rapid.SampledFrom([]*string{nil, &listedTypes[0], &listedTypes[1], &listedTypes[2], &listedTypes[3], &listedTypes[4],
		&listedTypes[5]}).Draw(r, "licence type")
	c.SPLA = rapid.SampledFrom([]*bool{nil, ptr(true), ptr(false)}).Draw(r, "spla")
	c.SeatsUsed = rapid.SampledFrom([]*int64{nil, ptr[int64](0), ptr[int64](3), ptr[int64](9)}).Draw(r, "used")
	c.SeatsTotal = rapid.SampledFrom([]*int64{nil, ptr[int64](3), ptr[int64](5)}).Draw(r, "total")
	c.StatusReason = rapid.SampledFrom([]*portal.StatusReason{nil, nil, nil, ptr(portal.ReasonDemo), ptr(portal.ReasonInactive)}).Draw(r,
		"reason")
	if later := rapid.IntRange(-60, 60).Draw(r, "ends in"); later%3 != 0 {
		c.ExpiresOn = ptr(w.day(later))
	}
	if c.Kind == portal.KindClient {
		c.Type = rapid.SampledFrom(listedTypes).Draw(r, "type")
		c.Products = rapid.SliceOfNDistinct(rapid.SampledFrom(listedProducts), 0, 3, rapid.ID[string]).Draw(r, "products")
	}
}

func TestFiltersTogether(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	many := "a" + strings.Repeat(",a", 39)
	filter := portal.ClientFilter{Name: many, ExternalID: many, MSPName: many}
	for name, test := range map[string]struct {
		filter portal.ClientFilter
		want   string
	}{
		"take_120_values": {filter, ""},
		"take_no_more": {func(f portal.ClientFilter) portal.ClientFilter { f.Status = "active"; return f }(filter),
			"invalid: All filters together have at most 120 values."},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := w.DB.Clients(t.Context(), w.admin, portal.ClientQuery{ClientFilter: test.filter, Limit: 1})
			if got := fmt.Sprint(err); (test.want == "") != (err == nil) || test.want != "" && got != test.want {
				t.Errorf("got the error %v, want %q", err, test.want)
			}
		})
	}
}
