package main

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/desktop/policy"
)

func readADMX(t *testing.T) (file definitions, content string) {
	t.Helper()
	written, err := admx()
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(written, &file); err != nil {
		t.Fatal(err)
	}
	return file, string(written)
}

func readADML(t *testing.T, l language) (file translations) {
	t.Helper()
	written, err := l.adml()
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(written, &file); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestADMX(t *testing.T) {
	file, content := readADMX(t)

	for name, l := range map[string]language{"en-US": english, "de-DE": german} {
		t.Run("has_exactly_the_texts_of_"+name, func(t *testing.T) {
			var strings, presentations []string
			texts := readADML(t, l)
			for _, one := range texts.Strings {
				strings = append(strings, one.ID)
				if one.Text == "" {
					t.Errorf("%s is empty", one.ID)
				}
			}
			for _, one := range texts.Presentations {
				presentations = append(presentations, one.ID)
			}
			if diff := cmp.Diff(references(content, "string"), sorted(strings)); diff != "" {
				t.Errorf("the strings differ from the references (-referenced +there):\n%s", diff)
			}
			if diff := cmp.Diff(references(content, "presentation"), sorted(presentations)); diff != "" {
				t.Errorf("the presentations differ from the references (-referenced +there):\n%s", diff)
			}
		})

		t.Run("has_a_control_for_each_element_in_"+name, func(t *testing.T) {
			controls := map[string]string{}
			for _, one := range readADML(t, l).Presentations {
				kind, refID := one.control()
				controls[one.ID] = kind + " " + refID
			}
			for _, entry := range file.Policies {
				want := ""
				if kind, id := entry.element(); kind != "" {
					want = map[string]string{"text": "textBox", "multiText": "multiTextBox", "enum": "dropdownList"}[kind] + " " + id
				}
				if got := controls[entry.Name]; got != want {
					t.Errorf("%s: got the control %q, want %q", entry.Name, got, want)
				}
			}
		})
	}

	t.Run("refers_to_what_it_defines", func(t *testing.T) {
		for _, entry := range file.Policies {
			if !defines(file.Categories, entry.Category) || !defines(file.SupportedOn, entry.SupportedOn) {
				t.Errorf("%s: %s or %s is not defined", entry.Name, entry.Category.Ref, entry.SupportedOn.Ref)
			}
		}
	})

	t.Run("has_each_key_for_the_computer", func(t *testing.T) {
		var names []string
		for _, entry := range file.Policies {
			names = append(names, entry.Name)
			if entry.Class != "Machine" || entry.Key != policy.WindowsKey {
				t.Errorf("%s: got %s %s, want Machine %s", entry.Name, entry.Class, entry.Key, policy.WindowsKey)
			}
		}
		var want []string
		for _, key := range policy.Keys {
			want = append(want, key.Name)
		}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestADMXIsReadByTheApp gives the app's reader what Group Policy writes for each state of each policy.
func TestADMXIsReadByTheApp(t *testing.T) {
	file, _ := readADMX(t)
	for n, entry := range file.Policies {
		key := policy.Keys[n]
		for state, written := range entry.states(t, key) {
			t.Run(fmt.Sprintf("%s_%v", key.Name, state), func(t *testing.T) {
				p, err := policy.FromRegistry(written.values, func(text string) (string, error) { return text, nil })
				if err != nil {
					t.Fatal(err)
				}
				wantValue(t, p, key, written.want)
			})
		}
	}
}

// written is what Group Policy writes, and what the app must read.
type written struct {
	values registryValues
	want   any
}

// states returns what an administrator can set, by a name of it.
func (e policyEntry) states(t *testing.T, key policy.Key) map[string]written {
	t.Helper()
	if e.Elements == nil {
		return map[string]written{
			"enabled":  {registryValues{e.ValueName: e.Enabled.stored()}, true},
			"disabled": {registryValues{e.ValueName: e.Disabled.stored()}, false},
		}
	}
	states := map[string]written{}
	switch of := e.Elements; {
	case of.Enum != nil:
		for n, item := range of.Enum.Items {
			states[*item.Value.String] = written{registryValues{of.Enum.ValueName: item.Value.stored()}, key.Choices[n]}
		}
	case of.MultiText != nil:
		for n := range key.Choices {
			lines := slices.Clone(key.Choices[:n+1])
			states[fmt.Sprint(n+1)] = written{
				registryValues{of.MultiText.ValueName: {policy.RegistryStrings, lines}}, sorted(lines),
			}
		}
	case of.Text != nil:
		kind := policy.RegistryString
		if of.Text.Expandable {
			kind = policy.RegistryExpandable
		}
		states["example"] = written{registryValues{of.Text.ValueName: {kind, key.Example}}, key.Example}
	}
	if len(states) == 0 {
		t.Errorf("%s sets nothing", e.Name)
	}
	return states
}

// registryValue is a value with the type with which the registry stores it.
type registryValue struct {
	kind uint32
	of   any
}

// stored returns a value as Group Policy writes it: a number as REG_DWORD, a string as REG_SZ.
func (v *admxValue) stored() registryValue {
	if v.Decimal != nil {
		return registryValue{policy.RegistryDWord, uint64(v.Decimal.Value)}
	}
	return registryValue{policy.RegistryString, *v.String}
}

// registryValues is a key of the registry in memory.
type registryValues map[string]registryValue

func (r registryValues) ReadValueNames(int) (names []string, err error) {
	for name := range r {
		names = append(names, name)
	}
	return names, nil
}

func (r registryValues) GetValue(name string, _ []byte) (int, uint32, error) {
	return 0, r[name].kind, nil
}

func (r registryValues) GetStringValue(name string) (string, uint32, error) {
	return r[name].of.(string), r[name].kind, nil
}

func (r registryValues) GetStringsValue(name string) ([]string, uint32, error) {
	return r[name].of.([]string), r[name].kind, nil
}

func (r registryValues) GetIntegerValue(name string) (uint64, uint32, error) {
	return r[name].of.(uint64), r[name].kind, nil
}

// element returns kind and id of a policy's element, "" for none.
func (e policyEntry) element() (kind, id string) {
	switch of := e.Elements; {
	case of == nil:
		return "", ""
	case of.Text != nil:
		return "text", of.Text.ID
	case of.MultiText != nil:
		return "multiText", of.MultiText.ID
	default:
		return "enum", of.Enum.ID
	}
}

// control returns kind and refId of a presentation's control.
func (p presentation) control() (kind, refID string) {
	switch {
	case p.TextBox != nil:
		return "textBox", p.TextBox.RefID
	case p.Lines != nil:
		return "multiTextBox", p.Lines.RefID
	case p.Dropdown != nil:
		return "dropdownList", p.Dropdown.RefID
	}
	return "", ""
}

// references returns the ids in $(kind.id), in the form that the schema of ADMX files allows.
func references(content, kind string) []string {
	var ids []string
	for _, found := range regexp.MustCompile(`"\$\(`+kind+`\.([\pL\pN_]+)\)"`).FindAllStringSubmatch(content, -1) {
		ids = append(ids, found[1])
	}
	if len(ids) != strings.Count(content, "$("+kind+".") {
		return append(ids, "and one that is malformed")
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// sorted keeps an id that is there twice, so that it differs from the references.
func sorted(ids []string) []string { return slices.Sorted(slices.Values(ids)) }

func defines(all []named, ref reference) bool {
	return slices.ContainsFunc(all, func(one named) bool { return one.Name == ref.Ref })
}
