package heimdal

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fs-client-portal/backend/portal"
)

// spelling is one way to write a customer: its names and the forms of its values.
type spelling struct {
	names   map[attribute]string
	change  func(string) string // of every name
	numbers func(int64) any
	dates   func(time.Time) any
	flags   func(bool) any
	states  map[portal.StatusReason]state // how each status is written; "" is active
	none    func() (any, bool)            // what is written for an absent value; false: the member is left out
	inward  string                        // the object that seats and expiry are in, if any
}

// state is a member for a customer's status; without a name there is none.
type state struct {
	name  string
	value any
}

// statesWritten are ways to write each status.
var statesWritten = []map[portal.StatusReason]state{
	{
		"": {"status", "Active"}, portal.ReasonDeleted: {"status", "Deleted"}, portal.ReasonDisabled: {"status", "SUSPENDED"},
		portal.ReasonInactive: {"status", "In-active"},
		portal.ReasonDemo:     {"status", "Demo"}, portal.ReasonLicenceExpired: {"licenseStatus", "Expired"},
	},
	{
		"": {}, portal.ReasonDeleted: {"isDeleted", true}, portal.ReasonDisabled: {"is_disabled", "yes"},
		portal.ReasonInactive: {"isActive", false},
		portal.ReasonDemo:     {"isDemo", 1}, portal.ReasonLicenceExpired: {"license_expired", "true"},
	},
	{
		"": {"isActive", "true"}, portal.ReasonDeleted: {"deletedAt", "2026-10-01T00:00:00Z"},
		portal.ReasonDisabled: {"Enabled", "N"}, portal.ReasonInactive: {"active", "no"},
		portal.ReasonDemo: {"demo", true}, portal.ReasonLicenceExpired: {"subscription_status", map[string]any{"id": 3,
			"name": "expired"}},
	},
}

