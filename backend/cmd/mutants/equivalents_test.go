package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const top = "../../.."

const oneBlock = `# comment
path: backend/session/door.go
function: Open
operator: swap operator
was: if n < limit {
becomes: if n <= limit {
reason: n: never the limit
`

func readText(t *testing.T, text string) (equivalents, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "equivalent.txt")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return readEquivalents(path)
}

func known(t *testing.T, text string) equivalents {
	t.Helper()
	got, err := readText(t, text)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func mutantsIn(t *testing.T, source string) []areaMutants {
	t.Helper()
	found, err := mutantsOf("backend/session/door.go", source)
	if err != nil {
		t.Fatal(err)
	}
	return []areaMutants{{area{name: "session", folders: []string{"backend/session"}}, numbered(found)}}
}

const (
	doorSource = "package door\n\nfunc Open(n int) {\n\tif n < limit {\n\t\tring()\n\t}\n}\n"
	twoDoors   = "package door\n\nfunc Open(n int) {\n\tif n < limit {\n\t\tring()\n\t}\n\tif n < limit {\n\t\tring()\n\t}\n}\n"
)

func reasons(known equivalents, found []areaMutants) []string {
	var all []string
	for _, m := range found[0].mutants {
		if reason, ok := known[m.change()]; ok {
			all = append(all, reason)
		}
	}
	return all
}

func TestEquivalents(t *testing.T) {
	t.Run("match_wherever_the_line_has_moved", func(t *testing.T) {
		moved := strings.Replace(doorSource, "package door\n", "package door\n\nvar other string\n\n", 1)
		if got := reasons(known(t, oneBlock), mutantsIn(t, moved)); len(got) != 1 || got[0] != "n: never the limit" {
			t.Errorf("got reasons %q, want the one of the block", got)
		}
	})

	t.Run("match_the_first_of_equal_changes", func(t *testing.T) {
		if got := reasons(known(t, oneBlock), mutantsIn(t, twoDoors)); len(got) != 1 {
			t.Errorf("got %d matches, want 1", len(got))
		}
		if stale := known(t, oneBlock+"number: 2\n").stale(mutantsIn(t, twoDoors)); len(stale) != 0 {
			t.Errorf("the second one: got stale %q, want none", stale)
		}
	})

	t.Run("of_changed_code_are_stale", func(t *testing.T) {
		changed := strings.Replace(doorSource, "n < limit", "n < limit-1", 1)
		if stale := known(t, oneBlock).stale(mutantsIn(t, changed)); len(stale) != 1 || !strings.Contains(stale[0], "n <= limit") {
			t.Errorf("got stale %q, want the one block", stale)
		}
	})

	t.Run("of_other_areas_are_not_stale", func(t *testing.T) {
		elsewhere := strings.Replace(oneBlock, "backend/session", "frontend/src", 1)
		if stale := known(t, elsewhere).stale(mutantsIn(t, doorSource)); len(stale) != 0 {
			t.Errorf("got stale %q, want none", stale)
		}
	})

	t.Run("need_a_reason", func(t *testing.T) {
		_, err := readText(t, strings.Replace(oneBlock, "reason: n: never the limit", "", 1))
		if err == nil || !strings.Contains(err.Error(), "no reason") {
			t.Errorf("got error %v, want one that misses the reason", err)
		}
	})
}

// Of the screens only the line is compared: their parser is installed by another part of build/test.
func TestEquivalentsOfTheCode(t *testing.T) {
	all, err := readEquivalents(filepath.Join(top, equivalentsFile))
	if err != nil {
		t.Fatal(err)
	}
	var found []areaMutants
	for _, a := range areas {
		if a.screens() {
			continue
		}
		mutants, err := a.find(t.Context(), top)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, areaMutants{a, numbered(mutants)})
	}
	if stale := all.stale(found); len(stale) > 0 {
		t.Errorf("%s lists what is no mutant of the code any more; remove or correct:\n%s", equivalentsFile, strings.Join(stale, "\n"))
	}
	for c := range all {
		content, err := os.ReadFile(filepath.Join(top, c.path))
		if err != nil || !strings.Contains(string(content), c.was) {
			t.Errorf("%s does not have the line %q (%v)", c.path, c.was, err)
		}
	}
}
