package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// module writes a module with one package and its test, and returns its folder.
func module(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range map[string]string{
		"go.mod": "module sample\n\ngo 1.26\n",
		"backend/session/door.go": `package session

func Open(n int) bool {
	m := 7
	_ = m
	return n < 3
}
`,
		"backend/session/d_test.go": `package session

import "testing"

func TestOpen(t *testing.T) {
	if !Open(2) || Open(5) {
		t.Error("wrong")
	}
}
`,
		"backend/identity/i.go": "package identity\n",
		"backend/identity/i_test.go": `package identity

import (
	"testing"

	"sample/backend/session"
)

func TestEdge(t *testing.T) {
	if session.Open(3) {
		t.Error("wrong")
	}
}
`,
	} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestGoRunner(t *testing.T) {
	folder := module(t)
	before, err := os.ReadFile(filepath.Join(folder, "backend/session/door.go"))
	if err != nil {
		t.Fatal(err)
	}
	found, err := goMutants(folder, "backend/session")
	if err != nil {
		t.Fatal(err)
	}
	tests, err := newGoRunner(folder, area{"session", []string{"backend/session"}, []users{{"", []string{"identity"}}}}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer tests.close()
	if err := tests.baseline(t.Context()); err != nil {
		t.Fatal(err)
	}

	for _, c := range []struct {
		name, become string
		want         verdict
	}{
		{"names_the_test_that_noticed", "return n < 6", verdict{killed, "session TestOpen"}},
		{"asks_the_packages_that_use_it", "return n <= 3", verdict{killed, "identity TestEdge"}},
		{"tells_a_survivor", "m := 14", verdict{survived, ""}},
		{"tells_what_does_not_compile", "", verdict{broken, "the build"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, m := range found {
				if m.become != c.become {
					continue
				}
				got, err := tests.try(t.Context(), m)
				if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(verdict{})); err != nil || diff != "" {
					t.Errorf("%s: error %v, verdict (-want +got):\n%s", m, err, diff)
				}
				return
			}
			t.Errorf("no mutant becomes %q", c.become)
		})
	}

	after, err := os.ReadFile(filepath.Join(folder, "backend/session/door.go"))
	if err != nil || string(after) != string(before) {
		t.Errorf("the source changed (%v):\n%s", err, after)
	}
}

func TestFirstFailure(t *testing.T) {
	t.Run("tells_a_test_that_takes_too_long", func(t *testing.T) {
		got := firstFailure(strings.NewReader(`{"Action":"output","Package":"a/session","Output":"panic: test timed out after 1m0s\n"}
{"Action":"fail","Package":"a/session"}
`))
		if want := (verdict{killed, "session, which took too long"}); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	})

	t.Run("names_the_subtest", func(t *testing.T) {
		got := firstFailure(strings.NewReader(`{"Action":"fail","Package":"a/session","Test":"TestX/y"}
{"Action":"fail","Package":"a/session","Test":"TestX"}
{"Action":"fail","Package":"a/session"}
`))
		if want := (verdict{killed, "session TestX/y"}); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestScore(t *testing.T) {
	if got := (score{killed: 9, survived: 1, equivalent: 5, broken: 7}).percent(); got != 90 {
		t.Errorf("got %v %%, want 90: only killed and survived count", got)
	}
}

func TestNearestTests(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"sync_merge_write", "sync_lease", "session"} {
		source := "package p\n\nfunc Test_" + name + "(t *testing.T) {}\n\nfunc TestMain(m *testing.M) {}\n"
		if err := os.WriteFile(filepath.Join(folder, name+"_test.go"), []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for file, want := range map[string][]string{
		"sync_lease.go":      {"Test_sync_lease"},
		"sync_merge_read.go": {"Test_sync_merge_write"},
		"sync_calls.go":      {"Test_sync_lease", "Test_sync_merge_write"},
		"sessions.go":        {"Test_session"},
		"clients.go":         nil,
	} {
		t.Run(file, func(t *testing.T) {
			got, err := nearestTests(folder, file)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("error %v, tests (-want +got):\n%s", err, diff)
			}
		})
	}
}