// drawSpelling draws names from the aliases of each attribute.
func drawSpelling(r *rapid.T) spelling {
	s := spelling{names: map[attribute]string{}}
	for attr := attrID; attr <= attrCreated; attr++ {
		s.names[attr] = rapid.SampledFrom(aliases[attr]).Draw(r, "name")
	}
	if rapid.Bool().Draw(r, "inward") {
		s.inward = rapid.SampledFrom([]string{"license", "licence", "licenses", "licences", "subscription", "licenseinfo",
			"licensing"}).Draw(r, "object")
		s.names[attrSeatsUsed] = rapid.SampledFrom([]string{"used", "seatsused", "assigned", "active", "devices"}).Draw(r, "used")
		s.names[attrSeatsTotal] = rapid.SampledFrom([]string{"total", "seats", "count", "purchased", "totallicenses"}).Draw(r, "total")
		s.names[attrExpiry] = rapid.SampledFrom([]string{"expireson", "expirationdate", "validuntil", "enddate"}).Draw(r, "expiry")
		s.names[attrLicenceType] = rapid.SampledFrom([]string{"type", "licensetype", "model"}).Draw(r, "licence type")
	}
	s.change = rapid.SampledFrom([]func(string) string{
		func(n string) string { return n }, strings.ToUpper, strings.ToTitle,
		func(n string) string { return n[:1] + "_" + n[1:] },
		func(n string) string { return strings.ToUpper(n[:1]) + n[1:len(n)-1] + "-" + n[len(n)-1:] },
		func(n string) string { return n[:len(n)/2] + " " + n[len(n)/2:] },
	}).Draw(r, "change")
	s.numbers = rapid.SampledFrom([]func(int64) any{
		func(n int64) any { return n }, func(n int64) any { return strconv.FormatInt(n, 10) },
		func(n int64) any { return json.RawMessage(strconv.FormatInt(n, 10) + ".0") },
	}).Draw(r, "numbers")
	s.dates = rapid.SampledFrom([]func(time.Time) any{
		func(d time.Time) any { return d.Format(time.DateOnly) }, func(d time.Time) any { return d.Format(time.RFC3339) },
		func(d time.Time) any { return d.Format("02.01.2006") }, func(d time.Time) any { return d.Unix() },
		func(d time.Time) any { return d.UnixMilli() }, func(d time.Time) any { return fmt.Sprintf("/Date(%d)/", d.UnixMilli()) },
		func(d time.Time) any { return d.Format("2006-01-02T15:04:05") }, func(d time.Time) any { return d.Format("2-Jan-2006") },
		func(d time.Time) any {
			return d.Format("Jan 2 " +
				"2006")
		}, func(d time.Time) any { return d.Format("2006-01-02T15:04:05.000-0700") },
		func(d time.Time) any { return d.Format("2006-01-02 15:04:05 MST") },
		func(d time.Time) any { return map[string]any{"$date": d.Format(time.RFC3339)} },
		func(d time.Time) any { return map[string]any{"$date": d.UnixMilli()} },
		func(d time.Time) any {
			return map[string]any{"$date": map[string]any{"$numberLong": strconv.FormatInt(d.UnixMilli(), 10)}}
		},
	}).Draw(r, "dates")
	s.flags = rapid.SampledFrom([]func(bool) any{
		func(b bool) any { return b }, func(b bool) any { return fmt.Sprint(b) },
		func(b bool) any { return map[bool]string{true: "Yes", false: "No"}[b] },
		func(b bool) any { return map[bool]string{true: "Y", false: "N"}[b] },
		func(b bool) any { return map[bool]int{true: 1}[b] },
	}).Draw(r, "flags")
	s.states = rapid.SampledFrom(statesWritten).Draw(r, "states")
	if s.names[attrSeatsUsed] == "active" && s.inward == "" && s.states[portal.ReasonInactive].name == "active" {
		s.names[attrSeatsUsed] = "devices"
	}
	s.none = rapid.SampledFrom([]func() (any, bool){
		func() (any, bool) { return nil, true }, func() (any, bool) { return "", true }, func() (any, bool) { return "N/A", true },
		func() (any, bool) { return nil, false },
	}).Draw(r, "none")
	return s
}

// write returns a customer's JSON; with its parent or, where its position says that, without.
func (s spelling) write(r *rand.Rand, c portal.Customer, withParent bool, children []string) string {
	fields, inner := map[string]any{}, map[string]any{}
	put := func(in map[string]any, attr attribute, value any, there bool) {
		if !there {
			value, there = s.none()
		}
		if there {
			in[s.change(s.names[attr])] = value
		}
	}
	seats := fields
	if s.inward != "" {
		seats = inner
	}
	id, _ := strconv.ParseInt(c.ExternalID, 10, 64)
	put(fields, attrID, s.numbers(id), true)
	put(fields, attrName, c.Name, true)
	put(fields, attrType, c.Type, true)
	if withParent {
		parent, _ := strconv.ParseInt(c.ParentID, 10, 64)
		put(fields, attrParent, s.numbers(parent), c.ParentID != "")
	}
	put(fields, attrProducts, c.Products, c.Products != nil)
	put(seats, attrSeatsUsed, value(c.SeatsUsed, s.numbers), c.SeatsUsed != nil)
	put(seats, attrSeatsTotal, value(c.SeatsTotal, s.numbers), c.SeatsTotal != nil)
	put(seats, attrExpiry, value(c.ExpiresOn, func(day string) any {
		d, _ := time.Parse(time.DateOnly, day)
		return s.dates(d)
	}), c.ExpiresOn != nil)
	put(seats, attrLicenceType, value(c.LicenceType, func(t string) any { return t }), c.LicenceType != nil)
	put(fields, attrSPLA, value(c.SPLA, s.flags), c.SPLA != nil)
	reason := portal.StatusReason("")
	if c.StatusReason != nil {
		reason = *c.StatusReason
	}
	if member := s.states[reason]; member.name != "" {
		fields[member.name] = member.value
	}
	if s.inward != "" {
		inner["id"], inner["name"] = 4711, "Gold" // the licence's, not the customer's
		fields[s.inward] = inner
	}
	fields["contact"] = map[string]any{"id": 4712, "name": "Somebody", "type": "person", "parent": 1}
	fields["contactEmail"], fields["tags"] = "somebody@example.com", []any{1, nil, "x"}
	return object0(r, fields, children)
}

