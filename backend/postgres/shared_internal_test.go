package postgres

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

func TestFieldsFor(t *testing.T) {
	t.Parallel()
	const raw = `{"id": 1, "Notes": "owes money",
		"licenseInfo": {"purchased": 5, "notes": "secret", "tiers": [{"name": "A", "price": 9}, {"price": 8}]},
		"modules": ["Patch", "DNS"], "rates": {"1001": {"price": 1, "seats": 2}, "1002": {"seats": 3}}, "a.b": 1, "a": {"b": 2, "c": 3}}`
	paths := func(paths ...string) []string { return paths }
	none := []portal.Field{}
	one := func(name, value string) []portal.Field { return []portal.Field{{Name: name, Value: value}} }
	for name, test := range map[string]struct {
		shared []string
		want   []portal.Field
	}{
		"nothing_shared":               {nil, none},
		"member":                       {paths("id"), one("id", "1")},
		"members_in_product_order":     {paths("modules", "id"), append(one("id", "1"), one("modules", `["Patch", "DNS"]`)...)},
		"ignores_case_and_underscore":  {paths("LICENSE_INFO.purchased"), one("licenseInfo", `{"purchased":5}`)},
		"ignores_hyphen":               {paths("license-info.purchased"), one("licenseInfo", `{"purchased":5}`)},
		"ignores_blank":                {paths("license info.purchased"), one("licenseInfo", `{"purchased":5}`)},
		"star_matches_no_list_element": {paths("modules.*", "licenseInfo.tiers.*.name"), none},
		"member_of_object":             {paths("licenseInfo.purchased"), one("licenseInfo", `{"purchased":5}`)},
		"member_of_list_elements":      {paths("licenseInfo.tiers[].name"), one("licenseInfo", `{"tiers":[{"name":"A"}]}`)},
		"list_elements":                {paths("modules[]"), one("modules", `["Patch","DNS"]`)},
		"member_below_any_name":        {paths("rates.*.seats"), one("rates", `{"1001":{"seats":2},"1002":{"seats":3}}`)},
		"absent_paths":                 {paths("phone", "licenseInfo.phone", "id.x", "modules.x", "licenseInfo[]"), none},
		"whole_object":                 {paths("a"), one("a", `{"b": 2, "c": 3}`)},
		"escaped_dot_is_part_of_name":  {paths(`a\.b`), one("a.b", "1")},
		"dot_is_no_part_of_name":       {paths("a.b"), one("a", `{"b":2}`)},
		"escaped_star_is_a_name":       {paths(`rates.\*.seats`), none},
		"paths_without_names":          {paths("…", "", "."), none},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := fieldsFor(portal.Scope{Level: portal.LevelClient}, []byte(raw), test.shared, nil)
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("got error %v, fields (-want +got):\n%s", err, diff)
			}
			spaced, err := fieldsFor(portal.Scope{Level: portal.LevelClient}, []byte("\n "+raw+" \n"), test.shared, nil)
			if diff := cmp.Diff(test.want, spaced); err != nil || diff != "" {
				t.Errorf("JSON with blanks around: got error %v, fields (-want +got):\n%s", err, diff)
			}
			for _, level := range []portal.Level{portal.LevelMSSP, portal.LevelMSP} {
				all, err := fieldsFor(portal.Scope{Level: level}, []byte(raw), test.shared, nil)
				if err != nil || len(all) != 7 {
					t.Errorf("users of level %s: got %d fields, %v, want all 7", level, len(all), err)
				}
			}
		})
	}
}

// FuzzFieldsFor shares one path of any customer and checks that no field outside it is returned.
func FuzzFieldsFor(f *testing.F) {
	for _, path := range []string{"a", "a.b", `a\.b`, `\*`, `\`, "a[].b", "*", "a.*.b", "[]", "", ".", "…"} {
		f.Add([]byte(`{"a":[{"b":1,"c":2}],"b":{"x":{"b":"\u0000"}}}`), path)
	}
	f.Fuzz(func(t *testing.T, raw []byte, path string) {
		var object map[string]json.RawMessage
		if json.Unmarshal(raw, &object) != nil || object == nil {
			return
		}
		none, err := fieldsFor(portal.Scope{Level: portal.LevelClient}, raw, nil, nil)
		if err != nil || len(none) > 0 {
			t.Fatalf("%q with nothing shared: got %v, %v, want no fields", raw, none, err)
		}
		some, err := fieldsFor(portal.Scope{Level: portal.LevelClient}, raw, []string{path}, nil)
		if err != nil {
			t.Fatalf("%q with %q shared: got error %v, want none", raw, path, err)
		}
		for _, field := range some {
			if top := newPathTree([]string{path}); top.children[nameStep(field.Name)] == nil && top.children[anyMember] == nil {
				t.Errorf("%q with %q shared: got the field %q, want only shared ones", raw, path, field.Name)
			}
		}
	})
}
