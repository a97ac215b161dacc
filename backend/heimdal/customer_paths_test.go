package heimdal

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

func TestPaths(t *testing.T) {
	t.Parallel()
	t.Run("counts", testPathsCounts)
	t.Run("examples", testPathsExamples)
	t.Run("limits", testPathsLimits)
}

func testPathsCounts(t *testing.T) {
	t.Parallel()
	t.Run("are counted with types, examples and fields", func(t *testing.T) {
		t.Parallel()
		got := pathsOf(t, readerOf(t, `[
			{"id":1,"name":"A","type":"CORP","licenseInfo":{"purchased":10,"active":"7","sku":{"code":"X"}},"modules":[{"name":"EDR",
			"on":true},{"name":"NGAV","size":1.5}],"tags":["a",1,null],"vat":null},
			{"id":"2","name":"B","type":"CORP","licenseInfo":{"purchased":"unlimited"},"modules":[{"name":"EDR"}],"tags":[],
			"vat":"DK1","expirationDate":"soon","spla":"maybe"},
			{"id":3,"name":"C","type":"CORP","licenseInfo":{"purchased":"-1"},"modules":"Vault","expirationDate":"9999-12-31",
			"spla":true}]`))
		wantPaths(t, got,
			"id number+text 3 id automatic e.g. 1",
			"name text 3 name automatic e.g. A",
			"type text 3 type automatic e.g. CORP",
			"licenseInfo object 3 - none",
			"licenseInfo.purchased text+number 3 seats_total automatic e.g. 10 unreadable 2 e.g. unlimited",
			"licenseInfo.active text 1 seats_used automatic e.g. 7",
			"licenseInfo.sku object 1 - none",
			"licenseInfo.sku.code text 1 - none e.g. X",
			"modules list+text 3 products automatic e.g. Vault",
			"modules[].name text 2 products automatic e.g. EDR",
			"modules[].on yes_no 1 - none e.g. true",
			"modules[].size number 1 - none e.g. 1.5",
			"tags list 2 - none",
			"tags[] text+number+null 1 - none e.g. a",
			"vat text+null 2 - none e.g. DK1",
			"expirationDate text 2 expires_on automatic e.g. soon unreadable 1 e.g. soon",
			"spla text+yes_no 2 spla automatic e.g. maybe unreadable 1 e.g. maybe",
		)
		if counts := path(t, got, "id").TypeCounts; counts["number"] != 2 || counts["text"] != 1 {
			t.Errorf("types of id are counted as %v; want 2, 1", counts)
		}
	})
	t.Run("fill what was looked for in them", func(t *testing.T) {
		t.Parallel()
		wantPaths(t, pathsOf(t, readerOf(t,
			`[{"ref":1,"label":"A","customerType":"CORP","devices":null,"active":true,"seats":4,"totalSeats":5,`+
				`"licenses":[{"module":"EDR","used":1}],"reseller":{"id":9},"isDeleted":null,"tools":{"x":1}}]`)),
			"ref number 1 id automatic e.g. 1", "label text 1 name automatic e.g. A",
			"customerType text 1 type automatic e.g. CORP", "devices null 1 seats_used automatic",
			"active yes_no 1 status_reason automatic e.g. true", "seats number 1 - none e.g. 4", "totalSeats number 1 seats_total "+
				"automatic e.g. 5",
			"licenses list 1 - none", "licenses[].module text 1 products automatic e.g. EDR", "licenses[].used number 1 seats_used "+
				"automatic e.g. 1",
			"reseller object 1 parent automatic", "reseller.id number 1 - none e.g. 9",
			"isDeleted null 1 status_reason automatic", "tools object 1 - none", "tools.x number 1 - none e.g. 1",
		)
	})
	t.Run("are of the customer itself, not of those in it", func(t *testing.T) {
		t.Parallel()
		for _, text := range []string{
			`[{"id":1,"type":"RESELLER","children":[{"id":2,"type":"CORP","x":1},{"id":3,"type":"CORP","x":2}]}]`,
			`[{"children":[{"id":2,"type":"CORP","x":1},{"id":3,"type":"CORP","x":2}],"id":1,"type":"RESELLER"}]`,
		} {
			got := pathsOf(t, readerOf(t, text))
			slices.SortFunc(got, func(a, b portal.PathStats) int { return strings.Compare(a.Path, b.Path) })
			for i := range got {
				got[i].Example = ""
			}
			wantPaths(t, got, "id number 3 id automatic", "type text 3 type automatic", "x number 2 - none")
		}
	})
	t.Run("add up over the calls of a run", func(t *testing.T) {
		t.Parallel()
		r := readerOf(t, `{"items":[{"id":1,"type":"CORP","a":1}],"total":3}`,
			`{"items":[{"id":2,"type":"CORP","a":"x","b":""}],"total":3}`,
			`{"items":[{"id":3,"type":"CORP","a":"y","b":"z","seats":"many"}],"total":3}`)
		wantPaths(t, pathsOf(t, r),
			"id number 3 id automatic e.g. 1", "type text 3 type automatic e.g. CORP", "a text+number 3 - none e.g. 1", "b text 2 - "+
				"none e.g. z",
			"seats text 1 seats_total automatic e.g. many unreadable 1 e.g. many",
		)
	})
	t.Run("count a reseller once that is in its own response too", func(t *testing.T) {
		t.Parallel()
		r := readerWith(t, func(q *http.Request) *http.Response {
			if q.URL.Query().Get("customerId") == "17" {
				return jsonResponse(`[{"id":1,"type":"RESELLER","x":1}]`)
			}
			return jsonResponse(`[{"id":1,"type":"RESELLER","x":1},{"id":2,"type":"CORP"}]`)
		})
		wantPaths(t, pathsOf(t, r), "id number 2 id automatic e.g. 1", "type text 2 type automatic e.g. RESELLER",
			"x number 1 - none e.g. 1")
	})
	t.Run("are not those of an envelope", func(t *testing.T) {
		t.Parallel()
		wantPaths(t, pathsOf(t, readerOf(t, `{"status":"ok","meta":{"a":1},"total":1,"items":[{"id":1,"type":"CORP"}]}`)),
			"id number 1 id automatic e.g. 1", "type text 1 type automatic e.g. CORP")
	})
}