func value[T any](v *T, write func(T) any) any {
	if v == nil {
		return nil
	}
	return write(*v)
}

// object0 writes fields in any order.
func object0(r *rand.Rand, fields map[string]any, children []string) string {
	var members []string
	for name, value := range fields {
		text, _ := json.Marshal(value)
		quoted, _ := json.Marshal(name)
		members = append(members, string(quoted)+" : "+string(text))
	}
	if len(children) > 0 {
		members = append(members, `"Sub_Customers":[`+strings.Join(children, ",")+`]`)
	}
	slices.Sort(members)
	r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	return "{" + strings.Join(members, ",") + "}"
}

// drawCustomers draws MSPs from 1001 on, and clients under them or under the MSSP. One client is under an MSP where
// there is one, so that the parent's field has a value.
func drawCustomers(r *rapid.T) []portal.Customer {
	var world []portal.Customer
	msps := rapid.IntRange(0, 5).Draw(r, "msps")
	clients := rapid.IntRange(1, 12).Draw(r, "clients")
	for i := range msps + clients {
		c := portal.Customer{ExternalID: strconv.Itoa(1001 + i), Kind: portal.KindMSP, Type: "RESELLER",
			Name: rapid.SampledFrom([]string{"A", "Bø \"x\"", "日本", `\u0041`}).Draw(r, "name")}
		if i >= msps {
			c.Kind = portal.KindClient
			c.Type = rapid.SampledFrom([]string{"CORP", "corp", "DEMO", "Reseller II"}).Draw(r, "type")
			parent := 0
			if msps > 0 {
				parent = rapid.IntRange(0, msps).Draw(r, "parent")
				if i == msps {
					parent = max(1, parent)
				}
			}
			if parent > 0 {
				c.ParentID = strconv.Itoa(1000 + parent)
			}
		}
		if rapid.Bool().Draw(r, "licence") {
			c.SeatsUsed = number(rapid.Int64Range(0, 1<<40).Draw(r, "used"))
			c.ExpiresOn = text(time.Date(2026, 1, rapid.IntRange(1, 900).Draw(r, "day"), 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
			c.Products = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"Patch", "Vault", "Email, and more"}), 1, 3,
				rapid.ID[string]).Draw(r, "products")
		}
		if rapid.Bool().Draw(r, "seats") {
			c.SeatsTotal = number(rapid.Int64Range(0, 1<<40).Draw(r, "total"))
		}
		if rapid.Bool().Draw(r, "licence type") {
			c.LicenceType, c.SPLA = text(rapid.SampledFrom([]string{"Annual", "Månedlig", "3"}).Draw(r, "licensed")),
				ptr(rapid.Bool().Draw(r, "spla"))
		}
		if reason := rapid.SampledFrom(append([]portal.StatusReason{"", "", ""}, precedence...)).Draw(r, "status"); reason != "" {
			c.StatusReason = &reason
		}
		world = append(world, c)
	}
	return world
}

// api returns customers in one shape.
type api struct {
	world  []portal.Customer
	random *rand.Rand
	spelling
}

func (a *api) flat(customers []portal.Customer, withParent bool) []string {
	var all []string
	for _, c := range customers {
		all = append(all, a.write(a.random, c, withParent, nil))
	}
	return all
}

func (a *api) under(parent string) []portal.Customer {
	var own []portal.Customer
	for _, c := range a.world {
		if c.ParentID == parent {
			own = append(own, c)
		}
	}
	return own
}

