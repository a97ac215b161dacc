package desktop

import (
	"os"
	"path/filepath"
	"strings"
)

// PrefersDark answers whether the window's first, empty moment should be dark. It asks what GTK asks, because
// that is what the page will be told.
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
