package desktop

import (
	"os/exec"
	"strings"
)

// PrefersDark answers whether the window's first, empty moment should be dark.
func PrefersDark() bool {
	// The key is missing in light mode, which makes defaults fail.
	style, err := exec.Command("/usr/bin/defaults", "read", "-g", "AppleInterfaceStyle").Output()
	return err == nil && strings.TrimSpace(string(style)) == "Dark"
}