func (a *api) nested(parent string) []string {
	var all []string
	for _, c := range a.under(parent) {
		all = append(all, a.write(a.random, c, false, a.nested(c.ExternalID)))
	}
	return all
}

func (a *api) envelope(all []string, extra string) string {
	return `{"Total_Count":` + strconv.Itoa(len(a.world)) + extra + `,"Items":[` + strings.Join(all, ",") + `]}`
}

func (a *api) page(r *http.Request, param string, size int) (all []string, next int) {
	n, _ := strconv.Atoi(r.URL.Query().Get(param))
	n = max(1, n)
	complete := a.flat(a.world, true)
	return complete[min(len(complete), (n-1)*size):min(len(complete), n*size)], n + 1
}

var shapes = map[string]func(*api, *http.Request) string{
	"array":    func(a *api, _ *http.Request) string { return "[" + strings.Join(a.flat(a.world, true), ",") + "]" },
	"envelope": func(a *api, _ *http.Request) string { return a.envelope(a.flat(a.world, true), "") },
	"pages": func(a *api, r *http.Request) string {
		all, _ := a.page(r, "pageNumber", 3)
		return a.envelope(all, "")
	},
	"links": func(a *api, r *http.Request) string {
		all, next := a.page(r, "at", 4)
		if 4*(next-1) >= len(a.world) {
			return a.envelope(all, `,"nextLink":null`)
		}
		return a.envelope(all, `,"nextLink":"?customerId=17&at=`+strconv.Itoa(next)+`"`)
	},
	"nested":          func(a *api, _ *http.Request) string { return "[" + strings.Join(a.nested(""), ",") + "]" },
	"nested envelope": func(a *api, _ *http.Request) string { return a.envelope(a.nested(""), "") },
	"nested in the MSSP": func(a *api, _ *http.Request) string {
		return `{"id":17,"type":"DISTRIBUTOR","name":"Us","children":[` + strings.Join(a.nested(""), ",") + `]}`
	},
	"each reseller's own": func(a *api, r *http.Request) string {
		id := r.URL.Query().Get("customerId")
		if id == "17" {
			id = ""
		}
		return "[" + strings.Join(a.flat(a.under(id), false), ",") + "]"
	},
	"all, and each reseller's own": func(a *api, r *http.Request) string {
		id := r.URL.Query().Get("customerId")
		if id == "17" {
			return "[" + strings.Join(a.flat(a.world, false), ",") + "]"
		}
		own := a.under(id)
		for _, c := range a.world {
			if c.ExternalID == id {
				own = append(own, c)
			}
		}
		return "[" + strings.Join(a.flat(own, false), ",") + "]"
	},
}

// TestRoundTrip checks that customers are read as they are in any spelling, order and shape.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(r *rapid.T) {
				a := &api{world: drawCustomers(r), spelling: drawSpelling(r), random: rand.New(rand.NewPCG(rapid.Uint64().Draw(r,
					"order"), 0))}
				a.random.Shuffle(len(a.world), func(i, j int) { a.world[i], a.world[j] = a.world[j], a.world[i] })
				var last string
				reader := readerWith(t, func(q *http.Request) *http.Response {
					last = shape(a, q)
					return jsonResponse(last)
				})
				got, err := reader.all(t.Context())
				if err != nil {
					r.Fatalf("%v: %s", err, last)
				}
				for i := range got {
					if !json.Valid(got[i].Raw) || !strings.Contains(string(got[i].Raw), "somebody@example.com") {
						r.Fatalf("kept %s", got[i].Raw)
					}
					got[i].Raw = nil
				}
				byID := func(a, b portal.Customer) int { return strings.Compare(a.ExternalID, b.ExternalID) }
				slices.SortFunc(got, byID)
				want := slices.SortedFunc(slices.Values(a.world), byID)
				if diff := cmp.Diff(want, got); diff != "" {
					r.Fatalf("(-want +got):\n%s\n%s", diff, last)
				}
			})
		})
	}
}
