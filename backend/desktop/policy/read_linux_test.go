package policy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadFile(t *testing.T) {
	t.Run("returns_an_empty_policy_without_a_file", func(t *testing.T) {
		p, err := readFile(filepath.Join(t.TempDir(), "none.json"))
		if err != nil || len(p.values) != 0 {
			t.Errorf("got %+v, %v, want an empty policy", p, err)
		}
	})

	t.Run("names_the_file_in_an_error", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "policy.json")
		if err := os.WriteFile(path, []byte(`{"ApiUrl":1}`), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := readFile(path)
		if want := "policy " + path + ": line 1: ApiUrl must be a string"; err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want an error that begins with %q", err, want)
		}
	})

	t.Run("refuses_what_cannot_be_read", func(t *testing.T) {
		// A folder in its place cannot be read by any user, root included.
		_, err := readFile(t.TempDir())
		if want := "policy cannot be read"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	})
}
