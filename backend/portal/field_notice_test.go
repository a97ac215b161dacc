package portal_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

// path is a path of some customers with values of one type.
func path(name string, customers int64, kind string, field portal.CustomerField) portal.PathStats {
	p := portal.PathStats{
		FieldPath:  portal.FieldPath{Path: name, Types: []string{kind}, Customers: customers, Example: "e.g. " + name, Source: portal.SourceNone},
		TypeCounts: map[string]int64{kind: customers},
	}
	if field != "" {
		p.Field, p.Source = &field, portal.SourceAutomatic
	}
	return p
}

func reading(paths ...portal.PathStats) portal.FieldReading {
	return portal.FieldReading{Paths: paths, Customers: 100, Whole: true}
}

// brief shortens notices to kind, path, field and count.
func brief(notices []portal.FieldNotice) []string {
	var lines []string
	for _, n := range notices {
		field := portal.CustomerField("-")
		if n.Field != nil {
			field = *n.Field
		}
		lines = append(lines, fmt.Sprint(n.Kind, " ", n.Path, " ", field, " ", n.Count))
	}
	return lines
}

func TestFieldMap(t *testing.T) {
	name, seats := path("name", 100, "text", portal.FieldName), path("seats", 90, "number", portal.FieldSeatsUsed)
	unreadable := path("expires", 100, "text", portal.FieldExpiresOn)
	unreadable.Unreadable, unreadable.UnreadableExample = 3, "soon"
	for _, c := range []struct {
		does    string
		before  []portal.FieldReading
		now     portal.FieldReading
		changed bool
		want    []string
	}{
		{"reports the first run", nil, reading(name, seats), true, []string{"first  - 2"}},
		{"is silent when nothing changes", []portal.FieldReading{reading(name, seats)}, reading(name, seats), false, nil},
		{"reports a mapped path that is no longer sent", []portal.FieldReading{reading(name, seats)}, reading(name), true,
			[]string{"disappeared seats seats_used 90"}},
		{"reports a mapped path that is only null", []portal.FieldReading{reading(name, seats)},
			reading(name, path("seats", 90, "null", portal.FieldSeatsUsed)), true, []string{"disappeared seats seats_used 90"}},
		{"is silent about a path that fills nothing and is no longer sent",
			[]portal.FieldReading{reading(name, path("note", 90, "text", ""))}, reading(name), false, nil},
		{"is silent about what a run that was not whole lacks", []portal.FieldReading{reading(name, seats)},
			portal.FieldReading{Paths: []portal.PathStats{name}, Customers: 50}, false, nil},
		{"is silent about a mapped path that is only null in a run that was not whole", []portal.FieldReading{reading(name, seats)},
			portal.FieldReading{Paths: []portal.PathStats{name, path("seats", 50, "null", portal.FieldSeatsUsed)}, Customers: 50}, false, nil},
		{"is silent when what a run lacked is back",
			[]portal.FieldReading{reading(name, seats), {Paths: []portal.PathStats{name}, Customers: 50}},
			reading(name, seats), false, nil},
		{"reports a mapped path with another type", []portal.FieldReading{reading(name, seats)},
			reading(name, path("seats", 90, "text", portal.FieldSeatsUsed)), true, []string{"type_changed seats seats_used 90"}},
		{"is silent about a new path in 5 % of the customers", []portal.FieldReading{reading(name)},
			reading(name, path("note", 5, "text", "")), false, nil},
		{"reports a new path in more than 5 % of the customers", []portal.FieldReading{reading(name)},
			reading(name, path("note", 6, "text", "")), true, []string{"appeared note - 6"}},
		{"reports a path that became common after it was new", []portal.FieldReading{reading(name), reading(name, path("note", 5, "text", ""))},
			reading(name, path("note", 6, "text", "")), true, []string{"appeared note - 6"}},
		{"is silent about a path that was common before",
			[]portal.FieldReading{reading(name, path("note", 6, "text", "")), reading(name)},
			reading(name, path("note", 6, "text", "")), false, nil},
		{"counts unreadable values in each run, and as no change", []portal.FieldReading{reading(name, unreadable)},
			reading(name, unreadable), false, []string{"unreadable expires expires_on 3"}},
	} {
		t.Run(c.does, func(t *testing.T) {
			var known []portal.KnownPath
			for _, before := range c.before {
				known, _, _ = portal.NextFieldMap(known, before)
			}
			_, notices, changed := portal.NextFieldMap(known, c.now)
			if changed != c.changed {
				t.Errorf("changed = %v, want %v", changed, c.changed)
			}
			if diff := cmp.Diff(c.want, brief(notices)); diff != "" {
				t.Errorf("notices (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("says the types and shows no value", func(t *testing.T) {
		secret := path("title", 100, "text", "")
		secret.Example = "Nordlys Ltd"
		unreadable := path("name", 100, "text", portal.FieldName)
		unreadable.Unreadable, unreadable.UnreadableExample, unreadable.Example = 3, "Nordlys Ltd", "Nordlys Ltd"
		gone := path("seats", 90, "number", portal.FieldSeatsUsed)
		gone.Example = "Nordlys Ltd"
		known, _, _ := portal.NextFieldMap(nil, reading(unreadable, gone))
		_, notices, _ := portal.NextFieldMap(known, reading(unreadable, secret))
		var details []string
		for _, n := range notices {
			details = append(details, fmt.Sprintf("%s %q", n.Kind, n.Detail))
		}
		if diff := cmp.Diff([]string{`disappeared "number"`, `appeared "text"`, `unreadable ""`}, details); diff != "" {
			t.Errorf("details (-want +got):\n%s", diff)
		}
	})
	t.Run("names the fields that no path fills in the first run", func(t *testing.T) {
		_, notices, _ := portal.NextFieldMap(nil, reading(name, seats))
		want := "id, parent, type, status_reason, products, licence_type, spla, seats_total, expires_on"
		if notices[0].Detail != want {
			t.Errorf("detail = %q, want %q", notices[0].Detail, want)
		}
	})
	t.Run("keeps a path that is no longer sent, with no customers", func(t *testing.T) {
		known, _, _ := portal.NextFieldMap(nil, reading(name, seats))
		known, _, _ = portal.NextFieldMap(known, reading(name))
		if len(known) != 2 || known[1].Path != "seats" || known[1].Customers != 0 {
			t.Errorf("known paths = %+v, want name and seats, the latter in 0 customers", known)
		}
	})
	t.Run("stays bounded whatever names a product sends", func(t *testing.T) {
		var known []portal.KnownPath
		var notices []portal.FieldNotice
		for run := range 10 {
			r := reading()
			for i := range 500 {
				r.Paths = append(r.Paths, path(fmt.Sprintf("p%d.%d", run, i), 100, "text", ""))
			}
			known, notices, _ = portal.NextFieldMap(known, r)
		}
		if len(known) != 2000 || len(notices) != 200 || known[0].Path != "p9.0" {
			t.Errorf("%d paths from %s on and %d notices, want 2000 from p9.0 on and 200", len(known), known[0].Path, len(notices))
		}
	})
}

func TestRemappedFields(t *testing.T) {
	overrides := func(pairs ...string) map[string]portal.CustomerField {
		all := map[string]portal.CustomerField{}
		for i := 0; i < len(pairs); i += 2 {
			all[pairs[i]] = portal.CustomerField(pairs[i+1])
		}
		return all
	}
	known := []portal.KnownPath{
		{PathStats: path("a", 1, "text", portal.FieldName)}, {PathStats: path("b", 1, "number", "")},
		{PathStats: path("c", 1, "text", portal.FieldType)},
	}
	now := []portal.PathStats{path("a", 1, "text", portal.FieldName), path("b", 1, "number", portal.FieldSeatsUsed),
		path("c", 1, "text", portal.FieldType)}
	for _, c := range []struct {
		does           string
		applied, asked map[string]portal.CustomerField
		want           []portal.CustomerField
	}{
		{"finds none without a change", overrides("b", "spla"), overrides("b", "spla"), nil},
		{"finds the field that a path fills now", nil, overrides("b", "seats_used"), []portal.CustomerField{portal.FieldSeatsUsed}},
		{"finds the field that a path no longer fills", nil, overrides("a", ""), []portal.CustomerField{portal.FieldName}},
		{"finds both where a path goes from one to the other", nil, overrides("c", "expires_on"),
			[]portal.CustomerField{portal.FieldType, portal.FieldExpiresOn}},
		{"finds the field of an override that was dropped", overrides("b", "seats_total"), nil,
			[]portal.CustomerField{portal.FieldSeatsUsed, portal.FieldSeatsTotal}},
	} {
		t.Run(c.does, func(t *testing.T) {
			got := portal.RemappedFields(known, c.applied, now, c.asked)
			if len(got)+len(c.want) > 0 && !cmp.Equal(got, c.want) {
				t.Errorf("remapped = %v, want %v", got, c.want)
			}
		})
	}
}

func TestFieldMapChange(t *testing.T) {
	field := func(f portal.CustomerField) *portal.CustomerField { return &f }
	known := func(path string) bool { return path != "unknown" }
	apply := func(change map[string]*portal.CustomerField,
		overrides map[string]portal.CustomerField) (map[string]portal.CustomerField, error) {
		return portal.FieldMapChange{Fields: change}.Apply(overrides, known)
	}
	t.Run("sets, keeps and drops overrides", func(t *testing.T) {
		before := map[string]portal.CustomerField{"kept": portal.FieldName, "dropped": portal.FieldType}
		got, err := apply(map[string]*portal.CustomerField{"set": field(portal.FieldSPLA), "ignored": field(""), "dropped": nil}, before)
		want := map[string]portal.CustomerField{"kept": portal.FieldName, "set": portal.FieldSPLA, "ignored": ""}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("error %v, overrides (-want +got):\n%s", err, diff)
		}
		if len(before) != 2 || before["dropped"] == "" {
			t.Errorf("the overrides before became %v", before)
		}
	})
	t.Run("drops an override whose path is no longer known", func(t *testing.T) {
		got, err := apply(map[string]*portal.CustomerField{"unknown": nil}, map[string]portal.CustomerField{"unknown": portal.FieldName})
		if err != nil || len(got) != 0 {
			t.Errorf("overrides = %v, %v; want none", got, err)
		}
	})
	t.Run("takes several paths for a list", func(t *testing.T) {
		if _, err := apply(map[string]*portal.CustomerField{"a": field(portal.FieldProducts),
			"b": field(portal.FieldProducts)}, nil); err != nil {
			t.Errorf("error %v, want none", err)
		}
	})
	for does, change := range map[string]map[string]*portal.CustomerField{
		"refuses an unknown path":          {"unknown": field(portal.FieldName)},
		"refuses an unknown field":         {"a": field("colour")},
		"refuses two paths for one figure": {"a": field(portal.FieldSeatsUsed), "b": field(portal.FieldSeatsUsed)},
	} {
		t.Run(does, func(t *testing.T) {
			if _, err := apply(change, nil); portal.ErrorCode(err) != portal.Invalid {
				t.Errorf("error %v, want invalid", err)
			}
		})
	}
}

func FuzzFieldMapChange(f *testing.F) {
	f.Add(`{"fields":{"a":"name","b":"","c":null}}`)
	f.Add(`{"fields":{"a":"name","b":"name"}}`)
	f.Add(`{"fields":{"x":"seats_used"}}`)
	before := map[string]portal.CustomerField{"a": portal.FieldName, "c": ""}
	known := func(path string) bool { return len(path) == 1 && path >= "a" && path <= "f" }
	f.Fuzz(func(t *testing.T, body string) {
		var change portal.FieldMapChange
		if json.Unmarshal([]byte(body), &change) != nil {
			return
		}
		after, err := change.Apply(before, known)
		if err != nil {
			if portal.ErrorCode(err) != portal.Invalid {
				t.Fatalf("error %v, want invalid", err)
			}
			return
		}
		filled := map[portal.CustomerField]bool{}
		for path, field := range after {
			if !known(path) || field != "" && !field.Known() || field != "" && !field.Several() && filled[field] {
				t.Fatalf("overrides %v after %q", after, body)
			}
			filled[field] = true
		}
		for path, field := range change.Fields {
			if got, set := after[path]; set != (field != nil) || field != nil && got != *field {
				t.Fatalf("%q is %q after %q", path, got, body)
			}
		}
	})
}

func TestFailedFieldMap(t *testing.T) {
	name, seats := path("name", 100, "text", portal.FieldName), path("seats", 90, "number", portal.FieldSeatsUsed)
	known, _, _ := portal.NextFieldMap(nil, reading(name, seats))
	failed := func(paths ...portal.PathStats) portal.FieldReading {
		return portal.FieldReading{Paths: paths, Customers: 10, KnownOf: 100}
	}
	for _, c := range []struct {
		does string
		now  portal.FieldReading
		want []string
	}{
		{"tells of a path that every customer had and none has", failed(path("seats", 10, "number", portal.FieldSeatsUsed)),
			[]string{"disappeared name name 100"}},
		{"is silent about what some customers lacked before", failed(path("name", 10, "text", portal.FieldName)), nil},
		{"is silent about what some customers lacked before and is null",
			failed(path("name", 10, "text", portal.FieldName), path("seats", 10, "null", portal.FieldSeatsUsed)), nil},
		{"tells of what is new", failed(name, path("title", 10, "text", "")), []string{"appeared title - 10"}},
	} {
		t.Run(c.does, func(t *testing.T) {
			_, notices := portal.FailedFieldMap(known, c.now)
			if notices == nil {
				t.Error("got no list of notices, want an empty one: the column of a run is never null")
			}
			if diff := cmp.Diff(c.want, brief(notices)); diff != "" {
				t.Errorf("notices (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("keeps the figures of the merged run, and the notices", func(t *testing.T) {
		next, _ := portal.FailedFieldMap(known, failed(path("name", 10, "text", portal.FieldName), path("title", 10, "text", "")))
		if len(next) != 3 || next[0].Path != "title" || next[1].Customers != 100 || next[1].Absent || !next[2].Absent {
			t.Fatalf("paths = %+v, want title, then name and seats as they were, seats absent", next)
		}
		if again, _, _ := portal.NextFieldMap(next, reading(name)); again[len(again)-1].Absent {
			t.Errorf("paths = %+v, want none absent after a merged run", again)
		}
		_, notices, changed := portal.NextFieldMap(next, reading(name, seats, path("title", 100, "text", "")))
		if diff := cmp.Diff([]string{"appeared title - 100"}, brief(notices)); diff != "" || !changed {
			t.Errorf("notices of the next run (-want +got):\n%s", diff)
		}
	})
	t.Run("leaves the first notice to the first merged run", func(t *testing.T) {
		r := failed(name)
		r.First = true
		next, notices := portal.FailedFieldMap(nil, r)
		now := reading(name, seats)
		now.First = true
		_, first, _ := portal.NextFieldMap(next, now)
		if len(notices) != 0 || len(first) != 1 || first[0].Kind != portal.NoticeFirst {
			t.Errorf("notices = %+v, then %+v; want none, then that it was the first", notices, first)
		}
	})
}
