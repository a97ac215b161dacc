package policy

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stored is a value of a registry that exists in memory.
type stored struct {
	kind uint32
	of   any
}

type memoryKey map[string]stored

func (k memoryKey) ReadValueNames(int) (names []string, err error) {
	for name := range k {
		names = append(names, name)
	}
	return names, nil
}

func (k memoryKey) GetValue(name string, _ []byte) (int, uint32, error) { return 0, k[name].kind, nil }

func (k memoryKey) GetStringValue(name string) (string, uint32, error) {
	text, ok := k[name].of.(string)
	if !ok {
		return "", 0, errors.New("no string")
	}
	return text, k[name].kind, nil
}

func (k memoryKey) GetStringsValue(name string) ([]string, uint32, error) {
	texts, _ := k[name].of.([]string)
	return texts, k[name].kind, nil
}

func (k memoryKey) GetIntegerValue(name string) (uint64, uint32, error) {
	number, _ := k[name].of.(uint64)
	return number, k[name].kind, nil
}

func expandData(text string) (string, error) {
	return strings.ReplaceAll(text, "%ProgramData%", `C:\ProgramData`), nil
}

func TestFromRegistry(t *testing.T) {
	t.Run("reads_the_types_of_group_policy", func(t *testing.T) {
		p, err := FromRegistry(memoryKey{
			APIURL:           {RegistryString, "https://portal.example.com"},
			CAFile:           {RegistryExpandable, `%ProgramData%\FS\ca.pem`},
			Providers:        {RegistryStrings, []string{"google", "entra", ""}},
			AllowExport:      {RegistryDWord, uint64(0)},
			AllowSessionOnly: {RegistryQWord, uint64(1)},
		}, expandData)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]any{
			APIURL: "https://portal.example.com", CAFile: `C:\ProgramData\FS\ca.pem`, Providers: []string{"entra", "google"},
			AllowExport: false, AllowSessionOnly: true,
		}
		for name, value := range want {
			if diff := cmp.Diff(value, p.values[name].of); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	})

	t.Run("reads_a_list_with_commas", func(t *testing.T) {
		p, err := FromRegistry(memoryKey{Providers: {RegistryString, "google, entra"}}, expandData)
		if diff := cmp.Diff([]string{"entra", "google"}, p.List(Providers)); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})

	for name, test := range map[string]struct {
		key  memoryKey
		want string
	}{
		"number_for_a_text":     {memoryKey{APIURL: {RegistryDWord, uint64(1)}}, "ApiUrl must be a string"},
		"text_for_a_boolean":    {memoryKey{AllowExport: {RegistryString, "0"}}, "AllowExport must be true or false"},
		"number_beyond_boolean": {memoryKey{AllowExport: {RegistryDWord, uint64(2)}}, "AllowExport must be true or false"},
		"binary":                {memoryKey{LogLevel: {3, nil}}, "LogLevel must be"},
		"other_case":            {memoryKey{"apiurl": {RegistryString, "x"}}, "write it as ApiUrl"},
		"unreadable":            {memoryKey{APIURL: {RegistryString, nil}}, "ApiUrl cannot be read: no string"},
	} {
		t.Run("refuses_"+name, func(t *testing.T) {
			if _, err := FromRegistry(test.key, expandData); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}

	t.Run("notes_an_unknown_value_of_any_type", func(t *testing.T) {
		p, err := FromRegistry(memoryKey{"Blob": {3, nil}}, expandData)
		if err != nil || len(p.Notes) != 1 || !strings.Contains(p.Notes[0], `"Blob"`) {
			t.Errorf("got %q, %v, want one note with Blob", p.Notes, err)
		}
	})
}

func TestFromPreferences(t *testing.T) {
	p, err := FromPreferences(map[string]any{
		"PayloadUUID": "x", Providers: []any{"google"}, AllowExport: false, LogLevel: "warn", "LogLevl": "warn",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`policy: "LogLevl" is not a key of this version and has no effect; did you mean LogLevel?`}
	if diff := cmp.Diff(want, p.Notes); diff != "" || p.Bool(AllowExport) || p.Text(LogLevel, noEnvironment).Value != "warn" {
		t.Errorf("got %+v, notes (-want +got):\n%s", p, diff)
	}
	if _, err := FromPreferences(map[string]any{AllowExport: 1.0}); err == nil || err.Error() != "AllowExport must be true or false" {
		t.Errorf("got %v, want an error that names AllowExport", err)
	}
}
