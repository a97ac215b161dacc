package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/desktop/policy"
)

const top = "../../.."

func TestGenerate(t *testing.T) {
	files, err := generate(top)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		t.Run("equals_"+filepath.Base(name), func(t *testing.T) {
			got, err := os.ReadFile(filepath.Join(top, name))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s is out of date, run go run ./backend/cmd/policyfiles (-want +got):\n%s", name, diff)
			}
		})
	}
}

func TestReadme(t *testing.T) {
	t.Run("has_a_row_for_each_key", func(t *testing.T) {
		rows := table()
		for _, key := range policy.Keys {
			if strings.Count(rows, "| `"+key.Name+"` |") != 1 {
				t.Errorf("%s has no row, or several, in\n%s", key.Name, rows)
			}
		}
		if strings.Count(rows, "\n") != len(policy.Keys)+2 {
			t.Errorf("a text has several lines in\n%s", rows)
		}
	})

	t.Run("needs_the_lines_around_the_table", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "README.md")
		if err := os.WriteFile(path, []byte(tableBegin+"x\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readme(path); err == nil || !strings.Contains(err.Error(), "are missing") {
			t.Errorf("got %v, want an error that the lines are missing", err)
		}
	})
}

// TestLinuxSchema holds the schema against the reader: what one of them accepts, the other accepts.
func TestLinuxSchema(t *testing.T) {
	content, err := linuxSchema()
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties map[string]struct {
			Type     string
			Enum     []string
			Items    struct{ Enum []string }
			Examples []any
			Default  any
		}
		AdditionalProperties bool
	}
	if err := json.Unmarshal(content, &schema); err != nil {
		t.Fatal(err)
	}
	read := func(key string, value any) error {
		file, err := json.Marshal(map[string]any{key: value})
		if err != nil {
			t.Fatal(err)
		}
		_, err = policy.FromJSON(file)
		return err
	}
	for _, key := range policy.Keys {
		property := schema.Properties[key.Name]
		accepted := property.Examples
		for _, choice := range property.Enum {
			accepted = append(accepted, choice)
		}
		for _, choice := range property.Items.Enum {
			accepted = append(accepted, []string{choice})
		}
		if property.Default != nil {
			accepted = append(accepted, property.Default)
		}
		for _, value := range accepted {
			if err := read(key.Name, value); err != nil {
				t.Errorf("%s: the reader refuses %v: %v", key.Name, value, err)
			}
		}
		if len(accepted) == 0 {
			t.Errorf("the schema has no example of %s", key.Name)
		}
		for kind, value := range map[string]any{"boolean": true, "string": "no value of a list", "array": []any{1}} {
			if kind != property.Type && read(key.Name, value) == nil {
				t.Errorf("%s: the reader accepts %v, and the schema only a %s", key.Name, value, property.Type)
			}
		}
	}
	if !schema.AdditionalProperties || read("Unknown", 1) != nil {
		t.Error("got further keys refused, want them accepted by schema and reader")
	}
}

func TestJamfSchema(t *testing.T) {
	content, err := jamfSchema()
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Domain     string `json:"__preferencedomain"`
		Properties map[string]struct {
			Order int `json:"property_order"`
			AnyOf []struct{ Type string }
		}
	}
	if err := json.Unmarshal(content, &schema); err != nil {
		t.Fatal(err)
	}
	if schema.Domain != policy.MacOSDomain || len(schema.Properties) != len(policy.Keys) {
		t.Errorf("got %d keys of %s, want %d of %s", len(schema.Properties), schema.Domain, len(policy.Keys), policy.MacOSDomain)
	}
	for name, property := range schema.Properties {
		if len(property.AnyOf) != 2 || property.AnyOf[0].Type != "null" || property.Order == 0 {
			t.Errorf("%s: got %+v, want a choice between nothing and a value", name, property)
		}
	}
}

// TestProfile reads the sample as macOS gives it to the app.
func TestProfile(t *testing.T) {
	content, err := profile()
	if err != nil {
		t.Fatal(err)
	}
	whole := plistValue(t, content).(map[string]any)
	settings := whole["PayloadContent"].([]any)[0].(map[string]any)
	if settings["PayloadType"] != policy.MacOSDomain || whole["PayloadType"] != "Configuration" {
		t.Errorf("got the types %v in %v, want %s in Configuration", settings["PayloadType"], whole["PayloadType"], policy.MacOSDomain)
	}
	uuids := regexp.MustCompile(`^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$`)
	inner, outer := settings["PayloadUUID"].(string), whole["PayloadUUID"].(string)
	if !uuids.MatchString(inner) || !uuids.MatchString(outer) || inner == outer {
		t.Errorf("got the UUIDs %s and %s, want two different ones", inner, outer)
	}
	p, err := policy.FromPreferences(settings)
	if err != nil || len(p.Notes) != 0 {
		t.Fatalf("got %v, notes %q, want a policy without notes", err, p.Notes)
	}
	for _, key := range policy.Keys {
		if !key.Reserved {
			wantValue(t, p, key, key.Example)
		}
	}
}

// wantValue checks what the app's reader has read for a key.
func wantValue(t *testing.T, p policy.Policy, key policy.Key, want any) {
	t.Helper()
	var got any
	switch key.Kind {
	case policy.Boolean:
		got = p.Bool(key.Name)
	case policy.List:
		got = p.List(key.Name)
	default:
		got = p.Text(key.Name, func(string) string { return "" }).Value
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", key.Name, diff)
	}
}