func testPathsExamples(t *testing.T) {
	t.Parallel()
	example := func(member string) string {
		all := pathsOf(t, readerOf(t, `[{"id":1,"type":"CORP",`+member+`}]`))
		return all[len(all)-1].Example
	}
	t.Run("are cut and without the key", func(t *testing.T) {
		t.Parallel()
		if got := example(`"note":"` + strings.Repeat("né ", 100) + `"`); len([]rune(got)) > maxExample || got == "" {
			t.Errorf("a long text got %q", got)
		}
		for _, note := range []string{`see ` + key, `see ` + key[:6] + ` and`, "a\\u0000b\\n c"} {
			if got := example(`"note":"` + note + `"`); strings.Contains(strings.ToLower(got), strings.ToLower(key[:5])) ||
				strings.ContainsAny(got, "\n\x00") || got == "" {
				t.Errorf("%q: got %q", note, got)
			}
		}
	})
	t.Run("are not shown of what may be a secret", func(t *testing.T) {
		t.Parallel()
		for _, member := range []string{
			`"apiKey":"abc"`, `"access_token":"abc"`, `"Password":"abc"`, `"auth":{"value":"abc"}`, `"secrets":["abc"]`,
			`"license-key":"abc"`, `"pwd":1234`, `"keys":[{"v":"abc"}]`,
			`"x":"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0"`, `"x":"3f9a8c1b2d4e5f60718293a4b5c6d7e8f901a2b3"`,
			`"x":"aGVsbG8gd29ybGQgMTIzNDU2Nzg5MA=="`, `"x":["A1B2C3D4E5F6G7H8I9J0K1"]`,
		} {
			if got := example(member); got != "" {
				t.Errorf("%s: got %q; want ", member, got)
			}
		}
	})
	t.Run("are shown of text that is not a secret", func(t *testing.T) {
		t.Parallel()
		for member, want := range map[string]string{
			`"x":"3f9a8c1b-2d4e-5f60-7182-93a4b5c6d7e8"`: "3f9a8c1b-2d4e-5f60-7182-93a4b5c6d7e8",
			`"x":"2027-03-31T00:00:00.000+0000"`:         "2027-03-31T00:00:00.000+0000",
			`"x":"Harbour Dental Group 90817"`:           "Harbour Dental Group 90817",
			`"x":908170908170908170908170`:               "908170908170908170908170",
			`"x":"somebody.90817@example.com"`:           "somebody.90817@example.com",
			`"x":false`:                                  "false",
		} {
			if got := example(member); got != want {
				t.Errorf("%s: got %q; want %v", member, got, want)
			}
		}
	})
	t.Run("of what cannot be read are as careful", func(t *testing.T) {
		t.Parallel()
		all := pathsOf(t, readerOf(t, `[{"id":1,"type":"CORP","seats":"`+key+`",`+
			`"usedSeats":"3f9a8c1b2d4e5f60718293a4b5c6d7e8f901a2b3"}]`))
		if got := path(t, all, "seats"); strings.Contains(got.UnreadableExample, key[:5]) || got.Unreadable != 1 {
			t.Errorf("the key is shown: %+v; want 1", got)
		}
		if got := path(t, all, "usedSeats"); got.UnreadableExample != "" || got.Unreadable != 1 {
			t.Errorf("a secret is shown: %+v; want , 1", got)
		}
	})
}

