package postgres

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

func TestFieldsWithoutShownPaths(t *testing.T) {
	t.Parallel()
	const raw = `{"id":4,"name":"Alpine","info":{"purchased":40,"active":12,"plan":"gold"},"seats":{"used":12},` +
		`"modules":[{"name":"Email","until":"2027"},{"name":"DNS"}],"tags":["a","b"],"empty":{},"note":null}`
	for name, test := range map[string]struct {
		shown []string
		want  []portal.Field
	}{
		"leaves_out_members_at_any_depth": {
			[]string{"id", "Name", "info.purchased", "info.active", "tags", "modules"},
			[]portal.Field{{Name: "info", Value: `{"plan":"gold"}`}, {Name: "seats", Value: `{"used":12}`},
				{Name: "empty", Value: "{}"}, {Name: "note"}},
		},
		"leaves_out_an_object_of_which_nothing_is_left": {
			[]string{"id", "name", "info", "seats.used", "tags[]", "modules[].name", "modules[].until"},
			[]portal.Field{{Name: "empty", Value: "{}"}, {Name: "note"}},
		},
		"keeps_elements_of_a_list_whole": {
			[]string{"id", "name", "info", "seats", "tags", "modules[].name"},
			[]portal.Field{{Name: "modules", Value: `[{"name":"Email","until":"2027"}]`}, {Name: "empty", Value: "{}"}, {Name: "note"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := fieldsFor(portal.Scope{Level: portal.LevelMSP}, []byte(raw), nil, test.shown)
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("error %v, fields (-want +got):\n%s", err, diff)
			}
		})
	}
}

// FuzzUnshownPart checks that what is left of any JSON is JSON, and all of it where no path is shown.
func FuzzUnshownPart(f *testing.F) {
	for _, path := range []string{"a", "a.b", `a\.b`, `\*`, "a[].b", "*", "[]", "", "…"} {
		f.Add([]byte(`{"a":[{"b":1,"c":2},3],"b":{"x":{"b":"\u0000"}}}`), path)
	}
	f.Fuzz(func(t *testing.T, raw []byte, path string) {
		if !json.Valid(raw) {
			return
		}
		all, ok, err := unshownPart([]*pathTree{newPathTree(nil)}, raw)
		if err != nil || !ok {
			t.Fatalf("%q without a path: got %t, %v, want all of it", raw, ok, err)
		}
		var want, got any
		if json.Unmarshal(raw, &want) != nil || json.Unmarshal(all, &got) != nil {
			t.Fatalf("%q without a path: got %q, want all of it", raw, all)
		}
		left, ok, err := unshownPart([]*pathTree{newPathTree([]string{path})}, raw)
		if err != nil || ok && !json.Valid(left) {
			t.Errorf("%q without %q: got %q, %v, want JSON", raw, path, left, err)
		}
	})
}
