package desktop

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// dialogs puts programs on the path that note how they are called and end with a code.
func dialogs(t *testing.T, codes map[string]int) (called func() string) {
	t.Helper()
	dir := t.TempDir()
	note := filepath.Join(dir, "called")
	for name, code := range codes {
		script := "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$@\" >>" + note + "\nexit " + strconv.Itoa(code) + "\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	t.Setenv("DISPLAY", ":0")
	return func() string {
		content, _ := os.ReadFile(note)
		return string(content)
	}
}

func TestNativeDialog(t *testing.T) {
	for _, c := range []struct {
		name   string
		codes  map[string]int
		yes    bool
		called []string
	}{
		{"yes", map[string]int{"zenity": 0, "kdialog": 1}, true, []string{"zenity"}},
		{"no", map[string]int{"zenity": 1, "kdialog": 0}, false, []string{"zenity"}},
		{"of_KDE", map[string]int{"kdialog": 0}, true, []string{"kdialog"}},
		{"of_X", map[string]int{"xmessage": 0}, true, []string{"xmessage"}},
		{"another_where_one_fails", map[string]int{"zenity": 5, "xmessage": 0}, true, []string{"zenity", "xmessage"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			called := dialogs(t, c.codes)
			yes, err := HungNotice().ShowNative()
			if err != nil || yes != c.yes {
				t.Errorf("got %t, %v, want %t", yes, err, c.yes)
			}
			for name := range c.codes {
				wanted := strings.Contains(strings.Join(c.called, " "), name)
				if got := strings.Contains(called(), "/"+name+"\n"); got != wanted {
					t.Errorf("%s was called: %t, want %t", name, got, wanted)
				}
			}
			if !strings.Contains(called(), "does not respond") {
				t.Errorf("called with %q", called())
			}
		})
	}
	t.Run("with_one_button_is_never_a_yes", func(t *testing.T) {
		for _, name := range []string{"zenity", "kdialog", "xmessage"} {
			dialogs(t, map[string]int{name: 0})
			if yes, err := WindowNotice(errNoDisplay).ShowNative(); err != nil || yes {
				t.Errorf("%s: got %t, %v, want no yes", name, yes, err)
			}
		}
	})
	t.Run("is_missed", func(t *testing.T) {
		dialogs(t, nil)
		if _, err := HungNotice().ShowNative(); err == nil {
			t.Error("got no error, want that there is no dialog")
		}
	})
	t.Run("needs_a_display", func(t *testing.T) {
		dialogs(t, map[string]int{"zenity": 0})
		t.Setenv("DISPLAY", "")
		t.Setenv("WAYLAND_DISPLAY", "")
		if _, err := HungNotice().ShowNative(); err == nil || CanShowWindow() {
			t.Errorf("got %v, want that there is no display", err)
		}
		t.Setenv("WAYLAND_DISPLAY", "wayland-0")
		if _, err := HungNotice().ShowNative(); err != nil || !CanShowWindow() {
			t.Errorf("got %v, want a dialog on Wayland", err)
		}
	})
}
