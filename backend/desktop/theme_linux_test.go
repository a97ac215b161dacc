package desktop

import (
	"os"
	"path/filepath"
	"testing"
)

func TestPrefersDark(t *testing.T) {
	for settings, dark := range map[string]bool{
		"[Settings]\ngtk-application-prefer-dark-theme = 1\n": true,
		"[Settings]\ngtk-theme-name=Adwaita-dark\n":           true,
		"[Settings]\ngtk-theme-name=Adwaita\n":                false,
		"gtk-application-prefer-dark-theme=0\n":               false,
		"":                                                    false,
	} {
		if gtkPrefersDark(settings) != dark {
			t.Errorf("%q: %v", settings, !dark)
		}
	}
	t.Run("follows_GTK_THEME_before_the_settings", func(t *testing.T) {
		dir := t.TempDir()
		t.Setenv("XDG_CONFIG_HOME", dir)
		if err := os.Mkdir(filepath.Join(dir, "gtk-3.0"), 0o700); err != nil {
			t.Fatal(err)
		}
		settings := "[Settings]\ngtk-theme-name=Adwaita-dark\n"
		if err := os.WriteFile(filepath.Join(dir, "gtk-3.0", "settings.ini"), []byte(settings), 0o600); err != nil {
			t.Fatal(err)
		}
		for theme, dark := range map[string]bool{"": true, "Adwaita": false, "Adwaita:dark": true} {
			t.Setenv("GTK_THEME", theme)
			if got := PrefersDark(); got != dark {
				t.Errorf("GTK_THEME %q beside dark settings: got dark %v, want %v", theme, got, dark)
			}
		}
	})
}
