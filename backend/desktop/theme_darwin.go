package desktop

import (
	"os/exec"
	"strings"
)

// PrefersDark reports whether the window is dark until its page has loaded.
func PrefersDark() bool {
	// The key is missing in light mode, which makes defaults fail.
	style, err := exec.Command("/usr/bin/defaults", "read", "-g", "AppleInterfaceStyle").Output()
	return err == nil && strings.TrimSpace(string(style)) == "Dark"
}
