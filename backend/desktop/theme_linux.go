package desktop

import (
	"os"
	"path/filepath"
	"strings"
)

// PrefersDark reports whether the window is dark until its page has loaded. It reads GTK's settings, as the page will.
func PrefersDark() bool {
	if theme := os.Getenv("GTK_THEME"); theme != "" {
		return strings.HasSuffix(strings.ToLower(theme), "dark")
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return false
	}
	content, err := os.ReadFile(filepath.Join(dir, "gtk-3.0", "settings.ini"))
	return err == nil && gtkPrefersDark(string(content))
}

func gtkPrefersDark(settings string) bool {
	for line := range strings.Lines(settings) {
		key, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(line)), "=")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "gtk-application-prefer-dark-theme":
			if value == "1" || value == "true" {
				return true
			}
		case "gtk-theme-name":
			if strings.HasSuffix(value, "-dark") {
				return true
			}
		}
	}
	return false
}