func testPathsLimits(t *testing.T) {
	t.Parallel()
	t.Run("names that are data are one path", func(t *testing.T) {
		t.Parallel()
		var members, plain []string
		for i := range 40 {
			members = append(members, fmt.Sprintf(`"%d":{"seats":%d}`, 1000+i, i), fmt.Sprintf(`"user%d@example.com":1`, i),
				fmt.Sprintf(`"3f9a8c1b-2d4e-5f60-7182-93a4b5c6d7%02d":true`, i))
			plain = append(plain, fmt.Sprintf(`"Site%c%c":%d`, 'A'+i%26, 'A'+i/26, i), fmt.Sprintf(`"Room%c%c":%d`, 'A'+i%26, 'A'+i/26,
				i))
		}
		got := pathsOf(t, readerOf(t,
			`[{"id":1,"type":"CORP","usage":{`+strings.Join(members, ",")+`},"sites":{`+strings.Join(plain, ",")+`}}]`))
		wantPaths(t, slices.DeleteFunc(slices.Clone(got),
			func(s portal.PathStats) bool { return strings.HasPrefix(s.Path, "sites.") && s.Path != "sites.*" }),
			"id number 1 id automatic e.g. 1", "type text 1 type automatic e.g. CORP", "usage object 1 - none",
			"usage.* number+yes_no+object 1 - none e.g. 1", "usage.*.seats number 1 - none e.g. 0",
			"sites object 1 - none", "sites.* number 1 - none e.g. 32")
		if n := len(got); n != 7+maxNames {
			t.Errorf("%d paths are counted separately; want %v", n, 7+maxNames)
		}
	})
	t.Run("a name with a blank below the customer is data", func(t *testing.T) {
		t.Parallel()
		got := pathsOf(t, readerOf(t, `[{"id":1,"type":"CORP","Cost centre":4,"sites":{"Acme Ltd":{"n":1},"Beta GmbH":{"n":2}}}]`))
		wantPaths(t, got, "id number 1 id automatic e.g. 1", "type text 1 type automatic e.g. CORP", "Cost centre number 1 - none e.g. 4",
			"sites object 1 - none", "sites.* object 1 - none", "sites.*.n number 1 - none e.g. 1")
	})
	t.Run("names that differ between most customers are data", func(t *testing.T) {
		t.Parallel()
		var customers []string
		for i, name := range []string{"acme", "beta", "gamma", "delta"} {
			customers = append(customers, fmt.Sprintf(`{"id":%d,"type":"CORP","sites":{"all":%d,%q:{"n":%d}}}`, i, i, name, i))
		}
		text := "[" + strings.Join(customers, ",") + "]"
		common := []string{"id number 4 id automatic e.g. 0", "type text 4 type automatic e.g. CORP", "sites object 4 - none",
			"sites.all number 4 - none e.g. 0"}
		wantPaths(t, pathsOf(t, readerOf(t, text)),
			append(common, "sites.* object 4 - none", "sites.*.n number 4 - none e.g. 0")...)
		decided := newMapping(map[string]portal.CustomerField{"sites.*.n": portal.FieldSeatsUsed})
		var used []int64
		_, err := decode(strings.NewReader(text), "17", "", decided, keepAll(func(c portal.Customer) error {
			if c.SeatsUsed != nil {
				used = append(used, *c.SeatsUsed)
			}
			return nil
		}))
		if err != nil || !slices.Equal(used, []int64{0, 1, 2, 3}) {
			t.Errorf("seats %v, %v; want those of every customer's own name", used, err)
		}
	})
	t.Run("distinguish a dot in a name from a nested name", func(t *testing.T) {
		t.Parallel()
		text := `[{"id":1,"type":"CORP","a.b":3,"a":{"b":4},"c\\":{"d":5},"c\\.d":6,"e[]":[7],"e":[8],"*":9}]`
		wantPaths(t, pathsOf(t, readerOf(t, text)), "id number 1 id automatic e.g. 1", "type text 1 type automatic e.g. CORP",
			`a\.b number 1 - none e.g. 3`, "a object 1 - none", "a.b number 1 - none e.g. 4", `c\\ object 1 - none`,
			`c\\.d number 1 - none e.g. 5`, `c\\\.d number 1 - none e.g. 6`, `e\[] list 1 - none`, `e\[][] number 1 - none e.g. 7`,
			"e list 1 - none", "e[] number 1 - none e.g. 8", `\* number 1 - none e.g. 9`)
		for path, want := range map[string]int64{"a.b": 4, `a\.b`: 3, `c\\.d`: 5, `c\\\.d`: 6, "e[]": 8, `e\[][]`: 7, `\*`: 9} {
			_, err := decode(strings.NewReader(text), "17", "", newMapping(map[string]portal.CustomerField{path: portal.FieldSeatsUsed}),
				keepAll(func(c portal.Customer) error {
					if c.SeatsUsed == nil || *c.SeatsUsed != want {
						t.Errorf("%s: got %v, want %d", path, c.SeatsUsed, want)
					}
					return nil
				}))
			if err != nil {
				t.Error(err)
			}
		}
	})
	t.Run("at most 500 are counted separately", func(t *testing.T) {
		t.Parallel()
		var first, then []string
		for i := range 450 {
			first = append(first, fmt.Sprintf(`"a%c%c%c":%d`, 'a'+i%26, 'a'+i/26%26, 'a'+i/26/26, i))
			then = append(then, fmt.Sprintf(`"b%c%c%c":{"x":"y"}`, 'a'+i%26, 'a'+i/26%26, 'a'+i/26/26))
		}
		one := `{"id":1,"type":"CORP",` + strings.Join(first, ",") + `,` + strings.Join(then, ",") + `,"expirationDate":"2027-03-31"}`
		for name, r := range map[string]*reader{
			"in one response": readerOf(t, `[`+one+`,{"id":2,"type":"CORP","seats":4}]`),
			"in several": readerOf(t, `{"items":[{"id":1,"type":"CORP",`+strings.Join(first, ",")+`}],"total":2}`,
				`{"items":[{"id":2,"type":"CORP",`+strings.Join(then, ",")+`,"expirationDate":"2027-03-31","seats":4}],"total":2}`),
		} {
			t.Run(name, func(t *testing.T) {
				got := pathsOf(t, r)
				last := got[len(got)-1]
				if len(got) != maxPaths || last.Path != restPath || last.Customers != 1 || last.Field != nil || last.Example != "" {
					t.Errorf("%d paths, the last %s", len(got), describePath(last))
				}
				if s := path(t, got, "expirationDate"); s.Field == nil || *s.Field != portal.FieldExpiresOn {
					t.Errorf("%s; want %v", describePath(s), portal.FieldExpiresOn)
				}
				path(t, got, "seats")
			})
		}
	})
	t.Run("a field is read though its path is one of too many", func(t *testing.T) {
		t.Parallel()
		var members []string
		for i := range 600 {
			members = append(members, `"x`+strings.Repeat("y", i%50)+string(rune('a'+i/50))+`":1`)
		}
		all := `{"id":1,"type":"CORP",` + strings.Join(members, ",") + `,"licenseInfo":{"purchased":3},"vat":"DK"}`
		customers, err := readAll(t, "["+all+"]")
		if err != nil || countText(customers[0].SeatsTotal) != "3" {
			t.Errorf("the seats were not read, %v; want 3", err)
		}
	})
	t.Run("nothing is looked at too deep", func(t *testing.T) {
		t.Parallel()
		text := `1`
		for i := range 12 {
			text = `{"n` + string(rune('l'-i)) + `":` + text + `}`
		}
		got := pathsOf(t, readerOf(t, `[{"id":1,"type":"CORP","x":`+text+`,"y":`+strings.Repeat("[", 20)+strings.Repeat("]", 20)+`}]`))
		deepest := 0
		for _, s := range got {
			deepest = max(deepest, strings.Count(s.Path, ".")+1, strings.Count(s.Path, "[]"))
		}
		if deepest != maxPathDepth {
			t.Errorf("paths are %d deep: %v; want %v", deepest, describePaths(got), maxPathDepth)
		}
	})
	t.Run("a million names take little memory", func(t *testing.T) {
		t.Parallel()
		p := newPaths(mapping{}, "")
		o := object{paths: p}
		for i := range 20_000 {
			raw := `{"id":` + strconv.Itoa(i) + `,"x` + strconv.FormatInt(int64(i), 36) + `z":{"q` + strconv.FormatInt(int64(i), 3) +
				`":1}}`
			if err := o.read([]byte(raw)); err != nil {
				t.Fatal(err)
			}
			p.countCustomer()
		}
		if n := len(p.stats()); n > maxPaths+2 || p.nodes > maxPaths+2 {
			t.Errorf("%d paths, %d nodes", n, p.nodes)
		}
	})
}

