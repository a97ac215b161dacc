package postgres

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

func TestFieldsFor(t *testing.T) {
	t.Parallel()
	const raw = `{"id": 1, "Notes": "owes money", "licenseInfo": {"purchased": 5, "notes": "secret", "tiers": [{"name": "A", "price": 9}, {"price": 8}]},
		"modules": ["Patch", "DNS"], "rates": {"1001": {"price": 1, "seats": 2}, "1002": {"seats": 3}}, "a.b": 1, "a": {"b": 2, "c": 3}}`
	field := func(name, value string) portal.Field { return portal.Field{Name: name, Value: value} }
	for name, test := range map[string]struct {
		shared []string
		want   []portal.Field
	}{
		"nothing_shared_shows_nothing":           {nil, []portal.Field{}},
		"a_member":                               {[]string{"id"}, []portal.Field{field("id", "1")}},
		"two_in_the_product's_order":             {[]string{"modules", "id"}, []portal.Field{field("id", "1"), field("modules", `["Patch", "DNS"]`)}},
		"case_and_separators_make_no_difference": {[]string{"LICENSE_INFO.purchased"}, []portal.Field{field("licenseInfo", `{"purchased":5}`)}},
		"a_hyphen_makes_no_difference":           {[]string{"license-info.purchased"}, []portal.Field{field("licenseInfo", `{"purchased":5}`)}},
		"a_blank_makes_no_difference":            {[]string{"license info.purchased"}, []portal.Field{field("licenseInfo", `{"purchased":5}`)}},
		"a_star_is_no_element_of_a_list":         {[]string{"modules.*", "licenseInfo.tiers.*.name"}, []portal.Field{}},
		"a_member_of_an_object_alone":            {[]string{"licenseInfo.purchased"}, []portal.Field{field("licenseInfo", `{"purchased":5}`)}},
		"a_member_of_the_elements_of_a_list":     {[]string{"licenseInfo.tiers[].name"}, []portal.Field{field("licenseInfo", `{"tiers":[{"name":"A"}]}`)}},
		"the_elements_of_a_list":                 {[]string{"modules[]"}, []portal.Field{field("modules", `["Patch","DNS"]`)}},
		"a_member_below_names_that_are_data":     {[]string{"rates.*.seats"}, []portal.Field{field("rates", `{"1001":{"seats":2},"1002":{"seats":3}}`)}},
		"what_is_not_there_shows_nothing":        {[]string{"phone", "licenseInfo.phone", "id.x", "modules.x", "licenseInfo[]"}, []portal.Field{}},
		"an_object_with_all_below":               {[]string{"a"}, []portal.Field{field("a", `{"b": 2, "c": 3}`)}},
		"a_name_with_a_dot_is_no_path":           {[]string{`a\.b`}, []portal.Field{field("a.b", "1")}},
		"a_path_is_no_name_with_a_dot":           {[]string{"a.b"}, []portal.Field{field("a", `{"b":2}`)}},
		"a_star_that_is_a_name_is_no_other":      {[]string{`rates.\*.seats`}, []portal.Field{}},
		"the_rest_of_all_paths_is_no_path":       {[]string{"…", "", "."}, []portal.Field{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := fieldsFor(portal.Scope{Level: portal.LevelClient}, []byte(raw), test.shared)
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("fields (-want +got):\n%s%v", diff, err)
			}
			spaced, err := fieldsFor(portal.Scope{Level: portal.LevelClient}, []byte("\n "+raw+" \n"), test.shared)
			if diff := cmp.Diff(test.want, spaced); err != nil || diff != "" {
				t.Errorf("fields of JSON with blanks around (-want +got):\n%s%v", diff, err)
			}
			for _, level := range []portal.Level{portal.LevelMSSP, portal.LevelMSP} {
				all, err := fieldsFor(portal.Scope{Level: level}, []byte(raw), test.shared)
				if err != nil || len(all) != 7 {
					t.Errorf("users of level %s see %d fields, want all 7: %v", level, len(all), err)
				}
			}
		})
	}
}

// FuzzFieldsFor shares paths of any customer: what is not shared is not shown, and what is shown is as it was.
func FuzzFieldsFor(f *testing.F) {
	for _, path := range []string{"a", "a.b", `a\.b`, `\*`, `\`, "a[].b", "*", "a.*.b", "[]", "", ".", "…"} {
		f.Add([]byte(`{"a":[{"b":1,"c":2}],"b":{"x":{"b":"\u0000"}}}`), path)
	}
	f.Fuzz(func(t *testing.T, raw []byte, path string) {
		var object map[string]json.RawMessage
		if json.Unmarshal(raw, &object) != nil || object == nil {
			return
		}
		none, err := fieldsFor(portal.Scope{Level: portal.LevelClient}, raw, nil)
		if err != nil || len(none) > 0 {
			t.Fatalf("of %q with nothing shared %v is shown, %v", raw, none, err)
		}
		some, err := fieldsFor(portal.Scope{Level: portal.LevelClient}, raw, []string{path})
		if err != nil {
			t.Fatalf("%q with %q shared: %v", raw, path, err)
		}
		for _, field := range some {
			if top := newPathTree([]string{path}); top.children[nameStep(field.Name)] == nil && top.children[anyMember] == nil {
				t.Errorf("of %q with %q shared, %q is shown", raw, path, field.Name)
			}
		}
	})
}
