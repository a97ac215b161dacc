package policy

import (
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func noEnvironment(string) string { return "" }

func TestKeys(t *testing.T) {
	version := regexp.MustCompile(`^\d+\.\d+\.\d+$`)
	for n, key := range Keys {
		t.Run(key.Name, func(t *testing.T) {
			if at := slices.IndexFunc(Keys, func(k Key) bool { return k.Name == key.Name }); at != n {
				t.Errorf("it is in rows %d and %d", at, n)
			}
			if !version.MatchString(key.Since) {
				t.Errorf("got Since %q, want a version", key.Since)
			}
			for _, words := range []Words{key.Title, key.Help} {
				if words.English == "" || words.German == "" {
					t.Errorf("got the texts %+v, want both languages", words)
				}
			}
			checked, ok := key.checked(key.Example)
			if diff := cmp.Diff(key.Example, checked); !ok || diff != "" {
				t.Errorf("got %t for the example, (-want +got):\n%s", ok, diff)
			}
			if _, ok := key.checked(key.Default); key.Default != nil && !ok {
				t.Errorf("the default %v is no valid value", key.Default)
			}
			if (key.Kind == Text || key.Kind == Path) != (key.Form != "") {
				t.Errorf("got Form %q for the kind %s", key.Form, key.Kind)
			}
			if (key.Kind == Choice || key.Kind == List) != (len(key.Choices) > 1) {
				t.Errorf("got the choices %q for the kind %s", key.Choices, key.Kind)
			}
		})
	}
}

func TestPolicy(t *testing.T) {
	t.Run("has_defaults", func(t *testing.T) {
		var p Policy
		for _, key := range Keys {
			var got any
			switch key.Kind {
			case Boolean:
				got = p.Bool(key.Name)
			case List:
				if list := p.List(key.Name); list != nil {
					got = list
				}
			default:
				if text := p.Text(key.Name, noEnvironment).Value; text != "" {
					got = text
				}
			}
			if got != key.Default {
				t.Errorf("%s: got %v, want %v", key.Name, got, key.Default)
			}
		}
	})

	t.Run("comes_before_the_environment", func(t *testing.T) {
		getenv := func(name string) string { return map[string]string{"FSPORTAL_LOG": "error"}[name] }
		p, err := FromJSON([]byte("{\n\"LogLevel\": \"debug\"\n}"))
		if err != nil {
			t.Fatal(err)
		}
		want := Setting{"policy key LogLevel (line 2 of the policy file)", "debug"}
		if got := p.Text(LogLevel, getenv); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if got, want := (Policy{}).Text(LogLevel, getenv), (Setting{"FSPORTAL_LOG", "error"}); got != want {
			t.Errorf("got %+v without a policy, want %+v", got, want)
		}
	})
}

func TestNearest(t *testing.T) {
	for name, want := range map[string]string{
		"Providrs": Providers, "provider": Providers, "AllowExports": AllowExport, "ManagedByUri": ManagedByURL,
		"CAFiles": CAFile, "Theme": "", "": "", "AllowPrinting": "",
	} {
		if got := nearest(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