// pathsOf makes all calls of a reader and returns the paths it counted.
func pathsOf(t testing.TB, r *reader) []portal.PathStats {
	t.Helper()
	var state connector.State
	for !state.Done {
		var err error
		if state, err = r.Call(t.Context(), state, func(portal.Customer) error { return nil }); err != nil {
			t.Fatal(err)
		}
		// A resumed run has its state from JSON.
		saved, err := json.Marshal(state)
		if err != nil {
			t.Fatal(err)
		}
		state = connector.State{}
		if err := json.Unmarshal(saved, &state); err != nil {
			t.Fatal(err)
		}
	}
	return state.Paths
}

// line returns a path in one line: its types, in how many customers, its field, and whether values could not be read.
func describePath(s portal.PathStats) string {
	field := "-"
	if s.Field != nil {
		field = string(*s.Field)
	}
	text := fmt.Sprintf("%s %s %d %s %s", s.Path, strings.Join(s.Types, "+"), s.Customers, field, s.Source)
	if s.Example != "" {
		text += " e.g. " + s.Example
	}
	if s.Unreadable > 0 {
		text += fmt.Sprintf(" unreadable %d e.g. %s", s.Unreadable, s.UnreadableExample)
	}
	return text
}

func describePaths(all []portal.PathStats) []string {
	var text []string
	for _, s := range all {
		text = append(text, describePath(s))
	}
	return text
}

func wantPaths(t *testing.T, got []portal.PathStats, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, describePaths(got)); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

func path(t *testing.T, all []portal.PathStats, name string) portal.PathStats {
	t.Helper()
	at := slices.IndexFunc(all, func(s portal.PathStats) bool { return s.Path == name })
	if at < 0 {
		t.Fatalf("no path %s in %v", name, describePaths(all))
	}
	return all[at]
}
