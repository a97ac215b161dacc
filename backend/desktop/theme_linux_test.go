package desktop

import "testing"

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
}
