package webview

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRunning(t *testing.T) {
	for name, test := range map[string]struct {
		stats map[string]string
		want  bool
		known bool
	}{
		"finds_a_child":                 {map[string]string{"20": "20 (WebKitWebProces) S 10 1"}, true, true},
		"finds_one_in_a_sandbox":        {map[string]string{"15": "15 (bwrap) S 10 1", "20": "20 (WebKitWebProces) R 15 1"}, true, true},
		"ignores_one_that_has_ended":    {map[string]string{"20": "20 (WebKitWebProces) Z 10 1"}, false, true},
		"ignores_that_of_another_app":   {map[string]string{"20": "20 (WebKitWebProces) S 11 1"}, false, true},
		"reads_a_name_with_parentheses": {map[string]string{"20": "20 (a) (b c) S 10 1", "21": "broken", "22": "22 (x) S"}, false, true},
		"does_not_know_without_proc":    {nil, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			proc := t.TempDir()
			for pid, stat := range test.stats {
				if err := os.MkdirAll(filepath.Join(proc, pid), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(proc, pid, "stat"), []byte(stat), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if got, known := runningIn(proc, 10); got != test.want || known != test.known {
				t.Errorf("got %t, known %t, want %t, %t", got, known, test.want, test.known)
			}
		})
	}
	t.Run("knows_this_system", func(t *testing.T) {
		if running, known := Running(); running || !known {
			t.Errorf("got %t, known %t, want that no page runs", running, known)
		}
	})
}

func TestProgram(t *testing.T) {
	dir := t.TempDir()
	maps := "7f00-7f01 r-xp 00000000 08:01 42 " + dir + "/libwebkit2gtk-4.1.so.0.19.8\n"
	if err := os.MkdirAll(filepath.Join(dir, "webkit2gtk-4.1"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Run("is_not_missed_without_the_library", func(t *testing.T) {
		if !hasProgram("7f00-7f01 r-xp 00000000 08:01 42 /usr/lib/libc.so.6\n") {
			t.Error("got false, want true")
		}
	})
	t.Run("is_found_beside_the_library", func(t *testing.T) {
		if err := os.WriteFile(filepath.Join(dir, "webkit2gtk-4.1", "WebKitWebProcess"), nil, 0o700); err != nil {
			t.Fatal(err)
		}
		if !hasProgram(maps) {
			t.Error("got false, want true")
		}
	})
	t.Run("is_looked_for", func(t *testing.T) {
		if !programFound() {
			t.Error("got false for a test, which is not linked to the library")
		}
	})
}
